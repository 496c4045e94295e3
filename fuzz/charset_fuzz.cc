// The first line is the name of a charset, the rest is bytes in it: only UTF-8 is appended, the text before
// it stays, and a converter that was used before gives the same result again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "mail/charset.h"

namespace {

using namespace backstop;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto name_end = std::min(input.find('\n'), input.size());
  const auto charset = input.substr(0, name_end);
  const auto bytes = input.substr(std::min(name_end + 1, input.size()));
  std::string out = "before ";
  const bool is_whole = mail::to_utf8(charset, bytes, out);
  require(out.starts_with("before ") && base::is_utf8(out));
  require(out.size() - 7 <= 6 * bytes.size());
  std::string again;
  require(mail::to_utf8(charset, bytes, again) == is_whole && out.substr(7) == again);
  // Text that is UTF-8 already does not change.
  std::string utf8;
  require(mail::to_utf8("utf-8", "x" + again, utf8) && utf8 == "x" + again);
  return 0;
}
