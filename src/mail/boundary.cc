#include "mail/boundary.h"

#include <utility>

namespace backstop::mail {
namespace {

std::string_view without_trailing_space(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) {
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

void Boundaries::push(std::string boundary, const Open& open) {
  decoded_.push_front(std::move(boundary));
  open_.push_back(open);
  open_.back().boundary = decoded_.front();
}

std::optional<Delimiter> Boundaries::match(std::size_t line) const {
  if (!buffer_.substr(line).starts_with("--")) return std::nullopt;
  const std::size_t line_end = buffer_.find('\n', line);
  const std::size_t end = line_end == std::string_view::npos ? buffer_.size() : line_end + 1;
  const std::size_t text_end = line_end == std::string_view::npos ? end : line_end;
  const std::string_view text = without_trailing_space(buffer_.substr(line + 2, text_end - line - 2));
  for (std::size_t level = open_.size(); level-- > 0;) {
    const std::string_view boundary = open_[level].boundary;
    if (text == boundary) return Delimiter{line, end, level, false};
    if (text.size() == boundary.size() + 2 && text.ends_with("--") && text.starts_with(boundary)) {
      return Delimiter{line, end, level, true};
    }
  }
  return std::nullopt;
}

std::optional<Delimiter> Boundaries::next(std::size_t line) const {
  while (line < buffer_.size()) {
    if (buffer_[line] == '-') {
      if (const auto delimiter = match(line)) return delimiter;
    }
    const std::size_t line_end = buffer_.find('\n', line);
    if (line_end == std::string_view::npos) return std::nullopt;
    line = line_end + 1;
  }
  return std::nullopt;
}

}  // namespace backstop::mail
