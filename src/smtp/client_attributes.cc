#include "smtp/client_attributes.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/text.h"
#include "mail/address_syntax.h"
#include "smtp/command.h"
#include "smtp/words.h"
#include "smtp/xtext.h"

namespace backstop::smtp {
namespace {

constexpr std::size_t kMostValue = 255;    // both READMEs
constexpr std::size_t kMostCommand = 512;  // RFC 5321 4.5.3.1.4
constexpr std::string_view kUnavailable = "[UNAVAILABLE]";
constexpr std::string_view kTemporarily = "[TEMPUNAVAIL]";
constexpr std::string_view kIpv6 = "IPV6:";

using Text = std::optional<std::string> ClientAttributes::*;
using Port = std::optional<std::uint16_t> ClientAttributes::*;

enum class Kind : std::uint8_t { Text, Address, Source, Port };

struct Attribute {
  std::string_view name;
  Kind kind;
  Text text = nullptr;
  Port port = nullptr;
};

constexpr Attribute kName = {"NAME", Kind::Text, &ClientAttributes::name};
constexpr Attribute kAddress = {"ADDR", Kind::Address, &ClientAttributes::address};
constexpr Attribute kPort = {"PORT", Kind::Port, nullptr, &ClientAttributes::port};
constexpr Attribute kProtocol = {"PROTO", Kind::Text, &ClientAttributes::protocol};
constexpr Attribute kHelo = {"HELO", Kind::Text, &ClientAttributes::helo};
constexpr Attribute kLogin = {"LOGIN", Kind::Text, &ClientAttributes::login};
constexpr Attribute kIdent = {"IDENT", Kind::Text, &ClientAttributes::ident};
constexpr Attribute kSource = {"SOURCE", Kind::Source, &ClientAttributes::source};
constexpr Attribute kToAddress = {"DESTADDR", Kind::Address, &ClientAttributes::destination_address};
constexpr Attribute kToPort = {"DESTPORT", Kind::Port, nullptr, &ClientAttributes::destination_port};

// In the order in which they are written. ADDR comes last in XCLIENT: if one command can't hold all, the
// server may take no further XCLIENT from the client that it believes in after ADDR.
constexpr std::array kXclient = {kHelo, kProtocol, kLogin, kToAddress, kToPort, kName, kPort, kAddress};
constexpr std::array kXforward = {kName, kAddress, kPort, kProtocol, kHelo, kIdent, kSource};

struct Attributes {
  const Attribute* begin_;
  const Attribute* end_;
  const Attribute* begin() const { return begin_; }
  const Attribute* end() const { return end_; }
};

Attributes attributes_of(AttributeCommand command) {
  if (command == AttributeCommand::Xclient) return {kXclient.begin(), kXclient.end()};
  return {kXforward.begin(), kXforward.end()};
}

std::string_view verb_of(AttributeCommand command) {
  return name(command == AttributeCommand::Xclient ? Verb::Xclient : Verb::Xforward);
}

bool is_unavailable(std::string_view value) {
  return base::iequals(value, kUnavailable) || base::iequals(value, kTemporarily);
}

// An IPv4 number with a leading zero is octal to some readers and decimal to others.
bool has_leading_zero(std::string_view ipv4) {
  for (std::size_t at = 0; at + 1 < ipv4.size(); ++at) {
    if (ipv4[at] == '0' && base::is_digit(ipv4[at + 1]) && (at == 0 || ipv4[at - 1] == '.')) return true;
  }
  return false;
}

// "192.0.2.1", "IPV6:2001:db8::1" and, as some write it, "2001:db8::1".
std::optional<std::string> read_address(std::string_view value) {
  const bool is_tagged = base::istarts_with(value, kIpv6);
  if (is_tagged) value.remove_prefix(kIpv6.size());
  const bool is_ipv6 = value.contains(':');
  if (is_tagged && !is_ipv6) return std::nullopt;
  std::string literal = is_ipv6 ? "[IPv6:" : "[";
  literal.append(value).append(1, ']');
  if (!mail::is_domain(literal) || (!is_ipv6 && has_leading_zero(value))) return std::nullopt;
  return std::string(value);
}

// The decoded text goes into header fields and logs, so it must have no control character.
std::optional<std::string> read_text(std::string_view value) {
  auto text = from_xtext(value);
  if (!text || text->size() > kMostValue || !base::is_utf8(*text)) return std::nullopt;
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == 127; };
  if (std::ranges::any_of(*text, is_control)) return std::nullopt;
  return text;
}

std::optional<std::string> read_source(std::string_view value) {
  for (const std::string_view one : {"LOCAL", "REMOTE"}) {
    if (base::iequals(value, one)) return std::string(one);
  }
  return std::nullopt;
}

bool read_port(std::string_view value, std::optional<std::uint16_t>& port) {
  port.reset();
  if (is_unavailable(value)) return true;
  const auto number = parse_number(value);
  if (!number || *number > std::numeric_limits<std::uint16_t>::max()) return false;
  port = static_cast<std::uint16_t>(*number);
  return true;
}

bool read_value(const Attribute& attribute, std::string_view value, ClientAttributes& attributes) {
  if (attribute.kind == Kind::Port) return read_port(value, attributes.*(attribute.port));
  auto& text = attributes.*(attribute.text);
  if (is_unavailable(value)) {
    text.emplace();
    return true;
  }
  if (value.empty()) return false;
  switch (attribute.kind) {
    case Kind::Address:
      text = read_address(value);
      break;
    case Kind::Source:
      text = read_source(value);
      break;
    case Kind::Text:
    case Kind::Port:
      text = read_text(value);
      break;
  }
  return text.has_value();
}

std::unexpected<Reply> wrong(std::string_view text) {
  return std::unexpected(Reply(501, "5.5.4", text));
}

// Returns the value as it is written on the wire.
std::string written(const Attribute& attribute, const ClientAttributes& attributes) {
  if (attribute.kind == Kind::Port) {
    const auto& port = attributes.*(attribute.port);
    return port ? std::to_string(*port) : std::string(kUnavailable);
  }
  const auto& text = attributes.*(attribute.text);
  if (!text || text->empty()) return std::string(kUnavailable);
  if (attribute.kind == Kind::Address && text->contains(':')) return std::string(kIpv6) + *text;
  return to_xtext(*text);
}

// Each attribute once.
constexpr std::array kAll = {kName,  kAddress, kPort,   kProtocol,  kHelo,
                             kLogin, kIdent,   kSource, kToAddress, kToPort};

bool is_told(const Attribute& attribute, const ClientAttributes& attributes) {
  if (attribute.kind == Kind::Port) return (attributes.*(attribute.port)).has_value();
  return (attributes.*(attribute.text)).has_value();
}

}  // namespace

std::string_view attribute_names(AttributeCommand command) {
  return command == AttributeCommand::Xclient ? "NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT"
                                              : "NAME ADDR PORT PROTO HELO IDENT SOURCE";
}

std::expected<ClientAttributes, Reply> parse_attributes(AttributeCommand command, std::string_view argument) {
  ClientAttributes attributes;
  const Attributes known = attributes_of(command);
  std::string_view word = next_word(argument);
  if (word.empty()) return wrong(std::string(verb_of(command)) + " needs attributes, as in ADDR=192.0.2.1");
  for (; !word.empty(); word = next_word(argument)) {
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const auto* const attribute =
        std::ranges::find_if(known, [name](const Attribute& one) { return base::iequals(one.name, name); });
    if (attribute == known.end()) {
      return wrong(quoted(name) + " is not one of the attributes " + std::string(attribute_names(command)));
    }
    if (equals == std::string_view::npos || !read_value(*attribute, word.substr(equals + 1), attributes)) {
      return wrong(quoted(word) + " has no value that " + std::string(attribute->name) + " can take");
    }
  }
  return attributes;
}

void merge(const ClientAttributes& told, ClientAttributes& into) {
  for (const Attribute& attribute : kAll) {
    if (!is_told(attribute, told)) continue;
    if (attribute.kind == Kind::Port) {
      into.*(attribute.port) = told.*(attribute.port);
    } else {
      into.*(attribute.text) = told.*(attribute.text);
    }
  }
}

bool share_an_attribute(const ClientAttributes& one, const ClientAttributes& other) {
  return std::ranges::any_of(
      kAll, [&](const Attribute& attribute) { return is_told(attribute, one) && is_told(attribute, other); });
}

std::vector<std::string> attribute_commands(AttributeCommand command, const ClientAttributes& attributes,
                                            std::string_view taken) {
  std::vector<std::string> commands;
  const std::string verb(verb_of(command));
  for (const Attribute& attribute : attributes_of(command)) {
    if (!has_word(taken, attribute.name)) continue;
    // XCLIENT has no word for an unknown protocol (XCLIENT_README).
    const bool is_protocol = command == AttributeCommand::Xclient && attribute.name == kProtocol.name;
    if (is_protocol && attributes.protocol.value_or("").empty()) continue;
    const auto word_of = [&](std::string_view value) {
      return ' ' + std::string(attribute.name) + '=' + std::string(value);
    };
    std::string word = word_of(written(attribute, attributes));
    // No server takes such a long value, and the other attributes are useful without it.
    if (verb.size() + word.size() + 2 > kMostCommand) word = word_of(kUnavailable);
    if (commands.empty() || commands.back().size() + word.size() + 2 > kMostCommand) commands.push_back(verb);
    commands.back() += word;
  }
  for (std::string& one : commands) one += "\r\n";
  return commands;
}

}  // namespace backstop::smtp
