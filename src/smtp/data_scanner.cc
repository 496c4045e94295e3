#include "smtp/data_scanner.h"

#include <algorithm>
#include <bit>

#include "smtp/byte_block.h"

namespace backstop::smtp {
namespace {

// A CR and an LF come together or not at all, which is one comparison of bits for a whole block.
struct LineEnds {
  std::uint64_t cr;
  std::uint64_t lf;
  std::uint64_t after_cr;
  std::uint64_t faults;  // a bit at each byte that shows one

  LineEnds(const ByteBlock& block, std::size_t size, std::uint64_t cr_before)
      : cr(block.where('\r')), lf(block.where('\n')), after_cr((cr << 1) | cr_before) {
    faults = first_bits((after_cr ^ lf) | block.where('\0'), size);
  }

  DataFault fault_at(std::size_t bit) const {
    const auto has = [bit](std::uint64_t bits) { return ((bits >> bit) & 1) != 0; };
    if (has(after_cr)) return has(lf) ? DataFault::None : DataFault::BareCr;
    return has(lf) ? DataFault::BareLf : DataFault::Nul;
  }
};

std::size_t count_of(std::uint64_t bits) {
  return static_cast<std::size_t>(std::popcount(bits));
}

std::size_t first_of(std::uint64_t bits) {
  return static_cast<std::size_t>(std::countr_zero(bits));
}

}  // namespace

std::string_view explain(DataFault fault) {
  switch (fault) {
    case DataFault::None:
      break;
    case DataFault::BareCr:
      return "a carriage return without line feed";
    case DataFault::BareLf:
      return "a line feed without carriage return";
    case DataFault::Nul:
      return "a NUL byte";
  }
  return "no fault";
}

BACKSTOP_WIDE_VECTORS
DataScanner::Scan DataScanner::scan(std::string_view bytes) {
  std::uint64_t cr = cr_;
  std::uint64_t lf = lf_;
  std::uint64_t line_dot = line_dot_;
  std::uint64_t line_dot_cr = line_dot_cr_;
  std::size_t dots = 0;
  for (std::size_t at = 0; at < bytes.size(); at += ByteBlock::kSize) {
    const ByteBlock block(bytes.substr(at));
    const std::size_t size = std::min(bytes.size() - at, ByteBlock::kSize);
    const LineEnds ends(block, size, cr);
    const std::uint64_t line_dots = block.where('.') & ((ends.lf << 1) | lf);
    const std::uint64_t line_dot_crs = ends.cr & ((line_dots << 1) | line_dot);
    const std::uint64_t stops = ends.lf & ((line_dot_crs << 1) | line_dot_cr);
    if ((stops | ends.faults) != 0) {
      const std::size_t bit = first_of(stops | ends.faults);
      const bool is_end = ((stops >> bit) & 1) != 0;
      dots += count_of(first_bits(line_dots, bit));
      return {at + bit + (is_end ? 1 : 0), dots, is_end, is_end ? DataFault::None : ends.fault_at(bit)};
    }
    // Few lines begin with a dot.
    if (line_dots != 0) [[unlikely]]
      dots += count_of(line_dots);
    cr = last_bit(ends.cr, size);
    lf = last_bit(ends.lf, size);
    line_dot = last_bit(line_dots, size);
    line_dot_cr = last_bit(line_dot_crs, size);
  }
  cr_ = static_cast<std::uint8_t>(cr);
  lf_ = static_cast<std::uint8_t>(lf);
  line_dot_ = static_cast<std::uint8_t>(line_dot);
  line_dot_cr_ = static_cast<std::uint8_t>(line_dot_cr);
  return {bytes.size(), dots, false, DataFault::None};
}

std::optional<std::size_t> EndFinder::find(std::string_view bytes) {
  constexpr std::string_view kEnd = "\r\n.\r\n";
  constexpr std::size_t kTail = kEnd.size() - 1;
  const std::size_t before = tail_.size();
  tail_ += bytes.substr(0, kTail);
  if (const auto at = tail_.find(kEnd); at != std::string::npos) return at + kEnd.size() - before;
  if (const auto at = bytes.find(kEnd); at != std::string_view::npos) return at + kEnd.size();
  if (bytes.size() > kTail) tail_ = bytes.substr(bytes.size() - kTail);
  if (tail_.size() > kTail) tail_.erase(0, tail_.size() - kTail);
  return std::nullopt;
}

bool EndFinder::may_have_ended() const {
  std::string_view tail = tail_;
  const std::string_view line_end = tail.ends_with("\r\n") ? "\r\n" : tail.ends_with('\r') ? "\r" : "\n";
  if (!tail.ends_with(line_end)) return false;
  tail.remove_suffix(line_end.size());
  return tail.ends_with("\n.") || tail.ends_with("\r.");
}

BACKSTOP_WIDE_VECTORS
ChunkScanner::Scan ChunkScanner::scan(std::string_view bytes) {
  std::uint64_t cr = cr_;
  for (std::size_t at = 0; at < bytes.size(); at += ByteBlock::kSize) {
    const std::size_t size = std::min(bytes.size() - at, ByteBlock::kSize);
    const LineEnds ends(ByteBlock(bytes.substr(at)), size, cr);
    if (ends.faults != 0) {
      const std::size_t bit = first_of(ends.faults);
      return {at + bit, ends.fault_at(bit)};
    }
    cr = last_bit(ends.cr, size);
  }
  cr_ = static_cast<std::uint8_t>(cr);
  return {bytes.size(), DataFault::None};
}

DataFault ChunkScanner::finish() const {
  return cr_ != 0 ? DataFault::BareCr : DataFault::None;
}

}  // namespace backstop::smtp
