#include "dkim/body_hash.h"

#include <openssl/evp.h>

#include <algorithm>
#include <new>

namespace backstop::dkim {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

void require(int done) {
  if (done != 1) throw std::bad_alloc();
}

/// Returns the length of the text up to the first blank that relaxed changes: one that is no single space
/// between two other characters.
std::size_t plain_length(std::string_view text) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (!is_blank(text[at])) continue;
    const bool is_single = text[at] == ' ' && at + 1 < text.size() && !is_blank(text[at + 1]);
    if (!is_single) break;
  }
  return at;
}

}  // namespace

void BodyHash::Free::operator()(EVP_MD_CTX* context) const {
  EVP_MD_CTX_free(context);
}

BodyHash::BodyHash(Canonical form) : form_(form), context_(EVP_MD_CTX_new()) {
  if (!context_) throw std::bad_alloc();
  require(EVP_DigestInit_ex2(context_.get(), sha256_method(), nullptr));
}

void BodyHash::mark(std::uint64_t length) {
  const auto at = std::ranges::lower_bound(marks_, length, {}, &Mark::length);
  if (at == marks_.end() || at->length != length) marks_.insert(at, {.length = length});
}

void BodyHash::take(std::string_view piece) {
  while (!piece.empty()) {
    const auto end = piece.find('\n');
    take_text(piece.substr(0, end), end != std::string_view::npos);
    piece.remove_prefix(std::min(end, piece.size() - 1) + 1);
    if (end == std::string_view::npos) return;
  }
}

void BodyHash::take_text(std::string_view text, bool ends_line) {
  if (is_after_cr_ && !(text.empty() && ends_line)) put_text("\r");
  is_after_cr_ = false;
  if (text.ends_with('\r')) {
    text.remove_suffix(1);
    is_after_cr_ = !ends_line;
  }
  put_text(text);
  if (!ends_line) return;
  is_after_blank_ = false;
  ++line_ends_;
}

void BodyHash::put_text(std::string_view text) {
  if (form_ == Canonical::Relaxed) return put_relaxed(text);
  if (text.empty()) return;
  put_line_ends();
  put(text);
}

void BodyHash::put_relaxed(std::string_view text) {
  while (!text.empty()) {
    const auto blanks = static_cast<std::size_t>(std::ranges::find_if_not(text, is_blank) - text.begin());
    if (blanks > 0) is_after_blank_ = true;
    text.remove_prefix(blanks);
    if (text.empty()) return;
    put_line_ends();
    if (is_after_blank_) put(" ");
    is_after_blank_ = false;
    const auto plain = plain_length(text);
    put(text.substr(0, plain));
    text.remove_prefix(plain);
  }
}

/// Text follows, so the line ends before it count.
void BodyHash::put_line_ends() {
  has_text_ = true;
  for (; line_ends_ > 0; --line_ends_) put(kLineEnd);
}

void BodyHash::put(std::string_view bytes) {
  if (bytes.size() > buffer_.size() - used_) flush();
  if (bytes.size() > buffer_.size()) return digest(bytes);
  std::ranges::copy(bytes, buffer_.begin() + used_);
  used_ += bytes.size();
}

void BodyHash::flush() {
  digest({buffer_.data(), used_});
  used_ = 0;
}

/// Takes the marks that lie within these bytes on the way.
void BodyHash::digest(std::string_view bytes) {
  for (; reached_ < marks_.size() && marks_[reached_].length - size_ <= bytes.size(); ++reached_) {
    const auto part = static_cast<std::size_t>(marks_[reached_].length - size_);
    require(EVP_DigestUpdate(context_.get(), bytes.data(), part));
    const Context copy(EVP_MD_CTX_new());
    if (!copy) throw std::bad_alloc();
    require(EVP_MD_CTX_copy_ex(copy.get(), context_.get()));
    require(EVP_DigestFinal_ex(copy.get(), marks_[reached_].digest.data(), nullptr));
    size_ += part;
    bytes.remove_prefix(part);
  }
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  size_ += bytes.size();
}

void BodyHash::end() {
  if (is_after_cr_) put_text("\r");
  is_after_cr_ = false;
  // Simple signs an empty body as one line end (RFC 6376 3.4.3), relaxed as nothing.
  if (has_text_ || form_ == Canonical::Simple) put(kLineEnd);
  flush();
  require(EVP_DigestFinal_ex(context_.get(), whole_.data(), nullptr));
}

std::optional<Digest> BodyHash::hash(const std::optional<std::uint64_t>& length) const {
  if (!length) return whole_;
  const auto at = std::ranges::lower_bound(marks_, *length, {}, &Mark::length);
  if (at == marks_.end() || at->length != *length ||
      at - marks_.begin() >= static_cast<std::ptrdiff_t>(reached_)) {
    return std::nullopt;
  }
  return at->digest;
}

}  // namespace backstop::dkim
