#include "library/mail_findings.h"

#include <algorithm>
#include <string>

#include "mail/charset.h"
#include "mail/message.h"
#include "mailbox/mail_form.h"
#include "origin/claim.h"
#include "response/reader.h"

namespace backstop::library {

namespace {

constexpr std::size_t kMostBytes = 64UZ * 1024 * 1024;  // as mailbox::SourceLimits has it

/// What is used again for each mail of a thread.
struct Scratch {
  response::Reader reader;
  mail::Message header;
};

Scratch& scratch() {
  thread_local Scratch of_this_thread;
  return of_this_thread;
}

// Returns the mail without what files have in front of it.
std::string_view without_head(std::string_view mail) {
  if (mail.starts_with(mail::kByteOrderMark)) mail.remove_prefix(mail::kByteOrderMark.size());
  const std::string_view from_first_line = mail.substr(std::min(mail.find_first_not_of("\r\n"), mail.size()));
  if (!mailbox::begins_as_mbox(from_first_line)) return mail;
  return from_first_line.substr(std::min(from_first_line.find('\n'), from_first_line.size() - 1) + 1);
}

response::Envelope envelope_of(const ReadOptions& options) {
  return {.reverse_path = options.mail_from, .recipient = options.rcpt};
}

}  // namespace

report::Findings findings_of(std::string_view mail, const ReadOptions& options) {
  mail = without_head(mail);
  if (const auto reason = mailbox::why_not_a_mail(mail.substr(0, mailbox::kHeadBytes)))
    throw NotAMail(std::string(*reason));
  auto& [reader, header] = scratch();
  report::Findings findings;
  findings.file = options.name;
  findings.is_cut_short = mail.size() > kMostBytes;
  mail = mail.substr(0, kMostBytes);
  mail::walk_header(mail, header);
  findings.is_cut_short |= mailbox::why_cut_short(header).has_value();
  findings.response = reader.read(mail, envelope_of(options),
                                  findings.is_cut_short ? response::Extent::Start : response::Extent::Whole);
  if (findings.response.kind != response::Kind::None) {
    findings.origin =
        origin::judge(origin::collect({.recipient = {}, .response = findings.response, .context = {}}));
  }
  return findings;
}

bool can_be_response(std::string_view header, const ReadOptions& options) {
  return scratch().reader.can_be_response(without_head(header), envelope_of(options));
}

}  // namespace backstop::library
