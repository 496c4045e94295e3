#include "setup/domain_items.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace backstop::setup {
namespace {

using testing::ElementsAre;

TEST(DomainItems, PartsAList) {
  const auto items = parse_domain_items(
      "mx.example.org, localhost hash:/etc/postfix/a !not.example proxy:mysql:/etc/postfix/b.cf\n"
      "/etc/postfix/list .example.net inline:{a.example=b, c.example=d} regexp:/r [192.0.2.1]");
  EXPECT_THAT(items.names, ElementsAre("mx.example.org", "localhost", ".example.net", "[192.0.2.1]"));
  EXPECT_THAT(items.files, ElementsAre("/etc/postfix/list"));
  EXPECT_THAT(items.tables, ElementsAre("hash:/etc/postfix/a", "inline:{a.example=b, c.example=d}"));
  EXPECT_THAT(items.asked_tables, ElementsAre("mysql:/etc/postfix/b.cf", "regexp:/r"));
  EXPECT_TRUE(parse_domain_items(" , ").names.empty());
}

TEST(DomainItems, Domains) {
  struct Row {
    std::string_view key;
    std::string_view want;
  };
  const Row rows[] = {
      {"example.org", "example.org"},
      {"Example.ORG.", "example.org"},
      {".example.org", "*.example.org"},
      {"b\xC3\xBC"
       "cher.example",
       "xn--bcher-kva.example"},
      {"localhost", ""},
      {"localhost.localdomain", ""},
      {"vm", ""},
      {"", ""},
      {".", ""},
      {"..a.b", ""},
      {"ann@example.org", ""},
      {"@example.org", ""},
      {"192.0.2.1", ""},
      {"[192.0.2.1]", ""},
      {"a b.example", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(domain_of_key(row.key), row.want) << row.key;
}

TEST(DomainItems, Tables) {
  EXPECT_EQ(text_of_table("hash:/etc/postfix/virtual"), "/etc/postfix/virtual");
  EXPECT_EQ(text_of_table("proxy:lmdb:/etc/postfix/virtual"), "/etc/postfix/virtual");
  EXPECT_EQ(text_of_table("mysql:/etc/postfix/virtual.cf"), "");
  EXPECT_EQ(text_of_table("regexp:/x"), "");
  EXPECT_EQ(text_of_table("hash"), "");
  EXPECT_THAT(keys_of("a.example\tx\nb.example y\n\nc\n"), ElementsAre("a.example", "b.example", "c"));
  EXPECT_EQ(list_of_file("# no\na.example\n b.example\n#c"), "a.example  b.example ");
}

TEST(DomainItems, Networks) {
  std::vector<std::string> others;
  EXPECT_THAT(
      networks_of(
          "127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128, 192.0.2.7 [fe80::]/64 cidr:/x !10.0.0.0/8 /f",
          others),
      ElementsAre("127.0.0.0/8", "::1/128", "192.0.2.7", "fe80::/64"));
  EXPECT_THAT(others, ElementsAre("cidr:/x", "!10.0.0.0/8", "/f"));
}

// Strangers within a network of ours must not count as ours.
TEST(DomainItems, ANetworkWithAnExceptionIsLeftOut) {
  std::vector<std::string> others;
  EXPECT_THAT(networks_of("!10.0.0.1 10.0.0.0/8 192.0.2.0/24 ![2001:db8::1] [2001:db8::]/32", others),
              ElementsAre("192.0.2.0/24"));
  EXPECT_THAT(others, ElementsAre("!10.0.0.1", "![2001:db8::1]", "10.0.0.0/8", "2001:db8::/32"));
}

}  // namespace
}  // namespace backstop::setup
