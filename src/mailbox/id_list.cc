#include "mailbox/id_list.h"

#include <algorithm>

#include "base/text.h"
#include "mail/address.h"
#include "mailbox/open_mails.h"

namespace backstop::mailbox {

namespace {

// Takes "<...>" or all up to white space, and the white space after it.
std::string_view take_column(std::string_view& rest) {
  const std::size_t bracket = rest.starts_with('<') ? rest.find('>') : std::string_view::npos;
  const std::size_t from = bracket == std::string_view::npos ? 0 : bracket;
  const auto space = std::ranges::find_if(rest.substr(from), base::is_space);
  const auto column = rest.substr(0, static_cast<std::size_t>(space - rest.begin()));
  rest = base::trim(rest.substr(column.size()));
  return column;
}

}  // namespace

bool IdList::line(std::string_view text, LogClock& clock) {
  std::string_view rest = base::trim(text);
  if (rest.empty() || rest.starts_with('#')) return true;
  SentMail mail;
  mail.time = clock.latest();
  mail.message_id = message_id_of(take_column(rest));
  if (!rest.empty() && !rest.starts_with('#')) {
    const auto owner = mail::parse_path(take_column(rest));
    if (!owner || owner->is_null() || owner->address->domain.empty()) {
      ++counts_.bad_addresses;
      return false;
    }
    mail.sender = owner->address->text();
  }
  if (mail.message_id.empty() || (!rest.empty() && !rest.starts_with('#'))) return false;
  visitor_.sent(mail);
  ++counts_.mails;
  return true;
}

}  // namespace backstop::mailbox
