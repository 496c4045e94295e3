// The replies of a server: the size of the pieces in which they come changes neither the replies nor the
// fault, and a reply that is written again is clean and is read again unchanged.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "smtp/extensions.h"
#include "smtp/reply_parser.h"

namespace {

using namespace backstop;
using namespace backstop::smtp;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Outcome {
  std::vector<Reply> replies;
  std::string error;

  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view bytes, std::size_t piece_size) {
  Outcome outcome;
  ReplyParser parser;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, piece_size);
    const auto taken = parser.feed(piece);
    if (!taken) {
      outcome.error = taken.error().message;
      require(!outcome.error.empty() && base::is_utf8(outcome.error) && !outcome.error.contains('\n'));
      require(!parser.feed("250 ok\r\n"));
      return outcome;
    }
    require(*taken <= piece.size() && (*taken == piece.size() || parser.is_complete()));
    bytes.remove_prefix(*taken);
    if (parser.is_complete()) outcome.replies.push_back(parser.take());
  }
  return outcome;
}

void check_reply(const Reply& reply) {
  require(reply.code >= 200 && reply.code <= 599);
  require(!reply.lines.empty() && reply.lines.size() <= ReplyParser::kMostLines);
  for (const std::string& line : reply.lines) {
    const std::size_t most = reply.code == 334 ? kMostAuthLine : ReplyParser::kMostLine;
    require(line.size() <= most && line.find_first_of("\r\n") == std::string::npos);
    require(!line.contains('\0'));
  }
  require(base::is_utf8(reply.text()) && !reply.text().contains('\n'));
}

void check_written(const Reply& reply, bool utf8) {
  std::string wire;
  append_reply(reply, wire, utf8);
  require(utf8 ? base::is_utf8(wire) : std::ranges::all_of(wire, [](char c) { return c >= 0; }));
  const Outcome again = read(wire, wire.size());
  require(again.error.empty() && again.replies.size() == 1);
  require(again.replies.front().code == reply.code && again.replies.front().status == reply.status);
  require(again.replies.front().lines.size() == reply.lines.size());
  std::string wire_again;
  append_reply(again.replies.front(), wire_again, utf8);
  require(wire_again == wire);
  for (std::string_view rest = wire, line; base::next_line(rest, line);) {
    require(line.size() <= (line.starts_with("334 ") ? kMostAuthLine : 512) - 2);
  }
}

void check_extensions(const Reply& reply) {
  const Extensions extensions = parse_extensions(reply);
  const Reply written = extensions_reply(extensions, "mx.example.org");
  require(written.lines.size() <= 13);
  Extensions want = extensions;
  if (!want.size) want.most_size = 0;
  require(parse_extensions(written) == want);
  require(intersect(extensions, extensions) == extensions);
  require(intersect(extensions, {}).auth.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece_size = 1 + data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome outcome = read(bytes, bytes.size());
  require(outcome == read(bytes, piece_size));
  require(outcome == read(bytes, 1));
  for (const Reply& reply : outcome.replies) {
    check_reply(reply);
    check_written(reply, false);
    check_written(reply, true);
    check_extensions(reply);
  }
  return 0;
}
