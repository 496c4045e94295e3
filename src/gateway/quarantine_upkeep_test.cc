#include "gateway/quarantine_upkeep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/folder_fixture.h"
#include "gateway/shared.h"
#include "intake/kept_fixture.h"
#include "net/loop_fixture.h"

namespace backstop::gateway {
namespace {

using std::chrono::days;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr auto kToday = std::chrono::sys_days(std::chrono::year(2026) / 11 / 30);

/// The gateway "in" delivers, "broken" does not, and "gone" is not there any more.
class QuarantineUpkeepTest : public net::LoopTest {
 protected:
  QuarantineUpkeepTest() {
    shared_.clock = [] { return std::chrono::system_clock::time_point(kToday); };
    std::ofstream(folder_.path("file")) << "no folder";
  }
  ~QuarantineUpkeepTest() override { shared_.blocking.join(); }

  /// Adds one that is a day older than the one before.
  void add(std::string id, std::string gateway, std::vector<std::string> recipients) {
    kept_.push_back({.id = std::move(id),
                     .time = kToday - days(kept_.size()),
                     .gateway = std::move(gateway),
                     .client = "[192.0.2.1]",
                     .recipients = std::move(recipients)});
  }
  void look(std::size_t most_mails = QuarantineUpkeep::kMostMails) {
    auto quarantine = std::make_unique<intake::FakeQuarantine>();
    auto* const fake = quarantine.get();
    fake->listed.kept = kept_;
    fake->is_digest_due = is_due_;
    fake->failure = failure_;
    QuarantineUpkeep upkeep(std::move(quarantine), {}, most_mails);
    run(upkeep.look(shared_, pool_, is_draining_));
    told_ = fake->told;
  }
  std::vector<std::string> mailed() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      if (entry.is_directory()) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }
  std::shared_ptr<const Settings> settings() const {
    auto settings = std::make_shared<Settings>();
    settings->hostname = "mx.example.org";
    settings->gateways.resize(2);
    settings->gateways[0].name = "in";
    settings->gateways[0].next_hop = *next_hop::parse_next_hop("maildir:" + folder_.path("%n"));
    settings->gateways[1].name = "broken";
    settings->gateways[1].next_hop = *next_hop::parse_next_hop("maildir:" + folder_.path("file/%n"));
    return settings;
  }

  base::TemporaryFolder folder_;
  intake::NoticeList notices_;
  Shared shared_{settings(), notices_};
  next_hop::Pool pool_{loop_, shared_.hops, shared_.alarm};
  std::vector<store::KeptEnvelope> kept_;
  bool is_due_ = true;
  bool is_draining_ = false;
  std::string failure_;  ///< of set_told()
  std::vector<std::string> told_;
};

TEST_F(QuarantineUpkeepTest, AResponseIsToldOnceAllItsOwnersAre) {
  add("3f", "broken", {"bob@example.org"});
  add("2f", "in", {"ann@example.org", "bob@example.org"});
  add("1f", "in", {"ann@example.org", "cid@example.org"});
  look();
  EXPECT_THAT(mailed(), ElementsAre("ann", "cid"));
  EXPECT_THAT(told_, ElementsAre("1f")) << "bob has not heard of 2f";
  ASSERT_EQ(notices_.lines.size(), 2U) << "the first one is the next hop's";
  EXPECT_THAT(notices_.lines[1],
              StartsWith("quarantine: owners told what is kept back for them: 2 of 3; the others are told "
                         "tomorrow. The last one who could not be told: maildir:" +
                         folder_.path("file/%n") + " answered 451 "));
}

TEST_F(QuarantineUpkeepTest, TheOthersAreToldTomorrow) {
  add("3f", "in", {"ann@example.org"});
  add("2f", "in", {"bob@example.org"});
  add("1f", "in", {"cid@example.org"});
  look(2);
  EXPECT_THAT(mailed(), ElementsAre("bob", "cid"));
  EXPECT_THAT(told_, ElementsAre("1f", "2f"));
  EXPECT_THAT(notices_.lines, ElementsAre("quarantine: owners told what is kept back for them: 2 of 3; "
                                          "the others are told tomorrow"));
}

TEST_F(QuarantineUpkeepTest, AnOwnerWithoutANextHop) {
  add("1f", "gone", {"ann@example.org"});
  look();
  EXPECT_THAT(told_, IsEmpty());
  EXPECT_THAT(notices_.lines,
              ElementsAre(HasSubstr("owners told what is kept back for them: 0 of 1; the others are told "
                                    "tomorrow. The last one who could not be told: the configuration has no "
                                    "next hop for it")));
}

// Else all who were told up to the end of the program would be told again.
TEST_F(QuarantineUpkeepTest, EachIsMarkedBeforeTheNextIsTold) {
  add("2f", "in", {"ann@example.org"});
  add("1f", "in", {"bob@example.org"});
  failure_ = "quarantine q: the disk is full";
  look();
  EXPECT_THAT(mailed(), ElementsAre("bob"));
  EXPECT_THAT(notices_.lines, ElementsAre(failure_, HasSubstr("for them: 1 of 2")));
}

TEST_F(QuarantineUpkeepTest, AWorkerThatDrainsTellsNobody) {
  add("1f", "in", {"ann@example.org"});
  is_draining_ = true;
  look();
  EXPECT_THAT(mailed(), IsEmpty());
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(QuarantineUpkeepTest, OnADayOnWhichAllWereToldNobodyIs) {
  add("1f", "in", {"ann@example.org"});
  is_due_ = false;
  look();
  EXPECT_THAT(mailed(), IsEmpty());
  EXPECT_THAT(notices_.lines, IsEmpty());
}

}  // namespace
}  // namespace backstop::gateway
