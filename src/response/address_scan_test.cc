#include "response/address_scan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace backstop::response {
namespace {

struct Row {
  const char* name;
  std::string line;
  std::string want_address;
  std::string want_whole;  ///< with the marks around it
};

const Row kFound[] = {
    {"alone", "user@example.org", "user@example.org", "user@example.org"},
    {"in angle brackets", "<user@example.org>: no", "user@example.org", "<user@example.org>"},
    {"in quotation marks", "\"user@example.org\":", "user@example.org", "\"user@example.org\""},
    {"in apostrophes", "'user@example.org' on Monday", "user@example.org", "'user@example.org'"},
    {"in parentheses", "User (user@example.org) is", "user@example.org", "(user@example.org"},
    {"in a sentence", "Your mail to user@example.org was lost.", "user@example.org", "user@example.org"},
    {"ends a sentence", "It went to user@example.org.", "user@example.org", "user@example.org"},
    {"after mailto", "mailto:user@example.org", "user@example.org", "mailto:user@example.org"},
    {"after mailto in brackets", "<MAILTO:user@example.org>", "user@example.org",
     "<MAILTO:user@example.org>"},
    {"quoted local part", "<\"a b\"@example.org>", "\"a b\"@example.org", "<\"a b\"@example.org>"},
    {"quoted address", "<\"a <b@example.net>\"@example.org>", "\"a <b@example.net>\"@example.org",
     "<\"a <b@example.net>\"@example.org>"},
    {"at sign within quotes", "\"a@b\"@example.org", "\"a@b\"@example.org", "\"a@b\"@example.org"},
    {"quoted address with an escaped mark", "\"a\\\"b@example.net\"@example.org",
     "\"a\\\"b@example.net\"@example.org", "\"a\\\"b@example.net\"@example.org"},
    {"quoted name before an address", "\"A B\" <user@example.org>", "user@example.org", "<user@example.org>"},
    {"quoted words before a quoted address", "\"no\" and \"b@example.net\"@example.org",
     "\"b@example.net\"@example.org", "\"b@example.net\"@example.org"},
    {"part of a longer address", "a <b@example.net>@example.org", "", ""},
    {"half a quotation mark before one", "a\"b@example.net\"@example.org", "", ""},
    {"too long a quoted local part", "\"" + std::string(300, 'l') + " b@example.net\"@example.org", "", ""},
    {"domain literal", "user@[192.0.2.1] refused", "user@[192.0.2.1]", "user@[192.0.2.1]"},
    {"with a plus", "user+tag@example.org", "user+tag@example.org", "user+tag@example.org"},
    {"with an equals sign", "prvs=0123=user@example.org", "prvs=0123=user@example.org",
     "prvs=0123=user@example.org"},
    {"local domain in brackets", "<user@host>", "user@host", "<user@host>"},
    {"utf-8 in brackets", "<jürgen@grün.example>", "jürgen@grün.example", "<jürgen@grün.example>"},
    {"utf-8 with a byte 0x80 in brackets", "<cÀ@example.org>", "cÀ@example.org", "<cÀ@example.org>"},
    {"X.400 gateway", "dda:SMTP=user@example.org", "user@example.org", "SMTP=user@example.org"},
    {"typed", "rfc822=user@example.org", "user@example.org", "rfc822=user@example.org"},
    {"after a lone at sign", "@ user@example.org", "user@example.org", "user@example.org"},
    {"after an address without a dot", "root@host user@example.org", "user@example.org", "user@example.org"},
    {"after two at signs", "a@@example.org b@example.org", "b@example.org", "b@example.org"},
    {"after text in another script", "收件人：user@example.org", "user@example.org", "user@example.org"},
    {"before text in another script", "user@example.org宛て", "user@example.org", "user@example.org"},
    {"leaning asterisk", "*user@example.org", "user@example.org", "*user@example.org"},
    {"a quoted local part at the start", "\"a b\"@example.org", "\"a b\"@example.org", "\"a b\"@example.org"},
    {"brackets that are closed again", "<x> jürgen@example.org", "jürgen@example.org", "jürgen@example.org"},
    {"letters beyond ASCII without brackets", "to jürgen@www.grün.example:", "jürgen@www.grün.example",
     "jürgen@www.grün.example"},
    {"Cyrillic without brackets", "почта@пример.example", "почта@пример.example", "почта@пример.example"},
    {"control characters past a space", "\x1B[1m user@example.org \x1B[0m", "user@example.org",
     "user@example.org"},
    {"control characters past a bracket", "\x1B[1m<user@example.org>\x1B[0m", "user@example.org",
     "<user@example.org>"},
    {"longest domain", "a@" + std::string(251, 'b') + ".org", "a@" + std::string(251, 'b') + ".org",
     "a@" + std::string(251, 'b') + ".org"},
    {"one past the longest domain", "a@" + std::string(252, 'b') + ".org",
     "a@" + std::string(252, 'b') + ".or", "a@" + std::string(252, 'b') + ".or"},
    {"longest local part", std::string(256, 'a') + "@example.org", std::string(256, 'a') + "@example.org",
     std::string(256, 'a') + "@example.org"},
    {"one past the longest local part", std::string(257, 'a') + "@example.org",
     std::string(256, 'a') + "@example.org", std::string(256, 'a') + "@example.org"},
};

TEST(FindAddress, TakesTheFirst) {
  for (const Row& row : kFound) {
    const FoundAddress found = find_address(row.line);
    EXPECT_EQ(found.text, row.want_address) << row.name;
    ASSERT_LE(found.begin, found.end) << row.name;
    ASSERT_LE(found.end, row.line.size()) << row.name;
    EXPECT_EQ(row.line.substr(found.begin, found.end - found.begin), row.want_whole) << row.name;
  }
}

TEST(FindAddress, FindsNone) {
  const Row rows[] = {
      {"empty", "", "", ""},
      {"no at sign", "user at example.org", "", ""},
      {"at sign alone", "@", "", ""},
      {"no local part", "@example.org", "", ""},
      {"no domain", "user@", "", ""},
      {"no dot", "user@host", "", ""},
      {"dots only", "user@...", "", ""},
      {"quote before the at sign and nothing else", "\"@example.org", "", ""},
      {"quotes that hold nothing", "x\"@example.org", "", ""},
      {"literal that never ends", "user@[192.0.2.1", "", ""},
      {"price", "3 @ 4.50", "", ""},
      {"escape sequence in the local part", "\x1B[8muser\x1B[0m@example.org", "", ""},
      {"escape sequence before it", "\x1B[1muser@example.org", "", ""},
      {"control character in the local part",
       "<us\x01"
       "er@example.org>",
       "", ""},
      {"NUL in the domain", std::string("user@example.org") + '\0' + ".example.net", "", ""},
  };
  for (const Row& row : rows) {
    const FoundAddress found = find_address(row.line);
    EXPECT_EQ(found.text, row.want_address) << row.name;
    EXPECT_EQ(found.end, 0U) << row.name;
  }
}

TEST(IsServiceAddress, NamesARole) {
  EXPECT_TRUE(is_service_address("postmaster@example.org"));
  EXPECT_TRUE(is_service_address("NoReply@example.org"));
  EXPECT_FALSE(is_service_address("postmasters@example.org"));
  EXPECT_FALSE(is_service_address("the-postmaster@example.org"));
  EXPECT_FALSE(is_service_address("carl@example.org"));
}

// Both caps (256 and 255 bytes) are in the middle of a character here.
TEST(FindAddress, IsCutBetweenCharacters) {
  std::string euros;
  for (int i = 0; i < 100; ++i) euros += "\u20AC";
  const std::string line = "<" + euros + "@" + euros + ">";
  EXPECT_EQ(find_address(line).text.size(), 255U + 1 + 255);
  const std::string other = "<" + euros + "@a" + euros + ">";
  EXPECT_EQ(find_address(other).text.size(), 255U + 1 + 253);
}

TEST(FindAddress, GoesOnAfterTheOneBefore) {
  const std::string line = "<a@example.org>, \"b\" <b@example.org>;c@example.org(d@example.org)";
  std::vector<std::string> found;
  for (FoundAddress next = find_address(line); !next.text.empty(); next = find_address(line, next.end)) {
    found.emplace_back(next.text);
  }
  EXPECT_EQ(found,
            (std::vector<std::string>{"a@example.org", "b@example.org", "c@example.org", "d@example.org"}));
}

// Wherever the line is cut and wherever the search begins, the address is within the line and after `from`.
TEST(FindAddress, StaysInTheLine) {
  for (const Row& row : kFound) {
    for (std::size_t length = 0; length <= row.line.size(); length += row.line.size() > 100 ? 17 : 1) {
      const std::string_view line = std::string_view(row.line).substr(0, length);
      for (std::size_t from = 0; from <= length; ++from) {
        const FoundAddress found = find_address(line, from);
        if (found.text.empty()) continue;
        ASSERT_GE(found.begin, from) << row.name << " cut at " << length << " from " << from;
        ASSERT_LE(found.end, length) << row.name << " cut at " << length << " from " << from;
        ASSERT_NE(found.text.find('@'), std::string_view::npos) << row.name;
      }
    }
  }
}

}  // namespace
}  // namespace backstop::response
