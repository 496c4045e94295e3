// What a file holds: no mail at all, a mail or an mbox, told from its first bytes; and whether a mail is
// whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mail/message.h"

namespace backstop::mailbox {

/// This many bytes of a file are enough to tell what it is.
inline constexpr std::size_t kHeadBytes = 64 * 1024;

/// Returns true if the bytes begin with the line that begins each mail of an mbox: "From ".
bool begins_as_mbox(std::string_view head);

/// Returns true for a "From " line as MTAs write it: "From somebody Thu Jan  1 00:00:00 2026"; a time and a
/// year tell it from a sentence that begins with "From ".
bool is_postmark(std::string_view line);

/// Returns true for a "From " line that is no whole postmark but may be meant as one: no word, a single word,
/// as in "From -", or a word and either a time or a year. A mail begins after it only if its header is
/// Certain.
bool is_bare_postmark(std::string_view line);

/// What the lines after a "From " line are.
enum class Header : std::uint8_t {
  None,     ///< the first line is not a field that mail has
  Likely,   ///< it is
  Written,  ///< and up to the empty line there are only fields, at least two of which every mail has, but
            ///< only those that people write, too, above a mail that they quote: From, To, Date, Subject
  Certain   ///< the same with a field that only programs write
};

/// Tells what the text begins with.
Header header_at(std::string_view text);

/// Returns true for a line after which a mail is quoted or attached: "--- Unsent message follows ---",
/// "Original message:", a field of a MIME part.
bool announces_a_mail(std::string_view line);

/// Returns why the bytes are no mail, in words after "NAME: "; nullopt if they may be one: the header has a
/// field that mail has, and no NUL byte at its beginning.
std::optional<std::string_view> why_not_a_mail(std::string_view head);

/// Returns why the mail isn't whole, or nullopt if it is: its header ends within a line, or its outermost
/// multipart isn't closed (RFC 2046 5.1.1). Such a mail is still read as far as it goes. Of `message` only
/// the header must have been walked.
std::optional<std::string_view> why_cut_short(const mail::Message& message);

}  // namespace backstop::mailbox
