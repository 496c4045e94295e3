#include "response/status.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace backstop::response {
namespace {

// Returns the length of a code such as "5.1.1" at the start of `text`, or 0.
std::size_t enhanced_status_length(std::string_view text) {
  if (text.size() < 5 || (text[0] != '2' && text[0] != '4' && text[0] != '5') || text[1] != '.') return 0;
  std::size_t at = 2;
  for (int number = 0; number < 2; ++number) {
    const std::size_t begin = at;
    while (at < text.size() && base::is_digit(text[at]) && at - begin < 4) ++at;
    if (at == begin || at - begin > 3) return 0;
    if (number == 0) {
      if (at == text.size() || text[at] != '.') return 0;
      ++at;
    }
  }
  // "5.1.1.7" is part of an IP address; "5.1.1." ends a sentence.
  if (at + 1 < text.size() && text[at] == '.' && base::is_digit(text[at + 1])) return 0;
  if (at < text.size() && (base::is_alpha(text[at]) || base::is_digit(text[at]))) return 0;
  return at;
}

// Returns whether the number after `before` is a port: "connect to mx.example.org[192.0.2.1]:465", "port
// 465".
bool is_port(std::string_view before) {
  constexpr std::string_view kPort = "port ";
  return before.ends_with("]:") ||
         (before.size() >= kPort.size() && base::iequals(before.substr(before.size() - kPort.size()), kPort));
}

// Returns whether the words after a number count something: "more than 500 recipients".
bool is_quantity(std::string_view after) {
  constexpr std::array kUnits =
      std::to_array<std::string_view>({"bytes", "kb", "mb", "gb", "kib", "mib", "seconds", "minutes", "hours",
                                       "days", "recipients", "messages", "connections", "attempts"});
  if (!after.starts_with(' ')) return false;
  after.remove_prefix(1);
  return std::ranges::any_of(kUnits, [&](std::string_view unit) {
    return base::istarts_with(after, unit) &&
           (after.size() == unit.size() || !base::is_alpha(after[unit.size()]));
  });
}

}  // namespace

std::string_view find_enhanced_status(std::string_view text) {
  for (std::size_t dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.', dot + 1)) {
    if (dot == 0) continue;
    const std::size_t at = dot - 1;
    if (at > 0 && (base::is_digit(text[at - 1]) || base::is_alpha(text[at - 1]) || text[at - 1] == '.'))
      continue;
    if (const std::size_t length = enhanced_status_length(text.substr(at)); length > 0)
      return text.substr(at, length);
  }
  return {};
}

std::size_t find_reply_begin(std::string_view text) {
  constexpr std::string_view kBefore = " \t\r\n\"'([{<:;#=>-,";
  constexpr std::string_view kAfter = " \t\r\n-:;,.)\"'>]";
  for (std::size_t at = 0; at + 3 <= text.size(); ++at) {
    if ((text[at] != '4' && text[at] != '5') || text[at + 1] < '0' || text[at + 1] > '7' ||
        !base::is_digit(text[at + 2]))
      continue;
    if (at > 0 && kBefore.find(text[at - 1]) == std::string_view::npos) continue;
    if (at + 3 < text.size() && kAfter.find(text[at + 3]) == std::string_view::npos) continue;
    if (at + 4 < text.size() && text[at + 3] == '.' && base::is_digit(text[at + 4])) continue;
    if (is_port(text.substr(0, at)) || is_quantity(text.substr(at + 3))) continue;
    return at;
  }
  return std::string_view::npos;
}

int find_reply_code(std::string_view text) {
  const std::size_t at = find_reply_begin(text);
  if (at == std::string_view::npos) return 0;
  return (text[at] - '0') * 100 + (text[at + 1] - '0') * 10 + (text[at + 2] - '0');
}

std::string_view find_remote_host(std::string_view text) {
  constexpr std::array kBefore =
      std::to_array<std::string_view>({"host ", "host: ", "connect to ", "conversation with ",
                                       "lost connection with ", "smtp server ", "by "});
  constexpr std::string_view kHostCharacters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
  for (const auto before : kBefore) {
    for (std::size_t at = base::ifind(text, before); at != std::string_view::npos;
         at = base::ifind(text, before, at + before.size())) {
      std::string_view rest = text.substr(at + before.size());
      if (rest.starts_with('<')) rest.remove_prefix(1);
      std::string_view host = rest.substr(0, rest.find_first_not_of(kHostCharacters));
      const std::string_view after = base::trim(rest.substr(host.size(), 4));
      while (host.ends_with('.') || host.ends_with('-')) host.remove_suffix(1);
      // A host has a dot, and its address or what it said comes next.
      const bool is_named = host.find('.') != std::string_view::npos && host.size() > 3;
      if (is_named && (after.starts_with('[') || after.starts_with('(') || before.starts_with("host") ||
                       before.starts_with("smtp server")))
        return host;
    }
  }
  return {};
}

std::string status_from_reply(int code) {
  return code >= 500 ? "5.0.0" : code >= 400 ? "4.0.0" : "";
}

}  // namespace backstop::response
