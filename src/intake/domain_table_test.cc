#include "intake/domain_table.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace backstop::intake {
namespace {

DomainTable table_of(std::initializer_list<const char*> names) {
  DomainTable table;
  for (const char* domain : names) table.push_back({.name = domain});
  return table;
}

TEST(DomainTable, ExactBeforeTheLongestStar) {
  const DomainTable table = table_of(
      {"*.example.org", "example.org", "mail.example.org", "*.deep.example.org", "Other.Test", "*.test"});
  const struct {
    std::string domain;
    std::string_view want;  ///< the name that is found
  } rows[] = {
      {"example.org", "example.org"},
      {"EXAMPLE.Org", "example.org"},
      {"mail.example.org", "mail.example.org"},
      {"web.example.org", "*.example.org"},
      {"WEB.EXAMPLE.ORG", "*.example.org"},
      {"a.web.example.org", "*.example.org"},
      {"a.mail.example.org", "*.example.org"},
      {"deep.example.org", "*.example.org"},
      {"a.deep.example.org", "*.deep.example.org"},
      {"a.b.deep.example.org", "*.deep.example.org"},
      {"other.test", "Other.Test"},
      {"another.test", "*.test"},
      {"test", "-"},
      {"org", "-"},
      {"", "-"},
      {".", "-"},
      {".example.org", "-"},
      {"notexample.org", "-"},
      {"example.org.", "-"},
      {"example.com", "-"},
      {"example.org.example.com", "-"},
      {"[127.0.0.1]", "-"},
      {"*.example.org", "*.example.org"},
      {std::string(255 - 12, 'a') + ".example.org", "*.example.org"},
      {std::string(256 - 12, 'a') + ".example.org", "-"},
  };
  for (const auto& row : rows) {
    const DomainSettings* found = table.find(row.domain);
    EXPECT_EQ(found == nullptr ? "-" : found->name, row.want) << row.domain;
  }
}

TEST(DomainTable, InEverySpellingOfItsName) {
  const DomainTable table = table_of({"bücher.example", "XN--STRAE-OQA.example", "*.grün.example"});
  const struct {
    std::string_view domain;
    std::string_view want;  ///< the name that is found
  } rows[] = {
      {"bücher.example", "bücher.example"},
      {"BÜCHER.Example", "bücher.example"},
      {"xn--bcher-kva.example", "bücher.example"},
      {"XN--BCHER-KVA.EXAMPLE", "bücher.example"},
      {"bu\u0308cher.example", "bücher.example"},
      {"bücher。example", "bücher.example"},
      {"straße.example", "XN--STRAE-OQA.example"},
      {"strasse.example", "-"},
      {"a.grün.example", "*.grün.example"},
      {"a.b.xn--grn-ioa.example", "*.grün.example"},
      {"ä.GRÜN.example", "*.grün.example"},
      {"a。GRÜN。example", "*.grün.example"},
      {"xn--grn-ioa.example", "-"},
      {"bucher.example", "-"},
      {"x.bücher.example", "-"},
  };
  for (const auto& row : rows) {
    const DomainSettings* found = table.find(row.domain);
    EXPECT_EQ(found == nullptr ? "-" : found->name, row.want) << row.domain;
  }
}

TEST(DomainTable, FindsNothingWithoutDomains) {
  EXPECT_EQ(DomainTable().find("example.org"), nullptr);
  EXPECT_EQ(DomainTable().find(""), nullptr);
}

TEST(DomainTable, TheFirstOfTwoCountsAndACopyFindsItsOwn) {
  DomainTable table;
  table = {DomainSettings{.name = "example.org", .stage = policy::Stage::Label},
           DomainSettings{.name = "EXAMPLE.ORG", .stage = policy::Stage::Reject}};
  const DomainTable copy = table;
  ASSERT_NE(copy.find("example.org"), nullptr);
  EXPECT_EQ(copy.find("example.org"), &copy[0]);
  EXPECT_EQ(copy.find("example.org")->stage, policy::Stage::Label);
  EXPECT_EQ(copy.size(), 2u);
}

TEST(DomainTable, AmongManyDomains) {
  DomainTable table;
  for (int i = 0; i < 20'000; ++i) {
    table.push_back({.name = "d" + std::to_string(i) + ".example.org"});
    table.push_back({.name = "*.d" + std::to_string(i) + ".example.org"});
  }
  for (int i = 0; i < 20'000; ++i) {
    const std::string domain = "D" + std::to_string(i) + ".example.org";
    EXPECT_EQ(table.find(domain), &table[static_cast<std::size_t>(2 * i)]);
    EXPECT_EQ(table.find("www." + domain), &table[static_cast<std::size_t>(2 * i) + 1]);
  }
}

}  // namespace
}  // namespace backstop::intake
