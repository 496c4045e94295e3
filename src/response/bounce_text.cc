#include "response/bounce_text.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_set>

#include "base/domain_key.h"
#include "base/text.h"
#include "response/address_scan.h"
#include "response/expansion.h"
#include "response/recipient_words.h"
#include "response/reply_lines.h"
#include "response/status.h"

namespace backstop::response {
namespace {

// How likely an address is the failed recipient, by the words around it. The likeliest that occurs wins.
enum class Shape : std::uint8_t {
  Alone,     // "  <user@example.org>", "* user@example.org:"
  Head,      // "<user@example.org>: host said ...", "user@example.org ... unknown host"
  Labelled,  // "Recipient: user@example.org", "Unknown user: user@example.org"
  Reply,     // "550 5.1.1 <user@example.org>... User unknown", "RCPT TO:<user@example.org>"
  Sentence,  // "Your message to user@example.org could not be delivered"
  Echo,      // the same as Reply, but nothing else in the mail names the address
  None,
};

struct Found {
  Shape shape = Shape::None;
  std::string_view address;
  std::size_t line = 0;
  std::size_t begin = 0;  // in the line, of the address with its brackets
  std::size_t end = 0;
  bool is_marked = false;  // "<user@example.org>:", as programs name a recipient
};

Shape shape_of(std::string_view line, const FoundAddress& found) {
  const std::string_view before = base::trim(line.substr(0, found.begin));
  const std::string_view after = base::trim(line.substr(found.end));
  if (is_bullet(before)) {
    const bool is_end = after.find_first_not_of(":,.;*|)\" ") == std::string_view::npos;
    if (is_end) return Shape::Alone;
    return Shape::Head;
  }
  if (starts_with_reply(before)) return Shape::Reply;
  if (base::icontains(before, "rcpt to")) return Shape::Reply;
  if (base::icontains(before, "mail from")) return Shape::None;
  // "Name <user@example.org>" and "'Name' (user@example.org)" alone on a line.
  if (before.back() == ':' || before.back() == '=')
    return is_recipient_label(before) ? Shape::Labelled : Shape::None;
  const bool is_end = after.find_first_not_of(":,.;*|)\" ") == std::string_view::npos;
  if (is_end && before.find(':') != std::string_view::npos) {
    return is_recipient_label(before.substr(0, before.find(':'))) ? Shape::Labelled : Shape::None;
  }
  return is_delivery_sentence(line) ? Shape::Sentence : Shape::None;
}

bool is_own(const TextContext& context, std::string_view address) {
  return std::ranges::find(context.own, base::address_key(address)) != context.own.end();
}

// What "ADDR" stands for in the patterns of formats.h. RE2 would write out the lengths as copies of the
// class, each of a whole range of UTF-8; is_short_enough() checks them.
constexpr std::string_view kAddressPattern =
    "(?:\"(?:[^\"\\\\]|\\\\.)+\"|[^\\s<>\"(){}\\[\\],;:]+)@(?:\\[[^\\]]+\\]|[^\\s<>\"(){}\\[\\],;:=]+)";

bool is_short_enough(std::string_view address) {
  constexpr std::size_t kLongestLocal = 256;
  constexpr std::size_t kLongestDomain = 255;
  const std::size_t at = address.rfind('@');
  return at == std::string_view::npos || (at <= kLongestLocal && address.size() - at - 1 <= kLongestDomain);
}

std::unique_ptr<RE2> compile(const BounceFormat& format) {
  std::string pattern(format.recipient);
  for (std::size_t at = pattern.find("ADDR"); at != std::string::npos; at = pattern.find("ADDR")) {
    pattern.replace(at, 4, kAddressPattern);
  }
  RE2::Options options;
  options.set_case_sensitive(false);
  return std::make_unique<RE2>(pattern, options);
}

// Returns the pattern of a row of the table. Each is compiled when its first mail comes.
const RE2& pattern_of(const BounceFormat& format) {
  struct LinePattern {
    std::once_flag once;
    std::unique_ptr<RE2> compiled;
  };
  static const auto patterns = std::make_unique<LinePattern[]>(bounce_formats().size());
  LinePattern& pattern = patterns[static_cast<std::size_t>(&format - bounce_formats().data())];
  std::call_once(pattern.once, [&] { pattern.compiled = compile(format); });
  return *pattern.compiled;
}

bool is_all_trimmable(char c) {
  return c == '.' || c == '>' || c == '\'' || c == '`';
}

std::string_view trim_address(std::string_view address) {
  while (!address.empty() && is_all_trimmable(address.back())) address.remove_suffix(1);
  while (!address.empty() && (address.front() == '\'' || address.front() == '`')) address.remove_prefix(1);
  return address;
}

constexpr std::size_t kLongestDiagnostic = 4000;

// Appends as much of a diagnostic's line as there is room for.
void append_words(std::string& words, std::string_view line) {
  if (words.size() >= kLongestDiagnostic) return;
  if (!words.empty()) words += ' ';
  words += base::utf8_prefix(line, kLongestDiagnostic - words.size());
}

class TextReader {
 public:
  TextReader(const ReportText& text, const BodyHits& hits, const CompiledFormat* format,
             const TextContext& context, std::size_t most)
      : text_(text),
        hits_(hits),
        format_(format),
        context_(context),
        replies_(find_reply_lines(text)),
        most_(most) {}

  void find() {
    set_section();
    if (format_ && !format_->row->recipient.empty()) find_by_pattern();
    if (!found_.empty()) return;
    find_by_shape(section_begin_);
    if (found_.empty() && section_begin_ > 0) find_by_shape(0);
  }

  const std::vector<Found>& found() const { return found_; }

  bool is_full() const { return is_full_; }

  std::string diagnostic_of(std::size_t index) {
    const Found& found = found_[index];
    const std::size_t next = index + 1 < found_.size() ? found_[index + 1].line : text_.footer();
    std::string words;
    append_words(words, words_of_line(found));
    append_below(found.line + 1, next, words);
    if (has_code(words)) return words;
    if (!has_words(words) && format_) {
      const PhraseId begin = hits_.first_listed_of(format_->diagnostic_begin);
      if (begin != kNoPhrase) return paragraph_after(hits_.end_of(begin));
    }
    // Words without a code count only if the text has no server's reply about the recipient elsewhere.
    if (index < kMostMentions) {
      if (std::string mention = find_diagnostic(text_, found.address); !mention.empty()) return mention;
    }
    if (has_words(words)) return words;
    if (std::string reply = first_reply(found.line + 1, next); !reply.empty()) return reply;
    // "User's mailbox is full: <user@example.org>"
    const std::string_view line = text_.text_of(text_.lines()[found.line]);
    words.clear();
    if (has_words(line.substr(0, found.begin))) append_words(words, line);
    return words;
  }

 private:
  void set_section() {
    section_end_ = text_.footer();
    PhraseId anchor = format_ ? hits_.first_of(format_->begin) : kNoPhrase;
    if (anchor == kNoPhrase && format_) anchor = hits_.first_of(format_->signature);
    const auto& phrases = BodyPhrases::get();
    if (anchor == kNoPhrase) anchor = hits_.first_of(phrases.failures);
    if (anchor == kNoPhrase) anchor = hits_.first_of(phrases.delays);
    if (anchor != kNoPhrase) section_begin_ = text_.line_at(hits_.begin_of(anchor));
    const std::size_t from = anchor == kNoPhrase ? 0 : hits_.end_of(anchor);
    if (format_) {
      for (const auto end : format_->end) close_section(end, from);
    }
    for (const auto marker : phrases.original_markers) close_section(marker, from);
  }

  // Ends the section before the line of `phrase`, if that comes after `from`.
  void close_section(PhraseId phrase, std::size_t from) {
    if (!hits_.has(phrase) || hits_.begin_of(phrase) < from) return;
    const std::size_t line = text_.line_at(hits_.begin_of(phrase));
    section_end_ = std::min(section_end_, std::max(line, section_begin_ + 1));
  }

  void add(const Found& found) {
    if (!known_.insert(base::address_key(found.address)).second) return;
    if (found_.size() < most_) {
      found_.push_back(found);
    } else {
      is_full_ = true;
    }
  }

  void find_by_pattern() {
    const RE2& pattern = pattern_of(*format_->row);
    for (std::size_t i = section_begin_; i < section_end_; ++i) {
      const std::string_view line = text_.text_of(text_.lines()[i]);
      re2::StringPiece address;
      re2::StringPiece input(line.data(), line.size());
      if (!RE2::FullMatch(input, pattern, &address)) continue;
      const std::string_view found = trim_address({address.data(), address.size()});
      if (!is_short_enough(found)) continue;
      const auto at = static_cast<std::size_t>(address.data() - line.data());
      if (at >= replies_[i].begin || (at >= replies_[i].code && !is_returned(found))) continue;
      // "... has rejected <user@example.org> with ..." has its words around the address, "Recipient: x" has
      // them below.
      const bool is_sentence = line.substr(0, at).find(' ') != std::string_view::npos &&
                               line.substr(0, at).find(':') == std::string_view::npos;
      add({is_sentence ? Shape::Sentence : Shape::Alone, found, i, at, at + address.size()});
    }
  }

  // Drops the addresses from which others were expanded, unless nothing else is named: Exim hides what an
  // alias stands for.
  void drop_sources(std::vector<Found>& all) const {
    const auto is_one = [this](const Found& found) { return is_source(found.line, found.begin); };
    if (!std::ranges::all_of(all, is_one)) std::erase_if(all, is_one);
  }

  bool is_source(std::size_t line, std::size_t begin) const {
    return is_after_expansion(text_.flat().substr(0, text_.lines()[line].begin + begin));
  }

  // In many reports, addresses alone on a line and addresses that begin a line are one list.
  static Shape listed(Shape shape) { return shape == Shape::Head ? Shape::Alone : shape; }

  bool is_returned(std::string_view address) const {
    return std::ranges::find(context_.returned, base::address_key(address)) != context_.returned.end();
  }

  // Returns the shape of an address behind a reply code, where `reply` begins at `begin` of the line. The
  // server may have written it. The mail that came back is the best witness. Without one, an address right
  // behind the code counts, as Sendmail writes it: "550 5.1.1 <user@example.org>... User unknown".
  Shape echo_of(std::string_view reply, const FoundAddress& found, std::size_t begin) const {
    if (is_returned(found.text)) return Shape::Reply;
    if (!starts_with_reply(reply)) return Shape::None;  // it goes on from the line above
    const std::string_view between = reply.substr(0, found.begin - begin);
    if (between.find_first_not_of("0123456789.#- ") != std::string_view::npos) return Shape::None;
    const bool is_sendmail = reply.substr(found.end - begin).starts_with("...");
    return context_.returned.empty() || is_sendmail ? Shape::Echo : Shape::None;
  }

  // Returns the likeliest recipient of a line: the first person's address, else the first role's.
  Found find_in_line(std::size_t index) const {
    const std::string_view line = text_.text_of(text_.lines()[index]);
    Found role;
    if (line.find('@') == std::string_view::npos) return role;
    FoundAddress found = find_address(line);
    const ReplyLine& reply = replies_[index];
    for (int n = 0; n < kMostAddressesOfLine && !found.text.empty() && found.begin < reply.begin;
         ++n, found = find_address(line, found.end)) {
      Shape shape = n == 0 ? shape_of(line, found) : Shape::Sentence;
      if (shape == Shape::None && is_source(index, found.begin)) shape = Shape::Sentence;
      if (found.begin >= reply.code) shape = echo_of(line.substr(reply.code), found, reply.code);
      if (shape == Shape::None || (shape >= Shape::Labelled && is_own(context_, found.text))) continue;
      const Found here{shape, found.text, index, found.begin, found.end, n == 0 && reply.names_recipient};
      if (!is_service_address(found.text)) return here;
      if (role.shape == Shape::None && is_failed_role(here)) role = here;
    }
    return role;
  }

  // Reports name a role's address as one that failed, and also for questions and below their words.
  bool is_failed_role(const Found& found) const {
    const auto& line = text_.lines()[found.line];
    // A line may be long, and have many addresses.
    constexpr std::size_t kMostAround = 300;
    std::string_view before = text_.text_of(line).substr(0, found.begin);
    before.remove_prefix(before.size() - std::min(before.size(), kMostAround));
    const std::string_view after = text_.text_of(line).substr(found.end, kMostAround);
    if (has_code(after)) return true;
    const std::size_t next = found.line + 1;
    if (next < section_end_ && !text_.lines()[next].is_after_blank && listed(found.shape) == Shape::Alone &&
        has_code(text_.text_of(text_.lines()[next]).substr(0, kMostAround)))
      return true;
    if (is_own(context_, found.address)) return false;
    // An offer may end in the line above.
    constexpr std::size_t kOffer = 80;
    if (offers_help(before)) return false;
    if (found.line > 0) {
      std::string_view above = text_.text_of(text_.lines()[found.line - 1]);
      above.remove_prefix(above.size() - std::min(above.size(), kOffer));
      const bool is_open = !line.is_after_blank || above.ends_with(':') || above.ends_with(',');
      if (is_open && !above.ends_with('.') && offers_help(above)) return false;
    }
    return found.shape != Shape::Sentence || says_sent_to(before);
  }

  // Takes the addresses of the likeliest shape. A role's address does not outweigh a person's, and counts
  // beside one only in a list of the same form.
  void find_by_shape(std::size_t begin) {
    std::vector<Found> all;
    Shape best = Shape::None;
    Shape best_role = Shape::None;
    bool in_brackets = false;
    for (std::size_t i = begin; i < section_end_; ++i) {
      const Found found = find_in_line(i);
      if (found.shape != Shape::None) all.push_back(found);
    }
    drop_sources(all);
    for (const auto& found : all) {
      const Shape shape = listed(found.shape);
      if (is_service_address(found.address) && !found.is_marked) {
        best_role = std::min(best_role, shape);
      } else if (shape < best) {
        best = shape;
        in_brackets = is_in_brackets(found);
      }
    }
    const bool has_person = best != Shape::None;
    if (!has_person) best = best_role;
    for (const auto& found : all) {
      if (listed(found.shape) != best) continue;
      if (has_person && is_service_address(found.address) && is_in_brackets(found) != in_brackets) continue;
      if (has_person && best == Shape::Sentence && is_service_address(found.address)) continue;
      add(found);
      if (best == Shape::Sentence && !found_.empty()) break;
    }
  }

  bool is_in_brackets(const Found& found) const {
    return text_.text_of(text_.lines()[found.line]).substr(found.begin).starts_with('<');
  }

  static std::string_view without_leading_marks(std::string_view text) {
    return text.substr(std::min(text.size(), text.find_first_not_of(" :;,.>)-\"'=")));
  }

  static bool has_words(std::string_view text) {
    return std::ranges::count_if(
               text, [](char c) { return base::is_alpha(c) || static_cast<unsigned char>(c) >= 0x80; }) >= 3;
  }

  static bool has_code(std::string_view text) {
    return find_reply_code(text) != 0 || !find_enhanced_status(text).empty();
  }

  std::string_view words_of_line(const Found& found) const {
    const std::string_view line = text_.text_of(text_.lines()[found.line]);
    if (found.shape == Shape::Sentence || found.shape == Shape::Reply) return line;
    std::string_view rest = line.substr(found.end);
    // "user@example.org <user@example.org>" says nothing more.
    if (const FoundAddress again = find_address(rest);
        base::iequals(again.text, found.address) && again.begin < 3) {
      rest.remove_prefix(again.end);
    }
    return without_leading_marks(rest);
  }

  void append_below(std::size_t from, std::size_t next, std::string& words) const {
    const auto& lines = text_.lines();
    for (std::size_t i = from; i < next && i < section_end_ && words.size() < kLongestDiagnostic; ++i) {
      if (lines[i].is_after_blank) break;
      append_words(words, text_.text_of(lines[i]));
    }
  }

  std::string paragraph_after(std::size_t offset) const {
    const auto& lines = text_.lines();
    std::size_t line = text_.line_at(offset);
    const std::size_t in_line = std::min<std::size_t>(offset, lines[line].end);
    std::string words;
    append_words(words, without_leading_marks(text_.flat().substr(in_line, lines[line].end - in_line)));
    ++line;
    if (words.empty() && line < lines.size()) append_words(words, text_.text_of(lines[line++]));
    for (; line < text_.footer() && !lines[line].is_after_blank && words.size() < kLongestDiagnostic;
         ++line) {
      append_words(words, text_.text_of(lines[line]));
    }
    return words;
  }

  // Returns the first line below that quotes a server's reply, with the rest of its paragraph.
  std::string first_reply(std::size_t from, std::size_t next) {
    const auto& lines = text_.lines();
    // `from` grows from call to call, so each line is looked at once.
    for (reply_line_ = std::max(reply_line_, from); reply_line_ < next; ++reply_line_) {
      const std::string_view line = text_.text_of(lines[reply_line_]);
      if (!has_code(line)) continue;
      std::string words;
      append_words(words, line);
      append_below(reply_line_ + 1, text_.footer(), words);
      return words;
    }
    return {};
  }

  static constexpr int kMostAddressesOfLine = 50;

  const ReportText& text_;
  const BodyHits& hits_;
  const CompiledFormat* format_;
  const TextContext& context_;
  std::vector<ReplyLine> replies_;  // by line
  std::size_t most_;
  bool is_full_ = false;
  std::size_t reply_line_ = 0;
  std::size_t section_begin_ = 0;
  std::size_t section_end_ = 0;
  std::vector<Found> found_;
  std::unordered_set<std::string> known_;  // the addresses of found_, in lower case
};

}  // namespace

std::string find_diagnostic(const ReportText& text, std::string_view address) {
  const auto& lines = text.lines();
  const std::size_t end = text.footer();
  for (std::size_t i = 0; i < end; ++i) {
    const std::string_view line = text.text_of(lines[i]);
    if (!base::icontains(line, address)) continue;
    if (find_reply_code(line) == 0 && find_enhanced_status(line).empty()) continue;
    std::string words;
    append_words(words, line);
    for (std::size_t j = i + 1; j < end && !lines[j].is_after_blank && words.size() < kLongestDiagnostic;
         ++j) {
      append_words(words, text.text_of(lines[j]));
    }
    return words;
  }
  return {};
}

bool read_bounce_text(const ReportText& text, const BodyHits& hits, const CompiledFormat* format,
                      const TextContext& context, std::size_t most, std::vector<Recipient>& recipients) {
  TextReader reader(text, hits, format, context, most - std::min(most, recipients.size()));
  reader.find();
  const auto& found = reader.found();
  for (std::size_t i = 0; i < found.size(); ++i) {
    Recipient recipient;
    recipient.address = found[i].address;
    // Products that serve a single domain omit it.
    if (recipient.address.find('@') == std::string::npos && !context.reporter_domain.empty()) {
      recipient.address.append("@").append(context.reporter_domain);
    }
    recipient.diagnostic = reader.diagnostic_of(i);
    recipients.push_back(std::move(recipient));
  }
  return reader.is_full();
}

}  // namespace backstop::response
