// JSON as it is printed: one object a line, which a terminal may show.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace backstop::report {

/// Returns the value on one line, with its line end. Characters that base::hides_text() names are written as
/// \uXXXX, which every JSON reader turns back. The texts must be well-formed UTF-8.
std::string json_line(const boost::json::value& value);

}  // namespace backstop::report
