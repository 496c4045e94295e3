#include "auth/dkim_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "auth/domain_relation.h"
#include "base/domain_key.h"
#include "base/text.h"
#include "dkim/public_key.h"
#include "dkim/tag_list.h"
#include "dkim/verify.h"
#include "net/deadlines.h"

namespace backstop::auth {

namespace {

constexpr std::size_t kMostShown = 253;

/// RFC 8601 2.7.1 with RFC 6376 6.1: what the RFC calls PERMFAIL is permerror, except that an unreadable
/// field is neutral, and what is too weak for us (RFC 8301) is policy.
MethodResult result_of(dkim::Outcome outcome) {
  switch (outcome) {
    case dkim::Outcome::Good:
      return MethodResult::Pass;
    case dkim::Outcome::BadSignature:
    case dkim::Outcome::BodyChanged:
      return MethodResult::Fail;
    case dkim::Outcome::WeakKey:
      return MethodResult::Policy;
    case dkim::Outcome::Malformed:
      return MethodResult::Neutral;
    case dkim::Outcome::NoKey:
    case dkim::Outcome::KeyOutOfDays:
    case dkim::Outcome::KeyRevoked:
    case dkim::Outcome::BadKey:
    case dkim::Outcome::KeyForbids:
    case dkim::Outcome::WrongAlgorithm:
    case dkim::Outcome::FromUnsigned:
      return MethodResult::PermError;
  }
  return MethodResult::Neutral;
}

std::string_view why_of(dkim::Outcome outcome) {
  switch (outcome) {
    case dkim::Outcome::BadSignature:
      return "the signature does not fit the header";
    case dkim::Outcome::BodyChanged:
      return "the body was changed";
    case dkim::Outcome::WrongAlgorithm:
      return "a= is not the algorithm of the key";
    case dkim::Outcome::KeyForbids:
      return "the key does not allow i= to be of a subdomain";
    default:
      return dkim::name(outcome);
  }
}

void refuse(DkimResult& result, MethodResult value, std::string why) {
  result.result = value;
  result.why = std::move(why);
}

/// Puts what the field says of itself into the result, as far as it can be read.
void describe(std::string_view field, DkimResult& result) {
  const auto tags = dkim::TagList::parse(field.substr(std::min(field.find(':'), field.size() - 1) + 1));
  if (!tags) return;
  const auto text = [&](std::string_view name) {
    const auto* const tag = tags->find(name);
    return tag == nullptr ? std::string() : base::printable(tag->value, kMostShown);
  };
  result.domain = base::domain_key(text("d"));
  result.selector = text("s");
  result.algorithm = text("a");
  result.identity = text("i");
  if (result.identity.empty() && !result.domain.empty()) result.identity = "@" + result.domain;
  if (const auto* const value = tags->find("b")) {
    constexpr std::size_t kMostStart = 8;
    std::ranges::copy_if(value->value, std::back_inserter(result.signature_start), [&](char c) {
      return !base::is_space(c) && result.signature_start.size() < kMostStart;
    });
    result.signature_start = base::printable(result.signature_start);
  }
}

/// Returns why the times of a signature forbid to take it; empty if they don't.
std::pair<MethodResult, std::string> check_times(const dkim::Signature& signature,
                                                 std::chrono::sys_seconds now) {
  const auto& [signed_at, expires] = std::pair(signature.signed_at, signature.expires);
  if (signed_at && expires && *expires <= *signed_at) return {MethodResult::Neutral, "x= is not after t="};
  if (expires && *expires < now - DkimCheck::kSkew)
    return {MethodResult::PermError, "the signature has expired"};
  if (signed_at && *signed_at > now + DkimCheck::kSkew) return {MethodResult::Policy, "t= is in the future"};
  return {MethodResult::Pass, {}};
}

/// The places of the fields that are looked at, from the top down.
std::vector<std::size_t> select_fields(std::span<const mail::Field> fields, const std::string& author,
                                       std::size_t& count) {
  std::vector<std::size_t> near;
  std::vector<std::size_t> far;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].id != mail::FieldName::DKIMSignature) continue;
    ++count;
    if (near.size() == DkimCheck::kMost) continue;
    const auto tags = dkim::TagList::parse(fields[i].value);
    const auto* const tag = tags ? tags->find("d") : nullptr;
    const auto domain = tag == nullptr ? std::string() : base::domain_key(tag->value);
    (is_within(domain, author) || is_within(author, domain) ? near : far).push_back(i);
  }
  far.resize(std::min(far.size(), DkimCheck::kMost - near.size()));
  near.insert(near.end(), far.begin(), far.end());
  std::ranges::sort(near);
  return near;
}

}  // namespace

DkimCheck::DkimCheck(std::string header, std::chrono::sys_seconds now)
    : header_(std::move(header)),
      block_(header_, kMostHeader, kMostFields),
      author_(author_of(block_.fields())) {
  const auto places = select_fields(block_.fields(), author_.domain, signature_count_);
  checked_.reserve(places.size());
  for (const auto place : places) add(block_.fields()[place], now);
}

void DkimCheck::add(const mail::Field& field, std::chrono::sys_seconds now) {
  auto& checked = checked_.emplace_back();
  checked.is_final = true;
  describe(dkim::text_of(field), checked.result);
  auto signature = dkim::parse_signature(dkim::text_of(field));
  if (!signature) {
    auto& fault = signature.error();
    const bool is_sha1 = base::iequals(checked.result.algorithm, "rsa-sha1");
    // Another algorithm is not wrong: it can't be processed here (RFC 8601 2.7.1).
    const bool is_unknown = fault.outcome == dkim::Outcome::WrongAlgorithm;
    return refuse(checked.result,
                  is_sha1      ? MethodResult::Policy
                  : is_unknown ? MethodResult::Neutral
                               : result_of(fault.outcome),
                  std::move(fault.why));
  }
  checked.signature = std::move(*signature);
  checked.result.body_length = checked.signature.body_length;
  if (block_.is_cut()) return refuse(checked.result, MethodResult::Policy, "the header is too long");
  if (auto [value, why] = check_times(checked.signature, now); value != MethodResult::Pass) {
    return refuse(checked.result, value, std::move(why));
  }
  ask_for(checked);
}

void DkimCheck::ask_for(Checked& checked) {
  checked.is_final = false;
  refuse(checked.result, MethodResult::TempError, "the key has not come in time");
  auto name = checked.signature.key.text();
  const auto known = std::ranges::find(key_names_, name);
  checked.key = static_cast<std::size_t>(known - key_names_.begin());
  if (known == key_names_.end()) key_names_.push_back(std::move(name));
  const auto form = checked.signature.body;
  auto& hash = form == dkim::Canonical::Simple ? simple_ : relaxed_;
  if (!hash) hash = std::make_unique<dkim::BodyHash>(form);
  if (checked.signature.body_length) hash->mark(*checked.signature.body_length);
}

void DkimCheck::take_key(std::size_t index, const net::DnsAnswer& answer) {
  for (auto& checked : checked_) {
    if (!checked.is_final && !checked.is_header_good && checked.key == index) verify_header(checked, answer);
  }
}

void DkimCheck::verify_header(Checked& checked, const net::DnsAnswer& answer) const {
  auto& result = checked.result;
  if (answer.kind == net::DnsAnswer::Kind::Failed) {
    checked.is_final = true;
    return refuse(result, MethodResult::TempError, "no key: " + answer.why);
  }
  const auto key = dkim::PublicKey::parse_first(answer.texts);
  if (!key) {
    checked.is_final = true;
    return refuse(result, result_of(key.error().outcome), key.error().why);
  }
  result.is_testing = key->is_testing();
  const auto outcome = dkim::verify(block_, checked.signature, &*key);
  checked.is_header_good = outcome == dkim::Outcome::Good;
  checked.is_final = !checked.is_header_good;
  if (checked.is_final) return refuse(result, result_of(outcome), std::string(why_of(outcome)));
  refuse(result, MethodResult::TempError, "the body has not ended");
}

bool DkimCheck::wants_body() const {
  return std::ranges::any_of(checked_, [](const Checked& checked) { return !checked.is_final; });
}

void DkimCheck::take_body(std::string_view piece) {
  if (!wants_body()) return;
  if (simple_) simple_->take(piece);
  if (relaxed_) relaxed_->take(piece);
}

void DkimCheck::end_body() {
  if (simple_) simple_->end();
  if (relaxed_) relaxed_->end();
  is_ended_ = true;
}

void DkimCheck::finish(Checked& checked) const {
  if (checked.is_final || !checked.is_header_good || !is_ended_) return;
  const auto& signature = checked.signature;
  const auto& hash = *(signature.body == dkim::Canonical::Simple ? simple_ : relaxed_);
  const auto digest = hash.hash(signature.body_length);
  const auto outcome = digest == signature.body_hash ? dkim::Outcome::Good : dkim::Outcome::BodyChanged;
  checked.result.result = result_of(outcome);
  checked.result.why = outcome == dkim::Outcome::Good ? std::string_view() : why_of(outcome);
  if (!digest) checked.result.why = "the body is shorter than l=";
  checked.result.has_unsigned_tail = signature.body_length && *signature.body_length < hash.size();
}

std::vector<DkimResult> DkimCheck::results() const {
  std::vector<DkimResult> results;
  results.reserve(checked_.size());
  for (Checked checked : checked_) {
    finish(checked);
    results.push_back(std::move(checked.result));
  }
  return results;
}

namespace {

/// What the coroutine that waits and those that ask share.
struct Asking {
  std::shared_ptr<DkimCheck> check;
  Ask ask;
  net::Timer done;  ///< ends with the last answer
  std::size_t left;
};

net::Task<void> look_up_key(std::shared_ptr<Asking> asking, std::size_t index) {
  const auto answer = co_await asking->ask({net::RecordType::Txt, asking->check->key_names()[index]});
  asking->check->take_key(index, answer);
  if (--asking->left == 0) asking->done.cancel();
}

}  // namespace

net::Task<void> look_up_keys(std::shared_ptr<DkimCheck> check, Ask ask) {
  const auto loop = co_await net::asio::this_coro::executor;
  const auto count = check->key_names().size();
  const auto asking = std::make_shared<Asking>(std::move(check), std::move(ask),
                                               net::Timer(loop, net::Timer::time_point::max()), count);
  for (std::size_t i = 0; i < count; ++i) {
    net::asio::co_spawn(loop, look_up_key(asking, i), net::asio::detached);
  }
  if (asking->left > 0) co_await asking->done.async_wait(net::kUseTask);
}

}  // namespace backstop::auth
