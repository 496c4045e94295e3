// What a request is answered with, and its bytes on the wire. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace backstop::http {

inline constexpr std::string_view kJsonType = "application/json";
inline constexpr std::string_view kHtmlType = "text/html; charset=utf-8";
inline constexpr std::string_view kTextType = "text/plain; charset=utf-8";

struct Reply {
  unsigned status = 200;
  std::string_view type = kJsonType;
  std::string body = {};
  std::string_view static_body = {};  ///< in place of `body`; lives as long as the program
  bool is_gzipped = false;
  /// Whether a browser may keep it; what is not fixed may not.
  bool is_fixed = false;
  std::string_view style_hash = {};  ///< "sha256-...": of the page's own style, if it has one
  std::vector<std::pair<std::string_view, std::string>> fields = {};  ///< more header fields

  std::string_view content() const { return static_body.empty() ? std::string_view(body) : static_body; }
};

Reply json_reply(const boost::json::value& value, unsigned status = 200);
/// {"error":{"found":...,"wanted":...}}: what was found, and what would be right; that may be empty.
Reply error_reply(unsigned status, std::string_view found, std::string_view wanted = {});

/// Appends the header, and the content unless `is_head`, to `out`. Every reply forbids its page to be framed,
/// to load or send anything elsewhere, and to be guessed as another type.
void append_reply(const Reply& reply, bool is_head, bool stays_open, std::string& out);
/// Appends the header of a stream of server-sent events, which ends with the connection.
void append_stream_header(std::string& out);

}  // namespace backstop::http
