#include "dkim/key_store.h"

#include <gtest/gtest.h>

#include "base/day.h"
#include "dkim/mail_fixture.h"

namespace backstop::dkim {
namespace {

TEST(KeyStore, FindsByBothNames) {
  KeyStore store;
  EXPECT_TRUE(store.add({"rsa", "example.org"}, {fixture_key("rsa")}));
  EXPECT_TRUE(store.add({"ed", "example.org"}, {fixture_key("ed")}));
  EXPECT_FALSE(store.add({"ed", "example.org"}, {fixture_key("rsa")}));
  EXPECT_EQ(store.size(), 2u);
  ASSERT_NE(store.find("ed", "example.org"), nullptr);
  EXPECT_EQ(store.find("ed", "example.org")->key.description(), "ed25519");
  EXPECT_EQ(store.find("ed", "example.net"), nullptr);
  EXPECT_EQ(store.find("ed2", "example.org"), nullptr);
  EXPECT_TRUE(store.has_key_of("example.org"));
  EXPECT_FALSE(store.has_key_of("a.example.org"));
}

TEST(KeyStore, AKeyHasItsDays) {
  struct Row {
    const char* name;
    const char* from;
    const char* until;
    const char* today;
    bool want;
  };
  const Row rows[] = {
      {"always", "", "", "2026-11-30", true},
      {"the day before the first", "2026-01-31", "", "2026-01-30", false},
      {"the first day", "2026-01-31", "", "2026-01-31", true},
      {"the last day", "", "2026-11-30", "2026-11-30", true},
      {"14 days later", "2026-01-31", "2026-11-30", "2026-12-14", true},
      {"15 days later", "2026-01-31", "2026-11-30", "2026-12-15", false},
  };
  for (const auto& row : rows) {
    const StoredKey key{fixture_key("ed"), base::parse_day(row.from), base::parse_day(row.until)};
    EXPECT_EQ(key.verifies_on(*base::parse_day(row.today)), row.want) << row.name;
  }
}

}  // namespace
}  // namespace backstop::dkim
