// An address with or without a tag, and the text of a key file: a signed address verifies in any case of its
// letters, a key file that is read is written back unchanged, and no sentence has control characters for a
// terminal.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "origin/tag.h"
#include "origin/tag_evidence.h"
#include "origin/tag_lint.h"

namespace {

using namespace backstop;

constexpr std::chrono::sys_days kToday{std::chrono::days(20999)};  // the day before the wrap

// The builds that fuzz fastest have no assert().
void require(bool holds) {
  if (!holds) std::abort();
}

mail::Address address_of(std::string_view text) {
  const auto at = std::min(text.rfind('@'), text.size());
  return {std::string(text.substr(0, at)), std::string(text.substr(std::min(at + 1, text.size())))};
}

std::string to_upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

origin::KeyRing make_ring() {
  auto ring = origin::KeyRing::parse(
      "0 exim retired:2027-06-25 2026-01-01 old\n1 exim sign 2027-06-25 new\n0 indimail verify 2021-09-21 "
      "1632203830\n");
  require(ring.has_value());
  return *ring;
}

void read_tag(const mail::Address& address, const origin::KeyRing& keys,
              const origin::TagSettings& settings) {
  const auto tag = origin::find_tag(address, settings.delimiter);
  if (tag) {
    require(address.local.contains(tag->value) && address.local.contains(tag->plain.local));
    require(!tag->plain.local.empty() && tag->plain.local.size() < address.local.size());
  }
  const auto check = origin::verify(address, keys, kToday, settings);
  require((check.outcome == origin::TagOutcome::NoTag) == !tag);
  const auto sentence = origin::explain(check, address);
  require(base::is_utf8(sentence) && sentence.find('\x1b') == std::string::npos);
  for (const auto& finding : origin::lint({address}, kToday, settings).findings) {
    require(base::is_utf8(finding.detail));
  }
}

void sign_and_verify(const mail::Address& address, const origin::KeyRing& keys,
                     const origin::TagSettings& settings) {
  const auto signed_address = origin::sign({address}, keys, kToday, settings);
  require(signed_address.has_value() == !origin::why_not_signed({address}, settings));
  if (!signed_address) return;
  require(signed_address->local.size() <= 64);
  const auto check = origin::verify(*signed_address, keys, kToday, settings);
  require(check.outcome == origin::TagOutcome::Good && check.tag->plain == address);
  const mail::Address folded{to_upper(signed_address->local), to_upper(signed_address->domain)};
  require(origin::verify(folded, keys, kToday, settings).outcome == origin::TagOutcome::Good);
  const auto again = origin::sign({*signed_address}, keys, kToday, settings);
  require(!again && again.error() == origin::NotSigned::AlreadyTagged);
}

void read_key_file(std::string_view text) {
  auto ring = origin::KeyRing::parse(text);
  if (!ring) {
    require(base::is_utf8(ring.error().message));
    return;
  }
  const auto again = origin::KeyRing::parse(ring->serialize());
  require(again && again->serialize() == ring->serialize());
  if (ring->rotate("next", kToday, std::chrono::days(7))) require(ring->signing_key()->secret == "next");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const origin::KeyRing kKeys = make_ring();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto address = address_of(text);
  for (const auto form : {origin::TagForm::Prefix, origin::TagForm::SubAddress}) {
    for (const char delimiter : {'+', '-'}) {
      const origin::TagSettings settings{.form = form, .delimiter = delimiter};
      read_tag(address, kKeys, settings);
      sign_and_verify(address, kKeys, settings);
    }
  }
  read_key_file(text);
  return 0;
}
