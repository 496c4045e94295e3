// Finds the DKIM keys with which mail of this machine is signed: the signers' configuration says the
// selectors, and DNS has the public keys. No private key is opened.
#pragma once

#include <string>
#include <vector>

#include "setup/dkim_tables.h"
#include "setup/machine.h"

namespace backstop::setup {

struct SignerPlaces {
  std::string opendkim = "/etc/opendkim.conf";
  std::string rspamd = "/etc/rspamd";
};

/// What the configuration of the signers names.
struct KeyUses {
  std::vector<KeyUse> uses;
  std::vector<std::string> notes;  ///< what could not be read

  /// Returns the domains that are named.
  std::vector<std::string> domains() const;
};

KeyUses read_key_uses(Machine& machine, const SignerPlaces& places);

struct FoundKey {
  std::string name;    ///< "sel._domainkey.example.org"
  std::string record;  ///< its TXT record
  std::string about;   ///< "RSA 2048"
};

struct FoundKeys {
  std::vector<FoundKey> keys;
  std::vector<std::string> notes;  ///< those that DNS doesn't have
};

/// Looks the public keys up. A use without a domain is looked for in each of `domains`, and it is no wonder
/// if one has none. At most 100 names are asked.
FoundKeys look_up_keys(Machine& machine, const KeyUses& uses, const std::vector<std::string>& domains);

}  // namespace backstop::setup
