#include "intake/ready_table.h"

#include <gtest/gtest.h>

#include "dkim/sign_fixture.h"
#include "origin/tag_fixture.h"

namespace backstop::intake {
namespace {

using policy::Carried;
using std::chrono::days;

constexpr std::chrono::sys_days kToday{days(20780)};

constexpr std::size_t at(Carried carried) {
  return static_cast<std::size_t>(carried);
}

// A hundred mails a day with a tag, in the order in which the history returns them.
std::vector<store::DaySums> tagged_mail(std::string_view domain, int first, int last) {
  std::vector<store::DaySums> sums;
  for (int ago = first; ago >= last; --ago) {
    sums.push_back({.domain = std::string(domain),
                    .day = kToday - days(ago),
                    .counts = {.left = 100, .watermark = 50, .message = 50, .tag = 100}});
  }
  return sums;
}

TEST(ReadyTable, ObservesEachDomainByItself) {
  auto sums = tagged_mail("example.org", 20, 0);
  const auto young = tagged_mail("young.test", 3, 0);
  sums.insert(sums.end(), young.begin(), young.end());
  const auto observed = observe(sums, kToday);
  ASSERT_EQ(observed.size(), 2u);
  const auto& ready_one = observed.at("example.org");
  EXPECT_EQ(ready_one[at(Carried::Tag)].since, kToday - days(6));
  EXPECT_EQ(ready_one[at(Carried::Watermark)].lacking, policy::Lacking::Share);
  EXPECT_EQ(ready_one[at(Carried::Message)].lacking, policy::Lacking::Share);
  EXPECT_EQ(ready_one[at(Carried::Dkim)].lacking, policy::Lacking::Share);
  EXPECT_EQ(observed.at("young.test")[at(Carried::Tag)].lacking, policy::Lacking::Days);
  EXPECT_EQ(since(ready_one)[at(Carried::Tag)], kToday - days(6));
}

TEST(ReadyTable, SumsOfTomorrowWait) {
  EXPECT_TRUE(observe(tagged_mail("example.org", -1, -1), kToday).empty());
}

TEST(ReadyTable, HasWhatItWasGivenLast) {
  ReadyTable table;
  EXPECT_FALSE(table.find("example.org")[at(Carried::Tag)]);
  ReadySince since;
  since[at(Carried::Tag)] = kToday;
  table.replace({{"example.org", since}});
  EXPECT_EQ(table.find("example.org")[at(Carried::Tag)], kToday);
  EXPECT_FALSE(table.find("other.test")[at(Carried::Tag)]);
  table.replace({});
  EXPECT_FALSE(table.find("example.org")[at(Carried::Tag)]);
}

TEST(ReadyTable, ADeclarationCountsForTheProofsThatMailGets) {
  Site site;
  site.keys = origin::ring_of(origin::key_of(0, "secret"));
  const DomainSettings declared{.name = "example.org", .ready_since = kToday - days(3)};
  const auto tags = [&] { return ready_since(declared, "example.org", site, nullptr)[at(Carried::Tag)]; };
  EXPECT_FALSE(tags()) << "tags are off";
  site.has_tags = true;
  EXPECT_EQ(tags(), kToday - days(3));
  site.keys = origin::ring_of(origin::key_of(0, "secret", origin::KeyUse::Verify));
  EXPECT_FALSE(tags()) << "no key signs";
}

TEST(ReadyTable, ADeclarationCountsForWatermarksOnlyIfTheyAreMade) {
  Site site;
  const DomainSettings declared{.name = "example.org", .ready_since = kToday};
  const auto since = [&](Carried carried) {
    return ready_since(declared, "example.org", site, nullptr)[at(carried)];
  };
  for (const auto carried : {Carried::Watermark, Carried::Message}) EXPECT_FALSE(since(carried));
  site.has_watermark = true;
  for (const auto carried : {Carried::Watermark, Carried::Message}) EXPECT_EQ(since(carried), kToday);
  for (const auto carried : {Carried::Dkim, Carried::Tag}) EXPECT_FALSE(since(carried));
}

// A key of one domain says nothing about the mail of another, its subdomains included.
TEST(ReadyTable, ADeclarationCountsForSignaturesOnlyIfThereIsAKeyOfTheDomain) {
  Site site;
  auto keys = std::make_shared<dkim::KeyStore>();
  keys->add({.selector = "s", .domain = "example.org"}, {.key = dkim::Signer().key()});
  site.dkim_keys = std::move(keys);
  const struct {
    std::string_view setting;
    std::string_view name;
    bool want;
  } rows[] = {
      {"example.org", "example.org", true},
      {"example.org", "Example.ORG", true},
      {"example.org", "", true},
      {"example.com", "example.com", false},
      {"example.com", "", false},
      {"*.example.org", "lists.example.org", false},
  };
  for (const auto& row : rows) {
    const DomainSettings declared{.name = std::string(row.setting), .ready_since = kToday};
    const auto since = ready_since(declared, row.name, site, nullptr);
    for (const auto carried : {Carried::Dkim, Carried::Message})
      EXPECT_EQ(since[at(carried)].has_value(), row.want) << row.setting << " " << row.name;
    for (const auto carried : {Carried::Watermark, Carried::Tag}) EXPECT_FALSE(since[at(carried)]);
  }
}

TEST(ReadyTable, WithoutADeclarationTheTableCounts) {
  const Site site;
  ReadyTable table;
  ReadySince since;
  since[at(Carried::Message)] = kToday;
  table.replace({{"xn--bcher-kva.test", since}});
  const DomainSettings observed{.name = "*.test"};
  const auto is_ready = [&](std::string_view name, const ReadyTable* known) {
    return ready(ready_since(observed, name, site, known), kToday).messages;
  };
  EXPECT_TRUE(
      is_ready("B\xC3\xBC"
               "cher.test",
               &table));
  EXPECT_FALSE(is_ready("other.test", &table));
  EXPECT_FALSE(is_ready("xn--bcher-kva.test", nullptr));
}

TEST(ReadyTable, ABarePostmasterBelongsToTheDomainItself) {
  ReadyTable table;
  ReadySince since;
  since[at(Carried::Tag)] = kToday;
  table.replace({{"example.org", since}});
  EXPECT_EQ(ready_since({.name = "Example.org"}, "", {}, &table), since);
  EXPECT_EQ(ready_since({.name = "other.test"}, "", {}, &table), ReadySince());
}

TEST(ReadyTable, AProofIsReadyFromItsDayOn) {
  const struct {
    std::optional<std::chrono::sys_days> messages;
    std::optional<std::chrono::sys_days> tags;
    policy::Ready want;
  } rows[] = {
      {kToday, kToday + days(1), {.messages = true}},
      {kToday + days(1), kToday, {.tags = true}},
      {kToday - days(500), kToday, {.messages = true, .tags = true}},
      {{}, {}, {}},
  };
  for (const auto& row : rows) {
    ReadySince since;
    since[at(Carried::Message)] = row.messages;
    since[at(Carried::Watermark)] = kToday;
    since[at(Carried::Tag)] = row.tags;
    EXPECT_EQ(ready(since, kToday), row.want);
  }
}

}  // namespace
}  // namespace backstop::intake
