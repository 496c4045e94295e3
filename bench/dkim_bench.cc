// What a proof by DKIM costs: finding the signature of ours in a returned header block of about 3 KB and
// verifying it, by algorithm and canonicalisation; and its parts.
#include <benchmark/benchmark.h>

#include <string>

#include "dkim/canonical.h"
#include "dkim/mail_fixture.h"
#include "dkim/returned.h"
#include "dkim/verify.h"

namespace backstop::bench {
namespace {

using namespace dkim;

bool is_ours(std::string_view domain) {
  return domain == "example.org";
}

std::string block_of(const char* name) {
  const std::string mail = fixture(name);
  return mail.substr(0, mail.find("\r\n\r\n") + 2);
}

void whole(benchmark::State& state, const char* name, const char* selector) {
  const std::string block = block_of(name);
  const PublicKey key = fixture_key(selector);
  for (auto _ : state) {
    const HeaderBlock fields(block);
    const auto found = returned_signatures(fields, is_ours);
    if (verify(fields, found.front().signature, &key) != Outcome::Good)
      return state.SkipWithError("not good");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.SetLabel(std::to_string(block.size()) + " bytes");
}
BENCHMARK_CAPTURE(whole, rsa_2048_relaxed, "dkimpy-rsa-relaxed.eml", "rsa");
BENCHMARK_CAPTURE(whole, rsa_2048_simple, "dkimpy-rsa-simple.eml", "rsa");
BENCHMARK_CAPTURE(whole, ed25519_relaxed, "dkimpy-ed25519-relaxed.eml", "ed");
BENCHMARK_CAPTURE(whole, ed25519_simple, "dkimpy-ed25519-simple.eml", "ed");

/// All but the verifying itself.
void without_key(benchmark::State& state) {
  const std::string block = block_of("dkimpy-rsa-relaxed.eml");
  for (auto _ : state) {
    const HeaderBlock fields(block);
    const auto found = returned_signatures(fields, is_ours);
    benchmark::DoNotOptimize(verify(fields, found.front().signature, nullptr));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(without_key);

void verifying_alone(benchmark::State& state, const char* name, const char* selector) {
  const std::string block = block_of(name);
  const HeaderBlock fields(block);
  const auto signature = top_signature(fields);
  const PublicKey key = fixture_key(selector);
  const Digest digest = sha256("");
  for (auto _ : state) benchmark::DoNotOptimize(key.verifies(digest, signature->value));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK_CAPTURE(verifying_alone, rsa_2048, "dkimpy-rsa-relaxed.eml", "rsa");
BENCHMARK_CAPTURE(verifying_alone, ed25519, "dkimpy-ed25519-relaxed.eml", "ed");

/// A block without a signature of ours, as most forged ones are.
void none_of_ours(benchmark::State& state) {
  const std::string block = block_of("dkimpy-rsa-relaxed.eml");
  for (auto _ : state) {
    const HeaderBlock fields(block);
    benchmark::DoNotOptimize(returned_signatures(fields, [](std::string_view) { return false; }));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(none_of_ours);

}  // namespace
}  // namespace backstop::bench

BENCHMARK_MAIN();
