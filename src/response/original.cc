#include "response/original.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "mail/charset.h"
#include "mail/encoding.h"
#include "mail/header_text.h"

namespace backstop::response {
namespace {

using mail::FieldName;
using mail::MediaType;

// Returns the original whose header block was walked into `message` as `part`.
std::optional<Original> from_header(const mail::Message& message, const mail::Part& part, FoundIn found_in) {
  Original original;
  original.found_in = found_in;
  original.message_id = without_brackets(message.value(part, FieldName::MessageId));
  original.from = mail::decode_header(message.value(part, FieldName::From));
  original.to = mail::decode_header(message.value(part, FieldName::To));
  original.subject = mail::decode_header(message.value(part, FieldName::Subject));
  original.date = mail::to_utf8(mail::unfold(message.value(part, FieldName::Date)));
  original.in_reply_to = mail::to_utf8(mail::unfold(message.value(part, FieldName::InReplyTo)));
  original.references = mail::to_utf8(mail::unfold(message.value(part, FieldName::References)));
  if (const auto list = message.value(part, FieldName::ListId); !list.empty())
    original.list_id = without_brackets(list);
  const bool is_empty = original.message_id.empty() && original.from.empty() && original.to.empty() &&
                        original.subject.empty() && original.date.empty() &&
                        message.find(part, FieldName::Received) == nullptr;
  if (is_empty) return std::nullopt;
  return original;
}

std::optional<Original> from_text(const ReportText& text, mail::Message& scratch) {
  const auto& blocks = text.header_blocks();
  if (blocks.empty()) return std::nullopt;
  const TextHeaderBlock& block = blocks.back().is_whole ? blocks.back() : blocks.front();
  std::string_view lines = text.raw().substr(block.begin, block.end - block.begin);
  std::string header;
  if (block.prefix > 0) {
    std::string_view line;
    while (base::next_line(lines, line)) {
      header.append(line.substr(std::min(block.prefix, line.size()))).append("\r\n");
    }
    lines = header;
  }
  mail::walk_header(lines, scratch);
  return from_header(scratch, scratch.parts[0], FoundIn::BodyText);
}

}  // namespace

std::string without_brackets(std::string_view value) {
  std::string text = mail::to_utf8(mail::unfold(value));
  const std::size_t open = text.find('<');
  const std::size_t close = text.find('>', open == std::string::npos ? 0 : open);
  if (open != std::string::npos && close != std::string::npos) return text.substr(open + 1, close - open - 1);
  return std::string(base::trim(text));
}

bool is_inside_message(const mail::Message& message, const mail::Part& part) {
  for (auto parent = part.parent; parent != mail::Part::kNoParent; parent = message.parts[parent].parent) {
    const auto type = message.parts[parent].media_type;
    if (type == MediaType::MessageRfc822 || type == MediaType::MessageGlobal) return true;
  }
  return false;
}

bool holds_header(const mail::Part& part) {
  return part.media_type == MediaType::MessageRfc822 || part.media_type == MediaType::MessageGlobal ||
         part.media_type == MediaType::TextRfc822Headers ||
         part.media_type == MediaType::MessageGlobalHeaders ||
         (part.media_type == MediaType::Other && base::istarts_with(part.subtype, "rfc822"));
}

std::optional<Original> find_original(const mail::Message& message, const ReportText& text,
                                      mail::Message& scratch) {
  for (std::size_t i = 0; i < message.parts.size(); ++i) {
    const auto& part = message.parts[i];
    const bool is_message =
        part.media_type == MediaType::MessageRfc822 || part.media_type == MediaType::MessageGlobal;
    const bool is_headers =
        part.media_type == MediaType::TextRfc822Headers || part.media_type == MediaType::MessageGlobalHeaders;
    if ((!is_message && !is_headers) || is_inside_message(message, part)) continue;
    const FoundIn found_in = part.media_type == MediaType::MessageRfc822       ? FoundIn::MessageRfc822
                             : part.media_type == MediaType::TextRfc822Headers ? FoundIn::Rfc822Headers
                                                                               : FoundIn::GlobalHeaders;
    std::optional<Original> original;
    if (is_message && i + 1 < message.parts.size() && message.parts[i + 1].parent == i) {
      original = from_header(message, message.parts[i + 1], found_in);
    } else {
      std::string decoded;
      std::string_view body = message.body_of(part);
      if (part.encoding != mail::TransferEncoding::Identity) {
        mail::decode(part.encoding, body, decoded);
        body = decoded;
      }
      // Some gateways put an empty line before the header.
      while (body.starts_with('\n') || body.starts_with('\r')) body.remove_prefix(1);
      mail::walk_header(body, scratch);
      original = from_header(scratch, scratch.parts[0], found_in);
    }
    if (original) return original;
  }
  return from_text(text, scratch);
}

const mail::Part* find_own_part(const mail::Message& message, mail::MediaType type) {
  const auto part = std::ranges::find_if(message.parts, [&](const mail::Part& each) {
    return each.media_type == type && !is_inside_message(message, each);
  });
  return part == message.parts.end() ? nullptr : &*part;
}

bool has_own_part(const mail::Message& message, mail::MediaType type) {
  return find_own_part(message, type) != nullptr;
}

}  // namespace backstop::response
