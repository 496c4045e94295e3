// What a file holds: no mail at all, a mail or an mbox, told from its first bytes; and whether a mail is
// whole.
#pragma once

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

/// Returns why the bytes are no mail, in words after "NAME: "; nullopt if they may be one: the header has a
/// field that mail has, and no NUL byte at its beginning.
std::optional<std::string_view> why_not_a_mail(std::string_view head);

/// Returns why the mail isn't whole, or nullopt if it is: its header ends within a line, or its outermost
/// multipart isn't closed (RFC 2046 5.1.1). Such a mail is still read as far as it goes. Of `message` only the
/// header must have been walked.
std::optional<std::string_view> why_cut_short(const mail::Message& message);

}  // namespace backstop::mailbox
