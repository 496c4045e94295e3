#include "filter/socketmap.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "mail/address.h"
#include "origin/tag.h"

namespace backstop::filter {
namespace {

constexpr std::array<std::string_view, 4> kStatusWords = {"OK", "NOTFOUND", "TEMP", "PERM"};

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

struct Length {
  std::size_t octets = 0;
  std::size_t digits = 0;
  bool has_ended = false;  ///< false: more bytes are needed
};

// "10:". A length has no zero in front.
base::Result<Length> parse_length(std::string_view bytes) {
  Length length;
  for (const char c : bytes) {
    if (c == ':' && length.digits > 0) {
      length.has_ended = true;
      return length;
    }
    if (!is_digit(c)) return std::unexpected(base::Error{"what came is no netstring"});
    if (length.digits > 0 && length.octets == 0)
      return std::unexpected(base::Error{"the length of a netstring begins with a zero"});
    length.octets = length.octets * 10 + static_cast<std::size_t>(c - '0');
    ++length.digits;
    if (length.octets > kMostMapRequest) {
      return std::unexpected(
          base::Error{fmt::format("a request is too long; the most is {} octets", kMostMapRequest)});
    }
  }
  return length;
}

}  // namespace

base::Result<MapRequestParse> parse_map_request(std::string_view bytes) {
  const auto length = parse_length(bytes);
  if (!length) return std::unexpected(length.error());
  const std::size_t begin = length->digits + 1;
  const std::size_t end = begin + length->octets;
  if (!length->has_ended || bytes.size() <= end) return MapRequestParse{};
  if (bytes[end] != ',') return std::unexpected(base::Error{"a netstring doesn't end with a comma"});
  const auto text = bytes.substr(begin, length->octets);
  MapRequestParse parse{.size = end + 1};
  const auto space = text.find(' ');
  parse.has_key = space != std::string_view::npos;
  if (parse.has_key) parse.request = {.map = text.substr(0, space), .key = text.substr(space + 1)};
  return parse;
}

void append_map_answer(const MapAnswer& answer, std::string& out) {
  const auto word = kStatusWords.at(static_cast<std::size_t>(answer.status));
  fmt::format_to(std::back_inserter(out), "{}:{} {},", word.size() + 1 + answer.text.size(), word,
                 answer.text);
}

MapAnswer look_up_tagged(std::string_view key, const intake::Site& site, std::chrono::sys_days today) {
  const auto address = mail::parse_address(key);
  if (!address) return {};
  const auto check = origin::verify(*address, site.keys, today, site.tags);
  const bool is_taken =
      check.outcome == origin::TagOutcome::Good || check.outcome == origin::TagOutcome::Stale;
  if (!is_taken || site.find_domain(address->domain) == nullptr) return {};
  return {.status = MapStatus::Found, .text = check.tag->plain.text()};
}

}  // namespace backstop::filter
