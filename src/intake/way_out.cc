#include "intake/way_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"
#include "dkim/digest.h"
#include "intake/answer_rules.h"
#include "intake/received_ids.h"
#include "intake/waiting_answers.h"
#include "intake/way_out_rows.h"
#include "mail/address.h"
#include "mail/header_text.h"
#include "mail/message.h"
#include "net/deadlines.h"
#include "origin/owner.h"
#include "response/answered.h"
#include "response/report_text.h"

namespace backstop::intake {

namespace {

using policy::Breach;
using policy::Owing;

constexpr std::size_t kMostDomains = 5;  // of ours that a response names

constexpr std::string_view kLocal = "The addressee is a mailbox of ours";
constexpr std::string_view kNoLedger = "There is no ledger";
constexpr std::string_view kLedgerFailed = "The ledger can't be asked just now";
constexpr std::string_view kTooMany = "It has too many addressees to look them all up";

net::Task<void> pause_on_loop(std::chrono::milliseconds time) {
  net::Timer timer(co_await net::asio::this_coro::executor);
  timer.expires_after(time);
  co_await timer.async_wait(net::kUseTask);
}

bool is_local_part(const mail::Path& path, std::string_view name) {
  return path.address && base::iequals(path.address->local, name);
}

/// True for what a mail system sends its reports with. double-bounce@ is none: what comes back to it is for
/// its own postmaster.
bool is_report_path(const mail::Path& path) {
  return path.is_null() || is_local_part(path, "mailer-daemon");
}

std::string owner_of(const std::string& addressee, char delimiter) {
  const auto address = mail::parse_address(addressee);
  return address ? origin::owner_of(*address, delimiter).text() : addressee;
}

/// Returns the address under which the daily rates of an addressee are counted: without a tag and without
/// what follows a plus, since one person may have any number of sub-addresses.
std::string person_of(const std::string& addressee) {
  return owner_of(addressee, '+');
}

/// Returns the domains of ours in what the response says of itself and of what it answers.
std::vector<std::string> our_domains(const Transaction& transaction, const response::Response& response) {
  std::vector<std::string> domains;
  const auto add = [&](std::string_view address) {
    std::string domain = base::domain_key(origin::domain_of_owner(address));
    const bool is_new = std::ranges::find(domains, domain) == domains.end();
    if (is_new && domains.size() < kMostDomains && transaction.site->find_domain(domain) != nullptr)
      domains.push_back(std::move(domain));
  };
  if (!transaction.mail.reverse_path.is_null()) add(transaction.mail.reverse_path.address->text());
  add(response.author);
  for (const auto& address : claimed_addressees(response)) add(address);
  return domains;
}

/// Returns the digits of a text: the numbers of a ticket, for instance.
std::string digits_of(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

/// Returns a digest of what an automatic reply says itself, without what it quotes. Its subject is mostly
/// that of the mail that it answers, but may have the number of a ticket that its text lacks.
std::string text_digest_of(std::string_view message, std::string_view numbers) {
  constexpr response::Limits kLimits;
  mail::Message parts;
  mail::walk(message, parts, kLimits.mime);
  response::ReportText text;
  text.collect(parts, kLimits.text);
  std::string own(numbers);
  own += ' ';
  for (const auto& line : text.lines()) {
    const std::string_view words = text.text_of(line);
    if (!words.empty() && !words.starts_with('>')) own.append(words) += ' ';
  }
  const auto digest = dkim::sha256(own);
  return {digest.begin(), digest.end()};
}

}  // namespace

net::Task<bool> CountedPlaces::take(std::string owner, std::string what, std::uint32_t limit,
                                    std::chrono::seconds life) {
  counter_ = transaction_.uses;
  if (counter_ == nullptr) co_return false;
  const auto place = co_await counter_->take(store::uses(owner, what), limit, life);
  if (place) places_.push_back(*place);
  co_return place.has_value();
}

void CountedPlaces::keep() {
  for (const auto& place : places_) counter_->keep(place);
  places_.clear();
}

void CountedPlaces::give_back(std::size_t from) {
  for (; places_.size() > from; places_.pop_back()) counter_->give_back(places_.back());
}

WayOutJudge::WayOutJudge(const Transaction& transaction, response::Reader& reader)
    : transaction_(transaction), reader_(reader), pause_(pause_on_loop), places_(transaction) {}

WayOutJudge::Next WayOutJudge::header(std::string_view header, bool is_automatic) {
  if (!transaction_.is_outbound()) return Next::Pass;
  const bool is_report = is_report_path(transaction_.mail.reverse_path);
  const bool may_be_judged = is_report || is_automatic;
  if (!may_be_judged && transaction_.ledger == nullptr) return Next::Pass;
  may_be_response_ = reader_.can_be_response(header, {.reverse_path = sender(), .recipient = {}});
  if (!may_be_response_ || !may_be_judged) return Next::Pass;
  read_fields(header);
  const bool may_be_vacation =
      has_vacation_rules() && is_auto_replied_ && (has_references_ || says_vacation_);
  return is_report || may_be_vacation ? Next::Hold : Next::Pass;
}

void WayOutJudge::read_fields(std::string_view header) {
  mail::Message message;
  mail::walk_header(header, message);
  own_ids_ = received_ids_of(message, transaction_.site->hostname);
  for (const auto& field : message.fields_of(message.parts.front())) {
    has_references_ |= field.id == mail::FieldName::InReplyTo || field.id == mail::FieldName::References;
    has_exchange_mark_ |= field.id == mail::FieldName::XMSExchangeInboxRulesLoop ||
                          field.id == mail::FieldName::XAutoResponseSuppress;
    if (field.id == mail::FieldName::Subject) numbers_ = digits_of(mail::decode_header(field.value));
    if (field.id != mail::FieldName::AutoSubmitted) continue;
    has_auto_submitted_ = true;
    is_auto_generated_ |= base::istarts_with(base::trim(field.value), "auto-generated");
    is_auto_replied_ |= base::istarts_with(base::trim(field.value), "auto-replied");
    says_vacation_ |= is_auto_replied_ && base::icontains(field.value, "(vacation)");
    says_rejected_ |= is_auto_replied_ && base::icontains(field.value, "(rejected)");
  }
}

std::string WayOutJudge::sender() const {
  const auto& path = transaction_.mail.reverse_path;
  return path.is_null() ? std::string() : path.address->text();
}

response::Response WayOutJudge::read(std::string_view message, response::Extent extent) {
  auto response = reader_.read(message, {.reverse_path = sender(), .recipient = {}}, extent);
  if (response.kind == response::Kind::AutoReply || is_auto_replied_)
    text_digest_ = text_digest_of(message, numbers_);
  return response;
}

bool WayOutJudge::has_vacation_rules() const {
  return transaction_.site->way_out.vacation == VacationRule::Rules;
}

// Sieve's reject may take the form of a receipt (RFC 5429 2.1), as Dovecot's does.
bool WayOutJudge::is_dsn_on_its_way() const {
  if (!is_report_path(transaction_.mail.reverse_path)) return false;
  if (response_->kind == response::Kind::Mdn) return says_rejected_;
  return is_dsn(response_->kind) && certainty(*response_) != response::Certainty::Guessed;
}

bool WayOutJudge::is_vacation() const {
  if (!response_ || !has_vacation_rules() || is_dsn_on_its_way()) return false;
  const auto kind = response_->kind;
  const bool is_null = transaction_.mail.reverse_path.is_null();
  // It says itself what it is, even if it reads like a report that nobody is sure of.
  if (is_auto_replied_ && (kind == response::Kind::AutoReply || kind == response::Kind::None || is_dsn(kind)))
    return is_null || has_references_ || says_vacation_;
  if (kind != response::Kind::AutoReply || !is_null) return false;
  // Exchange's out of office calls itself auto-generated, as other mail does that answers nothing.
  return has_exchange_mark_ ? is_auto_generated_ || !has_auto_submitted_
                            : has_references_ && !has_auto_submitted_;
}

// A report that nobody is sure of has to be owed, but may go to a list, and each mail may have one.
bool WayOutJudge::must_obey_rules() const {
  return is_vacation() && !is_dsn(response_->kind);
}

std::string_view WayOutJudge::added() const {
  return is_vacation() && !has_auto_submitted_ && !is_passed_on_ ? "Auto-Submitted: auto-replied\r\n"
                                                                 : std::string_view();
}

net::Task<void> WayOutJudge::judge(response::Response response) {
  response_ = std::move(response);
  if (!is_dsn_on_its_way() && !is_vacation()) co_return;
  is_passed_on_ = co_await passes_on();
  if (is_passed_on_) co_return;
  for (const auto& one : transaction_.recipients) addressees_.push_back(base::address_key(one.given));
  if (addressees_.empty()) co_return;
  auto facts = co_await look(addressees_);
  std::vector<policy::Verdict> verdicts;
  for (std::size_t i = 0; i < addressees_.size(); ++i) {
    facts[i].policy.kind = judged_kind();
    // What is found so far counts for nothing, and takes no place.
    if (!facts[i].policy.is_still_checked) co_await weigh(addressees_[i], facts[i]);
    verdicts.push_back(policy::judge_way_out(facts[i].policy, transaction_.site->way_out.stage));
  }
  verdict_ = std::move(verdicts[policy::least_favourable(verdicts)]);
  is_judged_ = true;
}

// True if the mail came in here, so that one of ours chose where it goes, or left through us before. A field
// that somebody else wrote has no id that the ledger knows.
net::Task<bool> WayOutJudge::passes_on() {
  if (transaction_.ledger == nullptr || own_ids_.empty()) co_return false;
  std::vector<store::RowKey> keys;
  for (const auto& id : own_ids_) keys.push_back(store::arrival(id));
  const auto values = co_await transaction_.ledger->look_up(keys);
  co_return values&& std::ranges::any_of(*values, [](std::uint32_t value) { return value > 0; });
}

response::Kind WayOutJudge::judged_kind() const {
  if (!is_dsn_on_its_way()) return response::Kind::AutoReply;
  return is_dsn(response_->kind) ? response_->kind : response::Kind::DsnFailed;
}

void WayOutJudge::note(const WayOutFinding& found, Facts& facts) {
  facts.is_forbidden = found.is_forbidden;
  if (facts.policy.why == kLocal) return;
  facts.policy.owing = found.owing;
  facts.policy.why = found.why;
  facts.is_shared = found.is_shared;
  facts.mark = found.mark;
}

// Says of which addressees a mail is still checked, or a copy of it. To be asked before the ledger, since the
// rows come before the checks leave.
std::vector<WayOutJudge::Running> WayOutJudge::running(const Asked& asked,
                                                       std::span<const std::string> addressees) const {
  std::vector<Running> all(addressees.size());
  const auto* const pending = transaction_.pending_arrivals;
  if (pending == nullptr) return all;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto is_running = [&](const std::string& id) { return pending->has(id, addressees[i]); };
    all[i] = {.by_received = std::ranges::any_of(asked.received_ids, is_running),
              .by_name = std::ranges::any_of(asked.message_ids, is_running)};
  }
  return all;
}

// Asks again while the checks of an arrival run, since the bounce of a server that accepts everything may be
// here before they are done.
net::Task<std::vector<WayOutJudge::Facts>> WayOutJudge::look(std::span<const std::string> addressees) {
  std::vector<Facts> facts(addressees.size());
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const bool is_local = transaction_.site->is_ours(addressees[i]);
    facts[i].policy.owing = is_local ? Owing::Owed : Owing::Unclear;
    facts[i].policy.why = is_local ? kLocal : transaction_.ledger == nullptr ? kNoLedger : kTooMany;
  }
  if (transaction_.ledger == nullptr) co_return facts;
  const Asked asked{our_domains(transaction_, *response_),
                    received_ids_of(response_->returned, transaction_.site->hostname),
                    response::likely_ids(*response_)};
  const std::size_t most = (kMostQuestions - asked.for_all()) / asked.for_one();
  std::vector<store::RowKey> keys;
  asked.add_for_all(keys);
  const std::size_t count = std::min(most, addressees.size());
  std::vector<std::string> owners;
  for (const auto& addressee : addressees.first(count))
    owners.push_back(owner_of(addressee, transaction_.site->tags.delimiter));
  for (std::size_t i = 0; i < count; ++i) asked.add_for(addressees[i], owners[i], keys);
  WaitingAnswers::Place place(transaction_.waiting_answers);
  for (int pauses = 0;; ++pauses) {
    const auto checks = running(asked, addressees.first(count));
    const auto values = co_await transaction_.ledger->look_up(keys);
    const std::span<const std::uint32_t> all = values ? std::span(*values) : std::span<const std::uint32_t>();
    for (std::size_t i = 0; i < count; ++i) {
      const WayOutFinding found =
          values ? find_way_out(asked, all.first(asked.for_all()),
                                all.subspan(asked.for_all() + i * asked.for_one(), asked.for_one()))
                 : WayOutFinding{.why = kLedgerFailed};
      note(found, facts[i]);
      const bool is_settled =
          facts[i].policy.owing == Owing::Owed && !(facts[i].is_forbidden && must_obey_rules());
      facts[i].policy.is_still_checked =
          values && !is_settled && (found.is_by_name ? checks[i].by_name : checks[i].by_received);
    }
    if (std::ranges::none_of(facts, &policy::WayOutFacts::is_still_checked, &Facts::policy)) co_return facts;
    const bool is_stopping = transaction_.is_stopping && transaction_.is_stopping();
    if (pauses == kMostPauses) give_up_late_checks(facts);
    if (is_stopping || pauses == kMostPauses || !place.take()) co_return facts;
    co_await pause_(kPause);
  }
}

// The checks of a mail have their own time, and it was over during the whole wait. What was not found by then
// is as unknown as if DNS had failed.
void WayOutJudge::give_up_late_checks(std::span<Facts> facts) const {
  if (transaction_.site->auth.time >= kMostPauses * kPause) return;
  for (auto& one : facts) one.policy.is_still_checked = false;
}

net::Task<void> WayOutJudge::weigh(const std::string& addressee, Facts& facts) {
  auto& known = facts.policy;
  if (must_obey_rules()) co_await look_for_breach(addressee, facts);
  if (known.breach != Breach::None || known.owing != Owing::Unclear) co_return;
  if (co_await is_among_few(addressee, facts)) known.owing = Owing::Owed;
  if (known.owing == Owing::Unclear) known.is_past_rates = !co_await is_within_rates(addressee);
}

std::int64_t WayOutJudge::today() const {
  return transaction_.today.time_since_epoch().count();
}

std::int64_t WayOutJudge::this_hour() const {
  return std::chrono::floor<std::chrono::hours>(transaction_.now).time_since_epoch().count();
}

// What anybody may send unlocks a few answers a day to a mailbox, whatever the sub-address. Whoever may send
// for a whole domain can choose the mailboxes, so the domain has its limit, too. A signature speaks for its
// author alone.
net::Task<bool> WayOutJudge::is_among_few(const std::string& addressee, const Facts& facts) {
  if (facts.mark == 0 && !facts.is_shared) co_return false;
  const std::string what = facts.mark > 0 ? fmt::format("signature\n{}", facts.mark) : "shared-spf";
  const std::size_t before = places_.size();
  const bool is_among = co_await places_.take(person_of(addressee), fmt::format("{}\n{}", what, today()),
                                              kFewADay, std::chrono::days(1)) &&
                        (facts.mark > 0 || co_await is_within_domain(addressee, what));
  if (!is_among) places_.give_back(before);
  co_return is_among;
}

/// Takes a place among the answers of this hour that go to the domain of the addressee for the same reason.
net::Task<bool> WayOutJudge::is_within_domain(const std::string& addressee, const std::string& why) {
  co_return co_await places_.take(
      {}, fmt::format("{}\n{}\n{}", why, origin::domain_of_owner(addressee), this_hour()),
      transaction_.site->way_out.a_domain, std::chrono::hours(1));
}

net::Task<bool> WayOutJudge::is_within_rates(const std::string& addressee) {
  const auto& rates = transaction_.site->way_out;
  const std::size_t before = places_.size();
  const bool is_within = co_await places_.take(person_of(addressee), fmt::format("way-out\n{}", today()),
                                               rates.an_addressee, std::chrono::days(1)) &&
                         co_await is_within_domain(addressee, "way-out") &&
                         co_await places_.take({}, fmt::format("way-out\n\n{}", this_hour()), rates.in_all,
                                               std::chrono::hours(1));
  if (!is_within) places_.give_back(before);
  co_return is_within;
}

net::Task<void> WayOutJudge::look_for_breach(const std::string& addressee, Facts& facts) {
  std::string_view why;
  if (is_role_sender(addressee)) why = "The addressee is no person";
  if (facts.is_forbidden) why = "That mail came of a list or a program, or in bulk";
  if (!why.empty()) {
    facts.policy.breach = Breach::Unwanted;
    facts.policy.why = why;
    co_return;
  }
  // Without a ledger it isn't known which replies were judged here before, as some that come back from a
  // server that signs or maps them were: each would be the second.
  if (facts.policy.owing == Owing::NotOwed || transaction_.ledger == nullptr) co_return;
  const auto author = transaction_.mail.reverse_path.is_null() ? response_->author : sender();
  const auto owner = owner_of(base::address_key(author), transaction_.site->tags.delimiter);
  const bool is_first = co_await places_.take(addressee, fmt::format("vacation\n{}\n{}", owner, text_digest_),
                                              1, kVacationLife);
  if (!is_first) facts.policy.breach = Breach::Again;
}

net::Task<void> WayOutJudge::find_not_held(bool can_leave) {
  const auto stage = transaction_.site->way_out.stage;
  bool is_past = stage == policy::WayOutStage::Strict || !can_leave;
  for (const auto& addressee : addressees_) is_past = is_past || !co_await is_within_rates(addressee);
  verdict_ = policy::judge_not_held(verdict_, is_past, stage);
}

}  // namespace backstop::intake
