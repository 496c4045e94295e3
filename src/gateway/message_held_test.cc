// A message that may be a response: what is held of it, up to which limits, and what comes past them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "gateway/message_path_fixture.h"

namespace backstop::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

TEST_F(MessagePathTest, PastTheCapAResponseIsJudgedOnItsStart) {
  set_domain(policy::Stage::Label);
  const std::string more(1000, 'x');
  for (const std::size_t past : {0UZ, 1UZ}) {
    settings_.limits.held = kBounce.size() + more.size() - past;
    begin(next_hop::MessageForm::Plain, Sender::Nobody);
    take(kBounce, false);
    EXPECT_THAT(delivery_->calls, IsEmpty());
    EXPECT_EQ(memory_.total(), kBounce.size());
    take(more, false);
    EXPECT_EQ(delivery_->calls.empty(), past == 0) << past;
    EXPECT_EQ(memory_.total(), past == 0 ? kBounce.size() + more.size() : 0);
    take("y", true);
    // The returned message would have come after the cap.
    const std::string cause = past == 0 ? "bare" : "incomplete";
    EXPECT_EQ(behind_trace("Backstop-Verdict: unproven; kind=dsn-failed; certainty=structural; cause=" +
                           cause + "; tag=silent\r\n"),
              std::string(kBounce) + more + "y");
    EXPECT_EQ(memory_.total(), 0u);
  }
}

TEST_F(MessagePathTest, PastTheCapARefusalIsSaidAndTheRestIsRead) {
  settings_.limits.held = kReturning.size() - 1;
  begin(next_hop::MessageForm::Plain, Sender::Nobody);
  take(kReturning, false);
  EXPECT_THAT(answer(), StartsWith("550 5.7.1"));
  take("more", false);
  take("", true);
  EXPECT_THAT(delivery_->calls, IsEmpty());
}

struct RoomRow {
  std::string_view name;
  std::string_view others;  ///< who holds the rest
  std::uint64_t held_total;
  std::uint64_t taken;  ///< what the others hold
  std::string_view want = "250 2.0.0 taken";
};

constexpr std::uint64_t kBounceSize = kBounce.size();
// At the limit and one past it; the others of the second kind are in the client's own network.
constexpr RoomRow kRooms[] = {
    {"there is room for all", "198.51.100.1", 16 * kBounceSize, 2 * kBounceSize},
    {"all is used by others", "198.51.100.1", 8 * kBounceSize, kBounceSize},
    {"nothing else in this network", "192.0.2.255", 16 * kBounceSize, kBounceSize},
    {"the network's share is used", "192.0.2.255", 16 * kBounceSize, kBounceSize + 1, "452 4.3.1"},
};

// At no stage it passes unjudged for want of memory.
TEST_F(MessagePathTest, AResponseThatFindsNoRoomIsPutOff) {
  for (const auto stage :
       {policy::Stage::Observe, policy::Stage::Label, policy::Stage::Quarantine, policy::Stage::Reject}) {
    set_domain(stage);
    for (const next_hop::MessageForm form : kForms) {
      for (const auto& row : kRooms) {
        settings_.limits.held_total = row.held_total;
        intake::HeldMemory::Share others(memory_, boost::asio::ip::make_address(row.others));
        ASSERT_TRUE(others.hold(Account::Responses, row.taken, settings_.limits)) << row.name;
        const std::string wire = on_the_wire(kBounce, form);
        begin(form, Sender::Nobody);
        transaction_.recipients.clear();
        add_recipient(*origin::sign({mail::Address{"bob", "example.org"}}, settings_.keys, kToday));
        take(wire.substr(0, kBounceSize), false);
        EXPECT_EQ(path_->is_past_limit(), row.want.starts_with("452")) << row.name;
        take(wire.substr(kBounceSize), true);
        EXPECT_THAT(answer(), StartsWith(row.want)) << row.name;
        EXPECT_EQ(delivery_->is_taken, row.want.starts_with("250")) << row.name;
        EXPECT_EQ(memory_.total(), row.taken) << row.name;
      }
    }
  }
}

TEST_F(MessagePathTest, AllNetworksTogetherHaveALimitForResponses) {
  settings_.limits.held_total = 9 * kBounceSize;
  for (const std::uint64_t past : {0U, 1U}) {
    std::list<intake::HeldMemory::Share> others;
    for (const char* const client :
         {"1.0.0.1", "1.0.1.1", "1.0.2.1", "1.0.3.1", "1.0.4.1", "1.0.5.1", "1.0.6.1"}) {
      others.emplace_back(memory_, boost::asio::ip::make_address(client));
      ASSERT_TRUE(others.back().hold(Account::Responses, kBounceSize, settings_.limits));
    }
    others.emplace_back(memory_, boost::asio::ip::make_address("1.0.7.1"));
    ASSERT_TRUE(others.back().hold(Account::Responses, kBounceSize + past, settings_.limits));
    for (const std::string_view end : {"more", ""}) {
      begin(next_hop::MessageForm::Plain, Sender::Nobody);
      take(kBounce, false);
      EXPECT_EQ(answer(), past == 0 ? "none yet" : reply_for(Exceeded::Held).text());
      EXPECT_THAT(delivery_->calls,
                  past == 0 ? testing::Matcher<std::vector<std::string>>(IsEmpty()) : ElementsAre("abandon"));
      take(end, true);
      EXPECT_THAT(answer(), StartsWith(past == 0 ? "550 5.7.1" : "452 4.3.1"));
      EXPECT_FALSE(delivery_->is_taken);
    }
    // A message that came whole needs no room, and is judged.
    begin(next_hop::MessageForm::Plain, Sender::Nobody);
    send(kBounce);
    EXPECT_THAT(answer(), StartsWith("550 5.7.1"));
    // Ordinary mail needs none either, however it comes.
    smtp::in_pieces(kHeader, [&](const smtp::Pieces& pieces, const std::string& how) {
      begin(next_hop::MessageForm::Plain);
      send(pieces);
      EXPECT_EQ(answer(), "250 2.0.0 taken") << how;
    });
  }
}

TEST_F(MessagePathTest, OneThatComesAloneIsJudgedAtItsShareIfThatIsLess) {
  set_domain(policy::Stage::Label);
  settings_.limits.held = 2 * kBounceSize;
  settings_.limits.held_total = 8 * kBounceSize;
  begin(next_hop::MessageForm::Plain, Sender::Nobody);
  take(kBounce, false);
  EXPECT_EQ(memory_.total(), kBounceSize);
  EXPECT_THAT(delivery_->calls, IsEmpty());
  take("y", false);
  EXPECT_THAT(delivery_->calls, ElementsAre("begin", "write"));
  take("z", true);
  EXPECT_EQ(behind_trace("Backstop-Verdict: unproven; kind=dsn-failed; certainty=structural; "
                         "cause=incomplete; tag=silent\r\n"),
            std::string(kBounce) + "yz");
}

// A header of a usual size always has room. Only the part of a longer one past that size counts.
TEST_F(MessagePathTest, ALongHeaderThatFindsNoRoomIsPutOff) {
  settings_.limits.header = 2 * intake::HeldMemory::kFreeHeader;
  settings_.limits.held_total = 1;
  const std::uint64_t share = settings_.limits.header;
  for (const std::uint64_t past : {0U, 1U}) {
    intake::HeldMemory::Share others(memory_, boost::asio::ip::make_address("192.0.2.2"));
    ASSERT_TRUE(others.hold(Account::Headers, share - 10 + past, settings_.limits));
    begin(next_hop::MessageForm::Plain);
    take("Subject: " + std::string(intake::HeldMemory::kFreeHeader - 9, 'a'), false);
    EXPECT_EQ(memory_.total(), share - 10 + past) << "that much is free";
    take("aaaaa", false);
    take("aaaaa", false);
    EXPECT_EQ(answer(), past == 0 ? "none yet" : reply_for(Exceeded::Held).text());
    take("\r\n\r\nbody\r\n", true);
    EXPECT_THAT(answer(), StartsWith(past == 0 ? "250 2.0.0" : "452 4.3.1"));
    EXPECT_EQ(path_->is_past_limit(), past == 1);
    EXPECT_EQ(memory_.total(), share - 10 + past);
    // Another network has its own share.
    client_ = boost::asio::ip::make_address("198.51.100.1");
    begin(next_hop::MessageForm::Plain);
    take("Subject: " + std::string(intake::HeldMemory::kFreeHeader + 1, 'a'), false);
    take("\r\n\r\nbody\r\n", true);
    EXPECT_THAT(answer(), StartsWith("250 2.0.0"));
    client_ = boost::asio::ip::make_address("192.0.2.1");
  }
}

TEST_F(MessagePathTest, AMessageThatIsGivenUpHoldsNothing) {
  begin(next_hop::MessageForm::Stuffed, Sender::Nobody);
  take(kBounce, false);
  EXPECT_GT(memory_.total(), 0u);
  path_.reset();
  EXPECT_EQ(memory_.total(), 0u);
}

}  // namespace
}  // namespace backstop::gateway
