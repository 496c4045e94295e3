#include "mailbox/exim_log.h"

#include <algorithm>

#include "base/text.h"
#include "mail/address_syntax.h"

namespace backstop::mailbox {

namespace {

bool is_base62(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return base::is_digit(c) || base::is_alpha(c); });
}

// 1abcDE-000123-4F, or 1abcDE-00000001234-4F5G since Exim 4.97.
bool is_exim_id(std::string_view text) {
  if (text.size() != 16 && text.size() != 23) return false;
  const std::size_t second = text.size() == 16 ? 13 : 18;
  return text[6] == '-' && text[second] == '-' && is_base62(text.substr(0, 6)) &&
         is_base62(text.substr(7, second - 7)) && is_base62(text.substr(second + 1));
}

void skip_process_id(std::string_view& rest) {
  if (!rest.starts_with('[')) return;
  const std::size_t end = rest.find("] ");
  if (end != std::string_view::npos) rest.remove_prefix(end + 2);
}

// An address up to the space after it, or the colon before the text of an error.
std::string_view take_address(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' ', mail::quoted_length(rest)), rest.size());
  auto address = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (address.ends_with(':')) address.remove_suffix(1);
  return address;
}

// The value of id= or id*=, which stands before the subject. What is in quotes is not looked at.
std::string_view id_in(std::string_view rest) {
  bool is_quoted = false;
  for (std::size_t at = 0; at < rest.size(); ++at) {
    if (rest[at] == '\\' && is_quoted) {
      ++at;
    } else if (rest[at] == '"') {
      is_quoted = !is_quoted;
    } else if (rest[at] == ' ' && !is_quoted) {
      std::string_view field = rest.substr(at + 1);
      if (take_prefix(field, "id=") || take_prefix(field, "id*=")) {
        return field.substr(0, field.find(' ', mail::quoted_length(field)));
      }
    }
  }
  return {};
}

struct Recipient {
  std::string_view address;
  std::string_view original;  // before aliases; empty if it is the same
  std::string_view sender;    // empty if it isn't told
};

// "(parent, parent) " of log_selector = +all_parents.
void skip_parents(std::string_view& rest) {
  if (!rest.starts_with('(')) return;
  const std::size_t end = rest.find(") ");
  if (end != std::string_view::npos) rest.remove_prefix(end + 2);
}

Recipient recipient_in(std::string_view rest) {
  Recipient found{.address = take_address(rest), .original = {}, .sender = {}};
  skip_parents(rest);
  if (found.address.find('@') == std::string_view::npos) {
    // A name of this machine, a file or a command with its arguments, or a local part that takes quotes and
    // has none here: the address follows.
    const std::size_t at = rest.starts_with('<') ? 0 : rest.find(" <") + 1;
    if (at == 0 && !rest.starts_with('<')) return {};
    rest.remove_prefix(at);
    found.address = {};
  }
  if (const auto original = take_bracketed(rest)) {
    found.original = *original;
    take_prefix(rest, " ");
  }
  if (take_prefix(rest, "F=")) found.sender = take_bracketed(rest).value_or("");
  return found;
}

}  // namespace

void EximLog::read_arrival(QueueId id, std::string_view rest) {
  if (mails_.has_sender(id)) mails_.begin(id);
  const auto sender = take_address(rest);
  // Its space belongs to the field that follows, too.
  rest = {sender.end(), rest.end()};
  if (const auto message_id = id_in(rest); !message_id.empty()) mails_.set_message_id(id, message_id, false);
  mails_.set_sender(id, sender == "<>" ? "" : sender);
}

void EximLog::read_delivery(QueueId id, std::string_view rest, std::chrono::sys_seconds time,
                            bool is_arrival_before) {
  if (rest.starts_with(":blackhole:")) return;
  const Recipient recipient = recipient_in(rest);
  if (is_arrival_before && !recipient.sender.empty()) mails_.set_sender(id, recipient.sender);
  for (const auto address : {recipient.address, recipient.original}) {
    if (!address.empty()) mails_.add_recipient(id, address, time);
  }
}

bool EximLog::line(std::string_view text, LogClock& clock) {
  std::string_view host;
  std::string_view rest = text;
  auto time = take_log_time(rest, clock);
  if (const auto line = parse_log_line(text, clock); line && line->program.starts_with("exim")) {
    host = line->host;
    rest = line->message;
    // By syslog, a time of Exim's own may follow the program's name.
    time = take_log_time(rest, clock).value_or(line->time);
  } else if (!time) {
    return line.has_value();
  }
  skip_process_id(rest);
  const std::size_t space = rest.find(' ');
  if (space == std::string_view::npos || !is_exim_id(rest.substr(0, space))) return true;
  const QueueId id{host, rest.substr(0, space)};
  rest.remove_prefix(space + 1);
  const auto flag = rest.substr(0, 3);
  if (rest == "Completed" || rest.starts_with("Completed ")) {
    mails_.end(id);
  } else if (flag == "<= ") {
    read_arrival(id, rest.substr(3));
  } else if (flag == "=> " || flag == "-> " || flag == ">> " || flag == "** " || flag == "== ") {
    // The line of a delivery while the mail came (">>") is before the one of the arrival, which tells more.
    read_delivery(id, rest.substr(3), *time, flag != ">> ");
  }
  return true;
}

}  // namespace backstop::mailbox
