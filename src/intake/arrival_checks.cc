#include "intake/arrival_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <optional>
#include <utility>

#include "auth/dkim_check.h"
#include "auth/dmarc.h"
#include "auth/dns_list.h"
#include "auth/sender_domain.h"
#include "auth/spf.h"
#include "base/domain_key.h"
#include "base/text.h"
#include "dkim/header_block.h"
#include "intake/address_value.h"
#include "intake/auth_evidence.h"
#include "intake/shared_sender.h"
#include "net/deadlines.h"

namespace backstop::intake {

namespace {

using auth::MethodResult;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostShown = 120;  // of a name in an explanation

std::string shown(std::string_view name) {
  return base::printable(name, kMostShown);
}

}  // namespace

/// What the tasks share. Each task keeps it alive.
struct ArrivalChecks::State : UnfinishedChecks::Member {
  using Self = std::shared_ptr<State>;

  State(const net::Executor& loop_, const Transaction& transaction, ArrivalPlan plan_, CheckSources sources_)
      : loop(loop_),
        plan(plan_),
        auth(transaction.site->auth),
        delimiter(transaction.site->tags.delimiter),
        sources(std::move(sources_)),
        now(transaction.now),
        deadline(Clock::now() + auth.time),
        changed(loop_) {}

  bool is_spf_done() const { return believed || !plan.spf || !is_begun || spf; }
  bool is_complete() const { return believed || (is_spf_done() && (!plan.signatures || dmarc)); }
  bool rejects_by_list() const {
    return plan.lists && std::ranges::any_of(auth.lists, &AuthList::is_rejecting);
  }
  bool rejects_by_domain() const { return plan.sender_domain && auth.sender_domain == AuthUse::Reject; }
  /// The name of EHLO says nothing about a bounce: its server may have none with an SPF record that fits.
  bool rejects_by_spf() const { return plan.spf && auth.spf == AuthUse::Reject && !query.domain.empty(); }
  bool is_sender_known() const {
    return believed || ((!rejects_by_spf() || spf) && (!rejects_by_domain() || domain) &&
                        (!rejects_by_list() || lists_left == 0));
  }

  void give_up() override;

  SenderFinding sender() const;
  SenderFinding by_list() const;
  SenderFinding by_domain() const;
  SenderFinding by_spf() const;
  auth::Authentication found() const;
  store::Authentication value_for(std::string_view address) const;

  std::optional<std::string> name_at(const AuthList& list) const;

  static auth::Ask ask(Self self);
  static net::Task<net::DnsAnswer> ask_in_time(Self self, net::Question question);
  static net::Task<void> look_at_spf(Self self);
  static net::Task<void> look_at_domain(Self self);
  static net::Task<void> look_at_list(Self self, std::size_t index);
  static net::Task<void> look_at_keys(Self self);
  static net::Task<void> look_at_policy(Self self);
  static net::Task<void> look_at_dmarc(Self self);
  void begin(net::Task<void> task) const { net::asio::co_spawn(loop, std::move(task), net::asio::detached); }
  static void advance(const Self& self);
  static net::Task<void> wait(Self self, bool (State::*is_done)() const, Clock::time_point end);

  const net::Executor loop;
  const ArrivalPlan plan;
  const AuthSettings auth;
  const char delimiter;  ///< of sub-addresses
  bool is_begun = false;
  const CheckSources sources;
  const std::chrono::sys_seconds now;
  Clock::time_point deadline;  ///< of questions: some time after the first recipient, the header and the end
  net::Timer changed;          ///< its waits end with each result

  std::string reverse_path = {};  ///< as mail::Address::folded(); empty: the null path
  auth::SpfQuery query = {};      ///< the domain is empty for the null path
  std::optional<auth::SpfOutcome> spf = {};
  std::optional<auth::DomainState> domain = {};
  bool is_missing_still = false;         ///< the domain did not exist a while ago either
  std::vector<auth::Listed> lists = {};  ///< in the order of the settings; Unknown if it was not asked
  std::size_t lists_left = 0;

  std::shared_ptr<auth::DkimCheck> dkim = {};  ///< until DMARC has its results
  std::vector<auth::DkimResult> signatures = {};
  auth::Author author = {};
  bool are_keys_done = false;
  std::optional<auth::DmarcWalk> policy = {};
  bool is_policy_done = false;
  bool is_body_ended = false;
  bool is_dmarc_begun = false;
  std::optional<auth::DmarcResult> dmarc = {};

  std::optional<auth::Authentication> believed = {};  ///< in place of all of these
  Record record = {};
  bool is_left = false;  ///< nobody wants the results any more
};

auth::Ask ArrivalChecks::State::ask(Self self) {
  return [self = std::move(self)](net::Question question) { return ask_in_time(self, std::move(question)); };
}

net::Task<net::DnsAnswer> ArrivalChecks::State::ask_in_time(Self self, net::Question question) {
  if (self->is_left || Clock::now() >= self->deadline)
    co_return net::DnsAnswer{.why = "the time for the checks of this mail is over"};
  co_return co_await self->sources.ask(std::move(question));
}

net::Task<void> ArrivalChecks::State::look_at_spf(Self self) {
  self->spf = co_await auth::check_host(self->query, ask(self));
  advance(self);
}

net::Task<void> ArrivalChecks::State::look_at_domain(Self self) {
  const auto state = co_await auth::sender_domain_state(self->query.domain, ask(self));
  const auto name = base::domain_key(self->query.domain);
  if (state == auth::DomainState::NoName) {
    self->is_missing_still = self->sources.missing->is_missing_still(name, self->now);
  } else if (state != auth::DomainState::Unknown) {
    self->sources.missing->forget(name);
  }
  self->domain = state;
  advance(self);
}

/// Returns nullopt if the list has nothing to say about this mail.
std::optional<std::string> ArrivalChecks::State::name_at(const AuthList& list) const {
  if (list.is_null_sender_only && !query.domain.empty()) return std::nullopt;
  if (list.ask == AuthList::Asked::Domain) return auth::dns_list_name(query.domain, list.zone);
  if (query.client.is_unspecified()) return std::nullopt;
  return auth::dns_list_name(query.client, list.zone);
}

net::Task<void> ArrivalChecks::State::look_at_list(Self self, std::size_t index) {
  auto name = self->name_at(self->auth.lists[index]);
  if (name) self->lists[index] = co_await auth::ask_dns_list(std::move(*name), ask(self));
  --self->lists_left;
  advance(self);
}

net::Task<void> ArrivalChecks::State::look_at_keys(Self self) {
  co_await auth::look_up_keys(self->dkim, ask(self));
  self->are_keys_done = true;
  advance(self);
}

net::Task<void> ArrivalChecks::State::look_at_policy(Self self) {
  self->policy = co_await auth::find_dmarc_policy(self->author, ask(self));
  self->is_policy_done = true;
  advance(self);
}

net::Task<void> ArrivalChecks::State::look_at_dmarc(Self self) {
  auth::DmarcInput input{.author = self->author};
  if (self->dkim) self->signatures = self->dkim->results();
  self->dkim.reset();
  if (const auto spf = self->found().spf) input.spf = {spf->result, spf->domain};
  for (const auto& one : self->signatures) input.dkim.push_back({one.result, one.domain});
  self->dmarc = co_await auth::check_dmarc(std::move(self->policy), std::move(input), ask(self));
  advance(self);
}

// Called after each result: begins what needed it, and tells who waits.
void ArrivalChecks::State::advance(const Self& self) {
  const bool has_all = self->plan.signatures && self->is_spf_done() && self->are_keys_done &&
                       self->is_policy_done && self->is_body_ended;
  if (has_all && !std::exchange(self->is_dmarc_begun, true)) self->begin(look_at_dmarc(self));
  self->changed.cancel();
  if (!self->is_complete() || !self->record) return;
  const auto record = std::exchange(self->record, nullptr);
  record([&](std::string_view address) { return self->value_for(address); });
}

void ArrivalChecks::State::give_up() {
  if (const auto give = std::exchange(record, nullptr))
    give([](std::string_view) { return store::Authentication::Unknown; });
}

net::Task<void> ArrivalChecks::State::wait(Self self, bool (State::*is_done)() const, Clock::time_point end) {
  while (!(self.get()->*is_done)() && Clock::now() < end) {
    self->changed.expires_at(end);
    co_await self->changed.async_wait(net::kUseTask);
  }
}

SenderFinding ArrivalChecks::State::by_list() const {
  using enum policy::SenderTrouble;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const auto& list = auth.lists[i];
    if (!list.is_rejecting || lists[i].kind != auth::Listed::Kind::Yes) continue;
    const auto whose = list.ask == AuthList::Asked::Domain ? shown(query.domain) : query.client.to_string();
    return {Listed, fmt::format("{} lists {}", list.zone, whose)};
  }
  return {};
}

SenderFinding ArrivalChecks::State::by_domain() const {
  using enum policy::SenderTrouble;
  if (!rejects_by_domain() || !domain) return {};
  if (*domain == auth::DomainState::NullMx) return {NullMx, shown(query.domain)};
  if (*domain != auth::DomainState::NoName) return {};
  return {is_missing_still ? NoDomain : NoDomainYet, shown(query.domain)};
}

SenderFinding ArrivalChecks::State::by_spf() const {
  using enum policy::SenderTrouble;
  if (!rejects_by_spf()) return {};
  if (!spf || spf->result == auth::SpfResult::TempError) return {Unanswered, {}};
  if (spf->result != auth::SpfResult::Fail) return {};
  const auto domain_shown = shown(spf->domain);
  return {SpfFail, spf->explanation.empty()
                       ? fmt::format("{} does not name {}", domain_shown, query.client.to_string())
                       : fmt::format("{} says: {}", domain_shown, spf->explanation)};
}

SenderFinding ArrivalChecks::State::sender() const {
  if (believed) return {};
  for (const auto look : {&State::by_list, &State::by_domain, &State::by_spf}) {
    if (auto finding = (this->*look)(); finding.trouble != policy::SenderTrouble::None) return finding;
  }
  return {};
}

auth::Authentication ArrivalChecks::State::found() const {
  if (believed) return *believed;
  auth::Authentication found;
  if (spf) found.spf = auth::finding_of(*spf, query.domain.empty());
  if (dmarc) found.dkim = signatures;
  found.dmarc = dmarc;
  return found;
}

store::Authentication ArrivalChecks::State::value_for(std::string_view address) const {
  if (!is_complete()) return store::Authentication::Pending;
  // The field of another server doesn't say through which domains SPF has passed.
  return address_value(address,
                       {.found = found(),
                        .authors = author.addresses,
                        .reverse_path = reverse_path,
                        .is_shared = believed || (spf && is_shared_sender(spf->through, auth.shared_senders)),
                        .delimiter = delimiter});
}

ArrivalChecks::ArrivalChecks(const net::Executor& loop, const Transaction& transaction, ArrivalPlan plan,
                             std::string helo, CheckSources sources)
    : state_(std::make_shared<State>(loop, transaction, plan, std::move(sources))) {
  state_->query = auth::spf_query(transaction.client.address, std::move(helo), transaction.mail.reverse_path);
  const auto& path = transaction.mail.reverse_path;
  if (!path.is_null()) state_->reverse_path = path.address->folded();
  state_->query.receiver = transaction.site->hostname;
  state_->query.time = transaction.now;
}

ArrivalChecks::~ArrivalChecks() {
  state_->is_left = !state_->record;
}

void ArrivalChecks::begin() {
  auto& state = *state_;
  if (std::exchange(state.is_begun, true)) return;
  state.deadline = state.query.deadline = Clock::now() + state.auth.time;
  if (state.plan.spf) state.begin(State::look_at_spf(state_));
  if (state.plan.sender_domain) state.begin(State::look_at_domain(state_));
  if (!state.plan.lists) return;
  state.lists.resize(state.auth.lists.size());
  state.lists_left = state.lists.size();
  for (std::size_t i = 0; i < state.lists.size(); ++i) state.begin(State::look_at_list(state_, i));
}

bool ArrivalChecks::may_refuse_sender() const {
  return state_->rejects_by_spf() || state_->rejects_by_domain() || state_->rejects_by_list();
}

net::Task<SenderFinding> ArrivalChecks::sender() {
  const auto state = state_;
  co_await State::wait(state, &State::is_sender_known, state->deadline);
  co_return state->sender();
}

auth::MethodResult ArrivalChecks::spf() const {
  const auto found = state_->found();
  return found.spf ? found.spf->result : MethodResult::None;
}

net::Task<void> ArrivalChecks::wait_for_spf() {
  const auto now = Clock::now();
  const auto* const silence = state_->sources.silence;
  const auto time = silence != nullptr && silence->is_silent(now) ? kFieldTimeInSilence
                                                                  : std::chrono::milliseconds(kFieldTime);
  return State::wait(state_, &State::is_spf_done, std::min(now + time, state_->deadline));
}

void ArrivalChecks::take_header(std::string_view header) {
  begin();
  if (!state_->plan.signatures) return;
  state_->deadline = Clock::now() + state_->auth.time;
  auto check = std::make_shared<auth::DkimCheck>(std::string(header), state_->now);
  state_->author = check->author();
  state_->begin(State::look_at_policy(state_));
  // A check without any signature that may be good has its results, and needs no header.
  if (!check->wants_keys()) {
    state_->signatures = check->results();
    state_->are_keys_done = true;
    return;
  }
  state_->dkim = std::move(check);
  state_->begin(State::look_at_keys(state_));
}

void ArrivalChecks::believe(std::string_view header, std::span<const std::string> ids,
                            auth::AuthresPlace place) {
  const dkim::HeaderBlock block(header, auth::DkimCheck::kMostHeader, auth::DkimCheck::kMostFields);
  state_->author = auth::author_of(block.fields());
  state_->believed = auth::authentication_of(auth::trusted_results(block.fields(), ids, place));
}

bool ArrivalChecks::is_believed() const {
  return state_->believed.has_value();
}

bool ArrivalChecks::wants_body() const {
  return state_->dkim && state_->dkim->wants_body();
}

void ArrivalChecks::take_body(std::string_view piece) {
  if (state_->dkim) state_->dkim->take_body(piece);
}

void ArrivalChecks::end_body() {
  if (state_->dkim) state_->dkim->end_body();
  state_->is_body_ended = true;
  state_->deadline = Clock::now() + state_->auth.time;
  State::advance(state_);
}

bool ArrivalChecks::may_refuse_author() const {
  return state_->plan.signatures && state_->auth.dmarc == AuthUse::Reject && !state_->believed;
}

net::Task<void> ArrivalChecks::wait_for_all() {
  return State::wait(state_, &State::is_complete, state_->deadline);
}

policy::AuthorFacts ArrivalChecks::author() const {
  policy::AuthorFacts facts{.domain = shown(state_->author.domain)};
  if (!may_refuse_author()) return facts;
  const auto& dmarc = state_->dmarc;
  facts.is_unanswered = !dmarc || dmarc->result == MethodResult::TempError;
  facts.is_rejected =
      dmarc && dmarc->result == MethodResult::Fail && dmarc->policy == auth::DmarcPolicy::Reject;
  return facts;
}

bool ArrivalChecks::is_complete() const {
  return state_->is_complete();
}

auth::Authentication ArrivalChecks::found() const {
  return state_->found();
}

store::Authentication ArrivalChecks::value_for(std::string_view address) const {
  return state_->value_for(address);
}

std::vector<store::EventEvidence> ArrivalChecks::evidence() const {
  const auto& state = *state_;
  auto found = evidence_of(state.found());
  if (!state.believed && state.domain)
    found.push_back({"auth-domain", std::string(auth::name(*state.domain)), shown(state.query.domain)});
  for (std::size_t i = 0; i < state.lists.size(); ++i) {
    if (state.lists[i].kind != auth::Listed::Kind::Yes) continue;
    found.push_back(
        {"auth-list", "listed",
         fmt::format("{} says {}", state.auth.lists[i].zone, state.lists[i].codes.front().to_string())});
  }
  return found;
}

void ArrivalChecks::record_when_done(Record record) {
  state_->record = std::move(record);
  State::advance(state_);
  auto* const unfinished = state_->sources.unfinished;
  if (state_->record && unfinished != nullptr) unfinished->add(*state_);
}

}  // namespace backstop::intake
