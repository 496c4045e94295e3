#include "dkim/tag_list.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace backstop::dkim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string text_of(const TagList& list) {
  std::string text;
  for (const auto& tag : list.tags()) text += fmt::format("{}[{}]", tag.name, tag.value);
  return text;
}

TEST(TagList, Valid) {
  struct Row {
    const char* name;
    std::string_view text;
    std::string_view want;
  };
  const Row rows[] = {
      {"one", "a=1", "a[1]"},
      {"a semicolon at the end", "a=1; b=2;", "a[1]b[2]"},
      {"white space behind it", "a=1;\r\n ", "a[1]"},
      {"white space everywhere", " \r\n\ta =\r\n 1 2\t; b=", "a[1 2]b[]"},
      {"empty value", "p=;k=rsa", "p[]k[rsa]"},
      {"an equals sign in the value", "b=ab==; c==", "b[ab==]c[=]"},
      {"digits and underscores in a name", "a1_b=x", "a1_b[x]"},
      {"case tells names apart", "a=1;A=2", "a[1]A[2]"},
      {"beyond ASCII", "n=\xC3\xBC", "n[\xC3\xBC]"},
  };
  for (const auto& row : rows) {
    const auto list = TagList::parse(row.text);
    ASSERT_TRUE(list) << row.name << ": " << list.error().message;
    EXPECT_EQ(text_of(*list), row.want) << row.name;
    for (const auto& tag : list->tags()) {
      EXPECT_THAT(std::string(row.text.substr(tag.begin, tag.end - tag.begin)),
                  HasSubstr(std::string(tag.value)));
    }
  }
}

TEST(TagList, Invalid) {
  struct Row {
    const char* name;
    std::string text;
    const char* want;
  };
  const Row rows[] = {
      {"nothing", "", "there is no tag"},
      {"white space", " \r\n ", "there is no tag"},
      {"a semicolon alone", ";", "nothing before a \";\""},
      {"two semicolons", "a=1;;b=2", "nothing before a \";\""},
      {"no equals sign", "a=1; b", "\"b\" has no \"=\""},
      {"no name", "=1", "\"\" is no name"},
      {"a digit first", "1a=1", "\"1a\" is no name"},
      {"a hyphen in the name", "a-b=1", "\"a-b\" is no name"},
      {"a space in the name", "a b=1", "\"a b\" is no name"},
      {"the same twice", "a=1; b=2; a=1", "a= is there twice"},
      {"an unknown one twice", "zz=1; zz=2", "zz= is there twice"},
      {"NUL", std::string("a=1\0", 4), "a= has a control character"},
      {"DEL", "a=1\x7F", "a= has a control character"},
  };
  for (const auto& row : rows) {
    const auto list = TagList::parse(row.text);
    ASSERT_FALSE(list) << row.name;
    EXPECT_THAT(list.error().message, HasSubstr(row.want)) << row.name;
  }
}

TEST(TagList, HasACap) {
  std::string text;
  for (std::size_t i = 0; i < TagList::kMost; ++i) text += fmt::format("t{}=x;", i);
  EXPECT_TRUE(TagList::parse(text));
  EXPECT_EQ(TagList::parse(text + "more=x").error().message, "there are more than 32 tags");
}

TEST(TagList, Base64) {
  struct Row {
    const char* name;
    std::string_view text;
    std::optional<std::string> want;
  };
  const Row rows[] = {
      {"empty", "", ""},
      {"whole", "QUJD", "ABC"},
      {"padded once", "QUI=", "AB"},
      {"padded twice", "QQ==", "A"},
      {"padding missing", "QQ", "A"},
      {"folded", "QU\r\n\tJ D", "ABC"},
      {"one digit too many", "QUJDQ", std::nullopt},
      {"padded too much", "QUI==", std::nullopt},
      {"padded half", "QQ=", std::nullopt},
      {"padding alone", "====", std::nullopt},
      {"behind the padding", "QQ==QQ==", std::nullopt},
      {"of another alphabet", "QU-D", std::nullopt},
      {"control character", std::string_view("QU\0D", 4), std::nullopt},
  };
  for (const auto& row : rows) EXPECT_EQ(decode_base64_value(row.text), row.want) << row.name;
}

TEST(TagList, Colons) {
  EXPECT_THAT(split_at_colons("a : b:\r\n\tc"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split_at_colons(":a:"), ElementsAre("", "a", ""));
  EXPECT_THAT(split_at_colons(""), ElementsAre(""));
}

}  // namespace
}  // namespace backstop::dkim
