#include "auth/dmarc.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "auth/domain_relation.h"

namespace backstop::auth {

namespace {

using Aligned = DmarcResult::Aligned;

/// How one method's domain lies to the author's.
enum class Relation : std::uint8_t { None, Aligned, Unknown };

DmarcPolicy lowered(DmarcPolicy policy) {
  return policy == DmarcPolicy::Reject ? DmarcPolicy::Quarantine : DmarcPolicy::None;
}

/// Returns true if the result can still matter to the mail.
bool matters(const Identifier& one) {
  return !one.domain.empty() && (one.result == MethodResult::Pass || one.result == MethodResult::TempError);
}

/// The check of one mail whose author has a domain.
class Judge {
 public:
  Judge(DmarcWalk walk, DmarcInput input, Ask ask)
      : walk_(std::move(walk)), input_(std::move(input)), ask_(std::move(ask)) {
    result_.author_domain = walk_.domain();
  }

  net::Task<DmarcResult> run() {
    if (take_policy()) co_await align();
    co_return std::move(result_);
  }

 private:
  bool take_policy();
  void set_policy(DmarcPolicy policy);
  net::Task<void> align();
  net::Task<Relation> look_at(std::vector<Identifier> identifiers, bool is_strict);
  net::Task<Relation> relation_of(std::string domain, bool is_strict);
  net::Task<void> apply_np();
  void end(MethodResult value, std::string why);

  DmarcWalk walk_;
  const DmarcInput input_;
  const Ask ask_;
  DmarcRecord record_ = {};
  DmarcResult result_ = {};
};

void Judge::end(MethodResult value, std::string why) {
  result_.result = value;
  result_.why = std::move(why);
}

void Judge::set_policy(DmarcPolicy policy) {
  result_.is_test = record_.is_test && policy != DmarcPolicy::None;
  result_.policy = result_.is_test ? lowered(policy) : policy;
}

/// Takes the policy for a domain that exists. Returns false if DMARC does not apply.
bool Judge::take_policy() {
  const bool is_own = walk_.steps.front().record.has_value();
  if (!is_own && !walk_.failure.empty()) {
    end(MethodResult::TempError, walk_.failure);
    return false;
  }
  const auto* const step = policy_step(walk_);
  if (step == nullptr) {
    end(MethodResult::None, "there is no policy");
    return false;
  }
  record_ = *step->record;
  result_.policy_domain = step->domain;
  if (!record_.is_usable) {
    end(MethodResult::PermError, "the policy can't be read");
    return false;
  }
  set_policy(is_own ? record_.policy : record_.subdomain_policy.value_or(record_.policy));
  return true;
}

net::Task<void> Judge::align() {
  const auto dkim = co_await look_at(input_.dkim, record_.is_strict_dkim);
  auto spf = Relation::None;
  if (dkim != Relation::Aligned) spf = co_await look_at({input_.spf}, record_.is_strict_spf);
  if (dkim == Relation::Aligned || spf == Relation::Aligned) {
    result_.result = MethodResult::Pass;
    result_.aligned = dkim == Relation::Aligned ? Aligned::Dkim : Aligned::Spf;
  } else if (dkim == Relation::Unknown || spf == Relation::Unknown) {
    constexpr std::string_view kCheckFailed = "DNS gave no answer to a check that could have passed";
    end(MethodResult::TempError, walk_.failure.empty() ? std::string(kCheckFailed) : walk_.failure);
  } else {
    end(MethodResult::Fail, "nothing that passed is of " + result_.author_domain);
    co_await apply_np();
  }
}

/// Looks at the domains of one method, the author's own first, since that costs no question. Returns Unknown
/// if one of them might have been in line.
net::Task<Relation> Judge::look_at(std::vector<Identifier> identifiers, bool is_strict) {
  std::ranges::partition(identifiers,
                         [&](const Identifier& one) { return one.domain == result_.author_domain; });
  auto found = Relation::None;
  for (const auto& one : identifiers) {
    if (!matters(one)) continue;
    const auto relation = co_await relation_of(one.domain, is_strict);
    if (relation == Relation::Aligned && one.result == MethodResult::Pass) co_return Relation::Aligned;
    if (relation != Relation::None) found = Relation::Unknown;
  }
  co_return found;
}

net::Task<Relation> Judge::relation_of(std::string domain, bool is_strict) {
  if (domain == result_.author_domain) co_return Relation::Aligned;
  // Domains of one organization have their last label in common at least.
  if (is_strict || !has_common_end(domain, result_.author_domain)) co_return Relation::None;
  walk_ = co_await end_dmarc_walk(std::move(walk_), {}, ask_);
  if (!walk_.failure.empty()) co_return Relation::Unknown;
  const auto organization = organizational_domain(walk_);
  if (!is_within(domain, organization)) co_return Relation::None;
  auto walk = co_await begin_dmarc_walk(std::move(domain), ask_);
  walk = co_await end_dmarc_walk(std::move(walk), walk_, ask_);
  if (!walk.failure.empty()) co_return Relation::Unknown;
  co_return organizational_domain(walk) == organization ? Relation::Aligned : Relation::None;
}

/// The policy for domains that don't exist (RFC 9989 4.7) takes a question, so it is left to mail that fails.
net::Task<void> Judge::apply_np() {
  if (!record_.non_existent || result_.policy_domain == result_.author_domain) co_return;
  if (*record_.non_existent == record_.subdomain_policy.value_or(record_.policy)) co_return;
  const auto answer = co_await ask_({net::RecordType::A, result_.author_domain});
  if (answer.kind == net::DnsAnswer::Kind::NoName) set_policy(*record_.non_existent);
  if (answer.kind == net::DnsAnswer::Kind::Failed) {
    end(MethodResult::TempError, result_.author_domain + ": " + answer.why);
  }
}

}  // namespace

net::Task<std::optional<DmarcWalk>> find_dmarc_policy(Author author, Ask ask) {
  if (author.domain.empty()) co_return std::nullopt;
  auto walk = co_await begin_dmarc_walk(author.domain, ask);
  if (!walk.steps.front().record) walk = co_await end_dmarc_walk(std::move(walk), {}, ask);
  co_return walk;
}

net::Task<DmarcResult> check_dmarc(std::optional<DmarcWalk> policy, DmarcInput input, Ask ask) {
  if (!policy) {
    co_return DmarcResult{.result = MethodResult::PermError, .why = std::move(input.author.why)};
  }
  Judge judge(std::move(*policy), std::move(input), std::move(ask));
  co_return co_await judge.run();
}

net::Task<DmarcResult> check_dmarc(DmarcInput input, Ask ask) {
  auto policy = co_await find_dmarc_policy(input.author, ask);
  co_return co_await check_dmarc(std::move(policy), std::move(input), std::move(ask));
}

}  // namespace backstop::auth
