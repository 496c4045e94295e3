// How two domains lie to each other in the tree of DNS. Both are A-labels in lower case. Pure.
#pragma once

#include <string_view>

namespace backstop::auth {

/// Returns true if `domain` is `upper` or below it. False for an empty `upper`.
constexpr bool is_within(std::string_view domain, std::string_view upper) {
  if (upper.empty() || !domain.ends_with(upper)) return false;
  return domain.size() == upper.size() || domain[domain.size() - upper.size() - 1] == '.';
}

/// Returns true if their last labels are the same.
constexpr bool has_common_end(std::string_view one, std::string_view other) {
  return one.substr(one.rfind('.') + 1) == other.substr(other.rfind('.') + 1);
}

/// Returns true if whoever has `identity` speaks for mail of `domain` without any DMARC record: it is the
/// same domain, or below `identity`, which is no top-level domain.
constexpr bool speaks_for(std::string_view identity, std::string_view domain) {
  if (identity == domain) return !domain.empty();
  return identity.find('.') != std::string_view::npos && is_within(domain, identity);
}

}  // namespace backstop::auth
