#include "response/standing_words.h"

#include <gtest/gtest.h>

namespace backstop::response {
namespace {

struct Row {
  const char* name;
  std::string_view report;
  std::string_view want;
};

TEST(StandingWords, AreLeftOut) {
  const Row rows[] = {
      {"nothing", "", ""},
      {"words alone", "550 no such user", "550 no such user"},
      {"Postfix", "If you do so, please include this problem report. <a@example.org>: no",
       " . <a@example.org>: no"},
      {"in capitals", "POSTMASTER: 554 5.0.0 SERVICE UNAVAILABLE", "POSTMASTER:  "},
      {"a sentence within another", "and this is a permanent error, no", "and  , no"},
      {"within a word", "xthis is a permanent error", "xthis is a permanent error"},
      {"the begin of a sentence", "this is a permanent", "this is a permanent"},
      {"the longer of two sentences",
       "After one or more unsuccessful delivery attempts the attached message has been removed from the mail",
       " "},
  };
  for (const Row& row : rows) EXPECT_EQ(without_standing_words(row.report), row.want) << row.name;
}

TEST(StandingWords, MayBeCutAnywhere) {
  constexpr std::string_view kReport = "This is a permanent error. 554 5.0.0 Service unavailable";
  for (std::size_t length = 0; length <= kReport.size(); ++length)
    EXPECT_LE(without_standing_words(kReport.substr(0, length)).size(), length) << length;
}

}  // namespace
}  // namespace backstop::response
