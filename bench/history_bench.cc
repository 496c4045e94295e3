// The history: what record() and add() cost a session, how many events a second are written, and what
// SQLite's way of syncing costs a commit. The files are made in the folder TMPDIR, so that the disk can be
// chosen:
//
//   TMPDIR=/var/tmp history_bench [Google Benchmark's own arguments]
//
// items_per_second is events a second; of real time, since a disk is waited for.
#include <benchmark/benchmark.h>
#include <fmt/core.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/folder_fixture.h"
#include "store/batch_writer.h"
#include "store/event_fixture.h"
#include "store/history.h"
#include "store/sqlite/event_table.h"
#include "store/sqlite/schema.h"

namespace backstop::store {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kLong{600};

class Folder : public base::TemporaryFolder {
 public:
  std::string file() const { return path("history.db"); }
};

// A joe job's bounces, each to one of a thousand addresses, from one of 50,000 hosts.
Event make_bounce(std::uint64_t number) {
  Event event = refused_bounce();
  event.time = decltype(event.time)(std::chrono::milliseconds(1'795'400'000'000 + number));
  // As the gateway makes them: the worker, and a number that grows with the time.
  event.id = fmt::format("{:02x}{:x}", number % 2, 1'795'400'000'000'000 + number * 1000);
  event.client = fmt::format("198.51.{}.{}", number * 7919 % 200, number * 104729 % 250);
  event.helo = fmt::format("mx{}.example.net", number % 50'000);
  event.addresses = {fmt::format("user{}@example.org", number * 7919 % 1000)};
  event.recipients = {"prvs=0787c97471=" + event.addresses.front()};
  event.message_id = event.id + "@example.net";
  event.reporting_mta = event.helo;
  event.original_message_id = event.id + "@example.org";
  event.evidence = {{"tag", "silent", "The address carries no tag."}};
  event.origin = "unproven";
  event.cause = "unproven";
  event.explanation = "Nothing proves that the mail that this bounce answers came from here.";
  event.stage = "reject";
  event.next_stage.reset();
  event.reply = "550 5.7.1 Nothing proves that the mail that this bounce answers came from here";
  return event;
}

std::vector<Event> make_events(std::uint64_t count) {
  std::vector<Event> events;
  for (std::uint64_t i = 0; i < count; ++i) events.push_back(make_bounce(i));
  return events;
}

class Nowhere : public BatchSink<Event> {
 public:
  base::Result<void> write(const std::list<Event>& /*batch*/) override { return {}; }
  base::Result<bool> tidy() override { return false; }
};

BatchSettings settings_of(std::size_t buffer) {
  return {.buffer = buffer,
          .gather = std::chrono::milliseconds(200),
          .words = {"event", "events", "old events can't be deleted"}};
}

/// What a session pays: events go into the buffer while the writer takes them out of it.
void record(benchmark::State& state) {
  constexpr std::uint64_t kEvents = 10'000;
  static BatchWriter<Event>* writer = nullptr;
  if (state.thread_index() == 0) {
    writer = new BatchWriter<Event>(std::make_unique<Nowhere>(), settings_of(10'000'000), nullptr);
  }
  std::vector<Event> events = make_events(kEvents);
  std::size_t next = 0;
  for (auto _ : state) {
    if (next == events.size()) {
      state.PauseTiming();
      events = make_events(kEvents);
      next = 0;
      state.ResumeTiming();
    }
    writer->record(std::move(events[next++]));
  }
  if (state.thread_index() == 0) delete std::exchange(writer, nullptr);
}
BENCHMARK(record)->Threads(1)->Threads(2);

/// What a session pays if the buffer is full.
void record_lost(benchmark::State& state) {
  BatchWriter<Event> writer(std::make_unique<Nowhere>(), settings_of(0), nullptr);
  for (auto _ : state) writer.record(Event());
}
BENCHMARK(record_lost);

/// What a session pays for the sums of a mail, of one of ten domains, given to a history that writes them.
void add_sums(benchmark::State& state) {
  static std::optional<Folder> folder;
  static std::unique_ptr<HistoryWriter> history;
  if (state.thread_index() == 0) {
    folder.emplace();
    history = std::move(*open_history({.url = "sqlite:" + folder->file()}, nullptr));
  }
  const std::chrono::sys_days today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  std::vector<std::string> domains;
  for (int i = 0; i < 10; ++i) domains.push_back(fmt::format("department{}.example.org", i));
  std::size_t next = 0;
  for (auto _ : state) {
    history->add({.domain = domains[next++ % domains.size()],
                  .day = today,
                  .counts = {.left = 1, .watermark = 1, .dkim = 1, .message = 1}});
  }
  if (state.thread_index() == 0) {
    if (!history->flush(kLong)) state.SkipWithError("can't be written");
    history.reset();
    folder.reset();
  }
}
BENCHMARK(add_sums)->Iterations(100'000)->Threads(1)->Threads(2);

/// From record() to the commit, into a history that grows.
void written(benchmark::State& state) {
  const Folder folder;
  const auto history = open_history(
      {.url = "sqlite:" + folder.file(), .keep = std::chrono::hours(0), .buffer = 1'000'000}, nullptr);
  const std::vector<Event> events = make_events(20'000);
  for (auto _ : state) {
    for (const Event& event : events) (*history)->record(event);
    if (!(*history)->flush(kLong)) state.SkipWithError("can't be written");
  }
  state.SetItemsProcessed(state.iterations() * std::ssize(events));
  state.counters["bytes_per_event"] =
      static_cast<double>(fs::file_size(folder.file())) / static_cast<double>((*history)->counters().written);
}
BENCHMARK(written)->UseRealTime()->Unit(benchmark::kMillisecond);

/// The same with a limit that is met: for each event written an old one is deleted.
void written_within_a_limit(benchmark::State& state) {
  const Folder folder;
  const auto history = open_history({.url = "sqlite:" + folder.file(),
                                     .keep = std::chrono::hours(0),
                                     .most_bytes = 20'000'000,
                                     .buffer = 1'000'000},
                                    nullptr);
  const std::vector<Event> events = make_events(20'000);
  for (auto _ : state) {
    for (const Event& event : events) (*history)->record(event);
    if (!(*history)->flush(kLong)) state.SkipWithError("can't be written");
  }
  state.SetItemsProcessed(state.iterations() * std::ssize(events));
}
BENCHMARK(written_within_a_limit)->UseRealTime()->Unit(benchmark::kMillisecond);

/// One commit of that many events. NORMAL syncs the log only before it is copied into the file, FULL at each
/// commit.
void commit(benchmark::State& state) {
  const Folder folder;
  auto database = sqlite::open_for_writing(folder.file(), std::chrono::milliseconds(100));
  const bool is_full = state.range(0) != 0;
  if (!database->run(is_full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")) std::abort();
  auto insert = sqlite::EventInsert::prepare(*database);
  const std::vector<Event> events = make_events(static_cast<std::uint64_t>(state.range(1)));
  for (auto _ : state) {
    sqlite::Transaction transaction(*database);
    bool is_done = transaction.begin().has_value();
    for (const Event& event : events) is_done = is_done && insert->run(event);
    if (!is_done || !transaction.commit()) state.SkipWithError("can't be written");
  }
  state.SetLabel(is_full ? "FULL" : "NORMAL");
  state.SetItemsProcessed(state.iterations() * std::ssize(events));
}
BENCHMARK(commit)->ArgsProduct({{0, 1}, {1, 10, 100, 1000}})->UseRealTime()->Unit(benchmark::kMicrosecond);

/// The newest hundred events of one address among 200,000.
void query_address(benchmark::State& state) {
  const Folder folder;
  const auto history = open_history(
      {.url = "sqlite:" + folder.file(), .keep = std::chrono::hours(0), .buffer = 1'000'000}, nullptr);
  for (std::uint64_t i = 0; i < 200'000; ++i) (*history)->record(make_bounce(i));
  if (!(*history)->flush(kLong)) state.SkipWithError("can't be written");
  std::uint64_t user = 0;
  const auto reader = open_history_for_reading("sqlite:" + folder.file());
  if (!reader) return state.SkipWithError("can't be read");
  for (auto _ : state) {
    const auto found = (*reader)->query({.address = fmt::format("user{}@example.org", ++user * 31 % 1000)});
    if (!found || found->size() != 100) state.SkipWithError("not found");
  }
}
BENCHMARK(query_address)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace backstop::store

BENCHMARK_MAIN();
