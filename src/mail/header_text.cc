#include "mail/header_text.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "mail/charset.h"
#include "mail/encoding.h"

namespace backstop::mail {
namespace {

constexpr std::size_t kCharsetMost = 60;
constexpr auto kNone = std::string_view::npos;

bool is_line_end(char c) {
  return c == '\r' || c == '\n';
}

// Returns the offset of the first line end, or the size.
std::size_t line_end(std::string_view value) {
  return static_cast<std::size_t>(std::ranges::find_if(value, is_line_end) - value.begin());
}

struct EncodedWord {
  std::string_view charset;
  char encoding = 'q';  // or 'b'
  std::string_view text;
  std::size_t end = 0;  // offset past the "?="
};

// Returns the offset of the "?=" that ends a word whose text starts at `from`. A "=?" before it means that
// this word has no end and another one begins; stopping there also keeps the whole linear.
std::size_t find_word_end(std::string_view value, std::size_t from) {
  for (std::size_t at = value.find('?', from); at != kNone; at = value.find('?', at + 1)) {
    const bool is_end = at + 1 < value.size() && value[at + 1] == '=';
    if (is_end) return at;
    if (at > from && value[at - 1] == '=') return kNone;
  }
  return kNone;
}

// Reads the word that starts with the "=?" at `begin` (RFC 2047 2).
std::optional<EncodedWord> encoded_word(std::string_view value, std::size_t begin) {
  const std::size_t charset_begin = begin + 2;
  const std::size_t charset_size = value.substr(charset_begin, kCharsetMost + 1).find('?');
  if (charset_size == kNone || charset_size == 0) return std::nullopt;
  const std::size_t encoding_at = charset_begin + charset_size + 1;
  if (encoding_at + 1 >= value.size() || value[encoding_at + 1] != '?') return std::nullopt;
  EncodedWord word;
  word.charset = value.substr(charset_begin, charset_size);
  if (std::ranges::any_of(word.charset, base::is_space)) return std::nullopt;
  // RFC 2231 5: a language may follow the charset.
  word.charset = word.charset.substr(0, word.charset.find('*'));
  word.encoding = base::ascii_lower(value[encoding_at]);
  if (word.encoding != 'q' && word.encoding != 'b') return std::nullopt;
  const std::size_t text_begin = encoding_at + 2;
  const std::size_t text_end = find_word_end(value, text_begin);
  if (text_end == kNone) return std::nullopt;
  word.text = value.substr(text_begin, text_end - text_begin);
  word.end = text_end + 2;
  return word;
}

// RFC 2047 4.2. A "=" without two hex digits stands for itself.
void decode_q(std::string_view text, std::string& out) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool may_escape = c == '=' && at + 2 < text.size();
    const int high = may_escape ? base::hex_value(text[at + 1]) : -1;
    const int low = may_escape ? base::hex_value(text[at + 2]) : -1;
    if (high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      at += 2;
    } else {
      out += c == '_' ? ' ' : c;
    }
  }
}

// Reads a value that is already unfolded.
class HeaderDecoder {
 public:
  explicit HeaderDecoder(std::string_view value) : value_(value) { out_.reserve(value.size()); }

  std::string decode() {
    for (std::size_t at = value_.find("=?"); at != kNone;) {
      const auto word = encoded_word(value_, at);
      if (word) {
        take_text(value_.substr(done_, at - done_));
        take_word(*word);
        done_ = word->end;
      }
      at = value_.find("=?", word ? word->end : at + 1);
    }
    take_text(value_.substr(done_));
    flush();
    return std::move(out_);
  }

 private:
  // White space between two words is dropped; before the first word and after the last it belongs to the
  // text.
  void take_text(std::string_view text) {
    gap_ = text;
    if (!base::trim(text).empty()) flush();
  }

  void take_word(const EncodedWord& word) {
    if (is_after_word_ && !base::iequals(charset_, word.charset)) convert();
    if (!is_after_word_) append_gap();
    gap_ = {};
    charset_ = word.charset;
    is_after_word_ = true;
    if (word.encoding == 'b') {
      decode_base64(word.text, bytes_);
    } else {
      decode_q(word.text, bytes_);
    }
  }

  void flush() {
    convert();
    append_gap();
    is_after_word_ = false;
  }

  void append_gap() {
    to_utf8("", gap_, out_);
    gap_ = {};
  }

  void convert() {
    const std::size_t begin = out_.size();
    to_utf8(charset_, bytes_, out_);
    bytes_.clear();
    std::replace_if(out_.begin() + static_cast<std::ptrdiff_t>(begin), out_.end(), is_line_end, ' ');
  }

  std::string_view value_;
  std::size_t done_ = 0;      // all before it is taken
  std::string_view gap_;      // text that was taken but not written yet
  std::string_view charset_;  // the charset of bytes_
  std::string bytes_;         // the content of adjacent words of one charset
  bool is_after_word_ = false;
  std::string out_;
};

}  // namespace

std::string unfold(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  while (!value.empty()) {
    const std::size_t end = line_end(value);
    out.append(value.substr(0, end));
    value.remove_prefix(end);
    while (!value.empty() && is_line_end(value.front())) value.remove_prefix(1);
    if (end != 0 && !value.empty() && !base::is_space(value.front())) out += ' ';
  }
  return out;
}

std::string decode_header(std::string_view value) {
  if (line_end(value) == value.size()) return HeaderDecoder(value).decode();
  return HeaderDecoder(unfold(value)).decode();
}

}  // namespace backstop::mail
