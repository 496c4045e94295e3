// One HTTP/1.1 request (RFC 9112), read from bytes as they come. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/reply.h"

namespace backstop::http {

enum class Method : std::uint8_t { Get, Head, Post };

struct Request {
  Method method = Method::Get;
  std::string path;  ///< decoded, begins with "/"; without the query
  /// Decoded, in the order of the request.
  std::vector<std::pair<std::string, std::string>> query;
  std::string host;           ///< the field Host, with the port if it has one
  std::string cookie;         ///< the field Cookie
  std::string content_type;   ///< in lower case, without parameters
  std::string csrf_token;     ///< the field X-CSRF-Token
  std::string origin;         ///< the field Origin
  std::string forwarded_for;  ///< the last address of X-Forwarded-For; empty: none
  bool is_forwarded = false;  ///< a proxy passed it on: Forwarded, X-Forwarded-..., Via
  bool takes_gzip = false;
  bool stays_open = true;  ///< the client sends more requests after it
  std::string body;

  /// Returns the first value of that name, or nullopt.
  std::optional<std::string_view> parameter(std::string_view name) const;
};

struct RequestLimits {
  std::size_t header = 16UZ * 1024;
  std::size_t body = 1024UZ * 1024 + 4096;
  std::size_t parameters = 64;
};

/// Reads one request after the other from one connection.
class RequestReader {
 public:
  explicit RequestReader(const RequestLimits& limits = {});
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  enum class State : std::uint8_t {
    NeedsMore,
    Ready,   ///< take() returns the request
    Failed,  ///< refusal() says why; nothing more can be read
  };

  /// Looks at the input, and returns how much of it was used. Put the rest, with what came after it, into
  /// the next call.
  std::size_t put(std::string_view input);
  State state() const { return state_; }
  /// True if a part of a request has come.
  bool has_begun() const { return has_begun_; }
  /// True once after the client has sent its header and waits to be told to go on (Expect: 100-continue).
  bool take_expectation();
  /// Returns the request; the next put() begins the next one.
  Request take();
  const Reply& refusal() const { return refusal_; }

 private:
  struct Parser;

  void begin();
  void fail(unsigned status, std::string_view found, std::string_view wanted);
  void finish();
  void look_at_header();

  RequestLimits limits_;
  std::unique_ptr<Parser> parser_;
  State state_ = State::NeedsMore;
  bool has_begun_ = false;
  bool expects_ = false;
  bool is_header_seen_ = false;
  Request request_;
  Reply refusal_;
};

/// Decodes "%41" and, if `plus_is_space`, "+". Returns nullopt for a broken escape, a NUL, or bytes that are
/// no UTF-8.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

}  // namespace backstop::http
