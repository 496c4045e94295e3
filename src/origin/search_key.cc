#include "origin/search_key.h"

#include "base/domain_key.h"
#include "origin/tag.h"

namespace backstop::origin {

namespace {

/// What would be the delimiter if `local` ended in "+prvs=0787c97471".
char delimiter_of(std::string_view local) {
  constexpr std::size_t kTail = std::string_view("+prvs=0787c97471").size();
  return local.size() < kTail ? '+' : local[local.size() - kTail];
}

}  // namespace

std::string search_key(std::string_view address) {
  const std::string_view local = address.substr(0, address.rfind('@'));
  const std::string_view domain = address.substr(local.size());  // with the "@"
  auto tag = find_tag({std::string(local), {}}, delimiter_of(local));
  return base::address_key(tag ? std::string_view(tag->plain.local.append(domain)) : address);
}

}  // namespace backstop::origin
