#include "gateway/trace_field.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace backstop::gateway {

namespace {

/// "Wed, 25 Nov 2026 04:01:23 +0000". A second has many mails, and its text is made once.
const std::string& date_text(std::chrono::system_clock::time_point time) {
  thread_local std::time_t last = -1;
  thread_local std::string text;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  if (seconds != last) {
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    text = fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000", utc);
    last = seconds;
  }
  return text;
}

// A name that the client chose may not look like the comment that we write behind it.
void append_plain(std::string_view name, std::string& out) {
  for (const char c : name) out += std::string_view("()<>\\\";@,").contains(c) ? '?' : c;
}

}  // namespace

std::string protocol_name(const TraceFacts& facts) {
  std::string name = facts.is_smtputf8 ? "UTF8SMTP" : facts.is_extended ? "ESMTP" : "SMTP";
  if (facts.is_tls) name += 'S';
  if (facts.is_authenticated) name += 'A';
  return name;
}

void append_received(const TraceFacts& facts, std::chrono::system_clock::time_point time, std::string& out) {
  // Empty where a trusted host doesn't know it.
  append_plain(facts.helo.empty() ? "unknown" : facts.helo, out.append("Received: from "));
  append_plain(facts.client_name, out.append(" ("));
  if (!facts.client_name.empty()) out += ' ';
  out.append(facts.client).append(")\r\n");
  if (!facts.tls.empty()) out.append("\t(using ").append(facts.tls).append(")\r\n");
  out.append("\tby ").append(facts.hostname).append(" (Backstop) with ").append(protocol_name(facts));
  out.append(" id ").append(facts.id);
  if (!facts.recipient.empty()) out.append("\r\n\tfor <").append(facts.recipient).append(1, '>');
  out.append(";\r\n\t").append(date_text(time)).append("\r\n");
}

}  // namespace backstop::gateway
