// The reader of responses: makes a Response from a mail and from what is known of its envelope.
//
// It reads a program's mail as a postmaster does: first by its structure (RFC 3464, RFC 8098, RFC 5965), then
// by the words of the products that write something else. Those words are tables (see docs/architecture.md).
// The build compiles them into three Hyperscan databases: for the header, for the text and for the words of a
// refusal. Each is loaded once in a process, when it is first needed.
//
// A Reader holds scratch memory that is used again for every mail, so each thread needs its own Reader. The
// tables are shared and immutable.
#pragma once

#include <memory>
#include <string_view>

#include "mail/message.h"
#include "response/response.h"

namespace backstop::response {

/// The most that is read of a mail. What is beyond a limit is dropped, and Response::truncated is set.
struct Limits {
  mail::Limits mime = {};
  std::size_t text = 256 * 1024;  ///< bytes of decoded text that are searched for phrases
  std::size_t recipients = 1000;
  std::size_t diagnostic = 2000;         ///< bytes of one recipient's diagnostic text
  std::size_t header_block = 64 * 1024;  ///< bytes kept of each returned header block
  std::size_t blocks = 8;                ///< returned header blocks
  std::size_t watermarks = 8;
};

class Reader {
 public:
  explicit Reader(const Limits& limits = {});
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  /// Returns whether this mail can be a response, by its envelope and header alone: true when in doubt, so
  /// false is final. `header` is the start of the mail, with the empty line after the header; what follows is
  /// ignored.
  bool can_be_response(std::string_view header, const Envelope& envelope = {});

  /// Reads a mail. If `envelope` has no reverse path, Return-Path is used. `extent` says whether `mail` is
  /// the whole mail or only its start. Response::look says whether what is missing could matter.
  Response read(std::string_view mail, const Envelope& envelope = {}, Extent extent = Extent::Whole);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace backstop::response
