#include "auth/dmarc_record.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"

namespace backstop::auth {

namespace {

struct Tag {
  std::string_view name;
  std::string_view value;
};

std::string_view trim_blanks(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes the next tag off the record. One without "=" has no name.
Tag next_tag(std::string_view& rest) {
  const auto end = std::min(rest.find(';'), rest.size());
  const auto spec = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  const auto equals = spec.find('=');
  if (equals == std::string_view::npos) return {};
  return {trim_blanks(spec.substr(0, equals)), trim_blanks(spec.substr(equals + 1))};
}

/// What is read on the way, beside the record.
struct Draft {
  DmarcRecord record;
  bool has_bad_policy = false;
  bool has_report_uri = false;
};

std::optional<DmarcPolicy> read_policy(std::string_view value, Draft& draft) {
  for (std::size_t i = 0; i < kDmarcPolicyNames.size(); ++i) {
    if (base::iequals(value, kDmarcPolicyNames[i])) return static_cast<DmarcPolicy>(i);
  }
  draft.has_bad_policy = true;
  return std::nullopt;
}

void read_p(std::string_view value, Draft& draft) {
  draft.record.policy = read_policy(value, draft).value_or(DmarcPolicy::None);
}
void read_sp(std::string_view value, Draft& draft) {
  draft.record.subdomain_policy = read_policy(value, draft);
}
void read_np(std::string_view value, Draft& draft) {
  draft.record.non_existent = read_policy(value, draft);
}
void read_adkim(std::string_view value, Draft& draft) {
  draft.record.is_strict_dkim = base::iequals(value, "s");
}
void read_aspf(std::string_view value, Draft& draft) {
  draft.record.is_strict_spf = base::iequals(value, "s");
}
void read_t(std::string_view value, Draft& draft) {
  draft.record.is_test = base::iequals(value, "y");
}
void read_psd(std::string_view value, Draft& draft) {
  if (base::iequals(value, "y")) draft.record.psd = DmarcRecord::Psd::Yes;
  if (base::iequals(value, "n")) draft.record.psd = DmarcRecord::Psd::No;
}

/// A scheme, a colon, and something behind it (RFC 3986 3.1), without white space.
bool is_uri(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  const auto may_follow = [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  return base::is_alpha(text.front()) && std::ranges::all_of(text.substr(0, colon), may_follow) &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

void read_rua(std::string_view value, Draft& draft) {
  while (!value.empty() && !draft.has_report_uri) {
    const auto end = std::min(value.find(','), value.size());
    draft.has_report_uri = is_uri(trim_blanks(value.substr(0, end)));
    value.remove_prefix(std::min(end + 1, value.size()));
  }
}

struct Row {
  std::string_view name;
  void (*read)(std::string_view value, Draft& draft);
};

/// The tags that say something to a receiver that writes no reports. `pct`, `rf` and `ri` are historic.
constexpr Row kRows[] = {
    {"p", read_p},       {"sp", read_sp}, {"np", read_np},   {"adkim", read_adkim},
    {"aspf", read_aspf}, {"t", read_t},   {"psd", read_psd}, {"rua", read_rua},
};

bool is_version(const Tag& tag) {
  return base::iequals(tag.name, "v") && tag.value == "DMARC1";
}

/// Returns the tag list behind the version; nullopt for a text that has none in front.
std::optional<std::string_view> behind_version(std::string_view text) {
  if (text.empty() || (text.front() != 'v' && text.front() != 'V')) return std::nullopt;
  if (!is_version(next_tag(text))) return std::nullopt;
  return text;
}

/// RFC 9989 4.10.1: with a URI for reports a bad policy counts as `p=none`.
void settle(Draft& draft) {
  if (!draft.has_bad_policy) return;
  draft.record.is_usable = draft.has_report_uri;
  draft.record.policy = DmarcPolicy::None;
  draft.record.subdomain_policy.reset();
  draft.record.non_existent.reset();
}

}  // namespace

std::optional<DmarcRecord> parse_dmarc_record(std::string_view text) {
  auto rest = behind_version(text);
  if (!rest) return std::nullopt;
  Draft draft;
  std::array<bool, std::size(kRows)> is_read{};
  while (!rest->empty()) {
    const Tag tag = next_tag(*rest);
    const auto* const row =
        std::ranges::find_if(kRows, [&](const Row& one) { return base::iequals(one.name, tag.name); });
    const auto at = static_cast<std::size_t>(row - std::begin(kRows));
    if (row == std::end(kRows) || std::exchange(is_read[at], true)) continue;
    row->read(tag.value, draft);
  }
  settle(draft);
  return draft.record;
}

}  // namespace backstop::auth
