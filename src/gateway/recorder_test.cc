#include "gateway/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "origin/tag_fixture.h"

namespace backstop::gateway {
namespace {

using base::LogLevel;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class Kept : public intake::Journal {
 public:
  void record(store::Event event) override { events.push_back(std::move(event)); }
  void count(store::DaySums counted) override { sums.push_back(std::move(counted)); }
  void notice(LogLevel level, std::string_view line) override { lines.emplace_back(level, line); }

  std::vector<store::Event> events;
  std::vector<store::DaySums> sums;
  std::vector<std::pair<LogLevel, std::string>> lines;
};

std::shared_ptr<const Settings> one_gateway() {
  auto settings = std::make_shared<Settings>();
  settings->gateways.emplace_back().name = "in";
  settings->limits.sessions = 77;
  return settings;
}

class RecorderTest : public testing::Test {
 protected:
  RecorderTest() {
    client_.greet("c.test");
    transaction_.settings = settings_.get();
    transaction_.site = transaction_.settings.get();
    transaction_.gateway = &settings_.gateway();
    transaction_.id = "1f";
    transaction_.begun = std::chrono::steady_clock::now();
    transaction_.clock = [] { return std::chrono::system_clock::time_point(std::chrono::hours(1)); };
  }

  RecipientBatch::Asked asked(const smtp::Reply& answer, intake::Decider decider) const {
    RecipientBatch::Asked asked;
    asked.command.recipient = origin::address_of("bob@example.org");
    asked.is_parsed = true;
    asked.answer = answer;
    asked.decider = decider;
    return asked;
  }
  std::vector<std::string> recorded() const {
    std::vector<std::string> causes;
    for (const auto& event : kept_.events) causes.push_back(event.cause);
    return causes;
  }

  Kept kept_;
  Shared shared_{one_gateway(), kept_};
  CurrentSettings settings_{shared_.settings, shared_.settings.load(), "in"};
  Client client_{*net::parse_endpoint("192.0.2.1:1001"), *net::parse_endpoint("192.0.2.25:25")};
  Recorder recorder_{shared_, settings_, client_};
  Transaction transaction_;
};

const smtp::Reply kTaken(250, "2.0.0", "taken");
const smtp::Reply kRefusal(550, "5.0.0", "no");
const smtp::Reply kDeferral(452, "4.5.3", "later");

TEST_F(RecorderTest, AnEventSaysWhoseItIs) {
  recorder_.message(transaction_, {.reply = kTaken, .is_delivered = true});
  ASSERT_EQ(kept_.events.size(), 1u);
  const auto& event = kept_.events.front();
  EXPECT_EQ(event.gateway, "in");
  EXPECT_EQ(event.client, "192.0.2.1");
  EXPECT_EQ(event.helo, "c.test");
  EXPECT_EQ(event.id, "1f");
  EXPECT_EQ(event.time.time_since_epoch(), std::chrono::hours(1));
  EXPECT_EQ(event.done, store::Done::Delivered);
}

TEST_F(RecorderTest, MailThatLeavesIsCountedForItsDomain) {
  const auto settings = std::make_shared<Settings>();
  settings->domains = {{.name = "example.org"}};
  transaction_.site = settings.get();
  transaction_.direction = store::Direction::Outbound;
  transaction_.today = origin::day(20780);
  transaction_.mail.reverse_path = {origin::address_of("ann@Example.org")};
  transaction_.leaving = intake::Leaving{.sender = "ann@example.org"};
  recorder_.message(transaction_, {.reply = kTaken, .is_delivered = true});
  recorder_.message(transaction_, {.reply = kRefusal});
  transaction_.mail.reverse_path = {origin::address_of("bob@else.test")};
  transaction_.leaving = intake::Leaving{};
  recorder_.message(transaction_, {.reply = kTaken, .is_delivered = true});
  EXPECT_EQ(kept_.events.size(), 3u);
  ASSERT_EQ(kept_.sums.size(), 1u) << "of a domain of ours, once the next hop has it";
  EXPECT_EQ(kept_.sums.front().domain, "example.org");
  EXPECT_EQ(kept_.sums.front().day, origin::day(20780));
  EXPECT_EQ(kept_.sums.front().counts.left, 1u);
}

TEST_F(RecorderTest, ASenderThatWasRefusedIsRecorded) {
  recorder_.sender(transaction_, {.action = policy::Action::Refuse, .cause = policy::Cause::NotAuthorized},
                   kRefusal);
  EXPECT_THAT(recorded(), ElementsAre("not-authorized"));
}

TEST_F(RecorderTest, ARecipientIsRecordedUnlessItWasTaken) {
  using enum intake::Decider;
  recorder_.recipient(transaction_, asked(kTaken, NextHop));
  auto no_address = asked(kRefusal, Policy);
  no_address.is_parsed = false;
  recorder_.recipient(transaction_, no_address);
  EXPECT_THAT(recorded(), IsEmpty());
  recorder_.recipient(transaction_, asked(kRefusal, NextHop));
  recorder_.recipient(transaction_, asked(kRefusal, NextHop));
  EXPECT_THAT(recorded(), ElementsAre("next-hop", "next-hop"));
}

TEST_F(RecorderTest, OfRecipientsPastTheLimitTheFirstIsRecorded) {
  using enum intake::Decider;
  recorder_.recipient(transaction_, asked(kDeferral, Limit));
  recorder_.recipient(transaction_, asked(kDeferral, Limit));
  recorder_.recipient(transaction_, asked(kRefusal, NextHop));
  EXPECT_THAT(recorded(), ElementsAre("limit", "next-hop"));
}

TEST_F(RecorderTest, LinesAboutAClientNameIt) {
  recorder_.no_proxy_header();
  recorder_.no_tls("it spoke in the clear");
  recorder_.turned_away(Exceeded::SessionsPerClient);
  EXPECT_THAT(kept_.lines,
              ElementsAre(Pair(LogLevel::Debug, "no PROXY header from 192.0.2.1"),
                          Pair(LogLevel::Debug, "no TLS with client 192.0.2.1: it spoke in the clear"),
                          Pair(LogLevel::Debug, testing::HasSubstr("client 192.0.2.1 is turned away"))));
}

TEST_F(RecorderTest, AFullServerIsNoDetail) {
  recorder_.turned_away(Exceeded::Sessions);
  ASSERT_EQ(kept_.lines.size(), 1u);
  EXPECT_NE(kept_.lines.front().first, LogLevel::Debug);
  EXPECT_THAT(kept_.lines.front().second, testing::HasSubstr("77"));
}

TEST_F(RecorderTest, AnHttpRequestIsShownByItsFirstLine) {
  const struct {
    std::string line;
    std::string want;
  } rows[] = {
      {"GET / HTTP/1.1\r\n", "GET / HTTP/1.1"},
      {"GET / HTTP/1.1\n", "GET / HTTP/1.1"},
      {"GET / HTTP/1.1", "GET / HTTP/1.1"},
      {"GET /\x1b HTTP/1.1\r\n", "GET /\xef\xbf\xbd HTTP/1.1"},
      {std::string(101, 'x'), std::string(100, 'x') + "\xe2\x80\xa6"},
      {std::string(100, 'x'), std::string(100, 'x')},
  };
  for (const auto& row : rows) {
    kept_.lines.clear();
    recorder_.http_request(row.line);
    EXPECT_THAT(
        kept_.lines,
        ElementsAre(Pair(LogLevel::Info,
                         "client 192.0.2.1 sent an HTTP request, and its session was ended: " + row.want)));
  }
}

}  // namespace
}  // namespace backstop::gateway
