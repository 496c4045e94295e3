#include "intake/ledger_rows.h"

#include <algorithm>
#include <utility>

#include "base/domain_key.h"
#include "origin/owner.h"
#include "response/answered.h"

namespace backstop::intake {

namespace {

bool is_ours(std::string_view owner, const Site& site) {
  return !owner.empty() && site.find_domain(origin::domain_of_owner(owner)) != nullptr;
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

void LedgerRows::add_owner(std::string_view owner, std::string_view message_id,
                           std::span<const std::string_view> addressees, std::chrono::sys_days day) {
  const auto count = static_cast<std::uint32_t>(addressees.size());
  if (count > 0) rows_.push_back({store::recipients_on(owner, day), count});
  if (!message_id.empty()) rows_.push_back({store::sent_id(owner, message_id), std::max(count, 1U)});
  for (const auto addressee : addressees) {
    if (!message_id.empty()) rows_.push_back({store::sent_to(owner, message_id, addressee)});
    rows_.push_back({store::pair(owner, addressee)});
  }
}

void LedgerRows::add_departure(const LeavingMail& mail, const Site& site) {
  std::vector<std::string_view> owners;
  for (const auto one : {mail.sender, mail.from == mail.sender ? std::string_view() : mail.from}) {
    if (is_ours(one, site)) owners.push_back(keep(std::string(one)));
  }
  if (owners.empty()) return;
  std::vector<std::string_view> addressees;
  for (const auto& one : mail.addressees) addressees.push_back(keep(one));
  const std::string_view message_id = keep(std::string(mail.message_id));
  for (const auto owner : owners) add_owner(owner, message_id, addressees, mail.day);
  const auto domain = origin::domain_of_owner(owners.front());
  const auto other = origin::domain_of_owner(owners.back());
  if (owners.size() > 1) rows_.push_back({store::sent_as(owners.front(), owners.back())});
  for (const auto addressee : addressees) {
    rows_.push_back({store::way_out(domain, addressee)});
    if (other != domain) rows_.push_back({store::way_out(other, addressee)});
  }
}

void LedgerRows::add_arrival(std::string_view received_id, std::string_view message_id,
                             const mail::Address* reverse_path, store::Authentication authentication) {
  const auto value = static_cast<std::uint32_t>(authentication);
  rows_.reserve(rows_.size() + kUsual);
  rows_.push_back({store::arrival(keep(std::string(received_id))), value});
  if (reverse_path == nullptr || message_id.empty()) return;
  rows_.push_back({store::arrival(keep(std::string(message_id)), keep(reverse_path->folded())), value});
}

LedgerRows ledger_rows_of(const Transaction& transaction, std::string_view message_id) {
  const auto& path = transaction.mail.reverse_path;
  const mail::Address* const reverse_path = path.is_null() ? nullptr : &*path.address;
  const std::string id = response::message_id_of(message_id);
  LedgerRows rows;
  rows.add_arrival(transaction.id, id, reverse_path, authentication_of(transaction.client));
  if (!transaction.leaving) return rows;
  const auto addressees = addressees_of(transaction.recipients);
  rows.add_departure({.sender = transaction.leaving->sender,
                      .from = transaction.leaving->from,
                      .message_id = id,
                      .addressees = addressees,
                      .day = transaction.today},
                     *transaction.site);
  return rows;
}

}  // namespace backstop::intake
