// The MIME view of a mail: one contiguous buffer, and the parts and header fields in it (RFC 5322,
// RFC 2045, RFC 2046). Nothing is copied or decoded; every string_view points into the buffer given to
// walk(), which must outlive the Message. A Message may be used for one mail after the other, and its vectors
// keep their memory. Not thread-safe; different Messages are independent.
//
// A multipart has its parts as children; it has none if its boundary is missing or never comes. A part of
// type message/rfc822 or message/global has the mail in it as its only child, which may be empty, caps aside.
// If it is transfer-encoded it is a leaf, since the mail in it is not in the buffer.
//
// Any bytes are a mail: walk() can't fail. A mail past one of the Limits is read as far as the cap, and
// `truncated` says which cap it met.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "mail/field_name.h"

namespace backstop::mail {

/// Caps on what walk() takes in. Each is the largest number that is still read.
struct Limits {
  std::size_t header_bytes = 256 * 1024;  ///< of one header block, with its empty line
  std::size_t fields = 2000;              ///< of the whole mail
  std::size_t nesting = 32;               ///< depth of the deepest part; the mail itself is at depth 0
  std::size_t parts = 1000;               ///< of the whole mail, the mail itself included
};

/// Which cap cut the reading short.
enum class Truncation : std::uint8_t { None, HeaderBytes, Fields, Nesting, Parts };

/// One header field, as it is in the buffer.
struct Field {
  FieldName id = FieldName::Other;  ///< Other for names that are not in the table
  std::string_view name;            ///< as written, without the colon
  std::string_view
      value;  ///< after the colon, still folded, without leading white space and the last line end
};

enum class TransferEncoding : std::uint8_t { Identity, QuotedPrintable, Base64, Uuencode };

/// The media types that the reader treats apart. Compare type and subtype for the others.
enum class MediaType : std::uint8_t {
  TextPlain,
  TextHtml,
  TextRfc822Headers,  // RFC 6522
  MultipartReport,    // RFC 6522
  MultipartOther,
  MessageRfc822,
  MessageGlobal,                   // RFC 6532
  MessageGlobalHeaders,            // RFC 6533
  MessageDeliveryStatus,           // RFC 3464, and message/global-delivery-status of RFC 6533
  MessageDispositionNotification,  // RFC 8098, and the global form of RFC 6533
  MessageFeedbackReport,           // RFC 5965
  Other,
};

struct Part {
  static constexpr std::uint32_t kNoParent = UINT32_MAX;

  std::uint32_t parent = kNoParent;  ///< index in Message::parts; parents come before their children
  std::uint32_t depth = 0;
  std::uint32_t first_field = 0;  ///< index in Message::fields
  std::uint32_t field_count = 0;
  std::size_t begin = 0;       ///< offset of the part's first header byte
  std::size_t body_begin = 0;  ///< offset of the first byte after the empty line
  std::size_t end = 0;  ///< offset past the body; the line end before a boundary belongs to the boundary
  MediaType media_type = MediaType::TextPlain;
  TransferEncoding encoding = TransferEncoding::Identity;
  std::string_view type = "text";            ///< as written, or the default of RFC 2045 5.2 / RFC 2046 5.1.5
  std::string_view subtype = "plain";        ///< as written
  std::string_view content_type_parameters;  ///< what follows type/subtype, raw; parameter() reads it
};

struct Message {
  std::string_view buffer;
  std::vector<Part> parts;    ///< in the order of the mail; parts[0] is the mail itself
  std::vector<Field> fields;  ///< of all parts, those of parts[0] first
  Truncation truncated = Truncation::None;

  std::span<const Field> fields_of(const Part& part) const {
    return std::span(fields).subspan(part.first_field, part.field_count);
  }
  std::string_view body_of(const Part& part) const {
    return buffer.substr(part.body_begin, part.end - part.body_begin);
  }
  /// The header block, from the part's first byte to its body, the empty line included.
  std::string_view header_of(const Part& part) const {
    return buffer.substr(part.begin, part.body_begin - part.begin);
  }
  /// Returns the first field of that name in the part, or null.
  const Field* find(const Part& part, FieldName name) const;
  /// Returns the value of that field, or an empty view.
  std::string_view value(const Part& part, FieldName name) const;
};

/// Reads `buffer` into `message`, whose old content is dropped. A leading mbox "From " line is skipped. Line
/// ends may be CRLF or LF, also mixed. Time is linear in the size of the buffer; there is no recursion.
void walk(std::string_view buffer, Message& message, const Limits& limits = {});

/// Reads only the header block at the start of `buffer` into message.fields and message.parts[0], whose body
/// is then the rest of the buffer. The candidate test (response::Reader::can_be_response) is made on this.
void walk_header(std::string_view buffer, Message& message, const Limits& limits = {});

/// Reads the rest of the message of which walk_header() read the header: together they do what walk() does.
void walk_body(Message& message, const Limits& limits = {});

}  // namespace backstop::mail
