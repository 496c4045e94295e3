#include "smtp/stuffing.h"

#include <bit>

#include "smtp/byte_block.h"

namespace backstop::smtp {
namespace {

// Returns the first dot at or after `from` that begins a line, or npos. Stuffing and unstuffing both count
// any LF as a line end, so that they undo each other whatever the bytes are.
std::size_t find_line_dot(std::string_view bytes, std::size_t from, bool is_line_start) {
  std::uint64_t lf = is_line_start ? 1 : 0;
  for (std::size_t at = from; at < bytes.size(); at += ByteBlock::kSize) {
    const ByteBlock block(bytes.substr(at));
    const std::uint64_t line_ends = block.where('\n');
    const std::uint64_t dots = block.where('.') & ((line_ends << 1) | lf);
    if (dots != 0) return at + static_cast<std::size_t>(std::countr_zero(dots));
    lf = last_bit(line_ends, ByteBlock::kSize);
  }
  return std::string_view::npos;
}

}  // namespace

void Unstuffer::append(std::string_view stuffed, std::string& out) {
  while (!stuffed.empty()) {
    if (place_ == Place::AfterDot && stuffed.front() == '\r') {
      place_ = Place::AfterDotCr;
      stuffed.remove_prefix(1);
      continue;
    }
    if (place_ == Place::AfterDotCr) {
      place_ = Place::LineStart;
      if (stuffed.front() == '\n') {
        stuffed.remove_prefix(1);
        continue;
      }
      // A DataScanner lets no such bytes pass. Only the dot is lost.
      out += '\r';
      place_ = Place::InLine;
    }
    const std::size_t dot = find_line_dot(stuffed, 0, place_ == Place::LineStart);
    if (dot == std::string_view::npos) {
      out += stuffed;
      place_ = stuffed.back() == '\n' ? Place::LineStart : Place::InLine;
      return;
    }
    out += stuffed.substr(0, dot);
    stuffed.remove_prefix(dot + 1);
    place_ = Place::AfterDot;
  }
}

void Stuffer::append(std::string_view plain, std::string& out) {
  if (plain.empty()) return;
  std::size_t done = 0;
  bool is_line_start = last_ == '\n';
  for (;;) {
    const std::size_t dot = find_line_dot(plain, done, is_line_start);
    if (dot == std::string_view::npos) break;
    out.append(plain.substr(done, dot - done)).append(1, '.');
    // The dot itself goes out with what follows it.
    done = dot;
    is_line_start = false;
  }
  out += plain.substr(done);
  const char before = plain.size() > 1 ? plain[plain.size() - 2] : last_;
  is_line_end_ = plain.back() == '\n' && before == '\r';
  last_ = plain.back();
}

void Stuffer::finish(std::string& out) {
  // Also after a bare LF: no receiver may take that for the start of the last line.
  out += is_line_end_ ? ".\r\n" : "\r\n.\r\n";
  *this = Stuffer();
}

}  // namespace backstop::smtp
