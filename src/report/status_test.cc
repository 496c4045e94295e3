#include "report/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>

#include "report/status_page.h"

namespace backstop::report {
namespace {

namespace json = boost::json;
using store::Direction;
using store::Done;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::sys_days kToday{std::chrono::year(2026) / 11 / 30};
const Moment kNoon = kToday + std::chrono::hours(12);

store::Event event(Direction direction, Done done, std::string kind = "none", std::string origin = "") {
  store::Event event;
  event.time = kNoon;
  event.direction = direction;
  event.done = done;
  event.kind = std::move(kind);
  event.origin = std::move(origin);
  return event;
}

Status whole() {
  Status status;
  status.version = "1.2.3";
  status.process = 4711;
  status.now = kNoon;
  status.started = kNoon - std::chrono::hours(26) - std::chrono::minutes(3);
  status.config_file = "/etc/backstop/backstop.toml";
  status.config_read = kNoon - std::chrono::hours(1);
  status.workers = status.workers_counted = 2;
  status.most_sessions = 20'000;
  status.gateways = {
      {.name = "in", .addresses = {"127.0.0.1:25", "[::1]:25"}, .next_hop = "smtp://a", .sessions = 3},
      {.name = "out",
       .direction = Direction::Outbound,
       .addresses = {"127.0.0.1:26"},
       .next_hop = "smtp://b",
       .sessions = 1}};
  status.next_hops = {{.url = "smtp://a",
                       .gateways = {"in"},
                       .state = Status::HopState::Works,
                       .sessions = 2,
                       .idle = 1,
                       .most = 1000},
                      {.url = "smtp://b",
                       .gateways = {"out"},
                       .domains = {"example.org"},
                       .state = Status::HopState::Fails,
                       .since = kNoon - std::chrono::minutes(5),
                       .why = "can't be reached: connection refused"},
                      {.url = "smtp://c", .domains = {"example.net", "example.com"}}};
  status.next_hops[0].refuses_late = {
      {.domain = "example.org", .gateways = {"in"}, .refused = 7, .bounced = 0, .has_recipients = false}};
  status.today.emplace(kToday);
  status.today->add(event(Direction::Inbound, Done::Refused, "dsn-failed", "forged"));
  status.today->add(event(Direction::Inbound, Done::Refused, "dsn-failed", "unproven"));
  status.today->add(event(Direction::Inbound, Done::Delivered));
  status.today->add(event(Direction::Outbound, Done::Delivered));
  status.today->add({.domain = "example.org",
                     .day = kToday,
                     .counts = {.left = 10, .watermark = 9, .message = 9, .tag = 2}});
  status.stores = {{.name = "history",
                    .url = "sqlite:/var/history.db",
                    .trouble = "the disk is full",
                    .waiting = 12,
                    .lost = 3},
                   {.name = "quarantine", .url = "sqlite:/var/quarantine.db", .kept = 1}};
  status.domains = {.count = 3, .stages = {1, 0, 0, 2}, .not_ready = {"example.org"}};
  return status;
}

class StatusTest : public testing::Test {
 protected:
  StatusTest() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
};

TEST_F(StatusTest, ADayCountsItsOwnTransactionsAlone) {
  DayCount day(kToday);
  auto yesterday = event(Direction::Inbound, Done::Delivered);
  yesterday.time -= std::chrono::days(1);
  day.add(yesterday);
  auto tomorrow = event(Direction::Inbound, Done::Delivered);
  tomorrow.time += std::chrono::days(1);
  day.add(tomorrow);
  auto surge = event(Direction::Inbound, Done::Delivered);
  surge.done.reset();
  day.add(surge);
  auto opened = event(Direction::Inbound, Done::Delivered);
  opened.direction.reset();
  day.add(opened);
  day.add({.domain = "example.org", .day = kToday - std::chrono::days(1), .counts = {.left = 10}});
  EXPECT_EQ(
      json::serialize(day.json()),
      R"({"day":"2026-11-30","is_whole":true,"inbound":{},"outbound":{},"responses":{},"origins":{},)"
      R"("sums":{"left":0,"watermark":0,"dkim":0,"message":0,"tag":0,"genuine":0,"contradictions":0,"unproven":0}})");
}

TEST_F(StatusTest, ADayCountsByWayAndByWhatWasDone) {
  DayCount day(kToday);
  day.add(event(Direction::Inbound, Done::Refused, "dsn-failed", "forged"));
  day.add(event(Direction::Inbound, Done::Labelled, "dsn-failed", "unproven"));
  day.add(event(Direction::Inbound, Done::Labelled, "auto-reply", "genuine"));
  day.add(event(Direction::Inbound, Done::Delivered, "none"));
  day.add(event(Direction::Inbound, Done::Deferred, ""));
  day.add(event(Direction::Outbound, Done::Delivered, "dsn-failed", "unproven"));
  day.add({.domain = "a.example", .day = kToday, .counts = {.left = 1, .tag = 1}});
  day.add({.domain = "b.example", .day = kToday, .counts = {.left = 2}});
  day.is_cut();
  EXPECT_EQ(
      json::serialize(day.json()),
      R"({"day":"2026-11-30","is_whole":false,"inbound":{"delivered":1,"labelled":2,"refused":1,"deferred":1},)"
      R"("outbound":{"delivered":1},"responses":{"dsn-failed":2,"auto-reply":1},)"
      R"("origins":{"unproven":1,"genuine":1,"forged":1},)"
      R"("sums":{"left":3,"watermark":0,"dkim":0,"message":0,"tag":1,"genuine":0,"contradictions":0,"unproven":0}})");
}

TEST_F(StatusTest, ThePageSaysAll) {
  EXPECT_EQ(status_page(to_json(whole())),
            "Backstop\n"
            "  version        1.2.3\n"
            "  runs since     2026-11-29 09:57:00 UTC (1 d 2 h)\n"
            "  process        4711\n"
            "  configuration  /etc/backstop/backstop.toml\n"
            "  read           2026-11-30 11:00:00 UTC\n"
            "  sessions       4 of at most 20000\n"
            "\n"
            "Gateways\n"
            "  in   inbound, 127.0.0.1:25, [::1]:25; 3 sessions\n"
            "  out  outbound, 127.0.0.1:26; 1 session\n"
            "\n"
            "Next hops\n"
            "  smtp://a  works; 2 sessions, 1 idle; gateway in\n"
            "            refuses late: example.org: the next hop takes recipients that it\n"
            "            later refuses: 7 in 7 days (gateway in); give this domain a file\n"
            "            of recipients (`recipients`)\n"
            "  smtp://b  fails since 2026-11-30 11:55:00 UTC: can't be reached: connection\n"
            "            refused; 0 sessions; gateway out; domain example.org\n"
            "  smtp://c  not yet connected to; 0 sessions; domains example.net, example.com\n"
            "\n"
            "Today (2026-11-30, UTC)\n"
            "  came in         1 delivered, 2 refused\n"
            "  responses       2 dsn-failed\n"
            "  their origin    1 unproven, 1 forged\n"
            "  went out        1 delivered\n"
            "  of our domains  10 left, 9 of them with a watermark or a DKIM signature, 2\n"
            "                  with a tag\n"
            "  Delivered mail that is no response is not counted, unless ordinary = true in\n"
            "  [history].\n"
            "\n"
            "Stores\n"
            "  history     fails: the disk is full; 12 not yet written; 3 lost since the\n"
            "              start (sqlite:/var/history.db)\n"
            "  quarantine  works; 1 response (sqlite:/var/quarantine.db)\n"
            "\n"
            "Domains by stage\n"
            "  observe    1\n"
            "  reject     2\n"
            "  not ready  example.org: their stage acts as label (backstop ready says why)\n");
}

TEST_F(StatusTest, ThePageSaysWhatIsUnusual) {
  auto status = whole();
  status.is_stopping = true;
  status.reload_failure = "a.toml:3:1: bad";
  status.workers_counted = 1;
  status.today.reset();
  EXPECT_THAT(status_page(to_json(status)),
              AllOf(HasSubstr("It is stopping: it takes no new sessions.\n"),
                    HasSubstr("The last reload changed nothing: a.toml:3:1: bad\n"),
                    HasSubstr("only 1 of 2 threads have answered\n"), HasSubstr("There is no history"),
                    Not(HasSubstr("came in"))));
}

TEST_F(StatusTest, TheOtherDoorsAreShownByTheirNames) {
  Status status;
  status.doors = {{.name = "milter", .addresses = {"unix:/m"}, .connections = 3, .most = 10},
                  {.name = "http", .addresses = {"inet:127.0.0.1:8580"}, .connections = 1, .most = 10}};
  const auto object = to_json(status);
  EXPECT_TRUE(object.at("socketmap").is_null());
  EXPECT_EQ(object.at("milter").at("most_connections").as_uint64(), 10u);
  const auto page = status_page(object);
  EXPECT_THAT(page, HasSubstr("\nMilter\n  at           unix:/m\n  connections  3 of mail servers\n"));
  EXPECT_THAT(page,
              HasSubstr("\nDashboard\n  at           inet:127.0.0.1:8580\n  connections  1 of clients\n"));
  EXPECT_THAT(page, testing::Not(HasSubstr("Socketmap")));
}

TEST_F(StatusTest, AMaildirHasNoSessions) {
  Status status;
  status.next_hops = {{.url = "maildir:/m", .gateways = {"in"}, .state = Status::HopState::Works}};
  EXPECT_THAT(status_page(to_json(status)), HasSubstr("\n  maildir:/m  works; gateway in\n"));
}

TEST_F(StatusTest, ListsHaveALimit) {
  Status status;
  status.domains.not_ready.assign(Status::kMostListed + 1, "example.org");
  status.next_hops.assign(Status::kMostListed + 1, {.url = "smtp://a"});
  const auto object = to_json(status);
  EXPECT_EQ(object.at("next_hops").as_array().size(), Status::kMostListed);
  EXPECT_EQ(object.at("domains").at("not_ready").as_array().size(), Status::kMostListed);
  EXPECT_THAT(status_page(object), HasSubstr("and 991 more"));
}

// The socket may have another server than ours behind it.
TEST_F(StatusTest, ThePageTakesWhateverComes) {
  for (
      const char* const text :
      {"{}",
       R"({"version":1,"now":"x","started":[],"configuration":"","sessions":[],"gateways":{},"next_hops":1})",
       R"({"gateways":[1,{"addresses":[1],"sessions":-1}],"next_hops":[null,{"state":7,"refuses_late":[2,{"gateways":[3]}]}]})",
       R"({"today":{"inbound":{"a":"b"},"sums":[]},"stores":[[],{"kept":1e300}],"domains":{"stages":{"x":{}}}})"}) {
    EXPECT_THAT(status_page(json::parse(text).as_object()), HasSubstr("Backstop\n")) << text;
  }
  const auto page = status_page(
      json::parse("{\"version\":\"\\u001b[31m\",\"gateways\":[{\"name\":\"a\\u202eb\",\"addresses\":["
                  "\"\\n\\u0007\"]}],"
                  "\"today\":{\"inbound\":{\"\\u001b\":1}},\"domains\":{\"stages\":{\"\\u001b\":1}}}")
          .as_object());
  EXPECT_THAT(page, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\a")), Not(HasSubstr("\xE2\x80\xAE"))));
}

}  // namespace
}  // namespace backstop::report
