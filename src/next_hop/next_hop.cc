#include "next_hop/next_hop.h"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <charconv>
#include <utility>

#include "base/text.h"
#include "mail/address_syntax.h"

namespace backstop::next_hop {
namespace {

constexpr std::size_t kSocketPathMost = 107;  // sun_path has 108 bytes with its end
constexpr std::size_t kPathMost = 4095;       // PATH_MAX has 4096 with its end
constexpr std::size_t kHostMost = 253;
constexpr std::string_view kRight =
    "smtp://host:port, smtps://host:port, lmtp://host:port, lmtp:/path or maildir:/path/%d/%n";

std::unexpected<base::Error> error(std::string_view what, std::string_view found, std::string_view right) {
  return std::unexpected(
      base::Error{std::string(what) + " \"" + base::printable(found) + "\": " + std::string(right)});
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

struct Scheme {
  std::string_view name;
  Protocol protocol;
  std::uint16_t port;
  bool implicit_tls;
  bool has_host;  ///< "//host:port" may follow
  bool has_path;  ///< "/path" may follow
};

constexpr Scheme kSchemes[] = {
    {"smtp", Protocol::Smtp, 25, false, true, false},
    {"smtps", Protocol::Smtp, 465, true, true, false},
    {"lmtp", Protocol::Lmtp, 24, false, true, true},
    {"maildir", Protocol::Maildir, 0, false, false, true},
};

const Scheme* find_scheme(std::string_view name) {
  const auto* found =
      std::ranges::find_if(kSchemes, [&](const Scheme& s) { return base::iequals(s.name, name); });
  return found == std::end(kSchemes) ? nullptr : found;
}

// "192.0.2.999" is meant as an address, so it is no host name either.
bool looks_like_ipv4(std::string_view host) {
  return std::ranges::all_of(host, [](char c) { return base::is_digit(c) || c == '.'; });
}

base::Result<std::string> parse_host(std::string_view host) {
  boost::system::error_code code;
  const auto v4 = boost::asio::ip::make_address_v4(host, code);
  if (!code) return v4.to_string();
  const bool is_name =
      mail::is_domain(host) && !host.starts_with('[') && host.size() <= kHostMost && !looks_like_ipv4(host);
  if (!is_name)
    return error("the host", host, "a name, an IPv4 address, or an IPv6 address in brackets is wanted");
  return std::string(host);
}

base::Result<std::string> parse_bracketed(std::string_view host) {
  boost::system::error_code code;
  const auto v6 = boost::asio::ip::make_address_v6(host, code);
  if (code) return error("the host", host, "an IPv6 address is wanted between brackets, nothing else");
  return v6.to_string();
}

base::Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (code != std::errc() || end != text.data() + text.size() || port == 0) {
    return error("the port", text, "a number from 1 to 65535 is wanted");
  }
  return port;
}

// "host", "host:port", "[address]:port".
base::Result<net::Target> parse_authority(std::string_view text, std::uint16_t default_port) {
  const bool is_bracketed = text.starts_with('[');
  const std::size_t end = is_bracketed ? text.find(']') : text.find(':');
  if (is_bracketed && end == std::string_view::npos)
    return error("the host", text, "its bracket is not closed");
  auto host = is_bracketed ? parse_bracketed(text.substr(1, end - 1)) : parse_host(text.substr(0, end));
  if (!host) return std::unexpected(host.error());
  net::Target target{.host = std::move(*host), .port = default_port, .path = {}};
  const std::string_view rest =
      end == std::string_view::npos ? "" : text.substr(end + (is_bracketed ? 1 : 0));
  if (rest.empty()) return target;
  if (rest.front() != ':')
    return error("what follows the host", rest, "only a colon and the port may follow");
  const auto port = parse_port(rest.substr(1));
  if (!port) return std::unexpected(port.error());
  target.port = *port;
  return target;
}

base::Result<void> check_socket(std::string_view path) {
  if (!path.starts_with('/') || path.ends_with('/'))
    return error("the socket", path, "the path of a socket from / on, or //host:port, is wanted");
  if (path.size() > kSocketPathMost)
    return error("the socket", path, "a path of at most 107 bytes is wanted");
  return {};
}

base::Result<void> check_maildir(std::string_view path) {
  if (path.empty() || path == "/")
    return error("the Maildir", path, "a path is wanted, such as maildir:/var/mail/%d/%n");
  if (path.starts_with("//")) return error("the Maildir", path, "a path without // in front is wanted");
  if (path.size() > kPathMost) return error("the Maildir", path, "a path of at most 4095 bytes is wanted");
  for (const char letter : maildir_marks(path)) {
    if (std::string_view("dn%").contains(letter)) continue;
    return error("the mark", letter == ' ' ? "%" : std::string{'%', letter},
                 "%d for the domain, %n for the local part and %% for a % are known");
  }
  return {};
}

base::Result<void> read_place(const Scheme& scheme, std::string_view place, NextHop& hop) {
  if (scheme.has_host && place.starts_with("//")) {
    auto target = parse_authority(place.substr(2), scheme.port);
    if (!target) return std::unexpected(target.error());
    hop.target = std::move(*target);
    return {};
  }
  if (!scheme.has_path)
    return error("the next hop", hop.url, std::string(scheme.name) + "://host:port is wanted");
  if (scheme.protocol == Protocol::Maildir) {
    hop.maildir = place;
    return check_maildir(place);
  }
  // "lmtp:unix:/path" is how Postfix spells it.
  constexpr std::string_view kUnix = "unix:";
  if (base::istarts_with(place, kUnix)) place.remove_prefix(kUnix.size());
  hop.target.path = place;
  return check_socket(place);
}

}  // namespace

std::string maildir_marks(std::string_view path) {
  std::string marks;
  for (std::size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 2)) {
    marks += at + 1 < path.size() ? path[at + 1] : ' ';
  }
  return marks;
}

std::string maildir_escaped(std::string_view path) {
  std::string escaped;
  for (const char c : path) escaped += c == '%' ? std::string("%%") : std::string(1, c);
  return escaped;
}

base::Result<NextHop> parse_next_hop(std::string_view url) {
  const std::size_t colon = url.find(':');
  const Scheme* scheme = colon == std::string_view::npos ? nullptr : find_scheme(url.substr(0, colon));
  if (scheme == nullptr || has_control(url))
    return error("the next hop", url, std::string(kRight) + " is wanted");
  NextHop hop;
  hop.protocol = scheme->protocol;
  hop.implicit_tls = scheme->implicit_tls;
  hop.url = url;
  if (const auto read = read_place(*scheme, url.substr(colon + 1), hop); !read)
    return std::unexpected(read.error());
  return hop;
}

}  // namespace backstop::next_hop
