#include "gateway/trace_field.h"

#include "base/domain_key.h"
#include "base/text.h"
#include "mail/date.h"

namespace backstop::gateway {

namespace {

// A name that the client chose must not look like the comment that we write after it. It comes before
// SMTPUTF8 is known, so it is ASCII in every mail (RFC 6531 3.7.1): a U-label becomes its A-label, and any
// other character beyond ASCII becomes one '?'.
void append_plain(std::string_view name, std::string& out) {
  base::DomainBuffer buffer;
  if (const auto key = base::is_ascii(name) ? name : base::domain_key(name, buffer); !key.empty()) name = key;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_shown = byte >= ' ' && byte < 0x7F && !std::string_view("()<>\\\";@,").contains(c);
    const bool is_continuation = (byte & 0xC0) == 0x80;
    if (is_shown) {
      out += c;
    } else if (!is_continuation) {
      out += '?';
    }
  }
}

// RFC 6531 3.7.3: only an SMTPUTF8 mail may have a mailbox beyond ASCII in this field.
bool may_be_named(const TraceFacts& facts) {
  if (facts.recipient.empty()) return false;
  if (base::is_ascii(facts.recipient)) return true;
  return facts.is_smtputf8 && base::is_utf8(facts.recipient) && !base::has_hidden(facts.recipient);
}

}  // namespace

std::string protocol_name(const TraceFacts& facts) {
  std::string name = facts.is_smtputf8 ? "UTF8SMTP" : facts.is_extended ? "ESMTP" : "SMTP";
  if (facts.is_tls) name += 'S';
  if (facts.is_authenticated) name += 'A';
  return name;
}

void append_received(const TraceFacts& facts, std::chrono::system_clock::time_point time, std::string& out) {
  // Empty if a trusted host doesn't know it.
  append_plain(facts.helo.empty() ? "unknown" : facts.helo, out.append("Received: from "));
  append_plain(facts.client_name, out.append(" ("));
  if (!facts.client_name.empty()) out += ' ';
  out.append(facts.client).append(")\r\n");
  if (!facts.tls.empty()) out.append("\t(using ").append(facts.tls).append(")\r\n");
  out.append("\tby ").append(facts.hostname).append(" (Backstop) with ").append(protocol_name(facts));
  out.append(" id ").append(facts.id);
  if (may_be_named(facts)) out.append("\r\n\tfor <").append(facts.recipient).append(1, '>');
  out.append(";\r\n\t").append(mail::date_text(time)).append("\r\n");
}

}  // namespace backstop::gateway
