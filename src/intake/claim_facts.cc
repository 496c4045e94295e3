#include "intake/claim_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/domain_key.h"

namespace backstop::intake {

origin::OwnerSet owners_of(const mail::Address& recipient, const DomainSettings& domain, char delimiter) {
  std::vector<std::string> aliases;
  if (domain.aliases != nullptr) {
    aliases = domain.aliases->get()->of(origin::owner_of(recipient, delimiter).text());
  }
  return {recipient, {.delimiter = delimiter, .aliases = aliases, .bounces = domain.bounces}};
}

bool is_from_relay(const Transaction& transaction, const DomainSettings& domain) {
  return transaction.is_from_relay || std::ranges::any_of(transaction.client.bringers, [&](const auto& host) {
           return net::contains(domain.relays, host);
         });
}

bool is_from_relay(const Transaction& transaction) {
  return transaction.is_from_relay || std::ranges::any_of(transaction.recipients, [&](const Recipient& one) {
           return one.domain != nullptr && is_from_relay(transaction, *one.domain);
         });
}

std::string local_of(const ClientFacts& client, const DomainSettings& domain) {
  if (client.is_authenticated) return "The client that brings it has logged in.";
  if (client.is_trusted) return "The client that brings it is in a trusted network.";
  if (net::contains(domain.local_hosts, client.address)) {
    return fmt::format("The host {} that brings it is one of ours.", client.address.to_string());
  }
  return {};
}

bool is_local(const Transaction& transaction) {
  return std::ranges::any_of(transaction.recipients, [&](const Recipient& one) {
    return one.domain != nullptr && !local_of(transaction.client, *one.domain).empty();
  });
}

void note_unproven(const Transaction& transaction, const std::string& owner,
                   const response::Response& response, const origin::Origin& origin, SurgeTime now) {
  const bool is_counted = response.kind != response::Kind::None &&
                          response.kind != response::Kind::FeedbackReport &&
                          origin.result != origin::Result::Genuine;
  if (transaction.surges == nullptr || !is_counted) return;
  const std::string& author = response.author;
  const std::string from_domain =
      author.contains('@') ? base::domain_key(origin::domain_of_owner(author)) : std::string();
  transaction.surges->note(owner, response.kind, from_domain, now);
}

bool is_surge(const Transaction& transaction, const std::string& owner, SurgeTime now) {
  return transaction.surges != nullptr && transaction.surges->is_surge(owner, now);
}

bool is_tightened(const Transaction& transaction, const std::string& owner, SurgeTime now) {
  return transaction.site->is_tightening && is_surge(transaction, owner, now);
}

}  // namespace backstop::intake
