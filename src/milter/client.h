// The other side of the protocol: what a mail server sends to a filter, as packets, and what it reads of the
// filter's answers. Our own bridges to mail servers that speak no milter protocol use it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "milter/event.h"

namespace backstop::milter {

/// A macro of a bridge: the mail server behind it can't take a mail and give it to nobody, so that the answer
/// Discard has no meaning there. Its value is "yes".
inline constexpr std::string_view kNoDiscard = "backstop_no_discard";

/// The most octets of one piece of the body.
inline constexpr std::size_t kMostPiece = 65535;

using MacroValue =
    std::pair<std::string_view, std::string_view>;  ///< the name, without braces, and the value

/// The macros for the step with this letter; must come before its packet.
void append_macros(char step, std::span<const MacroValue> macros, std::string& out);
void append_connect(const Connect& connect, std::string& out);
/// `letter` is 'M' or 'R'; the path has angle brackets.
void append_path(char letter, const PathCommand& command, std::string& out);
/// A packet whose data is a text: 'H'.
void append_text(char letter, std::string_view text, std::string& out);
void append_header(const HeaderField& field, std::string& out);

/// What a packet of a filter says of the header: 'i', 'm' and 'h'.
struct HeaderChange {
  std::uint32_t index = 0;  ///< 'i': the place; 'm': among the fields of that name, from 1; 'h': 0
  std::string_view name;
  std::string_view value;  ///< lines with LF between them; 'm': empty if the field is deleted
};
base::Result<HeaderChange> parse_header_change(char letter, std::string_view data);

/// Reads the data of a packet 'y', and returns its reply as one line, "550 5.7.1 first second", without
/// control characters. The texts of further lines follow the first one.
base::Result<std::string> parse_refusal(std::string_view data);

}  // namespace backstop::milter
