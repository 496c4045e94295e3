#include "mailbox/cut_short.h"

#include <cstring>
#include <string>

#include "base/text.h"
#include "mail/message.h"
#include "mail/parameter.h"

namespace backstop::mailbox {

namespace {

constexpr std::size_t kLongestBoundary = 256;

bool contains(std::string_view text, std::string_view what) {
  return memmem(text.data(), text.size(), what.data(), what.size()) != nullptr;
}

}  // namespace

std::optional<std::string_view> why_cut_short(std::string_view mail) {
  mail::Message message;
  mail::walk_header(mail, message);
  if (message.truncated != mail::Truncation::None || message.parts.empty()) return std::nullopt;
  const mail::Part& whole = message.parts.front();
  if (!contains(mail, "\n\n") && !contains(mail, "\n\r\n")) {
    if (mail.ends_with('\n')) return std::nullopt;  // a mail without a body is one (RFC 5322 3.5)
    return "cut short: it ends within its header";
  }
  if (!base::iequals(whole.type, "multipart")) return std::nullopt;
  const auto boundary = mail::parameter(whole.content_type_parameters, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kLongestBoundary) return std::nullopt;
  if (contains(mail.substr(whole.body_begin), "--" + *boundary + "--")) return std::nullopt;
  return "cut short: its last part has no end";
}

}  // namespace backstop::mailbox
