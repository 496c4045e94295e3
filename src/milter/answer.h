// What a filter answers, as packets. Changes of a message may be sent only in answer to its end, before the
// last answer, and only those that were agreed on (negotiation.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "smtp/reply.h"

namespace backstop::milter {

enum class Answer : char {
  Continue = 'c',
  Accept = 'a',    ///< the filter wants no more of this message; of the connection, if it answers that
  Reject = 'r',    ///< 5xx, with the server's own text
  TempFail = 't',  ///< 4xx, with the server's own text
  Discard = 'd',   ///< the client hears 250, and nobody gets the message
  Skip = 's',      ///< no more pieces of the body; only if kSkip was agreed on
  Progress = 'p',  ///< the filter still works; the server waits anew
};

void append_answer(Answer answer, std::string& out);

/// Appends a refusal. Its code must begin with 4 or 5.
void append_refusal(const smtp::Reply& reply, std::string& out);

/// Addresses in changes have angle brackets; parameters are as in the command, with spaces between them.
void append_change_sender(std::string_view path, std::string_view parameters, std::string& out);
void append_add_recipient(std::string_view path, std::string& out);
/// kAddRecipientWithParameters.
void append_add_recipient(std::string_view path, std::string_view parameters, std::string& out);
/// `path` must be as the server sent it.
void append_delete_recipient(std::string_view path, std::string& out);

/// Inserts a field before the one that is at `index` of those that the filter was sent; 0: on top. The value
/// begins with a space if kLeadingSpace was agreed on; lines that follow are split by LF.
void append_insert_header(std::uint32_t index, std::string_view name, std::string_view value,
                          std::string& out);
/// Gives the field of that name another value. `index` counts those of one name from 1. An empty value
/// deletes the field.
void append_change_header(std::uint32_t index, std::string_view name, std::string_view value,
                          std::string& out);
/// The server keeps the message, and says why to its postmaster.
void append_quarantine(std::string_view reason, std::string& out);

}  // namespace backstop::milter
