#include "response/report_and_headers.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "mail/encoding.h"
#include "mail/message.h"
#include "response/original.h"
#include "response/report_text.h"

namespace backstop::response {
namespace {

using mail::FieldName;
using mail::MediaType;

constexpr std::size_t kKiB = 1024;
// In base64 all of them together stay below kMostReport.
constexpr std::size_t kMostOwnHeader = 7 * kKiB;
constexpr std::size_t kMostText = 12 * kKiB;
constexpr std::size_t kMostStatus = 12 * kKiB;
constexpr std::size_t kMostOriginal = 14 * kKiB;
// A transfer encoding takes at most three bytes for one, and its line ends take some more.
constexpr std::size_t kEncoded = 4;
constexpr std::size_t kLongestLine = 998;  // RFC 5322 2.1.1

// "=_" is never in base64, so no part in base64 has this boundary, and a part that has it is put in base64.
constexpr std::string_view kBoundary = "=_backstop";
constexpr std::string_view kDelimiter = "--=_";

/// How a part is named: with ASCII alone, and with anything else (RFC 6533).
struct Types {
  std::string_view ascii;
  std::string_view other;
};
constexpr Types kTextTypes = {"text/plain; charset=us-ascii", "text/plain; charset=utf-8"};
constexpr Types kStatusTypes = {"message/delivery-status", "message/global-delivery-status"};
constexpr Types kHeaderTypes = {"text/rfc822-headers", "message/global-headers"};

/// Returns the first lines of `text`, each with CRLF, as long as they fit. Of a first line that doesn't fit,
/// returns the beginning.
std::string first_lines(std::string_view text, std::size_t most) {
  std::string out;
  for (std::string_view line; base::next_line(text, line);) {
    if (out.size() + line.size() + 2 <= most) {
      out.append(line).append("\r\n");
      continue;
    }
    if (out.empty()) out.append(base::utf8_prefix(line, most - 2)).append("\r\n");
    break;
  }
  return out;
}

/// Returns true if every line, which ends with CRLF, can stand in a mail as it is.
bool has_sound_lines(std::string_view lines) {
  for (std::string_view line; base::next_line(lines, line);) {
    if (line.size() > kLongestLine || line.contains('\r') || line.contains('\0')) return false;
  }
  return true;
}

/// Returns true for a field that no reader can take for two, or for the end of the header.
bool is_sound_field(std::string_view field) {
  if (!has_sound_lines(field)) return false;
  std::string_view line;
  base::next_line(field, line);
  while (base::next_line(field, line)) {
    if (!line.starts_with(' ') && !line.starts_with('\t')) return false;
  }
  return true;
}

bool describes_mime(const mail::Field& field) {
  return field.id == FieldName::MimeVersion || base::istarts_with(field.name, "Content-");
}

/// Returns the fields that fit and are sound.
template <typename IsLeftOut>
std::string fields_of(const mail::Message& message, const mail::Part& part, std::size_t most,
                      IsLeftOut is_left_out) {
  std::string out;
  for (const auto& field : message.fields_of(part)) {
    if (is_left_out(field) || field.value.size() > most) continue;
    std::string one = std::string(field.name) + ':';
    if (!field.value.empty()) one += ' ';
    one = first_lines(one.append(field.value), 2 * most);
    if (out.size() + one.size() <= most && is_sound_field(one)) out += one;
  }
  return out;
}

void append_base64(std::string_view bytes, std::string& out) {
  constexpr std::size_t kBytesALine = 57;  // 76 characters (RFC 2045 6.8)
  std::array<unsigned char, 80> line;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kBytesALine))) {
    const auto piece = bytes.substr(0, kBytesALine);
    const int size = EVP_EncodeBlock(line.data(), reinterpret_cast<const unsigned char*>(piece.data()),
                                     static_cast<int>(piece.size()));
    out.append(reinterpret_cast<const char*>(line.data()), static_cast<std::size_t>(size)).append("\r\n");
  }
}

/// Returns a part with its header. `lines` end with CRLF.
std::string part_of(const Types& types, std::string_view lines) {
  const bool is_plain = base::is_ascii(lines) && has_sound_lines(lines) && !lines.contains(kDelimiter);
  std::string part = "Content-Type: ";
  part.append(is_plain ? types.ascii : types.other).append("\r\nContent-Transfer-Encoding: ");
  part += is_plain ? "7bit\r\n\r\n" : "base64\r\n\r\n";
  if (is_plain) {
    part += lines;
  } else {
    append_base64(lines, part);
  }
  return part;
}

bool is_attachment(const mail::Message& message, const mail::Part& part) {
  for (const auto& field : message.fields_of(part)) {
    if (base::iequals(field.name, "Content-Disposition"))
      return base::istarts_with(base::trim(field.value), "attachment");
  }
  return false;
}

bool is_text(const mail::Part& part) {
  return part.media_type == MediaType::TextPlain || part.media_type == MediaType::TextHtml;
}

bool is_multipart(const mail::Part& part) {
  return part.media_type == MediaType::MultipartReport || part.media_type == MediaType::MultipartOther;
}

/// Without attachments, which the reader of texts takes for text.
void leave_out_attachments(mail::Message& message) {
  for (auto& part : message.parts) {
    if (is_text(part) && is_attachment(message, part)) part.media_type = MediaType::Other;
  }
}

/// Returns false if what ReportText would take for words are the bytes of something else.
bool has_text(const mail::Message& message) {
  const bool is_broken = message.parts.size() == 1 && is_multipart(message.parts[0]);
  return is_broken || std::ranges::any_of(message.parts, [&](const mail::Part& part) {
           return is_text(part) && !is_inside_message(message, part);
         });
}

std::string_view without_blank_ends(std::string_view text) {
  const auto begin = text.find_first_not_of("\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of("\r\n") + 1 - begin);
}

/// Returns the words, and a returned header that is among them.
std::string text_of(const mail::Message& message) {
  if (!has_text(message)) return {};
  ReportText text;
  text.collect(message, kEncoded * kMostText);
  const auto& blocks = text.header_blocks();
  std::string_view rest = text.raw();
  std::string words(rest.substr(0, blocks.empty() ? 0 : blocks.back().end));
  rest.remove_prefix(words.size());
  if (!blocks.empty() && blocks.back().is_whole) rest = {};
  for (std::string_view line; base::next_line(rest, line);) {
    if (!is_quoted(line)) words.append(line).append("\n");
  }
  return first_lines(without_blank_ends(words), kMostText);
}

std::string decoded_start(const mail::Message& message, const mail::Part& part, std::size_t most) {
  std::string decoded;
  mail::decode(part.encoding, message.body_of(part).substr(0, kEncoded * most), decoded);
  return decoded;
}

/// Some products write a part for each recipient. Theirs are joined.
std::string status_of(const mail::Message& message) {
  std::string all;
  for (const auto& part : message.parts) {
    if (part.media_type != MediaType::MessageDeliveryStatus || is_inside_message(message, part)) continue;
    if (all.size() > kMostStatus) break;
    if (!all.empty()) all += "\r\n";
    all.append(without_blank_ends(decoded_start(message, part, kMostStatus))).append("\r\n");
  }
  return first_lines(all, kMostStatus);
}

bool is_original(const mail::Part& part) {
  return part.media_type == MediaType::MessageRfc822 || part.media_type == MediaType::MessageGlobal ||
         part.media_type == MediaType::TextRfc822Headers ||
         part.media_type == MediaType::MessageGlobalHeaders;
}

constexpr auto kNone = [](const mail::Field&) { return false; };

std::string original_header_of(const mail::Message& message) {
  const auto found = std::ranges::find_if(message.parts, [&](const mail::Part& part) {
    return is_original(part) && !is_inside_message(message, part);
  });
  if (found == message.parts.end()) return {};
  const auto child = std::next(found);
  const auto at = static_cast<std::uint32_t>(found - message.parts.begin());
  if (child != message.parts.end() && child->parent == at)
    return fields_of(message, *child, kMostOriginal, kNone);
  const std::string decoded = decoded_start(message, *found, kMostOriginal);
  mail::Message header;
  mail::walk_header(decoded, header);
  return fields_of(header, header.parts[0], kMostOriginal, kNone);
}

}  // namespace

std::string report_and_headers(std::string_view message) {
  mail::Message walked;
  mail::walk(message, walked);
  leave_out_attachments(walked);
  const std::string status = status_of(walked);
  const std::string original = original_header_of(walked);
  std::vector<std::string> parts = {part_of(kTextTypes, text_of(walked))};
  if (!status.empty()) parts.push_back(part_of(kStatusTypes, status));
  if (!original.empty()) parts.push_back(part_of(kHeaderTypes, original));
  std::string out = fields_of(walked, walked.parts[0], kMostOwnHeader, describes_mime);
  out += "MIME-Version: 1.0\r\n";
  if (parts.size() == 1) return out + parts.front();
  out.append("Content-Type: multipart/")
      .append(status.empty() ? "mixed" : "report; report-type=delivery-status")
      .append("; boundary=\"")
      .append(kBoundary)
      .append("\"\r\n\r\n");
  for (const auto& part : parts)
    out.append("--").append(kBoundary).append("\r\n").append(part).append("\r\n");
  return out.append("--").append(kBoundary).append("--\r\n");
}

}  // namespace backstop::response
