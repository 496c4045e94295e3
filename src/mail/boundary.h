// The delimiter lines of the multiparts that are open at one point of a mail (RFC 2046 5.1.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::mail {

/// A line "--boundary" or "--boundary--" of one of the open multiparts.
struct Delimiter {
  std::size_t begin = 0;  ///< offset of its first dash
  std::size_t end = 0;    ///< past its line end
  std::size_t level = 0;  ///< index of the multipart in the stack; 0 is the outermost
  bool closes = false;
};

/// A stack, as deep as multiparts are nested. A line must equal the boundary, except for white space at its
/// end: RFC 2046 lets anything follow the boundary, yet mailers give inner multiparts the boundary of the
/// outer one with a suffix. A line of an outer multipart ends the inner ones, even if their close
/// delimiters are missing.
class Boundaries {
 public:
  struct Open {
    std::string_view boundary;
    std::uint32_t part = 0;  ///< the multipart's index in Message::parts
    bool is_digest = false;
  };

  explicit Boundaries(std::string_view buffer) : buffer_(buffer) {}

  bool empty() const { return open_.empty(); }
  const Open& operator[](std::size_t level) const { return open_[level]; }
  void push(const Open& open) { open_.push_back(open); }
  /// For a boundary that is not in the buffer as it is, since it was escaped or cut in pieces.
  void push(std::string boundary, const Open& open);
  void resize(std::size_t depth) { open_.resize(depth); }

  bool is_delimiter(std::size_t line) const { return match(line).has_value(); }
  /// Returns the first delimiter line at or after `line`, which must be the beginning of a line.
  std::optional<Delimiter> next(std::size_t line) const;

 private:
  std::optional<Delimiter> match(std::size_t line) const;

  std::string_view buffer_;
  std::vector<Open> open_;
  std::forward_list<std::string> decoded_;  // in a list, so that views of them stay valid
};

}  // namespace backstop::mail
