#include "demo/arrived.h"

#include "base/text.h"
#include "mail/address_list.h"
#include "mail/message.h"

namespace backstop::demo {

std::optional<Arrived> read_arrived(std::string_view mail) {
  mail::Message message;
  mail::walk_header(mail, message);
  const mail::Part& part = message.parts.front();
  const auto path = mail::parse_path(base::trim(message.value(part, mail::FieldName::ReturnPath)));
  const auto to = mail::parse_address_list(message.value(part, mail::FieldName::To), 1);
  if (!path || path->is_null() || to.empty()) return std::nullopt;
  std::string_view rest = message.header_of(part);
  std::string_view line;
  // Return-Path is the first line: the delivery put it on top.
  base::next_line(rest, line);
  if (rest.ends_with("\n\n")) rest.remove_suffix(1);
  return Arrived{.return_path = path->address->text(),
                 .to = to.front().text(),
                 .subject = std::string(base::trim(message.value(part, mail::FieldName::Subject))),
                 .message_id = std::string(base::trim(message.value(part, mail::FieldName::MessageId))),
                 .header = std::string(rest),
                 .body = std::string(message.body_of(part))};
}

}  // namespace backstop::demo
