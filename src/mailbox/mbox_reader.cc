#include "mailbox/mbox_reader.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "mailbox/mail_form.h"

namespace backstop::mailbox {

namespace {

constexpr std::size_t kChunk = 1024 * 1024;
constexpr std::size_t kLongestPostmark = 1024;
constexpr std::size_t kLongestHeader = 256 * 1024;
constexpr std::size_t kHeaderProbe = 16 * 1024;
constexpr std::string_view kSeparator = "\nFrom ";

std::size_t find_from(std::string_view text, std::string_view what, std::size_t from) {
  if (from >= text.size()) return std::string_view::npos;
  // memmem and not string_view::find: its time doesn't grow with the product of the two lengths.
  const void* hit = memmem(text.data() + from, text.size() - from, what.data(), what.size());
  return hit == nullptr ? std::string_view::npos
                        : static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
}

// The end of the line before the '\n' at `at`, if that line is empty: where its own line end begins.
bool is_after_empty_line(std::string_view text, std::size_t at, std::size_t& mail_end) {
  mail_end = at;
  if (at > 0 && text[at - 1] == '\r') mail_end = at - 1;
  return mail_end > 0 && text[mail_end - 1] == '\n';
}

// The empty line that ends each mail of an mbox is not part of the mail.
std::string_view without_last_empty_line(std::string_view mail) {
  std::size_t whole = 0;
  if (!mail.ends_with('\n') || !is_after_empty_line(mail, mail.size() - 1, whole)) return mail;
  return mail.substr(0, whole);
}

// The value of Content-Length, and the offset of the body, in a header that begins `mail`.
std::optional<std::pair<std::size_t, std::size_t>> content_length(std::string_view mail) {
  std::string_view rest = mail.substr(0, kLongestHeader);
  std::string_view line;
  std::optional<std::size_t> length;
  while (base::next_line(rest, line)) {
    if (line.empty()) {
      if (!length) return std::nullopt;
      return std::pair(*length, static_cast<std::size_t>(rest.data() - mail.data()));
    }
    if (!base::istarts_with(line, "content-length:")) continue;
    const std::string_view digits = base::trim(line.substr(15));
    std::size_t value = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (fault == std::errc() && end == digits.data() + digits.size()) length = value;
  }
  return std::nullopt;
}

}  // namespace

MboxReader::MboxReader(os::ByteSource& source, std::string buffer, std::size_t mail_cap)
    : source_(source), buffer_(std::move(buffer)), mail_cap_(mail_cap) {}

base::Result<bool> MboxReader::fill() {
  const auto met_end = os::read_up_to(source_, buffer_.size() + kChunk, buffer_);
  if (!met_end) return std::unexpected(met_end.error());
  is_at_end_ = *met_end;
  return true;
}

base::Result<bool> MboxReader::fill_to(std::size_t size) {
  while (buffer_.size() < size && !is_at_end_) {
    if (const auto filled = fill(); !filled) return filled;
  }
  return true;
}

// Drops what was handed out, but only if it is the larger half, so that each byte is moved once on average.
void MboxReader::drop_read() {
  if (begin_ < kChunk || begin_ < buffer_.size() / 2) return;
  buffer_.erase(0, begin_);
  dropped_ += begin_;
  begin_ = 0;
}

// The offset after the line at `from`, or of the buffer's end.
base::Result<bool> MboxReader::line_end(std::size_t from, std::size_t& end) {
  end = buffer_.find('\n', from);
  while (end == std::string::npos && !is_at_end_ && buffer_.size() - from < kLongestPostmark) {
    if (const auto filled = fill(); !filled) return filled;
    end = buffer_.find('\n', from);
  }
  end = end == std::string::npos ? buffer_.size() : end + 1;
  return true;
}

base::Result<bool> MboxReader::is_postmark_at(std::size_t position) {
  std::size_t end = 0;
  if (const auto found = line_end(position, end); !found) return found;
  if (end - position > kLongestPostmark) return false;
  return is_postmark(std::string_view(buffer_).substr(position, end - position));
}

// Returns whether the line above, past empty ones, announces a quoted mail: "--- Unsent message follows ---".
bool MboxReader::is_announced(std::size_t position) const {
  constexpr std::size_t kLongest = 1024;
  const auto above = base::trim(std::string_view(buffer_).substr(position - std::min(position, kLongest),
                                                                 std::min(position, kLongest)));
  return announces_a_mail(above.substr(above.rfind('\n') + 1));
}

void MboxReader::count(Doubts& doubts, std::size_t position) const {
  if (doubts.count++ == 0) doubts.first = dropped_ + position;
}

// Returns whether a mail begins at the "From " line at `position`. If it is not after an empty line or has no
// date, a header must follow.
base::Result<bool> MboxReader::begins_mail_at(std::size_t position, bool is_apart) {
  std::size_t begin = 0;
  if (const auto found = line_end(position, begin); !found) return found;
  if (begin - position > kLongestPostmark) return false;
  const auto line = std::string_view(buffer_).substr(position, begin - position);
  const bool is_whole = is_postmark(line);
  if (is_whole && is_apart) return true;
  if (!is_whole && !is_bare_postmark(line)) return false;
  if (const auto filled = fill_to(begin + kHeaderProbe); !filled) return filled;
  const Header header = header_at(std::string_view(buffer_).substr(begin, kHeaderProbe));
  if (header == Header::None) return false;
  const bool is_clear = is_whole || header == Header::Certain || header == Header::Written;
  if (is_clear && !is_announced(position)) {
    if (!is_whole && has_dates_ && header == Header::Written) count(taken_, position);
    return true;
  }
  count(doubts_, position);
  return false;
}

base::Result<std::optional<MboxReader::End>> MboxReader::end_by_length(std::size_t begin) {
  if (const auto filled = fill_to(begin + kLongestHeader); !filled) return std::unexpected(filled.error());
  const auto length = content_length(std::string_view(buffer_).substr(begin));
  if (!length || length->first > mail_cap_) return std::nullopt;
  const std::size_t end = begin + length->second + length->first;
  if (const auto filled = fill_to(end + kLongestPostmark); !filled) return std::unexpected(filled.error());
  if (end > buffer_.size()) return std::nullopt;
  std::size_t next = end;
  while (next < buffer_.size() && next < end + 4 && (buffer_[next] == '\n' || buffer_[next] == '\r')) ++next;
  if (next == buffer_.size()) return End{end, next};
  const auto marked = is_postmark_at(next);
  if (!marked) return std::unexpected(marked.error());
  if (!*marked || buffer_[next - 1] != '\n') return std::nullopt;
  return End{end, next};
}

base::Result<std::optional<MboxReader::End>> MboxReader::end_by_search(std::size_t begin) {
  std::size_t from = begin - 1;
  for (;;) {
    const std::size_t at = find_from(buffer_, kSeparator, from);
    if (at != std::string_view::npos) {
      std::size_t mail_end = 0;
      from = at + 1;
      const bool is_apart = is_after_empty_line(buffer_, at, mail_end);
      const auto marked = begins_mail_at(at + 1, is_apart);
      if (!marked) return std::unexpected(marked.error());
      if (*marked) return End{is_apart ? mail_end : at + 1, at + 1};
      continue;
    }
    if (is_at_end_ || buffer_.size() - begin > mail_cap_) return std::nullopt;
    from = std::max(from, buffer_.size() - std::min(buffer_.size(), kSeparator.size()));
    if (const auto filled = fill(); !filled) return std::unexpected(filled.error());
  }
}

// Reads past what is left of a mail that is longer than the cap, keeping no more than a chunk.
base::Result<bool> MboxReader::skip_rest() {
  is_within_mail_ = false;
  for (;;) {
    const auto end = end_by_search(std::max<std::size_t>(begin_, 1));
    if (!end) return std::unexpected(end.error());
    if (*end) {
      begin_ = (*end)->next;
      return true;
    }
    if (is_at_end_) {
      begin_ = buffer_.size();
      return true;
    }
    keep_tail();
    if (const auto filled = fill(); !filled) return filled;
  }
}

// Keeps enough of the end for a separator that is cut by it, and for the empty line before that.
void MboxReader::keep_tail() {
  const std::size_t kept = std::min(buffer_.size(), kSeparator.size() + 2);
  dropped_ += buffer_.size() - kept;
  buffer_.erase(0, buffer_.size() - kept);
  begin_ = std::min<std::size_t>(kept, 2);
}

base::Result<std::optional<MboxMail>> MboxReader::next() {
  if (is_within_mail_) {
    if (const auto skipped = skip_rest(); !skipped) return std::unexpected(skipped.error());
  }
  drop_read();
  if (const auto filled = fill_to(begin_ + 1); !filled) return std::unexpected(filled.error());
  if (begin_ >= buffer_.size()) return std::nullopt;
  std::size_t begin = 0;
  if (const auto found = line_end(begin_, begin); !found) return std::unexpected(found.error());
  if (dropped_ + begin_ == 0) has_dates_ = is_postmark(std::string_view(buffer_).substr(0, begin));
  MboxMail mail{.bytes = {}, .offset = dropped_ + begin_, .is_past_cap = false, .is_last = false};
  auto end = end_by_length(begin);
  if (end && !*end) end = end_by_search(begin);
  if (!end) return std::unexpected(end.error());
  take(begin, *end, mail);
  return mail;
}

void MboxReader::take(std::size_t begin, const std::optional<End>& end, MboxMail& mail) {
  const std::string_view buffer = buffer_;
  if (end) {
    mail.bytes = buffer.substr(begin, end->mail - std::min(begin, end->mail));
    begin_ = end->next;
  } else if (is_at_end_) {
    mail.bytes = without_last_empty_line(buffer.substr(begin));
    begin_ = buffer.size();
  } else {
    mail.bytes = buffer.substr(begin);
    // Only a part of the separator may be here yet.
    begin_ = buffer.size() - std::min(mail.bytes.size(), kSeparator.size());
    is_within_mail_ = true;
  }
  mail.is_last = is_at_end_ && begin_ == buffer.size();
  mail.is_past_cap = mail.bytes.size() > mail_cap_;
  mail.bytes = mail.bytes.substr(0, mail_cap_);
}

}  // namespace backstop::mailbox
