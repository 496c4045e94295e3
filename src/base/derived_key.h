// Keys that are derived from a secret by HKDF-SHA256 (RFC 5869), each for one use. Pure; thread-safe.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace backstop::base {

using DerivedKey = std::array<unsigned char, 32>;

/// `info` names the use and its version, as in "backstop watermark 1": no two uses of a secret share a key.
/// Returns nullopt for an empty secret.
std::optional<DerivedKey> derive_key(std::string_view secret, std::string_view info);

}  // namespace backstop::base
