#include "intake/proof_places.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "store/ledger_fixture.h"

namespace backstop::intake {
namespace {

using origin::Evidence;
using origin::EvidenceKind;
using origin::Finding;
using origin::Level;
using std::chrono::hours;

Evidence proof(Level level, std::string id, std::vector<std::string> addressees = {},
               std::uint32_t recipients = 0) {
  return {.kind = level == Level::C ? EvidenceKind::Tag : EvidenceKind::Watermark,
          .finding = Finding::Proves,
          .level = level,
          .use = {.id = std::move(id), .addressees = std::move(addressees), .recipients = recipients}};
}

class ProofPlacesTest : public testing::Test {
 protected:
  ProofPlacesTest() { store::set_clock(store::kNoon); }

  void open_ledger() {
    ledger_ = store::must_open(
        {.url = place_.url(), .batch = std::chrono::milliseconds(1), .clock = store::ledger_test_clock});
  }

  /// Judges and delivers a response; returns for each proof whether it counts: "+-".
  std::string take(std::vector<Evidence> evidence, std::string_view network = "a",
                   std::string_view digest = {}, std::uint32_t tag_recipients = 0) {
    store::UseCounter* counter = &uses_;
    if (ledger_) counter = ledger_.get();
    ProofPlaces places(counter, ledger_.get());
    net::asio::io_context loop;
    net::asio::co_spawn(
        loop.get_executor(),
        places.weigh(evidence, "ann@example.org",
                     {.digest = digest, .network = network, .now = store::ledger_test_clock()},
                     tag_recipients),
        [](std::exception_ptr error) { EXPECT_FALSE(error); });
    loop.run();
    if (is_delivered_) places.keep();
    std::string shown;
    for (const auto& one : evidence) shown += one.is_worn ? '-' : '+';
    return shown;
  }

  /// Takes one after the other until none counts. Each comes from another network if `apart`.
  int count(const Evidence& evidence, bool apart, std::uint32_t tag_recipients = 0) {
    int counted = 0;
    while (counted < 1000 &&
           take({evidence}, apart ? std::to_string(counted) : "a", {}, tag_recipients) == "+")
      ++counted;
    return counted;
  }

  store::SqliteLedgerPlace place_;
  std::unique_ptr<store::LedgerWriter> ledger_;
  store::NodeUses uses_{[] { return std::chrono::system_clock::time_point(store::ledger_test_clock()); }};
  bool is_delivered_ = true;
};

TEST_F(ProofPlacesTest, EachKindHasItsCap) {
  const struct {
    const char* name;
    Evidence proof;
    std::uint32_t tag_recipients;
    int want;
    int want_of_network;
  } rows[] = {
      {"an addressee", proof(Level::A, "a", {"zoe@else.test"}), 0, 10, 10},
      {"two addressees", proof(Level::A, "b", {"zoe@else.test", "yves@else.test"}), 0, 10, 10},
      {"unrecorded", proof(Level::B, "c"), 0, 20, 5},
      {"of few recipients", proof(Level::B, "d", {}, 4199), 0, 20, 5},
      {"of many recipients", proof(Level::B, "e", {}, 4200), 0, 21, 5},
      {"a tag", proof(Level::C, "f"), 0, 50, 10},
      {"a tag of a quiet day", proof(Level::C, "g"), 16, 50, 10},
      {"a tag of a busy day", proof(Level::C, "h"), 17, 51, 10},
  };
  for (const bool has_ledger : {false, true}) {
    if (has_ledger) open_ledger();
    for (const auto& row : rows) {
      EXPECT_EQ(count(row.proof, true, row.tag_recipients), row.want) << row.name << has_ledger;
      auto other = row.proof;
      other.use.id += " of one network";
      EXPECT_EQ(count(other, false, row.tag_recipients), row.want_of_network) << row.name << has_ledger;
    }
  }
}

TEST_F(ProofPlacesTest, ANetworkComesAgainInAnHour) {
  EXPECT_EQ(count(proof(Level::B, "a"), false), 5);
  store::pass(hours(1));
  EXPECT_EQ(count(proof(Level::B, "a"), false), 5);
}

TEST_F(ProofPlacesTest, WhatIsNotDeliveredGivesItsPlaceBack) {
  is_delivered_ = false;
  EXPECT_EQ(count(proof(Level::B, "a"), false), 1000);
}

TEST_F(ProofPlacesTest, OneAddresseeWithAPlaceIsEnough) {
  EXPECT_EQ(count(proof(Level::A, "a", {"zoe@else.test"}), false), 10);
  EXPECT_EQ(take({proof(Level::A, "a", {"zoe@else.test", "yves@else.test"})}), "+");
}

TEST_F(ProofPlacesTest, AWeakerProofIsAskedOnlyIfNoStrongerOneCounts) {
  const auto tag = proof(Level::C, "t");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(take({tag, proof(Level::A, "a", {"zoe@else.test"})}), "++");
  EXPECT_EQ(take({tag, proof(Level::A, "a", {"zoe@else.test"})}), "+-") << "the tag's first place";
  EXPECT_EQ(count(tag, false), 9);
}

TEST_F(ProofPlacesTest, ProofsOfOneLevelAllCount) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(take({proof(Level::B, "a"), proof(Level::B, "b")}), "++");
  EXPECT_EQ(take({proof(Level::B, "b")}), "-");
  const auto both = proof(Level::A, "id", {"zoe@else.test"});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(take({both, both}), "++") << "they count as one";
  EXPECT_EQ(take({both, both}), "--");
}

TEST_F(ProofPlacesTest, AHostOfOursIsNotCounted) {
  auto local = proof(Level::A, "");
  local.kind = EvidenceKind::Local;
  for (int i = 0; i < 30; ++i) EXPECT_EQ(take({local, proof(Level::B, "a")}), "++");
  EXPECT_EQ(take({proof(Level::B, "a")}), "+") << "nor was the other";
  const auto strong = proof(Level::A, "b", {"zoe@else.test"});
  for (int i = 0; i < 30; ++i) EXPECT_EQ(take({local, strong}), "++");
  EXPECT_EQ(count(strong, false), 10) << "nor was one of the same level";
}

// Its first three deliveries are one, and each further one counts.
TEST_F(ProofPlacesTest, TheSameResponseCountsOnceForThreeDeliveries) {
  open_ledger();
  const auto one = proof(Level::B, "a");
  int counted = 0;
  while (counted < 100 && take({one}, std::to_string(counted), "digest") == "+") ++counted;
  EXPECT_EQ(counted, 3 + 19);
  EXPECT_EQ(take({one}, "x", "another digest"), "-");
  store::pass(std::chrono::days(6));
  EXPECT_EQ(take({proof(Level::B, "b")}, "x", "digest"), "+");
}

TEST_F(ProofPlacesTest, WithoutACounterAProofCounts) {
  std::vector<Evidence> evidence = {proof(Level::B, "a")};
  for (int i = 0; i < 30; ++i) {
    ProofPlaces places(nullptr, nullptr);
    net::asio::io_context loop;
    net::asio::co_spawn(loop.get_executor(), places.weigh(evidence, "ann@example.org", {}, 0),
                        [](std::exception_ptr error) { EXPECT_FALSE(error); });
    loop.run();
    places.keep();
    EXPECT_FALSE(evidence.front().is_worn);
  }
}

// A copy that found no place is none that was delivered for its proof.
TEST_F(ProofPlacesTest, CopiesOfAWornResponseAreWorn) {
  open_ledger();
  const auto one = proof(Level::A, "a", {"zoe@else.test"});
  ASSERT_EQ(count(one, false), 10);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(take({one}, "a", "digest"), "-") << i;
}

TEST_F(ProofPlacesTest, OfManyCopiesAtOnceOnlyTwoAreFree) {
  open_ledger();
  const std::vector<Evidence> one = {proof(Level::A, "a", {"zoe@else.test"})};
  ASSERT_EQ(take(one, "a", "digest"), "+");
  std::vector<ProofPlaces> at_once;
  int genuine = 0;
  for (int i = 0; i < 60; ++i) {
    auto& places = at_once.emplace_back(ledger_.get(), ledger_.get());
    auto evidence = one;
    net::asio::io_context loop;
    net::asio::co_spawn(
        loop.get_executor(),
        places.weigh(evidence, "ann@example.org",
                     {.digest = "digest", .network = "a", .now = store::ledger_test_clock()}, 0),
        [](std::exception_ptr error) { EXPECT_FALSE(error); });
    loop.run();
    genuine += evidence.front().is_worn ? 0 : 1;
  }
  EXPECT_EQ(genuine, 2 + 9);
}

// A local part such as news-* has any number of owners.
TEST_F(ProofPlacesTest, AProofInAMessageHasOneCountForAllOwners) {
  int counted = 0;
  for (int i = 0; i < 40; ++i) {
    std::vector<Evidence> one = {proof(Level::B, "a")};
    const std::string network = std::to_string(i);
    ProofPlaces places(&uses_, nullptr);
    net::asio::io_context loop;
    net::asio::co_spawn(
        loop.get_executor(),
        places.weigh(one, "news-" + network + "@example.org",
                     {.digest = {}, .network = network, .now = store::ledger_test_clock()}, 0),
        [](std::exception_ptr error) { EXPECT_FALSE(error); });
    loop.run();
    places.keep();
    counted += one.front().is_worn ? 0 : 1;
  }
  EXPECT_EQ(counted, 20);
}

}  // namespace
}  // namespace backstop::intake
