#include "intake/key_look_ups.h"

#include <utility>

namespace backstop::intake {

namespace {

FoundKey key_of(const net::DnsAnswer& answer) {
  if (answer.kind != net::DnsAnswer::Kind::Found) return std::unexpected(dkim::Outcome::NoKey);
  auto key = dkim::PublicKey::parse_first(answer.texts);
  if (!key) return std::unexpected(key.error().outcome);
  return std::move(*key);
}

}  // namespace

std::optional<FoundKey> KeyMemory::find(const std::string& name, Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = names_.find(name);
  if (found == names_.end() || found->second.until <= now) return std::nullopt;
  return found->second.key;
}

void KeyMemory::remember(const std::string& name, FoundKey found, Time now) {
  const auto keep = found ? kKeepFound : kKeepNone;
  const std::lock_guard lock(mutex_);
  if (names_.size() >= kMostNames) names_.clear();
  names_.insert_or_assign(name, Known{std::move(found), now + keep});
}

bool KeyMemory::admit(const std::string& domain, Time now) {
  const auto hour = std::chrono::floor<std::chrono::hours>(now);
  const std::lock_guard lock(mutex_);
  if (hour > hour_) {
    asked_.clear();
    hour_ = hour;
  }
  auto& asked = asked_[domain];
  if (asked >= kMostOfDomain) return false;
  ++asked;
  return true;
}

net::Task<KeyLookUps::Answer> KeyLookUps::find(dkim::KeyName name, std::string domain, std::size_t& budget,
                                               KeyMemory::Time now) {
  const std::string text = name.text();
  if (auto known = memory_.find(text, now)) co_return Answer{.key = std::move(*known)};
  if (budget == 0 || !memory_.admit(domain, now)) co_return Answer{};
  --budget;
  const auto answer = co_await ask_(text);
  if (answer.kind == net::DnsAnswer::Kind::Failed) co_return Answer{.is_failed = true};
  auto key = key_of(answer);
  memory_.remember(text, key, now);
  co_return Answer{.key = std::move(key)};
}

}  // namespace backstop::intake
