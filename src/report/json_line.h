// JSON as it is printed: one object a line, which a terminal may show.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace backstop::report {

/// The value in one line, with its line end. What base::hides_text() names is written as \uXXXX, which any
/// reader of JSON turns back; the texts have to be well-formed UTF-8.
std::string json_line(const boost::json::value& value);

}  // namespace backstop::report
