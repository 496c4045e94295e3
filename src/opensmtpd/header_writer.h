// Writes the lines of a mail with the changes that a milter made of its header: fields on top, and fields
// that are deleted or get another value. Belongs to one mail; not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "opensmtpd/line.h"

namespace backstop::opensmtpd {

/// Returns the name of the field that begins with this line of a header; empty if none begins.
std::string_view field_name(std::string_view line);
/// Returns true for a further line of a field.
bool is_folded(std::string_view line);

class HeaderWriter {
 public:
  explicit HeaderWriter(const LineLimits& limits) : limits_(limits) {}

  /// Takes a packet 'i', 'm' or 'h'. Each field that is inserted goes above those before it: no other place
  /// than the top is offered to a milter. `has_leading_space`: values begin with the space behind the colon.
  base::Result<void> change(char letter, std::string_view data, bool has_leading_space);

  /// Appends what becomes of the next line, as answers with this session and token.
  void write(std::string_view session, std::string_view token, std::string_view line, std::string& out);
  /// Forgets all changes, and begins a mail.
  void clear() { *this = HeaderWriter(limits_); }

 private:
  struct Change {
    std::string name;  ///< in lower case
    std::uint32_t index;
    std::string lines;  ///< what stands there instead; empty: nothing
  };

  void write_lines(std::string_view session, std::string_view token, std::string_view lines,
                   std::string& out) const;
  const Change* change_of(std::string_view name);

  LineLimits limits_;
  std::vector<std::string> inserted_;  ///< the highest one last
  std::vector<Change> changed_;
  std::map<std::string, std::uint32_t, std::less<>> seen_;
  bool has_begun_ = false;
  bool is_header_ = true;
  bool is_skipping_ = false;  ///< the lines of a field that is deleted or replaced
};

}  // namespace backstop::opensmtpd
