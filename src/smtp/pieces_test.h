// How the rows of a parser's table reach it: whole, byte by byte, and cut in two at every position.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::smtp {

using Pieces = std::vector<std::string_view>;

/// Calls check(pieces, how) for each way. The pieces are never empty but where `bytes` is.
template <typename Check>
void in_pieces(std::string_view bytes, Check check) {
  check(Pieces{bytes}, std::string("whole"));
  Pieces single;
  for (std::size_t at = 0; at < bytes.size(); ++at) single.push_back(bytes.substr(at, 1));
  check(single, std::string("byte by byte"));
  for (std::size_t at = 1; at < bytes.size(); ++at) {
    check(Pieces{bytes.substr(0, at), bytes.substr(at)}, "cut at " + std::to_string(at));
  }
}

/// Calls check(text) for each text over `letters` of up to `most` letters.
template <typename Check>
void for_each_text(std::string_view letters, std::size_t most, Check check) {
  std::vector<std::string> texts = {""};
  for (std::size_t length = 0; length <= most; ++length) {
    std::vector<std::string> longer;
    for (const std::string& text : texts) {
      check(text);
      if (length == most) continue;
      for (const char letter : letters) longer.push_back(text + letter);
    }
    texts = std::move(longer);
  }
}

}  // namespace backstop::smtp
