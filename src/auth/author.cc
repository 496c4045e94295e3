#include "auth/author.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/domain_key.h"
#include "mail/address_list.h"

namespace backstop::auth {

namespace {

Author nobody(std::string why) {
  return {.why = std::move(why)};
}

bool is_name(std::string_view domain) {
  return !domain.empty() && domain.size() <= base::kDomainMost && !domain.starts_with('[');
}

}  // namespace

Author author_of(std::span<const mail::Field> header) {
  const auto is_from = [](const mail::Field& field) { return field.id == mail::FieldName::From; };
  const auto from = std::ranges::find_if(header, is_from);
  if (from == header.end()) return nobody("there is no From");
  if (std::find_if(from + 1, header.end(), is_from) != header.end()) {
    return nobody("there are several From fields");
  }
  auto addresses = mail::parse_address_list(from->value, Author::kMost + 1);
  if (addresses.empty()) return nobody("From has no address");
  if (addresses.size() > Author::kMost) {
    return nobody(fmt::format("From has more than {} addresses", Author::kMost));
  }
  auto domain = base::domain_key(addresses.front().domain);
  if (!is_name(domain)) return nobody("the address in From has no domain name");
  for (const auto& address : addresses) {
    if (base::domain_key(address.domain) != domain) return nobody("From has addresses of several domains");
  }
  return {std::move(domain), std::move(addresses), {}};
}

}  // namespace backstop::auth
