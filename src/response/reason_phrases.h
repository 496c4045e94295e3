// The words by which servers say why they refuse a mail, and the reason that each of them names.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "response/response.h"

namespace backstop::response {

/// How much a row counts against the status code.
enum class ReasonWeight : std::uint8_t {
  Names,     ///< the words name the reason; they outweigh the status, which servers often set wrongly
  Suggests,  ///< counts only if the status says nothing particular (X.0.0, X.7.1 and the like)
};

/// Phrases are separated by '|'. Their ASCII letters are in lower case and their spaces single; they match
/// only at the start of a word.
struct ReasonRow {
  Reason reason = Reason::Unknown;
  ReasonWeight weight = ReasonWeight::Names;
  std::string_view phrases;
  /// If it isn't empty, one of these must be near one of `phrases`, before or behind it: "mailbox" and "full"
  /// also read "the mailbox of this user is full".
  std::string_view near = {};
};

/// What mail is kept in, in English.
inline constexpr std::string_view kEnglishBoxes =
    "mailbox|mail box|mbox|inbox|account|user|recipient|folder|maildir|addressee|customer|subscriber|mail "
    "file";

/// The table: reason_rows_of_languages(), the English rows that name a reason in the mail or its sender,
/// reason_rows_of_recipients(), and reason_hints(). A row that
/// names outweighs every row that suggests; among rows of one weight, the one that is listed first wins.
std::span<const ReasonRow> reason_rows();

/// The rows of other languages that name a reason.
std::span<const ReasonRow> reason_rows_of_languages();

/// The English rows that name a reason in the recipient, its domain or a system.
std::span<const ReasonRow> reason_rows_of_recipients();

/// The rows that suggest one.
std::span<const ReasonRow> reason_hints();

/// The phrases of that table alone, each once.
std::vector<std::string_view> reason_phrase_texts();

}  // namespace backstop::response
