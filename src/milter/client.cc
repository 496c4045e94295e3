#include "milter/client.h"

#include <algorithm>

#include "base/text.h"
#include "milter/packet.h"

namespace backstop::milter {
namespace {

constexpr std::string_view kNul{"\0", 1};
constexpr std::size_t kNumber = 4;  // octets
constexpr std::size_t kCode = 3;    // "550"
constexpr std::size_t kMostShown = 60;

std::unexpected<base::Error> wrong(std::string_view what, std::string_view data) {
  return std::unexpected(base::Error{"a filter's answer is no " + std::string(what) + ": \"" +
                                     base::printable(data, kMostShown) + "\""});
}

bool is_refusal_code(std::string_view line) {
  constexpr std::string_view kDigits = "0123456789";
  return line.size() > kCode && (line[0] == '4' || line[0] == '5') && kDigits.contains(line[1]) &&
         kDigits.contains(line[2]) && (line[kCode] == ' ' || line[kCode] == '-');
}

/// Returns the enhanced status with its space, or nothing.
std::string_view status_of(std::string_view text) {
  const auto end = text.find_first_not_of("0123456789.");
  const auto status = text.substr(0, end);
  const bool is_status = end != std::string_view::npos && text[end] == ' ' &&
                         std::ranges::count(status, '.') == 2 && status.front() != '.';
  return is_status ? text.substr(0, end + 1) : std::string_view();
}

void append_plain(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    // A filter writes "%%" for one sign.
    if (text[i] == '%' && text.substr(i).starts_with("%%")) ++i;
    out += static_cast<unsigned char>(text[i]) < ' ' || text[i] == '\x7f' ? ' ' : text[i];
  }
}

}  // namespace

void append_macros(char step, std::span<const MacroValue> macros, std::string& out) {
  std::string data(1, step);
  for (const auto& [name, value] : macros) {
    // Sendmail's rule: a name of several letters has braces.
    data += name.size() > 1 ? "{" + std::string(name) + "}" : std::string(name);
    data += '\0';
    data += value;
    data += '\0';
  }
  append_packet('D', {data}, out);
}

void append_connect(const Connect& connect, std::string& out) {
  const char family = connect.family;
  if (family == 'U') return append_packet('C', {connect.host, kNul, {&family, 1}}, out);
  const char port[] = {static_cast<char>(connect.port >> 8), static_cast<char>(connect.port)};
  append_packet('C', {connect.host, kNul, {&family, 1}, {port, 2}, connect.address, kNul}, out);
}

void append_path(char letter, const PathCommand& command, std::string& out) {
  std::string data(command.path);
  data += '\0';
  for (const auto parameter : command.parameters) {
    data += parameter;
    data += '\0';
  }
  append_packet(letter, {data}, out);
}

void append_text(char letter, std::string_view text, std::string& out) {
  append_packet(letter, {text, kNul}, out);
}

void append_header(const HeaderField& field, std::string& out) {
  append_packet('L', {field.name, kNul, field.value, kNul}, out);
}

base::Result<HeaderChange> parse_header_change(char letter, std::string_view data) {
  HeaderChange change;
  auto rest = data;
  if (letter != 'h') {
    if (rest.size() < kNumber) return wrong("change of the header", data);
    change.index = number_of(rest);
    rest.remove_prefix(kNumber);
  }
  const auto field = parse_header(rest);
  if (!field || field->name.empty()) return wrong("change of the header", data);
  change.name = field->name;
  change.value = field->value;
  return change;
}

base::Result<std::string> parse_refusal(std::string_view data) {
  const auto text = parse_text(data);
  if (!text || !is_refusal_code(*text)) return wrong("refusal", data);
  const auto code = text->substr(0, kCode);
  const auto status = status_of(text->substr(kCode + 1));
  std::string reply = std::string(code) + ' ' + std::string(status);
  std::string_view rest = *text;
  std::string_view line;
  bool is_first = true;
  while (base::next_line(rest, line)) {
    if (is_refusal_code(line) && line.starts_with(code)) line.remove_prefix(kCode + 1);
    if (line.starts_with(status)) line.remove_prefix(status.size());
    if (!std::exchange(is_first, false)) reply += ' ';
    append_plain(line, reply);
  }
  return reply;
}

}  // namespace backstop::milter
