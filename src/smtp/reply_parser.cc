#include "smtp/reply_parser.h"

#include <utility>

#include "base/text.h"

namespace backstop::smtp {
namespace {

constexpr std::size_t kCode = 3;
constexpr std::size_t kMostShown = 60;

base::Error wrong(std::string_view line, std::string_view why) {
  return {"the reply \"" + base::printable(line, kMostShown) + "\" " + std::string(why)};
}

// Returns -1 if the line doesn't begin with a code.
int code_of(std::string_view line) {
  if (line.size() < kCode || line[0] < '2' || line[0] > '5') return -1;
  int code = 0;
  for (const char c : line.substr(0, kCode)) {
    if (!base::is_digit(c)) return -1;
    code = code * 10 + (c - '0');
  }
  return code;
}

// Returns the length of 1 to 3 digits at `at`, or 0.
std::size_t number_length(std::string_view text, std::size_t at) {
  std::size_t length = 0;
  while (at + length < text.size() && base::is_digit(text[at + length])) ++length;
  return length <= 3 ? length : 0;
}

// Returns the enhanced status at the start of the text of a reply with that code (RFC 2034 4), or "".
std::string_view status_of(std::string_view text, int code) {
  const int status_class = code / 100;
  // There is none of class 3.
  if (status_class == 3 || text.size() < 5 || text[0] != '0' + status_class || text[1] != '.') return {};
  const std::size_t subject = number_length(text, 2);
  const std::size_t dot = 2 + subject;
  if (subject == 0 || dot >= text.size() || text[dot] != '.') return {};
  const std::size_t detail = number_length(text, dot + 1);
  const std::size_t end = dot + 1 + detail;
  if (detail == 0 || (end < text.size() && text[end] != ' ')) return {};
  return text.substr(0, end);
}

// Returns the cap of a line that begins with these pieces. A challenge is one line (RFC 4954 4), so the
// longer cap is for one that ends its reply.
std::size_t most_of(std::string_view first, std::string_view second) {
  constexpr std::string_view kBegin = "334 ";
  first = first.substr(0, kBegin.size());
  const bool is_challenge = kBegin.starts_with(first) && second.starts_with(kBegin.substr(first.size()));
  return is_challenge ? kMostAuthLine : ReplyParser::kMostLine;
}

std::string_view without_status(std::string_view text, std::string_view status) {
  if (status.empty() || !text.starts_with(status)) return text;
  const std::string_view rest = text.substr(status.size());
  if (rest.empty()) return rest;
  // "5.1.10" begins with "5.1.1" too.
  return rest.front() == ' ' ? rest.substr(1) : text;
}

}  // namespace

std::optional<base::Error> ReplyParser::read_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.contains('\r')) return wrong(line, "has a carriage return without line feed");
  if (line.contains('\0')) return wrong(line, "has a NUL byte");
  const int code = code_of(line);
  if (code < 0) return wrong(line, "does not begin with a code from 200 to 599");
  const char separator = line.size() > kCode ? line[kCode] : ' ';
  if (separator != ' ' && separator != '-') {
    return wrong(line, "has neither a space nor a hyphen after its code");
  }
  if (reply_.lines.empty()) {
    reply_.code = code;
  } else if (code != reply_.code) {
    return wrong(line, "continues a reply with the code " + std::to_string(reply_.code));
  }
  if (reply_.lines.size() == kMostLines) {
    return wrong(line, "continues a reply of " + std::to_string(kMostLines) + " lines");
  }
  const std::string_view text = line.size() > kCode ? line.substr(kCode + 1) : "";
  if (reply_.lines.empty()) reply_.status = status_of(text, code);
  reply_.lines.emplace_back(without_status(text, reply_.status));
  is_complete_ = separator == ' ';
  return std::nullopt;
}

base::Result<std::size_t> ReplyParser::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (!error_ && !is_complete_ && taken < bytes.size()) {
    const std::string_view rest = bytes.substr(taken);
    const std::size_t end = rest.find('\n');
    const std::string_view piece = rest.substr(0, end);
    const bool is_whole = end != std::string_view::npos;
    taken += piece.size() + (is_whole ? 1 : 0);
    // A line without an end is too long once no end can follow within the cap.
    const std::size_t most = most_of(line_, piece);
    if (line_.size() + piece.size() + 1 > most) {
      line_.append(piece, 0, kMostShown + 1);
      error_ = wrong(line_, "is longer than " + std::to_string(most) + " octets");
    } else if (!is_whole) {
      line_ += piece;
    } else if (line_.empty()) {
      error_ = read_line(piece);
    } else {
      line_ += piece;
      error_ = read_line(line_);
      line_.clear();
    }
  }
  if (error_) return std::unexpected(*error_);
  return taken;
}

Reply ReplyParser::take() {
  is_complete_ = false;
  return std::exchange(reply_, Reply());
}

}  // namespace backstop::smtp
