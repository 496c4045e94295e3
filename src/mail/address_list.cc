#include "mail/address_list.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "mail/address_syntax.h"

namespace backstop::mail {
namespace {

constexpr char kEscape = '\x1B';

enum class Token { End, Word, Quoted, Literal, Special };

// Cuts header text into words (atoms with their dots), quoted strings, domain literals and single special
// characters. Comments and white space are passed over.
class Lexer {
 public:
  explicit Lexer(std::string_view value) : value_(value) {}

  Token next() {
    while (at_ < value_.size()) {
      const char c = value_[at_];
      if (is_word_char(c)) return take_word();
      if (base::is_space(c)) {
        ++at_;
      } else if (c == '(' && skip_comment()) {
        continue;
      } else if (c == '"' && take_quoted()) {
        return Token::Quoted;
      } else if (c == '[' && take_literal()) {
        return Token::Literal;
      } else {
        text_ = value_.substr(at_++, 1);
        return Token::Special;
      }
    }
    return Token::End;
  }

  // The last token: a word, a literal in its brackets, or the special character.
  std::string_view text() const { return text_; }
  char special() const { return text_.front(); }
  // The content of the last quoted string.
  const std::string& quoted() const { return quoted_; }

 private:
  static bool is_word_char(char c) { return is_atext(c) || c == '.'; }

  Token take_word() {
    const std::size_t begin = at_;
    while (at_ < value_.size() && is_word_char(value_[at_])) ++at_;
    text_ = value_.substr(begin, at_ - begin);
    return Token::Word;
  }

  // Returns false if the comment has no end. No other comment is tried then, which keeps the whole linear. In
  // ISO-2022-JP without encoded words "ESC (" shifts back to ASCII, so that is no comment.
  bool skip_comment() {
    if (comment_is_open_ || (at_ > 0 && value_[at_ - 1] == kEscape)) return false;
    std::size_t depth = 0;
    for (std::size_t at = at_; at < value_.size(); ++at) {
      const char c = value_[at];
      if (c == '\\') ++at;
      if (c == '(') ++depth;
      if (c == ')' && --depth == 0) {
        at_ = at + 1;
        return true;
      }
    }
    comment_is_open_ = true;
    return false;
  }

  bool take_quoted() {
    if (quote_is_open_) return false;
    quoted_.clear();
    for (std::size_t at = at_ + 1; at < value_.size(); ++at) {
      const char c = value_[at];
      if (c == '"') {
        at_ = at + 1;
        return true;
      }
      if (c == '\\' && at + 1 < value_.size()) {
        quoted_ += value_[++at];
      } else if (c != '\r' && c != '\n') {
        quoted_ += c;
      }
    }
    quote_is_open_ = true;
    return false;
  }

  bool take_literal() {
    const std::size_t end = value_.find_first_of("[]\\ \t\r\n", at_ + 1);
    if (end == std::string_view::npos || value_[end] != ']') return false;
    text_ = value_.substr(at_, end + 1 - at_);
    at_ = end + 1;
    return true;
  }

  std::string_view value_;
  std::size_t at_ = 0;
  bool comment_is_open_ = false;
  bool quote_is_open_ = false;
  std::string_view text_;
  std::string quoted_;
};

class ListReader {
 public:
  ListReader(std::string_view value, std::size_t most) : lexer_(value), most_(most) {}

  std::vector<Address> read() {
    Token token = Token::Special;
    while (token != Token::End && found_.size() < most_) {
      token = lexer_.next();
      switch (token) {
        case Token::Word:
          take_piece(lexer_.text(), lexer_.text().front() == '.', lexer_.text().back() == '.');
          break;
        case Token::Quoted:
          take_quoted();
          break;
        case Token::Literal:
          take_literal();
          break;
        case Token::Special:
          take_special(lexer_.special());
          break;
        case Token::End:
          finish();
          break;
      }
    }
    return std::move(found_);
  }

 private:
  // Which part of a mailbox is being read.
  enum class State { Local, Route, Domain, Over };

  void start(bool is_in_brackets) {
    state_ = State::Local;
    is_in_brackets_ = is_in_brackets;
    has_local_ = false;
    joins_next_ = false;
    local_.clear();
    domain_.clear();
  }

  // Words belong together only where a dot joins them (RFC 5322 4.4, obs-local-part and obs-domain). Before
  // "@" any other word starts the local part anew: the word before it was part of a display name.
  void take_piece(std::string_view piece, bool starts_with_dot, bool ends_with_dot) {
    const bool is_joined = joins_next_ || starts_with_dot;
    if (state_ == State::Local) {
      if (!is_joined) local_.clear();
      local_ += piece;
      has_local_ = true;
    } else if (state_ == State::Domain && (domain_.empty() || is_joined)) {
      domain_ += piece;
    } else if (state_ == State::Domain) {
      finish();
    }
    joins_next_ = ends_with_dot;
  }

  void take_quoted() {
    if (state_ == State::Domain) return finish();
    take_piece(lexer_.quoted(), false, false);
  }

  void take_literal() {
    if (state_ == State::Domain) {
      if (domain_.empty()) domain_ = lexer_.text();
      finish();
    } else if (state_ == State::Local) {
      start(is_in_brackets_);
    }
  }

  void take_special(char c) {
    switch (c) {
      case '@':
        return take_at_sign();
      case '<':
        return start(true);
      case ':':  // ends the name of a group, a route, or "mailto"
        return start(is_in_brackets_);
      case ',':
        if (state_ == State::Route) return;
        [[fallthrough]];
      case ';':
        finish();
        return start(false);
      default:  // ">" and all characters that a mailbox may not have
        if (state_ == State::Domain) return finish();
        if (state_ == State::Local) return start(is_in_brackets_);
        if (c == '>') state_ = State::Over;
    }
  }

  void take_at_sign() {
    if (state_ == State::Local && has_local_) {
      state_ = State::Domain;
      joins_next_ = false;
    } else if (state_ == State::Local && is_in_brackets_) {
      state_ = State::Route;
    } else if (state_ != State::Route) {
      state_ = State::Over;  // "@b", "a@b@c"
    }
  }

  // Adds the address, if it is one; the text up to the next "," is not part of it.
  void finish() {
    if (state_ != State::Domain) return;
    state_ = State::Over;
    if (domain_.ends_with('.')) domain_.pop_back();
    if (local_.starts_with('\'') && domain_.ends_with('\'')) {
      local_.erase(0, 1);
      domain_.pop_back();
    }
    if (local_.size() + 1 + domain_.size() > kAddressMost) return;
    if (!std::ranges::all_of(local_, is_quotable) || !is_domain(domain_)) return;
    if (!base::is_utf8(local_) || !base::is_utf8(domain_)) return;
    found_.push_back({std::move(local_), std::move(domain_)});
  }

  Lexer lexer_;
  std::size_t most_;
  std::vector<Address> found_;
  State state_ = State::Local;
  bool is_in_brackets_ = false;
  bool has_local_ = false;
  bool joins_next_ = false;  // the last word ended with a dot
  std::string local_;
  std::string domain_;
};

}  // namespace

std::vector<Address> parse_address_list(std::string_view value, std::size_t most) {
  return ListReader(value, most).read();
}

}  // namespace backstop::mail
