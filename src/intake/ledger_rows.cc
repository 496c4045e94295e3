#include "intake/ledger_rows.h"

#include <algorithm>
#include <utility>

#include "base/domain_key.h"
#include "intake/answer_rules.h"
#include "intake/claim_facts.h"
#include "mail/address_list.h"
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

bool is_path_of_program(const Transaction& transaction) {
  const auto& path = transaction.mail.reverse_path;
  return path.is_null() || is_role_sender(path.address->text());
}

/// Returns what the client's rights alone say. One of `local_hosts` of a recipient's domain has those of a
/// trusted one, unless it relays mail of strangers.
store::Authentication rights_of(const Transaction& transaction) {
  if (transaction.client.is_authenticated) return store::Authentication::Authenticated;
  const bool is_ours =
      transaction.client.is_trusted || (is_local(transaction) && !is_from_relay(transaction));
  return is_ours ? store::Authentication::Trusted : store::Authentication::Unknown;
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
  if (mail.is_by_program) take_for_program();
}

void LedgerRows::take_for_program() {
  std::erase_if(rows_, [](const store::Row& row) {
    return row.key.kind == store::RowKind::Pair || row.key.kind == store::RowKind::WayOut;
  });
}

void LedgerRows::add_arrival(const Transaction& transaction, const ArrivingMail& mail) {
  const auto received_id = keep(transaction.id);
  const std::string_view message_id =
      mail.message_id.empty() ? std::string_view() : keep(std::string(mail.message_id));
  rows_.reserve(rows_.size() + kUsual);
  rows_.push_back({store::arrival(received_id), static_cast<std::uint32_t>(rights_of(transaction))});
  const bool is_null = transaction.mail.reverse_path.is_null();
  const auto path = is_null ? std::string_view() : keep(transaction.mail.reverse_path.address->folded());
  const auto from = mail.from == path ? std::string_view() : keep(std::string(mail.from));
  for (const auto address : {path, from}) {
    if (address.empty()) continue;
    const auto value = static_cast<std::uint32_t>(authentication_for(transaction, address));
    const bool is_never_answered = is_null || mail.is_never_answered;
    if (is_never_answered) rows_.push_back({store::never_answered(message_id, address), value});
    if (is_null || (transaction.is_outbound() && !transaction.site->is_ours(address))) continue;
    rows_.push_back({store::arrival(received_id, address), value});
    if (!is_never_answered) rows_.push_back({store::arrival_by_message(message_id, address), value});
  }
}

store::Authentication authentication_for(const Transaction& transaction, std::string_view address) {
  const auto rights = rights_of(transaction);
  const bool is_ours = transaction.site->is_ours(address);
  if (rights != store::Authentication::Unknown && is_ours) return rights;
  const auto checked = transaction.checked ? transaction.checked(address) : store::Authentication::Unknown;
  return is_ours && checked == store::Authentication::Failed ? store::Authentication::Unknown : checked;
}

LedgerRows arrival_rows_of(const Transaction& transaction, const RecordedHeader& header) {
  const auto froms = mail::parse_address_list(header.from, 1);
  LedgerRows rows;
  rows.add_arrival(transaction, {.message_id = response::message_id_of(header.message_id),
                                 .from = froms.empty() ? std::string() : froms.front().folded(),
                                 .is_never_answered = header.is_never_answered});
  return rows;
}

LedgerRows ledger_rows_of(const Transaction& transaction, const RecordedHeader& header) {
  LedgerRows rows = arrival_rows_of(transaction, header);
  if (!transaction.leaving) return rows;
  const auto addressees = addressees_of(transaction.recipients);
  rows.add_departure({.sender = transaction.leaving->sender,
                      .from = transaction.leaving->from,
                      .message_id = response::message_id_of(header.message_id),
                      .addressees = addressees,
                      .day = transaction.today,
                      .is_by_program = header.is_never_answered || is_path_of_program(transaction)},
                     *transaction.site);
  return rows;
}

}  // namespace backstop::intake
