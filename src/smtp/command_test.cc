#include "smtp/command.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"

namespace backstop::smtp {
namespace {

using namespace std::string_literals;

struct VerbRow {
  Verb verb;
  std::string_view name;
};

const VerbRow kVerbs[] = {
    {Verb::Helo, "HELO"},         {Verb::Ehlo, "EHLO"},         {Verb::Mail, "MAIL"},
    {Verb::Rcpt, "RCPT"},         {Verb::Data, "DATA"},         {Verb::Bdat, "BDAT"},
    {Verb::Rset, "RSET"},         {Verb::Noop, "NOOP"},         {Verb::Quit, "QUIT"},
    {Verb::Vrfy, "VRFY"},         {Verb::Expn, "EXPN"},         {Verb::Help, "HELP"},
    {Verb::Auth, "AUTH"},         {Verb::StartTls, "STARTTLS"}, {Verb::Xclient, "XCLIENT"},
    {Verb::Xforward, "XFORWARD"},
};

TEST(Command, VerbsAreKnownInAnyCase) {
  for (const auto& row : kVerbs) {
    EXPECT_EQ(name(row.verb), row.name);
    std::string mixed(row.name);
    mixed.front() = base::ascii_lower(mixed.front());
    for (const std::string& word : {std::string(row.name), base::to_lower(row.name), mixed}) {
      EXPECT_EQ(split_command(word).verb, row.verb) << word;
      EXPECT_EQ(split_command(word + " x").verb, row.verb) << word;
    }
    // A word that is longer or shorter by a letter is no verb.
    const std::string longer = std::string(row.name) + "X";
    EXPECT_EQ(split_command(longer).verb, Verb::Unknown) << longer;
    const std::string_view shorter = row.name.substr(1);
    EXPECT_EQ(split_command(shorter).verb, Verb::Unknown) << shorter;
  }
  EXPECT_EQ(name(Verb::Unknown), "");
}

struct SplitRow {
  const char* name;
  std::string line;
  Verb want;
  std::string want_argument;
};

const SplitRow kSplit[] = {
    {"empty", "", Verb::Unknown, ""},
    {"spaces", "  ", Verb::Unknown, ""},
    {"verb alone", "DATA", Verb::Data, ""},
    {"argument", "MAIL FROM:<a@b.example> SIZE=1", Verb::Mail, "FROM:<a@b.example> SIZE=1"},
    {"spaces between", "EHLO   mail.example.org", Verb::Ehlo, "mail.example.org"},
    {"spaces behind", "RSET  ", Verb::Rset, ""},
    {"tab behind", "QUIT\t", Verb::Quit, ""},
    {"white space behind the argument", "NOOP a b \t ", Verb::Noop, "a b"},
    {"tab between", "EHLO\tmail.example.org", Verb::Unknown, ""},
    {"space before", " NOOP", Verb::Unknown, "NOOP"},
    {"colon", "HELO:x", Verb::Unknown, ""},
    {"CR left at the end", "QUIT\r", Verb::Unknown, ""},
    {"NUL behind the verb", "QUIT\0"s, Verb::Unknown, ""},
    {"NUL before the verb", "\0QUIT"s, Verb::Unknown, ""},
    {"byte above 127", "QUI\xD4", Verb::Unknown, ""},
    {"bytes that differ from letters by one bit", "\x0DQUIT", Verb::Unknown, ""},
    {"nine letters", "XSTARTTLS", Verb::Unknown, ""},
    {"seventeen letters", "STARTTLSXSTARTTLS", Verb::Unknown, ""},
    {"another protocol", "GET / HTTP/1.1", Verb::Unknown, "/ HTTP/1.1"},
    {"an extension that is none of ours", "ETRN x", Verb::Unknown, "x"},
};

TEST(Command, IsSplit) {
  for (const auto& row : kSplit) {
    const auto command = split_command(row.line);
    EXPECT_EQ(command.verb, row.want) << row.name;
    EXPECT_EQ(command.argument, row.want_argument) << row.name;
  }
}

struct BdatRow {
  const char* name;
  std::string argument;
  std::uint64_t want_size;
  bool want_last;
};

TEST(Command, KnowsAnHttpRequest) {
  for (const std::string_view line : {"GET / HTTP/1.1",
                                      "POST /a?b=c HTTP/1.0",
                                      "PRI * HTTP/2.0",
                                      "get / http/2",
                                      "GET",
                                      "post",
                                      "PUT /x",
                                      "CONNECT host:443",
                                      "HEAD /",
                                      "DELETE /",
                                      "OPTIONS *",
                                      "PATCH /",
                                      "TRACE /",
                                      "PROPFIND /",
                                      "BREW /pot HTTP/1.1",
                                      "X HTTP/3",
                                      "MAIL FROM:<a@b> HTTP/1.1",
                                      "NOOP HTTP/1.1",
                                      "HTTP/1.1 200 OK",
                                      " GET /",
                                      "\tGET\t/",
                                      "GET / HTTP/1.1 \t",
                                      "GET / HTTP/1.1\r\n",
                                      "GET / HTTP/1.1\n",
                                      "POST\n"}) {
    EXPECT_TRUE(is_http_request(line)) << line;
  }
  for (const std::string_view line :
       {"", " ", "\r\n", "EHLO get", "NOOP GET / POST", "NOOP HTTP/", "NOOP HTTP/1.1x", "NOOP HTTP", "GETS /",
        "GE", "POST-IT", "MAIL FROM:<get@http.test>", "RCPT TO:<\"GET / HTTP/1.1\"@x.test>", "RSET", "DATA",
        "VRFY HTTP/a"}) {
    EXPECT_FALSE(is_http_request(line)) << line;
  }
}

TEST(Command, ReadsBdat) {
  const BdatRow rows[] = {
      {"size", "1000", 1000, false},
      {"last", "1000 LAST", 1000, true},
      {"last in lower case", "1000 last", 1000, true},
      {"two spaces", "1000  LAST", 1000, true},
      {"nothing", "0", 0, false},
      {"nothing, and last", "0 LAST", 0, true},
      {"zeros before", "0010", 10, false},
      {"2^63-1", "9223372036854775807", 9223372036854775807ULL, false},
  };
  for (const auto& row : rows) {
    const auto bdat = parse_bdat(row.argument);
    ASSERT_TRUE(bdat) << row.name << ": " << bdat.error().text();
    EXPECT_EQ(bdat->size, row.want_size) << row.name;
    EXPECT_EQ(bdat->is_last, row.want_last) << row.name;
  }
}

struct BadRow {
  const char* name;
  std::string argument;
  std::string want;
};

TEST(Command, RefusesBdat) {
  const BadRow rows[] = {
      {"empty", "", "501 5.5.4 BDAT needs the number of octets that follow, not \"\""},
      {"last alone", "LAST", "501 5.5.4 BDAT needs the number of octets that follow, not \"LAST\""},
      {"negative", "-1", "501 5.5.4 BDAT needs the number of octets that follow, not \"-1\""},
      {"signed", "+1", "501 5.5.4 BDAT needs the number of octets that follow, not \"+1\""},
      {"hexadecimal", "0x10", "501 5.5.4 BDAT needs the number of octets that follow, not \"0x10\""},
      {"2^63", "9223372036854775808",
       "501 5.5.4 BDAT needs the number of octets that follow, not \"9223372036854775808\""},
      {"21 digits", "000000000000000000001",
       "501 5.5.4 BDAT needs the number of octets that follow, not \"000000000000000000001\""},
      {"another word", "10 FIRST", "501 5.5.4 only LAST may follow the size of BDAT, not \"FIRST\""},
      {"tab", "10\tLAST", "501 5.5.4 BDAT needs the number of octets that follow, not \"10 LAST\""},
      {"words behind", "10 LAST 10", "501 5.5.4 nothing may follow LAST, not \"10\""},
  };
  for (const auto& row : rows) {
    const auto bdat = parse_bdat(row.argument);
    ASSERT_FALSE(bdat) << row.name;
    EXPECT_EQ(bdat.error().text(), row.want) << row.name;
  }
}

struct HeloRow {
  const char* name;
  std::string argument;
  std::string want;
};

TEST(Command, ReadsHelo) {
  const HeloRow rows[] = {
      {"domain", "mail.example.org", "mail.example.org"},
      {"no dot", "localhost", "localhost"},
      {"underscore", "my_host.example", "my_host.example"},
      {"dot behind", "mail.example.org.", "mail.example.org."},
      {"IPv4 literal", "[192.0.2.1]", "[192.0.2.1]"},
      {"IPv6 literal", "[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"},
      {"address without brackets", "192.0.2.1", "192.0.2.1"},
      {"text behind", "mail.example.org (a comment)", "mail.example.org"},
      {"UTF-8", "post.bücher.example", "post.bücher.example"},
      {"marks and digits of other scripts", "पोस्ट१.example", "पोस्ट१.example"},
      {"255 octets", std::string(255, 'a'), std::string(255, 'a')},
  };
  for (const auto& row : rows) {
    const auto helo = parse_helo(row.argument);
    ASSERT_TRUE(helo) << row.name << ": " << helo.error().text();
    EXPECT_EQ(*helo, row.want) << row.name;
  }
}

TEST(Command, RefusesHelo) {
  const BadRow rows[] = {
      {"empty", "", "501 5.5.4 the name of the client's host is missing, as in EHLO mail.example.org"},
      {"256 octets", std::string(256, 'a'),
       "501 5.5.4 the name of the client's host is longer than 255 octets"},
      {"NUL", "a\0b"s, "501 5.5.4 \"a\uFFFDb\" is neither a host name nor an address literal"},
      {"control", "a\x01", "501 5.5.4 \"a\uFFFD\" is neither a host name nor an address literal"},
      {"CR", "a\rb", "501 5.5.4 \"a b\" is neither a host name nor an address literal"},
      {"tab", "a\tb", "501 5.5.4 \"a b\" is neither a host name nor an address literal"},
      {"DEL", "a\x7F", "501 5.5.4 \"a\uFFFD\" is neither a host name nor an address literal"},
      {"no UTF-8", "a\xFC", "501 5.5.4 \"a\uFFFD\" is neither a host name nor an address literal"},
      {"terminal control", "a\xC2\x9B",
       "501 5.5.4 \"a\uFFFD\" is neither a host name nor an address literal"},
      {"line separator", "a\u2028b", "501 5.5.4 \"a\uFFFDb\" is neither a host name nor an address literal"},
      {"no letter", "a→b", "501 5.5.4 \"a→b\" is neither a host name nor an address literal"},
  };
  for (const auto& row : rows) {
    const auto helo = parse_helo(row.argument);
    ASSERT_FALSE(helo) << row.name;
    EXPECT_EQ(helo.error().text(), row.want) << row.name;
  }
}

}  // namespace
}  // namespace backstop::smtp
