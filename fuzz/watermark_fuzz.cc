// A watermark as it may come back, and an address that one is made for. What is read is written again in the
// one form that it has; what is made is found for its own address and for no other; changed bytes never
// match.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "origin/added_fields.h"
#include "origin/owner.h"
#include "origin/watermark.h"

namespace {

using namespace backstop;

constexpr std::chrono::sys_seconds kNow{std::chrono::days(20780)};
constexpr origin::WatermarkStamp kStamp{.now = kNow, .id = {1, 2, 3, 4, 5, 6, 7, 8}};

void require(bool holds) {
  if (!holds) std::abort();
}

origin::WatermarkKeys make_keys() {
  const auto ring =
      origin::KeyRing::parse("0 exim retired:2026-11-01 2026-01-01 old\n1 exim sign 2026-11-01 new\n");
  require(ring.has_value());
  return origin::WatermarkKeys(*ring);
}

mail::Address address_of(std::string_view text) {
  const auto at = std::min(text.rfind('@'), text.size());
  return {std::string(text.substr(0, at)), std::string(text.substr(std::min(at + 1, text.size())))};
}

void read_value(std::string_view text, const origin::WatermarkKeys& keys) {
  const auto watermark = origin::parse_watermark(text);
  if (!watermark) return;
  require(watermark->key_number >= 0 && watermark->key_number < origin::KeyRing::kNumbers);
  require(watermark->sender || watermark->from);
  const std::array<std::string, 1> nobody = {"nobody@example.org"};
  const auto check = origin::check_watermark(*watermark, keys, nobody, kNow);
  require(check.address.empty() && check.outcome != origin::WatermarkOutcome::Good);
}

void make_and_read(const mail::Address& address, const origin::WatermarkKeys& keys) {
  const auto owner = origin::owner_of(address, '+');
  require(origin::owner_of(owner, '+') == owner);
  const std::array<std::string, 1> own = {owner.text()};
  if (own[0].empty()) return;
  for (const bool is_from : {false, true}) {
    const auto value = origin::make_watermark(keys, kStamp, is_from ? "" : own[0], is_from ? own[0] : "");
    require(value && value->size() <= 54);
    std::string wrapped = *value;
    wrapped.insert(wrapped.size() / 2, "\r\n> > ");
    for (const auto& text : {*value, wrapped + "\r\nReceived: x"}) {
      const auto watermark = origin::parse_watermark(text);
      require(watermark && watermark->id == kStamp.id && watermark->time() == kNow);
      const auto check = origin::check_watermark(*watermark, keys, own, kNow);
      require(check.outcome == origin::WatermarkOutcome::Good && check.is_from == is_from);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const origin::WatermarkKeys kKeys = make_keys();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_value(text, kKeys);
  make_and_read(address_of(text), kKeys);
  const auto half = size / 2;
  require(origin::matches_pattern(text, text));
  static_cast<void>(origin::matches_pattern(text.substr(0, half), text.substr(half)));
  static_cast<void>(origin::needs_message_id(text));
  return 0;
}
