// A mail of the demo, and who brings it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::demo {

/// What a mail of the demo is; what the gateway is expected to make of it follows from that.
enum class Lot : std::uint8_t {
  Written,   ///< by Ann: leaves, with a tag
  Ordinary,  ///< no response: gets in
  Genuine,   ///< answers what Ann wrote, to the address with its tag: gets in
  Bounce,    ///< a bounce, for sure, of what she never wrote; no tag, or one that is made up or too old:
             ///< refused
  Other,     ///< another answer to what she never wrote, with no better tag: labelled
};
inline constexpr std::size_t kLots = 5;

constexpr bool gets_through(Lot lot) {
  return lot != Lot::Bounce;
}

struct DemoMail {
  Lot lot = Lot::Ordinary;
  std::string reverse_path;  ///< empty: the null sender
  std::string recipient;
  std::string text;  ///< lines end in LF
};

/// One connection to the gateway, and the mails that come over it.
struct DemoSender {
  std::string helo;
  std::string address;  ///< that the gateway is told of with XCLIENT; empty: it is told nothing
  std::vector<DemoMail> mails;
};

inline constexpr std::string_view kAnn = "ann@example.org";

}  // namespace backstop::demo
