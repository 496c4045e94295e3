// What every history does, whatever database is behind it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <ranges>
#include <thread>

#include "store/history.h"
#include "store/history_contract_fixture.h"

namespace backstop::store {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

INSTANTIATE_TEST_SUITE_P(Store, HistoryContract, testing::ValuesIn(backends()),
                         [](const auto& backend) { return std::string(backend.param.name); });

std::vector<std::string> ids(const std::vector<Event>& events) {
  std::vector<std::string> out;
  for (const Event& event : events) out.push_back(event.id);
  return out;
}

// Closing writes the events that wait, also those that nobody flushed.
TEST_P(HistoryContract, AnEventComesBackAsItWas) {
  {
    const auto history = must_open(settings());
    record(*history, make_event(1));
    record(*history, {});
    ASSERT_TRUE(history->flush(kLong));
    EXPECT_THAT(read(), ElementsAre(make_event(1), Event()));
    record(*history, make_event(2));
  }
  EXPECT_THAT(read(), ElementsAre(make_event(2), make_event(1), Event()));
  const auto again = must_open(settings());
  EXPECT_THAT(read(), ElementsAre(make_event(2), make_event(1), Event()));
}

TEST_P(HistoryContract, NothingIsThereAtFirst) {
  const auto history = must_open(settings());
  EXPECT_TRUE(history->flush(kLong));
  EXPECT_THAT(read(), IsEmpty());
  EXPECT_EQ(history->counters().recorded, 0u);
}

// Events are recorded in another order than that of their times.
TEST_P(HistoryContract, EventsAreFoundByTheOrderOfRecording) {
  const auto history = must_open(settings());
  ASSERT_TRUE(history->flush(kLong));
  auto reader = open_history_for_reading(place_->url());
  ASSERT_TRUE(reader);
  EXPECT_EQ(*(*reader)->newest(), 0);
  const int numbers[] = {5, 1, 9, 3};
  std::vector<std::int64_t> newest;
  std::vector<std::string> recorded;
  for (const int number : numbers) {
    Event event = make_event(number);
    event.addresses = {number == 1 ? "ben@example.org" : "ann@example.org"};
    record(*history, std::move(event));
    ASSERT_TRUE(history->flush(kLong));
    newest.push_back(*(*reader)->newest());
    recorded.push_back(make_event(number).id);
  }
  EXPECT_TRUE(std::ranges::is_sorted(newest, std::ranges::less_equal()));
  const auto found = [&](std::int64_t after, std::int64_t up_to, std::string address) {
    return ids(read({.recorded = RecordedRange{after, up_to}, .address = std::move(address)}));
  };
  EXPECT_THAT(found(0, newest[3], ""), ElementsAre(recorded[3], recorded[2], recorded[1], recorded[0]));
  EXPECT_THAT(found(newest[0], newest[2], ""), ElementsAre(recorded[2], recorded[1]));
  EXPECT_THAT(found(newest[3], newest[3] + 100, ""), IsEmpty());
  constexpr auto kAnn = "ann@example.org";
  EXPECT_THAT(found(0, newest[3], kAnn), ElementsAre(recorded[3], recorded[2], recorded[0]));
  EXPECT_THAT(found(newest[1], newest[2], kAnn), ElementsAre(recorded[2]));
  EXPECT_THAT(found(newest[0], newest[1], kAnn), IsEmpty());
}

struct TextRow {
  const char* name;
  std::string text;
  std::string want;
};

TEST_P(HistoryContract, AnyTextIsOnlyText) {
  using namespace std::string_literals;
  const TextRow rows[] = {
      {"empty", "", ""},
      {"umlauts", "jörg@bücher.example", "jörg@bücher.example"},
      {"beyond the first plane", "\U0001F4E7 \U00010FFF", "\U0001F4E7 \U00010FFF"},
      {"quotes", R"('"; DROP TABLE event; -- \")", R"('"; DROP TABLE event; -- \")"},
      {"signs of patterns", "%_*?[]", "%_*?[]"},
      {"signs of JSON", R"(["a", {"b": null}])", R"(["a", {"b": null}])"},
      {"line ends and controls", "a\r\nb\t\x1b[31m\x7f", "a\r\nb\t\x1b[31m\x7f"},
      {"NUL", "a\0b"s, "a\uFFFDb"},
      {"Latin-1", "J\xF6rg", "J\uFFFDrg"},
      {"cut UTF-8", "a\xF0\x9F\x93", "a\uFFFD\uFFFD\uFFFD"},
      {"long", std::string(100'000, 'x'), std::string(100'000, 'x')},
  };
  const auto history = must_open(settings());
  for (const auto& row : rows) {
    Event event;
    event.id = event.helo = event.explanation = event.reverse_path = event.reply = row.text;
    event.recipients = {row.text, "b" + row.text};
    event.evidence = {{row.text, row.text, row.text, row.text}};
    record(*history, event);
    ASSERT_TRUE(history->flush(kLong)) << row.name;
    Event want;
    want.id = want.helo = want.explanation = want.reverse_path = want.reply = row.want;
    want.recipients = {row.want, "b" + row.want};
    want.evidence = {{row.want, row.want, row.want, row.want}};
    const auto found = read({.most = 1});
    ASSERT_THAT(found, SizeIs(1)) << row.name;
    EXPECT_TRUE(found.front() == want) << row.name;
    if (row.want.empty()) continue;
    EXPECT_THAT(read({.id = row.want}), SizeIs(1)) << row.name;
    EXPECT_THAT(read({.address = "b" + row.want}), SizeIs(1)) << row.name;
  }
}

struct FilterRow {
  const char* name;
  HistoryFilter filter;
  std::vector<std::string> want;  ///< ids
};

Event sample(std::string id, int at, std::function<void(Event&)> change) {
  Event event = make_event(at);
  event.id = std::move(id);
  event.contradiction = false;
  change(event);
  return event;
}

// Recorded in this order.
std::vector<Event> samples() {
  return {
      sample("a", 10, [](Event& e) { e.client = "2001:db8::1"; }),
      sample("b", 20, [](Event& e) { e.kind = "auto-reply"; }),
      sample("c", 30,
             [](Event& e) {
               e.origin = "genuine";
               e.contradiction = true;
             }),
      sample("d", 40,
             [](Event& e) {
               e.verdict = Verdict::Accept;
               e.cause = "stale";
               e.next_stage = Verdict::Label;
             }),
      sample("e", 50, [](Event& e) { e.done = Done::Failed; }),
      sample("f", 60,
             [](Event& e) {
               e.direction = Direction::Outbound;
               e.kind = "none";
               e.tag = "none (a reason)";
             }),
      sample("g", 70, [](Event& e) { e.addresses = {"zoe@example.com"}; }),
      sample("h", 80, [](Event& e) { e.addresses = {"x@example.org", "zoe@example.com"}; }),
      sample("i", 80, [](Event& e) { e.addresses = {"zoe@example.com", "zoe@example.com"}; }),
      sample("a", 15, [](Event&) {}),
  };
}

TEST_P(HistoryContract, EveryFieldFilters) {
  const FilterRow rows[] = {
      {"all, newest first", {}, {"i", "h", "g", "f", "e", "d", "c", "b", "a", "a"}},
      {"most", {.most = 3}, {"i", "h", "g"}},
      {"none", {.most = 0}, {}},
      {"since, included", {.since = kThen + seconds(70)}, {"i", "h", "g"}},
      {"since, one past it", {.since = kThen + seconds(70) + milliseconds(1)}, {"i", "h"}},
      {"until, excluded", {.until = kThen + seconds(20)}, {"a", "a"}},
      {"until, one past it", {.until = kThen + seconds(20) + milliseconds(1)}, {"b", "a", "a"}},
      {"from and to", {.since = kThen + seconds(30), .until = kThen + seconds(50)}, {"d", "c"}},
      {"nothing between", {.since = kThen + seconds(50), .until = kThen + seconds(30)}, {}},
      {"reverse path", {.address = "bob20@example.net"}, {"b"}},
      {"recipient", {.address = "ann20@example.org"}, {"b"}},
      {"second recipient", {.address = "ben20@example.org"}, {"b"}},
      {"an address, each event once", {.address = "zoe@example.com"}, {"i", "h", "g"}},
      {"an address since", {.since = kThen + seconds(80), .address = "zoe@example.com"}, {"i", "h"}},
      {"an address until", {.until = kThen + seconds(80), .address = "zoe@example.com"}, {"g"}},
      {"an address, most", {.address = "zoe@example.com", .most = 2}, {"i", "h"}},
      {"an address and more", {.address = "zoe@example.com", .id = "h"}, {"h"}},
      {"part of an address", {.address = "zoe@example"}, {}},
      {"pattern", {.address = "%@example.com"}, {}},
      {"client", {.client = "2001:db8::1"}, {"a"}},
      {"kind", {.kind = "auto-reply"}, {"b"}},
      {"origin", {.origin = "genuine"}, {"c"}},
      {"verdict", {.verdict = Verdict::Accept}, {"d"}},
      {"done", {.done = Done::Failed}, {"e"}},
      {"cause", {.cause = "stale"}, {"d"}},
      {"next stage", {.next_stage = Verdict::Label}, {"d"}},
      {"untagged", {.is_untagged = true}, {"f"}},
      {"untagged, of an address", {.address = "ann60@example.org", .is_untagged = true}, {"f"}},
      {"untagged, and more", {.done = Done::Failed, .is_untagged = true}, {}},
      {"contradiction", {.is_contradiction = true}, {"c"}},
      {"contradiction, of an address", {.address = "ann30@example.org", .is_contradiction = true}, {"c"}},
      {"contradiction, and more", {.done = Done::Failed, .is_contradiction = true}, {}},
      {"direction", {.direction = Direction::Outbound}, {"f"}},
      {"id, of more than one event", {.id = "a"}, {"a", "a"}},
      {"the beginning of an id", {.id_prefix = "a"}, {"a", "a"}},
      {"not the beginning of an id", {.id_prefix = "aa"}, {}},
      {"responses", {.is_response = true, .most = 2}, {"i", "h"}},
      {"bounces and notices of delivery", {.is_dsn = true}, {"i", "h", "g", "e", "d", "c", "a", "a"}},
      {"responses that left", {.direction = Direction::Outbound, .is_response = true}, {}},
      {"case matters", {.kind = "AUTO-REPLY"}, {}},
      {"case matters in an address", {.address = "ZOE@example.com"}, {}},
      {"all at once",
       {.since = kThen,
        .until = kThen + hours(1),
        .address = "ann30@example.org",
        .client = "192.0.2.30",
        .kind = "dsn-failed",
        .origin = "genuine",
        .verdict = Verdict::Refuse,
        .done = Done::Labelled,
        .direction = Direction::Inbound,
        .id = "c",
        .most = 1},
       {"c"}},
      {"all but one", {.kind = "dsn-failed", .origin = "genuine", .done = Done::Failed}, {}},
  };
  const auto history = must_open(settings());
  for (const Event& event : samples()) record(*history, event);
  ASSERT_TRUE(history->flush(kLong));
  for (const auto& row : rows) EXPECT_EQ(ids(read(row.filter)), row.want) << row.name;
  const auto reader = must_open_for_reading(place_->url());
  for (const auto& row : rows) {
    std::vector<std::string> seen;
    ASSERT_TRUE(reader->visit(row.filter, [&](const Event& event) { seen.push_back(event.id); })) << row.name;
    EXPECT_EQ(seen, row.want) << row.name;
  }
}

TEST_P(HistoryContract, EveryRecipientOfManyIsFound) {
  const auto history = must_open(settings());
  Event event = make_event(1);
  event.recipients.clear();
  for (int i = 0; i < 3000; ++i) event.recipients.push_back("user" + std::to_string(i) + "@example.org");
  record(*history, event);
  record(*history, make_event(2));
  ASSERT_TRUE(history->flush(kLong));
  for (const int i : {0, 1, 1500, 2999}) {
    EXPECT_THAT(ids(read({.address = event.recipients[static_cast<std::size_t>(i)]})), ElementsAre("id1"));
  }
  EXPECT_THAT(ids(read({.address = "ann2@example.org"})), ElementsAre("id2"));
}

TEST_P(HistoryContract, AHundredThousandEvents) {
  constexpr int kEvents = 100'000;
  const auto history = must_open(settings());
  for (int i = 0; i < kEvents; ++i) record(*history, make_event(i));
  ASSERT_TRUE(history->flush(kLong));
  EXPECT_EQ(history->counters().written, kEvents);
  EXPECT_EQ(history->counters().lost, 0u);
  const auto all = read({.most = kEvents + 1});
  ASSERT_THAT(all, SizeIs(kEvents));
  for (int i = 0; i < kEvents; i += 997) {
    EXPECT_EQ(all[static_cast<std::size_t>(kEvents - 1 - i)], make_event(i));
  }
  EXPECT_THAT(read({.address = "ann77777@example.org"}), ElementsAre(make_event(77777)));
  EXPECT_THAT(read({.client = "192.0.2.77", .most = kEvents}), SizeIs(kEvents / 250));
}

TEST_P(HistoryContract, CountsWhatAFullBufferLoses) {
  HistorySettings small = settings();
  small.buffer = 10;
  const auto history = must_open(small, warn());
  ASSERT_TRUE(history->flush(kLong));
  place_->lock();
  for (int i = 0; i < 9; ++i) record(*history, make_event(i));
  EXPECT_EQ(history->counters().lost, 0u);
  record(*history, make_event(9));
  EXPECT_EQ(history->counters().lost, 0u) << "at the limit";
  for (int i = 10; i < 15; ++i) record(*history, make_event(i));
  EXPECT_EQ(history->counters().recorded, 10u);
  EXPECT_EQ(history->counters().lost, 5u);
  EXPECT_FALSE(history->flush(milliseconds(600)));
  EXPECT_THAT(read(), IsEmpty()) << "reading goes on meanwhile";
  ASSERT_THAT(warnings(), SizeIs(1)) << "said once, however often it is tried";
  place_->unlock();
  ASSERT_TRUE(history->flush(kLong));
  EXPECT_EQ(history->counters().written, 10u);
  EXPECT_EQ(history->counters().lost, 5u);
  EXPECT_THAT(read(), SizeIs(10));
  record(*history, make_event(20));
  ASSERT_TRUE(history->flush(kLong))
      << "before it writes again, the writer has reported all of the first flush";
  ASSERT_THAT(warnings(), SizeIs(2));
  EXPECT_THAT(warnings()[1], testing::EndsWith("writing works again; 5 events were lost"));
  EXPECT_EQ(history->counters().lost, 5u) << "there is room again";
}

TEST_P(HistoryContract, EndsThoughNothingCanBeWritten) {
  auto history = must_open(settings(), warn());
  ASSERT_TRUE(history->flush(kLong));
  place_->lock();
  for (int i = 0; i < 3; ++i) record(*history, make_event(i));
  const auto begin = std::chrono::steady_clock::now();
  history.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(20));
  ASSERT_THAT(warnings(), SizeIs(2));
  EXPECT_THAT(warnings()[1], testing::HasSubstr("3 events were lost"));
  place_->unlock();
  EXPECT_THAT(read(), IsEmpty());
}

TEST_P(HistoryContract, FourThreadsRecordAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kEach = 5000;
  const auto history = must_open(settings());
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < kEach; ++i) record(*history, make_event(thread * kEach + i));
      });
    }
  }
  ASSERT_TRUE(history->flush(kLong));
  const auto found = read({.most = kThreads * kEach + 1});
  ASSERT_THAT(found, SizeIs(kThreads * kEach));
  for (int i = 0; i < kThreads * kEach; ++i) {
    ASSERT_EQ(found[static_cast<std::size_t>(kThreads * kEach - 1 - i)], make_event(i));
  }
}

// A reader never sees half a batch, an event twice, or fewer events than before.
TEST_P(HistoryContract, AReaderBesideTheWriter) {
  constexpr int kEvents = 20'000;
  const auto history = must_open(settings());
  ASSERT_TRUE(history->flush(kLong));
  const auto one = must_open_for_reading(place_->url());
  const auto other = must_open_for_reading(place_->url());
  ASSERT_TRUE(one && other);
  std::jthread writer([&] {
    for (int i = 0; i < kEvents; ++i) record(*history, make_event(i));
    EXPECT_TRUE(history->flush(kLong));
  });
  std::size_t seen = 0;
  while (seen < kEvents) {
    for (HistoryReader* const reader : {one.get(), other.get()}) {
      const auto events = must_query(*reader, {.most = kEvents + 1});
      ASSERT_GE(events.size(), reader == other.get() ? seen : 0);
      for (std::size_t i = 0; i < events.size(); ++i) {
        ASSERT_EQ(events[i].id, "id" + std::to_string(events.size() - 1 - i));
      }
      if (reader == other.get()) seen = events.size();
    }
    ASSERT_FALSE(testing::Test::HasFailure());
  }
}

TEST_P(HistoryContract, OldEventsGo) {
  const auto now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  {
    const auto history = must_open(settings());
    for (int i = 0; i < 5000; ++i) {
      Event event = make_event(i);
      event.time = now - hours(24 * 90) - seconds(i);
      record(*history, event);
    }
    Event young = make_event(7);
    young.id = "young";
    young.time = now - hours(24 * 90 - 1);
    record(*history, young);
    ASSERT_TRUE(history->flush(kLong));
    EXPECT_THAT(read({.most = 10'000}), SizeIs(5001)) << "0 keeps all";
  }
  const auto full = place_->bytes();
  {
    HistorySettings ninety_days = settings();
    ninety_days.keep = hours(24 * 90);
    const auto history = must_open(ninety_days);
    write_until(*history, [&] { return read({.until = now - hours(24 * 90)}).empty(); });
    EXPECT_THAT(ids(read({.until = now})), ElementsAre("young"));
    EXPECT_THAT(read({.address = "ann11@example.org"}), IsEmpty());
    EXPECT_THAT(read({.address = "ann7@example.org"}), SizeIs(1));
    write_until(*history, [count = 0]() mutable { return ++count > 20; });
  }
  EXPECT_LT(place_->bytes(), full / 5) << "the room is given back";
}

TEST_P(HistoryContract, TheOldestGoWhenTheLimitIsReached) {
  constexpr std::uint64_t kMost = 2'000'000;
  {
    const auto history = must_open(settings());
    for (int i = 0; i < 10'000; ++i) record(*history, make_event(i));
    ASSERT_TRUE(history->flush(kLong));
  }
  ASSERT_GT(place_->bytes(), 2 * kMost);
  HistorySettings limited = settings();
  limited.most_bytes = kMost;
  {
    const auto history = must_open(limited);
    write_until(*history, [count = 0]() mutable { return ++count > 50; });
    const auto left = read({.until = kThen + hours(24), .most = 10'000});
    ASSERT_GT(left.size(), 1000u) << "no more than must go";
    ASSERT_LT(left.size(), 5000u);
    for (std::size_t i = 0; i < left.size(); ++i) ASSERT_EQ(left[i], make_event(9999 - static_cast<int>(i)));
  }
  EXPECT_LE(place_->bytes(), kMost);
  EXPECT_GT(place_->bytes(), kMost / 2);
}

// The limit holds while events keep coming, too.
TEST_P(HistoryContract, TheLimitHolds) {
  HistorySettings limited = settings();
  limited.most_bytes = 1'000'000;
  {
    const auto history = must_open(limited);
    for (int i = 0; i < 20; ++i) {
      for (int k = 0; k < 1000; ++k) record(*history, make_event(1000 * i + k));
      ASSERT_TRUE(history->flush(kLong));
    }
    write_until(*history, [count = 0]() mutable { return ++count > 20; });
    EXPECT_EQ(history->counters().lost, 0u);
  }
  EXPECT_LE(place_->bytes(), limited.most_bytes);
}

TEST_P(HistoryContract, ALimitThatNothingFitsInLosesNothingElse) {
  HistorySettings limited = settings();
  limited.most_bytes = 1;
  const auto history = must_open(limited, warn());
  for (int i = 0; i < 3; ++i) {
    record(*history, make_event(i));
    ASSERT_TRUE(history->flush(kLong));
  }
  EXPECT_LE(read().size(), 1u);
  EXPECT_THAT(warnings(), IsEmpty());
}

TEST(HistoryUrl, AWrongOneIsRefusedWithAnExample) {
  using namespace std::string_literals;
  for (const std::string& url :
       {""s, "history.db"s, "sqlite:"s, "sqlite:a\0b"s, "postgresql://localhost/x"s, "SQLITE:x"s}) {
    const auto history = open_history({.url = url}, nullptr);
    ASSERT_FALSE(history) << url;
    EXPECT_NE(history.error().message.find("sqlite:var/history.db"), std::string::npos)
        << history.error().message;
    EXPECT_FALSE(open_history_for_reading(url)) << url;
  }
}

}  // namespace
}  // namespace backstop::store
