// What a file of recipients costs: reading it, its memory ("bytes" an address), and one look-up as a session
// makes it, coroutine and all, of an address that exists, one with a sub-address, and one that doesn't. The
// look-ups go through the whole list, so that they find nothing in the caches.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdlib>
#include <memory>
#include <string>

#include "directory/file_directory.h"

namespace backstop::bench {
namespace {

constexpr std::size_t kStep = 7'919;  // a prime, so that every address has its turn

std::string address(std::size_t number) {
  return fmt::format("first.last{:06}@example{:02}.org", number, number % 50);
}

std::string text_of(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += address(i) + " OK\n";
  return text;
}

directory::RecipientList list_of(std::size_t count) {
  auto reading = directory::read_recipients(text_of(count));
  if (!reading) std::abort();
  return std::move(reading->list);
}

void read(benchmark::State& state) {
  const auto text = text_of(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(directory::read_recipients(text));
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes"] = static_cast<double>(list_of(static_cast<std::size_t>(state.range(0))).bytes()) /
                            static_cast<double>(state.range(0));
}

enum class Asked : std::uint8_t { Exists, SubAddress, Unknown };

directory::Question question(std::size_t number, Asked asked) {
  const auto mailbox =
      *mail::parse_address(asked == Asked::Unknown ? "x" + address(number) : address(number));
  auto recipient = mailbox;
  if (asked == Asked::SubAddress) recipient.local += "+shop";
  return {.recipient = recipient, .mailbox = mailbox};
}

net::Task<void> look_up_all(benchmark::State& state, directory::FileDirectory& directory, Asked asked) {
  const auto count = directory.get()->size();
  std::vector<directory::Question> questions;
  for (std::size_t i = 0; i < 100'000; ++i) questions.push_back(question(i * kStep % count, asked));
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(co_await directory.look_up(questions[i++ % questions.size()], {}));
  }
}

void look_up(benchmark::State& state, Asked asked) {
  directory::FileDirectory directory("/recipients");
  directory.replace(list_of(static_cast<std::size_t>(state.range(0))), "1");
  net::asio::io_context loop;
  net::asio::co_spawn(loop, look_up_all(state, directory, asked), net::asio::detached);
  loop.run();
}

BENCHMARK(read)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(look_up, exists, Asked::Exists)->Arg(1'000)->Arg(100'000)->Arg(1'000'000);
BENCHMARK_CAPTURE(look_up, sub_address, Asked::SubAddress)->Arg(1'000'000);
BENCHMARK_CAPTURE(look_up, unknown, Asked::Unknown)->Arg(1'000'000);

}  // namespace
}  // namespace backstop::bench

BENCHMARK_MAIN();
