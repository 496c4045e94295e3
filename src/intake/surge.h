// Notices floods: many more unproven responses to one mailbox, or to one domain of ours, than usual. A joe
// job begins so. Each node counts alone, and knows nothing of the time before its start: then the mean is
// low, and a flood is noticed sooner. The time is passed in. Thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "response/response.h"

namespace backstop::intake {

using SurgeTime = std::chrono::sys_seconds;

/// A surge has begun, or is over.
struct SurgeChange {
  enum class Kind : std::uint8_t {
    Responses,  ///< begun: `count` responses came within a minute
    Domains,    ///< begun: automatic replies of `count` domains came within ten minutes
    Over,       ///< over: there were at least `count` responses in all
  };

  Kind kind = Kind::Responses;
  std::string whose;  ///< an owner, "ann@example.org", or a domain, "example.org"
  std::size_t count = 0;
  SurgeTime time{};
};

/// Counts what falls into the last N spans of time.
template <std::size_t N>
class SpanCounts {
 public:
  /// `span` numbers the spans. One that is earlier than the latest counts as the latest.
  void add(std::int64_t span) {
    advance(span);
    ++counts_[index(latest_)];
  }
  std::uint64_t sum(std::int64_t span) {
    advance(span);
    std::uint64_t sum = 0;
    for (const auto count : counts_) sum += count;
    return sum;
  }

 private:
  static std::size_t index(std::int64_t span) { return static_cast<std::size_t>(span) % N; }
  void advance(std::int64_t span) {
    if (span >= latest_ + static_cast<std::int64_t>(N)) {
      counts_.fill(0);
      latest_ = span;
    }
    while (latest_ < span) counts_[index(++latest_)] = 0;
  }

  std::array<std::uint32_t, N> counts_{};
  std::int64_t latest_ = 0;
};

/// What is counted for one owner or one domain. Not thread-safe.
class SurgeCounts {
 public:
  static constexpr std::chrono::seconds kWindow{60};
  static constexpr std::chrono::minutes kDomainWindow{10};
  static constexpr std::size_t kMostDomains = 8;
  static constexpr std::uint64_t kTimesMean = 8;
  static constexpr std::chrono::days kMeanOver{7};
  static constexpr std::chrono::minutes kQuiet{30};

  /// Counts one response. `least` in a minute begin a surge, or kTimesMean times the mean of a minute over
  /// kMeanOver and one, if that is more. `from_domain` is the domain of an automatic reply, else empty;
  /// kMostDomains different ones within kDomainWindow begin a surge, too. Returns the change, if this begins
  /// one.
  std::optional<SurgeChange> note(std::uint64_t least, std::string_view from_domain, SurgeTime now);
  bool is_surge(SurgeTime now) const { return surge_ && now - surge_->busy < kQuiet; }
  /// Returns the change if a surge is over now: after kQuiet below a quarter of what began it.
  std::optional<SurgeChange> look(SurgeTime now);
  /// Returns the change that ends what is left, if it is forgotten.
  std::optional<SurgeChange> end(SurgeTime now);

 private:
  struct Surge {
    std::uint64_t threshold;  ///< of a minute, when it began
    SurgeTime busy;           ///< when at least a quarter of that was last met
    std::size_t count;  ///< responses so far, at least: what came before the minute of its begin is not in it
  };
  struct Sender {
    std::size_t domain = 0;  ///< its hash
    SurgeTime seen{};
  };

  void note_sender(std::string_view domain, SurgeTime now);
  std::size_t senders(SurgeTime now) const;

  SpanCounts<kWindow.count()> seconds_;
  SpanCounts<kMeanOver.count()> days_;
  std::array<Sender, kMostDomains> senders_;
  std::optional<Surge> surge_;
};

class Surges {
 public:
  static constexpr std::uint64_t kLeastOfOwner = 10;
  static constexpr std::uint64_t kLeastOfDomain = 30;
  static constexpr std::size_t kMostOwners = 10'000;
  static constexpr std::size_t kMostDomains = 1'000;

  using Tell = std::function<void(const SurgeChange&)>;
  /// `tell` hears of each begin and end, on the thread of the call that noticed it.
  explicit Surges(Tell tell) : tell_(std::move(tell)) {}

  /// Counts one unproven response to an owner, the text of origin::owner_of(), and to the owner's domain.
  /// `from_domain` is the domain of the response's author. If there are too many owners or domains, the one
  /// is forgotten that has had no response for the longest time.
  void note(const std::string& owner, response::Kind kind, std::string_view from_domain, SurgeTime now);
  /// True while a surge to the owner or to the owner's domain lasts.
  bool is_surge(const std::string& owner, SurgeTime now) const;
  /// Ends what is over. Call it every few seconds.
  void look(SurgeTime now);

 private:
  /// The counts of owners, or of domains; the one that was noted last is in front.
  class Table {
   public:
    explicit Table(std::size_t most) : most_(most) {}

    /// Returns the counts of that name. Puts a change into `changes` if another name had to be forgotten.
    SurgeCounts& at(const std::string& name, SurgeTime now, std::vector<SurgeChange>& changes);
    bool is_surge(const std::string& name, SurgeTime now) const;
    void look(SurgeTime now, std::vector<SurgeChange>& changes);

   private:
    struct Named {
      std::string name;
      SurgeCounts counts;
    };

    std::size_t most_;
    std::list<Named> order_;
    std::map<std::string, std::list<Named>::iterator, std::less<>> places_;
  };

  void tell(const std::vector<SurgeChange>& changes) const;

  const Tell tell_;
  mutable std::mutex mutex_;
  Table owners_{kMostOwners};
  Table domains_{kMostDomains};
};

}  // namespace backstop::intake
