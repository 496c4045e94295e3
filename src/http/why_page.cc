#include "http/why_page.h"

#include <openssl/evp.h>

#include <array>
#include <vector>

#include "base/text.h"
#include "http/assets.h"

namespace backstop::http {
namespace {

constexpr std::string_view kStyle =
    "body{font:17px/1.55 system-ui,sans-serif;max-width:44em;margin:2em auto;padding:0 1em;color:#1c1d1f;"
    "background:#fbfbf9}h1{font-size:1.6em}h2{font-size:1.15em;margin-top:1.6em}dt{font-weight:600;margin-"
    "top:.8em}"
    "dd{margin:0}.why{border:1px solid #8a3b00;border-radius:8px;padding:.2em 1em;background:#fff1e0}"
    "code{font-family:monospace}@media(prefers-color-scheme:dark){body{color:#eceef0;background:#16181b}"
    ".why{background:#3a2a12;border-color:#ffc27a}}";

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '&')
      safe += "&amp;";
    else if (c == '"')
      safe += "&quot;";
    else
      safe += c;
  }
  return safe;
}

struct CodeRow {
  std::string_view code;
  std::string_view found;
  std::string_view advice;
};

/// Reads "| `code` | found | advice |"; a row without a code has an empty one.
CodeRow row_of(std::string_view line) {
  std::array<std::string_view, 3> cells;
  line.remove_prefix(1);
  for (auto& cell : cells) {
    const auto end = std::min(line.find('|'), line.size());
    cell = base::trim(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  auto& code = cells[0];
  if (code.size() < 3 || !code.starts_with('`') || !code.ends_with('`')) return {};
  return {code.substr(1, code.size() - 2), cells[1], cells[2]};
}

/// Turns the text into HTML a line at a time.
class Writer {
 public:
  void take(std::string_view line) {
    if (line.starts_with('|')) return take_row(line);
    end_list();
    if (line.empty()) {
      end_paragraph();
    } else if (line.starts_with("## ")) {
      heading("h2", line.substr(3));
    } else if (line.starts_with("# ")) {
      heading("h1", line.substr(2));
      title_end_ = html_.size();
    } else {
      html_ += is_in_paragraph_ ? "\n" : "<p>";
      html_ += escaped(line);
      is_in_paragraph_ = true;
    }
  }

  /// Returns the page, with the words about the cause below its title.
  std::string finish(std::string_view cause) {
    end_list();
    end_paragraph();
    for (const auto& row : rows_) {
      if (row.code != cause) continue;
      html_.insert(title_end_, "<section class=\"why\"><p>This mail was refused with the code <code>" +
                                   escaped(row.code) + "</code>. " + escaped(row.found) +
                                   "</p>\n<p>What to do: " + escaped(row.advice) + "</p></section>\n");
      break;
    }
    return html_;
  }

 private:
  void take_row(std::string_view line) {
    end_paragraph();
    const auto row = row_of(line);
    if (row.code.empty()) return;
    if (!is_in_list_) html_ += "<dl>\n";
    is_in_list_ = true;
    html_ += "<dt><code>" + escaped(row.code) + "</code></dt><dd>" + escaped(row.found) + " " +
             escaped(row.advice) + "</dd>\n";
    rows_.push_back(row);
  }
  void heading(std::string_view tag, std::string_view text) {
    end_paragraph();
    html_.append("<").append(tag).append(">").append(escaped(text)).append("</").append(tag).append(">\n");
  }
  void end_paragraph() {
    if (is_in_paragraph_) html_ += "</p>\n";
    is_in_paragraph_ = false;
  }
  void end_list() {
    if (is_in_list_) html_ += "</dl>\n";
    is_in_list_ = false;
  }

  std::string html_;
  std::size_t title_end_ = 0;
  bool is_in_paragraph_ = false;
  bool is_in_list_ = false;
  std::vector<CodeRow> rows_;
};

std::string sha256_in_base64(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  ::EVP_Digest(text.data(), text.size(), digest.data(), &size, ::EVP_sha256(), nullptr);
  std::array<unsigned char, 48> encoded{};
  const int length = ::EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length)};
}

}  // namespace

std::string why_html(std::string_view text, std::string_view cause) {
  Writer writer;
  std::string_view line;
  while (base::next_line(text, line)) writer.take(line);
  std::string page =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><title>Why was my mail refused?</title><style>";
  page.append(kStyle).append("</style></head>\n<body><main>\n").append(writer.finish(cause));
  return page + "</main></body></html>\n";
}

Reply show_why(Call& call) {
  static const std::string style_hash = "sha256-" + sha256_in_base64(kStyle);
  return {.type = kHtmlType, .body = why_html(why_text(), call.parameter), .style_hash = style_hash};
}

}  // namespace backstop::http
