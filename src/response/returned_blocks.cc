#include "response/returned_blocks.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "mail/address_list.h"
#include "mail/charset.h"
#include "mail/date.h"
#include "mail/encoding.h"
#include "mail/header_text.h"
#include "mail/parameter.h"
#include "response/html_text.h"
#include "response/original.h"
#include "response/reader.h"
#include "response/text_blocks.h"

namespace backstop::response {
namespace {

using mail::FieldName;
using mail::MediaType;

constexpr std::string_view kWatermark =
    mail::kFieldNames[static_cast<std::size_t>(FieldName::BackstopWatermark)];
constexpr std::array kOfWhole = {FieldName::From, FieldName::Date, FieldName::MessageId, FieldName::Received};
constexpr std::size_t kMostWatermark = 100;      // a value has 54 characters
constexpr std::size_t kMostWatermarkRaw = 1000;  // with white space and quote marks

// Finds a piece of a field's name in capitals or not: "Message-ID", "message-id" and the like, and some
// systems show the names of fields in capitals. Skips most bytes of the text (Boyer, Moore and Horspool).
class NamePiece {
 public:
  explicit constexpr NamePiece(std::string_view piece) : piece_(piece) {
    skips_.fill(static_cast<unsigned char>(piece.size()));
    for (std::size_t i = 0; i + 1 < piece.size(); ++i) {
      const auto skip = static_cast<unsigned char>(piece.size() - 1 - i);
      skips_[static_cast<unsigned char>(base::ascii_lower(piece[i]))] = skip;
      if (base::is_alpha(piece[i])) skips_[static_cast<unsigned char>(piece[i]) & ~0x20U] = skip;
    }
  }

  std::size_t find(std::string_view text, std::size_t from = 0) const {
    while (from + piece_.size() <= text.size()) {
      const char last = text[from + piece_.size() - 1];
      if (base::ascii_lower(last) == piece_.back() && base::iequals(text.substr(from, piece_.size()), piece_))
        return from;
      from += skips_[static_cast<unsigned char>(last)];
    }
    return std::string_view::npos;
  }
  std::size_t size() const { return piece_.size(); }

 private:
  std::string_view piece_;                     // in lower case
  std::array<unsigned char, 256> skips_ = {};  // by the byte below the piece's last
};

constexpr NamePiece kWatermarkPiece("ackstop-");
constexpr NamePiece kMessageIdPiece("essage-");

// Returns where the value of the next Backstop-Watermark begins, or npos.
std::size_t next_watermark(std::string_view text, std::size_t from) {
  for (auto at = kWatermarkPiece.find(text, from); at != std::string_view::npos;
       at = kWatermarkPiece.find(text, at + kWatermarkPiece.size())) {
    if (at > 0 && base::iequals(text.substr(at - 1, kWatermark.size()), kWatermark))
      return at - 1 + kWatermark.size();
  }
  return std::string_view::npos;
}

// Line ends, quote marks, and all but ASCII: a zero width space or a soft hyphen shows nothing.
bool is_between(char c) {
  return std::string_view(" \t\r\n>|\"").contains(c) || static_cast<unsigned char>(c) > 127;
}

// Returns whether the header block has lines that belong to no field, since a fold lost its white space.
bool has_stray_lines(const mail::Message& message, const mail::Part& part) {
  std::size_t at = part.begin;
  for (const auto& field : message.fields_of(part)) {
    if (field.name.data() != message.buffer.data() + at) return true;
    at = static_cast<std::size_t>(field.value.data() - message.buffer.data()) + field.value.size();
    at = std::min(message.buffer.find('\n', at), message.buffer.size() - 1) + 1;
  }
  return !base::trim(message.buffer.substr(at, part.body_begin - std::min(at, part.body_begin))).empty();
}

class Finder {
 public:
  Finder(const ReturnedSources& sources, mail::Message& scratch, Response& response)
      : message_(sources.message),
        text_(sources.text),
        limits_(sources.limits),
        is_cut_(sources.is_cut),
        scratch_(scratch),
        response_(response) {}

  void find();

 private:
  bool is_full() const { return response_.returned.size() >= limits_.blocks; }
  void read_part(std::size_t index, ReturnedIn where);
  void read_header(const mail::Message& message, const mail::Part& part, ReturnedIn where, bool is_cut);
  void read_text(std::string_view text, bool is_html, bool is_cut);
  void read_html(const mail::Part& part);
  void add_text_block(TextBlock found, ReturnedIn where, bool is_cut);
  void add(ReturnedBlock& block, const mail::Message& message, const mail::Part& part);
  void find_watermarks(std::string_view text);
  void add_watermark(std::string_view text);

  const mail::Message& message_;
  const ReportText& text_;
  const Limits& limits_;
  bool is_cut_;
  mail::Message& scratch_;
  Response& response_;
};

void Finder::find() {
  for (std::size_t i = 0; i < message_.parts.size(); ++i) {
    const auto& part = message_.parts[i];
    if (holds_header(part) && !is_inside_message(message_, part)) read_part(i, ReturnedIn::Part);
  }
  find_watermarks(text_.raw());
  if (text_.has_field_line()) read_text(text_.raw(), text_.is_html(), is_cut_ || text_.is_truncated());
  for (std::size_t i = 0; i < message_.parts.size(); ++i) {
    const auto& part = message_.parts[i];
    if (part.media_type != MediaType::TextHtml || text_.is_html() || is_inside_message(message_, part))
      continue;
    read_html(part);
  }
  for (std::size_t i = 0; i < message_.parts.size() && !is_full(); ++i) {
    const auto& part = message_.parts[i];
    if (holds_header(part) && is_inside_message(message_, part)) read_part(i, ReturnedIn::Nested);
  }
}

void Finder::read_part(std::size_t index, ReturnedIn where) {
  const auto& part = message_.parts[index];
  const bool is_cut = is_cut_ && part.end == message_.buffer.size();
  if (index + 1 < message_.parts.size() && message_.parts[index + 1].parent == index) {
    read_header(message_, message_.parts[index + 1], where, is_cut);
    return;
  }
  std::string_view body = message_.body_of(part);
  std::string decoded;
  if (part.encoding != mail::TransferEncoding::Identity) {
    mail::decode(part.encoding, body.substr(0, 4 * limits_.header_block), decoded);
    body = decoded;
  }
  // Some gateways put an empty line before the header.
  while (body.starts_with('\n') || body.starts_with('\r')) body.remove_prefix(1);
  mail::walk_header(body, scratch_, limits_.mime);
  read_header(scratch_, scratch_.parts[0], where, is_cut);
}

void Finder::read_header(const mail::Message& message, const mail::Part& part, ReturnedIn where,
                         bool is_cut) {
  const std::string_view bytes = message.header_of(part);
  is_cut = is_cut && part.body_begin == message.buffer.size();
  if (has_stray_lines(message, part)) {
    find_watermarks(bytes);
    TextBlocks blocks(bytes.substr(0, bytes.find_last_not_of(" \t\r\n") + 1), limits_.header_block);
    auto joined = blocks.next();
    if (joined && joined->reaches_end) {
      add_text_block(std::move(*joined), where, is_cut);
      return;
    }
  } else {
    for (const auto& field : message.fields_of(part)) {
      if (field.id != FieldName::BackstopWatermark) continue;
      if (field.value.contains("=?")) {
        add_watermark(mail::decode_header(field.value.substr(0, kMostWatermarkRaw)));
      } else {
        add_watermark(field.value);
      }
    }
  }
  if (is_full() || part.field_count == 0) return;
  const bool is_long = bytes.size() > limits_.header_block;
  response_.truncated = response_.truncated || is_long;
  ReturnedBlock block{.bytes = std::string(bytes.substr(0, limits_.header_block)),
                      .where = where,
                      .is_truncated = is_cut || is_long};
  add(block, message, part);
}

void Finder::read_text(std::string_view text, bool is_html, bool is_cut) {
  TextBlocks blocks(text, limits_.header_block);
  while (!is_full()) {
    auto found = blocks.next();
    if (!found) return;
    const auto where = is_html ? ReturnedIn::Html : found->is_quoted ? ReturnedIn::Quoted : ReturnedIn::Text;
    const bool ends_early = is_cut && found->reaches_end;
    add_text_block(std::move(*found), where, ends_early);
  }
}

// HTML beside a plain text was not read before, and seldom has a header. A look at its bytes tells.
void Finder::read_html(const mail::Part& part) {
  std::string_view body = message_.body_of(part);
  const bool is_cut = is_cut_ || body.size() > limits_.text;
  body = body.substr(0, limits_.text);
  const auto may_have_header = [](std::string_view bytes) {
    return kMessageIdPiece.find(bytes) != std::string_view::npos ||
           next_watermark(bytes, 0) != std::string_view::npos;
  };
  std::string decoded;
  const bool is_readable = part.encoding == mail::TransferEncoding::Identity ||
                           part.encoding == mail::TransferEncoding::QuotedPrintable;
  if (is_readable && !may_have_header(body)) return;
  if (part.encoding != mail::TransferEncoding::Identity) {
    mail::decode(part.encoding, body, decoded);
    body = decoded;
  }
  if (!is_readable && !may_have_header(body)) return;
  std::string html;
  mail::to_utf8(mail::parameter(part.content_type_parameters, "charset").value_or(""), body, html);
  std::string text;
  append_html_text(html, text);
  find_watermarks(text);
  read_text(text, true, is_cut);
}

void Finder::add_text_block(TextBlock found, ReturnedIn where, bool is_cut) {
  if (is_full()) return;
  response_.truncated = response_.truncated || found.is_cut;
  ReturnedBlock block{
      .bytes = std::move(found.bytes), .where = where, .is_truncated = is_cut || found.is_cut};
  mail::walk_header(block.bytes, scratch_, limits_.mime);
  add(block, scratch_, scratch_.parts[0]);
}

// The fields may be views into the bytes of the block.
void Finder::add(ReturnedBlock& block, const mail::Message& message, const mail::Part& part) {
  block.message_id = without_brackets(message.value(part, FieldName::MessageId));
  const auto from = mail::parse_address_list(message.value(part, FieldName::From), 1);
  if (!from.empty()) block.from = from[0].text();
  block.to = message.value(part, FieldName::To);
  if (const auto cc = message.value(part, FieldName::Cc); !cc.empty()) {
    if (!block.to.empty()) block.to += ", ";
    block.to += cc;
  }
  block.date = mail::parse_date(message.value(part, FieldName::Date));
  const bool has_all =
      std::ranges::all_of(kOfWhole, [&](FieldName name) { return message.find(part, name) != nullptr; });
  block.is_whole = has_all && !block.is_truncated;
  response_.returned.push_back(std::move(block));
}

void Finder::find_watermarks(std::string_view text) {
  for (auto at = next_watermark(text, 0); at != std::string_view::npos; at = next_watermark(text, at)) {
    add_watermark(text.substr(at, kMostWatermarkRaw));
    if (response_.watermarks.size() >= limits_.watermarks) return;
  }
}

// Takes the characters of a value, over all that a mailer may have put between them, until another one comes.
void Finder::add_watermark(std::string_view text) {
  if (response_.watermarks.size() >= limits_.watermarks) return;
  text.remove_prefix(std::min(text.find_first_not_of(": \t\r\n>|=\""), text.size()));
  std::string value;
  for (std::size_t i = 0; i < text.size() && value.size() < kMostWatermark; ++i) {
    const char c = text[i];
    if (base::is_alpha(c) || base::is_digit(c) || std::string_view(";-_").contains(c)) {
      value += c;
    } else if (!is_between(c)) {
      break;
    }
  }
  if (value.empty() || std::ranges::find(response_.watermarks, value) != response_.watermarks.end()) return;
  response_.watermarks.push_back(std::move(value));
}

}  // namespace

void find_returned(const ReturnedSources& sources, mail::Message& scratch, Response& response) {
  Finder(sources, scratch, response).find();
}

}  // namespace backstop::response
