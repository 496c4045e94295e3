#include "report/json_line.h"

#include <fmt/format.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <boost/json.hpp>
#include <cstdint>
#include <iterator>

#include "base/text.h"

namespace backstop::report {

namespace {

void append_escape(UChar32 code, std::string& out) {
  if (code < 0x10000) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", static_cast<unsigned>(U16_LEAD(code)),
                   static_cast<unsigned>(U16_TRAIL(code)));
  }
}

}  // namespace

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
        append_escape(code, shown);
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
