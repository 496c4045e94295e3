// Finds mail addresses in running text, as reports write them.
#pragma once

#include <cstddef>
#include <string_view>

namespace backstop::response {

struct FoundAddress {
  std::string_view text;  ///< without angle brackets; empty if none was found
  std::size_t begin = 0;  ///< offset in the line of the address with its brackets, quotes and "mailto:"
  std::size_t end = 0;
};

/// Returns the length of the quoted string at the start of `text`, with its quotation marks, or 0.
std::size_t quoted_end(std::string_view text);

/// Returns the first address of `line` at or after `from`, never one within the local part of another:
/// `"bob <user@example.org>"@example.com` is one address. Takes linear time: of the bytes before an "@", no
/// more are looked at than a local part can have.
FoundAddress find_address(std::string_view line, std::size_t from = 0);

/// Returns whether the address is of a role ("postmaster@example.org"). A report gives such an address for
/// questions, or as one that failed.
bool is_service_address(std::string_view address);

}  // namespace backstop::response
