#include "filter/server_path.h"

#include <string>

#include "base/text.h"

namespace backstop::filter {
namespace {

std::string_view without_brackets(std::string_view text) {
  text = base::trim(text);
  if (text.starts_with('<') && text.ends_with('>') && text.size() >= 2)
    text = base::trim(text.substr(1, text.size() - 2));
  return text;
}

// "@relay,@other:user@host": what is behind the route.
std::string_view without_route(std::string_view text) {
  if (!text.starts_with('@')) return text;
  const auto colon = text.find(':');
  return colon == std::string_view::npos ? text : base::trim(text.substr(colon + 1));
}

bool is_comment(std::string_view text) {
  return text.starts_with('(') && text.ends_with(')');
}

}  // namespace

std::optional<mail::Path> read_exactly(std::string_view text) {
  if (text.empty()) return mail::Path{};
  auto path = mail::parse_path(text);
  if (!path) return std::nullopt;
  return std::move(*path);
}

std::optional<mail::Path> read_loosely(std::string_view text) {
  const auto address = without_route(without_brackets(text));
  if (address.empty() || address == "\"\"" || is_comment(address)) return mail::Path{};
  const auto at = address.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  auto domain = base::trim(address.substr(at + 1));
  while (domain.ends_with('.')) domain.remove_suffix(1);
  const auto known = mail::parse_address("x@" + std::string(domain));
  if (!known) return std::nullopt;
  const std::string_view local = base::trim(address.substr(0, at));
  if (const auto whole = mail::parse_address(std::string(local) + '@' + known->domain))
    return mail::Path{*whole};
  return mail::Path{mail::Address{.local = std::string(local), .domain = known->domain}};
}

std::optional<mail::Path> read_server_path(std::string_view text, std::string_view resolved) {
  if (auto path = read_exactly(text)) return path;
  if (!resolved.empty()) {
    if (auto path = read_loosely(resolved)) return path;
  }
  return read_loosely(text);
}

bool is_plain(std::string_view text, const mail::Address& address) {
  return without_brackets(text) == address.text();
}

}  // namespace backstop::filter
