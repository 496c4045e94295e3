#include "smtp/extensions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backstop::smtp {
namespace {

using testing::ElementsAre;

Extensions parsed(std::vector<std::string> lines) {
  Reply reply(250, "", "mx.example.org");
  reply.lines.insert(reply.lines.end(), lines.begin(), lines.end());
  return parse_extensions(reply);
}

struct Row {
  const char* name;
  std::vector<std::string> lines;
  Extensions want;
};

const Row kRows[] = {
    {"none", {}, {}},
    {"each without parameters",
     {"PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "CHUNKING", "ENHANCEDSTATUSCODES", "STARTTLS", "SIZE"},
     {.pipelining = true,
      .eight_bit_mime = true,
      .smtputf8 = true,
      .dsn = true,
      .chunking = true,
      .enhanced_status_codes = true,
      .starttls = true,
      .size = true}},
    {"in any case",
     {"pipelining", "StartTls", "size 5"},
     {.pipelining = true, .starttls = true, .size = true, .most_size = 5}},
    {"unknown ones", {"ETRN", "X-EXPS", "PRDR", "BINARYMIME", "", "8BITMIMEX", "XPIPELINING"}, {}},
    {"size", {"SIZE 52428800"}, {.size = true, .most_size = 52428800}},
    {"size without limit", {"SIZE 0"}, {.size = true}},
    {"size that is none", {"SIZE lots"}, {.size = true}},
    {"size that no number holds", {"SIZE 99999999999999999999"}, {.size = true}},
    {"spaces", {"SIZE   10  "}, {.size = true, .most_size = 10}},
    {"AUTH", {"AUTH PLAIN LOGIN"}, {.auth = "PLAIN LOGIN"}},
    {"AUTH in lower case, spaces", {"auth  plain   login "}, {.auth = "PLAIN LOGIN"}},
    {"AUTH without mechanisms", {"AUTH"}, {}},
    {"AUTH of old servers", {"AUTH=LOGIN PLAIN"}, {.auth = "LOGIN PLAIN"}},
    {"AUTH of both kinds", {"AUTH=LOGIN", "AUTH PLAIN LOGIN"}, {.auth = "PLAIN LOGIN"}},
    {"AUTH of both kinds, turned", {"AUTH PLAIN LOGIN", "AUTH=LOGIN"}, {.auth = "PLAIN LOGIN"}},
    {"XCLIENT", {"XCLIENT NAME ADDR PROTO"}, {.xclient = "NAME ADDR PROTO"}},
    {"XFORWARD", {"XFORWARD NAME ADDR ident"}, {.xforward = "NAME ADDR IDENT"}},
    {"limits", {"LIMITS MAILMAX=10 RCPTMAX=100"}, {.most_recipients = 100, .most_mails = 10}},
    {"limits, unknown and broken ones",
     {"LIMITS RCPTDOMAINMAX=1 RCPTMAX=many MAILMAX mailmax=7"},
     {.most_mails = 7}},
    {"largest limit", {"LIMITS RCPTMAX=4294967295"}, {.most_recipients = 4294967295}},
    {"limit past it", {"LIMITS RCPTMAX=4294967296"}, {}},
};

TEST(Extensions, AreRead) {
  for (const auto& row : kRows) EXPECT_EQ(parsed(row.lines), row.want) << row.name;
}

TEST(Extensions, TheGreetingIsNotRead) {
  EXPECT_EQ(parse_extensions(Reply(250, "", "PIPELINING")), Extensions());
  EXPECT_EQ(parse_extensions(Reply()), Extensions());
}

TEST(Extensions, AreReadAsTheyAreWritten) {
  for (const auto& row : kRows) {
    const Reply reply = extensions_reply(row.want, "mx.example.org");
    EXPECT_EQ(reply.code, 250) << row.name;
    EXPECT_EQ(reply.status, "") << row.name;
    EXPECT_EQ(reply.lines.front(), "mx.example.org") << row.name;
    EXPECT_EQ(parse_extensions(reply), row.want) << row.name;
  }
}

TEST(Extensions, AreWritten) {
  const Extensions all = {.pipelining = true,
                          .eight_bit_mime = true,
                          .smtputf8 = true,
                          .dsn = true,
                          .chunking = true,
                          .enhanced_status_codes = true,
                          .starttls = true,
                          .size = true,
                          .most_size = 1000,
                          .auth = "PLAIN LOGIN",
                          .xclient = "NAME ADDR",
                          .xforward = "NAME",
                          .most_recipients = 100,
                          .most_mails = 10};
  EXPECT_THAT(extensions_reply(all, "mx.example.org").lines,
              ElementsAre("mx.example.org", "PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "CHUNKING",
                          "ENHANCEDSTATUSCODES", "STARTTLS", "SIZE 1000", "AUTH PLAIN LOGIN",
                          "XCLIENT NAME ADDR", "XFORWARD NAME", "LIMITS MAILMAX=10 RCPTMAX=100"));
  EXPECT_THAT(extensions_reply({}, "mx.example.org").lines, ElementsAre("mx.example.org"));
}

struct BothRow {
  const char* name;
  Extensions a;
  Extensions b;
  Extensions want;
};

TEST(Extensions, Intersect) {
  const BothRow rows[] = {
      {"nothing", {}, {}, {}},
      {"flags",
       {.pipelining = true, .eight_bit_mime = true, .dsn = true},
       {.eight_bit_mime = true, .smtputf8 = true, .dsn = true},
       {.eight_bit_mime = true, .dsn = true}},
      {"size of one", {.size = true, .most_size = 10}, {.size = true}, {.size = true, .most_size = 10}},
      {"the smaller size",
       {.size = true, .most_size = 10},
       {.size = true, .most_size = 9},
       {.size = true, .most_size = 9}},
      {"mechanisms",
       {.auth = "PLAIN LOGIN XOAUTH2"},
       {.auth = "LOGIN CRAM-MD5 PLAIN"},
       {.auth = "PLAIN LOGIN"}},
      {"no mechanism in common", {.auth = "PLAIN"}, {.auth = "LOGIN"}, {}},
      {"attributes",
       {.xclient = "NAME ADDR", .xforward = "NAME"},
       {.xclient = "ADDR PORT", .xforward = "NAME SOURCE"},
       {.xclient = "ADDR", .xforward = "NAME"}},
      {"limits",
       {.most_recipients = 100, .most_mails = 5},
       {.most_recipients = 50},
       {.most_recipients = 50, .most_mails = 5}},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(intersect(row.a, row.b), row.want) << row.name;
    EXPECT_EQ(intersect(row.a, row.a), row.a) << row.name;
  }
}

TEST(Extensions, IntersectEachFlagAlone) {
  constexpr bool Extensions::* kFlags[] = {
      &Extensions::pipelining, &Extensions::eight_bit_mime,        &Extensions::smtputf8, &Extensions::dsn,
      &Extensions::chunking,   &Extensions::enhanced_status_codes, &Extensions::starttls, &Extensions::size};
  for (const auto one : kFlags) {
    for (const auto other : kFlags) {
      Extensions a;
      Extensions b;
      a.*one = true;
      b.*other = true;
      EXPECT_EQ(intersect(a, b), one == other ? a : Extensions());
    }
  }
}

}  // namespace
}  // namespace backstop::smtp
