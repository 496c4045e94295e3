// Sets of literal phrases that Hyperscan finds in one pass over a text. ASCII letters match in either case. A
// phrase with letters beyond ASCII matches as written, with its first letter in upper case, and all in upper
// case.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "response/phrase_databases.h"

namespace backstop::response {

/// Calls `each` for every phrase of a list whose phrases are separated by '|'. An empty list has none.
template <typename Each>
void for_each_phrase(std::string_view list, Each&& each) {
  while (!list.empty()) {
    const std::size_t bar = list.find('|');
    each(list.substr(0, bar));
    list.remove_prefix(bar == std::string_view::npos ? list.size() : bar + 1);
  }
}

/// One phrase that was found. `phrase` is its index in the span the set was made from.
struct PhraseHit {
  std::uint32_t phrase = 0;
  std::uint32_t begin = 0;  ///< byte offset of its first occurrence
  std::uint32_t end = 0;
};

/// Immutable, and may be shared between threads.
class PhraseSet {
 public:
  /// Scratch memory of Hyperscan: each thread needs one for each set.
  class Scratch;
  struct ScratchDeleter {
    void operator()(Scratch* scratch) const;
  };
  using ScratchPtr = std::unique_ptr<Scratch, ScratchDeleter>;

  /// Loads the set from `databases`, or compiles it if it is not there or doesn't fit the library and the
  /// processor that we run on. Phrases must not be empty. Aborts if Hyperscan can't compile them, which is a
  /// mistake in a table, never in a mail.
  explicit PhraseSet(std::span<const std::string_view> phrases,
                     std::string_view databases = built_databases());
  ~PhraseSet();
  PhraseSet(const PhraseSet&) = delete;
  PhraseSet& operator=(const PhraseSet&) = delete;

  /// Appends what the constructor loads, for the simplest processor of our kind: it runs on all of them.
  static void append_compiled(std::span<const std::string_view> phrases, std::string& databases);

  /// Returns false if the set had to be compiled.
  bool is_loaded() const;

  ScratchPtr make_scratch() const;

  /// Writes the first occurrence of each phrase in `text` to `hits`, in the order in which they end. A text
  /// is read up to 4 GiB.
  void find(std::string_view text, Scratch& scratch, std::vector<PhraseHit>& hits) const;

 private:
  struct Database;
  std::unique_ptr<Database> database_;
};

}  // namespace backstop::response
