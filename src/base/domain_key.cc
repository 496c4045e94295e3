#include "base/domain_key.h"

#include <unicode/uidna.h>

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace backstop::base {

namespace {

// Immutable once opened, and so shared between threads. Null if ICU has no data.
const UIDNA* mapping() {
  static const UIDNA* const opened = [] {
    UErrorCode error = U_ZERO_ERROR;
    UIDNA* made = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE, &error);
    return U_SUCCESS(error) ? made : nullptr;
  }();
  return opened;
}

// UTS 46 maps "℀" to "a/c", and its check for such characters would refuse the underscores that hosts have.
bool is_host_character(char c) {
  return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
}

// The A-labels of a name that has characters beyond ASCII; empty if it has no A-labels.
std::string_view a_labels(std::string_view domain, DomainBuffer& buffer) {
  const UIDNA* const idna = mapping();
  if (idna == nullptr) return {};
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  UErrorCode error = U_ZERO_ERROR;
  const auto size =
      uidna_nameToASCII_UTF8(idna, domain.data(), static_cast<std::int32_t>(domain.size()), buffer.data(),
                             static_cast<std::int32_t>(buffer.size()), &info, &error);
  // Where hyphens may stand is the registry's business; "r3---a" is the name of a host.
  constexpr std::uint32_t kHyphens =
      UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;
  if (U_FAILURE(error) || (info.errors & ~kHyphens) != 0) return {};
  const std::string_view labels(buffer.data(), static_cast<std::size_t>(size));
  return std::ranges::all_of(labels, is_host_character) ? labels : std::string_view();
}

}  // namespace

std::string_view domain_key(std::string_view domain, DomainBuffer& buffer) {
  if (domain.size() > buffer.size()) return {};
  // An A-label of ASCII maps to itself, so ICU is asked for others only.
  if (!is_ascii(domain)) {
    if (const auto labels = a_labels(domain, buffer); !labels.empty()) return labels;
  }
  std::ranges::transform(domain, buffer.begin(), ascii_lower);
  return {buffer.data(), domain.size()};
}

std::string domain_key(std::string_view domain) {
  if (domain.size() > kDomainMost) return to_lower(domain);
  DomainBuffer buffer;
  return std::string(domain_key(domain, buffer));
}

std::string address_key(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos) return to_lower(address);
  return to_lower(address.substr(0, at + 1)) + domain_key(address.substr(at + 1));
}

}  // namespace backstop::base
