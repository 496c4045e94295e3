#include "app/usage_words.h"

#include <gtest/gtest.h>

#include <array>

namespace backstop::app {
namespace {

TEST(Suggestion, Rows) {
  constexpr std::array<std::string_view, 6> kNames = {"check-config", "history", "held",
                                                      "keys",         "report",  "replay"};
  const struct {
    const char* name;
    std::string_view text;
    std::string_view want;
  } rows[] = {{"the name itself", "keys", "keys"},
              {"two letters exchanged", "histroy", "history"},
              {"its beginning", "hist", "history"},
              {"its beginning, but of two", "rep", ""},
              {"a part of it", "config", "check-config"},
              {"a part that is not whole", "conf", ""},
              {"a short beginning", "hi", ""},
              {"upper case", "KEYS", "keys"},
              {"nothing alike", "nonsense", ""},
              {"nothing", "", ""}};
  for (const auto& row : rows) EXPECT_EQ(suggestion(row.text, kNames), row.want) << row.name;
}

TEST(Suggestion, AsAQuestion) {
  EXPECT_EQ(did_you_mean("history"), "; did you mean history?");
  EXPECT_EQ(did_you_mean(""), "");
}

}  // namespace
}  // namespace backstop::app
