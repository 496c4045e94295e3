// What became of the mails of `backstop test`, and what that means. Pure: what was seen is passed in.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "smtp/reply.h"
#include "store/day_sums.h"
#include "store/event.h"

namespace backstop::service {

enum class TrialState : std::uint8_t {
  Good,
  Wrong,
  Untried,  ///< it could not be tried, or nobody could see what became of it
  LeftOut,  ///< this installation has no such thing
};
inline constexpr std::array<std::string_view, 4> kTrialStateNames = {"good", "wrong", "not tried",
                                                                     "left out"};
constexpr std::string_view name(TrialState value) {
  return kTrialStateNames[static_cast<std::size_t>(value)];
}

/// A row of the table. Its texts are whole sentences; they may have untrusted words.
struct TrialStep {
  std::string name = {};  ///< for programs: "server", or kTrialKindNames
  std::string title = {};
  TrialState state = TrialState::Untried;
  std::string happened = {};
  std::string means = {};       ///< may be empty
  std::string message_id = {};  ///< of the mail that was sent; empty: none was
  std::string event = {};       ///< the id in the history, or empty
};

/// How a mail was handed to the server.
struct TrialSent {
  enum class Kind : std::uint8_t { Taken, Refused, PutOff, NoAnswer, NotSent };

  Kind kind = Kind::NotSent;
  std::string words = {};  ///< the reply, or what was wrong

  bool is_taken() const { return kind == Kind::Taken; }
};

/// Reads what next_hop::hand_over_and_wait() returned.
TrialSent sent_of(const base::Result<smtp::Reply>& handed_over);

/// What is known of one mail that was sent.
struct TrialSeen {
  TrialSent sent;
  bool has_history = false;                ///< the history could be read
  std::optional<store::Event> event = {};  ///< of this mail
  /// Mail that came in by the same way counts as mail that leaves.
  bool is_taken_for_leaving = false;
};

/// What is known of the way out.
struct OutSeen {
  TrialSeen mail;
  /// What was added to the sums of the owner's domain meanwhile; nullopt if they could not be read.
  std::optional<store::DayCounts> sums = {};
  bool is_in_ledger = false;       ///< its Message-ID has proven its bounce
  bool is_lost_to_ledger = false;  ///< it did not, though there is a ledger
  bool has_watermark = false;      ///< mail is to leave with one
  bool has_tags = false;
  /// Where the addressee can look; empty if that is nobody who sees mail as strangers do.
  std::string addressee = {};
};

TrialStep judge_out(const OutSeen& seen);
TrialStep judge_ordinary(const TrialSeen& seen);

struct ForgedSeen {
  TrialSeen mail;
  bool has_quarantine = false;
};
TrialStep judge_forged(const ForgedSeen& seen);

struct BackSeen {
  TrialSeen mail;
  std::string carried;  ///< what it had as a proof: "a watermark made here with key 0"
};
TrialStep judge_back(const BackSeen& seen);

/// True if the evidence of that name, such as "ledger", proved the response.
bool is_proven_by(const store::Event& event, std::string_view evidence);

}  // namespace backstop::service
