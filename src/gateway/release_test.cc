#include "gateway/release.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace backstop::gateway {
namespace {

GatewaySettings gateway(std::string name, store::Direction direction, std::string url) {
  GatewaySettings one;
  one.name = std::move(name);
  one.direction = direction;
  one.next_hop.url = std::move(url);
  return one;
}

Settings settings() {
  Settings all;
  all.gateways.push_back(gateway("in", store::Direction::Inbound, "inbound"));
  all.gateways.push_back(gateway("out", store::Direction::Outbound, "outbound"));
  next_hop::NextHop own;
  own.url = "its own";
  all.domains =
      intake::DomainTable({{.name = "own.test", .next_hop = std::make_shared<const next_hop::NextHop>(own)},
                           {.name = "plain.test"}});
  return all;
}

TEST(Release, KnowsTheNextHopOfWhatIsKept) {
  const struct {
    const char* name;
    const char* gateway;
    const char* domain;
    const char* want;  ///< null: none
  } rows[] = {
      {"a domain with its own", "in", "own.test", "its own"},
      {"a domain without", "in", "plain.test", "inbound"},
      {"a domain that is gone", "in", "gone.test", "inbound"},
      {"a gateway that is gone", "gone", "plain.test", nullptr},
      {"a gateway that is gone, and a domain with its own", "gone", "own.test", "its own"},
      {"on its way out", "out", "elsewhere.test", "outbound"},
      {"on its way out to a domain of ours", "out", "own.test", "outbound"},
  };
  const Settings all = settings();
  for (const auto& row : rows) {
    const auto* const found = next_hop_of({.gateway = row.gateway, .domain = row.domain}, all);
    ASSERT_EQ(found == nullptr, row.want == nullptr) << row.name;
    if (found != nullptr) EXPECT_EQ(found->url, row.want) << row.name;
  }
}

TEST(Release, NamesTheLoginThatANextHopMayWant) {
  const struct {
    std::string_view said;
    bool is_named;
  } rows[] = {
      {"next hop smtp://a:25 takes no mail: 530 5.7.0 Authentication required", true},
      {"the next hop answered: 530 log in", true},
      {"the next hop answered: 550 5.7.1 Relaying denied", true},
      {"the next hop answered: 554 5.7.8 who?", true},
      {"the next hop answered: 550 5.1.1 nobody", false},
      {"the next hop answered: 450 4.7.1 later", false},
      {"the next hop answered: 5", false},
      {"next hop smtp://a:25 can't be reached: connection refused", false},
      {"", false},
  };
  for (const auto& row : rows) EXPECT_EQ(!login_hint(row.said).empty(), row.is_named) << row.said;
}

}  // namespace
}  // namespace backstop::gateway
