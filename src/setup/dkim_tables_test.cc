#include "setup/dkim_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace backstop::setup {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(DkimTables, OpenDkim) {
  const auto plain = parse_opendkim(
      "# Domain no.example\nSyslog yes\nDomain example.org, example.net\n"
      "Selector\t2026  # this year's\nKeyFile /etc/dkimkeys/2026.private\n");
  EXPECT_THAT(plain.domains, ElementsAre("example.org", "example.net"));
  EXPECT_EQ(plain.selector, "2026");
  EXPECT_EQ(plain.key_table, "");
  const auto table = parse_opendkim("keytable refile:/etc/opendkim/key.table\nSigningTable refile:/x\n");
  EXPECT_EQ(table.key_table, "/etc/opendkim/key.table");
  EXPECT_EQ(table.unread, "");
  EXPECT_EQ(parse_opendkim("KeyTable /etc/opendkim/keys\n").key_table, "/etc/opendkim/keys");
  const auto unread = parse_opendkim("KeyTable ldap://x/y\nDomain file:/etc/domains\n");
  EXPECT_EQ(unread.unread, "ldap://x/y");
  EXPECT_THAT(unread.domains, IsEmpty());
}

TEST(DkimTables, KeyTable) {
  EXPECT_THAT(parse_key_table("# a comment\n"
                              "a example.org:2026:/etc/dkimkeys/a.private\n"
                              "b   %:mail:/etc/dkimkeys/b.private\n"
                              "c example.net:s1:MIICXQIBAAKBgQ:x\n"
                              "d example.org:2026:/etc/dkimkeys/other.private\n"
                              "broken example.org\n\n"),
              ElementsAre(KeyUse{"2026", "example.org"}, KeyUse{"mail", ""}, KeyUse{"s1", "example.net"}));
}

TEST(DkimTables, Rspamd) {
  struct Row {
    const char* name;
    std::vector<std::string> texts;
    std::vector<KeyUse> want;
  };
  const Row rows[] = {
      {"nothing", {}, {{"dkim", ""}}},
      {"a selector",
       {"selector = \"s1\";\npath = \"/var/lib/rspamd/dkim/$domain.$selector.key\";\n"},
       {{"s1", ""}}},
      {"the last file counts", {"selector = \"s1\";", "selector: s2"}, {{"s2", ""}}},
      {"domains",
       {"domain {\n  example.org {\n    selector = \"a\"; # one\n    path = \"/x/{y}\";\n  }\n  example.net "
        "{ path = \"/z\"; selector = b; }\n}\nselector = \"s1\";"},
       {{"a", "example.org"}, {"b", "example.net"}, {"s1", ""}}},
      {"several selectors",
       {"domain { example.org { selectors [ { path: \"/a\"; selector: \"r\" }, { path: \"/b\"; selector: "
        "\"e\" "
        "} ] } }"},
       {{"r", "example.org"}, {"e", "example.org"}, {"dkim", ""}}},
      {"a domain as a name",
       {"domain \"example.org\" { selector = a; }"},
       {{"a", "example.org"}, {"dkim", ""}}},
      {"commented out", {"#selector = \"x\";\n/* selector = y; */"}, {{"dkim", ""}}},
      {"broken", {"domain { example.org { selector = \"a"}, {{"a", "example.org"}, {"dkim", ""}}},
      {"without semicolons", {"selector = a\nallow_username_mismatch = true\nselector = b\n"}, {{"b", ""}}},
  };
  for (const auto& row : rows) EXPECT_EQ(parse_rspamd(row.texts).keys, row.want) << row.name;
  EXPECT_THAT(parse_rspamd({"selector_map = \"/etc/rspamd/dkim_selectors.map\";"}).selector_maps,
              ElementsAre("/etc/rspamd/dkim_selectors.map"));
  EXPECT_THAT(parse_selector_map("# x\nexample.org s1\nexample.net\ts2 # y\nbad\n"),
              ElementsAre(KeyUse{"s1", "example.org"}, KeyUse{"s2", "example.net"}));
}

}  // namespace
}  // namespace backstop::setup
