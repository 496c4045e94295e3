#include "response/html_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/text.h"

namespace backstop::response {
namespace {

constexpr std::size_t kLongestTag = 64 * 1024;  // an attribute may have a data: URL; past this "<" is text
constexpr std::size_t kLongestEntity = 24;  // "&ZeroWidthSpace;" has 16, and a number may begin with zeros

bool ends_line(std::string_view name) {
  constexpr std::array kNames =
      std::to_array<std::string_view>({"br", "p", "div", "tr", "li", "ul", "ol", "table", "td", "h1", "h2",
                                       "h3", "h4", "hr", "blockquote", "pre"});
  for (const auto known : kNames) {
    if (base::iequals(known, name)) return true;
  }
  return false;
}

// A no-break space separates words too, and a control byte has no meaning.
void append_character(std::uint32_t code, std::string& out) {
  const bool is_space = code == 0xA0 || (code < 0x20 && code != '\n');
  base::append_code_point(is_space ? ' ' : code, out);
}

// Reads "&#8203;" and "&#x200B;". Browsers also read them without the semicolon.
std::size_t decode_number(std::string_view html, std::string& out) {
  constexpr std::uint32_t kPastTheLast = 0x110000;
  const bool is_hex = html.size() > 2 && base::ascii_lower(html[2]) == 'x';
  const std::size_t begin = is_hex ? 3 : 2;
  std::size_t at = begin;
  std::uint32_t code = 0;
  for (; at < html.size(); ++at) {
    const int digit = base::hex_value(html[at]);
    if (digit < 0 || (!is_hex && digit > 9)) break;
    code = std::min(code * (is_hex ? 16 : 10) + static_cast<std::uint32_t>(digit), kPastTheLast);
  }
  if (at == begin || at == kLongestEntity) return 0;
  append_character(code, out);
  return at < html.size() && html[at] == ';' ? at + 1 : at;
}

// Decodes the entity at the start of `html` and returns its length, or 0 if it is unknown.
std::size_t decode_entity(std::string_view html, std::string& out) {
  html = html.substr(0, kLongestEntity);
  if (html.substr(1).starts_with('#')) return decode_number(html, out);
  const std::size_t semicolon = html.find(';');
  if (semicolon == std::string_view::npos) return 0;
  const std::string_view name = html.substr(1, semicolon - 1);
  constexpr std::array kEntities = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"lt", "<"},     {"gt", ">"},     {"amp", "&"},           {"quot", "\""},
       {"apos", "'"},   {"shy", ""},     {"zwnj", ""},           {"zwj", ""},
       {"lrm", ""},     {"rlm", ""},     {"ZeroWidthSpace", ""}, {"NoBreak", ""},
       {"ensp", " "},   {"emsp", " "},   {"thinsp", " "},        {"nbsp", " "},
       {"auml", "ä"},   {"ouml", "ö"},   {"uuml", "ü"},          {"Auml", "Ä"},
       {"Ouml", "Ö"},   {"Uuml", "Ü"},   {"szlig", "ß"},         {"eacute", "é"},
       {"egrave", "è"}, {"agrave", "à"}, {"aacute", "á"},        {"ccedil", "ç"},
       {"ntilde", "ñ"}, {"iacute", "í"}, {"oacute", "ó"},        {"uacute", "ú"},
       {"atilde", "ã"}, {"otilde", "õ"}, {"ecirc", "ê"}});
  for (const auto& [entity, text] : kEntities) {
    if (entity == name) {
      out += text;
      return semicolon + 1;
    }
  }
  return 0;
}

// Returns the end of a <style> or <script> element whose start tag ends at `from`.
std::size_t past_element(std::string_view html, std::string_view name, std::size_t from) {
  const std::size_t close = base::ifind(html, std::string("</").append(name), from);
  return close == std::string_view::npos ? html.size() : close;
}

}  // namespace

void append_html_text(std::string_view html, std::string& out) {
  std::size_t at = 0;
  std::size_t close = 0;  // the first ">" at or after `at`, once it has been looked for
  while (at < html.size()) {
    const char c = html[at];
    if (c == '&') {
      const std::size_t taken = decode_entity(html.substr(at), out);
      if (taken == 0) out += c;
      at += taken == 0 ? 1 : taken;
      continue;
    }
    if (c != '<') {
      out += c;
      ++at;
      continue;
    }
    if (html.substr(at).starts_with("<!--")) {
      const std::size_t end = html.find("-->", at);
      at = end == std::string_view::npos ? html.size() : end + 3;
      continue;
    }
    if (close <= at) close = html.find('>', at);
    if (close == std::string_view::npos || close - at >= kLongestTag ||
        !(base::is_alpha(html[at + 1]) || html[at + 1] == '/' || html[at + 1] == '!')) {
      out += c;
      ++at;
      continue;
    }
    std::string_view name = html.substr(at + 1, close - at - 1);
    const std::string_view whole = name;
    if (name.starts_with('/')) name.remove_prefix(1);
    name = name.substr(0, name.find_first_of(" \t\r\n/>:"));
    at = close + 1;
    // "<user@example.org>" is not a tag: somebody forgot to escape it.
    if (whole.find('@') != std::string_view::npos && whole.find('=') == std::string_view::npos) {
      out.append("<").append(whole).append(">");
    } else if (base::iequals(name, "style") || base::iequals(name, "script")) {
      if (!whole.starts_with('/')) at = past_element(html, name, at);
    } else if (ends_line(name)) {
      out += '\n';
    }
  }
}

}  // namespace backstop::response
