#include "app/roff.h"

#include <gtest/gtest.h>

namespace backstop::app::roff {
namespace {

TEST(Roff, TextIsNoRequestAndNoEscape) {
  const struct {
    const char* name;
    std::string_view text;
    std::string_view want;
  } rows[] = {{"plain", "a b", "a b"},
              {"option", "--at", "\\-\\-at"},
              {"backslash", "a\\fB", "a\\efB"},
              {"request", ".SH X", "\\&.SH X"},
              {"quote", "'a'", "\\&'a'"}};
  for (const auto& row : rows) EXPECT_EQ(escaped(row.text), row.want) << row.name;
}

TEST(Roff, CodeIsBold) {
  const struct {
    const char* name;
    std::string_view text;
    std::string_view want;
  } rows[] = {{"none", "a", "a"},
              {"one", "Run `b c`.", "Run \\fBb c\\fR\\&."},
              {"first", "`b` c", "\\fBb\\fR c"},
              {"open", "a `b", "a `b"},
              {"two", "`a` `b`", "\\fBa\\fR \\fBb\\fR"}};
  for (const auto& row : rows) EXPECT_EQ(sentences(row.text), row.want) << row.name;
}

TEST(Roff, PlainText) {
  EXPECT_EQ(plain(".TH X 1 2026\\-01\\-01\n.SH NAME\nx \\- y\n.SH OPTIONS\n.TP\n\\fB\\-a\\fR \\fIN\\fR\nSays "
                  "\\fBa\\fR\nand b.\n.SS x b\nMore.\n.PP\nAnd more.\n.nf\n  as  it\\e is\n.fi\n"),
            "NAME\n    x - y\n\nOPTIONS\n    -a N\n        Says a and b.\n\n  x b\n    More.\n\n    And "
            "more.\n      as  it\\ is\n");
}

}  // namespace
}  // namespace backstop::app::roff
