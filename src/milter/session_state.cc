#include "milter/session_state.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace backstop::milter {
namespace {

// The phases in which a packet may come, from one to another, and the phase after it.
struct Move {
  char letter;
  Phase first;
  Phase last;
  std::optional<Phase> after;  // nullopt: the same
};

constexpr Move kMoves[] = {
    {'O', Phase::Start, Phase::Start, Phase::Waiting},
    {'D', Phase::Waiting, Phase::Body, std::nullopt},
    {'C', Phase::Waiting, Phase::Waiting, Phase::Connected},
    {'H', Phase::Connected, Phase::Body, Phase::Connected},
    {'M', Phase::Connected, Phase::Body, Phase::Mail},
    {'R', Phase::Mail, Phase::Recipient, Phase::Recipient},
    {'T', Phase::Mail, Phase::Recipient, Phase::Data},
    {'L', Phase::Mail, Phase::Header, Phase::Header},
    {'N', Phase::Mail, Phase::Header, Phase::Body},
    {'B', Phase::Mail, Phase::Body, Phase::Body},
    {'E', Phase::Mail, Phase::Body, Phase::Connected},
    {'U', Phase::Connected, Phase::Body, std::nullopt},
    {'A', Phase::Waiting, Phase::Body, std::nullopt},
    {'K', Phase::Waiting, Phase::Body, Phase::Waiting},
    {'Q', Phase::Start, Phase::Body, Phase::Over},
};

constexpr bool aborts(char letter) {
  return letter == 'H' || letter == 'M' || letter == 'A' || letter == 'K' || letter == 'Q';
}

}  // namespace

bool is_in_message(Phase phase) {
  return phase >= Phase::Mail && phase <= Phase::Body;
}

base::Result<Implied> move_on(Phase& phase, char letter) {
  const auto* const move = std::ranges::find(kMoves, letter, &Move::letter);
  if (move == std::end(kMoves)) {
    return std::unexpected(base::Error{"a milter packet '" + base::printable(std::string_view(&letter, 1)) +
                                       "', which isn't known"});
  }
  if (phase < move->first || phase > move->last) {
    return std::unexpected(base::Error{std::string("a milter packet '") + letter + "' that can't come now"});
  }
  const bool is_abort = is_in_message(phase) && aborts(letter);
  if (letter == 'A' && is_abort) {
    phase = Phase::Connected;
  } else {
    phase = move->after.value_or(phase);
  }
  return is_abort ? Implied::Abort : Implied::Nothing;
}

}  // namespace backstop::milter
