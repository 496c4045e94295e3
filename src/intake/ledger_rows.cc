#include "intake/ledger_rows.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/domain_key.h"
#include "mail/address_list.h"
#include "origin/owner.h"
#include "response/answered.h"

namespace backstop::intake {

namespace {

std::optional<mail::Address> our_owner(const mail::Address* address, const Site& site) {
  if (address == nullptr || site.find_domain(address->domain) == nullptr) return std::nullopt;
  return origin::owner_of(*address, site.tags.delimiter);
}

std::vector<std::string> addressees_of(const std::vector<Recipient>& recipients) {
  std::vector<std::string> addressees;
  addressees.reserve(recipients.size());
  for (const auto& one : recipients) addressees.push_back(base::address_key(one.given));
  return addressees;
}

store::Authentication authentication_of(const ClientFacts& client) {
  if (client.is_authenticated) return store::Authentication::Authenticated;
  return client.is_trusted ? store::Authentication::Trusted : store::Authentication::Unknown;
}

}  // namespace

void LedgerRows::add_owner(const mail::Address& owner, std::string_view message_id,
                           std::span<const std::string_view> addressees, std::chrono::sys_days day) {
  const std::string_view name = keep(owner.text());
  const auto count = static_cast<std::uint32_t>(addressees.size());
  if (count > 0) rows_.push_back({store::recipients_on(name, day), count});
  if (!message_id.empty()) rows_.push_back({store::sent_id(name, message_id), std::max(count, 1U)});
  for (const auto addressee : addressees) {
    if (!message_id.empty()) rows_.push_back({store::sent_to(name, message_id, addressee)});
    rows_.push_back({store::pair(name, addressee)});
  }
}

void LedgerRows::add_departure(const LeavingMail& mail, const Site& site) {
  const auto envelope = our_owner(mail.reverse_path, site);
  auto from = our_owner(mail.from, site);
  if (from == envelope) from.reset();
  if (!envelope && !from) return;
  std::vector<std::string_view> addressees;
  for (const auto& one : mail.addressees) addressees.push_back(keep(one));
  const std::string_view message_id = keep(std::string(mail.message_id));
  for (const auto& owner : {envelope, from}) {
    if (owner) add_owner(*owner, message_id, addressees, mail.day);
  }
  if (envelope && from) rows_.push_back({store::sent_as(keep(envelope->text()), keep(from->text()))});
  const std::string_view domain = keep((envelope ? envelope : from)->domain);
  const bool has_other = envelope && from && from->domain != envelope->domain;
  const std::string_view other = has_other ? keep(from->domain) : std::string_view();
  for (const auto addressee : addressees) {
    rows_.push_back({store::way_out(domain, addressee)});
    if (has_other) rows_.push_back({store::way_out(other, addressee)});
  }
}

void LedgerRows::add_arrival(std::string_view received_id, std::string_view message_id,
                             const mail::Address* reverse_path, store::Authentication authentication) {
  const auto value = static_cast<std::uint32_t>(authentication);
  rows_.push_back({store::arrival(keep(std::string(received_id))), value});
  if (reverse_path == nullptr || message_id.empty()) return;
  rows_.push_back({store::arrival(keep(std::string(message_id)), keep(reverse_path->folded())), value});
}

LedgerRows ledger_rows_of(const Transaction& transaction, std::string_view message_id,
                          std::string_view from) {
  const auto& path = transaction.mail.reverse_path;
  const mail::Address* const reverse_path = path.is_null() ? nullptr : &*path.address;
  const std::string id = response::message_id_of(message_id);
  LedgerRows rows;
  rows.add_arrival(transaction.id, id, reverse_path, authentication_of(transaction.client));
  if (!transaction.is_outbound()) return rows;
  const auto authors = mail::parse_address_list(from, 1);
  const auto addressees = addressees_of(transaction.recipients);
  rows.add_departure({.reverse_path = reverse_path,
                      .from = authors.empty() ? nullptr : &authors.front(),
                      .message_id = id,
                      .addressees = addressees,
                      .day = transaction.today},
                     *transaction.site);
  return rows;
}

}  // namespace backstop::intake
