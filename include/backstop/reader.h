// Reads a mail: is it a response (a bounce, a delay notice, an automatic reply and the like), who sent it and
// why, which recipients is it about, and which mail does it answer?
//
// C++17. Link it with what `pkg-config --static --libs backstop` prints, or with the CMake target
// backstop::backstop. All functions are thread-safe: each thread keeps a reader of its own (some 100 KiB),
// which is made at its first call.
#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace backstop {

/// Thrown for bytes that are no mail: they are empty, have a NUL near their start, or don't begin with a
/// header field that mail has. what() is one printable clause, such as "empty".
class NotAMail : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// What is known beside the mail itself.
struct ReadOptions {
  /// The envelope sender without angle brackets; empty for the null sender. If it is not given, the mail's
  /// Return-Path counts.
  std::optional<std::string> mail_from;
  std::string rcpt;        ///< the envelope recipient, or empty if it isn't known
  std::string name = "-";  ///< what the member "file" of the JSON says
};

/// What is in front of the mail's header, if anything: a byte order mark, or the "From " line of an mbox, is
/// passed over. Only the first 64 MiB are read.
///
/// Returns one JSON object, without a line end, as docs/classify.schema.json has it: what
/// `backstop classify --json` writes for the same mail. It is well-formed UTF-8.
std::string read(std::string_view mail, const ReadOptions& options = {});

/// One recipient that a response is about. The members have the names and the words of the JSON.
struct Recipient {
  std::string address;
  std::string original_address;
  std::string action;  ///< "failed", "delayed", "delivered", "relayed", "expanded", or empty
  std::string status;  ///< such as "5.1.1", or empty
  std::string status_from;
  std::string reply_code;
  std::string command;
  std::string bounce_type;  ///< "soft", "hard", or empty
  std::string reason;       ///< a word of docs/reasons.md
  std::string remote_mta;
  std::string diagnostic;
};

/// The mail that a response answers, as far as it came back.
struct Original {
  std::string message_id;
  std::string from;
  std::string to;
  std::string subject;
  std::string date;
  std::string found_in;
};

/// The same as a value. Its texts come from the mail: they are well-formed UTF-8, but not made safe for a
/// terminal or a page. What isn't known is empty.
struct Reading {
  std::string kind;       ///< "none" is ordinary mail
  std::string certainty;  ///< "structural", "marked", "guessed"; empty for ordinary mail
  std::string form;       ///< the product or form that was recognised
  std::string reporting_mta;
  std::string date;
  std::string list_id;
  std::string feedback_type;
  std::vector<Recipient> recipients;
  std::optional<Original> original;
  /// The values of Backstop-Watermark fields in what came back: see Keys::check_watermark().
  std::vector<std::string> watermarks;
  std::string explanation;  ///< two or three plain sentences
  bool truncated = false;   ///< not all of the mail could be read

  bool is_response() const { return kind != "none"; }
};

/// Reads like read(), and returns a value in place of JSON.
Reading read_value(std::string_view mail, const ReadOptions& options = {});

/// Returns whether the mail can be a response, by its envelope and header alone: false is final, and costs a
/// few microseconds. `header` is the start of the mail, with the empty line after the header.
bool can_be_response(std::string_view header, const ReadOptions& options = {});

}  // namespace backstop
