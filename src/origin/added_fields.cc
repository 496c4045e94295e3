#include "origin/added_fields.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "dkim/tag_list.h"
#include "mail/message.h"

namespace backstop::origin {

namespace {

constexpr std::string_view name_of(mail::FieldName field) {
  return mail::kFieldNames[static_cast<std::size_t>(field)];
}

/// True if the h= of a DKIM-Signature has the name. A field that can't be read is nobody's proof.
bool signs_field(std::string_view signature, std::string_view name) {
  const auto tags = dkim::TagList::parse(signature);
  const auto* const names = tags ? tags->find("h") : nullptr;
  return names != nullptr && std::ranges::any_of(dkim::split_at_colons(names->value),
                                                 [&](auto one) { return base::iequals(one, name); });
}

}  // namespace

std::string watermark_line(std::string_view value) {
  return fmt::format(FMT_COMPILE("{}: {}\r\n"), name_of(mail::FieldName::BackstopWatermark), value);
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
