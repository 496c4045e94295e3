#include "mailbox/open_mails.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "mail/address.h"

namespace backstop::mailbox {

namespace {

constexpr std::size_t kLongestId = 998;  // a line of a mail (RFC 5322 2.1.1)

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Strict, and with a domain: a bare "root" is a name of the machine.
bool is_usable(std::string_view address) {
  return address.find('@') != std::string_view::npos && mail::parse_address(address).has_value();
}

std::size_t bytes_of(std::string_view recipient) {
  return sizeof(std::string) + recipient.size();
}

std::string without_folds(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool is_fold = text[at] == '?' && at + 1 < text.size() && is_blank(text[at + 1]);
    if (!is_fold && !is_blank(text[at])) out += text[at];
  }
  return out;
}

}  // namespace

std::string message_id_of(std::string_view field) {
  const std::size_t open = field.find('<');
  if (open != std::string_view::npos) {
    const std::size_t close = field.find('>', open);
    if (close == std::string_view::npos) return {};
    field = field.substr(open + 1, close - open - 1);
  }
  std::string id = without_folds(base::trim(field));
  const auto is_bad = [](char c) { return (c >= '\0' && c <= ' ') || c == '\x7F'; };
  if (id.size() > kLongestId || std::ranges::any_of(id, is_bad)) return {};
  return id;
}

OpenMails::OpenMails(const LogLimits& limits, LogCounts& counts, LogVisitor& visitor)
    : limits_(limits), counts_(counts), visitor_(visitor) {}

OpenMails::Mails::iterator OpenMails::find(QueueId id) {
  key_.assign(id.id).append(1, ' ').append(id.host);
  const auto found = by_key_.find(key_);
  return found == by_key_.end() ? mails_.end() : found->second;
}

OpenMails::Mail& OpenMails::at(QueueId id) {
  const auto found = find(id);
  if (found != mails_.end()) {
    mails_.splice(mails_.end(), mails_, found);
    return *found;
  }
  Mail& mail = mails_.emplace_back();
  mail.key = key_;
  mail.sent.host = id.host;
  mail.sent.queue_id = id.id;
  by_key_.emplace(mail.key, std::prev(mails_.end()));
  account(mail, sizeof(Mail) + 2 * mail.key.size());
  keep_limits();
  return mail;
}

void OpenMails::account(Mail& mail, std::size_t bytes) {
  mail.bytes += bytes;
  bytes_ += bytes;
}

void OpenMails::keep_limits() {
  while (mails_.size() > 1 && (mails_.size() > limits_.open_mails || bytes_ > limits_.open_bytes)) {
    ++counts_.evicted;
    close(mails_.begin());
  }
}

void OpenMails::begin(QueueId id) {
  end(id);
}

void OpenMails::set_sender(QueueId id, std::string_view sender) {
  Mail& mail = at(id);
  if (mail.has_sender) return;
  if (sender.empty()) {
    mail.has_sender = mail.has_null_sender = true;
    drop_recipients(mail);
  } else if (is_usable(sender)) {
    mail.has_sender = true;
    mail.sent.sender = sender;
    account(mail, sender.size());
  } else {
    ++counts_.bad_addresses;
  }
}

void OpenMails::set_message_id(QueueId id, std::string_view field, bool is_resent) {
  if (has_sender(id)) begin(id);
  Mail& mail = at(id);
  if (mail.has_own_id || (is_resent && !mail.sent.message_id.empty())) return;
  std::string read = message_id_of(field);
  if (read.empty()) return;
  mail.has_own_id = !is_resent;
  mail.sent.message_id = std::move(read);
  account(mail, mail.sent.message_id.size());
}

void OpenMails::add_recipient(QueueId id, std::string_view address, std::chrono::sys_seconds time) {
  Mail& mail = at(id);
  if (!std::exchange(mail.was_tried, true)) mail.sent.time = time;
  if (mail.has_null_sender) return;
  auto& recipients = mail.sent.recipients;
  const auto place = std::ranges::lower_bound(recipients, address);
  if (place != recipients.end() && *place == address) return;
  if (!is_usable(address)) {
    ++counts_.bad_addresses;
    return;
  }
  recipients.emplace(place, address);
  account(mail, bytes_of(address));
  if (recipients.size() >= limits_.recipients) give(mail);
  keep_limits();
}

bool OpenMails::has_sender(QueueId id) {
  const auto found = find(id);
  return found != mails_.end() && found->has_sender;
}

// Gives the recipients that were gathered so far, if the sender is known.
void OpenMails::give(Mail& mail) {
  if (mail.sent.recipients.empty()) return;
  if (mail.has_sender && !mail.has_null_sender) {
    visitor_.sent(mail.sent);
    counts_.recipients += mail.sent.recipients.size();
    if (!std::exchange(mail.was_given, true)) {
      ++counts_.mails;
      if (mail.sent.message_id.empty()) ++counts_.without_id;
    }
  }
  drop_recipients(mail);
}

void OpenMails::drop_recipients(Mail& mail) {
  std::size_t dropped = 0;
  for (const std::string& recipient : mail.sent.recipients) dropped += bytes_of(recipient);
  mail.sent.recipients.clear();
  mail.bytes -= dropped;
  bytes_ -= dropped;
}

void OpenMails::close(Mails::iterator mail) {
  give(*mail);
  if (!mail->was_given) {
    if (mail->has_null_sender) {
      ++counts_.null_senders;
    } else if (!mail->was_tried) {
      ++counts_.never_tried;
    } else if (!mail->has_sender) {
      ++counts_.without_sender;
    }
  }
  bytes_ -= mail->bytes;
  by_key_.erase(mail->key);
  mails_.erase(mail);
}

void OpenMails::end(QueueId id) {
  if (const auto found = find(id); found != mails_.end()) close(found);
}

void OpenMails::end_all() {
  while (!mails_.empty()) close(mails_.begin());
}

}  // namespace backstop::mailbox
