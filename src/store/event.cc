#include "store/event.h"

#include <algorithm>
#include <span>

#include "base/text.h"

namespace backstop::store {

namespace {

template <typename Word>
void find(std::string_view name, std::span<const std::string_view> names, std::optional<Word>& value) {
  const auto at = std::ranges::find(names, name);
  value.reset();
  if (at != names.end()) value = static_cast<Word>(at - names.begin());
}

}  // namespace

void set_by_name(std::string_view name, std::optional<Direction>& value) {
  find(name, kDirectionNames, value);
}

void set_by_name(std::string_view name, std::optional<Verdict>& value) {
  find(name, kVerdictNames, value);
}

void set_by_name(std::string_view name, std::optional<Done>& value) {
  find(name, kDoneNames, value);
}

bool is_sound(std::string_view text) {
  return !text.contains('\0') && base::is_utf8(text);
}

std::string sound_text(std::string_view text) {
  std::string out;
  for (const char c : base::well_formed(text)) {
    if (c == '\0') {
      out += "\uFFFD";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace backstop::store
