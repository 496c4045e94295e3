#include "directory/recipient_list.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backstop::directory {
namespace {

Question question(std::string_view recipient) {
  return {*mail::parse_address(recipient), *mail::parse_address(recipient)};
}

struct Row {
  const char* name;
  std::string_view text;
  std::size_t want_size;
  std::vector<std::string> want_findings = {};
};

const Row kGood[] = {
    {"an address a line", "a@example.org\nb@example.org\n", 2},
    {"CRLF", "a@example.org\r\n", 1},
    {"a map of Postfix", "# relay\na@example.org OK\nb@example.org\tx,\n  y@example.com\n", 2},
    {"brackets", "<a@example.org>\n", 1},
    {"a whole domain", "@example.org x\n", 1},
    {"twice", "a@example.org\nA@EXAMPLE.org OK\n", 1},
    {"a domain line, as virtual(5) has it", "example.org anything\na@example.org\n", 1},
    {"a byte order mark",
     "\xEF\xBB\xBF"
     "a@example.org\r\nb@example.org\r\n",
     2},
    {"as Exchange exports them", "SMTP:a@example.org\nsmtp:b@example.org\n", 2},
    {"values don't count", "a@example.org REJECT\nb@example.org c@@d\n", 2},
    {"two in an entry",
     "a@example.org,b@example.org\nc@example.org x, y\n\"d,e\"@example.org\n",
     3,
     {"1: what follows \"a@example.org\" is no recipient, since an entry has one"}},
    {"mistakes",
     "a@example.org\nann\nb@@c\n*@example.org x\n/^x@y$/ OK\npostmaster\n",
     1,
     {"2: \"ann\" is no address", "3: \"b@@c\" is no address",
      "4: \"*@example.org\" has no meaning here; all addresses of a domain are \"@example.org\"",
      "5: \"/^x@y$/\" is no address", "6: \"postmaster\" is no address"}},
};

TEST(RecipientList, IsRead) {
  for (const auto& row : kGood) {
    const auto reading = read_recipients(row.text);
    ASSERT_TRUE(reading) << row.name;
    EXPECT_EQ(reading->list.size(), row.want_size) << row.name;
    std::vector<std::string> findings;
    for (const auto& [line, what] : reading->findings) findings.push_back(fmt::format("{}: {}", line, what));
    EXPECT_EQ(findings, row.want_findings) << row.name;
    EXPECT_EQ(reading->mistakes, findings.size()) << row.name;
  }
}

struct BadRow {
  const char* name;
  std::string_view text;
  std::string_view want;
};

const BadRow kBad[] = {
    {"empty", "", "it is empty"},
    {"white space", " \n\n", "it is empty"},
    {"half a line", "a@example.org\nb@exa", "it doesn't end with a line end, so it may be half-written"},
    {"comments alone", "# a@example.org\n", "it has no recipients"},
    {"names alone", "ann\nben x\n", "it has no recipients: a name needs its domain, as in ann@example.org"},
    {"mistakes alone", "b@@c\n", "it has no recipients"},
    {"a byte order mark alone", "\xEF\xBB\xBF\n", "it is empty"},
    {"domains alone", "example.org x\n", "it has no recipients"},
};

TEST(RecipientList, IsRefused) {
  for (const auto& row : kBad) {
    const auto reading = read_recipients(row.text);
    ASSERT_FALSE(reading) << row.name;
    EXPECT_EQ(reading.error().message, row.want) << row.name;
  }
}

TEST(RecipientList, KnowsItsDomains) {
  const auto reading = read_recipients(
      "example.net x\nann@Example.org\n@b\xC3\xBC"
      "cher.example\n");
  ASSERT_TRUE(reading);
  const auto& list = reading->list;
  EXPECT_TRUE(list.has_domain("EXAMPLE.org"));
  EXPECT_TRUE(list.has_domain("xn--bcher-kva.example"));
  EXPECT_FALSE(list.has_domain("example.net")) << "a domain alone stands for no address";
  EXPECT_FALSE(list.has_domain("org"));
  EXPECT_FALSE(list.contains(question("zoe@example.org")));
}

/// Names of one length, so that their number and the memory can be compared.
std::string many(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    fmt::format_to(std::back_inserter(text), "user{:07}@example.org\n", i);
  return text;
}

TEST(RecipientList, IsCapped) {
  const auto most = read_recipients(many(RecipientList::kMost));
  ASSERT_TRUE(most);
  EXPECT_EQ(most->list.size(), RecipientList::kMost);
  EXPECT_LE(most->list.bytes(), 40 * RecipientList::kMost);
  EXPECT_TRUE(most->list.contains(question("USER0999999@example.org")));
  EXPECT_FALSE(most->list.contains(question("user1000000@example.org")));
  const auto more = read_recipients(many(RecipientList::kMost + 1));
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().message, "it has more than 1000000 recipients");
}

}  // namespace
}  // namespace backstop::directory
