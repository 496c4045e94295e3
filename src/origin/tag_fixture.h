// Addresses, key rings and days for the tests of tags, written short.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "mail/address.h"
#include "origin/key_ring.h"

namespace backstop::origin {

/// Splits at the last '@' and reads no quotes. Does not use the address parser, so that a row says exactly
/// what is tested.
inline mail::Address address_of(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos) return {std::string(text), ""};
  return {std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

inline std::string text_of(const mail::Address& address) {
  return address.local + "@" + address.domain;
}

inline std::chrono::sys_days day(int since_epoch) {
  return std::chrono::sys_days(std::chrono::days(since_epoch));
}

inline Key key_of(int number, std::string_view secret, KeyUse use = KeyUse::Sign,
                  TagFamily family = TagFamily::Exim) {
  return {.number = number,
          .family = family,
          .use = use,
          .created = day(20000),
          .retired = {},
          .secret = std::string(secret)};
}

inline KeyRing ring_of(const Key& key) {
  KeyRing ring;
  static_cast<void>(ring.add(key));
  return ring;
}

}  // namespace backstop::origin
