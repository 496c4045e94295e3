#include "mail/parameter.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "base/text.h"
#include "mail/charset.h"

namespace backstop::mail {
namespace {

constexpr std::size_t kMostValueBytes = 16 * 1024;
constexpr std::size_t kMostSections = 100;

// One "name=value" as it was written.
struct Parameter {
  std::string_view name;   // with the "*" and "*0*" of RFC 2231
  std::string_view value;  // between the quotes
  bool is_quoted = false;
};

// Takes the parameters one after the other, in one pass. Also reads what mailers write against the grammar:
// values that should have been quoted, missing and doubled semicolons, a quote that is never closed.
class ParameterReader {
 public:
  explicit ParameterReader(std::string_view text) : text_(text) {}

  bool next(Parameter& parameter);

 private:
  bool at_end() const { return at_ >= text_.size(); }
  void skip_cfws();
  void skip_comment();
  std::string_view take_quoted();
  std::string_view take_until(std::string_view stops);

  std::string_view text_;
  std::size_t at_ = 0;
};

void ParameterReader::skip_comment() {
  std::size_t depth = 0;
  for (; !at_end(); ++at_) {
    const char c = text_[at_];
    if (c == '\\') {
      ++at_;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && --depth == 0) {
      ++at_;
      return;
    }
  }
}

void ParameterReader::skip_cfws() {
  while (!at_end()) {
    if (base::is_space(text_[at_])) {
      ++at_;
    } else if (text_[at_] == '(') {
      skip_comment();
    } else {
      return;
    }
  }
}

std::string_view ParameterReader::take_quoted() {
  const std::size_t begin = ++at_;
  while (!at_end() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
  const std::size_t end = std::min(at_, text_.size());
  at_ = end + 1;
  return text_.substr(begin, end - begin);
}

std::string_view ParameterReader::take_until(std::string_view stops) {
  const std::size_t begin = at_;
  at_ = std::min(text_.find_first_of(stops, at_), text_.size());
  return text_.substr(begin, at_ - begin);
}

bool ParameterReader::next(Parameter& parameter) {
  while (true) {
    skip_cfws();
    if (at_end()) return false;
    if (text_[at_] == ';' || text_[at_] == '=') {
      ++at_;
      continue;
    }
    if (text_[at_] == '"') {
      take_quoted();  // a value without a name
      continue;
    }
    parameter.name = take_until(";= \t\r\n(\"");
    skip_cfws();
    if (at_end() || text_[at_] != '=') continue;
    ++at_;
    skip_cfws();
    parameter.is_quoted = !at_end() && text_[at_] == '"';
    parameter.value = parameter.is_quoted ? take_quoted() : take_until("; \t\r\n");
    return true;
  }
}

// The value of a quoted string: quoted pairs undone, line ends gone (RFC 5322 3.2.4).
std::string unescape(std::string_view text) {
  std::string value;
  value.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\r' || text[at] == '\n') continue;
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    value += text[at];
  }
  return value;
}

bool needs_no_decoding(const Parameter& parameter) {
  return parameter.value.size() <= kMostValueBytes &&
         (!parameter.is_quoted || parameter.value.find_first_of("\\\r\n") == std::string_view::npos);
}

std::string value_of(const Parameter& parameter) {
  return parameter.is_quoted ? unescape(parameter.value) : std::string(parameter.value);
}

std::string percent_decode(std::string_view text) {
  std::string value;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size()) {
      const int high = base::hex_value(text[at + 1]);
      const int low = base::hex_value(text[at + 2]);
      if (high >= 0 && low >= 0) {
        value += static_cast<char>(high * 16 + low);
        at += 2;
        continue;
      }
    }
    value += text[at];
  }
  return value;
}

// The text between the parameter's name and the "=": "" for the plain form, "*" for one with a charset, "*N"
// and
// "*N*" for a section (RFC 2231 3, 4 and 4.1).
struct Form {
  bool is_plain = false;
  bool is_encoded = false;
  std::size_t section = 0;
};

std::optional<Form> form_of(std::string_view name, std::string_view wanted) {
  if (!base::istarts_with(name, wanted)) return std::nullopt;
  std::string_view suffix = name.substr(wanted.size());
  if (suffix.empty()) return Form{.is_plain = true};
  if (suffix == "*") return Form{.is_encoded = true};
  if (!suffix.starts_with('*')) return std::nullopt;
  suffix.remove_prefix(1);
  Form form;
  form.is_encoded = suffix.ends_with('*');
  if (form.is_encoded) suffix.remove_suffix(1);
  const char* end = suffix.data() + suffix.size();
  const auto [rest, error] = std::from_chars(suffix.data(), end, form.section);
  if (error != std::errc() || rest != end || form.section >= kMostSections) return std::nullopt;
  return form;
}

// Joins the sections of one RFC 2231 value, in whatever order they come.
class Sections {
 public:
  void add(const Form& form, const Parameter& parameter) {
    Section& section = sections_[form.section];
    if (section.is_set) return;
    section = {parameter, form.is_encoded, true};
  }
  bool empty() const { return !sections_[0].is_set; }
  ParameterBytes join() const;

 private:
  struct Section {
    Parameter parameter;
    bool is_encoded = false;
    bool is_set = false;
  };
  std::array<Section, kMostSections> sections_;
};

ParameterBytes Sections::join() const {
  ParameterBytes joined;
  for (std::size_t i = 0; i < sections_.size() && sections_[i].is_set; ++i) {
    const Section& section = sections_[i];
    std::string piece = value_of(section.parameter);
    if (i == 0 && section.is_encoded) {
      // charset'language'text
      const std::size_t first = piece.find('\'');
      const std::size_t second = first == std::string::npos ? first : piece.find('\'', first + 1);
      if (second != std::string::npos) {
        joined.charset = piece.substr(0, first);
        piece.erase(0, second + 1);
      }
    }
    joined.bytes += section.is_encoded ? percent_decode(piece) : piece;
    if (joined.bytes.size() >= kMostValueBytes) break;
  }
  return joined;
}

}  // namespace

std::optional<std::string_view> plain_parameter(std::string_view parameters, std::string_view name) {
  ParameterReader reader(parameters);
  Parameter parameter;
  std::optional<std::string_view> plain;
  while (reader.next(parameter)) {
    const auto form = form_of(parameter.name, name);
    if (!form) continue;
    // If there are both forms, the one with a charset counts (RFC 6266 4.3).
    if (!form->is_plain || !needs_no_decoding(parameter)) return std::nullopt;
    if (!plain) plain = parameter.value;
  }
  return plain;
}

std::optional<ParameterBytes> parameter_bytes(std::string_view parameters, std::string_view name) {
  ParameterReader reader(parameters);
  Parameter parameter;
  std::optional<ParameterBytes> plain;
  Sections sections;
  while (reader.next(parameter)) {
    const auto form = form_of(parameter.name, name);
    if (!form) continue;
    if (!form->is_plain) {
      sections.add(*form, parameter);
    } else if (!plain) {
      plain = ParameterBytes{"", value_of(parameter)};
    }
  }
  if (!sections.empty()) plain = sections.join();
  if (plain && plain->bytes.size() > kMostValueBytes) plain->bytes.resize(kMostValueBytes);
  return plain;
}

std::optional<std::string> parameter(std::string_view parameters, std::string_view name) {
  const auto raw = parameter_bytes(parameters, name);
  if (!raw) return std::nullopt;
  std::string value;
  to_utf8(raw->charset, raw->bytes, value);
  return value;
}

}  // namespace backstop::mail
