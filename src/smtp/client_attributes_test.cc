#include "smtp/client_attributes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backstop::smtp {
namespace {

using enum AttributeCommand;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

struct Row {
  const char* name;
  AttributeCommand command;
  std::string argument;
  ClientAttributes want;
};

const Row kRows[] = {
    {"as the README has it",
     Xclient,
     "NAME=spike.porcupine.example ADDR=168.100.189.2",
     {.name = "spike.porcupine.example", .address = "168.100.189.2"}},
    {"all of XCLIENT",
     Xclient,
     "NAME=a.example ADDR=192.0.2.1 PORT=25 PROTO=ESMTP HELO=b.example LOGIN=user DESTADDR=198.51.100.1 "
     "DESTPORT=587",
     {.name = "a.example",
      .address = "192.0.2.1",
      .port = 25,
      .protocol = "ESMTP",
      .helo = "b.example",
      .login = "user",
      .destination_address = "198.51.100.1",
      .destination_port = 587}},
    {"all of XFORWARD",
     Xforward,
     "NAME=a.example ADDR=192.0.2.1 PORT=65535 PROTO=SMTP HELO=b.example IDENT=4XkBcD SOURCE=REMOTE",
     {.name = "a.example",
      .address = "192.0.2.1",
      .port = 65535,
      .protocol = "SMTP",
      .helo = "b.example",
      .source = "REMOTE",
      .ident = "4XkBcD"}},
    {"in any case", Xforward, "name=a.example source=local", {.name = "a.example", .source = "LOCAL"}},
    {"spaces between", Xclient, "NAME=a.example   HELO=b", {.name = "a.example", .helo = "b"}},
    {"xtext",
     Xclient,
     "HELO=a+20b+2B+3D LOGIN=user+40example.org",
     {.helo = "a b+=", .login = "user@example.org"}},
    {"UTF-8 in xtext", Xclient, "HELO=b+C3+BCcher.example", {.helo = "bücher.example"}},
    {"IPv6", Xclient, "ADDR=IPV6:2001:db8::1", {.address = "2001:db8::1"}},
    {"IPv6 in lower case", Xclient, "ADDR=ipv6:2001:db8::1", {.address = "2001:db8::1"}},
    {"IPv6 without its tag", Xclient, "ADDR=2001:db8::1", {.address = "2001:db8::1"}},
    {"IPv6 with IPv4", Xclient, "ADDR=IPV6:::ffff:192.0.2.1", {.address = "::ffff:192.0.2.1"}},
    {"zeros in an address", Xclient, "ADDR=10.0.0.0", {.address = "10.0.0.0"}},
    {"unavailable",
     Xclient,
     "NAME=[UNAVAILABLE] ADDR=[unavailable] HELO=[TEMPUNAVAIL] LOGIN=[tempunavail]",
     {.name = "", .address = "", .helo = "", .login = ""}},
    {"unavailable port", Xclient, "PORT=[UNAVAILABLE]", {}},
    {"unavailable source", Xforward, "SOURCE=[UNAVAILABLE]", {.source = ""}},
    {"the last of two counts", Xclient, "PORT=1 NAME=a PORT=2 NAME=b", {.name = "b", .port = 2}},
    {"the last of two is unavailable",
     Xclient,
     "PORT=1 NAME=a PORT=[UNAVAILABLE] NAME=[UNAVAILABLE]",
     {.name = ""}},
    {"value of 255", Xclient, "HELO=" + std::string(255, 'a'), {.helo = std::string(255, 'a')}},
};

TEST(ClientAttributes, AreRead) {
  for (const auto& row : kRows) {
    const auto attributes = parse_attributes(row.command, row.argument);
    ASSERT_TRUE(attributes) << row.name << ": " << attributes.error().text();
    EXPECT_EQ(*attributes, row.want) << row.name;
  }
}

/// "ADDR=192.0.2.1 PORT=25" -> "ADDR PORT".
std::string names_in(std::string argument) {
  for (std::size_t at = 0; (at = argument.find('=', at)) != std::string::npos;) {
    argument.erase(at, argument.find(' ', at) - at);
  }
  return argument;
}

TEST(ClientAttributes, AreReadAsTheyAreWritten) {
  for (const auto& row : kRows) {
    const auto commands = attribute_commands(row.command, row.want, names_in(row.argument));
    const ClientAttributes& want = row.want;
    ASSERT_EQ(commands.size(), 1U) << row.name;
    std::string_view line = commands.front();
    ASSERT_TRUE(line.ends_with("\r\n")) << row.name;
    line.remove_suffix(2);
    line.remove_prefix(line.find(' '));
    const auto again = parse_attributes(row.command, line);
    ASSERT_TRUE(again) << row.name << ": " << again.error().text();
    EXPECT_EQ(*again, want) << row.name;
  }
}

struct BadRow {
  const char* name;
  AttributeCommand command;
  std::string argument;
  std::string want;
};

TEST(ClientAttributes, AreRefused) {
  const BadRow rows[] = {
      {"nothing", Xclient, "", "501 5.5.4 XCLIENT needs attributes, as in ADDR=192.0.2.1"},
      {"nothing, XFORWARD", Xforward, " ", "501 5.5.4 XFORWARD needs attributes, as in ADDR=192.0.2.1"},
      {"unknown", Xclient, "NAME=a COLOUR=red",
       "501 5.5.4 \"COLOUR\" is not one of the attributes NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT"},
      {"of XFORWARD", Xclient, "SOURCE=LOCAL",
       "501 5.5.4 \"SOURCE\" is not one of the attributes NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT"},
      {"of XCLIENT", Xforward, "LOGIN=user",
       "501 5.5.4 \"LOGIN\" is not one of the attributes NAME ADDR PORT PROTO HELO IDENT SOURCE"},
      {"no value", Xclient, "NAME", "501 5.5.4 \"NAME\" has no value that NAME can take"},
      {"empty value", Xclient, "NAME=", "501 5.5.4 \"NAME=\" has no value that NAME can take"},
      {"no xtext", Xclient, "NAME=a+b", "501 5.5.4 \"NAME=a+b\" has no value that NAME can take"},
      {"line end in xtext", Xclient, "HELO=a+0D+0A",
       "501 5.5.4 \"HELO=a+0D+0A\" has no value that HELO can take"},
      {"DEL in xtext", Xclient, "HELO=a+7F", "501 5.5.4 \"HELO=a+7F\" has no value that HELO can take"},
      {"no UTF-8 in xtext", Xclient, "HELO=a+FC", "501 5.5.4 \"HELO=a+FC\" has no value that HELO can take"},
      {"value of 256", Xclient, "HELO=" + std::string(256, 'a'),
       "501 5.5.4 \"HELO=" + std::string(35, 'a') + "...\" has no value that HELO can take"},
      {"no address", Xclient, "ADDR=a.example",
       "501 5.5.4 \"ADDR=a.example\" has no value that ADDR can take"},
      {"octet past 255", Xclient, "ADDR=192.0.2.256",
       "501 5.5.4 \"ADDR=192.0.2.256\" has no value that ADDR can take"},
      {"octal or decimal", Xclient, "ADDR=192.0.2.010",
       "501 5.5.4 \"ADDR=192.0.2.010\" has no value that ADDR can take"},
      {"IPv4 with the tag of IPv6", Xclient, "ADDR=IPV6:192.0.2.1",
       "501 5.5.4 \"ADDR=IPV6:192.0.2.1\" has no value that ADDR can take"},
      {"IPv6 cut short", Xclient, "ADDR=IPV6:2001:db8",
       "501 5.5.4 \"ADDR=IPV6:2001:db8\" has no value that ADDR can take"},
      {"address in brackets", Xclient, "ADDR=[192.0.2.1]",
       "501 5.5.4 \"ADDR=[192.0.2.1]\" has no value that ADDR can take"},
      {"port past 65535", Xclient, "PORT=65536", "501 5.5.4 \"PORT=65536\" has no value that PORT can take"},
      {"port with a sign", Xclient, "PORT=+25", "501 5.5.4 \"PORT=+25\" has no value that PORT can take"},
      {"port, empty", Xclient, "DESTPORT=", "501 5.5.4 \"DESTPORT=\" has no value that DESTPORT can take"},
      {"neither local nor remote", Xforward, "SOURCE=MARS",
       "501 5.5.4 \"SOURCE=MARS\" has no value that SOURCE can take"},
  };
  for (const auto& row : rows) {
    const auto attributes = parse_attributes(row.command, row.argument);
    ASSERT_FALSE(attributes) << row.name;
    EXPECT_EQ(attributes.error().text(), row.want) << row.name;
  }
}

struct WriteRow {
  const char* name;
  AttributeCommand command;
  ClientAttributes attributes;
  std::string_view taken;
  std::vector<std::string> want;
};

TEST(ClientAttributes, AreWritten) {
  const std::string most(255, 'a');
  const WriteRow rows[] = {
      {"nothing to tell", Xforward, {}, "NAME ADDR", {"XFORWARD NAME=[UNAVAILABLE] ADDR=[UNAVAILABLE]\r\n"}},
      {"nothing to tell, XCLIENT",
       Xclient,
       {},
       "NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT",
       {"XCLIENT HELO=[UNAVAILABLE] LOGIN=[UNAVAILABLE] DESTADDR=[UNAVAILABLE] "
        "DESTPORT=[UNAVAILABLE] NAME=[UNAVAILABLE] PORT=[UNAVAILABLE] ADDR=[UNAVAILABLE]\r\n"}},
      {"a login that is not known now",
       Xclient,
       {.address = "192.0.2.1"},
       "ADDR LOGIN",
       {"XCLIENT LOGIN=[UNAVAILABLE] ADDR=192.0.2.1\r\n"}},
      {"nothing taken", Xforward, {.name = "a"}, "", {}},
      {"one", Xforward, {.name = "a"}, "NAME", {"XFORWARD NAME=a\r\n"}},
      {"only what is taken",
       Xforward,
       {.name = "a", .address = "192.0.2.1", .helo = "b"},
       "ADDR HELO",
       {"XFORWARD ADDR=192.0.2.1 HELO=b\r\n"}},
      {"taken in lower case",
       Xforward,
       {.name = "a"},
       "helo name",
       {"XFORWARD NAME=a HELO=[UNAVAILABLE]\r\n"}},
      {"what the other command has", Xforward, {.login = "user"}, "LOGIN", {}},
      {"what the other command has, turned", Xclient, {.source = "LOCAL", .ident = "1"}, "SOURCE IDENT", {}},
      {"unknown", Xforward, {.name = ""}, "NAME", {"XFORWARD NAME=[UNAVAILABLE]\r\n"}},
      {"IPv6", Xforward, {.address = "2001:db8::1"}, "ADDR", {"XFORWARD ADDR=IPV6:2001:db8::1\r\n"}},
      {"xtext", Xforward, {.helo = "a b\r\n"}, "HELO", {"XFORWARD HELO=a+20b+0D+0A\r\n"}},
      {"ADDR last",
       Xclient,
       {.name = "a", .address = "192.0.2.1", .port = 25, .protocol = "ESMTP", .helo = "b"},
       "NAME ADDR PORT PROTO HELO",
       {"XCLIENT HELO=b PROTO=ESMTP NAME=a PORT=25 ADDR=192.0.2.1\r\n"}},
      // 8 + 6 + 227 + 6 + 263 + 2.
      {"512 octets",
       Xforward,
       {.name = std::string(227, 'a'), .helo = most + std::string(8, 'b')},
       "NAME HELO",
       {"XFORWARD NAME=" + std::string(227, 'a') + " HELO=" + most + "bbbbbbbb\r\n"}},
      {"513 octets",
       Xforward,
       {.name = std::string(228, 'a'), .helo = most + std::string(8, 'b')},
       "NAME HELO",
       {"XFORWARD NAME=" + std::string(228, 'a') + "\r\n", "XFORWARD HELO=" + most + "bbbbbbbb\r\n"}},
      {"what one command can't hold is unknown",
       Xforward,
       {.name = std::string(497, 'a'), .ident = "1"},
       "NAME IDENT",
       {"XFORWARD NAME=[UNAVAILABLE] IDENT=1\r\n"}},
      {"what it just holds is not",
       Xforward,
       {.name = std::string(496, 'a')},
       "NAME",
       {"XFORWARD NAME=" + std::string(496, 'a') + "\r\n"}},
  };
  for (const auto& row : rows) {
    const auto commands = attribute_commands(row.command, row.attributes, row.taken);
    EXPECT_THAT(commands, ElementsAreArray(row.want)) << row.name;
    for (const auto& command : commands) EXPECT_LE(command.size(), 512U) << row.name;
  }
}

TEST(ClientAttributes, TheLastValueCounts) {
  ClientAttributes all{.name = "a", .address = "192.0.2.1", .port = 25, .login = "user"};
  merge({.name = "", .port = 26, .helo = "b"}, all);
  EXPECT_EQ(all,
            (ClientAttributes{.name = "", .address = "192.0.2.1", .port = 26, .helo = "b", .login = "user"}));
  merge({}, all);
  EXPECT_EQ(all.address, "192.0.2.1");
}

TEST(ClientAttributes, ShareAnAttribute) {
  const ClientAttributes one{.name = "a", .port = 25, .destination_port = 25};
  EXPECT_TRUE(share_an_attribute(one, {.name = ""}));
  EXPECT_TRUE(share_an_attribute(one, {.destination_port = 26}));
  EXPECT_FALSE(
      share_an_attribute(one, {.address = "192.0.2.1", .helo = "a", .destination_address = "192.0.2.1"}));
  EXPECT_FALSE(share_an_attribute(one, {}));
}

TEST(ClientAttributes, EachNameInEhloIsTaken) {
  for (const auto command : {Xclient, Xforward}) {
    std::string_view names = attribute_names(command);
    while (!names.empty()) {
      const auto name = names.substr(0, names.find(' '));
      names.remove_prefix(std::min(name.size() + 1, names.size()));
      const auto attributes = parse_attributes(command, std::string(name) + "=[UNAVAILABLE]");
      EXPECT_TRUE(attributes) << name << ": " << attributes.error().text();
    }
  }
}

}  // namespace
}  // namespace backstop::smtp
