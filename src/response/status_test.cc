#include "response/status.h"

#include <gtest/gtest.h>

#include <string>

namespace backstop::response {
namespace {

struct StatusRow {
  const char* name;
  std::string_view text;
  std::string_view want_status;
};

TEST(FindEnhancedStatus, TakesTheFirstThatStandsAlone) {
  const StatusRow rows[] = {
      {"alone", "5.1.1", "5.1.1"},
      {"after a reply code", "550 5.1.1 No such user", "5.1.1"},
      {"after a reply code with a dash", "550-5.7.26 This mail", "5.7.26"},
      {"with words after it", "4.2.2 (mailbox full)", "4.2.2"},
      {"in parentheses", "(5.7.1)", "5.7.1"},
      {"after a hash", "#5.1.1", "5.1.1"},
      {"after a hash and a code", "#550 5.1.1 RESOLVER.ADR.RecipNotFound", "5.1.1"},
      {"ends a sentence", "The status is 5.2.2.", "5.2.2"},
      {"before a comma", "5.1.1, no", "5.1.1"},
      {"three digits in each number", "5.123.456", "5.123.456"},
      {"success", "2.1.5 Destination address valid", "2.1.5"},
      {"the first of two", "4.4.1 then 5.1.1", "4.4.1"},
      {"after an address of the internet", "192.0.2.25 said 5.1.1", "5.1.1"},
      {"after a version", "Postfix 3.4.5x 5.1.1", "5.1.1"},
      {"after text that is not ASCII", "错误：5.1.1", "5.1.1"},
      {"before text that is not ASCII", "5.1.1错误", "5.1.1"},
  };
  for (const auto& row : rows) EXPECT_EQ(find_enhanced_status(row.text), row.want_status) << row.name;
}

TEST(FindEnhancedStatus, FindsNone) {
  const StatusRow rows[] = {
      {"empty", "", ""},
      {"dots only", "...", ""},
      {"cut after the class", "5.", ""},
      {"cut after the subject", "5.1.", ""},
      {"two numbers", "5.1", ""},
      {"two numbers, five bytes", "5.123", ""},
      {"a dash in place of a dot", "5.1-1", ""},
      {"class 1", "1.1.1", ""},
      {"class 3", "3.1.1", ""},
      {"an address of the internet", "5.1.1.7", ""},
      {"the end of an address", "192.0.2.5.1.1", ""},
      {"within an address", "[192.4.2.1]", ""},
      {"four digits of a subject", "5.1234.1", ""},
      {"four digits of a detail", "5.1.1234", ""},
      {"a letter before", "v5.1.1", ""},
      {"a letter behind", "5.1.1a", ""},
      {"a digit before", "15.1.1", ""},
      {"no digits", "5.a.b", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(find_enhanced_status(row.text), row.want_status) << row.name;
}

struct CodeRow {
  const char* name;
  std::string_view text;
  int want_code;
};

TEST(FindReplyCode, TakesTheFirstInAServersPlace) {
  const CodeRow rows[] = {
      {"alone", "550", 550},
      {"with words", "550 User unknown", 550},
      {"with a dash", "421-too many connections", 421},
      {"after said", "host mx.example.org said: 554 no", 554},
      {"after a hash", "#550 5.1.1", 550},
      {"after a less-than sign", "<<< 550 no", 550},
      {"in quotation marks", "\"552 full\"", 552},
      {"in parentheses", "(451)", 451},
      {"before a full stop", "The code was 550.", 550},
      {"after an equals sign", "code=550;", 550},
      {"on a later line", "it said\n550 no", 550},
      {"behind a number that is none", "port 25: 550 no", 550},
      {"after an address of the internet", "[192.0.2.1]: 450 later", 450},
      {"before a word that begins as a unit", "550 bytestream not taken", 550},
      {"behind a quantity", "after 450 seconds: 421 gone", 421},
  };
  for (const auto& row : rows) EXPECT_EQ(find_reply_code(row.text), row.want_code) << row.name;
}

TEST(FindReplyCode, FindsNone) {
  const CodeRow rows[] = {
      {"empty", "", 0},
      {"two digits", "55", 0},
      {"success", "250 ok", 0},
      {"four digits", "5500 bytes", 0},
      {"the end of a number", "1550", 0},
      {"a second digit that none has", "590 bytes", 0},
      {"an enhanced status", "5.1.1", 0},
      {"a decimal fraction", "450.5 KB", 0},
      {"a letter behind", "550th", 0},
      {"a letter before", "x550", 0},
      {"a port behind an address", "connect to mx.example.org[192.0.2.1]:465: Connection refused", 0},
      {"a port", "port 465 is closed", 0},
      {"a number of recipients", "more than 500 recipients", 0},
      {"a time", "after 450 seconds", 0},
      {"a size", "more than 500 KB", 0},
  };
  for (const auto& row : rows) EXPECT_EQ(find_reply_code(row.text), row.want_code) << row.name;
}

struct HostRow {
  const char* name;
  std::string_view text;
  std::string_view want_host;
};

TEST(FindRemoteHost, TakesTheHostThatTheWordsName) {
  const HostRow rows[] = {
      {"Postfix said", "host mx.example.org[192.0.2.1] said: 550 5.1.1 no", "mx.example.org"},
      {"Exim", "host mx.example.org [192.0.2.1]: 550 no", "mx.example.org"},
      {"with a colon", "host: mx.example.org", "mx.example.org"},
      {"connect", "connect to mx.example.org[192.0.2.1]:25: Connection refused", "mx.example.org"},
      {"conversation", "conversation with mx.example.org[192.0.2.1] timed out", "mx.example.org"},
      {"lost connection", "lost connection with mx.example.org[192.0.2.1] while sending", "mx.example.org"},
      {"Gmail", "rejected by the server for the recipient domain by mx.example.org. [192.0.2.1].",
       "mx.example.org"},
      {"in angle brackets", "host <mx.example.org> said", "mx.example.org"},
      {"in capitals", "HOST MX.EXAMPLE.ORG said", "MX.EXAMPLE.ORG"},
  };
  for (const auto& row : rows) EXPECT_EQ(find_remote_host(row.text), row.want_host) << row.name;
}

TEST(FindRemoteHost, FindsNone) {
  const HostRow rows[] = {
      {"empty", "", ""},
      {"no host", "550 5.1.1 User unknown", ""},
      {"a word", "host unknown", ""},
      {"by whom", "rejected by administrator.", ""},
      {"by without an address", "blocked by policy.example.org rules", ""},
      {"cut after the word", "host ", ""},
      {"dots only", "host ....", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(find_remote_host(row.text), row.want_host) << row.name;
}

TEST(StatusFromReply, IsTheClassAlone) {
  EXPECT_EQ(status_from_reply(550), "5.0.0");
  EXPECT_EQ(status_from_reply(421), "4.0.0");
  EXPECT_EQ(status_from_reply(250), "");
  EXPECT_EQ(status_from_reply(0), "");
}

}  // namespace
}  // namespace backstop::response
