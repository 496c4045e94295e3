// What every ledger does, whatever database is behind it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <barrier>
#include <functional>
#include <thread>

#include "store/ledger.h"
#include "store/ledger_fixture.h"

namespace backstop::store {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

struct Backend {
  const char* name;
  std::function<std::unique_ptr<LedgerPlace>()> make_place;
};

void PrintTo(const Backend& backend, std::ostream* out) {
  *out << backend.name;
}

const std::vector<Backend>& backends() {
  static const std::vector<Backend> table = {
      {"Sqlite", [] { return std::make_unique<SqliteLedgerPlace>(); }},
  };
  return table;
}

class LedgerContract : public testing::TestWithParam<Backend> {
 protected:
  LedgerContract() { set_clock(kNoon); }

  LedgerSettings settings() const {
    return {.url = place_->url(), .batch = milliseconds(1), .clock = ledger_test_clock};
  }
  /// So that tables are sealed soon.
  LedgerSettings small_tables() const {
    LedgerSettings small = settings();
    small.table_rows = 100;
    return small;
  }

  std::unique_ptr<LedgerPlace> place_ = GetParam().make_place();
  Warnings warnings_;
};

INSTANTIATE_TEST_SUITE_P(Store, LedgerContract, testing::ValuesIn(backends()),
                         [](const auto& backend) { return std::string(backend.param.name); });

constexpr std::string_view kAnn = "ann@example.org";
constexpr std::string_view kBen = "ben@example.org";
constexpr std::string_view kZoe = "zoe@example.com";
constexpr std::string_view kId = "1@example.org";
const sys_days kToday = std::chrono::floor<days>(kNoon);

/// Each kind of row, with what differs from it in one part.
struct KindRow {
  const char* name;
  RowKey key;
  std::vector<RowKey> others;
  Life life;
  std::uint32_t want_twice;  ///< the value after 3 and 2 were recorded
};

const std::vector<KindRow>& kinds() {
  static const std::vector<KindRow> rows = {
      {"sent id",
       sent_id(kAnn, kId),
       {sent_id(kBen, kId), sent_id(kAnn, "2@example.org"), sent_id("", kId)},
       Life::Ids,
       5},
      {"imported id",
       imported_id(kId),
       {imported_id("2@example.org"), sent_id("", kId), arrival(kId)},
       Life::Ids,
       3},
      {"addressee",
       sent_to(kAnn, kId, kZoe),
       {sent_to(kBen, kId, kZoe), sent_to(kAnn, "2@example.org", kZoe), sent_to(kAnn, kId, kBen),
        sent_to(kAnn, "1@example.orgz", "oe@example.com")},
       Life::Ids,
       3},
      {"pair",
       pair(kAnn, kZoe),
       {pair(kBen, kZoe), pair(kAnn, kBen), pair(kZoe, kAnn), sent_as(kAnn, kZoe)},
       Life::Pairs,
       3},
      {"way out",
       way_out("example.org", kZoe),
       {way_out("example.net", kZoe), way_out("example.org", kBen), pair(kZoe, "example.org")},
       Life::Ids,
       3},
      {"as", sent_as(kAnn, kBen), {sent_as(kBen, kAnn), sent_as(kAnn, kZoe)}, Life::Ids, 3},
      {"recipients of a day",
       recipients_on(kAnn, kToday),
       {recipients_on(kBen, kToday), recipients_on(kAnn, kToday - days(1))},
       Life::Pairs,
       5},
      {"arrival by Received",
       arrival("a1"),
       {arrival("a2"), arrival_by_message("a1", ""), arrival("a1", kZoe), imported_id("a1")},
       Life::Arrivals,
       3},
      {"arrival by Received, for an address",
       arrival("a3", kZoe),
       {arrival("a3", kBen), arrival("a2", kZoe), arrival("a3"), arrival_by_message("a3", kZoe)},
       Life::Arrivals,
       3},
      {"arrival by Message-ID",
       arrival_by_message(kId, kZoe),
       {arrival_by_message(kId, kBen), arrival_by_message("2@example.org", kZoe), arrival(kId, kZoe)},
       Life::Arrivals,
       3},
      {"never answered",
       never_answered(kId, kZoe),
       {never_answered("2@example.org", kZoe), never_answered(kId, kBen), never_answered(kId, ""),
        arrival(kId)},
       Life::Arrivals,
       3},
      {"response",
       response(kAnn, "digest"),
       {response(kBen, "digest"), response(kAnn, "other")},
       Life::Digests,
       5},
  };
  return rows;
}

void expect_all(LedgerReader& ledger, bool is_twice, const char* when) {
  for (const auto& row : kinds()) {
    EXPECT_EQ(ask(ledger, row.key), is_twice ? row.want_twice : 3) << row.name << ", " << when;
    for (std::size_t i = 0; i < row.others.size(); ++i) {
      EXPECT_EQ(ask(ledger, row.others[i]), 0) << row.name << ", other " << i << ", " << when;
    }
  }
}

void record_all(LedgerWriter& ledger, std::uint32_t value) {
  std::vector<Row> rows;
  for (const auto& row : kinds()) rows.push_back({row.key, value});
  ledger.record(rows);
}

TEST_P(LedgerContract, EachKindIsFoundAtOnceWrittenAndAfterAStart) {
  {
    const auto ledger = must_open(settings());
    record_all(*ledger, 3);
    expect_all(*ledger, false, "at once");
    record_all(*ledger, 2);
    expect_all(*ledger, true, "the second time");
    ASSERT_TRUE(ledger->flush(kLong));
    expect_all(*ledger, true, "written");
  }
  const auto ledger = must_open(settings());
  expect_all(*ledger, true, "after a start");
  expect_all(*must_open_for_reading(settings()), true, "read beside it");
}

TEST_P(LedgerContract, SealedTablesAndNewRowsAreJoined) {
  const auto ledger = must_open(small_tables());
  record_all(*ledger, 3);
  pass(days(1));
  write_until(*ledger, [&] { return ledger->stats()->tables >= 4; });
  expect_all(*ledger, false, "sealed");
  record_all(*ledger, 2);
  expect_all(*ledger, true, "sealed and in memory");
  pass(days(1));
  write_until(*ledger, [&] { return ledger->stats()->tables >= 8; });
  expect_all(*ledger, true, "sealed twice");
  expect_all(*must_open_for_reading(settings()), true, "read beside it");
}

TEST_P(LedgerContract, ManyQuestionsGetTheirAnswersInOrder) {
  const auto ledger = must_open(small_tables());
  std::vector<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.push_back(std::to_string(i) + "@example.org");
  for (std::uint32_t i = 0; i < 1000; i += 2) ledger->record(std::vector{Row{sent_id(kAnn, ids[i]), i + 1}});
  ASSERT_TRUE(ledger->flush(kLong));
  write_until(*ledger, [&] { return ledger->stats()->tables >= 4; });
  std::vector<RowKey> questions;
  for (const auto& id : ids) questions.push_back(sent_id(kAnn, id));
  const auto answers = ask(*ledger, questions);
  ASSERT_TRUE(answers) << answers.error().message;
  ASSERT_THAT(*answers, SizeIs(1000));
  for (std::uint32_t i = 0; i < 1000; ++i) EXPECT_EQ((*answers)[i], i % 2 == 0 ? i + 1 : 0) << i;
  EXPECT_THAT(*ask(*ledger, std::vector<RowKey>()), SizeIs(0));
}

TEST_P(LedgerContract, ValuesHaveACap) {
  const auto ledger = must_open(settings());
  ledger->record(std::vector{Row{sent_id(kAnn, kId), kMostValue - 1}, Row{pair(kAnn, kZoe), 0}});
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, kId)), kMostValue - 1);
  EXPECT_EQ(ask(*ledger, pair(kAnn, kZoe)), 1) << "a row that is there has a value";
  ledger->record(std::vector{Row{sent_id(kAnn, kId), 1}});
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, kId)), kMostValue);
  ledger->record(std::vector{Row{sent_id(kAnn, kId), 1}, Row{sent_id(kBen, kId), 0xFFFFFFFF}});
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, kId)), kMostValue);
  EXPECT_EQ(ask(*ledger, sent_id(kBen, kId)), kMostValue);
}

TEST_P(LedgerContract, AnyTextIsOnlyBytes) {
  using namespace std::string_literals;
  const auto ledger = must_open(settings());
  const std::string texts[] = {""s,
                               "a\0b"s,
                               "a"s,
                               "\xFF\xFE"s,
                               "'; DROP TABLE meta; --"s,
                               std::string(100'000, 'x'),
                               "j\u00F6rg@b\u00FCcher.example"s};
  for (const auto& text : texts) ledger->record(std::vector{Row{pair(text, kZoe)}, Row{pair(kAnn, text)}});
  for (const auto& text : texts) {
    EXPECT_EQ(ask(*ledger, pair(text, kZoe)), 1);
    EXPECT_EQ(ask(*ledger, pair(kAnn, text)), 1);
  }
  EXPECT_EQ(ask(*ledger, pair(kAnn, "a\0"s)), 0);
}

TEST_P(LedgerContract, EachLifeEndsInTime) {
  const auto ledger = must_open(settings());
  record_all(*ledger, 3);
  for (const int day : {4, 5, 6, 9, 10, 11, 13, 14, 15, 29, 30, 31}) {
    set_clock(kNoon + days(day));
    write_until(*ledger, [count = 0]() mutable { return ++count > 30; });
    for (const auto& row : kinds()) {
      EXPECT_EQ(ask(*ledger, row.key), days(day) <= settings().keep(row.life) ? 3 : 0)
          << row.name << ", day " << day;
    }
  }
}

struct LifeRow {
  const char* name;
  RowKey key;
  days life;
};

TEST_P(LedgerContract, SettingsSayHowLong) {
  LedgerSettings own = settings();
  own.keep_ids = days(3);
  own.keep_pairs = days(2);
  own.keep_arrivals = days(1);
  const LifeRow rows[] = {{"id", sent_id(kAnn, kId), days(3)},
                          {"pair", pair(kAnn, kZoe), days(2)},
                          {"arrival", arrival("a1"), days(1)},
                          {"response", response(kAnn, "digest"), days(5)}};
  const auto ledger = must_open(own);
  std::vector<Row> all;
  for (const auto& row : rows) all.push_back({row.key});
  ledger->record(all);
  for (int day = 1; day <= 6; ++day) {
    set_clock(kNoon + days(day));
    // Rows that are written today have tables of their own.
    write_until(*ledger, [count = 0]() mutable { return ++count > 30; });
    for (const auto& row : rows)
      EXPECT_EQ(ask(*ledger, row.key), days(day) <= row.life ? 1 : 0) << row.name << day;
  }
}

TEST_P(LedgerContract, ARowLivesFromWhenItsMailLeft) {
  const auto ledger = must_open(settings());
  ledger->record(std::vector{Row{sent_id(kAnn, "old")}}, kNoon - days(31));
  ledger->record(std::vector{Row{sent_id(kAnn, "aged")}}, kNoon - days(30));
  ledger->record(std::vector{Row{sent_id(kAnn, "future")}}, kNoon + days(90));
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "old")), 0);
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "aged")), 1);
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "future")), 1);
  EXPECT_EQ(ledger->counters().lost, 0u);
  pass(days(1));
  write_until(*ledger, [&] { return ask(*ledger, sent_id(kAnn, "aged")) == 0; });
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "future")), 1);
  pass(days(30));
  write_until(*ledger, [&] { return ask(*ledger, sent_id(kAnn, "future")) == 0; });
}

TEST_P(LedgerContract, RowsOfTwoMonthsAreFound) {
  set_clock(sys_days(std::chrono::year(2026) / 11 / 30) + hours(23));
  const auto ledger = must_open(settings());
  record_all(*ledger, 3);
  ASSERT_TRUE(ledger->flush(kLong));
  pass(hours(2));
  expect_all(*ledger, false, "in December");
  record_all(*ledger, 2);
  expect_all(*ledger, true, "from both months");
  write_until(*ledger, [&] { return ledger->stats()->tables >= 4; });
  expect_all(*ledger, true, "sealed");
  expect_all(*must_open_for_reading(settings()), true, "read beside it");
}

TEST_P(LedgerContract, ForgetsAnOwnerEverywhere) {
  set_clock(sys_days(std::chrono::year(2026) / 11 / 30) + hours(23));
  const auto ledger = must_open(small_tables());
  const RowKey anns[] = {
      sent_id(kAnn, kId),           sent_to(kAnn, kId, kZoe), pair(kAnn, kZoe),
      way_out("example.org", kAnn), sent_as(kAnn, kBen),      recipients_on(kAnn, kToday),
      response(kAnn, "digest"),     arrival(kId, kAnn),       arrival_by_message(kId, kAnn)};
  const RowKey others[] = {sent_id(kBen, kId), pair(kBen, kAnn), imported_id(kId), arrival("a1")};
  const auto record = [&] {
    for (const auto& key : anns) ledger->record(std::vector{Row{key}});
    for (const auto& key : others) ledger->record(std::vector{Row{key}});
  };
  record();
  const auto place = take(*ledger, uses(kAnn, "proof"), 1);
  ASSERT_TRUE(place);
  ledger->keep(*place);
  ASSERT_FALSE(take(*ledger, uses(kAnn, "proof"), 1));
  pass(hours(2));
  write_until(*ledger, [&] { return ledger->stats()->tables >= 4; });
  record();
  ASSERT_TRUE(ledger->flush(kLong));
  record();
  for (const auto& key : anns) ASSERT_NE(ask(*ledger, key), 0);
  const auto beside = open_ledger_for_reading(settings());
  const auto done = ledger->forget(kAnn);
  ASSERT_TRUE(done) << done.error().message;
  const auto expect_gone = [&](LedgerReader& reader, const char* when) {
    for (const auto& key : anns) EXPECT_EQ(ask(reader, key), 0) << static_cast<int>(key.kind) << when;
    for (const auto& key : others) EXPECT_NE(ask(reader, key), 0) << static_cast<int>(key.kind) << when;
  };
  expect_gone(*ledger, "at once");
  expect_gone(*must_open_for_reading(settings()), "on the disk");
  EXPECT_TRUE(take(*ledger, uses(kAnn, "proof"), 1));
  pass(days(1));
  write_until(*ledger, [count = 0]() mutable { return ++count > 50; });
  expect_gone(*ledger, "when the open tables are sealed, too");
  ledger->record(std::vector{Row{sent_id(kAnn, "new")}});
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "new")), 1);
}

TEST_P(LedgerContract, NoAddressIsKept) {
  {
    const auto ledger = must_open(settings());
    record_all(*ledger, 3);
    const auto place = take(*ledger, uses(kAnn, "proof of zoe@example.com"), 1);
    ledger->keep(*place);
    ASSERT_TRUE(ledger->forget(kBen));
    pass(days(1));
    write_until(*ledger, [&] { return ledger->stats()->tables >= 4; });
    ASSERT_TRUE(ledger->flush(kLong));
    EXPECT_THAT(place_->bytes(), Not(HasSubstr("example")));
  }
  EXPECT_THAT(place_->bytes(), Not(HasSubstr("example")));
  EXPECT_THAT(place_->bytes(), Not(HasSubstr("digest")));
}

TEST_P(LedgerContract, ManyMoreRowsThanItsTablesHoldAreSealedFirst) {
  LedgerSettings small = settings();
  small.table_rows = 100;
  small.batch = std::chrono::seconds(5);
  const auto ledger = must_open(small, warnings_.taker());
  // All of them wait before the first batch is written: flush() ends the gathering.
  for (int i = 0; i < 5000; ++i) ledger->record(std::vector{Row{sent_id(kAnn, std::to_string(i)), 7}});
  ASSERT_TRUE(ledger->flush(kLong)) << testing::PrintToString(warnings_.lines());
  EXPECT_THAT(warnings_.lines(), SizeIs(0));
  EXPECT_GE(ledger->stats()->tables, 1u);
  for (int i = 0; i < 5000; i += 499) EXPECT_EQ(ask(*ledger, sent_id(kAnn, std::to_string(i))), 7);
}

TEST_P(LedgerContract, FourThreadsRecordAndAskAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kEach = 3000;
  LedgerSettings small = settings();
  small.table_rows = 1000;
  const auto ledger = must_open(small, warnings_.taker());
  std::atomic<int> missing = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < kEach; ++i) {
          const std::string id = std::to_string(thread) + "." + std::to_string(i);
          ledger->record(std::vector{Row{sent_id(kAnn, id), 7}, Row{sent_id("all@example.org", "sum")}});
          if (ask(*ledger, sent_id(kAnn, id)) != 7) ++missing;
        }
      });
    }
  }
  EXPECT_EQ(missing, 0);
  ASSERT_TRUE(ledger->flush(kLong)) << testing::PrintToString(warnings_.lines());
  EXPECT_EQ(ledger->counters().lost, 0u);
  const auto expect_rows = [&](LedgerReader& reader) {
    for (int thread = 0; thread < kThreads; ++thread) {
      for (int i = 0; i < kEach; i += 7) {
        EXPECT_EQ(ask(reader, sent_id(kAnn, std::to_string(thread) + "." + std::to_string(i))), 7);
      }
    }
    EXPECT_EQ(ask(reader, sent_id("all@example.org", "sum")), kThreads * kEach);
  };
  expect_rows(*ledger);
  write_until(*ledger, [&] { return ledger->stats()->tables >= 1; });
  expect_rows(*ledger);
  expect_rows(*must_open_for_reading(settings()));
}

TEST_P(LedgerContract, CountsWhatAFullBufferLosesAndCoverageStartsAnew) {
  LedgerSettings small = settings();
  small.buffer = 10;
  const auto ledger = must_open(small, warnings_.taker());
  ASSERT_TRUE(ledger->flush(kLong));
  pass(minutes(2));
  EXPECT_EQ(ledger->covered_since(), kNoon);
  place_->lock();
  for (int i = 0; i < 10; ++i) ledger->record(std::vector{Row{sent_id(kAnn, std::to_string(i))}});
  EXPECT_EQ(ledger->counters().lost, 0u) << "at the limit";
  EXPECT_EQ(ledger->covered_since(), kNoon);
  ledger->record(std::vector{Row{sent_id(kAnn, "10")}});
  EXPECT_EQ(ledger->counters().lost, 1u);
  EXPECT_EQ(ledger->covered_since(), kNoon + minutes(2)) << "at once";
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "9")), 1) << "what waits is found";
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "10")), 0);
  EXPECT_FALSE(ledger->flush(milliseconds(600)));
  ASSERT_THAT(warnings_.lines(), SizeIs(1)) << "said once, however often it is tried";
  place_->unlock();
  ASSERT_TRUE(ledger->flush(kLong));
  pass(minutes(1));
  ledger->record(std::vector{Row{sent_id(kAnn, "11")}});
  ASSERT_TRUE(ledger->flush(kLong));
  ASSERT_THAT(warnings_.lines(), SizeIs(2));
  EXPECT_THAT(warnings_.lines()[1], testing::EndsWith("writing works again; 1 entry was lost"));
  EXPECT_EQ(ledger->covered_since(), kNoon + minutes(2));
}

TEST_P(LedgerContract, ThereIsRoomOnceAllIsWritten) {
  LedgerSettings small = settings();
  small.buffer = 10;
  const auto ledger = must_open(small);
  ASSERT_TRUE(ledger->flush(kLong));
  EXPECT_TRUE(ledger->wait_for_room(milliseconds(0))) << "nothing waits";
  const auto fill = [&] {
    for (int i = 0; i < 10; ++i) ledger->record(std::vector{Row{sent_id(kAnn, std::to_string(i))}});
  };
  place_->lock();
  fill();
  EXPECT_FALSE(ledger->wait_for_room(milliseconds(10)));
  place_->unlock();
  EXPECT_TRUE(ledger->wait_for_room(kLong));
  fill();
  EXPECT_EQ(ledger->counters().lost, 0u);
}

TEST_P(LedgerContract, LostRowsAreRememberedAcrossAStart) {
  LedgerSettings small = settings();
  small.buffer = 1;
  {
    const auto ledger = must_open(small);
    ASSERT_TRUE(ledger->flush(kLong));
    pass(minutes(2));
    place_->lock();
    ledger->record(std::vector{Row{sent_id(kAnn, "1")}, Row{sent_id(kAnn, "2")}});
    EXPECT_EQ(ledger->counters().lost, 1u);
    place_->unlock();
  }
  pass(minutes(1));
  EXPECT_EQ(must_open(settings())->covered_since(), kNoon + minutes(2));
}

TEST_P(LedgerContract, CoverageLivesThroughAStartButNotThroughAGap) {
  EXPECT_EQ(must_open(settings())->covered_since(), kNoon);
  pass(minutes(5));
  EXPECT_EQ(must_open(settings())->covered_since(), kNoon) << "at the limit";
  EXPECT_EQ(must_open_for_reading(settings())->covered_since(), kNoon);
  pass(minutes(5) + seconds(1));
  EXPECT_EQ(must_open(settings())->covered_since(), kNoon + minutes(10) + seconds(1)) << "past it";
}

TEST_P(LedgerContract, CoverageStartsAnewWhenHeartbeatsWereMissed) {
  const auto ledger = must_open(settings());
  for (const seconds gap : {seconds(300), seconds(301)}) {
    write_until(*ledger, [count = 0]() mutable { return ++count > 3; });
    pass(gap);
    write_until(*ledger, [count = 0]() mutable { return ++count > 3; });
    EXPECT_EQ(ledger->covered_since(), gap == seconds(300) ? kNoon : kNoon + seconds(601)) << gap.count();
  }
}

TEST_P(LedgerContract, ARemovedLedgerStartsAnewAndKeepsWhatIsInMemory) {
  const auto ledger = must_open(settings(), warnings_.taker());
  ledger->record(std::vector{Row{sent_id(kAnn, "before")}});
  ASSERT_TRUE(ledger->flush(kLong));
  pass(minutes(2));
  place_->remove();
  write_until(*ledger, [&] { return ledger->covered_since() == kNoon + minutes(2); });
  ASSERT_THAT(warnings_.lines(), SizeIs(1));
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "before")), 1);
  ledger->record(std::vector{Row{sent_id(kAnn, "after")}});
  ASSERT_TRUE(ledger->flush(kLong));
  EXPECT_EQ(ask(*ledger, sent_id(kAnn, "after")), 1);
  EXPECT_EQ(ledger->stats()->born, kNoon + minutes(2));
  EXPECT_EQ(ask(*must_open_for_reading(settings()), sent_id(kAnn, "after")), 1);
}

TEST_P(LedgerContract, OfManyAtOnceAtMostTheLimitGetAPlace) {
  constexpr int kThreads = 500;
  constexpr std::uint32_t kLimit = 20;
  const auto ledger = must_open(settings());
  std::barrier start(kThreads);
  std::atomic<std::uint32_t> taken = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        const auto place = take(*ledger, uses(kAnn, "harvested"), kLimit);
        if (!place) return;
        ++taken;
        ledger->keep(*place);
      });
    }
  }
  EXPECT_EQ(taken, kLimit);
  EXPECT_FALSE(take(*ledger, uses(kAnn, "harvested"), kLimit));
  EXPECT_TRUE(take(*ledger, uses(kBen, "harvested"), kLimit)) << "another counter";
}

TEST_P(LedgerContract, KeptPlacesAreRememberedAcrossAStart) {
  const RowKey counter = uses(kAnn, "proof");
  {
    const auto ledger = must_open(settings());
    for (int i = 0; i < 3; ++i) ledger->keep(*take(*ledger, counter, 5, days(20)));
    ledger->give_back(*take(*ledger, counter, 5, days(20)));
    ASSERT_TRUE(take(*ledger, counter, 5, days(20))) << "held, and never kept";
  }
  pass(minutes(1));
  {
    const auto ledger = must_open(settings());
    ASSERT_TRUE(take(*ledger, counter, 5));
    const auto last = take(*ledger, counter, 5);
    ASSERT_TRUE(last);
    EXPECT_FALSE(take(*ledger, counter, 5));
    ledger->keep(*last);
  }
  // A month later it still has its name; it ends 20 days after its first use.
  set_clock(kNoon + days(20) - seconds(1));
  const auto ledger = must_open(settings());
  EXPECT_FALSE(take(*ledger, counter, 4));
  pass(seconds(1));
  EXPECT_TRUE(take(*ledger, counter, 1));
}

TEST_P(LedgerContract, AWrongUrlIsRefusedWithAnExample) {
  using namespace std::string_literals;
  for (const std::string& url : {""s, "ledger.db"s, "sqlite:"s, "sqlite:a\0b"s, "redis://localhost"s}) {
    const auto ledger = open_ledger({.url = url}, nullptr);
    ASSERT_FALSE(ledger) << url;
    EXPECT_THAT(ledger.error().message, HasSubstr("sqlite:var/ledger.db"));
    EXPECT_FALSE(open_ledger_for_reading({.url = url})) << url;
  }
}

}  // namespace
}  // namespace backstop::store
