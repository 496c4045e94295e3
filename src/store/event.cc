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

std::string to_words(Facts facts) {
  std::string words;
  for (std::size_t i = 0; i < kFactNames.size(); ++i) {
    if (facts.has(static_cast<Fact>(i))) words.append(words.empty() ? "" : " ").append(kFactNames[i]);
  }
  return words;
}

Facts facts_of(std::string_view words) {
  Facts facts;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    std::optional<Fact> fact;
    find(word, kFactNames, fact);
    if (fact) facts.add(*fact);
  }
  return facts;
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
