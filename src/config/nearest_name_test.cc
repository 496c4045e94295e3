#include "config/nearest_name.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::config {
namespace {

constexpr std::string_view kNames[] = {"listen", "name", "next_hop", "next_hop_tls", "xclient", "tls"};

struct Row {
  std::string text;
  std::string_view want;
};

TEST(NearestName, FindsWhatWasMeant) {
  const Row rows[] = {
      {"listen", "listen"},
      {"lisen", "listen"},      // one left out
      {"listenn", "listen"},    // one too many
      {"listan", "listen"},     // one replaced
      {"ilsten", "listen"},     // two exchanged
      {"LISTEN", "listen"},     // case
      {"nexthop", "next_hop"},  //
      {"next-hop-tls", "next_hop_tls"},
      {"nam", "name"},
      {"tl", "tls"},
      {"next_hop_tl", "next_hop_tls"},  // nearer than next_hop
  };
  for (const Row& row : rows) EXPECT_EQ(nearest_name(row.text, kNames), row.want) << row.text;
}

TEST(NearestName, SaysNothingIfNoNameIsNear) {
  const Row rows[] = {
      {"", ""},       {"lst", ""},  // three of six letters
      {"nome_x", ""},               // two of four
      {"x", ""},      {"hostname", ""}, {std::string(65, 'l'), ""},
  };
  for (const Row& row : rows) EXPECT_EQ(nearest_name(row.text, kNames), row.want) << row.text;
}

TEST(NearestName, TakesAsMuchAsAThirdOfTheName) {
  const std::string name(64, 'a');
  const std::string_view names[] = {name};
  EXPECT_EQ(nearest_name(std::string(64 - 21, 'a'), names), name);
  EXPECT_EQ(nearest_name(std::string(64 - 22, 'a'), names), "");
}

TEST(NearestName, KnowsNoName) {
  EXPECT_EQ(nearest_name("listen", {}), "");
}

TEST(NearestNames, AllThatAreAsNear) {
  constexpr std::array<std::string_view, 3> kAlike = {"abcd", "abce", "xyz"};
  EXPECT_EQ(nearest_names("abc", kAlike), (std::vector<std::string_view>{"abcd", "abce"}));
  EXPECT_EQ(nearest_names("abce", kAlike), (std::vector<std::string_view>{"abce"}));
  EXPECT_EQ(nearest_names("q", kAlike), (std::vector<std::string_view>{}));
}

}  // namespace
}  // namespace backstop::config
