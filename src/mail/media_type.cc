#include "mail/media_type.h"

#include <array>
#include <cstddef>

#include "base/text.h"

namespace backstop::mail {
namespace {

struct KnownType {
  std::string_view type;
  std::string_view subtype;
  MediaType media_type;
};

constexpr KnownType kKnownTypes[] = {
    {"text", "plain", MediaType::TextPlain},
    {"text", "html", MediaType::TextHtml},
    {"text", "rfc822-headers", MediaType::TextRfc822Headers},
    {"text", "rfc822-header", MediaType::TextRfc822Headers},
    {"message", "rfc822-headers", MediaType::TextRfc822Headers},
    {"message", "rfc822", MediaType::MessageRfc822},
    {"message", "global", MediaType::MessageGlobal},
    {"message", "global-headers", MediaType::MessageGlobalHeaders},
    {"message", "delivery-status", MediaType::MessageDeliveryStatus},
    // McAfee's gateway.
    {"message", "xdelivery-status", MediaType::MessageDeliveryStatus},
    {"message", "global-delivery-status", MediaType::MessageDeliveryStatus},
    {"message", "disposition-notification", MediaType::MessageDispositionNotification},
    {"message", "global-disposition-notification", MediaType::MessageDispositionNotification},
    {"message", "feedback-report", MediaType::MessageFeedbackReport},
    {"multipart", "report", MediaType::MultipartReport},
};

struct KnownEncoding {
  std::string_view name;
  TransferEncoding encoding;
};

constexpr KnownEncoding kKnownEncodings[] = {
    {"quoted-printable", TransferEncoding::QuotedPrintable},
    {"base64", TransferEncoding::Base64},
    {"x-uuencode", TransferEncoding::Uuencode},
    {"uuencode", TransferEncoding::Uuencode},
    {"x-uue", TransferEncoding::Uuencode},
};

// RFC 2045 5.1: printable ASCII without the tspecials that could stand around a type.
constexpr auto kIsTokenByte = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = '!'; c < 0x7F; ++c) table[c] = true;
  for (const char special : std::string_view("()<>@,;:\\\"/[]?="))
    table[static_cast<unsigned char>(special)] = false;
  return table;
}();

// White space and comments (RFC 5322 3.2.2), which may nest; an open one reaches to the end.
void skip_cfws(std::string_view& text) {
  std::size_t depth = 0;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '(') {
      ++depth;
    } else if (depth == 0) {
      if (!base::is_space(c)) break;
    } else if (c == ')') {
      --depth;
    } else if (c == '\\') {
      ++at;
    }
  }
  text.remove_prefix(at < text.size() ? at : text.size());
}

std::string_view take_token(std::string_view& text) {
  skip_cfws(text);
  std::size_t length = 0;
  while (length < text.size() && kIsTokenByte[static_cast<unsigned char>(text[length])]) ++length;
  const std::string_view token = text.substr(0, length);
  text.remove_prefix(length);
  return token;
}

}  // namespace

MediaType media_type(std::string_view type, std::string_view subtype) {
  for (const auto& known : kKnownTypes) {
    if (base::iequals(known.subtype, subtype) && base::iequals(known.type, type)) return known.media_type;
  }
  return base::iequals(type, "multipart") ? MediaType::MultipartOther : MediaType::Other;
}

std::optional<ContentType> parse_content_type(std::string_view value) {
  ContentType content_type;
  content_type.type = take_token(value);
  skip_cfws(value);
  if (content_type.type.empty() || !value.starts_with('/')) return std::nullopt;
  value.remove_prefix(1);
  content_type.subtype = take_token(value);
  if (content_type.subtype.empty()) return std::nullopt;
  content_type.parameters = value;
  content_type.media_type = media_type(content_type.type, content_type.subtype);
  return content_type;
}

TransferEncoding parse_transfer_encoding(std::string_view value) {
  const std::string_view name = take_token(value);
  for (const auto& known : kKnownEncodings) {
    if (base::iequals(known.name, name)) return known.encoding;
  }
  return TransferEncoding::Identity;
}

}  // namespace backstop::mail
