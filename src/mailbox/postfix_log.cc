#include "mailbox/postfix_log.h"

#include <algorithm>

#include "base/text.h"

namespace backstop::mailbox {

namespace {

constexpr std::size_t kShortestId = 6;  // five digits of microseconds, then the inode
constexpr std::size_t kLongestId = 40;

// Hex, or base 52 of long ids.
bool is_queue_id(std::string_view text) {
  return text.size() >= kShortestId && text.size() <= kLongestId && text != "NOQUEUE" &&
         std::ranges::all_of(text, [](char c) { return base::is_digit(c) || base::is_alpha(c); });
}

// status=deliverable and status=undeliverable are of probes, which send no mail.
bool was_tried(std::string_view rest) {
  constexpr std::string_view kStatus = ", status=";
  const std::size_t at = rest.find(kStatus);
  if (at == std::string_view::npos) return false;
  rest.remove_prefix(at + kStatus.size());
  return rest.starts_with("sent ") || rest.starts_with("bounced ") || rest.starts_with("deferred ");
}

}  // namespace

void PostfixLog::read_delivery(QueueId id, std::string_view rest, std::chrono::sys_seconds time) {
  const auto recipient = take_bracketed(rest);
  if (!recipient) return;
  std::optional<std::string_view> original;
  if (take_prefix(rest, ", orig_to=")) original = take_bracketed(rest);
  if (!was_tried(rest)) return;
  mails_.add_recipient(id, *recipient, time);
  // What an alias was called has often no domain.
  if (original && original->find('@') != std::string_view::npos) mails_.add_recipient(id, *original, time);
}

void PostfixLog::read_event(QueueId id, std::string_view service, std::string_view event,
                            std::chrono::sys_seconds time) {
  if (take_prefix(event, "to=")) {
    if (service != "discard") read_delivery(id, event, time);
  } else if (take_prefix(event, "from=")) {
    if (const auto sender = take_bracketed(event)) mails_.set_sender(id, *sender);
  } else if (take_prefix(event, "message-id=")) {
    mails_.set_message_id(id, event, false);
  } else if (take_prefix(event, "resent-message-id=")) {
    mails_.set_message_id(id, event, true);
  } else if (event == "removed") {
    mails_.end(id);
  } else if (event.starts_with("client=") || event.starts_with("uid=")) {
    mails_.begin(id);
  }
}

bool PostfixLog::line(std::string_view text, LogClock& clock) {
  const auto line = parse_log_line(text, clock);
  if (!line) return false;
  const std::size_t slash = line->program.rfind('/');
  if (slash == std::string_view::npos) return true;  // another program's line in the same file
  const std::size_t colon = line->message.find(": ");
  if (colon == std::string_view::npos || !is_queue_id(line->message.substr(0, colon))) return true;
  read_event({line->host, line->message.substr(0, colon)}, line->program.substr(slash + 1),
             line->message.substr(colon + 2), line->time);
  return true;
}

}  // namespace backstop::mailbox
