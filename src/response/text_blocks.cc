#include "response/text_blocks.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "response/report_text.h"

namespace backstop::response {
namespace {

constexpr std::size_t kFewestFields = 3;
// No mailer wraps at a smaller or a greater width than these.
constexpr std::size_t kNarrowestWrap = 60;
constexpr std::size_t kWidestWrap = 78;
// How many lines in a row may be no field while the header goes on, as in mail/header_block.cc.
constexpr std::size_t kMostStrayLines = 20;
// An end tag, a line end and a tag make two.
constexpr std::size_t kMostBlankLines = 3;

// Returns whether the name shows that a line belongs to a header. Text has lines like "Note: so", too.
bool is_known(std::string_view name) {
  return mail::field_name(name) != mail::FieldName::Other || base::istarts_with(name, "X-") ||
         base::istarts_with(name, "ARC-");
}

bool is_tag_list(std::string_view name) {
  return base::istarts_with(name, "ARC-") || base::icontains(name, "DKIM-Signature");
}

std::size_t first_word(std::string_view text) {
  return std::min(text.find_first_of(" \t"), text.size());
}

std::size_t last_word(std::string_view text) {
  const auto space = text.find_last_of(" \t");
  return space == std::string_view::npos ? text.size() : text.size() - space - 1;
}

}  // namespace

std::optional<TextBlock> TextBlocks::next() {
  std::string_view line;
  for (auto before = rest_; base::next_line(rest_, line); before = rest_) {
    if (is_open_ && take(line)) continue;
    if (is_open_) {
      if (auto block = close()) {
        rest_ = before;  // the line may begin another
        return block;
      }
    }
    open(line);
  }
  if (!is_open_) return std::nullopt;
  block_.reaches_end = true;
  return close();
}

void TextBlocks::open(std::string_view line) {
  const std::size_t prefix = prefix_of(line);
  const auto inner = line.substr(prefix);
  const auto name = name_of_line(inner);
  if (name.empty() || !is_known(name)) return;
  is_open_ = true;
  block_ = {.is_quoted = line.substr(0, prefix).find_first_of(">|") != std::string_view::npos};
  prefix_ = prefix;
  lines_ = 1;
  is_double_spaced_ = false;
  blanks_ = 0;
  seen_.reset();
  begin_field(inner, name);
  previous_ = line.size();
}

std::optional<TextBlock> TextBlocks::close() {
  is_open_ = false;
  seen_.reset(static_cast<std::size_t>(mail::FieldName::Other));
  if (seen_.count() < kFewestFields) return std::nullopt;
  append("\r\n", {});
  return std::move(block_);
}

// Returns false if the line does not belong to the open block.
bool TextBlocks::take(std::string_view line) {
  const std::size_t prefix = prefix_of(line);
  const auto inner = line.substr(std::min(prefix, prefix_));
  if (base::trim(inner).empty()) return take_blank();
  // A line that was cut may have lost its quote marks as well: then it is no field of the block.
  const bool has_prefix = prefix >= prefix_;
  const bool is_folded = has_prefix && base::is_space(inner[0]);
  const auto name = has_prefix ? name_of_line(inner) : std::string_view();
  const bool begins_field = is_field(inner, name);
  if (blanks_ > 0) {
    if (!is_folded && !(begins_field && is_known(name))) return false;
    is_double_spaced_ = true;
    blanks_ = 0;
  }
  if (is_folded) {
    append("\r\n", inner);
  } else if (begins_field) {
    append("\r\n", {});
    begin_field(inner, name);
  } else if (was_cut_off(inner)) {
    join(inner);
  } else {
    return false;
  }
  previous_ = line.size();
  ++lines_;
  return true;
}

// An empty line ends a header, unless some follow each line, as where HTML has a paragraph for each.
bool TextBlocks::take_blank() {
  return ++blanks_ <= kMostBlankLines && (lines_ == 1 || is_double_spaced_);
}

// "From:To:Subject" begins no field if it goes on with the names of an h= tag.
bool TextBlocks::is_field(std::string_view inner, std::string_view name) const {
  if (name.empty()) return false;
  const bool is_name_list = inner.size() > name.size() + 1 && !base::is_space(inner[name.size() + 1]);
  return !(is_name_list && is_tag_list_ && tag_ == "h=");
}

// Returns whether a line that is no field is the rest of the one before: its first word would have made that
// one too long, or the header goes on behind it.
bool TextBlocks::was_cut_off(std::string_view inner) {
  if (strays_ > 0) {
    --strays_;
    return true;
  }
  return previous_ + 1 + first_word(inner) > kNarrowestWrap || header_goes_on();
}

bool TextBlocks::header_goes_on() {
  std::string_view rest = rest_;
  std::string_view line;
  for (std::size_t lines = 0; lines < kMostStrayLines && base::next_line(rest, line); ++lines) {
    const std::size_t prefix = prefix_of(line);
    if (prefix == line.size()) return false;
    const auto name = prefix < prefix_ ? std::string_view() : name_of_line(line.substr(prefix_));
    if (name.empty() || !is_known(name)) continue;
    strays_ = lines;
    return true;
  }
  return false;
}

void TextBlocks::begin_field(std::string_view inner, std::string_view name) {
  seen_.set(static_cast<std::size_t>(mail::field_name(name)));
  is_tag_list_ = is_tag_list(name);
  tag_.clear();
  strays_ = 0;
  append({}, inner.substr(0, name.size() + 1));
  tag_.clear();
  append({}, inner.substr(name.size() + 1));
}

// Joins the rest of a cut line. The cut took the place of a space, unless it went through a word that is
// longer than a line: white space counts in a relaxed signature. Flowed text (RFC 3676) keeps the space.
void TextBlocks::join(std::string_view inner) {
  const char last = block_.bytes.empty() ? ' ' : block_.bytes.back();
  const bool is_through_word = last_word_ + first_word(inner) > kWidestWrap &&
                               !std::string_view(">,;").contains(last) &&
                               !std::string_view("<(").contains(inner.front());
  append(base::is_space(last) || is_through_word ? "" : " ", inner);
}

void TextBlocks::append(std::string_view before, std::string_view text) {
  for (const auto piece : {before, text}) {
    const std::size_t taken = std::min(piece.size(), most_ - std::min(most_, block_.bytes.size()));
    block_.bytes.append(piece.substr(0, taken));
    block_.is_cut = block_.is_cut || taken < piece.size();
  }
  last_word_ = last_word(text);
  follow_tag(text);
}

void TextBlocks::follow_tag(std::string_view text) {
  if (!is_tag_list_) return;
  if (const auto semicolon = text.rfind(';'); semicolon != std::string_view::npos) {
    tag_.clear();
    text.remove_prefix(semicolon + 1);
  }
  for (std::size_t i = 0; i < text.size() && tag_.size() < 2; ++i) {
    if (!base::is_space(text[i])) tag_ += text[i];
  }
}

}  // namespace backstop::response
