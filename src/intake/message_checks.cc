#include "intake/message_checks.h"

#include <algorithm>
#include <utility>

#include "auth/authres_field.h"
#include "intake/arrival_checks.h"
#include "intake/arrival_plan.h"
#include "intake/claim_facts.h"
#include "intake/pending_rows.h"

namespace backstop::intake {

namespace {

bool is_believed_by_id(const Transaction& transaction) {
  return transaction.is_checked_before || is_from_relay(transaction);
}

}  // namespace

bool wants_checks(const Transaction& transaction) {
  const bool is_believed = (transaction.is_checked_before || transaction.is_from_relay) &&
                           transaction.ledger != nullptr && !transaction.trusted_authserv.empty();
  return is_believed || plan_of(transaction).has_any();
}

void prepare_checks(Transaction& transaction, const net::Executor& loop, std::string helo,
                    CheckSources sources) {
  transaction.checks = std::make_shared<ArrivalChecks>(loop, transaction, plan_of(transaction),
                                                       std::move(helo), std::move(sources));
  transaction.checked = [checks = std::weak_ptr(transaction.checks)](std::string_view address) {
    const auto found = checks.lock();
    return found ? found->value_for(address) : store::Authentication::Unknown;
  };
}

namespace {

const std::string& own_id(const Site& site) {
  return site.auth.authserv_id.empty() ? site.hostname : site.auth.authserv_id;
}

}  // namespace

bool MessageChecks::writes_field() const {
  return transaction_.checks != nullptr && transaction_.site->auth.results != AuthResults::None;
}

// A relay brings mail of strangers, which gets no field of ours.
bool MessageChecks::is_field_of_others() const {
  return transaction_.is_from_relay && !transaction_.is_outbound() &&
         transaction_.site->auth.results != AuthResults::None && plan_for_stranger(transaction_).has_any();
}

std::vector<std::string> MessageChecks::foreign_ids() const {
  const auto trusted = transaction_.trusted_authserv;
  const bool is_own_foreign = writes_field() || is_field_of_others();
  if (trusted.empty() && !is_own_foreign) return {};
  std::vector<std::string> ids;
  if (!is_believed_by_id(transaction_)) ids.assign(trusted.begin(), trusted.end());
  const std::string& own = own_id(*transaction_.site);
  if (is_own_foreign && std::ranges::find(trusted, own) == trusted.end()) ids.push_back(own);
  return ids;
}

// Only now are all recipients known, and so whether the client is a stranger to all of them.
void MessageChecks::take_header(std::string_view header) {
  auto& checks = transaction_.checks;
  if (checks == nullptr) return;
  if (is_believed_by_id(transaction_)) {
    checks->believe(header, transaction_.trusted_authserv, transaction_.authserv_place);
  } else if (is_local(transaction_)) {
    checks.reset();
  } else {
    checks->take_header(header);
  }
}

void MessageChecks::take_body(std::string_view bytes, bool is_end) {
  auto* const checks = transaction_.checks.get();
  if (checks == nullptr) return;
  if (checks->wants_body()) {
    if (!is_stuffed_) {
      checks->take_body(bytes);
    } else {
      std::string plain;
      unstuffer_.append(bytes, plain);
      checks->take_body(plain);
    }
  }
  if (is_end) checks->end_body();
}

bool MessageChecks::wants_to_hold() const {
  return transaction_.checks != nullptr && transaction_.site->auth.results == AuthResults::Whole &&
         !transaction_.checks->is_complete();
}

net::Task<std::string> MessageChecks::field(bool is_whole) {
  if (transaction_.checks->is_believed()) co_return std::string();
  const auto checks = transaction_.checks;
  const bool has_all = is_whole && transaction_.site->auth.results == AuthResults::Whole;
  if (has_all) {
    co_await checks->wait_for_all();
  } else {
    co_await checks->wait_for_spf();
  }
  auto found = checks->found();
  if (!has_all) found.dkim.reset();
  if (!has_all) found.dmarc.reset();
  if (!found.spf && !found.dmarc) co_return std::string();
  co_return auth::authres_field(own_id(*transaction_.site), found);
}

void MessageChecks::record_later(std::span<const store::Row> rows) const {
  if (transaction_.checks == nullptr) return;
  auto pending = std::make_shared<const PendingRows>(rows, transaction_.pending_arrivals);
  if (pending->empty()) return;
  transaction_.checks->record_when_done(
      [pending, ledger = transaction_.ledger](const ArrivalChecks::Value& value_for) {
        ledger->record(pending->settled(value_for));
      });
}

bool MessageChecks::may_refuse() const {
  return transaction_.checks != nullptr && transaction_.checks->may_refuse_author();
}

net::Task<policy::Verdict> MessageChecks::judge(bool is_genuine) {
  const auto checks = transaction_.checks;
  co_await checks->wait_for_all();
  auto facts = checks->author();
  facts.is_exempt = std::ranges::all_of(transaction_.recipients, &Recipient::is_exempt);
  facts.is_genuine = is_genuine;
  co_return policy::judge_author(facts);
}

}  // namespace backstop::intake
