// "What is this mail?": reads a mail that somebody pastes. It is neither stored nor logged, and counts
// against no cap of a proof.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <chrono>

#include "http/api.h"
#include "mail/message.h"
#include "mailbox/arrival.h"
#include "mailbox/mail_form.h"
#include "report/examiner.h"

namespace backstop::http {
namespace {

constexpr std::size_t kMostMail = 1024UZ * 1024;

bool is_mail_type(std::string_view type) {
  return type == "message/rfc822" || type == "text/plain" || type == "application/octet-stream";
}

/// Returns the addresses of the mail's arrival whose proofs the user may hear of: an owner those of his own.
std::vector<mail::Address> recipients_of(const Call& call, const mail::Message& header) {
  auto recipients = mailbox::arrival_recipients(header);
  std::erase_if(recipients, [&](const mail::Address& one) { return !may_see(call, one.text()); });
  return recipients;
}

}  // namespace

Reply read_mail(Call& call) {
  const std::string_view bytes = call.request.body;
  if (!is_mail_type(call.request.content_type))
    return error_reply(415,
                       fmt::format("the type {}", store::sound_text(call.request.content_type.substr(0, 80))),
                       "message/rfc822");
  if (bytes.size() > kMostMail)
    return error_reply(413, fmt::format("a mail of {} bytes", bytes.size()),
                       fmt::format("at most {} bytes", kMostMail));
  if (const auto wait = call.desk.reads.wait(call.login->user.name, std::chrono::steady_clock::now());
      wait.count() > 0) {
    auto reply = error_reply(429, "ten mails within a minute", fmt::format("wait {} seconds", wait.count()));
    reply.fields.emplace_back("Retry-After", std::to_string(wait.count()));
    return reply;
  }
  if (const auto reason = mailbox::why_not_a_mail(bytes.substr(0, mailbox::kHeadBytes)))
    return error_reply(400, *reason, "the source of a whole mail, with its header");
  mail::Message header;
  mail::walk_header(bytes, header);
  report::ExaminerSettings settings;
  settings.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  settings.recipients = recipients_of(call, header);
  if (!settings.recipients.empty()) {
    settings.site = *call.desk.sources.site();
    settings.ledger = call.desk.sources.ledger;
  }
  const auto cut_short = mailbox::why_cut_short(header);
  const auto examined = report::Examiner(std::move(settings))
                            .examine({.name = "pasted",
                                      .bytes = bytes,
                                      .problem = cut_short.value_or(std::string()),
                                      .header = header});
  boost::json::object answer;
  answer["reading"] = boost::json::parse(report::to_json_line(examined.findings));
  answer["words"] = report::explanation(examined.findings);
  return json_reply(answer);
}

}  // namespace backstop::http
