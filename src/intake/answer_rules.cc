#include "intake/answer_rules.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace backstop::intake {

namespace {

constexpr std::string_view kWordEnds = " \t\r\n,;(";

/// True if a word of the value is one of `words`.
template <std::size_t N>
bool has_word(std::string_view value, const std::array<std::string_view, N>& words) {
  while (!value.empty()) {
    const auto end = std::min(value.find_first_of(kWordEnds), value.size());
    const auto word = value.substr(0, end);
    if (std::ranges::any_of(words, [&](std::string_view one) { return base::iequals(word, one); }))
      return true;
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return false;
}

bool is_automatic(std::string_view value) {
  const auto word = value.substr(0, value.find_first_of(kWordEnds));
  return !word.empty() && !base::iequals(word, "no");
}

bool is_in_bulk(std::string_view value) {
  return has_word(value, std::to_array<std::string_view>({"bulk", "junk", "list", "auto_reply"}));
}

// MS-OXCMAIL 2.2.3.2.14. "DR" and its like ask for no receipts, which is another thing.
bool is_suppressing(std::string_view value) {
  return has_word(value, std::to_array<std::string_view>({"all", "oof", "autoreply"}));
}

bool is_any(std::string_view /*value*/) {
  return true;
}

struct FieldRule {
  std::string_view name;
  bool (*forbids)(std::string_view value);
};

constexpr FieldRule kFields[] = {
    {"Auto-Submitted", is_automatic},
    {"Precedence", is_in_bulk},
    {"X-Auto-Response-Suppress", is_suppressing},
    {"List-Id", is_any},
    {"List-Post", is_any},
    {"List-Unsubscribe", is_any},
    {"List-Help", is_any},
    {"List-Subscribe", is_any},
    {"List-Owner", is_any},
    {"List-Archive", is_any},
};

constexpr std::string_view kRoleNames[] = {"mailer-daemon", "mailer_daemon", "listserv", "majordomo",
                                           "double-bounce"};
constexpr std::string_view kRoleFronts[] = {"owner-", "bounce-", "bounces-", "bounce+", "bounces+"};
constexpr std::string_view kRoleEnds[] = {"-request", "-owner", "-bounce", "-bounces"};

}  // namespace

bool forbids_answer(std::string_view field) {
  const auto colon = field.find(':');
  if (colon == std::string_view::npos) return false;
  const auto name = base::trim(field.substr(0, colon));
  const auto* const rule =
      std::ranges::find_if(kFields, [&](const FieldRule& one) { return base::iequals(one.name, name); });
  return rule != std::end(kFields) && rule->forbids(base::trim(field.substr(colon + 1)));
}

bool is_role_sender(std::string_view address) {
  const auto at = address.rfind('@');
  const auto local = address.substr(0, at);
  const auto is_local = [&](std::string_view one) { return base::iequals(local, one); };
  const auto begins = [&](std::string_view one) { return base::istarts_with(local, one); };
  const auto ends = [&](std::string_view one) {
    return local.size() > one.size() && base::iequals(local.substr(local.size() - one.size()), one);
  };
  // Mailman's VERP puts the subscriber behind the role: "list-bounces+ann=example.org".
  return std::ranges::any_of(kRoleNames, is_local) || std::ranges::any_of(kRoleFronts, begins) ||
         std::ranges::any_of(kRoleEnds, ends) || base::icontains(local, "-bounces+");
}

}  // namespace backstop::intake
