#include "filter/server_path.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace backstop::filter {
namespace {

std::string shown(const std::optional<mail::Path>& path) {
  if (!path) return "none";
  return path->is_null() ? "null" : path->address->local + " at " + path->address->domain;
}

struct PathRow {
  std::string_view text;
  std::string_view resolved;
  std::string want;
};

TEST(ServerPath, IsReadAsTheServerReadsIt) {
  const std::string longest(100, 'x');
  const PathRow rows[] = {
      {"<ann@example.org>", "", "ann at example.org"},
      {"ann@example.org", "", "ann at example.org"},
      {"<>", "", "null"},
      {"", "", "null"},
      {"<@relay.test:ann@example.org>", "", "ann at example.org"},
      {"<ann@example.org.>", "", "ann at example.org"},
      {"< ann@example.org >", "", "ann at example.org"},
      {"<ann+a..b@example.org>", "", "ann+a..b at example.org"},
      {"<.ann@example.org>", "", ".ann at example.org"},
      {"<a@b@example.org>", "", "a@b at example.org"},
      {"<ann>", "ann@example.org", "ann at example.org"},
      {"<example.org!ann>", "ann@example.org", "ann at example.org"},
      {"<ann%example.org>", "ann@example.org", "ann at example.org"},
      {"<ann(c)@example.org>", "ann@example.org", "ann at example.org"},
      {"<\\ann@example.org>", "ann@example.org", "ann at example.org"},
      {"<ann@example.org>", "bob@example.net", "ann at example.org"},
      {"<MAILER-DAEMON>", "MAILER-DAEMON@example.org", "MAILER-DAEMON at example.org"},
      {"< >", "", "null"},
      {"<\"\">", "", "null"},
      {"<(c)>", "", "null"},
      {"<@x.test:>", "", "null"},
      {"<ann>", "", "none"},
      {"<ann@>", "", "none"},
      {"<ann@exa mple>", "", "none"},
      {"<@>", "", "none"},
      {"<", "", "none"},
  };
  for (const PathRow& row : rows)
    EXPECT_EQ(shown(read_server_path(row.text, row.resolved)), row.want) << row.text;
  const std::string text = "<" + longest + "@example.org>";
  EXPECT_EQ(shown(read_server_path(text, "")), longest + " at example.org");
}

TEST(ServerPath, OnlyAPlainOneCanBeNamed) {
  const mail::Address ann{.local = "ann", .domain = "example.org"};
  for (const char* const text : {"<ann@example.org>", "ann@example.org"})
    EXPECT_TRUE(is_plain(text, ann)) << text;
  for (const char* const text :
       {"<@x.test:ann@example.org>", "<ann@example.org.>", "<ann>", "<example.org!ann>"})
    EXPECT_FALSE(is_plain(text, ann)) << text;
}

}  // namespace
}  // namespace backstop::filter
