#include "intake/address_value.h"

#include <algorithm>
#include <utility>

#include "dkim/digest.h"
#include "origin/owner.h"

namespace backstop::intake {

namespace {

using auth::Cover;
using store::Authentication;

/// Whoever signs a mail can write more authors into it.
bool is_author(const mail::Address& address, const ArrivalFacts& facts) {
  if (facts.authors.size() != 1) return false;
  const auto owner = origin::owner_of(address, facts.delimiter).text();
  return std::ranges::any_of(facts.authors, [&](const mail::Address& from) {
    return origin::owner_of(from, facts.delimiter).text() == owner;
  });
}

Authentication by_signature(const mail::Address& address, const ArrivalFacts& facts) {
  const auto digest = dkim::sha256(signature_for(facts.found, address));
  return store::signed_by(static_cast<std::uint16_t>(digest[0] << 8U | digest[1]));
}

Authentication value_of(Cover cover, const mail::Address& address, const ArrivalFacts& facts) {
  const auto by_spf = facts.is_shared ? Authentication::SharedSpf : Authentication::Passed;
  switch (cover) {
    case Cover::No:
      return Authentication::Failed;
    case Cover::Unknown:
      return Authentication::Unknown;
    case Cover::Domain:
      return Authentication::SharedSpf;
    case Cover::SpfAlone:
      return by_spf;
    case Cover::Yes:
      const bool is_spf = covers_by_spf(facts.found, address) == Cover::SpfAlone && !facts.is_shared;
      if (is_spf) return by_spf;
      // Whoever had a mail of several authors signed may have chosen the others.
      return facts.authors.size() > 1 ? Authentication::SharedSpf : by_signature(address, facts);
  }
  std::unreachable();
}

}  // namespace

Authentication address_value(std::string_view address, const ArrivalFacts& facts) {
  const mail::Address domain_alone{.local = {},
                                   .domain = std::string(address.substr(address.rfind('@') + 1))};
  const auto one = mail::parse_address(address).value_or(domain_alone);
  const bool is_path = address == facts.reverse_path;
  const bool is_in_from =
      std::ranges::any_of(facts.authors, [&](const mail::Address& from) { return from.folded() == address; });
  auto cover = is_path ? covers_reverse_path(facts.found, one, is_author(one, facts)) : Cover::No;
  if (is_in_from || !is_path) cover = std::max(cover, covers_author(facts.found, one));
  return value_of(cover, one, facts);
}

}  // namespace backstop::intake
