// One connection: packets in, answers out, whatever their order.
#include "filter/milter_session.h"

#include "filter/filter_fixture.h"

namespace backstop::filter {
namespace {

std::string connected() {
  return packet('C', client_data("192.0.2.1")) + packet('H', text("helo.test"));
}
std::string hello() {
  return offer() + connected();
}
std::string envelope(std::string_view sender = "<a@else.test>") {
  return packet('M', text(sender)) + packet('R', text("<bob@example.org>"));
}
std::string field(std::string_view name = "Subject", std::string_view value = " b") {
  return packet('L', text(name) + text(value));
}
std::string ordinary() {
  return envelope() + field() + packet('N');
}
std::string bounce_header() {
  return field("Content-Type", " multipart/report; report-type=delivery-status; boundary=x");
}

class MilterSessionTest : public FilterTest {};

TEST_F(MilterSessionTest, AgreesOnWhatIsOffered) {
  const auto answers = answers_to(offer(0x1ff, 0x1fffff) + packet('Q'));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_THAT(answers[0], StartsWith("O |||"));
  EXPECT_THAT(answers[0], HasSubstr("i {auth_authen} {daemon_name}"));
  EXPECT_THAT(answers_to(offer(0x3f, 0x7f) + packet('Q')), ElementsAre(Not(HasSubstr("auth_authen"))));
}

TEST_F(MilterSessionTest, ManyMessagesUseOneConnection) {
  const auto answers = answers_to(hello() + ordinary() + ordinary() + ordinary() + packet('Q'));
  EXPECT_THAT(answers, ElementsAre(StartsWith("O"), "c", "a", "c", "a", "c", "a"));
  EXPECT_EQ(journal_.events.size(), 3u);
}

struct PacketsRow {
  const char* name;
  std::string bytes;  ///< behind the negotiation
  std::vector<std::string> want;
  std::string want_line;  ///< in the log; empty: none
};

const PacketsRow kPackets[] = {
    {"nothing more", "", {}, ""},
    {"no message", packet('C', client_data("192.0.2.1")), {}, ""},
    {"the steps of Sendmail", packet('C', client_data("192.0.2.1")) + ordinary(), {"c", "a"}, ""},
    {"what comes after the answer says nothing new",
     connected() + ordinary() + packet('B', "x") + packet('E'),
     {"c", "a", "a", "a"},
     ""},
    {"an abort", connected() + envelope() + packet('A') + ordinary(), {"c", "c", "a"}, ""},
    {"an abort without a message", connected() + packet('A') + ordinary(), {"c", "a"}, ""},
    {"MAIL within a message", connected() + envelope() + ordinary(), {"c", "c", "a"}, ""},
    {"another client",
     connected() + envelope() + packet('K') + packet('C', client_data("192.0.2.3")) + ordinary(),
     {"c", "c", "a"},
     ""},
    {"an end without a header", connected() + envelope() + packet('E'), {"c", "a"}, ""},
    {"DATA and an unknown command",
     connected() + envelope() + packet('U', text("XYZ")) + packet('T') + field() + packet('N'),
     {"c", "c", "c", "a"},
     ""},
    {"a second negotiation", offer(), {}, "'O' that can't come now"},
    {"a recipient before MAIL", connected() + packet('R', text("<a@b>")), {}, "'R' that can't come now"},
    {"MAIL before the client", packet('M', text("<a@b>")), {}, "'M' that can't come now"},
    {"a field behind the header",
     connected() + envelope() + bounce_header() + packet('N') + field(),
     {"c", "c"},
     "'L' that can't come now"},
    {"an unknown packet", packet('Z'), {}, "which isn't known"},
    {"a packet of length 0", std::string(4, '\0'), {}, "of length 0"},
    {"a packet that is too large", milter::octets_of(milter::kMostData + 2) + "B", {}, "the most is"},
    {"a web browser", "GET / HTTP/1.1\r\n\r\n", {}, "the most is"},
    {"a client without its NUL", packet('C', "x"), {}, "milter"},
    {"a field without its NUL", connected() + envelope() + packet('L', "x"), {"c"}, "milter"},
    {"macros without a step", packet('D'), {}, "macros"},
    {"too many macros",
     packet('D', "C" + std::string(milter::Macros::kMostOctets + 1, 'x')),
     {},
     "macros of"},
};

TEST_F(MilterSessionTest, PacketsHaveAnOrder) {
  for (const auto& row : kPackets) {
    // A line of its own for each: they are told once a minute.
    EventList journal;
    MilterServer server(settings(), journal);
    auto [near, far] = net::tcp_ends();
    net::Socket socket(loop_.context(), {AF_INET, IPPROTO_TCP}, near.release());
    std::atomic<std::size_t> count = 1;
    auto session = std::make_unique<MilterSession>(workplace_, std::move(socket), server,
                                                   intake::Ticket(count), Door::Smtp, "192.0.2.9:1");
    far.send(offer() + row.bytes + packet('Q'));
    run(session->run());
    session.reset();
    auto got = far.receive();
    auto answers = take_shown(got);
    ASSERT_FALSE(answers.empty()) << row.name;
    EXPECT_THAT(answers[0], StartsWith("O")) << row.name;
    answers.erase(answers.begin());
    EXPECT_EQ(answers, row.want) << row.name;
    const auto line = testing::AllOf(StartsWith("milter: the connection of 192.0.2.9:1 was closed: "),
                                     HasSubstr(row.want_line));
    const std::vector<testing::Matcher<std::string>> want_lines(row.want_line.empty() ? 0 : 1, line);
    EXPECT_THAT(journal.lines, testing::ElementsAreArray(want_lines)) << row.name;

    EXPECT_EQ(count, 0u) << row.name;
    EXPECT_THAT(workplace_.sessions, IsEmpty()) << row.name;
    EXPECT_EQ(workplace_.shared().held.total(), 0u) << row.name;
  }
}

struct SilenceRow {
  const char* name;
  MilterTimes times;
  std::string bytes;
  bool is_chatty = false;  ///< a field comes again and again
};

constexpr std::chrono::seconds kShort{1};

// The connection ends by itself, and what was held of a message is given back.
TEST_F(MilterSessionTest, ASilentServerIsLeft) {
  const SilenceRow rows[] = {
      {"before the negotiation", {.idle = kShort}, ""},
      {"between messages", {.idle = kShort}, hello() + ordinary()},
      {"before the text", {.text = kShort}, hello() + envelope("<>")},
      {"within a message", {.packet = kShort}, hello() + envelope("<>") + bounce_header()},
      {"a message without an end", {.message = kShort}, hello() + envelope("<>") + bounce_header(), true},
  };
  for (const auto& row : rows) {
    settings_.times = row.times;
    server_.reload(settings());
    auto [near, far] = net::tcp_ends();
    auto session = session_of(std::move(near));
    const auto stream = stream_of(std::move(far));
    bool has_ended = false;
    const auto wait = [&]() -> net::Task<void> {
      co_await session->run();
      has_ended = true;
    };
    const auto talk = [&]() -> net::Task<void> {
      EXPECT_TRUE(co_await stream->write(row.bytes));
      while (row.is_chatty && !has_ended) {
        co_await tick(1);
        (void)co_await stream->write(field());
      }
    };
    run(wait(), talk());
    EXPECT_EQ(workplace_.shared().held.total(), 0u) << row.name;
  }
}

TEST_F(MilterSessionTest, NothingComesBeforeTheNegotiation) {
  for (const char letter : {'C', 'H', 'M', 'B', 'E', 'D'}) {
    EXPECT_THAT(answers_to(packet(letter, text("x")) + offer()), IsEmpty()) << letter;
  }
}

// An old version, and a packet that is cut.
TEST_F(MilterSessionTest, ABadNegotiationEndsTheConnection) {
  EXPECT_THAT(answers_to(packet('O', milter::octets_of(1) + milter::octets_of(0x1ff) + milter::octets_of(0))),
              IsEmpty());
  EXPECT_THAT(answers_to(packet('O', "x")), IsEmpty());
}

TEST_F(MilterSessionTest, PacketsMayComeInAnyPieces) {
  server_.reload(settings());
  const std::string bytes = hello() + envelope("<>") + bounce_header() + packet('N') +
                            packet('B', kBounce.substr(kBounce.find("--x"))) + packet('E') + packet('Q');
  auto [near, far] = net::tcp_ends();
  auto session = session_of(std::move(near));
  const auto stream = stream_of(std::move(far));
  std::string got;
  net::Failure end{};
  const auto send = [](net::Stream& to, const std::string& all) -> net::Task<void> {
    for (const char& octet : all) {
      EXPECT_TRUE(co_await to.write({&octet, 1}));
      co_await net::asio::post(net::kUseTask);
    }
  };
  const auto serve = [](std::unique_ptr<MilterSession> one) -> net::Task<void> { co_await one->run(); };
  run(serve(std::move(session)), send(*stream, bytes), net::read_to_end(*stream, got, end));
  EXPECT_EQ(end, net::Failure::Closed);
  EXPECT_THAT(take_shown(got), ElementsAre(StartsWith("O"), "c", "c", "c", StartsWith("y 550 ")));
}

// The largest packet that may be, and one past it (above).
TEST_F(MilterSessionTest, ALargePacketIsTaken) {
  const auto answers = answers_to(hello() + envelope() +
                                  packet('L', "X" + std::string(1, '\0') + std::string(300'000, 'x') + '\0') +
                                  field() + packet('N') + packet('Q'));
  EXPECT_THAT(answers, ElementsAre(StartsWith("O"), "c", StartsWith("y 552 5.3.4")));
}

TEST_F(MilterSessionTest, ABodyThatDoesNotEndCostsNoMoreThanIsHeld) {
  settings_.limits.held = 100'000;
  server_.reload(settings());
  auto [near, far] = net::tcp_ends();
  auto session = session_of(std::move(near));
  far.send(hello() + envelope("<>") + bounce_header() + packet('N'));
  std::uint64_t most = 0;
  const auto send = [](net::Peer& to, intake::HeldMemory& held, std::uint64_t& seen) -> net::Task<void> {
    for (int i = 0; i < 100; ++i) {
      to.send(packet('B', std::string(60'000, 'x')));
      for (int turns = 0; turns < 20; ++turns) co_await net::asio::post(net::kUseTask);
      seen = std::max(seen, held.total());
    }
    to.shut_down();
  };
  run(session->run(), send(far, workplace_.shared().held, most));
  session.reset();
  EXPECT_EQ(most, 100'000u);
  EXPECT_EQ(workplace_.shared().held.total(), 0u);
  auto got = far.receive();
  const auto answers = take_shown(got);
  ASSERT_EQ(answers.size(), 103u);
  EXPECT_EQ(answers[3], "c");
  EXPECT_EQ(answers.back(), "s");
  EXPECT_THAT(journal_.events, IsEmpty());
}

TEST_F(MilterSessionTest, AMailServerThatLeavesEndsTheSession) {
  server_.reload(settings());
  for (const auto& bytes : {std::string(), std::string("\0\0"), offer(), hello() + envelope(),
                            hello() + packet('M').substr(0, 3)}) {
    auto [near, far] = net::tcp_ends();
    auto session = session_of(std::move(near));
    far.send(bytes);
    far.shut_down();
    run(session->run());
    session.reset();
    EXPECT_EQ(connections_, 0u);
    EXPECT_THAT(workplace_.sessions, IsEmpty());
  }
}

// Macros of the connection, of MAIL and of later steps.
TEST_F(MilterSessionTest, MacrosCountForTheirMessage) {
  const auto login = packet('D', "M" + text("{auth_authen}") + text("ann") + text("i") + text("4F1"));
  const auto later = packet('D', "R" + text("i") + text("4F2"));
  const auto answers =
      answers_to(hello() + login + ordinary() + packet('A') + ordinary() + later + packet('Q'));
  EXPECT_EQ(answers.size(), 5u);
  ASSERT_EQ(journal_.events.size(), 2u);
  EXPECT_EQ(journal_.events[0].direction, store::Direction::Outbound);
  EXPECT_EQ(journal_.events[0].id, "4F1");
  EXPECT_EQ(journal_.events[1].direction, store::Direction::Inbound) << "the login was of the message before";
}

TEST_F(MilterSessionTest, ADaemonIsToldWithTheConnection) {
  const auto daemon = packet('D', "C" + text("{daemon_name}") + text("ORIGINATING"));
  (void)answers_to(offer() + daemon + packet('C', client_data("192.0.2.1")) + ordinary() + ordinary() +
                   packet('K') + packet('C', client_data("192.0.2.1")) + ordinary() + packet('Q'));
  ASSERT_EQ(journal_.events.size(), 3u);
  EXPECT_EQ(journal_.events[0].direction, store::Direction::Outbound);
  EXPECT_EQ(journal_.events[1].direction, store::Direction::Outbound);
  EXPECT_EQ(journal_.events[2].direction, store::Direction::Inbound);
}

TEST_F(MilterSessionTest, IsOfNoGateway) {
  auto [near, far] = net::tcp_ends();
  EXPECT_EQ(session_of(std::move(near))->gateway_name(), "milter");
}

class DrainTest : public FilterTest {
 protected:
  static net::Task<void> turns() {
    for (int i = 0; i < 50; ++i) co_await net::asio::post(net::kUseTask);
  }
  // Drains or hurries once the packets are there, and then sends the rest.
  static net::Task<void> end_it(FakeWorkplace& workplace, bool& flag, net::Peer& far, std::string rest) {
    co_await turns();
    flag = true;
    for (auto* const session : std::vector(workplace.sessions)) session->drain();
    co_await turns();
    if (!rest.empty()) far.send(rest);
  }

  std::vector<std::string> answers_around(bool& flag, const std::string& before, const std::string& after) {
    server_.reload(settings());
    auto [near, far] = net::tcp_ends();
    auto session = session_of(std::move(near));
    far.send(before);
    run(session->run(), end_it(workplace_, flag, far, after));
    session.reset();
    auto got = far.receive();
    return take_shown(got);
  }
};

TEST_F(DrainTest, ASessionBetweenMessagesEnds) {
  EXPECT_THAT(answers_around(workplace_.draining, hello() + ordinary(), {}),
              ElementsAre(StartsWith("O"), "c", "a"));
}

TEST_F(DrainTest, AMessageThatHasBegunMayEnd) {
  EXPECT_THAT(answers_around(workplace_.draining, hello() + envelope(), field() + packet('N')),
              ElementsAre(StartsWith("O"), "c", "a"));
}

TEST_F(DrainTest, NoOtherMessageBegins) {
  EXPECT_THAT(answers_around(workplace_.draining, hello() + envelope(), field() + packet('N') + ordinary()),
              ElementsAre(StartsWith("O"), "c", "a"));
}

TEST_F(DrainTest, InAHurryAMessageIsCut) {
  EXPECT_THAT(answers_around(workplace_.hurrying, hello() + envelope(), {}),
              ElementsAre(StartsWith("O"), "c"));
  EXPECT_THAT(journal_.events, IsEmpty());
}

}  // namespace
}  // namespace backstop::filter
