// Tells the recipients that a report names from the addresses in what a server replied about them. Who runs
// the server chooses its words, so that an address in them never is a recipient.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "response/report_text.h"

namespace backstop::response {

/// The words of a server begin at this offset of their line.
inline constexpr std::size_t kNoReply = static_cast<std::size_t>(-1);

struct ReplyLine {
  std::size_t begin = kNoReply;  ///< where the server's words begin; no address behind it is a recipient
  std::size_t code = kNoReply;   ///< where a reply code begins; an address behind it needs another witness
  bool names_recipient = false;  ///< the line begins as programs name a recipient: "<user@example.org>:"
};

/// Returns what is known of each line of `text`. In a paragraph that begins with a recipient, these are the
/// server's: what stands behind the recipient, the lines that are indented further, and the lines from
/// "said:" or a reply code on. In any other line, these are a reply code with what follows it, and the lines
/// below it that are indented further. Takes linear time.
std::vector<ReplyLine> find_reply_lines(const ReportText& text);

/// Returns whether `text` can stand before the first word of a line: "* ".
bool is_bullet(std::string_view text);

/// Returns whether `text` begins with a reply code, perhaps behind a transcript's mark: "<<< 550".
bool starts_with_reply(std::string_view text);

}  // namespace backstop::response
