// The form in which addresses are searched: in lower case (ASCII), the domain as its A-label, without a tag.
#pragma once

#include <string>
#include <string_view>

namespace backstop::store {

/// "prvs=0787c97471=Ann@Example.ORG" and "ann+prvs=0787c97471@example.org" become "ann@example.org"; the tags
/// of all products that docs/tags.md lists are taken off. It is a key for a search and proves nothing: origin
/// reads tags for that.
std::string address_key(std::string_view address);

}  // namespace backstop::store
