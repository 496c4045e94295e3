#include "opensmtpd/bridge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>

#include "net/loop_fixture.h"

namespace backstop::opensmtpd {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string kConfig =
    "config|smtpd-version|6.8.0p2\nconfig|smtp-session-timeout|300\nconfig|subsystem|smtp-in\nconfig|ready\n";

std::string report(std::string_view event, std::string_view session, std::string_view rest) {
  return "report|0.6|1.1|smtp-in|" + std::string(event) + "|" + std::string(session) + "|" +
         std::string(rest) + "\n";
}

std::string question(std::string_view phase, std::string_view session, std::string_view rest) {
  return "filter|0.6|1.1|smtp-in|" + std::string(phase) + "|" + std::string(session) + "|2e|" +
         std::string(rest) + "\n";
}

class OpensmtpdBridge : public net::LoopTest {
 protected:
  // Returns what OpenSMTPD hears. It has said all this, and then closed its side.
  std::string heard(std::string_view said, bool is_sound = true) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    const net::Peer near(ends[0]);
    net::Peer far(ends[1]);
    far.send(said);
    Bridge bridge(loop_, near.descriptor(), near.descriptor(),
                  {.session = {.tempfail = tempfail_},
                   .find_places = [this] { return ++asked_, places_; },
                   .tell = [this](std::string_view text) { told_.emplace_back(text); }});
    run(play(bridge, far, is_sound));
    near.shut_down();
    return got_ + far.receive();
  }

  base::Result<Places> places_ = Places{};
  bool tempfail_ = false;
  int asked_ = 0;
  std::vector<std::string> told_;

 private:
  net::Task<void> play(Bridge& bridge, const net::Peer& far, bool is_sound) {
    far.shut_down();
    const auto done = co_await bridge.run();
    EXPECT_EQ(done.has_value(), is_sound);
    // What waits for a connection that is not there.
    net::Timer timer(loop_.context(), std::chrono::milliseconds(100));
    co_await timer.async_wait(net::kUseTask);
  }
  std::string got_;
};

TEST_F(OpensmtpdBridge, RegistersWhenOpensmtpdIsReady) {
  const auto all = heard(kConfig);
  EXPECT_THAT(all, StartsWith("register|report|smtp-in|link-connect\n"));
  EXPECT_THAT(all, EndsWith("register|ready\n"));
  EXPECT_EQ(heard("config|subsystem|smtp-out\nconfig|ready\n"), "register|ready\n");
  EXPECT_THAT(heard("config|smtpd-version|6.6.1\nconfig|ready\n"),
              HasSubstr("register|filter|smtp-in|commit\n"));
  EXPECT_EQ(heard("config|smtpd-version|6.6.1\n"), "");
  EXPECT_EQ(asked_, 0);
}

TEST_F(OpensmtpdBridge, LinesThatAreNotKnownAreToldAndNothingMore) {
  EXPECT_EQ(heard("rubbish\n"), "");
  EXPECT_THAT(told_, ElementsAre("OpenSMTPD sent a line that is not known: \"rubbish\""));
}

TEST_F(OpensmtpdBridge, ALineWithoutAnEndIsNoOpensmtpd) {
  heard(std::string(kMostLine + 70'000, 'x'), false);
}

std::string a_mail(std::string_view session) {
  return report("link-connect", session, "mx.example.net|pass|192.0.2.1:2525|198.51.100.1:25") +
         report("tx-mail", session, "1a2b3c4d|ok|bob@example.net") +
         question("rcpt-to", session, "ann@example.org");
}

// One after the other, each of its own session.
TEST_F(OpensmtpdBridge, WithoutAPlaceMailGoesOn) {
  EXPECT_EQ(heard(a_mail("1f") + a_mail("2f") + report("link-disconnect", "2f", "")),
            "filter-result|1f|2e|proceed\n");
  EXPECT_THAT(told_,
              ElementsAre("a mail goes on unjudged: it is not known where the milter listens for this mail"));
  EXPECT_EQ(asked_, 1);
}

TEST_F(OpensmtpdBridge, WithoutAServerMailWaits) {
  tempfail_ = true;
  places_->smtp = net::Target{.host = {}, .port = 0, .path = "/nonexistent/milter.sock"};
  EXPECT_THAT(heard(a_mail("1f")), StartsWith("filter-result|1f|2e|reject|451 4.3.0 "));
  EXPECT_THAT(told_, ElementsAre(HasSubstr("/nonexistent/milter.sock: no such file")));
}

TEST_F(OpensmtpdBridge, WithoutAConfigurationMailGoesOn) {
  places_ = std::unexpected(base::Error{"no such file"});
  EXPECT_EQ(heard(a_mail("1f")), "filter-result|1f|2e|proceed\n");
  EXPECT_THAT(told_, ElementsAre("no such file", HasSubstr("unjudged")));
}

}  // namespace
}  // namespace backstop::opensmtpd
