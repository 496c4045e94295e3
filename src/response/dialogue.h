// What a report tells about the SMTP session that failed: in reply to which command the other server refused.
// Products say it in their own words ("(in reply to RCPT TO command)"), by a transcript (">>> DATA"), or by a
// sentence ("does not like recipient"). The words are tables in dialogue.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "response/report_text.h"
#include "response/response.h"

namespace backstop::response {

/// How surely words tell the step that failed, surest first. A server's own words may name another command:
/// "550 bad domain in HELO (in reply to RCPT TO command)".
enum class Telling : std::uint8_t {
  Product,   ///< the reporting product says it: "in reply to", "while sending"
  Session,   ///< a transcript, or "after RCPT TO"
  Mention,   ///< a command is named in words that often mean this: "in RCPT TO"
  Likeness,  ///< it looks like it: "RCPT TO:<...>" alone, "failed to connect"
};

/// One step that failed, and where the text tells it.
struct Step {
  Command command = Command::None;
  Telling telling = Telling::Likeness;
  bool is_transcript = false;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

inline constexpr std::size_t kMostSteps = 100;

/// Phrases one of which is in every text in which find_steps() finds something.
std::span<const std::string_view> dialogue_phrases();

/// Returns the steps that `words` tell, in their order, at most kMostSteps. Takes linear time. None must be
/// told before `from`; the words before it are only looked back at.
std::vector<Step> find_steps(std::string_view words, std::size_t from = 0);

/// The same, but ends with the first step that the product tells, which no other outweighs.
std::vector<Step> find_surest_step(std::string_view words, std::size_t from = 0);

/// Returns the command of the step that is told most surely, and of several the first.
Command find_command(std::string_view words);

/// Returns the command that failed for the recipient `address`. `steps` are those of text.flat(). A step
/// belongs to the recipients of its paragraph, and one of a transcript to those in its own lines. If the
/// report is about nobody else (`is_alone`), any step is that recipient's.
Command command_for(const ReportText& text, std::span<const Step> steps, std::string_view address,
                    bool is_alone);

}  // namespace backstop::response
