#include "app/value_types.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include "app/kind_words.h"
#include "app/usage_words.h"
#include "base/text.h"
#include "origin/origin.h"
#include "policy/verdict.h"
#include "report/event_count.h"
#include "response/response.h"
#include "store/event.h"

namespace backstop::app {

namespace {

/// What the gateway itself says.
constexpr auto kOwnCauses =
    std::to_array<std::string_view>({"next-hop", store::kLateUnknown, "limit", "failed", store::kOpened,
                                     store::kReleased, store::kDeleted, store::kSurge, store::kSurgeOver});

/// The causes of policy, and those.
const auto kCauses = [] {
  std::array<std::string_view, policy::kCauseCount + kOwnCauses.size()> causes{};
  const auto end = std::ranges::transform(policy::causes(), causes.begin(), &policy::CauseRow::name).out;
  std::ranges::copy(kOwnCauses, end);
  return causes;
}();

/// The kinds, and the words that people have for them.
const auto kKinds = [] {
  std::array<std::string_view, response::kKindNames.size() + kKindWords.size()> kinds{};
  const auto end = std::ranges::copy(response::kKindNames, kinds.begin()).out;
  std::ranges::transform(kKindWords, end, &KindWord::word);
  return kinds;
}();

/// The manual pages that are no command's.
constexpr auto kOtherPages = std::to_array<std::string_view>({"backstop.toml"});

const std::array kTypes = std::to_array<ValueType>({
    {.name = "KIND", .words = kKinds},
    {.name = "ORIGIN", .words = origin::kResultNames},
    {.name = "CAUSE", .words = kCauses},
    {.name = "VERDICT", .words = store::kVerdictNames},
    {.name = "ACTION", .words = store::kVerdictNames},
    {.name = "DONE", .words = store::kDoneNames},
    {.name = "DIRECTION", .words = store::kDirectionNames},
    {.name = "BY", .words = report::kCountNames},
    {.name = "FILE", .completes = Completes::Files},
    {.name = "PATH", .completes = Completes::Files},
    {.name = "URL", .completes = Completes::Files},
    {.name = "CONFIG", .completes = Completes::Files},
    {.name = "NEW", .completes = Completes::Files},
    {.name = "DIR", .completes = Completes::Folders},
    {.name = "FOLDER", .completes = Completes::Folders},
    {.name = "COMMAND", .completes = Completes::Commands},
    {.name = "PAGE", .completes = Completes::Commands, .words = kOtherPages},
});

}  // namespace

std::span<const ValueType> value_types() {
  return kTypes;
}

const ValueType* find_value_type(std::string_view name) {
  const auto found = std::ranges::find(kTypes, name, &ValueType::name);
  return found == kTypes.end() ? nullptr : &*found;
}

std::span<const std::string_view> words_of(std::string_view name) {
  const ValueType* const type = find_value_type(name);
  return type == nullptr ? std::span<const std::string_view>() : type->words;
}

CLI::Validator one_of(std::string_view name) {
  const auto words = words_of(name);
  return {[words](const std::string& text) {
            if (std::ranges::find(words, text) != words.end()) return std::string();
            return fmt::format("{} is not one of: {}{}", base::printable(text, 80), fmt::join(words, ", "),
                               did_you_mean(suggestions(text, words)));
          },
          ""};
}

std::string value_name(const CLI::Option& option) {
  if (option.get_type_size() == 0) return {};
  const std::string type = option.get_type_name();
  return type.empty() && option.get_positional() ? option.get_name(true) : type;
}

}  // namespace backstop::app
