#include "gateway/current_settings.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace backstop::gateway {
namespace {

struct Named {
  std::string name;
  Direction direction = Direction::Inbound;
};

/// `help_url` tells one from another.
std::shared_ptr<const Settings> settings(const std::vector<Named>& gateways, std::string help_url) {
  auto made = std::make_shared<Settings>();
  made->help_url = std::move(help_url);
  for (const auto& [name, direction] : gateways) {
    auto& gateway = made->gateways.emplace_back();
    gateway.name = name;
    gateway.direction = direction;
  }
  return made;
}

const std::vector<Named> kBoth = {{"other"}, {"in"}};

class CurrentSettingsTest : public testing::Test {
 protected:
  std::shared_ptr<const Settings> first_ = settings(kBoth, "first");
  std::atomic<std::shared_ptr<const Settings>> newest_{first_};
  CurrentSettings current_{newest_, first_, "in"};
};

TEST_F(CurrentSettingsTest, BeginsWithWhatItIsGiven) {
  newest_ = settings(kBoth, "second");
  EXPECT_EQ(current_.get(), first_);
  EXPECT_EQ(current_->help_url, "first");
  EXPECT_EQ(current_.name(), "in");
  EXPECT_EQ(&current_.gateway(), &first_->gateways[1]);
  EXPECT_FALSE(current_.is_gone());
}

struct ReloadRow {
  std::string_view name;
  std::vector<Named> gateways;
  bool want_gone;
};

const ReloadRow kReloads[] = {
    {"the same", kBoth, false},
    {"in another place", {{"in"}, {"other"}}, false},
    {"alone", {{"in"}}, false},
    {"gone", {{"other"}}, true},
    {"none at all", {}, true},
    // A login to the one means nothing to the other.
    {"in the other direction", {{"other"}, {"in", Direction::Outbound}}, true},
    {"a name that only begins alike", {{"inbound"}}, true},
};

TEST_F(CurrentSettingsTest, TakesTheNewestIfTheyHaveItsGateway) {
  for (const auto& row : kReloads) {
    CurrentSettings current(newest_, first_, "in");
    const auto next = settings(row.gateways, "second");
    newest_ = next;
    EXPECT_EQ(current.take_newest(), !row.want_gone) << row.name;
    EXPECT_EQ(current.is_gone(), row.want_gone) << row.name;
    EXPECT_EQ(current.get(), row.want_gone ? first_ : next) << row.name;
    EXPECT_EQ(current.gateway().name, "in") << row.name;
    const auto& of = current.get()->gateways;
    EXPECT_TRUE(&current.gateway() >= of.data() && &current.gateway() < of.data() + of.size()) << row.name;
    newest_ = first_;
  }
}

TEST_F(CurrentSettingsTest, LooksWithoutTaking) {
  for (const auto& row : kReloads) {
    CurrentSettings current(newest_, first_, "in");
    newest_ = settings(row.gateways, "second");
    EXPECT_FALSE(current.is_gone()) << row.name << ": nobody has looked";
    current.look();
    EXPECT_EQ(current.is_gone(), row.want_gone) << row.name;
    EXPECT_EQ(current.get(), first_) << row.name;
    newest_ = first_;
  }
}

TEST_F(CurrentSettingsTest, AGatewayMayComeBack) {
  newest_ = settings({}, "second");
  EXPECT_FALSE(current_.take_newest());
  newest_ = settings(kBoth, "third");
  EXPECT_TRUE(current_.take_newest());
  EXPECT_FALSE(current_.is_gone());
  EXPECT_EQ(current_->help_url, "third");
}

TEST_F(CurrentSettingsTest, WithNothingNewerItKeepsWhatItHas) {
  EXPECT_TRUE(current_.take_newest());
  EXPECT_EQ(current_.get(), first_);
}

}  // namespace
}  // namespace backstop::gateway
