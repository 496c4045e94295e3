// A set of literal phrases found in one pass over a text, by Hyperscan. Phrases are matched without regard to
// ASCII case; one with letters beyond ASCII is matched as written, with its first letter in upper case, and
// all in upper case.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace backstop::response {

/// Calls `each` for every phrase of a list of the tables, separated by '|'. An empty list has
/// none.
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

/// Immutable and shared between threads once made.
class PhraseSet {
 public:
  /// Scratch memory of Hyperscan, one a thread and a set.
  class Scratch;
  struct ScratchDeleter {
    void operator()(Scratch* scratch) const;
  };
  using ScratchPtr = std::unique_ptr<Scratch, ScratchDeleter>;

  /// Phrases are not empty. Aborts where Hyperscan can't compile them: that is a mistake in a table, not in a
  /// mail.
  explicit PhraseSet(std::span<const std::string_view> phrases);
  ~PhraseSet();
  PhraseSet(const PhraseSet&) = delete;
  PhraseSet& operator=(const PhraseSet&) = delete;

  ScratchPtr make_scratch() const;

  /// The first occurrence of each phrase that stands in `text`, in the order in which they end. `hits` is
  /// cleared first. Texts past 4 GiB are cut there.
  void find(std::string_view text, Scratch& scratch, std::vector<PhraseHit>& hits) const;

 private:
  struct Database;
  std::unique_ptr<Database> database_;
};

}  // namespace backstop::response
