// Which DKIM keys a signer uses, as OpenDKIM and rspamd are configured: selectors and domains. The public key
// is then looked up in DNS; no private key is ever opened. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace backstop::setup {

struct KeyUse {
  std::string selector;
  std::string domain;  ///< empty: each domain that the signer signs for

  bool operator==(const KeyUse&) const = default;
};

/// What opendkim.conf says.
struct OpenDkimSettings {
  std::vector<std::string> domains;  ///< of Domain
  std::string selector;
  std::string key_table;  ///< its path; empty if it is no file
  std::string unread;     ///< a KeyTable that is no file, such as "ldap://...", for people
};
OpenDkimSettings parse_opendkim(std::string_view text);

/// Reads a KeyTable: "name domain:selector:key". What is behind the second colon may be a private key, and is
/// passed over.
std::vector<KeyUse> parse_key_table(std::string_view text);

/// What rspamd's dkim_signing.conf says.
struct RspamdSettings {
  std::vector<KeyUse> keys;
  std::vector<std::string> selector_maps;  ///< paths of texts "domain selector"
};
/// Takes the files in the order in which they count; the last word on a value counts.
RspamdSettings parse_rspamd(const std::vector<std::string>& texts);

/// Reads a map of rspamd: "domain selector" on each line.
std::vector<KeyUse> parse_selector_map(std::string_view text);

}  // namespace backstop::setup
