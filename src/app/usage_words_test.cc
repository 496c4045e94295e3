#include "app/usage_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <array>
#include <span>
#include <string_view>
#include <vector>

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
              {"its beginning, of two", "rep", "report replay"},
              {"a part of it", "config", "check-config"},
              {"a part that is not whole", "conf", ""},
              {"a short beginning", "hi", ""},
              {"upper case", "KEYS", "keys"},
              {"nothing alike", "nonsense", ""},
              {"nothing", "", ""}};
  for (const auto& row : rows) {
    EXPECT_EQ(fmt::format("{}", fmt::join(suggestions(row.text, kNames), " ")), row.want) << row.name;
  }
}

TEST(Suggestion, OfTooManyIsNone) {
  const std::vector<std::string_view> many = {"dsn-a", "dsn-b", "dsn-c", "dsn-d", "dsn-e"};
  EXPECT_EQ(suggestions("dsn", many), (std::vector<std::string_view>{}));
  EXPECT_EQ(suggestions("dsn", std::span(many).first(4)).size(), 4u);
}

TEST(Suggestion, AsAQuestion) {
  using Names = std::vector<std::string_view>;
  EXPECT_EQ(did_you_mean(Names{"history"}), "; did you mean history?");
  EXPECT_EQ(did_you_mean(Names{"report", "replay"}), "; did you mean report or replay?");
  EXPECT_EQ(did_you_mean(Names{"a", "b", "c"}), "; did you mean a, b or c?");
  EXPECT_EQ(did_you_mean({}), "");
}

}  // namespace
}  // namespace backstop::app
