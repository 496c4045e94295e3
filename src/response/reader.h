// The reader of responses: makes a Response of a mail and of what is known of its envelope.
//
// It reads a program's mail as a postmaster does: first by its structure (RFC 3464, RFC 8098, RFC 5965), then
// by the words of the products that write something else. Those words are tables (see docs/architecture.md).
// They are compiled once a process into three Hyperscan databases: for the header, for the text and for the
// words of a refusal.
//
// A Reader holds scratch memory that is used again for every mail: each thread needs its own. The tables are
// shared and immutable.
#pragma once

#include <memory>
#include <string_view>

#include "mail/message.h"
#include "response/response.h"

namespace backstop::response {

/// Each is the largest number that is still read. What is beyond it is dropped, and Response::truncated is
/// set.
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

  /// The candidate test: returns whether this mail can be a response, by its envelope and header alone.
  /// `header` is the start of the mail, with the empty line after the header; what follows is ignored. It
  /// says yes when in doubt, so a "no" is final.
  bool can_be_response(std::string_view header, const Envelope& envelope = {});

  /// Reads the whole mail. Return-Path is used if `envelope` has no reverse path. `extent` says whether
  /// `mail` is all of it; Response::look says whether that mattered.
  Response read(std::string_view mail, const Envelope& envelope = {}, Extent extent = Extent::Whole);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace backstop::response
