#include "milter/negotiation.h"

#include <algorithm>
#include <string>

#include "milter/packet.h"

namespace backstop::milter {
namespace {

constexpr std::size_t kNumbers = 12;  // octets: three numbers
constexpr std::uint32_t kOldest = 2;

struct Unanswered {
  char letter;
  std::uint32_t step;  // 0: never answered
};

constexpr Unanswered kUnanswered[] = {
    {'C', step::kUnansweredConnect},
    {'H', step::kUnansweredHello},
    {'M', step::kUnansweredMail},
    {'R', step::kUnansweredRecipient},
    {'T', step::kUnansweredData},
    {'L', step::kUnansweredHeader},
    {'N', step::kUnansweredEndOfHeader},
    {'B', step::kUnansweredBody},
    {'U', step::kUnansweredUnknown},
    {'A', 0},
    {'D', 0},
    {'Q', 0},
    {'K', 0},
};

}  // namespace

base::Result<Negotiation> parse_negotiation(std::string_view data) {
  if (data.size() < kNumbers) {
    return std::unexpected(base::Error{"an option packet of " + std::to_string(data.size()) +
                                       " octets; it must have " + std::to_string(kNumbers)});
  }
  return Negotiation{number_of(data), number_of(data.substr(4)), number_of(data.substr(8))};
}

base::Result<Negotiation> agree(const Negotiation& offered, const Wish& wish) {
  if (offered.version < kOldest) {
    return std::unexpected(base::Error{"the mail server speaks version " + std::to_string(offered.version) +
                                       " of the milter protocol; the oldest that works is " +
                                       std::to_string(kOldest)});
  }
  if (!offered.may(wish.needed)) {
    return std::unexpected(base::Error{"the mail server doesn't let a milter do what is needed (actions " +
                                       std::to_string(offered.actions) + ", needed " +
                                       std::to_string(wish.needed) + ")"});
  }
  return Negotiation{std::min(offered.version, kVersion), offered.actions & (wish.needed | wish.actions),
                     offered.steps & wish.steps};
}

void append_negotiation(const Negotiation& agreed, std::span<const MacroWish> macros, std::string& out) {
  std::string data = octets_of(agreed.version) + octets_of(agreed.actions) + octets_of(agreed.steps);
  if (agreed.may(action::kNameMacros)) {
    for (const MacroWish& wish : macros) {
      data += octets_of(wish.stage);
      data += wish.names;
      data += '\0';
    }
  }
  append_packet('O', {data}, out);
}

bool is_answered(const Negotiation& agreed, char letter) {
  const auto* const row = std::ranges::find(kUnanswered, letter, &Unanswered::letter);
  if (row == std::end(kUnanswered)) return true;
  return row->step != 0 && !agreed.has(row->step);
}

}  // namespace backstop::milter
