// Whether mail of a domain carries proofs, so that a response without one may be refused: observed from what
// leaves, day by day, and never assumed. Pure: the sums and the day are passed in. Thread-safe.
// docs/policy.md has the rules.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace backstop::policy {

/// What a mail may carry when it leaves.
enum class Carried : std::uint8_t {
  Watermark,
  Dkim,     ///< a DKIM signature of our domain
  Message,  ///< either of these, which come back with the mail
  Tag,      ///< in the envelope sender, where every bounce goes
};
inline constexpr std::array<std::string_view, 4> kCarriedNames = {"watermark", "dkim", "message", "tag"};
constexpr std::string_view name(Carried value) {
  return kCarriedNames[static_cast<std::size_t>(value)];
}

/// What was seen of one domain on one day (UTC).
struct DaySums {
  std::chrono::sys_days day{};
  std::uint64_t left = 0;  ///< mails that left with the domain in the envelope sender or in From
  std::array<std::uint64_t, kCarriedNames.size()> carried = {};  ///< of these, indexed by Carried
  std::uint64_t genuine = 0;                                     ///< bounces with a proof that came in
  /// Certain bounces without a proof of their own that have a valid signature of another mailbox of ours.
  std::uint64_t contradictions = 0;
};

/// The limits of the rules.
struct ReadyRules {
  static constexpr std::size_t kLeastDays = 5;         ///< days on which mail left
  static constexpr std::chrono::days kLeastAge{14};    ///< since the first of these
  static constexpr std::size_t kShareDays = 14;        ///< the last days on which mail left make the share
  static constexpr std::uint64_t kLeastPercent = 99;   ///< of the mail that left on them
  static constexpr std::chrono::days kWindow{14};      ///< for contradictions
  static constexpr std::uint64_t kContradictions = 3;  ///< so many end it, or 1 % of the genuine bounces
  static constexpr std::chrono::days kSilence{30};     ///< without mail, it ends and begins anew
  /// How many days of sums are worth keeping.
  static constexpr std::chrono::days kMemory{400};
};

/// Why a domain is not ready.
enum class Lacking : std::uint8_t { Nothing, Mail, Days, Age, Share, Contradictions };

struct Readiness {
  /// The first day of those on which the rules have held without a break until today; nullopt if they don't
  /// hold.
  std::optional<std::chrono::sys_days> since = {};
  Lacking lacking = Lacking::Mail;  ///< today
  std::string why = {};             ///< the same as one plain sentence, or what it stands on
};

/// Looks at one proof of a domain. `days` are in order, at most one a day, none after `today`.
Readiness readiness(std::span<const DaySums> days, Carried carried, std::chrono::sys_days today);

}  // namespace backstop::policy
