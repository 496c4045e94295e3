// The value of an unstructured header field: the result is UTF-8 without line ends, no longer than promised,
// and does not depend on how the value was folded.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "mail/header_text.h"

namespace {

using namespace backstop;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  const auto unfolded = mail::unfold(value);
  require(unfolded.size() <= value.size());
  require(unfolded.find_first_of("\r\n") == unfolded.npos);
  require(mail::unfold(unfolded) == unfolded);
  const auto decoded = mail::decode_header(value);
  require(base::is_utf8(decoded) && decoded.find_first_of("\r\n") == decoded.npos);
  require(decoded.size() <= 6 * value.size());
  require(mail::decode_header(unfolded) == decoded);
  return 0;
}
