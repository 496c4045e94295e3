// The first bytes of a connection with the PROXY protocol: more bytes never change a header that was read, or
// turn a refusal into a header, and the addresses survive our own line.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "net/proxy_header.h"

namespace {

using namespace backstop;

void require(bool holds) {
  if (!holds) std::abort();
}

void write_and_read_again(const net::ProxyHeader& header) {
  const auto line = net::proxy_line(*header.source, *header.destination);
  require(line.size() <= 107);
  const auto again = net::parse_proxy_header(line);
  require(again && again->header && again->size == line.size());
  require(again->header->source == header.source && again->header->destination == header.destination);
}

// Parses longer and longer beginnings, until one of them is a header or is refused.
void read_byte_by_byte(std::string_view bytes, const base::Result<net::ProxyParse>& whole) {
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const auto parsed = net::parse_proxy_header(bytes.substr(0, size));
    if (!parsed) {
      require(!whole);
      return;
    }
    if (parsed->header) {
      require(whole && whole->header && parsed->size == size && whole->size == size);
      return;
    }
    require(parsed->size == 0);
  }
  require(whole && !whole->header);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto parsed = net::parse_proxy_header(bytes);
  read_byte_by_byte(bytes, parsed);
  if (!parsed) {
    require(base::is_utf8(parsed.error().message) && !parsed.error().message.contains('\n'));
  } else if (parsed->header) {
    require(parsed->header->source.has_value() == parsed->header->destination.has_value());
    if (parsed->header->source) write_and_read_again(*parsed->header);
  }
  return 0;
}
