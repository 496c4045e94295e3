#include "intake/seen_signatures.h"

#include <string>
#include <utility>

#include "base/text.h"
#include "dkim/returned.h"
#include "dkim/verify.h"
#include "origin/owner.h"

namespace backstop::intake {

namespace {

net::Task<KeyLookUps::Answer> find_key(const dkim::KeyName& name, const SignatureKeys& keys,
                                       std::size_t& budget, std::chrono::sys_seconds now) {
  const auto* const stored = keys.folder == nullptr ? nullptr : keys.folder->find(name.selector, name.domain);
  if (stored != nullptr) {
    const bool counts = stored->verifies_on(std::chrono::floor<std::chrono::days>(now));
    if (counts) co_return KeyLookUps::Answer{.key = stored->key};
    co_return KeyLookUps::Answer{.key = std::unexpected(dkim::Outcome::KeyOutOfDays)};
  }
  if (keys.look_ups == nullptr) co_return KeyLookUps::Answer{};
  auto domain = keys.counted_among ? keys.counted_among(name.domain) : name.domain;
  co_return co_await keys.look_ups->find(name, std::move(domain), budget, now);
}

origin::SeenSignature seen(const dkim::HeaderBlock& block, const dkim::ReturnedSignature& one,
                           const KeyLookUps::Answer& found, char delimiter) {
  const auto& signature = one.signature;
  origin::SeenSignature made{
      .outcome = found.key ? dkim::verify(block, signature, &*found.key) : found.key.error(),
      .fitness = one.fitness,
      .key_name = base::printable(signature.key.text()),
      .id = base::hex(one.id),
      .signed_at = one.signed_at,
      .is_failed = found.is_failed};
  if (!one.from.domain.empty()) made.from = origin::owner_of(one.from, delimiter).text();
  return made;
}

}  // namespace

net::Task<std::vector<origin::SeenSignature>> seen_signatures(const response::Response& response,
                                                              SignatureKeys keys,
                                                              std::chrono::sys_seconds now) {
  std::vector<origin::SeenSignature> all;
  std::size_t budget = KeyLookUps::kMostOfMail;
  for (const auto& returned : response.returned) {
    const dkim::HeaderBlock block(returned.bytes);
    for (const auto& one : dkim::returned_signatures(block, keys.is_ours)) {
      if (all.size() == kMostVerified) co_return all;
      const auto found = co_await find_key(one.signature.key, keys, budget, now);
      all.push_back(seen(block, one, found, keys.delimiter));
    }
  }
  co_return all;
}

}  // namespace backstop::intake
