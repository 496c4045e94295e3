// The owner of an address: whose mailbox it is, whatever tag or sub-address it was written with. Proofs are
// bound to owners. Pure values; a set belongs to one recipient of one response.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mail/address.h"

namespace backstop::origin {

/// Returns the owner of an address: no tag of any product, no sub-address, the local part in lower case
/// (ASCII), the domain as base::domain_key() makes it. A sub-address begins at the first delimiter that is
/// not the first character. A local part of SRS (tag_shape.h) is taken whole.
mail::Address owner_of(const mail::Address& address, char delimiter);

/// Returns the domain of an address as text, such as that of owner_of(); empty for an empty text.
std::string_view domain_of_owner(std::string_view owner);
/// Returns the same with its "@"; empty if the address has no domain.
std::string_view at_domain_of(std::string_view owner);

/// What is configured for the owner's domain.
struct OwnerRules {
  char delimiter = '+';  ///< of sub-addresses
  /// The addresses that the domain's aliases map to the owner, each once, as the text of owner_of().
  /// "@domain" stands for every address of that domain.
  std::span<const std::string> aliases = {};
  /// The local parts, in any case, that send for every From of their domain. A '*' matches any run of
  /// characters. They are compared with the owner's local part and with the one that has its sub-address.
  std::span<const std::string> bounces = {};
};

/// True if `pattern`, in which '*' matches any run of characters, matches the whole text. ASCII case does not
/// count.
bool matches_pattern(std::string_view pattern, std::string_view text);

/// The addresses whose mail a response to the recipient may answer. Which From addresses the ledger saw with
/// this envelope sender is asked in two steps: candidates() names those that it must be asked for, and
/// admit() takes those for which it says yes. Every address is the text of owner_of().
class OwnerSet {
 public:
  OwnerSet(const mail::Address& recipient, const OwnerRules& rules);

  const std::string& owner() const { return addresses_.front(); }
  /// The owner first, then the From addresses that belong to the set, then the aliases.
  const std::vector<std::string>& addresses() const { return addresses_; }
  bool contains(std::string_view address) const;

  /// Takes the From addresses of what came back, admits those that the configuration lets in, and returns the
  /// others, each once.
  std::vector<std::string> candidates(std::span<const mail::Address> froms);
  /// Puts the address behind the owner, so that it is among the first that are tried.
  void admit(std::string address);

 private:
  bool is_configured(std::string_view address) const;

  char delimiter_;
  bool is_for_all_ = false;  ///< the owner sends for every From of its domain
  std::vector<std::string> addresses_;
  std::vector<std::string> domains_;  ///< with their "@": every address of these belongs to the set
};

}  // namespace backstop::origin
