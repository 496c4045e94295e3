// Makes and checks the proofs of mail that leaves: tags of envelope addresses (BATV, docs/tags.md) and
// watermarks (docs/proofs.md), with the keys of a key file as `backstop keys` makes it.
//
// C++17. A Keys object never changes, so any number of threads may use it at once.
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace backstop {

/// Thrown for a key file that can't be read or has a mistake, for a text that is no address, and for options
/// out of their range. what() is one printable line and never shows a secret.
class ProofError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

using Time = std::chrono::system_clock::time_point;

struct TagOptions {
  int lifetime_days = 14;       ///< 1 to 500: for how many days after its making a tag is good
  char delimiter = '+';         ///< of sub-addresses
  bool is_sub_address = false;  ///< user+prvs=TAG@domain in place of prvs=TAG=user@domain
};

struct Tagged {
  std::string address;  ///< with the tag; empty if the address must stay as it is
  std::string refused;  ///< then why, in a word such as "null-path" or "already-tagged"
  std::string detail;   ///< and in one clause
};

struct TagResult {
  /// "good", "stale", "expired", "bad-mac", "unknown-key", "foreign" or "no-tag"; docs/tags.md explains them.
  std::string outcome;
  std::string plain;   ///< the address without its tag
  std::string detail;  ///< one sentence

  bool is_good() const { return outcome == "good"; }
};

struct WatermarkResult {
  /// "good", "expired", "ahead", "unknown-key", "retired-key", "no-match" or "no-watermark".
  std::string outcome;
  std::string address;   ///< the owner that it was made for; empty unless its hash matched
  bool is_from = false;  ///< it matched as From, and not as envelope sender
  Time made{};           ///< what the watermark says; unless "no-watermark"

  bool is_good() const { return outcome == "good"; }
};

class Keys {
 public:
  /// Reads a key file. Refuses one that others than its owner can reach.
  static Keys open(const std::string& path);
  /// Reads the text of a key file.
  static Keys parse(std::string_view text);

  Keys(const Keys&);
  Keys(Keys&&) noexcept;
  Keys& operator=(const Keys&);
  Keys& operator=(Keys&&) noexcept;
  ~Keys();

  /// Tags the address of an envelope sender; an empty one is the null path. The tag is the same for all of a
  /// day (UTC).
  Tagged tag(std::string_view address, Time now, const TagOptions& options = {}) const;
  /// Checks the tag of an address that mail came to.
  TagResult check_tag(std::string_view address, Time now, const TagOptions& options = {}) const;

  /// Returns the value of a Backstop-Watermark field for a mail that leaves. Each has another id. `mail_from`
  /// is the envelope sender and `from` the address of From; one of them may be empty. Returns an empty text
  /// if both are, or if no key signs.
  std::string watermark(std::string_view mail_from, std::string_view from, Time now,
                        char delimiter = '+') const;
  /// Checks a value that came back (Reading::watermarks) for the address that a bounce came to, and for
  /// others whose bounces come to it, if there are any.
  WatermarkResult check_watermark(std::string_view value, const std::vector<std::string>& addresses, Time now,
                                  char delimiter = '+') const;

 private:
  struct State;
  explicit Keys(std::shared_ptr<const State> state);

  std::shared_ptr<const State> state_;
};

}  // namespace backstop
