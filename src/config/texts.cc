#include "config/texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <string_view>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/address_syntax.h"
#include "store/url.h"

namespace backstop::config {

namespace {

constexpr std::size_t kMostUrl = 200;
constexpr std::size_t kMostName = 32;

/// Text that must pass `is_good` and then goes through `change`.
Kind<std::string> text_that(std::string description, bool (*is_good)(std::string_view),
                            std::string (*change)(std::string_view)) {
  const auto check = [=](const std::string& text) -> base::Result<std::string> {
    if (is_good(text)) return change(text);
    return std::unexpected(base::Error{
        fmt::format("found the text {}; it must be {}", in_quotes(base::printable(text, 80)), description)});
  };
  return text_kind(description, check);
}

/// Also a U-label, as its A-label: a greeting is ASCII (RFC 6531 3.7.1).
std::string as_a_label(std::string_view host) {
  return base::is_ascii(host) ? std::string(host) : base::domain_key(host);
}

std::string folded_destination(std::string_view text) {
  return text.contains('@') ? mail::parse_address(text)->folded() : base::domain_key(text);
}

std::string as_it_is(std::string_view text) {
  return std::string(text);
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMostName && text.front() != '-' &&
         std::ranges::all_of(text, [](char c) {
           return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_' || c == '.';
         });
}

bool is_host_name(std::string_view text) {
  return !text.starts_with('[') && mail::is_domain(text);
}

/// Letters, digits and hyphens, with no hyphen at an end (RFC 5321 4.1.2).
bool is_strict_label(std::string_view label) {
  const auto is_let_dig = [](char c) { return base::is_alpha(c) || base::is_digit(c); };
  return !label.empty() && is_let_dig(label.front()) && is_let_dig(label.back()) &&
         std::ranges::all_of(label, [&](char c) { return is_let_dig(c) || c == '-'; });
}

/// Returns whether a greeting can carry the name, as its A-label. Its last label is no number, since four
/// numbers are an address.
bool can_greet(std::string_view host) {
  if (!is_host_name(host)) return false;
  const std::string name = base::domain_key(host);
  std::string_view last;
  for (const auto label : std::views::split(std::string_view(name), '.')) {
    last = std::string_view(label);
    if (!is_strict_label(last)) return false;
  }
  return !std::ranges::all_of(last, base::is_digit);
}

bool is_web_url(std::string_view text) {
  const std::size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  return scheme > 0 && text.size() > scheme && text.size() <= kMostUrl &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_domain_or_wildcard(std::string_view text) {
  if (text.starts_with("*.")) return is_host_name(text.substr(2));
  return mail::is_domain(text);
}

bool is_local_part(std::string_view text) {
  return text.size() <= mail::kLocalMost && mail::is_dot_string(text);
}

bool is_destination(std::string_view text) {
  return text.contains('@') ? mail::parse_address(text).has_value() : mail::is_domain(text);
}

/// "SCHEME:PATH"; a relative path becomes relative to the folder of the configuration.
Kind<std::string> path_url_kind(std::string_view scheme) {
  const std::string wanted = fmt::format("\"{}PATH\"", scheme);
  const auto check = [=](const std::string& url) -> base::Result<std::string> {
    if (!url.starts_with(scheme)) {
      return std::unexpected(base::Error{
          fmt::format("found the text {}; it must be {}", in_quotes(base::printable(url, 80)), wanted)});
    }
    if (url.size() == scheme.size())
      return std::unexpected(base::Error{fmt::format("the path behind \"{}\" is missing", scheme)});
    if (url.contains('\0')) return std::unexpected(base::Error{"a path can't hold a zero byte"});
    return url;
  };
  auto kind = text_kind(wanted, check);
  kind.read = [read = kind.read](const TomlNode& node, ReadContext& context) {
    auto url = read(node, context);
    if (url) url = resolve_url(*url, context.folder);
    return url;
  };
  return kind;
}

/// Reads the next hop itself; its parser says what is wrong with it.
std::optional<next_hop::NextHop> read_next_hop(const TomlNode& node, ReadContext& context,
                                               const std::string& description) {
  if (node.type != TomlType::Text) {
    refuse_type(node, description, context);
    return std::nullopt;
  }
  auto hop = next_hop::parse_next_hop(resolve_url(node.text, context.folder));
  if (hop) return std::move(*hop);
  context.mistake(node.place, hop.error().message);
  return std::nullopt;
}

}  // namespace

Kind<std::vector<net::Network>> networks_kind() {
  return list_kind(network_kind(), "a list of networks, such as [\"192.0.2.0/24\", \"2001:db8::/32\"]");
}

Kind<std::string> host_name_kind() {
  return text_that("a host name of letters, digits and hyphens, such as \"mx.example.org\"", can_greet,
                   as_a_label);
}

Kind<std::string> web_url_kind() {
  return text_that("a URL that begins with http:// or https://", is_web_url, as_it_is);
}

Kind<std::string> gateway_name_kind() {
  return text_that("a name of letters, digits, \"-\", \"_\" and \".\", at most 32", is_name, as_it_is);
}

Kind<std::string> user_name_kind() {
  return text_that("the name of a user of this system", is_name, as_it_is);
}

Kind<std::string> group_name_kind() {
  return text_that("the name of a group of this system", is_name, as_it_is);
}

Kind<std::string> domain_name_kind() {
  return text_that("a domain, such as \"example.org\" or \"*.example.org\"", is_domain_or_wildcard,
                   base::to_lower);
}

Kind<std::string> local_part_kind() {
  return text_that("the part of an address before its \"@\", such as \"hostmaster\"", is_local_part,
                   base::to_lower);
}

Kind<std::string> destination_kind() {
  return text_that("an address or a domain, such as \"user@example.org\" or \"example.org\"", is_destination,
                   folded_destination);
}

Kind<next_hop::NextHop> next_hop_kind() {
  const std::string description =
      "\"smtp://HOST:PORT\", \"smtps://HOST:PORT\", \"lmtp://HOST:PORT\", \"lmtp:/PATH\" or "
      "\"maildir:/PATH/%d/%n\"";
  return {.description = description,
          .read = [=](const TomlNode& node,
                      ReadContext& context) { return read_next_hop(node, context, description); },
          .show = [](const next_hop::NextHop& next_hop) { return in_quotes(next_hop.url); }};
}

Kind<std::string> store_url_kind() {
  return path_url_kind(store::kSqliteScheme);
}

Kind<std::string> recipients_kind() {
  return path_url_kind(kFileScheme);
}

std::string resolve_url(std::string_view url, std::string_view folder) {
  constexpr std::string_view kMaildir = "maildir:";
  constexpr std::string_view kLmtp = "lmtp:";
  constexpr std::string_view kUnix = "unix:";
  for (const std::string_view scheme : {store::kSqliteScheme, kFileScheme, kLmtp, kMaildir}) {
    if (!base::istarts_with(url, scheme)) continue;
    std::string_view path = url.substr(scheme.size());
    if (scheme == kLmtp && base::istarts_with(path, kUnix)) path.remove_prefix(kUnix.size());
    if (path.empty() || path.starts_with('/')) break;
    // A % in the folder of the file is no mark, as it would be in the path of a Maildir.
    return fmt::format("{}{}{}", scheme,
                       scheme == kMaildir ? next_hop::maildir_escaped(folder) : std::string(folder), path);
  }
  return std::string(url);
}

Kind<mode_t> mode_kind() {
  constexpr std::string_view kWanted = "\"0600\", \"0660\" or another mode that lets not everybody in";
  const auto check = [=](const std::string& text) -> base::Result<std::string> {
    constexpr std::size_t kDigits = 4;
    const bool is_octal = text.size() == kDigits && text.front() == '0' &&
                          text.find_first_not_of("01234567") == std::string::npos;
    if (is_octal && (std::stoul(text, nullptr, 8) & 0007U) == 0) return text;
    return std::unexpected(base::Error{
        fmt::format("found the text {}; it must be {}", in_quotes(base::printable(text, 80)), kWanted)});
  };
  return convert<mode_t>(
      text_kind(std::string(kWanted), check),
      [](const std::string& text) { return static_cast<mode_t>(std::stoul(text, nullptr, 8)); },
      [](mode_t mode) { return fmt::format("{:04o}", mode); });
}

}  // namespace backstop::config
