#include "demo/forged.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "base/text.h"
#include "demo/samples.h"
#include "mail/address.h"
#include "mail/message.h"
#include "mailbox/mail_source.h"
#include "origin/tag.h"
#include "report/examiner.h"

namespace backstop::demo {

namespace {

constexpr std::chrono::days kLongAgo{90};

bool is_of_delivery(mail::FieldName name) {
  using enum mail::FieldName;
  return name == ReturnPath || name == XOriginalTo || name == DeliveredTo || name == Received;
}

/// Removes the fields that Ann's server added on top of the mail.
ForgedForm form_of(std::string_view bytes) {
  mail::Message message;
  mail::walk_header(bytes, message);
  const mail::Part& part = message.parts.front();
  ForgedForm form;
  const auto path = mail::parse_path(base::trim(message.value(part, mail::FieldName::ReturnPath)));
  if (path && !path->is_null()) form.reverse_path = path->address->text();
  for (const auto& field : message.fields_of(part)) {
    if (is_of_delivery(field.id)) continue;
    form.text.append(field.name).append(": ").append(field.value).append("\n");
  }
  form.text.append("\n").append(message.body_of(part));
  return form;
}

/// Returns the text with other host names, except in the first round.
std::string varied(std::string_view text, std::size_t round) {
  constexpr std::array<std::string_view, 3> kNames = {".test", "-north.test", "-south.test"};
  constexpr std::string_view kOld = kNames[0];
  std::string out;
  for (std::size_t found = 0; (found = text.find(kOld)) != std::string_view::npos;) {
    out.append(text.substr(0, found)).append(kNames[round % kNames.size()]);
    text.remove_prefix(found + kOld.size());
  }
  return out.append(text);
}

mail::Path ann_path() {
  return {.address = mail::Address{"ann", "example.org"}};
}

std::string old_address(const origin::KeyRing& keys, std::chrono::sys_days today) {
  const auto address = origin::sign(ann_path(), keys, today - kLongAgo);
  return address ? address->text() : std::string(kAnn);
}

/// Returns today's tag with a wrong hash in it: tries `number` and the next ones until the hash is wrong.
std::string guessed_address(const origin::KeyRing& keys, std::chrono::sys_days today, std::size_t number) {
  const auto address = origin::sign(ann_path(), keys, today);
  if (!address) return std::string(kAnn);
  const auto tag = origin::find_tag(*address);
  while (true) {
    const std::string guess =
        fmt::format("prvs={}{:06x}={}", tag->value.substr(0, 4), number * 7919 % 0x1000000, kAnn);
    const auto parsed = mail::parse_address(guess);
    if (origin::verify(*parsed, keys, today).outcome == origin::TagOutcome::BadMac) return guess;
    ++number;
  }
}

}  // namespace

base::Result<std::vector<ForgedForm>> read_forged(const std::string& mailbox) {
  report::Examiner examiner(sample_settings());
  std::vector<ForgedForm> forms;
  const auto read = mailbox::for_each_mail(mailbox, [&](const mailbox::SourceMail& mail) {
    const report::Findings found = examiner.examine(mail).findings;
    if (found.response.kind == response::Kind::None || found.origin.result == origin::Result::Genuine) return;
    forms.push_back(form_of(mail.bytes));
    forms.back().is_certain_bounce =
        is_dsn(found.response.kind) && certainty(found.response) != response::Certainty::Guessed;
  });
  if (!read) return std::unexpected(read.error());
  if (forms.empty()) return std::unexpected(base::Error{mailbox + ": no forged answer is in it"});
  return forms;
}

std::vector<DemoMail> forge(const std::vector<ForgedForm>& forms, std::size_t count,
                            const origin::KeyRing& keys, std::chrono::sys_days today) {
  const std::string old = old_address(keys, today);
  std::vector<DemoMail> mails;
  for (std::size_t i = 0; i < count; ++i) {
    const ForgedForm& form = forms[i % forms.size()];
    // A few have a tag all the same: one of three months ago, or one that somebody made up.
    std::string to(kAnn);
    if (i % 20 == 7) to = old;
    if (i % 10 == 3) to = guessed_address(keys, today, i + 1);
    const std::size_t round = i / forms.size();
    mails.push_back({form.is_certain_bounce ? Lot::Bounce : Lot::Other, varied(form.reverse_path, round), to,
                     varied(form.text, round)});
  }
  return mails;
}

}  // namespace backstop::demo
