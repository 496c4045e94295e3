// The Ask of a server: answers from a cache that all workers share, and asks a worker's own resolver for the
// rest.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "auth/ask.h"

namespace backstop::auth {

/// What DNS said lately. Thread-safe; the time is passed in. Past a cap, the answers that were used longest
/// ago are forgotten. Strangers choose the names.
class AnswerCache {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Limits {
    std::size_t answers = 50'000;
    std::size_t bytes = 16UZ * 1024 * 1024;  ///< as size_of() counts them
    /// Found answers are kept for their TTL, but not shorter or longer than this.
    std::chrono::seconds least_found{1};
    std::chrono::seconds most_found{3600};
    std::chrono::seconds most_none{3600};  ///< that there are none, for their TTL
  };

  explicit AnswerCache(Limits limits) : limits_(limits) {}
  AnswerCache() : AnswerCache(Limits()) {}

  std::optional<net::DnsAnswer> find(const net::Question& question, Time now);
  /// Failed answers are not kept: they may be our own resolver's, and the next mail may have more luck.
  void remember(const net::Question& question, const net::DnsAnswer& answer, Time now);

  /// Returns about how many bytes an answer takes with its question.
  static std::size_t size_of(const net::Question& question, const net::DnsAnswer& answer);

 private:
  using Key = std::pair<net::RecordType, std::string>;  ///< the name in lower case, without a dot at its end
  struct Known {
    Key key;
    net::DnsAnswer answer;
    Time until;
    std::size_t size;
  };
  using Place = std::list<Known>::iterator;

  static Key key_of(const net::Question& question);
  std::chrono::seconds life_of(const net::DnsAnswer& answer) const;
  void forget(Place place);

  const Limits limits_;
  std::mutex mutex_;
  std::list<Known> known_;  ///< the one that was used last first
  std::map<Key, Place> places_;
  std::size_t bytes_ = 0;
};

/// Returns an Ask that looks into the cache first, and asks `source` for what isn't there: once for all who
/// wait for the same answer. It belongs to one worker, and is not thread-safe; the cache must outlive its
/// loop.
Ask cached_ask(AnswerCache& cache, Ask source, std::function<AnswerCache::Time()> now);

}  // namespace backstop::auth
