#include "setup/main_cf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "setup/list_text.h"

namespace backstop::setup {
namespace {

constexpr std::string_view kOurs = "{ unix:backstop/milter.sock, default_action=accept }";

std::vector<std::string> texts_of(std::string_view value) {
  std::vector<std::string> texts;
  for (const auto& element : parse_list(value)) texts.emplace_back(element.text);
  return texts;
}

TEST(ListText, Elements) {
  struct Row {
    std::string_view name;
    std::string_view value;
    std::vector<std::string> want;
  };
  const Row rows[] = {
      {"empty", "", {}},
      {"only white space", " \n ", {}},
      {"one", " inet:127.0.0.1:8891", {"inet:127.0.0.1:8891"}},
      {"commas and spaces", "a, b c ,d", {"a", "b", "c", "d"}},
      {"braces", "{ unix:a, x=y }, b", {"{ unix:a, x=y }", "b"}},
      {"braces over lines", "a,\n  { b,\n c=d }", {"a", "{ b,\n c=d }"}},
      {"nested braces", "{ a, { b = c d } } e", {"{ a, { b = c d } }", "e"}},
      {"a comment line", "\n# x, y\n  a,\n   # z\n  b", {"a", "b"}},
      {"a # that begins no line", "a #b", {"a", "#b"}},
      {"references", "$a, ${b} $(c)", {"$a", "${b}", "$(c)"}},
      {"a word with braces", "inline:{a=b, c=d} e", {"inline:{a=b, c=d}", "e"}},
      {"a brace that is never closed", "a {b, c", {"a", "{b, c"}},
  };
  for (const auto& row : rows) EXPECT_EQ(texts_of(row.value), row.want) << row.name;
}

TEST(ListText, NamesAndReferences) {
  struct Row {
    std::string_view element;
    std::string_view want_name;
    std::string_view want_reference;
  };
  const Row rows[] = {
      {"unix:a", "unix:a", ""},
      {"{ unix:a, b=c }", "unix:a", ""},
      {"{unix:a}", "unix:a", ""},
      {"{ unix:a b=c", "unix:a", ""},
      {"$smtpd_milters", "$smtpd_milters", "smtpd_milters"},
      {"${smtpd_milters}", "${smtpd_milters}", "smtpd_milters"},
      {"$(smtpd_milters)", "$(smtpd_milters)", "smtpd_milters"},
      {"${x?{a}:{b}}", "${x?{a}:{b}}", ""},
  };
  for (const auto& row : rows) {
    const auto elements = parse_list(row.element);
    ASSERT_EQ(elements.size(), 1U) << row.element;
    EXPECT_EQ(elements[0].name(), row.want_name);
    EXPECT_EQ(elements[0].reference(), row.want_reference);
  }
}

TEST(ListText, TakesOutAnElement) {
  struct Row {
    std::string_view name;
    std::string_view value;
    std::string_view want;
  };
  const Row rows[] = {
      {"alone", " unix:x", " "},
      {"first", " unix:x, a", " a"},
      {"first, without a comma", " unix:x a", " a"},
      {"last", " a, unix:x", " a"},
      {"in the middle", " a, unix:x, b", " a, b"},
      {"in braces", " { unix:x, y=z }, a", " a"},
      {"on a line of its own", " a,\n  unix:x,\n  b", " a,\n  \n  b"},
      {"twice", " unix:x, a, unix:x", " a"},
      {"not there", " a, b", " a, b"},
      {"in a comment", " a\n#unix:x\n b", " a\n#unix:x\n b"},
      {"first of several lines", " unix:x,\n a", " \n a"},
  };
  for (const auto& row : rows) EXPECT_EQ(without_element(row.value, "unix:x"), row.want) << row.name;
}

TEST(MainCf, FindsTheValueThatCounts) {
  struct Row {
    std::string_view name;
    std::string_view text;
    std::string_view want;
  };
  const Row rows[] = {
      {"none", "a = b\n", ""},
      {"one", "a = b\nlist = x\nc = d\n", " x"},
      {"without spaces", "list=x", "x"},
      {"over lines", "list = x,\n  y\nc = d\n", " x,\n  y"},
      {"with a comment inside", "list = x,\n# no\n  y\n# behind\nc = d\n", " x,\n# no\n  y"},
      {"an empty line inside", "list = x,\n\n  y\n\nc = d\n", " x,\n\n  y"},
      {"the last one counts", "list = x\nlist = y\n", " y"},
      {"a longer name", "list_more = x\n", ""},
      {"commented out", "#list = x\n", ""},
      {"a line that continues another", "a = b\n list = x\n", ""},
      {"empty", "list =\nc = d\n", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(raw_value(row.text, "list"), row.want) << row.name;
}

TEST(MainCf, AddsTheFirstElementAndTakesItOutAgain) {
  struct Row {
    std::string_view name;
    std::string text;
    std::string want;
  };
  const std::string ours(kOurs);
  const Row rows[] = {
      {"not there", "a = b\n", "a = b\nlist = " + ours + "\n"},
      {"not there, no line end", "a = b", "a = b\nlist = " + ours + "\n"},
      {"empty", "list =\na = b\n", "list = " + ours + "\na = b\n"},
      {"one", "list = x\n", "list = " + ours + ", x\n"},
      {"without spaces", "list=x\n", "list= " + ours + ", x\n"},
      {"over lines", "list = x,\n  y\n", "list = " + ours + ", x,\n  y\n"},
      {"begins on the next line", "list =\n# no\n  x\na = b\n", "list = " + ours + ",\n# no\n  x\na = b\n"},
      {"the last one counts", "list = x\nlist = y\n", "list = x\nlist = " + ours + ", y\n"},
  };
  for (const auto& row : rows) {
    const std::string with = with_first_element(row.text, "list", kOurs);
    EXPECT_EQ(with, row.want) << row.name;
    EXPECT_TRUE(find_element(raw_value(with, "list"), "unix:backstop/milter.sock")) << row.name;
    const bool was_there = find_assignment(row.text, "list").has_value();
    const std::string left = without_list_element(with, "list", "unix:backstop/milter.sock", !was_there);
    EXPECT_EQ(texts_of(raw_value(left, "list")), texts_of(raw_value(row.text, "list"))) << row.name;
    EXPECT_EQ(find_assignment(left, "list").has_value(), was_there) << row.name;
  }
}

TEST(MainCf, SetsAValue) {
  EXPECT_EQ(with_value("a = b,\n  c\nd = e\n", "a", "x"), "a = x\nd = e\n");
  EXPECT_EQ(with_value("a = b\n", "a", ""), "a =\n");
  EXPECT_EQ(with_value("d = e", "a", "x"), "d = e\na = x\n");
}

}  // namespace
}  // namespace backstop::setup
