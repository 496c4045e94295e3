// The recipients of a file: one address a line, or "@domain" for all of a domain, or a lookup table of
// Postfix (relay_recipient_maps, virtual_mailbox_maps, virtual_alias_maps), whose keys count and whose values
// don't. Pure. A list is const once it is made, so any thread may read it.
//
// The addresses are one text and a hash set of offsets into it: 7 to 12 bytes an address beside its text.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "directory/directory.h"
#include "directory/postfix_map.h"

namespace backstop::directory {

class RecipientList {
 public:
  static constexpr std::size_t kMost = 1'000'000;

  /// `bytes`: about as much as all addresses together, to be had at once; at most 4 GiB are ever taken.
  explicit RecipientList(std::size_t bytes = 0);

  /// Adds an address as mail::Address::folded() makes it, or "@" and a base::domain_key(). One that is there
  /// already changes nothing. Returns false if there are kMost already, and this is one more.
  bool add(std::string_view key);
  /// Gives back memory that is not needed. To be called once all are added.
  void finish();

  /// True if the list has the recipient, its mailbox, or "@domain". A domain alone stands for no address.
  bool contains(const Question& question) const;
  /// True if the list has any address of the domain, which is in any spelling.
  bool has_domain(std::string_view domain) const;

  /// Counts addresses, and "@domain" as one.
  std::size_t size() const { return size_; }
  /// Returns the memory that it takes.
  std::size_t bytes() const;

 private:
  struct Hash {
    using is_transparent = void;
    const std::string* text;
    std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
    std::size_t operator()(std::uint32_t offset) const { return (*this)(text->data() + offset); }
    std::size_t operator()(const char* key) const { return (*this)(std::string_view(key)); }
  };
  struct Equal {
    using is_transparent = void;
    const std::string* text;
    std::string_view view(std::uint32_t offset) const { return text->data() + offset; }
    static std::string_view view(std::string_view key) { return key; }
    bool operator()(const auto& one, const auto& other) const { return view(one) == view(other); }
  };

  bool has(std::string_view key) const { return keys_.find(key) != keys_.end(); }
  /// Returns true if the key is new.
  bool insert(std::string_view key);

  std::unique_ptr<std::string> text_;  ///< each key with a zero byte behind it; its place never changes
  boost::unordered_flat_set<std::uint32_t, Hash, Equal> keys_;  ///< offsets; and the domains of the addresses
  std::size_t size_ = 0;
};

struct RecipientReading : MapFindings {
  RecipientList list;
};

/// Reads the text of a file. A mistake costs only its own entry. Refused as a whole, since what is missing
/// would be refused as unknown: a text without any recipient, one that does not end with a line end (it may
/// be half-written), and more than RecipientList::kMost recipients.
base::Result<RecipientReading> read_recipients(std::string_view text);

}  // namespace backstop::directory
