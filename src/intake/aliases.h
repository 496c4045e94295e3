// The aliases of a mail server: which addresses are delivered to which mailbox. Read from the text of a map
// in the form of Postfix's virtual(5), the file that postmap reads. Pure. Aliases are const once they are
// made, so any thread may read them; an AliasTable is thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "directory/postfix_map.h"

namespace backstop::intake {

class Aliases {
 public:
  static constexpr std::size_t kMostPairs = 500'000;
  static constexpr std::size_t kMostOfOwner = 100;

  /// Adds that mail for `source` goes to `target`. Both are an address as the text of origin::owner_of(), a
  /// local part alone, or "@domain". Returns false, and adds nothing, if there are kMostPairs already.
  bool add(std::string source, std::string target);
  /// Call it once all are added.
  void sort();

  /// Returns the addresses whose mail goes to the owner in the end, the nearest first, without the owner
  /// itself, each once, kMostOfOwner at most. Aliases of aliases are followed; a circle ends where it began.
  /// "@domain" stands for every address of that domain (a catch-all). `owner` is the text of owner_of(). A
  /// local part without domain counts as one of the owner's domain.
  std::vector<std::string> of(std::string_view owner) const;

  /// Counts pairs of an address and one of its destinations.
  std::size_t size() const { return pairs_.size(); }

 private:
  using Pair = std::pair<std::string, std::string>;  ///< target, source

  std::vector<Pair> pairs_;  ///< in order, each once
};

struct AliasReading : directory::MapFindings {
  Aliases aliases;
};

/// Reads the text of a map (directory/postfix_map.h): "address destination, destination ...". A mistake costs
/// only its own entry or destination. An entry whose key is a domain without "@" is no alias: it only says
/// that the domain exists. "@domain @other" keeps the local part. `delimiter` is that of sub-addresses. Takes
/// time in proportion to the text, which the caller caps.
AliasReading read_aliases(std::string_view text, char delimiter);

/// The aliases of a file as they are now: replaced when the file changes, while sessions ask for them.
class AliasTable {
 public:
  /// `stamp` tells one state of the file from another; see config::map_stamp().
  explicit AliasTable(Aliases aliases = {}, std::string stamp = {});

  std::shared_ptr<const Aliases> get() const;
  std::string stamp() const;
  void replace(Aliases aliases, std::string stamp);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Aliases> aliases_;
  std::string stamp_;
};

}  // namespace backstop::intake
