#include "app/roff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "report/fact_table.h"

namespace backstop::app::roff {

namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

/// Returns the text of a line without fonts and escapes.
std::string unescaped(std::string_view line) {
  std::string out;
  while (!line.empty()) {
    if (line.starts_with("\\f") && line.size() > 2) {
      line.remove_prefix(3);
    } else if (line.starts_with("\\&")) {
      line.remove_prefix(2);
    } else if (line.starts_with("\\e")) {
      out += '\\';
      line.remove_prefix(2);
    } else if (line.starts_with("\\-")) {
      out += '-';
      line.remove_prefix(2);
    } else {
      out += line.front();
      line.remove_prefix(1);
    }
  }
  return out;
}

/// Formats a page line by line.
class Plain {
 public:
  void take(std::string_view line) {
    if (line.starts_with(".SH ") || line.starts_with(".SS ")) {
      end_paragraph();
      out_ += fmt::format("{}{}{}\n", out_.empty() ? "" : "\n", line.starts_with(".SH ") ? "" : "  ",
                          unescaped(line.substr(4)));
      indent_ = kText;
    } else if (line.starts_with(".TP")) {
      end_paragraph();
      is_term_ = true;
    } else if (line == ".PP") {
      end_paragraph();
      out_ += '\n';
      indent_ = kText;
    } else if (line == ".br") {
      end_paragraph();
    } else if (line == ".nf" || line == ".fi") {
      end_paragraph();
      is_verbatim_ = line == ".nf";
    } else if (!line.starts_with('.')) {
      take_text(unescaped(line));
    }
  }

  std::string finish() {
    end_paragraph();
    return std::move(out_);
  }

 private:
  static constexpr std::size_t kText = 4;
  static constexpr std::size_t kDescription = 8;

  void take_text(const std::string& text) {
    if (is_verbatim_) {
      out_ += std::string(kText, ' ') + text + '\n';
    } else if (is_term_) {
      out_ += std::string(kText, ' ') + text + '\n';
      is_term_ = false;
      indent_ = kDescription;
    } else {
      paragraph_ += (paragraph_.empty() ? "" : " ") + text;
    }
  }

  void end_paragraph() {
    if (!paragraph_.empty()) out_ += report::wrap(paragraph_, indent_);
    paragraph_.clear();
  }

  std::string out_;
  std::string paragraph_;
  std::size_t indent_ = kText;
  bool is_term_ = false;
  bool is_verbatim_ = false;
};

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

std::string bold(std::string_view text) {
  return "\\fB" + escaped(text) + "\\fR";
}

std::string italic(std::string_view text) {
  return "\\fI" + escaped(text) + "\\fR";
}

std::string sentences(std::string_view text) {
  std::string out;
  while (true) {
    const auto begin = text.find('`');
    const auto end = begin == std::string_view::npos ? begin : text.find('`', begin + 1);
    if (end == std::string_view::npos) return out + escaped(text);
    out += escaped(text.substr(0, begin)) + bold(text.substr(begin + 1, end - begin - 1));
    text.remove_prefix(end + 1);
  }
}

std::string entry(std::string_view term, std::string_view description) {
  return fmt::format(".TP\n{}\n{}\n", term, description);
}

std::string head(std::string_view title, std::string_view section, std::string_view description) {
  return fmt::format(".TH {} {} {} \"backstop {}\" \"{}\"\n.SH NAME\n{} \\- {}\n", upper(title), section,
                     BACKSTOP_MANUAL_DATE, BACKSTOP_VERSION,
                     section == "5" ? "File Formats" : "User Commands", escaped(title), escaped(description));
}

std::string plain(std::string_view page) {
  Plain plain;
  std::string_view line;
  while (base::next_line(page, line)) plain.take(line);
  return plain.finish();
}

}  // namespace backstop::app::roff
