#include "auth/reverse_name.h"

#include <fmt/format.h>

#include <ranges>

namespace backstop::auth {

std::string reversed_labels(const boost::asio::ip::address& address) {
  std::string labels;
  const auto add = [&](auto label) { labels += (labels.empty() ? "" : ".") + std::move(label); };
  if (address.is_v4()) {
    for (const unsigned byte : address.to_v4().to_bytes() | std::views::reverse) add(fmt::format("{}", byte));
  } else {
    for (const unsigned byte : address.to_v6().to_bytes() | std::views::reverse)
      add(fmt::format("{:x}.{:x}", byte & 15, byte >> 4));
  }
  return labels;
}

std::string reverse_name(const boost::asio::ip::address& address) {
  return reversed_labels(address) + (address.is_v4() ? ".in-addr.arpa" : ".ip6.arpa");
}

}  // namespace backstop::auth
