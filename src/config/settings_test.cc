// The table of settings against itself: defaults, examples and bounds of each.
#include "config/settings.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "config/reader.h"
#include "gateway/replies.h"

namespace backstop::config {
namespace {

TEST(Settings, EveryLimitIsOne) {
  const auto count = std::ranges::count(settings(), Section::Limits, &Setting::section);
  // All fields of the struct have the same size.
  EXPECT_EQ(static_cast<std::size_t>(count) * sizeof(std::size_t), sizeof(gateway::Limits));
}

TEST(Settings, AppearOnceAndSayWhatTheyAre) {
  std::set<std::pair<Section, std::string_view>> seen;
  for (const Setting& one : settings()) {
    EXPECT_TRUE(seen.emplace(one.section, one.key).second) << one.key;
    EXPECT_TRUE(one.help.ends_with('.')) << one.key;
    EXPECT_FALSE(one.description.empty()) << one.key;
    EXPECT_NE(one.has_default(), !one.example.empty()) << one.key << " shows its default or else an example";
  }
  EXPECT_EQ(seen.size(), settings().size());
}

// What a client hears past it, or what happens instead.
TEST(Settings, EachLimitSaysItsReply) {
  for (const Setting& one : settings()) {
    if (one.section != Section::Limits) continue;
    EXPECT_THAT(one.help,
                testing::ContainsRegex("Reply: `[45]|[45][0-9][0-9] [45]\\.|put off|streams|without a word"))
        << one.key;
  }
  for (std::size_t i = 0; i < gateway::kExceededCount; ++i) {
    const auto reply = gateway::reply_for(static_cast<gateway::Exceeded>(i));
    EXPECT_TRUE(std::ranges::any_of(settings(), [&](const Setting& one) {
      return one.section == Section::Limits && one.help.contains(reply.lines.front());
    })) << reply.lines.front();
  }
}

/// A value for the setting as TOML, read into a blank draft.
Draft read_value(const Setting& one, std::string_view value) {
  Draft draft = blank_draft();
  const auto tree = parse_toml(fmt::format("{} = {}\n", one.key, value));
  EXPECT_TRUE(tree) << one.key << " = " << value;
  if (tree) one.read(tree->children.at(0), draft, 0);
  return draft;
}

TEST(Settings, DefaultsAreReadAsThemselves) {
  const Draft blank = blank_draft();
  std::size_t defaults = 0;
  for (const Setting& one : settings()) {
    if (!one.has_default()) continue;
    ++defaults;
    const Draft draft = read_value(one, one.default_value);
    EXPECT_TRUE(draft.findings.empty()) << one.key << ": " << draft.findings[0].what;
    EXPECT_EQ(one.show(draft, 0), one.show(blank, 0)) << one.key;
  }
  EXPECT_GT(defaults, 35u);
}

TEST(Settings, ExamplesAreTakenAndDifferFromTheDefault) {
  const Draft blank = blank_draft();
  for (const Setting& one : settings()) {
    if (one.example.empty()) continue;
    const Draft draft = read_value(one, one.example);
    EXPECT_TRUE(draft.findings.empty()) << one.key << ": " << draft.findings[0].what;
    if (one.key != "direction") EXPECT_NE(one.show(draft, 0), one.show(blank, 0)) << one.key;
  }
}

struct RangeRow {
  std::string_view key;
  std::string_view least, most;
  std::string_view below, above;
  std::string_view zero = {};
  std::optional<Section> section = {};  ///< of a key that means something else in other sections
};

// At each bound and one past it, for everything that has bounds.
constexpr RangeRow kRanges[] = {
    {"workers", "1", "1024", "-1", "1025", "0"},
    {"pool", "1", "10000", "-1", "10001", "0"},
    {"lifetime_days", "1", "500", "0", "501"},
    {"keep", "'1h'", "'3650d'", "'59m'", "'3650d1h'", "'0s'"},
    {"most_bytes", "'1MiB'", "'1TiB'", "1048575", "1099511627777", "0"},
    {"keep", "'1h'", "'45d'", "'59m'", "'45d1h'", {}, Section::Quarantine},
    {"most_bytes", "'1MiB'", "'1TiB'", "1048575", "1099511627777", {}, Section::Quarantine},
    {"keep", "'1h'", "'45d'", "'59m'", "'45d1h'", {}, Section::WayOut},
    {"most_bytes", "'1MiB'", "'1TiB'", "1048575", "1099511627777", {}, Section::WayOut},
    {"an_addressee", "1", "1000000", "0", "1000001"},
    {"a_domain", "1", "1000000", "0", "1000001"},
    {"in_all", "1", "1000000", "0", "1000001"},
    {"buffer", "1", "1000000", "0", "1000001"},
    {"batch", "'1ms'", "'1m'", "'0ms'", "'60001ms'"},
    {"keep_ids", "'1d'", "'366d'", "'23h'", "'367d'"},
    {"keep_pairs", "'1d'", "'366d'", "'23h'", "'367d'"},
    {"keep_arrivals", "'1d'", "'366d'", "'23h'", "'367d'"},
    {"time", "'1s'", "'1m'", "'0s'", "'61s'"},
    {"command_line", "512", "65536", "511", "65537"},
    {"header", "4096", "'16MiB'", "4095", "16777217"},
    {"message", "'64KiB'", "'4GiB'", "65535", "4294967297", "0"},
    {"held", "'64KiB'", "'256MiB'", "65535", "268435457"},
    {"held_total", "'1MiB'", "'64GiB'", "1048575", "68719476737"},
    {"recipients", "1", "100000", "0", "100001"},
    {"commands_without_mail", "1", "10000", "0", "10001"},
    {"errors", "1", "10000", "0", "10001"},
    {"received_fields", "10", "1000", "9", "1001"},
    {"connections", "1", "1000000", "0", "1000001"},
    {"sessions", "1", "1000000", "0", "1000001"},
    {"sessions_per_client", "1", "1000000", "0", "1000001"},
    {"bad_tags", "1", "1000", "0", "1001"},
    {"next_hop_sessions", "1", "1000000", "-1", "1000001", "0"},
    {"greeting", "'1s'", "'1h'", "'0s'", "'3601s'"},
    {"command", "'1s'", "'1h'", "'0s'", "'3601s'"},
    {"data_block", "'1s'", "'1h'", "'0s'", "'3601s'"},
    {"data_total", "'1s'", "'1d'", "'0s'", "'86401s'"},
    {"next_hop_connect", "'1s'", "'1h'", "'0s'", "'3601s'"},
    {"next_hop_reply", "'1s'", "'1h'", "'0s'", "'3601s'"},
    {"next_hop_final", "'1s'", "'599s'", "'0s'", "'600s'"},
};

/// Returns the row of that section, or else the one of all sections.
const RangeRow* find_range(const Setting& one) {
  for (const auto section : {std::optional(one.section), std::optional<Section>()}) {
    const auto* const row = std::ranges::find_if(
        kRanges, [&](const RangeRow& each) { return each.key == one.key && each.section == section; });
    if (row != std::end(kRanges)) return row;
  }
  return nullptr;
}

bool has_bounds(const Setting& one) {
  return one.description.contains(" from ") && one.description.contains(" to ");
}

TEST(Settings, BoundsAreMetAndOnePastThem) {
  std::set<const RangeRow*> tried;
  for (const Setting& one : settings()) {
    if (!has_bounds(one)) continue;
    const auto* const row = find_range(one);
    ASSERT_NE(row, nullptr) << one.key;
    tried.insert(row);
    for (const std::string_view good : {row->least, row->most, row->zero}) {
      if (good.empty()) continue;
      Draft draft = read_value(one, good);
      const SettingHandle setting(draft, {{one.section}, one.key});
      EXPECT_TRUE(draft.findings.empty()) << one.key << " = " << good;
      EXPECT_TRUE(setting.is_given()) << one.key << " = " << good;
    }
    for (const std::string_view bad : {row->below, row->above}) {
      Draft draft = read_value(one, bad);
      const SettingHandle setting(draft, {{one.section}, one.key});
      ASSERT_EQ(draft.findings.size(), 1u) << one.key << " = " << bad;
      EXPECT_THAT(draft.findings[0].what, testing::HasSubstr(bad == row->below ? "is too little; it must be"
                                                                               : "is too much; it must be"));
      EXPECT_FALSE(setting.is_given()) << one.key << " = " << bad;
      EXPECT_TRUE(setting.is_broken()) << one.key << " = " << bad;
    }
  }
  EXPECT_EQ(tried.size(), std::size(kRanges));
}

TEST(Settings, ADomainIsReadyAsObservedOrSinceADay) {
  const auto* const ready = find_setting(Section::Domain, "ready");
  ASSERT_NE(ready, nullptr);
  const struct {
    std::string_view value;
    std::string_view want;  ///< as it is shown; empty: it is a mistake
  } rows[] = {
      {"'observed'", "\"observed\""},
      {"'since 2026-11-29'", "\"since 2026-11-29\""},
      {"'since 2024-02-29'", "\"since 2024-02-29\""},
      {"'since 2026-02-29'", ""},
      {"'since 2026-11-29 '", ""},
      {"'since  2026-11-29'", ""},
      {"'since'", ""},
      {"'Since 2026-11-29'", ""},
      {"'2026-11-29'", ""},
      {"'always'", ""},
      {"''", ""},
      {"true", ""},
      {"2026-11-29", ""},
  };
  for (const auto& row : rows) {
    const Draft draft = read_value(*ready, row.value);
    EXPECT_EQ(draft.findings.empty(), !row.want.empty()) << row.value;
    EXPECT_EQ(ready->show(draft, 0), row.want.empty() ? "\"observed\"" : row.want) << row.value;
  }
}

}  // namespace
}  // namespace backstop::config
