#include "store/event.h"

#include <gtest/gtest.h>

#include <span>

namespace backstop::store {
namespace {

template <typename Word>
void expect_named(std::span<const std::string_view> names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::optional<Word> value;
    set_by_name(names[i], value);
    EXPECT_EQ(value, static_cast<Word>(i)) << names[i];
    EXPECT_EQ(name(value), names[i]);
  }
  for (const std::string_view unknown : {"", "Inbound", "REFUSE", "delivered ", "x"}) {
    std::optional<Word> value = Word{};
    set_by_name(unknown, value);
    EXPECT_EQ(value, std::nullopt) << unknown;
    EXPECT_EQ(name(value), "");
  }
}

TEST(EventWords, AreReadAsTheyAreSpelled) {
  expect_named<Direction>(kDirectionNames);
  expect_named<Verdict>(kVerdictNames);
  expect_named<Done>(kDoneNames);
  EXPECT_EQ(name(Direction::Outbound), "outbound");
  EXPECT_EQ(name(Verdict::Defer), "defer");
  EXPECT_EQ(name(Done::Failed), "failed");
  EXPECT_EQ(name(Verdict::Quarantine), "quarantine");
  EXPECT_EQ(name(Done::Quarantined), "quarantined");
}

struct UntaggedRow {
  const char* name;
  const char* reverse_path;
  const char* tag;
  bool want;
};

TEST(Event, IsUntaggedIfSomebodyCouldAnswerIt) {
  const UntaggedRow rows[] = {
      {"a sender without a tag", "ann@example.org", "none (why)", true},
      {"a sender without a tag or a reason", "ann@example.org", "none", true},
      {"a sender with a tag", "ann@example.org", "key-1", false},
      {"a sender of mail that comes in", "ann@example.org", "", false},
      {"the null sender", "", "none (why)", false},
  };
  for (const auto& row : rows) {
    Event event;
    event.reverse_path = row.reverse_path;
    event.tag = row.tag;
    EXPECT_EQ(event.is_untagged(), row.want) << row.name;
  }
}

struct Row {
  const char* name;
  std::string text;
  std::string want;
};

TEST(Event, SoundText) {
  using namespace std::string_literals;
  const Row rows[] = {
      {"empty", "", ""},
      {"ASCII", "abc\x01", "abc\x01"},
      {"UTF-8", "\u00FC\U0001F4E7", "\u00FC\U0001F4E7"},
      {"NUL", "\0a\0"s, "\uFFFDa\uFFFD"},
      {"Latin-1", "\xFC", "\uFFFD"},
      {"surrogate", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(sound_text(row.text), row.want) << row.name;
    EXPECT_EQ(is_sound(row.text), row.text == row.want) << row.name;
    EXPECT_TRUE(is_sound(row.want)) << row.name;
  }
}

TEST(Facts, AreWords) {
  const struct {
    const char* name;
    Facts facts;
    std::string_view words;
  } rows[] = {
      {"none", {}, ""},
      {"one", {Fact::Relay}, "relay"},
      {"in the order of the names",
       {Fact::SoughtLedger, Fact::ReadyMessages},
       "ready-messages sought-ledger"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(to_words(row.facts), row.words) << row.name;
    EXPECT_EQ(facts_of(row.words), row.facts) << row.name;
  }
  for (std::size_t i = 0; i < kFactNames.size(); ++i) {
    const Facts one = facts_of(kFactNames[i]);
    EXPECT_EQ(one, Facts{static_cast<Fact>(i)});
    EXPECT_EQ(to_words(one), kFactNames[i]);
  }
  EXPECT_EQ(facts_of("  relay  unheard relayed "), Facts{Fact::Relay});
}

}  // namespace
}  // namespace backstop::store
