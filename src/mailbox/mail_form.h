// Is this a mail at all, or an mbox? Told from its first bytes.
#pragma once

#include <optional>
#include <string_view>

namespace backstop::mailbox {

/// Bytes of a file that its form is told from.
inline constexpr std::size_t kHeadBytes = 64 * 1024;

/// True when the bytes begin with the line that begins each mail of an mbox: "From ".
bool begins_as_mbox(std::string_view head);

/// True for a "From " line as MTAs write it: "From somebody Thu Jan  1 00:00:00 2026"; a time and a year tell
/// it from a sentence that begins with "From ".
bool is_postmark(std::string_view line);

/// Why the bytes are no mail, in words after "NAME: "; nullopt where they may be one: a header field
/// that mail has stands in the header, and no NUL byte in the beginning of it.
std::optional<std::string_view> why_not_a_mail(std::string_view head);

}  // namespace backstop::mailbox
