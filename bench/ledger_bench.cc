// The ledger with many entries over 30 days: what an entry costs, how fast it is asked beside inserts, how
// long it takes to open after a kill and to let a day expire. The file is made in the folder TMPDIR:
//
//   TMPDIR=/var/tmp ledger_bench [--entries N] [--table-rows N] [--seconds N] [--rate N]
//
// --entries 100000000 is what DESIGN's targets are for; it takes some 3 GB of disk.
#include <fmt/core.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/folder_fixture.h"
#include "store/ledger.h"

namespace backstop::store {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kLong{3600};
constexpr std::uint64_t kDays = 30;
constexpr std::uint64_t kOwners = 10'000;

std::atomic<std::int64_t> bench_time;
LedgerTime bench_clock() {
  return LedgerTime(seconds(bench_time));
}
void set_clock(LedgerTime time) {
  bench_time = time.time_since_epoch().count();
}
constexpr LedgerTime kBegin = std::chrono::sys_days(std::chrono::year(2026) / 11 / 2) + hours(12);

struct Options {
  std::uint64_t entries = 300'000;
  std::uint64_t table_rows = 1'000'000;
  std::uint64_t seconds = 5;
  std::uint64_t rate = 10'000;
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

/// What this process had written to disk so far.
std::uint64_t bytes_written() {
  std::ifstream file("/proc/self/io");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("write_bytes: ")) return std::strtoull(line.c_str() + 13, nullptr, 10);
  }
  return 0;
}

std::uint64_t memory_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  file >> all >> resident;
  return resident * 4096;
}

struct Mail {
  std::string owner;
  std::string id;
};
Mail mail_of(std::uint64_t number) {
  return {fmt::format("user{}@example.org", number * 7919 % kOwners),
          fmt::format("{:x}.{}@mail.example.org", number, number)};
}

std::unique_ptr<LedgerWriter> must_open(const LedgerSettings& settings) {
  auto ledger = open_ledger(settings, [](const std::string& line) { fmt::print("warning: {}\n", line); });
  if (ledger) return std::move(*ledger);
  fmt::print("{}\n", ledger.error().message);
  std::exit(1);
}

void record(LedgerWriter& ledger, std::uint64_t from, std::uint64_t count) {
  for (std::uint64_t number = from; number < from + count; ++number) {
    const Mail mail = mail_of(number);
    const Row row{sent_id(mail.owner, mail.id)};
    ledger.record(std::span(&row, 1));
  }
}

/// The disk is slower than memory: waits before rows would be lost.
void wait_for_room(LedgerWriter& ledger, const LedgerSettings& settings) {
  const auto counters = ledger.counters();
  if (counters.recorded - counters.written > settings.buffer / 2) ledger.flush(kLong);
}

/// Writes rows of no weight until `is_reached`: upkeep does a step after each.
void write_until(LedgerWriter& ledger, const std::function<bool()>& is_reached) {
  for (std::uint64_t i = 0; !is_reached(); ++i) {
    const std::string id = fmt::format("upkeep{}", i);
    const Row row{response("upkeep@example.org", id)};
    ledger.record(std::span(&row, 1));
    ledger.flush(kLong);
  }
}

/// Begins a day, and waits until the tables of the days before are sealed.
void begin_day(LedgerWriter& ledger, std::uint64_t day) {
  set_clock(kBegin + days(day));
  bool is_begun = false;  // the first step only closes them
  write_until(ledger, [&] { return std::exchange(is_begun, true) && ledger.stats()->open_rows < 5000; });
}

void fill(const Options& options, const LedgerSettings& settings) {
  const auto begin = Clock::now();
  const double cpu = cpu_seconds();
  const std::uint64_t written = bytes_written();
  std::uint64_t disk = 0;
  std::uint64_t rows = 0;
  {
    const auto ledger = must_open(settings);
    for (std::uint64_t day = 0; day < kDays; ++day) {
      set_clock(kBegin + days(day));
      const std::uint64_t first = options.entries * day / kDays;
      const std::uint64_t last = options.entries * (day + 1) / kDays;
      for (std::uint64_t number = first; number < last; number += 1000) {
        record(*ledger, number, std::min<std::uint64_t>(1000, last - number));
        wait_for_room(*ledger, settings);
      }
      ledger->flush(kLong);
    }
    begin_day(*ledger, kDays);
    const auto stats = ledger->stats();
    disk = stats->disk_bytes;
    rows = stats->rows;
    fmt::print("entries                 {} in {} sealed tables and memory, {} lost\n", rows, stats->tables,
               ledger->counters().lost);
    fmt::print("filters                 {:.1f} MB; resident {:.0f} MB\n",
               static_cast<double>(stats->filter_bytes) / 1e6, static_cast<double>(memory_bytes()) / 1e6);
  }
  const double took = seconds_since(begin);
  const auto entries = static_cast<double>(options.entries);
  fmt::print("inserts                 {:.0f} a second; CPU {:.2f} us an entry\n", entries / took,
             (cpu_seconds() - cpu) / entries * 1e6);
  fmt::print("written while filling   {:.0f} B an entry\n",
             static_cast<double>(bytes_written() - written) / entries);
  fmt::print("disk                    {:.1f} B an entry\n",
             static_cast<double>(disk) / static_cast<double>(rows));
}

struct Times {
  std::vector<double> hits;
  std::vector<double> misses;
};

net::Task<void> ask_on(LedgerReader& ledger, const Options& options, const std::atomic<bool>& is_over,
                       Times& times) {
  for (std::uint64_t i = 0; !is_over; ++i) {
    const bool is_hit = i % 2 == 0;
    const Mail mail = mail_of((i * 2'654'435'761) % options.entries + (is_hit ? 0 : std::uint64_t{1} << 40U));
    const RowKey question = sent_id(mail.owner, mail.id);
    const auto begin = Clock::now();
    const auto answers = co_await ledger.look_up(std::span(&question, 1));
    const double took = std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
    if (!answers || (answers->front() != 0) != is_hit) {
      fmt::print("wrong answer: {}\n", answers ? "found or not" : answers.error().message);
      std::exit(1);
    }
    (is_hit ? times.hits : times.misses).push_back(took);
  }
}

void print_times(const char* name, std::vector<double>& times) {
  std::ranges::sort(times);
  const auto at = [&](double part) {
    return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))];
  };
  fmt::print("{:<23} p50 {:.1f} us, p99 {:.1f}, p99.9 {:.1f} ({} asked)\n", name, at(0.5), at(0.99),
             at(0.999), times.size());
}

void ask_beside_inserts(const Options& options, const LedgerSettings& settings) {
  const auto ledger = must_open(settings);
  std::atomic<bool> is_over = false;
  Times times;
  const std::uint64_t written = bytes_written();
  std::uint64_t inserted = 0;
  const auto begin = Clock::now();
  {
    std::jthread asker([&] {
      net::asio::io_context loop;
      net::asio::co_spawn(loop.get_executor(), ask_on(*ledger, options, is_over, times),
                          [](std::exception_ptr) {});
      loop.run();
    });
    constexpr milliseconds kPause{10};
    const std::uint64_t each = std::max<std::uint64_t>(1, options.rate / 100);
    for (auto next = begin; next - begin < seconds(options.seconds); next += kPause) {
      std::this_thread::sleep_until(next);
      record(*ledger, options.entries + inserted, each);
      inserted += each;
    }
    is_over = true;
  }
  ledger->flush(kLong);
  const double took = seconds_since(begin);
  fmt::print("beside {:.0f} inserts a second, {} lost:\n", static_cast<double>(inserted) / took,
             ledger->counters().lost);
  print_times("  look-up, hit", times.hits);
  print_times("  look-up, miss", times.misses);
  fmt::print("  written               {:.2f} MB/s\n",
             static_cast<double>(bytes_written() - written) / took / 1e6);
}

void open_after_kill(const Options& options, const LedgerSettings& settings) {
  int done[2];
  if (::pipe(done) != 0) std::exit(1);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto ledger = must_open(settings);
    // An open table that is nearly full is the most that has to be read again.
    for (std::uint64_t i = 0; i < options.table_rows * 9 / 10; i += 1000) {
      record(*ledger, (std::uint64_t{1} << 41U) + i, 1000);
      wait_for_room(*ledger, settings);
    }
    ledger->flush(kLong);
    if (::write(done[1], "x", 1) != 1) ::_exit(1);
    ::pause();
  }
  char ack = 0;
  if (child < 0 || ::read(done[0], &ack, 1) != 1) std::exit(1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const auto begin = Clock::now();
  const auto ledger = must_open(settings);
  fmt::print("opened after kill -9    {:.2f} s, with {} entries\n", seconds_since(begin),
             ledger->stats()->rows);
}

void expire_a_day(const LedgerSettings& settings, std::uint64_t rows_of_day) {
  const auto ledger = must_open(settings);
  begin_day(*ledger, kDays + 1);
  const std::uint64_t written = bytes_written();
  const std::uint64_t rows = ledger->stats()->rows;
  set_clock(kBegin + days(kDays + 2));
  const auto begin = Clock::now();
  write_until(*ledger, [&] { return ledger->stats()->rows + rows_of_day / 2 < rows; });
  fmt::print("a day expires in        {:.2f} s, {:.1f} MB written, {} entries fewer\n", seconds_since(begin),
             static_cast<double>(bytes_written() - written) / 1e6, rows - ledger->stats()->rows);
}

bool read_option(std::string_view name, std::string_view text, Options& options) {
  std::uint64_t* const to = name == "--entries"      ? &options.entries
                            : name == "--table-rows" ? &options.table_rows
                            : name == "--seconds"    ? &options.seconds
                            : name == "--rate"       ? &options.rate
                                                     : nullptr;
  if (to == nullptr) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *to);
  return error == std::errc() && end == text.data() + text.size() && *to > 0;
}

int run(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; i += 2) {
    if (i + 1 < count && read_option(arguments[i], arguments[i + 1], options)) continue;
    fmt::print("usage: {} [--entries N] [--table-rows N] [--seconds N] [--rate N]\n", arguments[0]);
    return 1;
  }
  const base::TemporaryFolder folder;
  const LedgerSettings settings{
      .url = "sqlite:" + folder.path("ledger.db"), .table_rows = options.table_rows, .clock = bench_clock};
  fill(options, settings);
  ask_beside_inserts(options, settings);
  open_after_kill(options, settings);
  expire_a_day(settings, options.entries / kDays);
  return 0;
}

}  // namespace
}  // namespace backstop::store

int main(int count, char** arguments) {
  return backstop::store::run(count, arguments);
}
