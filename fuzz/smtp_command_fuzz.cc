// Lines of a client: a command that is read can be written, on one line without control characters, and read
// again unchanged; every refusal is a reply of one line.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "smtp/client_attributes.h"
#include "smtp/command.h"
#include "smtp/path_command.h"
#include "smtp/session_state.h"
#include "smtp/xtext.h"

namespace {

using namespace backstop;
using namespace backstop::smtp;

const Extensions kAll = {
    .eight_bit_mime = true, .smtputf8 = true, .dsn = true, .size = true, .auth = "PLAIN"};

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_control(char c) {
  return (c >= 0 && c < ' ') || c == 127;
}

void check_refusal(const Reply& refusal) {
  require(refusal.code >= 500 && !refusal.status.empty() && refusal.lines.size() == 1);
  std::string wire;
  append_reply(refusal, wire);
  require(wire.size() <= 512 && wire.ends_with("\r\n"));
  require(std::ranges::count_if(wire, is_control) == 2);
}

// Returns a line that our client side wrote, without its end.
std::string_view line_of(const std::string& wire) {
  require(wire.ends_with("\r\n") && std::ranges::count_if(wire, is_control) == 2);
  return std::string_view(wire).substr(0, wire.size() - 2);
}

void check_mail(std::string_view argument) {
  const auto mail = parse_mail(argument, kAll);
  if (!mail) return check_refusal(mail.error());
  std::string wire;
  append_mail(*mail, kAll, wire);
  const auto again = parse_mail(split_command(line_of(wire)).argument, kAll);
  require(again && again->reverse_path.address == mail->reverse_path.address);
  for (const auto& xtext : {mail->envid, mail->auth})
    require(std::ranges::none_of(*from_xtext(xtext), is_control));
  std::string wire_again;
  append_mail(*again, kAll, wire_again);
  require(wire_again == wire);
  wire.clear();
  append_mail(*mail, {}, wire);
  require(wire.ends_with(">\r\n"));
}

void check_rcpt(std::string_view argument) {
  const auto ascii = parse_rcpt(argument, kAll, false);
  const auto rcpt = parse_rcpt(argument, kAll, true);
  if (!ascii) check_refusal(ascii.error());
  if (!rcpt) {
    require(!ascii);
    return check_refusal(rcpt.error());
  }
  if (ascii) require(ascii->recipient == rcpt->recipient && ascii->orcpt == rcpt->orcpt);
  if (const auto orcpt = from_xtext(rcpt->orcpt)) require(std::ranges::none_of(*orcpt, is_control));
  std::string wire;
  append_rcpt(*rcpt, kAll, wire);
  const auto again = parse_rcpt(split_command(line_of(wire)).argument, kAll, true);
  require(again && again->recipient == rcpt->recipient && again->notify == rcpt->notify &&
          again->orcpt == rcpt->orcpt);
}

void check_helo(std::string_view argument) {
  const auto helo = parse_helo(argument);
  if (!helo) return check_refusal(helo.error());
  require(!helo->empty() && helo->size() <= 255 && base::is_utf8(*helo));
  require(std::ranges::none_of(*helo, is_control) && !helo->contains(' '));
}

void check_bdat(std::string_view argument) {
  const auto bdat = parse_bdat(argument);
  if (!bdat) return check_refusal(bdat.error());
  const auto again = parse_bdat(std::to_string(bdat->size) + (bdat->is_last ? " LAST" : ""));
  require(again && again->size == bdat->size && again->is_last == bdat->is_last);
}

// Fills in the attributes that our commands tell as unknown.
ClientAttributes completed(AttributeCommand command, ClientAttributes attributes) {
  const auto complete = [](std::optional<std::string>& text) { text = text.value_or(""); };
  for (auto* const text : {&attributes.name, &attributes.address, &attributes.helo}) complete(*text);
  if (command == AttributeCommand::Xclient) {
    for (auto* const text : {&attributes.login, &attributes.destination_address}) complete(*text);
    if (attributes.protocol == "") attributes.protocol.reset();
  } else {
    for (auto* const text : {&attributes.protocol, &attributes.ident, &attributes.source}) complete(*text);
  }
  return attributes;
}

void check_attributes(AttributeCommand command, std::string_view argument) {
  const auto attributes = parse_attributes(command, argument);
  if (!attributes) return check_refusal(attributes.error());
  for (const auto& text : {attributes->name, attributes->address, attributes->protocol, attributes->helo,
                           attributes->login, attributes->source, attributes->ident}) {
    if (text) require(text->size() <= 255 && base::is_utf8(*text) && std::ranges::none_of(*text, is_control));
  }
  // In xtext each of the 255 octets of a value may become three.
  const bool is_short = argument.size() <= 150;
  const auto commands = attribute_commands(command, *attributes, attribute_names(command));
  std::string all;
  for (const std::string& wire : commands) {
    require(wire.size() <= 512);
    all.append(1, ' ').append(split_command(line_of(wire)).argument);
  }
  const auto again = parse_attributes(command, all);
  require(again.has_value());
  if (is_short) require(*again == completed(command, *attributes));
}

void check_xtext(std::string_view text) {
  const std::string xtext = to_xtext(text);
  require(is_xtext(xtext) && from_xtext(xtext) == text);
  const auto decoded = from_xtext(text);
  require(decoded.has_value() == is_xtext(text));
  if (decoded) require(from_xtext(to_xtext(*decoded)) == decoded);
}

const Extensions kEveryVerb = {
    .chunking = true, .starttls = true, .auth = "PLAIN", .xclient = "NAME", .xforward = "NAME"};

void check_order(const Command& command) {
  for (const Phase phase : {Phase::Greeted, Phase::Ready, Phase::Mail, Phase::Recipients, Phase::Chunks}) {
    for (const bool offers : {false, true}) {
      const SessionState state = {
          .phase = phase, .is_extended = offers, .offered = offers ? kEveryVerb : Extensions()};
      const auto refusal = why_not_now(state, command);
      if (refusal) check_refusal(*refusal);
      if (command.verb == Verb::Unknown) require(refusal && refusal->code == 500);
    }
  }
}

void check_line(std::string_view line) {
  const Command command = split_command(line);
  require(line.contains(command.argument));
  require(!command.argument.starts_with(' ') && !command.argument.ends_with(' '));
  if (command.verb != Verb::Unknown) require(base::istarts_with(line, name(command.verb)));
  check_order(command);
  // Every parser gets every argument, so that the fuzzer need not find the verb first.
  check_mail(command.argument);
  check_rcpt(command.argument);
  check_helo(command.argument);
  check_bdat(command.argument);
  check_attributes(AttributeCommand::Xclient, command.argument);
  check_attributes(AttributeCommand::Xforward, command.argument);
  check_xtext(command.argument);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    check_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return 0;
}
