// The MIME walk beside GMime's parser on the same mails, and the two reads that the candidate test stands on.
#include <benchmark/benchmark.h>
#include <gmime/gmime.h>

#include <algorithm>
#include <span>

#include "bench/mails.h"
#include "mail/encoding.h"
#include "mail/field_name.h"
#include "mail/message.h"

namespace backstop::bench {
namespace {

// items/s is mails/s, bytes/s is of the whole mails.
void report(benchmark::State& state) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * total_bytes(mails())));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * mails().size()));
}

void walk(benchmark::State& state) {
  mail::Message message;
  std::size_t parts = 0;
  for (auto _ : state) {
    for (const std::string& mail : mails()) {
      mail::walk(mail, message);
      parts += message.parts.size();
    }
  }
  benchmark::DoNotOptimize(parts);
  report(state);
}
BENCHMARK(walk)->Unit(benchmark::kMillisecond);

// All mails come from memory; the first 64 stand in the processor's caches, as a mail does that just arrived.
void walk_header(benchmark::State& state) {
  const std::span<const std::string> some(
      mails().data(), std::min<std::size_t>(mails().size(), static_cast<std::size_t>(state.range(0))));
  mail::Message message;
  std::size_t fields = 0;
  for (auto _ : state) {
    for (const std::string& mail : some) {
      mail::walk_header(mail, message);
      fields += message.fields.size();
    }
  }
  const double walks = static_cast<double>(state.iterations()) * static_cast<double>(some.size());
  state.counters["fields"] = static_cast<double>(fields) / walks;
  state.SetItemsProcessed(static_cast<std::int64_t>(walks));
}
BENCHMARK(walk_header)->Arg(64)->Arg(1'000'000)->ArgName("mails")->Unit(benchmark::kMicrosecond);

// Walked, and every leaf decoded.
void walk_and_decode(benchmark::State& state) {
  mail::Message message;
  std::string decoded;
  for (auto _ : state) {
    for (const std::string& mail : mails()) {
      mail::walk(mail, message);
      for (const mail::Part& part : message.parts) {
        if (part.encoding == mail::TransferEncoding::Identity) continue;
        decoded.clear();
        mail::decode(part.encoding, message.body_of(part), decoded);
        benchmark::DoNotOptimize(decoded.data());
      }
    }
  }
  report(state);
}
BENCHMARK(walk_and_decode)->Unit(benchmark::kMillisecond);

void field_name(benchmark::State& state) {
  std::vector<std::string_view> names;
  mail::Message message;
  for (const std::string& mail : mails()) {
    mail::walk_header(mail, message);
    for (const mail::Field& field : message.fields) names.push_back(field.name);
  }
  for (auto _ : state) {
    for (const std::string_view name : names) benchmark::DoNotOptimize(mail::field_name(name));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * names.size()));
}
BENCHMARK(field_name)->Unit(benchmark::kMicrosecond);

void gmime_parse(benchmark::State& state) {
  g_mime_init();
  for (auto _ : state) {
    for (const std::string& mail : mails()) {
      GMimeStream* stream = g_mime_stream_mem_new_with_buffer(mail.data(), mail.size());
      GMimeParser* parser = g_mime_parser_new_with_stream(stream);
      GMimeMessage* message = g_mime_parser_construct_message(parser, nullptr);
      if (message != nullptr) g_object_unref(message);
      g_object_unref(parser);
      g_object_unref(stream);
    }
  }
  report(state);
}
BENCHMARK(gmime_parse)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace backstop::bench

BENCHMARK_MAIN();
