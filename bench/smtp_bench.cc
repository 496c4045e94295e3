// What the grammar of SMTP costs: data for each byte of a mail, commands and replies for each of a session.
#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <string_view>

#include "smtp/command.h"
#include "smtp/data_scanner.h"
#include "smtp/extensions.h"
#include "smtp/path_command.h"
#include "smtp/reply_parser.h"
#include "smtp/session_state.h"
#include "smtp/stuffing.h"

namespace backstop::bench {
namespace {

using namespace smtp;

constexpr std::size_t kRead = 16 * 1024;  // what a session reads at once

// Lines of 76 characters and CRLF, as base64 has them; each `dots`-th begins with a dot, 0: none.
std::string lines(std::size_t size, std::size_t dots = 0) {
  std::string text;
  for (std::size_t line = 1; text.size() < size; ++line) {
    text += dots != 0 && line % dots == 0 ? '.' : 'a';
    text.append(75, static_cast<char>('b' + line % 20)).append("\r\n");
  }
  return text;
}

template <typename Work>
void in_pieces(std::string_view text, Work work) {
  for (; !text.empty(); text.remove_prefix(std::min(text.size(), kRead))) work(text.substr(0, kRead));
}

void report_bytes(benchmark::State& state, std::size_t size) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * size));
}

template <typename Scanner>
void scan(benchmark::State& state) {
  const std::string text = lines(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    Scanner scanner;
    in_pieces(text, [&](std::string_view piece) { benchmark::DoNotOptimize(scanner.scan(piece)); });
  }
  report_bytes(state, text.size());
}
BENCHMARK(scan<DataScanner>)->Arg(4096)->Arg(100'000);
BENCHMARK(scan<ChunkScanner>)->Arg(4096)->Arg(100'000);

// Into a buffer that is emptied for each piece, as the session does. The second argument: lines for each dot.
template <typename Way>
void dots(benchmark::State& state) {
  const std::string text =
      lines(static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1)));
  std::string out;
  for (auto _ : state) {
    Way way;
    in_pieces(text, [&](std::string_view piece) {
      out.clear();
      way.append(piece, out);
      benchmark::DoNotOptimize(out.data());
    });
  }
  report_bytes(state, text.size());
}
BENCHMARK(dots<Stuffer>)->Args({4096, 0})->Args({100'000, 0})->Args({100'000, 10})->Args({100'000, 1});
BENCHMARK(dots<Unstuffer>)->Args({4096, 0})->Args({100'000, 0})->Args({100'000, 10})->Args({100'000, 1});

constexpr auto kCommands = std::to_array<std::string_view>({
    "EHLO mail.example.org",
    "MAIL FROM:<prvs=0787c97471=john.doe@example.org> SIZE=12345 BODY=8BITMIME",
    "RCPT TO:<somebody.else@destination.example>",
    "DATA",
    "QUIT",
});

void report_items(benchmark::State& state, std::size_t items) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * items));
}

void split(benchmark::State& state) {
  for (auto _ : state) {
    for (const std::string_view line : kCommands) benchmark::DoNotOptimize(split_command(line));
  }
  report_items(state, kCommands.size());
}
BENCHMARK(split);

void may_come(benchmark::State& state) {
  SessionState session;
  session.phase = Phase::Recipients;
  const Command command = split_command("RCPT TO:<somebody.else@destination.example>");
  for (auto _ : state) benchmark::DoNotOptimize(why_not_now(session, command));
  report_items(state, 1);
}
BENCHMARK(may_come);

const Extensions kAll = {
    .eight_bit_mime = true, .smtputf8 = true, .dsn = true, .size = true, .auth = "PLAIN"};

void mail(benchmark::State& state) {
  const Command command = split_command(kCommands[1]);
  for (auto _ : state) benchmark::DoNotOptimize(parse_mail(command.argument, kAll));
  report_items(state, 1);
}
BENCHMARK(mail);

void rcpt(benchmark::State& state) {
  const Command command = split_command(kCommands[2]);
  for (auto _ : state) benchmark::DoNotOptimize(parse_rcpt(command.argument, kAll, false));
  report_items(state, 1);
}
BENCHMARK(rcpt);

void write_mail(benchmark::State& state) {
  const auto parsed = parse_mail(split_command(kCommands[1]).argument, kAll);
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_mail(*parsed, kAll, out);
    benchmark::DoNotOptimize(out.data());
  }
  report_items(state, 1);
}
BENCHMARK(write_mail);

constexpr auto kReplies = std::to_array<std::string_view>({
    "220 mx.example.org ESMTP Postfix\r\n",
    "250 2.1.0 Ok\r\n",
    "250 2.1.5 Ok\r\n",
    "354 End data with <CR><LF>.<CR><LF>\r\n",
    "250 2.0.0 Ok: queued as 4XkBcD1yQz2Jv\r\n",
});

void read_replies(benchmark::State& state) {
  ReplyParser parser;
  for (auto _ : state) {
    for (const std::string_view wire : kReplies) {
      benchmark::DoNotOptimize(parser.feed(wire));
      benchmark::DoNotOptimize(parser.take());
    }
  }
  report_items(state, kReplies.size());
}
BENCHMARK(read_replies);

void write_reply(benchmark::State& state) {
  const Reply reply(250, "2.0.0", "Ok: queued as 4XkBcD1yQz2Jv");
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_reply(reply, out);
    benchmark::DoNotOptimize(out.data());
  }
  report_items(state, 1);
}
BENCHMARK(write_reply);

void read_extensions(benchmark::State& state) {
  constexpr std::string_view kWire =
      "250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-ETRN\r\n250-STARTTLS\r\n"
      "250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n";
  ReplyParser parser;
  for (auto _ : state) {
    benchmark::DoNotOptimize(parser.feed(kWire));
    benchmark::DoNotOptimize(parse_extensions(parser.take()));
  }
  report_items(state, 1);
}
BENCHMARK(read_extensions);

}  // namespace
}  // namespace backstop::bench

BENCHMARK_MAIN();
