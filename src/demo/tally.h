// What the demo counts, from three sides that must agree: what the clients were told, what the history
// holds, and what is in the Maildirs.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "demo/mails.h"
#include "next_hop/session.h"
#include "store/event.h"

namespace backstop::demo {

struct LotCount {
  std::size_t accepted = 0;
  std::size_t refused = 0;  ///< for good (5xx)
  std::size_t put_off = 0;  ///< told to come again (4xx), or told nothing

  bool operator==(const LotCount&) const = default;
};

using Tally = std::array<LotCount, kLots>;

inline LotCount& count_of(Tally& tally, Lot lot) {
  return tally[static_cast<std::size_t>(lot)];
}
inline const LotCount& count_of(const Tally& tally, Lot lot) {
  return tally[static_cast<std::size_t>(lot)];
}

void count(const next_hop::Result<smtp::Reply>& answer, LotCount& into);

/// What the history says. It knows no lots: the cause of a mail decides in which one it is counted.
struct Recorded {
  Tally tally;
  std::map<std::string, std::size_t> refused_kinds;   ///< of the lot Bounce
  std::map<std::string, std::size_t> labelled_kinds;  ///< of the lot Other
  std::string example;                                ///< what the sender of a refused bounce was told
  std::string cause_elsewhere;                        ///< why the mail of the lot Elsewhere was refused
  std::map<std::string, std::size_t> strange;         ///< causes that no mail of the demo should have
};
Recorded count_history(const std::vector<store::Event>& events);

struct Held {
  std::size_t ann = 0;      ///< mails in Ann's Maildir
  std::size_t outside = 0;  ///< in all the Maildirs of the world
};

/// Returns what does not agree and what should not have happened, a sentence each; empty if all is well.
std::vector<std::string> differences(const Tally& told, const Recorded& recorded, const Held& held);

/// Returns the table of inbound mail: what came, the proof, what got in, what was refused, how. Four rows
/// below a heading; the lot Elsewhere is told apart from it.
std::string tally_table(const Tally& tally);

}  // namespace backstop::demo
