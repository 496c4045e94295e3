// The lists of an event as JSON, as databases and the command line hold them: ["a@example.org"] and
// [{"name":"tag","finding":"proves","detail":"..."}].
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/event.h"

namespace backstop::store {

/// True for well-formed UTF-8 without NUL: no database takes more, and sqlite3's shell cuts text at a NUL.
bool is_sound(std::string_view text);
/// `text` with U+FFFD for what is not sound.
std::string sound_text(std::string_view text);

std::string recipients_to_json(const std::vector<std::string>& recipients);
std::string evidence_to_json(const std::vector<EventEvidence>& evidence);

/// What is no such list has no members: a row that somebody changed by hand is still shown.
std::vector<std::string> recipients_from_json(std::string_view text);
std::vector<EventEvidence> evidence_from_json(std::string_view text);

}  // namespace backstop::store
