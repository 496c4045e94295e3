#include "report/json_line.h"

#include <unicode/utf8.h>

#include <boost/json.hpp>
#include <cstdint>

#include "base/text.h"
#include "report/json_writer.h"

namespace backstop::report {

std::string json_line(const boost::json::value& value) {
  // Only texts have characters beyond ASCII, and of the ASCII controls only DEL is not escaped yet.
  std::string line = boost::json::serialize(value);
  if (base::has_hidden(line)) {
    std::string shown;
    const auto size = static_cast<std::int32_t>(line.size());
    for (std::int32_t at = 0; at < size;) {
      const std::int32_t begin = at;
      UChar32 code = 0;
      U8_NEXT(line.data(), at, size, code);
      if (code >= 0 && base::hides_text(static_cast<std::uint32_t>(code))) {
        append_json_escape(code, shown);
      } else {
        shown.append(line, static_cast<std::size_t>(begin), static_cast<std::size_t>(at - begin));
      }
    }
    line = std::move(shown);
  }
  line += '\n';
  return line;
}

}  // namespace backstop::report
