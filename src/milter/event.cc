#include "milter/event.h"

#include <optional>
#include <string>

#include "base/text.h"

namespace backstop::milter {
namespace {

constexpr std::size_t kMostShown = 60;

std::unexpected<base::Error> wrong(std::string_view what, std::string_view data, std::string_view right) {
  return std::unexpected(base::Error{"the milter packet of " + std::string(what) + " is \"" +
                                     base::printable(data, kMostShown) + "\"; right would be " +
                                     std::string(right)});
}

// Takes a text and the NUL behind it from the front of `data`; returns nullopt if there is no NUL.
std::optional<std::string_view> take_text(std::string_view& data) {
  const auto end = data.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view text = data.substr(0, end);
  data.remove_prefix(end + 1);
  return text;
}

}  // namespace

base::Result<Connect> parse_connect(std::string_view data) {
  constexpr std::string_view kRight = "a name, a family, and then a port and an address";
  std::string_view rest = data;
  const auto host = take_text(rest);
  if (!host || rest.empty()) return wrong("a connection", data, kRight);
  Connect connect{.host = *host, .family = rest[0]};
  rest.remove_prefix(1);
  if (connect.family == 'U') return connect;
  if (connect.family != '4' && connect.family != '6' && connect.family != 'L') {
    return wrong("a connection", data, "the family 4, 6, L or U");
  }
  if (rest.size() < 2) return wrong("a connection", data, kRight);
  connect.port = static_cast<std::uint16_t>(static_cast<unsigned char>(rest[0]) << 8 |
                                            static_cast<unsigned char>(rest[1]));
  rest.remove_prefix(2);
  const auto address = take_text(rest);
  if (!address) return wrong("a connection", data, kRight);
  connect.address = *address;
  return connect;
}

base::Result<std::string_view> parse_text(std::string_view data) {
  std::string_view rest = data;
  const auto text = take_text(rest);
  if (!text) return wrong("a command", data, "a text and a NUL");
  return *text;
}

base::Result<PathCommand> parse_path(std::string_view data) {
  std::string_view rest = data;
  const auto path = take_text(rest);
  if (!path) return wrong("an address", data, "an address and a NUL");
  PathCommand command{.path = *path};
  while (!rest.empty()) {
    const auto parameter = take_text(rest);
    if (!parameter) return wrong("an address", data, "parameters with a NUL after each");
    if (command.parameters.size() == kMostParameters) {
      return wrong("an address", data, "at most " + std::to_string(kMostParameters) + " parameters");
    }
    command.parameters.push_back(*parameter);
  }
  return command;
}

base::Result<HeaderField> parse_header(std::string_view data) {
  std::string_view rest = data;
  const auto name = take_text(rest);
  const auto value = name ? take_text(rest) : std::nullopt;
  if (!value || !rest.empty())
    return wrong("a header field", data, "a name and a value with a NUL after each");
  return HeaderField{*name, *value};
}

}  // namespace backstop::milter
