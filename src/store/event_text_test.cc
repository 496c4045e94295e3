#include "store/event_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backstop::store {
namespace {

using testing::IsEmpty;

TEST(EventText, ListsAreJson) {
  EXPECT_EQ(recipients_to_json({}), "[]");
  EXPECT_EQ(recipients_to_json({"a@example.org", "\"b\\\"@example.org"}),
            R"(["a@example.org","\"b\\\"@example.org"])");
  EXPECT_EQ(evidence_to_json({{"tag", "proves", "It is good."}}),
            R"([{"name":"tag","finding":"proves","detail":"It is good."}])");
}

TEST(EventText, ListsComeBack) {
  const std::vector<std::string> recipients = {"", "a", "\n\"\\/\x01\x7f", "\u00FC\U0001F4E7"};
  EXPECT_EQ(recipients_from_json(recipients_to_json(recipients)), recipients);
  const std::vector<EventEvidence> evidence = {{"tag", "silent", ""}, {"\"", "[", "{}"}};
  EXPECT_EQ(evidence_from_json(evidence_to_json(evidence)), evidence);
}

TEST(EventText, WhatIsNoListHasNoMembers) {
  for (const std::string_view text :
       {"", "[", "null", "{}", "\"a\"", "[1,null,{},[]]", "[\"a\"] x", "[\"\xFF\"]"}) {
    EXPECT_THAT(recipients_from_json(text), IsEmpty()) << text;
  }
  for (const std::string_view text : {"", "[", "null", "{}", "[\"a\"]", "[[]]"}) {
    EXPECT_THAT(evidence_from_json(text), IsEmpty()) << text;
  }
  EXPECT_EQ(evidence_from_json(R"([{"name":1,"finding":"hints"}])"),
            (std::vector<EventEvidence>{{"", "hints", ""}}));
}

struct Row {
  const char* name;
  std::string text;
  std::string want;
};

TEST(EventText, SoundText) {
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

}  // namespace
}  // namespace backstop::store
