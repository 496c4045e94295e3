// Mail data in any pieces: the scanners find the same as the plain rules, no data passes that two servers
// could read in two ways, and added dots are removed again. The first byte is the size of the pieces.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "smtp/data_scanner.h"
#include "smtp/stuffing.h"

namespace {

using namespace backstop::smtp;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Found {
  std::size_t size = 0;
  bool is_end = false;
  DataFault fault = DataFault::None;

  bool operator==(const Found&) const = default;
};

// The rules as plain code.
Found plainly(std::string_view bytes, bool has_end) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const bool is_after_cr = at > 0 && bytes[at - 1] == '\r';
    if (is_after_cr && bytes[at] != '\n') return {at, false, DataFault::BareCr};
    if (!is_after_cr && bytes[at] == '\n') return {at, false, DataFault::BareLf};
    if (bytes[at] == '\0') return {at, false, DataFault::Nul};
    const std::string_view so_far = bytes.substr(0, at + 1);
    if (has_end && (so_far == ".\r\n" || so_far.ends_with("\r\n.\r\n"))) return {at + 1, true};
  }
  return {bytes.size()};
}

template <typename Work>
void in_pieces(std::string_view bytes, std::size_t size, Work work) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), size))) {
    if (!work(bytes.substr(0, size))) return;
  }
}

std::size_t line_dots(std::string_view bytes) {
  std::size_t dots = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (bytes[at] == '.' && (at == 0 || bytes[at - 1] == '\n')) ++dots;
  }
  return dots;
}

Found scan_data(std::string_view bytes, std::size_t piece_size) {
  DataScanner scanner;
  Found found;
  std::size_t dots = 0;
  in_pieces(bytes, piece_size, [&](std::string_view piece) {
    const auto scan = scanner.scan(piece);
    require(scan.size <= piece.size() && !(scan.is_end && scan.fault != DataFault::None));
    found = {found.size + scan.size, scan.is_end, scan.fault};
    dots += scan.dots;
    return !scan.is_end && scan.fault == DataFault::None;
  });
  require(dots == line_dots(bytes.substr(0, found.size)));
  return found;
}

Found scan_chunks(std::string_view bytes, std::size_t piece_size) {
  ChunkScanner scanner;
  Found found;
  in_pieces(bytes, piece_size, [&](std::string_view piece) {
    const auto scan = scanner.scan(piece);
    found = {found.size + scan.size, false, scan.fault};
    return scan.fault == DataFault::None;
  });
  if (found.fault == DataFault::None) found.fault = scanner.finish();
  return found;
}

std::size_t find_end(std::string_view bytes, std::size_t piece_size) {
  EndFinder finder;
  std::size_t before = 0;
  std::size_t found = std::string_view::npos;
  in_pieces(bytes, piece_size, [&](std::string_view piece) {
    const auto end = finder.find(piece);
    if (end) found = before + *end;
    before += piece.size();
    return !end;
  });
  return found;
}

std::string stuffed(std::string_view plain, std::size_t piece_size) {
  Stuffer stuffer;
  std::string out;
  in_pieces(plain, piece_size, [&](std::string_view piece) {
    stuffer.append(piece, out);
    return true;
  });
  stuffer.finish(out);
  return out;
}

std::string unstuffed(std::string_view wire, std::size_t piece_size) {
  Unstuffer unstuffer;
  std::string out;
  in_pieces(wire, piece_size, [&](std::string_view piece) {
    unstuffer.append(piece, out);
    return true;
  });
  return out;
}

// No reader, however lenient, finds an end of data before the true one, or a line end that is not CRLF.
void check_accepted(std::string_view message) {
  require(message == ".\r\n" || message.ends_with("\r\n.\r\n"));
  require(!message.substr(0, message.size() - 1).contains("\r\n.\r\n"));
  require(!message.contains("\n.\n") && !message.contains("\r.\r") && !message.contains("\n.\r\r"));
  require(!message.contains('\0'));
  const auto count = [message](char c) { return std::ranges::count(message, c); };
  std::ptrdiff_t pairs = 0;
  for (std::size_t at = 0; (at = message.find("\r\n", at)) != std::string_view::npos; at += 2) ++pairs;
  require(count('\r') == pairs && count('\n') == pairs);
}

void check_stuffing(std::string_view plain, std::size_t piece_size, bool is_clean) {
  const std::string wire = stuffed(plain, plain.size() + 1);
  require(wire == stuffed(plain, piece_size));
  std::string want(plain);
  if (!want.empty() && !want.ends_with("\r\n")) want += "\r\n";
  require(unstuffed(wire, wire.size()) == want && unstuffed(wire, piece_size) == want);
  // Whatever the data is, no dot is alone between two line feeds before the end.
  require(wire.find("\n.\r\n") == std::string::npos || wire.find("\n.\r\n") == wire.size() - 4);
  if (!is_clean) return;
  require(scan_data(wire, piece_size) == Found{wire.size(), true});
  check_accepted(wire);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece_size = 1 + data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);

  const Found found = scan_data(bytes, bytes.size());
  require(found == plainly(bytes, true) && found == scan_data(bytes, piece_size));
  require(found == scan_data(bytes, 1));
  if (found.is_end) check_accepted(bytes.substr(0, found.size));

  const std::size_t end = bytes.find("\r\n.\r\n");
  require(find_end(bytes, piece_size) == (end == std::string_view::npos ? end : end + 5));

  const Found chunks = scan_chunks(bytes, piece_size);
  Found want = plainly(bytes, false);
  if (want.fault == DataFault::None && bytes.ends_with('\r')) want.fault = DataFault::BareCr;
  require(chunks == want);

  const std::string plain = unstuffed(bytes, bytes.size());
  require(plain.size() <= bytes.size() && plain == unstuffed(bytes, piece_size));
  check_stuffing(bytes, piece_size, chunks.fault == DataFault::None);
  return 0;
}
