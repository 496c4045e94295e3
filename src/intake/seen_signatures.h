// Verifies the DKIM signatures of our domains in what a response returns.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "dkim/key_store.h"
#include "intake/key_look_ups.h"
#include "net/task.h"
#include "origin/message_proof.h"
#include "response/response.h"

namespace backstop::intake {

/// How many signatures of one response are verified.
inline constexpr std::size_t kMostVerified = 8;

struct SignatureKeys {
  const dkim::KeyStore* folder = nullptr;  ///< may be null
  /// For keys that the folder doesn't have; null: none is looked up. A key that the folder has, and that no
  /// longer counts, is not looked up either.
  KeyLookUps* look_ups = nullptr;
  std::function<bool(std::string_view)> is_ours;  ///< asked for an A-label in lower case
  /// Returns the domain that look-ups of a domain of ours are counted among; none: the domain itself.
  std::function<std::string(std::string_view)> counted_among = {};
  char delimiter = '+';  ///< of sub-addresses
};

/// Returns the signatures of all returned blocks, in order. A key that nobody has gives dkim::Outcome::NoKey.
/// The response and what `keys` points to must live until the answer.
net::Task<std::vector<origin::SeenSignature>> seen_signatures(const response::Response& response,
                                                              SignatureKeys keys,
                                                              std::chrono::sys_seconds now);

}  // namespace backstop::intake
