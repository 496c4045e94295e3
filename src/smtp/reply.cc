#include "smtp/reply.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "base/text.h"

namespace backstop::smtp {
namespace {

constexpr int kChallenge = 334;
constexpr std::size_t kMostReplyLine = 512;
constexpr std::size_t kMostStatus = 9;  // "5.999.999"
constexpr std::size_t kMostText = 500;  // of a reply as one line

constexpr bool is_text(char c) {
  return (c >= ' ' && c <= '~') || c == '\t';
}

constexpr bool is_high(char c) {
  return static_cast<unsigned char>(c) > 127;
}

// True if characters beyond ASCII hide text. Controls within ASCII are replaced one by one, without the tab.
bool has_hidden_beyond_ascii(std::string_view text) {
  const auto is_ascii = [](char c) { return !is_high(c); };
  while (true) {
    text.remove_prefix(static_cast<std::size_t>(std::ranges::find_if_not(text, is_ascii) - text.begin()));
    if (text.empty()) return false;
    const auto end = static_cast<std::size_t>(std::ranges::find_if(text, is_ascii) - text.begin());
    if (base::has_hidden(text.substr(0, end))) return true;
    text.remove_prefix(end);
  }
}

// Appends at most `most` octets of `text`, with '?' for each that a reply may not have.
void append_text(std::string_view text, std::size_t most, bool utf8, std::string& out) {
  utf8 = utf8 && base::is_utf8(text) && !has_hidden_beyond_ascii(text);
  text = utf8 ? base::utf8_prefix(text, most) : text.substr(0, most);
  const std::size_t begin = out.size();
  out += text;
  const auto is_wrong = [utf8](char c) { return !is_text(c) && !(utf8 && is_high(c)); };
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), is_wrong, '?');
}

std::array<char, 3> digits_of(int code) {
  const auto digit = [](int value) { return static_cast<char>('0' + value % 10); };
  return {digit(code / 100), digit(code / 10), digit(code)};
}

void append_line(int code, std::string_view status, std::string_view text, bool is_last, bool utf8,
                 std::string& out) {
  assert(code >= 200 && code <= 599);
  const auto digits = digits_of(code);
  const std::size_t begin = out.size();
  out.append(digits.data(), digits.size());
  // The space is written even if nothing follows it (RFC 5321 4.2.1).
  out += is_last ? ' ' : '-';
  if (!status.empty()) {
    append_text(status, kMostStatus, false, out);
    out += ' ';
  }
  const std::size_t most = code == kChallenge && is_last ? kMostAuthLine : kMostReplyLine;
  append_text(text, most - 2 - (out.size() - begin), utf8, out);
  out += "\r\n";
}

}  // namespace

std::string Reply::text() const {
  const auto digits = digits_of(code);
  std::string all(digits.data(), digits.size());
  if (!status.empty()) all.append(1, ' ').append(status);
  for (const std::string& line : lines) {
    if (!line.empty()) all.append(1, ' ').append(line);
  }
  return base::printable(all, kMostText);
}

void append_reply(const Reply& reply, std::string& out, bool utf8) {
  if (reply.lines.empty()) append_line(reply.code, reply.status, "", true, utf8, out);
  for (std::size_t i = 0; i < reply.lines.size(); ++i) {
    append_line(reply.code, reply.status, reply.lines[i], i + 1 == reply.lines.size(), utf8, out);
  }
}

void append_reply(int code, std::string_view status, std::string_view text, std::string& out) {
  append_line(code, status, text, true, false, out);
}

}  // namespace backstop::smtp
