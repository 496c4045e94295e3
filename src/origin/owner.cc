#include "origin/owner.h"

#include <algorithm>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"
#include "origin/tag_shape.h"

namespace backstop::origin {

namespace {

/// Takes off every tag: two systems may have signed the address.
mail::Address without_tags(mail::Address address, char delimiter) {
  while (!is_srs(address.local)) {
    auto tag = find_tag(address, delimiter);
    if (!tag) break;
    address = std::move(tag->plain);
  }
  return address;
}

std::string_view without_sub_address(std::string_view local, char delimiter) {
  const std::size_t end = local.find(delimiter);
  return end == 0 || is_srs(local) ? local : local.substr(0, end);
}

}  // namespace

mail::Address owner_of(const mail::Address& address, char delimiter) {
  auto plain = without_tags(address, delimiter);
  // "prvs=bob=787c97471+shop" is seen to have a tag only once its sub-address is gone.
  for (std::size_t size = 0; size != plain.local.size();) {
    size = without_sub_address(plain.local, delimiter).size();
    plain.local.resize(size);
    plain = without_tags(std::move(plain), delimiter);
  }
  return {base::to_lower(plain.local), base::domain_key(plain.domain)};
}

std::string_view domain_of_owner(std::string_view owner) {
  return owner.substr(owner.rfind('@') + 1);
}

std::string_view at_domain_of(std::string_view owner) {
  return owner.substr(std::min(owner.rfind('@'), owner.size()));
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
  std::size_t star = std::string_view::npos;  // the last one that was met
  std::size_t retry = 0;                      // where the text goes on if that one takes one character more
  std::size_t p = 0;
  for (std::size_t t = 0; t < text.size();) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && base::ascii_lower(pattern[p]) == base::ascii_lower(text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

OwnerSet::OwnerSet(const mail::Address& recipient, const OwnerRules& rules) : delimiter_(rules.delimiter) {
  const auto plain = without_tags(recipient, rules.delimiter);
  const auto mailbox = owner_of(plain, rules.delimiter);
  is_for_all_ = std::ranges::any_of(rules.bounces, [&](const std::string& pattern) {
    return matches_pattern(pattern, mailbox.local) || matches_pattern(pattern, plain.local);
  });
  addresses_.push_back(mailbox.text());
  for (const auto& alias : rules.aliases) {
    if (alias.starts_with('@')) {
      domains_.push_back(alias);
    } else if (alias != owner()) {
      addresses_.push_back(alias);
    }
  }
}

bool OwnerSet::contains(std::string_view address) const {
  return std::ranges::find(addresses_, address) != addresses_.end() || is_configured(address);
}

bool OwnerSet::is_configured(std::string_view address) const {
  const auto domain = at_domain_of(address);
  if (domain.size() < 2) return false;
  return (is_for_all_ && domain == at_domain_of(owner())) ||
         std::ranges::find(domains_, domain) != domains_.end();
}

std::vector<std::string> OwnerSet::candidates(std::span<const mail::Address> froms) {
  std::vector<std::string> unknown;
  for (const auto& from : froms) {
    auto address = owner_of(from, delimiter_).text();
    if (contains(address)) {
      admit(std::move(address));
    } else if (std::ranges::find(unknown, address) == unknown.end()) {
      unknown.push_back(std::move(address));
    }
  }
  return unknown;
}

void OwnerSet::admit(std::string address) {
  const auto found = std::ranges::find(addresses_, address);
  if (found == addresses_.begin()) return;
  if (found != addresses_.end()) {
    std::rotate(addresses_.begin() + 1, found, found + 1);
  } else {
    addresses_.insert(addresses_.begin() + 1, std::move(address));
  }
}

}  // namespace backstop::origin
