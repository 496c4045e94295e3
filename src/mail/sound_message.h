// For tests and the fuzz target: the rules that hold for every walk over any bytes.
#pragma once

#include <fmt/format.h>

#include <string>

#include "mail/message.h"

namespace backstop::mail {

/// Returns an empty string if `message` is sound, else the rule that it breaks.
inline std::string unsoundness(const Message& message, const Limits& limits) {
  const std::string_view buffer = message.buffer;
  const auto is_inside = [&](std::string_view view) {
    return view.empty() ||
           (view.data() >= buffer.data() && view.data() + view.size() <= buffer.data() + buffer.size());
  };
  if (message.parts.empty()) return "no part";
  if (message.parts.size() > limits.parts) return "too many parts";
  if (message.fields.size() > limits.fields) return "too many fields";
  std::size_t fields = 0;
  for (std::size_t i = 0; i < message.parts.size(); ++i) {
    const Part& part = message.parts[i];
    const auto broken = [&](const char* rule) { return fmt::format("part {}: {}", i, rule); };
    if (part.depth > limits.nesting) return broken("too deep");
    if (part.begin > part.body_begin || part.body_begin > part.end || part.end > buffer.size()) {
      return broken("offsets out of order");
    }
    if (part.body_begin - part.begin > limits.header_bytes) return broken("header past its cap");
    if (part.first_field != fields) return broken("fields out of order");
    fields += part.field_count;
    if (!is_inside(part.content_type_parameters)) return broken("parameters outside of the buffer");
    if (i == 0) {
      if (part.parent != Part::kNoParent || part.depth != 0) return broken("the mail itself has a parent");
      if (part.end != buffer.size()) return broken("the mail itself ends early");
      continue;
    }
    if (part.parent >= i) return broken("before its parent");
    const Part& parent = message.parts[part.parent];
    if (part.depth != parent.depth + 1) return broken("depth is not its parent's and one");
    if (part.begin < parent.body_begin || part.end > parent.end) return broken("not within its parent");
    if (message.parts[i - 1].parent == part.parent && message.parts[i - 1].end > part.begin) {
      return broken("not after the part before it");
    }
  }
  if (fields != message.fields.size()) return "fields that belong to no part";
  for (const Field& field : message.fields) {
    if (field.name.empty() || !is_inside(field.name) || !is_inside(field.value)) return "a field outside";
    if (field.id != field_name(field.name)) return "a field with another's name";
  }
  return "";
}

}  // namespace backstop::mail
