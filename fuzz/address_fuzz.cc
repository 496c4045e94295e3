// A path of the envelope, and the value of an address field: an address that is read can be written and read
// again unchanged, keeps to its caps, and the strict and the lenient reader agree about it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "mail/address_list.h"

namespace {

using namespace backstop;

// The builds that fuzz fastest have no assert().
void require(bool holds) {
  if (!holds) std::abort();
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 128; });
}

void read_path(std::string_view text) {
  const auto path = mail::parse_path(text);
  if (!path) {
    require(base::is_utf8(path.error().message) && !path.error().message.contains('\n'));
    return;
  }
  require(path->is_null() == (text == "<>"));
  if (path->is_null()) return;
  const auto written = path->address->text();
  require(written.size() <= 254);
  const auto again = mail::parse_address(written);
  require(again && *again == *path->address);
  if (is_ascii(written) && !again->domain.empty()) require(mail::looks_like_address(written));
}

void read_list(std::string_view value) {
  const auto addresses = mail::parse_address_list(value);
  require(addresses.size() <= 100);
  for (const auto& address : addresses) {
    require(address.local.size() + 1 + address.domain.size() <= 254);
    const auto written = address.text();
    require(base::is_utf8(written) && base::is_utf8(address.folded()));
    const auto again = mail::parse_address_list(written);
    require(again.size() == 1 && again.front() == address);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_path(text);
  read_list(text);
  if (mail::looks_like_address(text)) require(mail::parse_address_list(text).size() == 1);
  return 0;
}
