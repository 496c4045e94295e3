// The domains that are ours, and what is set for each. Const while it is used, so any thread may read it.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "intake/aliases.h"
#include "net/endpoint.h"
#include "policy/verdict.h"

namespace backstop::directory {
class Directory;
}

namespace backstop::next_hop {
struct NextHop;
}

namespace backstop::intake {

struct DomainSettings {
  /// In any spelling. "*." in front means its subdomains, however deep, and not the domain itself.
  std::string name;
  policy::Stage stage = policy::Stage::Observe;
  /// The domain is declared to be ready since that day; nullopt: its readiness is observed.
  std::optional<std::chrono::sys_days> ready_since = {};
  std::vector<std::string> never_sends = {};                  ///< local parts, in lower case
  std::vector<std::string> exempt = {"postmaster", "abuse"};  ///< local parts that take unproven responses
  policy::Ceilings ceilings = policy::default_ceilings();     ///< the most that is done with each kind
  std::string alias_file = {};                                ///< empty: none
  std::shared_ptr<AliasTable> aliases = {};  ///< of that file; may be null, and domains may share it
  std::string recipients = {};  ///< where its recipients are listed, "file:/path"; empty: nowhere
  std::shared_ptr<directory::Directory> recipient_directory = {};  ///< of these; null: none; may be shared
  std::vector<std::string> bounces = {};  ///< local parts with '*' that send for every From of the domain
  std::vector<net::Network> relays = {};  ///< hosts of ours that pass on mail of strangers
  std::vector<net::Network> local_hosts = {};  ///< hosts of ours whose own responses are genuine
  /// The domain's own next hop, in place of the gateway's; may be null. Intake carries it and never looks at
  /// it.
  std::shared_ptr<const next_hop::NextHop> next_hop = {};
};

/// Domains in the order in which they were added. They are found by name, as base::domain_key() folds it. The
/// cost of a look-up does not grow with the number of domains, since every recipient needs one.
class DomainTable {
 public:
  DomainTable() = default;
  DomainTable(std::vector<DomainSettings> domains);
  DomainTable(std::initializer_list<DomainSettings> domains)
      : DomainTable(std::vector<DomainSettings>(domains)) {}

  /// Adds a domain. Of two with the same name the first counts.
  void push_back(DomainSettings domain);
  /// Returns the settings of a domain, in any case, as A-label or U-label; null if there are none. The exact
  /// name wins, then the longest "*." that fits. The pointer is good until push_back().
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

}  // namespace backstop::intake
