// The macro language of SPF (RFC 7208 7). Pure; thread-safe.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace backstop::auth {

/// What the letters of a macro stand for.
struct SpfMacroValues {
  std::string local;                     ///< l: the local part of the sender
  std::string origin;                    ///< o: its domain
  std::string domain;                    ///< d: the domain whose record is evaluated
  boost::asio::ip::address client = {};  ///< i, c, v: IPv4 addresses are not mapped into IPv6
  std::string client_name = "unknown";   ///< p: the validated name of the client
  std::string helo = {};                 ///< h
  std::string receiver = "unknown";      ///< r: the host that checks
  std::chrono::sys_seconds time{};       ///< t
};

/// A macro-string that has been parsed.
class SpfMacroText {
 public:
  /// Longest text that expand() makes. The longest that can be of use is a domain name's 253 bytes and some
  /// labels that are cut off its left.
  static constexpr std::size_t kMostExpanded = 4096;

  enum class Grammar {
    Text,         ///< macro-string: what stands in a record
    Explanation,  ///< explain-string: spaces too, and the letters c, r and t
  };
  static base::Result<SpfMacroText> parse(std::string_view text, Grammar grammar = Grammar::Text);
  /// Reads a domain-spec: a macro-string whose last label is that of a host name, or the end of a macro.
  static base::Result<SpfMacroText> parse_domain(std::string_view text);

  bool is_empty() const { return pieces_.empty(); }
  /// Returns true if a macro has one of the letters, which are in lower case.
  bool uses(std::string_view letters) const;
  /// Returns nullopt if the expansion is too long, or has anything but printable ASCII (RFC 8616 4: what a
  /// local part in UTF-8 makes matches nothing).
  std::optional<std::string> expand(const SpfMacroValues& values) const;

 private:
  struct Piece {
    std::string literal = {};  ///< of a macro: its delimiters
    char letter = '\0';        ///< in lower case; '\0': a literal
    bool is_escaped = false;   ///< for URLs
    bool is_reversed = false;
    bool is_macro_expand = false;  ///< a macro, or "%%", "%_" and "%-"
    std::size_t most_parts = 0;    ///< 0: all
  };

  static base::Result<Piece> parse_macro(std::string_view& rest, Grammar grammar);
  static base::Result<Piece> parse_escape(std::string_view& rest, Grammar grammar);
  static std::string text_of(const Piece& piece, const SpfMacroValues& values);

  void add_literal(char c);
  bool ends_as_domain() const;

  std::vector<Piece> pieces_;
};

/// Returns the name that is asked for in place of an expanded domain-spec: without labels on its left if it
/// is longer than 253 bytes, and without a dot at its end (RFC 7208 7.3); nullopt if it is none that DNS can
/// have.
std::optional<std::string> spf_target_name(std::string_view expanded);

}  // namespace backstop::auth
