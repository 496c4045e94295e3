// Mail addresses in running text, as reports write them.
#pragma once

#include <cstddef>
#include <string_view>

namespace backstop::response {

struct FoundAddress {
  std::string_view text;  ///< without angle brackets; empty when there is none
  std::size_t begin = 0;  ///< offset in the line of the address with its brackets, quotes and "mailto:"
  std::size_t end = 0;
};

/// The first address of `line` at or after `from`. Linear: bytes before the "@" are looked at once, and no
/// more than a local part can have.
FoundAddress find_address(std::string_view line, std::size_t from = 0);

/// Addresses that a report gives for questions, not as failed ones: "postmaster@example.org".
bool is_service_address(std::string_view address);

}  // namespace backstop::response
