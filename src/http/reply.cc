#include "http/reply.h"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iterator>

namespace backstop::http {
namespace {

constexpr std::string_view kSafety =
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

/// Nothing comes from elsewhere, and nothing but the files of the dashboard runs.
void append_policy(std::string_view style_hash, std::string& out) {
  out += "Content-Security-Policy: default-src 'self'; script-src 'self'; style-src 'self'";
  if (!style_hash.empty()) out.append(" '").append(style_hash).append("'");
  out += "; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\r\n";
}

std::string_view reason_of(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Answer";
  }
}

}  // namespace

Reply json_reply(const boost::json::value& value, unsigned status) {
  return {.status = status, .body = boost::json::serialize(value)};
}

Reply error_reply(unsigned status, std::string_view found, std::string_view wanted) {
  return json_reply(boost::json::object{{"error", {{"found", found}, {"wanted", wanted}}}}, status);
}

void append_reply(const Reply& reply, bool is_head, bool stays_open, std::string& out) {
  const auto content = reply.content();
  auto end = std::back_inserter(out);
  fmt::format_to(end, "HTTP/1.1 {} {}\r\nContent-Length: {}\r\n", reply.status, reason_of(reply.status),
                 content.size());
  if (!content.empty()) fmt::format_to(end, "Content-Type: {}\r\n", reply.type);
  if (reply.is_gzipped) out += "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n";
  out += reply.is_fixed ? "Cache-Control: public, max-age=31536000, immutable\r\n"
                        : "Cache-Control: no-store\r\n";
  append_policy(reply.style_hash, out);
  out += kSafety;
  for (const auto& [name, value] : reply.fields) fmt::format_to(end, "{}: {}\r\n", name, value);
  if (!stays_open) out += "Connection: close\r\n";
  out += "\r\n";
  if (!is_head) out += content;
}

void append_stream_header(std::string& out) {
  out += "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n";
  append_policy({}, out);
  out += kSafety;
  out += "Connection: close\r\n\r\n";
}

}  // namespace backstop::http
