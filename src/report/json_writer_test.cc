#include "report/json_writer.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "base/text.h"
#include "report/json_line.h"

namespace backstop::report {
namespace {

using namespace std::string_view_literals;

std::string line_of(std::string_view text) {
  JsonWriter out;
  out.begin_list();
  out.text("", text);
  out.end_list();
  return std::move(out).take_line();
}

struct Row {
  const char* name;
  std::string_view text;
  std::string_view want_line;
};

constexpr Row kRows[] = {
    {"empty", "", "[\"\"]\n"},
    {"plain", "a b~ /", "[\"a b~ /\"]\n"},
    {"quote and backslash", "a\"b\\",
     R"(["a\"b\\"])"
     "\n"},
    {"controls with a letter", "\b\f\n\r\t",
     R"(["\b\f\n\r\t"])"
     "\n"},
    {"controls without", "\0a\x1F\x7F"sv,
     R"(["\u0000a\u001f\u007f"])"
     "\n"},
    {"letters stay", "grün 日本 📧", "[\"grün 日本 📧\"]\n"},
    {"a control past ASCII", "\u009B", "[\"\\u009b\"]\n"},
    {"the override of direction", "ü\u202Eb", "[\"ü\\u202eb\"]\n"},
    {"a tag", "\U000E0041", "[\"\\udb40\\udc41\"]\n"},
    {"no UTF-8", "a\xFF\xC3(", "[\"a\uFFFD\uFFFD(\"]\n"},
    {"cut short", "\xF0\x9F\x93", "[\"\uFFFD\uFFFD\uFFFD\"]\n"},
    {"a surrogate", "\xED\xA0\x80", "[\"\uFFFD\uFFFD\uFFFD\"]\n"},
    {"overlong", "\xC0\xAF", "[\"\uFFFD\uFFFD\"]\n"},
};

TEST(JsonWriter, WritesTextAsTheTreeDoes) {
  for (const Row& row : kRows) {
    EXPECT_EQ(line_of(row.text), row.want_line) << row.name;
    const boost::json::value value = boost::json::array{boost::json::string(base::well_formed(row.text))};
    EXPECT_EQ(line_of(row.text), json_line(value)) << row.name;
    EXPECT_EQ(boost::json::parse(line_of(row.text)), value) << row.name;
  }
}

// Every pair of bytes, before, between and behind plain text.
TEST(JsonWriter, AnyBytesAreWrittenAsTheTreeDoes) {
  for (int first = 0; first < 256; ++first) {
    std::string text;
    for (int second = 0; second < 256; ++second) {
      text += static_cast<char>(first);
      text += static_cast<char>(second);
      text += "a\xF0\x9F\x93\xA7";
    }
    const boost::json::value value = boost::json::array{boost::json::string(base::well_formed(text))};
    EXPECT_EQ(line_of(text), json_line(value)) << first;
  }
}

TEST(JsonWriter, WritesMembersInTheirOrder) {
  JsonWriter out;
  out.begin_object();
  out.begin_object("empty");
  out.end_object();
  out.begin_list("list");
  out.text("", "{");
  out.text("", "[");
  out.begin_object();
  out.number("least", INT64_MIN);
  out.number("one", 1);
  out.end_object();
  out.begin_list();
  out.end_list();
  out.end_list();
  out.truth("yes", true);
  out.truth("no", false);
  out.none("nothing");
  out.end_object();
  EXPECT_EQ(std::move(out).take_line(),
            R"({"empty":{},"list":["{","[",{"least":-9223372036854775808,"one":1},[]],)"
            R"("yes":true,"no":false,"nothing":null})"
            "\n");
}

}  // namespace
}  // namespace backstop::report
