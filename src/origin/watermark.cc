#include "origin/watermark.h"

#include <fmt/compile.h>
#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstring>

#include "base/derived_key.h"
#include "base/text.h"

namespace backstop::origin {

namespace {

constexpr std::string_view kInfo = "backstop watermark 1";

using MacContext = std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)>;

OSSL_PARAM sha256() {
  static char name[] = "SHA256";
  return OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0);
}

/// Returns a context that has the key, or null.
std::shared_ptr<const EVP_MAC_CTX> keyed(const base::DerivedKey& key) {
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr),
                                                              EVP_MAC_free);
  MacContext context(EVP_MAC_CTX_new(mac.get()), EVP_MAC_CTX_free);
  const OSSL_PARAM params[] = {sha256(), OSSL_PARAM_construct_end()};
  if (!context || EVP_MAC_init(context.get(), key.data(), key.size(), params) != 1) return nullptr;
  return std::shared_ptr<EVP_MAC_CTX>(context.release(), EVP_MAC_CTX_free);
}

/// Returns a copy of the context to compute one MAC with, or null. Copying it costs as much as the MAC
/// itself, and one key signs, so each thread keeps its last copy.
EVP_MAC_CTX* scratch_of(const std::shared_ptr<const EVP_MAC_CTX>& key) {
  thread_local std::shared_ptr<const EVP_MAC_CTX> copied;
  thread_local MacContext scratch(nullptr, EVP_MAC_CTX_free);
  // Without a key it begins anew with the one that it has.
  if (copied == key && EVP_MAC_init(scratch.get(), nullptr, 0, nullptr) == 1) return scratch.get();
  scratch.reset(EVP_MAC_CTX_dup(key.get()));
  copied = scratch ? key : nullptr;
  return scratch.get();
}

constexpr std::size_t encoded_size(std::size_t bytes) {
  return (bytes * 4 + 2) / 3;
}
constexpr std::size_t kIdSize = encoded_size(std::tuple_size_v<WatermarkId>);
constexpr std::size_t kMacSize = encoded_size(std::tuple_size_v<WatermarkMac>);

template <std::size_t N>
std::string to_base64url(const std::array<unsigned char, N>& bytes) {
  std::array<unsigned char, N * 2 + 4> text{};
  EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(N));
  std::string result(reinterpret_cast<const char*>(text.data()), encoded_size(N));
  std::ranges::replace(result, '+', '-');
  std::ranges::replace(result, '/', '_');
  return result;
}

/// Strict: every value has one spelling, so bits that would be lost must be zero. `text` has the right size
/// and no other character than those of base64url.
template <std::size_t N>
std::optional<std::array<unsigned char, N>> from_base64url(std::string_view text) {
  std::string padded(text);
  std::ranges::replace(padded, '-', '+');
  std::ranges::replace(padded, '_', '/');
  padded.resize((padded.size() + 3) / 4 * 4, '=');
  std::array<unsigned char, N + 3> decoded{};
  const auto* const source = reinterpret_cast<const unsigned char*>(padded.data());
  if (EVP_DecodeBlock(decoded.data(), source, static_cast<int>(padded.size())) < 0) return std::nullopt;
  std::array<unsigned char, N> bytes{};
  std::copy_n(decoded.begin(), N, bytes.begin());
  if (to_base64url(bytes) != text) return std::nullopt;
  return bytes;
}

std::string head_of(const Watermark& watermark) {
  return fmt::format(FMT_COMPILE("{};{:08x};{};"), watermark.key_number, watermark.minutes,
                     to_base64url(watermark.id));
}

bool is_equal(const std::optional<WatermarkMac>& given, const WatermarkMac& made) {
  return given && CRYPTO_memcmp(given->data(), made.data(), made.size()) == 0;
}

/// Takes characters of a value that may be folded, quoted or re-wrapped.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : rest_(text) {}

  bool take(char wanted) {
    return take(1, [wanted](char c) { return c == wanted; }).size() == 1;
  }

  /// Returns `count` characters for which `is_one` is true, or an empty text.
  template <typename Predicate>
  std::string take(std::size_t count, Predicate is_one) {
    std::string taken;
    while (taken.size() < count) {
      const auto next = rest_.find_first_not_of(" \t\r\n>|");
      if (next == std::string_view::npos || !is_one(rest_[next])) return {};
      taken += rest_[next];
      rest_.remove_prefix(next + 1);
    }
    return taken;
  }

 private:
  std::string_view rest_;
};

bool is_base64url(char c) {
  return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_';
}

std::optional<std::uint32_t> read_minutes(Tokens& tokens) {
  const auto digits = tokens.take(8, [](char c) { return base::is_digit(c) || (c >= 'a' && c <= 'f'); });
  if (digits.empty()) return std::nullopt;
  std::uint32_t minutes = 0;
  for (const char c : digits) minutes = minutes << 4 | static_cast<std::uint32_t>(base::hex_value(c));
  return minutes;
}

WatermarkOutcome outcome_of(const Watermark& watermark, std::chrono::sys_seconds now) {
  const auto age = std::chrono::floor<std::chrono::minutes>(now) - watermark.time();
  if (age > kWatermarkLife) return WatermarkOutcome::Expired;
  return age < -kWatermarkAhead ? WatermarkOutcome::Ahead : WatermarkOutcome::Good;
}

}  // namespace

WatermarkKeys::WatermarkKeys(const KeyRing& ring) {
  for (const auto& key : ring.keys()) {
    if (key.family != TagFamily::Exim) continue;
    auto& derived = keys_[static_cast<std::size_t>(key.number)];
    auto secret = base::derive_key(key.secret, kInfo);
    if (secret) derived.mac = keyed(*secret);
    if (secret) OPENSSL_cleanse(secret->data(), secret->size());
    if (key.use == KeyUse::Retired) derived.last_day = last_day(key, {});
    if (key.use == KeyUse::Sign && derived.mac) signing_ = key.number;
  }
}

bool WatermarkKeys::has(int number) const {
  return keys_[static_cast<std::size_t>(number)].mac != nullptr;
}

bool WatermarkKeys::is_accepted(int number, std::chrono::sys_days today) const {
  const auto& last_day = keys_[static_cast<std::size_t>(number)].last_day;
  return has(number) && (!last_day || today <= *last_day);
}

std::optional<WatermarkMac> WatermarkKeys::mac(int number, std::string_view head,
                                               std::string_view address) const {
  const auto& key = keys_[static_cast<std::size_t>(number)];
  if (!key.mac) return std::nullopt;
  EVP_MAC_CTX* const context = scratch_of(key.mac);
  const std::string text = fmt::format(FMT_COMPILE("bw1;{}{}"), head, address);
  std::array<unsigned char, 32> digest{};
  std::size_t size = 0;
  if (context == nullptr ||
      EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1 ||
      EVP_MAC_final(context, digest.data(), &size, digest.size()) != 1)
    return std::nullopt;
  WatermarkMac mac{};
  std::copy_n(digest.begin(), mac.size(), mac.begin());
  return mac;
}

std::optional<std::string> make_watermark(const WatermarkKeys& keys, const WatermarkStamp& stamp,
                                          std::string_view sender, std::string_view from) {
  const auto number = keys.signing_number();
  if (!number || (sender.empty() && from.empty())) return std::nullopt;
  const auto minutes = std::chrono::floor<std::chrono::minutes>(stamp.now).time_since_epoch();
  const auto head = head_of(
      {.key_number = *number, .minutes = static_cast<std::uint32_t>(minutes.count()), .id = stamp.id});
  std::string value = "1;" + head;
  if (!sender.empty()) {
    const auto mac = keys.mac(*number, head, sender);
    if (!mac) return std::nullopt;
    value += to_base64url(*mac);
  }
  if (from.empty() || from == sender) return value;
  const auto mac = keys.mac(*number, head, from);
  if (!mac) return std::nullopt;
  return value + ";" + to_base64url(*mac);
}

std::optional<Watermark> parse_watermark(std::string_view text) {
  Tokens tokens(text);
  if (!tokens.take('1') || !tokens.take(';')) return std::nullopt;
  Watermark watermark;
  const auto number = tokens.take(1, base::is_digit);
  if (number.empty() || !tokens.take(';')) return std::nullopt;
  watermark.key_number = number[0] - '0';
  const auto minutes = read_minutes(tokens);
  if (!minutes || !tokens.take(';')) return std::nullopt;
  watermark.minutes = *minutes;
  const auto id = from_base64url<8>(tokens.take(kIdSize, is_base64url));
  if (!id || !tokens.take(';')) return std::nullopt;
  watermark.id = *id;
  if (!tokens.take(';')) {
    watermark.sender = from_base64url<10>(tokens.take(kMacSize, is_base64url));
    if (!watermark.sender) return std::nullopt;
    if (!tokens.take(';')) return watermark;
  }
  watermark.from = from_base64url<10>(tokens.take(kMacSize, is_base64url));
  if (!watermark.from && !watermark.sender) return std::nullopt;
  return watermark;
}

WatermarkCheck check_watermark(const Watermark& watermark, const WatermarkKeys& keys,
                               std::span<const std::string> addresses, std::chrono::sys_seconds now) {
  if (!keys.has(watermark.key_number)) return {.outcome = WatermarkOutcome::UnknownKey};
  if (!keys.is_accepted(watermark.key_number, std::chrono::floor<std::chrono::days>(now)))
    return {.outcome = WatermarkOutcome::RetiredKey};
  const auto head = head_of(watermark);
  for (const auto& address : addresses.first(std::min(addresses.size(), kMostWatermarkTries))) {
    const auto made = keys.mac(watermark.key_number, head, address);
    if (!made) continue;
    const bool is_sender = is_equal(watermark.sender, *made);
    if (!is_sender && !is_equal(watermark.from, *made)) continue;
    return {.outcome = outcome_of(watermark, now), .address = address, .is_from = !is_sender};
  }
  return {};
}

}  // namespace backstop::origin
