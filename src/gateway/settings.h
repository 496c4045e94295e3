// What the gateway is told: plain values, checked by whoever makes them (app reads them from a TOML file).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/limits.h"
#include "net/connect.h"
#include "net/endpoint.h"
#include "net/tls.h"
#include "origin/key_ring.h"
#include "origin/tag.h"
#include "policy/verdict.h"

namespace backstop::gateway {

enum class Direction : std::uint8_t { Inbound, Outbound };
enum class NextHopProtocol : std::uint8_t { Smtp, Lmtp, Maildir };

/// How the server behind learns who the client is.
enum class Identity : std::uint8_t {
  None,      ///< it doesn't; sessions are shared
  Xforward,  ///< told for each transaction's client; sessions are shared
  Xclient,   ///< announced anew on each reuse
  Proxy,     ///< a PROXY header opens each connection, which is never shared
};

enum class NextHopTls : std::uint8_t {
  Never,
  Offered,   ///< where the next hop offers STARTTLS; the certificate is not checked
  Required,  ///< STARTTLS or the mail waits; the certificate is not checked
  Verified,  ///< STARTTLS or smtps, and a certificate that is good for the host
};

struct NextHop {
  NextHopProtocol protocol = NextHopProtocol::Smtp;
  net::Target target;         ///< Smtp, Lmtp
  std::string maildir;        ///< Maildir: the path, with %d for the domain, %n for the local part, %% for %
  bool implicit_tls = false;  ///< smtps://
  NextHopTls tls = NextHopTls::Offered;
  Identity identity = Identity::None;
  std::size_t pool = 20;  ///< idle sessions that a worker keeps at most; 0: none
  std::string url;        ///< as it was written, for logs

  bool operator==(const NextHop&) const = default;
};

/// "smtp://host:port", "smtps://host:port", "lmtp://host:port", "lmtp:/path" or, as Postfix spells it,
/// "lmtp:unix:/path", "maildir:/path/%d/%n". IPv6 addresses stand in brackets; the port may be missing (25,
/// 465, 24). A Maildir path may be relative; a % in it begins %d, %n or %%, and nothing else. Errors say what
/// would be right.
base::Result<NextHop> parse_next_hop(std::string_view url);

/// Of the path of a Maildir: what follows each % that begins a mark, "dn" for "/var/mail/%d/%n"; a space
/// where nothing follows.
std::string maildir_marks(std::string_view path);
/// A path as the path of a Maildir has it.
std::string maildir_escaped(std::string_view path);

struct DomainSettings {
  std::string
      name;  ///< in any spelling; "*." in front: its subdomains, however deep, and not the domain itself
  policy::Stage stage = policy::Stage::Observe;
  std::chrono::days grace{7};
  std::vector<std::string> never_sends = {};                  ///< local parts, in lower case
  std::vector<std::string> exempt = {"postmaster", "abuse"};  ///< local parts that take unproven responses
  policy::Ceilings ceilings = policy::default_ceilings();     ///< the most that is done with each kind
  std::optional<NextHop> next_hop = {};                       ///< instead of the gateway's, inbound
};

/// Domains in the order in which they were added, found by their name as base::domain_key() folds it. Every
/// recipient asks: a look-up costs the same however many there are.
class DomainTable {
 public:
  DomainTable() = default;
  DomainTable(std::vector<DomainSettings> domains);
  DomainTable(std::initializer_list<DomainSettings> domains)
      : DomainTable(std::vector<DomainSettings>(domains)) {}

  /// The first of two with one name counts.
  void push_back(DomainSettings domain);
  /// In any case, as A-label or U-label; null for none. The exact name wins, then the longest "*." that fits.
  const DomainSettings* find(std::string_view domain) const;

  std::size_t size() const { return domains_.size(); }
  bool empty() const { return domains_.empty(); }
  const DomainSettings& operator[](std::size_t i) const { return domains_[i]; }
  auto begin() const { return domains_.begin(); }
  auto end() const { return domains_.end(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Index = std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>>;

  std::vector<DomainSettings> domains_;
  Index exact_;       ///< by name
  Index subdomains_;  ///< by name without the star: ".example.org"
};

enum class ListenTls : std::uint8_t { None, StartTls, Required, Implicit };

struct GatewaySettings {
  std::string name;
  Direction direction = Direction::Inbound;
  std::vector<net::Endpoint> listen;
  NextHop next_hop;
  ListenTls tls = ListenTls::None;           ///< Required: STARTTLS before anything else
  std::vector<net::Network> relays;          ///< inbound: hosts of ours that stand before us
  std::vector<net::Network> trusted;         ///< outbound: who may send without AUTH
  std::vector<net::Network> proxy_protocol;  ///< balancers, whose connections begin with a PROXY header
  std::vector<net::Network> xclient;         ///< hosts whose XCLIENT and XFORWARD are taken
  std::vector<std::string>
      untagged;  ///< outbound: destinations whose mail is not tagged: domains as base::domain_key() folds
                 ///< them, addresses as mail::Address::folded() does
};

/// One consistent state of the configuration. A reload makes another; sessions take the newest at each
/// transaction.
struct Settings {
  std::string hostname;  ///< in greetings, EHLO and Received
  std::string help_url;  ///< in refusals; may be empty
  std::vector<GatewaySettings> gateways;
  DomainTable domains;
  origin::KeyRing keys;  ///< may be empty
  origin::TagSettings tags;
  Limits limits;
  net::TlsContext tls;                    ///< of the server's side; null without a certificate
  net::TlsContext next_hop_tls;           ///< of the client's side, without a look at certificates
  net::TlsContext next_hop_tls_verified;  ///< with one; null where no next hop asks for it
  std::string next_hop_ca;                ///< file; empty: the system's

  /// See DomainTable::find().
  const DomainSettings* find_domain(std::string_view domain) const { return domains.find(domain); }
};

}  // namespace backstop::gateway
