// Bodies in pieces: any split gives the same hashes as the whole at once, in both forms, and a body that is
// brought into a form stays as it is there. The first byte is the seed of the split.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "dkim/body_hash.h"

namespace {

using namespace backstop::dkim;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Gives the body in pieces of sizes that follow from the seed; 0: at once.
void take(BodyHash& hash, std::string_view body, std::uint8_t seed) {
  std::uint32_t state = seed;
  while (!body.empty()) {
    state = state * 1664525 + 1013904223;
    const auto size = seed == 0 ? body.size() : std::min<std::size_t>((state >> 24) % 7, body.size());
    hash.take(body.substr(0, size));
    body.remove_prefix(size);
  }
  hash.end();
}

void check(Canonical form, std::string_view body, std::uint8_t seed) {
  BodyHash whole(form);
  BodyHash pieces(form);
  for (const std::uint64_t length : {0UZ, 1UZ, body.size() / 2, body.size()}) {
    whole.mark(length);
    pieces.mark(length);
  }
  take(whole, body, 0);
  take(pieces, body, seed);
  require(whole.size() == pieces.size() && whole.hash() == pieces.hash());
  for (const std::uint64_t length : {0UZ, 1UZ, body.size() / 2, body.size()}) {
    require(whole.hash(length) == pieces.hash(length));
    require(whole.hash(length).has_value() == (length <= whole.size()));
    if (length == whole.size()) require(whole.hash(length) == whole.hash());
  }
  BodyHash longer(form);
  take(longer, std::string(body) + "\r\n\r\n", seed);
  require(longer.hash() == whole.hash() || body.ends_with('\r'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  check(Canonical::Simple, body, data[0]);
  check(Canonical::Relaxed, body, data[0]);
  return 0;
}
