#include "response/report_text.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/text.h"
#include "mail/charset.h"
#include "mail/encoding.h"
#include "mail/parameter.h"
#include "response/html_text.h"
#include "response/quoted_subject.h"
#include "response/status.h"
#include "response/word_set.h"

namespace backstop::response {
namespace {

using mail::FieldName;
using mail::MediaType;

// Returns whether the text is ASCII without the escapes of ISO 2022.
bool is_ascii(std::string_view text) {
  return base::is_ascii(text) && !text.contains('\x1b');
}

// Returns whether the part's charset writes every character in ASCII: Exchange 2003 reports in utf-7, and
// Chinese mail may be in hz-gb-2312.
bool hides_in_ascii(const mail::Part& part) {
  return base::icontains(part.content_type_parameters, "utf-7") ||
         base::icontains(part.content_type_parameters, "hz-gb");
}

// Returns whether the part is read: plain or HTML text outside of a returned mail.
bool is_readable(const mail::Message& message, const mail::Part& part) {
  if (part.media_type != MediaType::TextPlain && part.media_type != MediaType::TextHtml) return false;
  for (auto parent = part.parent; parent != mail::Part::kNoParent; parent = message.parts[parent].parent) {
    const auto type = message.parts[parent].media_type;
    if (type == MediaType::MessageRfc822 || type == MediaType::MessageGlobal) return false;
  }
  return true;
}

// The fields that make a block of header lines look like a mail's, as bits.
constexpr std::uint32_t kFrom = 1, kTo = 2, kSubject = 4, kDate = 8, kMessageId = 16, kReceived = 32,
                        kReturnPath = 64, kMime = 128, kOther = 256;

std::uint32_t bit_of(FieldName name) {
  switch (name) {
    case FieldName::From:
      return kFrom;
    case FieldName::To:
    case FieldName::Cc:
      return kTo;
    case FieldName::Subject:
      return kSubject;
    case FieldName::Date:
      return kDate;
    case FieldName::MessageId:
      return kMessageId;
    case FieldName::Received:
      return kReceived;
    case FieldName::ReturnPath:
      return kReturnPath;
    case FieldName::MimeVersion:
    case FieldName::ContentType:
    case FieldName::ContentTransferEncoding:
      return kMime;
    case FieldName::Other:
      return 0;
    default:
      return kOther;
  }
}

// By byte: whether it is copied without a look at the next ones.
constexpr auto kIsCopied = [] {
  std::array<bool, 256> all{};
  for (std::size_t i = 0; i < 0xC2; ++i) all[i] = i != ' ' && i != '\t' && i != '\r' && i != '\0';
  return all;
}();

bool is_copied(char c) {
  return kIsCopied[static_cast<unsigned char>(c)];
}

// Stands in an address for a character that nobody sees. A control character there names nobody.
constexpr char kHidden = '\x1A';

// Returns whether the character only tells where a long word may be broken: a soft hyphen, a zero-width
// space, a word joiner or a byte order mark.
bool breaks_lines(std::string_view character) {
  return character == "\u00AD" || character == "\u200B" || character == "\u2060" || character == "\uFEFF";
}

// Returns whether the word at `at` has an "@".
bool is_in_address(std::string_view line, std::size_t at) {
  constexpr std::size_t kMost = 64;
  constexpr std::string_view kEnds = " \t<>";
  const std::size_t from = at - std::min(at, kMost);
  const std::string_view before = line.substr(from, at - from);
  const std::string_view after = line.substr(at, kMost);
  const std::size_t begin = before.find_last_of(kEnds);
  return before.substr(begin == std::string_view::npos ? 0 : begin + 1).contains('@') ||
         after.substr(0, after.find_first_of(kEnds)).contains('@');
}

// Writes `line` to `out` without white space at its ends, with single spaces inside and without
// default-ignorable characters. Returns the end of what it wrote.
char* append_collapsed(std::string_view line, char* out) {
  const char* const begin = out;
  bool wants_space = false;
  for (std::size_t i = 0; i < line.size();) {
    if (is_copied(line[i])) {
      if (wants_space) *out++ = ' ';
      wants_space = false;
      do {
        *out++ = line[i++];
      } while (i < line.size() && is_copied(line[i]));
      continue;
    }
    const std::string_view rest = line.substr(i);
    const bool is_wide = static_cast<unsigned char>(rest[0]) >= 0xC2;
    if (const std::size_t ignored = is_wide ? base::ignorable_length(rest) : 0; ignored != 0) {
      if (!breaks_lines(rest.substr(0, ignored)) && is_in_address(line, i)) *out++ = kHidden;
      i += ignored;
    } else if (const std::size_t space = is_wide ? base::wide_space_length(rest) : 1; space != 0) {
      wants_space = out > begin;
      i += space;
    } else {
      if (wants_space) *out++ = ' ';
      wants_space = false;
      *out++ = line[i++];
    }
  }
  return out;
}

constexpr std::size_t kLongestFooterLine = 200;

// Returns whether the line is a rule: "--", or marks only, as in "______" and "-=-=-=-".
bool is_rule(std::string_view line) {
  constexpr std::string_view kMarks = "_-=*#~+";
  return line.size() >= 2 && line.find_first_not_of(kMarks) == std::string_view::npos;
}

// Returns whether the line has a server's reply about an address.
bool has_reply(std::string_view line) {
  return !find_enhanced_status(line).empty() || (line.contains('@') && find_reply_code(line) != 0);
}

// Returns whether the line has words that list managers write below a mail.
bool speaks_of_a_list(std::string_view line) {
  constexpr static WordSet kWords(std::to_array<std::string_view>({"mailing list",
                                                                   "mailing-list",
                                                                   "mailinglist",
                                                                   "unsubscribe",
                                                                   "subscribed to",

                                                                   "listinfo",
                                                                   "listserv",
                                                                   "majordomo",
                                                                   "/sympa/",
                                                                   "to post to this",
                                                                   "google groups",
                                                                   "groups.io",
                                                                   "list archive",
                                                                   "list-help",
                                                                   "lists.",
                                                                   "désabonn",
                                                                   "desabonn",
                                                                   "désinscri",
                                                                   "liste de diffusion",
                                                                   "abmelden",
                                                                   "abbestellen",
                                                                   "austragen",
                                                                   "mailingliste",
                                                                   "verteiler",
                                                                   "lista de correo",
                                                                   "lista de discus",
                                                                   "lista de distrib",
                                                                   "darse de baja",
                                                                   "cancelar a inscri",
                                                                   "cancelar la suscri",
                                                                   "disiscri",
                                                                   "lista di discussione",
                                                                   "mailinglijst",
                                                                   "afmelden",
                                                                   "wypisać",
                                                                   "lista dyskusyjna",
                                                                   "отписаться",
                                                                   "рассылк",
                                                                   "メーリングリスト",
                                                                   "退会",
                                                                   "邮件列表",
                                                                   "退订",
                                                                   "郵寄清單"}));
  return kWords.is_in(line);
}

}  // namespace

std::string_view name_of_line(std::string_view line) {
  const std::size_t colon = line.substr(0, 60).find(':');
  if (colon == std::string_view::npos || colon < 2) return {};
  if (colon + 1 < line.size() && line[colon + 1] == '/') return {};
  const std::string_view name = line.substr(0, colon);
  const bool is_name = base::is_alpha(name[0]) && std::ranges::all_of(name, [](char c) {
                         return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_';
                       });
  return is_name ? name : std::string_view{};
}

bool is_quoted(std::string_view line) {
  line = line.substr(std::min(line.size(), line.find_first_not_of(' ')));
  if (!line.starts_with('>') || line.starts_with(">>>")) return false;
  return base::trim(line.substr(1)).find_first_of(" \t") != std::string_view::npos;
}

std::size_t prefix_of(std::string_view line) {
  const std::size_t at = line.find_first_not_of("> \t|");
  return at == std::string_view::npos ? line.size() : at;
}

void ReportText::collect(const mail::Message& message, std::size_t most) {
  storage_.clear();
  raw_ = {};
  is_truncated_ = false;
  is_html_ = false;
  bool has_plain = false;
  for (const auto& part : message.parts) {
    if (part.media_type == MediaType::TextPlain && is_readable(message, part) &&
        !base::trim(message.body_of(part)).empty()) {
      has_plain = true;
    }
  }
  for (const auto& part : message.parts) {
    if (has_plain && part.media_type == MediaType::TextHtml) continue;
    if (!is_readable(message, part)) continue;
    is_html_ = is_html_ || part.media_type == MediaType::TextHtml;
    append_part(message, part, most);
  }
  if (!storage_.empty()) raw_ = storage_;
  if (raw_.empty() && !message.parts.empty()) {
    // The structure is broken: the report's words are somewhere in the body.
    const std::string_view body = message.body_of(message.parts[0]);
    is_truncated_ = body.size() > most;
    raw_ = base::utf8_prefix(body, most);
    if (!is_ascii(raw_)) {
      mail::to_utf8("", raw_, storage_);
      raw_ = storage_;
    }
  }
  find_header_blocks();
  flatten();
  find_footer();
}

void ReportText::append_part(const mail::Message& message, const mail::Part& part, std::size_t most) {
  std::string_view body = message.body_of(part);
  const std::size_t taken = storage_.empty() ? raw_.size() : storage_.size();
  if (taken >= most) {
    is_truncated_ = is_truncated_ || !body.empty();
    return;
  }
  if (body.size() > most - taken) {
    body = base::utf8_prefix(body, most - taken);
    is_truncated_ = true;
  }
  const bool is_html = part.media_type == MediaType::TextHtml;
  const bool is_identity = part.encoding == mail::TransferEncoding::Identity;
  const bool is_coded = hides_in_ascii(part);
  if (is_identity && !is_html && !is_coded && taken == 0 && is_ascii(body)) {
    raw_ = body;  // the usual report: nothing is copied
    return;
  }
  if (!raw_.empty() && storage_.empty()) storage_.assign(raw_);
  if (!storage_.empty()) storage_ += "\n\n";
  if (!is_identity) {
    decoded_.clear();
    mail::decode(part.encoding, body, decoded_);
    body = is_truncated_ ? base::utf8_prefix(decoded_, decoded_.size()) : decoded_;
  }
  if (!is_html && !is_coded && is_ascii(body)) {
    storage_ += body;
    return;
  }
  const auto charset = mail::parameter(part.content_type_parameters, "charset").value_or("");
  if (!is_html) {
    mail::to_utf8(charset, body, storage_);
    return;
  }
  std::string html;
  mail::to_utf8(charset, body, html);
  append_html_text(html, storage_);
}

void ReportText::find_header_blocks() {
  blocks_.clear();
  has_field_line_ = false;
  TextHeaderBlock block;
  std::uint32_t bits = 0;
  const auto close = [&](std::size_t end) {
    const bool is_whole = std::popcount(bits) >= 3 &&
                          (bits & (kReceived | kMessageId | kReturnPath | kMime)) != 0 &&
                          (bits & (kReceived | kFrom | kSubject | kTo)) != 0;
    const bool is_summary = std::popcount(bits & ~kOther) >= 3;
    if (is_whole || is_summary) {
      block.end = end;
      block.is_whole = is_whole;
      blocks_.push_back(block);
    }
    bits = 0;
    return is_whole;
  };
  std::string_view rest = raw_;
  std::string_view line;
  constexpr std::size_t kMostBlocks = 8;
  while (blocks_.size() < kMostBlocks) {
    const std::size_t begin = raw_.size() - rest.size();
    if (!base::next_line(rest, line)) break;
    if (bits != 0) {
      // Inside a block: a field or a continuation with the block's own prefix continues it; any other line
      // ends it.
      const bool has_prefix = prefix_of(line) >= block.prefix && line.size() > block.prefix;
      const std::string_view inner = has_prefix ? line.substr(block.prefix) : std::string_view{};
      if (!inner.empty() && (inner[0] == ' ' || inner[0] == '\t')) continue;
      if (const auto name = name_of_line(inner); !name.empty()) {
        bits |= bit_of(mail::field_name(name));
        continue;
      }
      if (close(begin)) return;
    }
    const std::size_t prefix = prefix_of(line);
    const auto name = name_of_line(line.substr(prefix));
    if (name.empty()) continue;
    bits = bit_of(mail::field_name(name));
    if (bits == 0) bits = base::istarts_with(name, "X-") ? kOther : 0;
    has_field_line_ = has_field_line_ || bits != 0;
    block = {.begin = begin, .end = 0, .prefix = prefix, .is_whole = false};
  }
  if (bits != 0) close(raw_.size());
}

void ReportText::flatten() {
  lines_.clear();
  std::string_view rest = raw_;
  if (!blocks_.empty() && blocks_.back().is_whole) rest = rest.substr(0, blocks_.back().begin);
  // The output is never longer than the input, except for the space after a last line without a line end.
  flat_.resize_and_overwrite(rest.size() + 1, [&](char* flat, std::size_t) {
    char* out = flat;
    std::string_view line;
    bool is_after_blank = true;
    const bool has_subject = speaks_of_a_subject(rest);
    QuotedSubject subject;
    while (base::next_line(rest, line)) {
      if (is_quoted(line)) continue;
      char* const begin = out;
      if (has_subject) {
        const auto [head, tail] = subject.keep(line, rest);
        if (head.empty() && !line.empty()) continue;  // the empty line before it is still one
        out = append_collapsed(head, out);
        out = append_collapsed(tail, out);
      } else {
        out = append_collapsed(line, out);
      }
      if (out == begin) {
        is_after_blank = true;
        continue;
      }
      constexpr std::size_t kMostIndent = 255;
      const std::size_t indent = std::min(line.find_first_not_of(" \t"), kMostIndent);
      lines_.push_back({static_cast<std::uint32_t>(begin - flat), static_cast<std::uint32_t>(out - flat),
                        is_after_blank, static_cast<std::uint8_t>(indent)});
      is_after_blank = false;
      *out++ = ' ';
    }
    return static_cast<std::size_t>(out - flat);
  });
}

// A footer is at the end: a rule, words about the list in one of the next lines, and nothing that a server
// replied about an address. Few mails have a rule, and the words are sought only behind one.
void ReportText::find_footer() {
  constexpr std::size_t kMostLines = 16;
  constexpr std::size_t kWordsWithin = 5;
  const auto line_of = [&](std::size_t index) {
    return text_of(lines_[index]).substr(0, kLongestFooterLine);
  };
  const auto has = [&](std::size_t begin, std::size_t end, bool (*is_such)(std::string_view)) {
    for (std::size_t i = begin; i < std::min(end, lines_.size()); ++i) {
      if (is_such(line_of(i))) return true;
    }
    return false;
  };
  footer_ = lines_.size();
  for (std::size_t i = lines_.size() - std::min(lines_.size(), kMostLines); i < lines_.size(); ++i) {
    if (is_rule(line_of(i)) && has(i + 1, i + 1 + kWordsWithin, speaks_of_a_list) &&
        !has(i + 1, lines_.size(), has_reply)) {
      footer_ = i;
      return;
    }
  }
}

std::size_t ReportText::line_at(std::size_t offset) const {
  const auto after =
      std::ranges::upper_bound(lines_, offset, {}, [](const Line& line) { return line.begin; });
  return after == lines_.begin() ? 0 : static_cast<std::size_t>(after - lines_.begin()) - 1;
}

}  // namespace backstop::response
