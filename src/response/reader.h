// The reader of responses: a mail and what is known of its envelope -> Response.
//
// It reads a program's mail the way a postmaster does: by its structure first (RFC 3464, RFC 8098, RFC 5965),
// then by the signatures of the products that write something else. The signatures are tables (see
// docs/architecture.md); their phrases are Hyperscan databases, one each for the header, the text and the
// words of a refusal, compiled once a process.
//
// A Reader holds scratch memory: one a thread, used again for every mail. The tables behind it are shared and
// immutable.
#pragma once

#include <memory>
#include <string_view>

#include "mail/message.h"
#include "response/response.h"

namespace backstop::response {

/// Each is the largest number that is still read; what is beyond is dropped and Response::truncated set.
struct Limits {
  mail::Limits mime = {};
  std::size_t text = 256 * 1024;  ///< bytes of decoded text that are searched for phrases
  std::size_t recipients = 1000;
  std::size_t diagnostic = 2000;         ///< bytes of one recipient's diagnostic text
  std::size_t header_block = 64 * 1024;  ///< bytes kept of the original's header block
};

class Reader {
 public:
  explicit Reader(const Limits& limits = {});
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  /// The candidate test: can this mail be a response, by its envelope and headers alone? `header` is the
  /// start of the mail up to and including the empty line (more may follow and is not looked at). No false
  /// "no" where the headers suffice; "yes" when in doubt.
  bool can_be_response(std::string_view header, const Envelope& envelope = {});

  /// Reads the whole mail. Where `envelope` does not know the reverse path, Return-Path stands for it.
  /// `extent` says whether `mail` is all of it; Response::look says whether that mattered.
  Response read(std::string_view mail, const Envelope& envelope = {}, Extent extent = Extent::Whole);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace backstop::response
