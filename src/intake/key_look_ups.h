// Looks up DKIM keys of our domains that the key folder doesn't have, such as that of a newsletter service
// that signs for us. Whoever sends a forged bounce chooses the selectors in it, so only a few unknown ones
// are asked for.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "dkim/key_name.h"
#include "dkim/outcome.h"
#include "dkim/public_key.h"
#include "net/dns_answer.h"
#include "net/task.h"

namespace backstop::intake {

/// A key, or why there is none that can be used.
using FoundKey = std::expected<dkim::PublicKey, dkim::Outcome>;

/// What DNS said lately, for all workers. Thread-safe; the time is passed in.
class KeyMemory {
 public:
  using Time = std::chrono::sys_seconds;
  static constexpr std::size_t kMostOfDomain = 20;  ///< new look-ups an hour
  static constexpr std::chrono::hours kKeepFound{24};
  static constexpr std::chrono::hours kKeepNone{1};
  static constexpr std::size_t kMostNames = 10'000;  ///< past it, all are forgotten

  std::optional<FoundKey> find(const std::string& name, Time now);
  void remember(const std::string& name, FoundKey found, Time now);
  /// Takes one of the domain's look-ups of this hour; returns false if none is left.
  bool admit(const std::string& domain, Time now);

 private:
  struct Known {
    FoundKey key;
    Time until;
  };

  std::mutex mutex_;
  std::map<std::string, Known> names_;  ///< ordered: forgers choose the names
  std::map<std::string, std::size_t> asked_;
  std::chrono::sys_time<std::chrono::hours> hour_{};
};

/// Belongs to one worker; not thread-safe.
class KeyLookUps {
 public:
  using Ask = std::function<net::Task<net::DnsAnswer>(std::string name)>;
  static constexpr std::size_t kMostOfMail = 2;  ///< new look-ups

  /// The memory must outlive it. `ask` asks for TXT records.
  KeyLookUps(KeyMemory& memory, Ask ask) : memory_(memory), ask_(std::move(ask)) {}

  struct Answer {
    FoundKey key = std::unexpected(dkim::Outcome::NoKey);
    bool is_failed = false;  ///< nobody could say
  };
  /// `budget`: how many look-ups the mail may still cause; counted down. A name past a budget is not asked
  /// for, and counts as one without a key. `domain`: the one of ours whose look-ups of the hour it is counted
  /// among; all subdomains that one setting names are one.
  net::Task<Answer> find(dkim::KeyName name, std::string domain, std::size_t& budget, KeyMemory::Time now);

 private:
  KeyMemory& memory_;
  Ask ask_;
};

}  // namespace backstop::intake
