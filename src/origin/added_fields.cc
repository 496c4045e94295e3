#include "origin/added_fields.h"

#include <fmt/format.h>

#include "base/text.h"
#include "mail/message.h"

namespace backstop::origin {

namespace {

constexpr std::string_view name_of(mail::FieldName field) {
  return mail::kFieldNames[static_cast<std::size_t>(field)];
}

/// Calls `each` for the pieces of `list` between separators, without white space around them, until one is
/// true; returns whether one was.
template <typename Each>
bool any_piece(std::string_view list, char separator, Each each) {
  for (;;) {
    const auto end = list.find(separator);
    if (each(base::trim(list.substr(0, end)))) return true;
    if (end == std::string_view::npos) return false;
    list.remove_prefix(end + 1);
  }
}

/// True if the h= of a DKIM-Signature has the name (RFC 6376 3.5). White space may be anywhere around it.
bool signs_field(std::string_view signature, std::string_view name) {
  return any_piece(signature, ';', [name](std::string_view tag) {
    const auto equals = tag.find('=');
    if (equals == std::string_view::npos || base::trim(tag.substr(0, equals)) != "h") return false;
    return any_piece(tag.substr(equals + 1), ':',
                     [name](std::string_view one) { return base::iequals(one, name); });
  });
}

}  // namespace

std::string watermark_line(std::string_view value) {
  return fmt::format("{}: {}\r\n", name_of(mail::FieldName::BackstopWatermark), value);
}

std::string message_id_line(std::string_view id) {
  return fmt::format("{}: <{}>\r\n", name_of(mail::FieldName::MessageId), id);
}

bool needs_message_id(std::string_view header) {
  mail::Message message;
  mail::walk_header(header, message);
  for (const auto& field : message.fields_of(message.parts.front())) {
    if (field.id == mail::FieldName::MessageId) return false;
    if (field.id == mail::FieldName::DKIMSignature &&
        signs_field(field.value, name_of(mail::FieldName::MessageId)))
      return false;
  }
  return message.truncated == mail::Truncation::None;
}

}  // namespace backstop::origin
