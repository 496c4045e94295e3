// What a mail server and a filter agree on before the first connection: the version of the protocol, what the
// filter may change, and which steps are sent, with or without an answer.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace backstop::milter {

inline constexpr std::uint32_t kVersion = 6;  ///< the newest; Sendmail 8.14 and Postfix 2.6 brought it

/// What a filter may do to a message at its end, as bits of Negotiation::actions.
namespace action {
inline constexpr std::uint32_t kAddHeader = 0x01;  ///< also to insert one
inline constexpr std::uint32_t kChangeBody = 0x02;
inline constexpr std::uint32_t kAddRecipient = 0x04;
inline constexpr std::uint32_t kDeleteRecipient = 0x08;
inline constexpr std::uint32_t kChangeHeader = 0x10;
inline constexpr std::uint32_t kQuarantine = 0x20;
inline constexpr std::uint32_t kChangeSender = 0x40;
inline constexpr std::uint32_t kAddRecipientWithParameters = 0x80;
inline constexpr std::uint32_t kNameMacros = 0x100;  ///< the filter names the macros that it wants
}  // namespace action

/// What is sent and answered, as bits of Negotiation::steps. "No...": the step isn't sent. "Unanswered...":
/// it is sent, and the server doesn't wait for an answer.
namespace step {
inline constexpr std::uint32_t kNoConnect = 0x01;
inline constexpr std::uint32_t kNoHello = 0x02;
inline constexpr std::uint32_t kNoMail = 0x04;
inline constexpr std::uint32_t kNoRecipient = 0x08;
inline constexpr std::uint32_t kNoBody = 0x10;
inline constexpr std::uint32_t kNoHeader = 0x20;
inline constexpr std::uint32_t kNoEndOfHeader = 0x40;
inline constexpr std::uint32_t kUnansweredHeader = 0x80;
inline constexpr std::uint32_t kNoUnknown = 0x100;
inline constexpr std::uint32_t kNoData = 0x200;
inline constexpr std::uint32_t kSkip = 0x400;  ///< the filter may say that it wants no more of the body
inline constexpr std::uint32_t kRejectedRecipients = 0x800;  ///< are sent, too
inline constexpr std::uint32_t kUnansweredConnect = 0x1000;
inline constexpr std::uint32_t kUnansweredHello = 0x2000;
inline constexpr std::uint32_t kUnansweredMail = 0x4000;
inline constexpr std::uint32_t kUnansweredRecipient = 0x8000;
inline constexpr std::uint32_t kUnansweredData = 0x10000;
inline constexpr std::uint32_t kUnansweredUnknown = 0x20000;
inline constexpr std::uint32_t kUnansweredEndOfHeader = 0x40000;
inline constexpr std::uint32_t kUnansweredBody = 0x80000;
inline constexpr std::uint32_t kLeadingSpace = 0x100000;  ///< values of fields keep the space after the colon
}  // namespace step

struct Negotiation {
  std::uint32_t version = 0;
  std::uint32_t actions = 0;
  std::uint32_t steps = 0;

  bool operator==(const Negotiation&) const = default;
  bool may(std::uint32_t wanted) const { return (actions & wanted) == wanted; }
  bool has(std::uint32_t wanted) const { return (steps & wanted) == wanted; }
};

/// Reads the data of a packet 'O'.
base::Result<Negotiation> parse_negotiation(std::string_view data);

/// What a filter wants.
struct Wish {
  std::uint32_t needed = 0;   ///< actions without which it can't work
  std::uint32_t actions = 0;  ///< that it uses if it may
  std::uint32_t steps = 0;    ///< that it uses if they are offered
};

/// Returns the agreement: of what is wished, all that is offered. Returns an error if the server is older
/// than version 2, or lacks a needed action.
base::Result<Negotiation> agree(const Negotiation& offered, const Wish& wish);

/// The macros that a filter wants to get before a step.
struct MacroWish {
  std::uint32_t stage = 0;  ///< 0 connect, 1 HELO, 2 MAIL, 3 RCPT, 4 DATA, 5 end of message, 6 end of header
  std::string_view names;   ///< with a space between two: "i {auth_authen}"
};

/// Appends the answer to packet 'O'. The macros are named only if the agreement has kNameMacros.
void append_negotiation(const Negotiation& agreed, std::span<const MacroWish> macros, std::string& out);

/// Returns true if the server waits for an answer to a packet with this letter.
bool is_answered(const Negotiation& agreed, char letter);

}  // namespace backstop::milter
