// What a running server says about itself, in words. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace backstop::report {

/// Writes the page from what to_json() of a Status made. A member that is missing, or of another type, as an
/// older or a newer server may send it, is left out. Printable, whatever the texts hold.
std::string status_page(const boost::json::object& status);

}  // namespace backstop::report
