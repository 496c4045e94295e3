// The form of an address in which the history is searched: in lower case (ASCII), its domain as A-label, and
// without its tag. Who writes an event and who asks for one both use it, so that they agree. Pure.
#pragma once

#include <string>
#include <string_view>

namespace backstop::origin {

/// "prvs=0787c97471=Ann@Example.ORG" and "ann+prvs=0787c97471@example.org" become "ann@example.org". The tags
/// of all products that find_tag() knows are taken off, those of sub-addresses with any delimiter: a search
/// proves nothing, and other servers have other delimiters. `address` may be any text.
std::string search_key(std::string_view address);

}  // namespace backstop::origin
