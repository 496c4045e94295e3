// The databases of Hyperscan that the build made of the phrase tables, one after another. Compiling them
// takes tens of milliseconds, loading them a fraction of one. An entry is found by its phrases, so it can't
// be taken for a table that was changed since.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::response {

/// What a set is made of. Several spellings share one phrase.
struct PhraseSpellings {
  std::vector<std::uint32_t> phrase_of;  ///< by spelling: the index of its phrase
  std::vector<std::uint32_t> length_of;  ///< by spelling, in bytes
};

struct PhraseDatabase {
  PhraseSpellings spellings;
  std::string_view serialized;  ///< by Hyperscan, whose version and processor it must fit
};

/// Appends the entry of the set with these phrases.
void append_database(std::span<const std::string_view> phrases, const PhraseSpellings& spellings,
                     std::string_view serialized, std::string& databases);

/// Returns the entry of the set with these phrases, which points into `databases`; nullopt if there is none.
std::optional<PhraseDatabase> find_database(std::span<const std::string_view> phrases,
                                            std::string_view databases);

/// Returns what the build made, which is part of the program; empty if it was built for another processor
/// than the one that built it.
std::string_view built_databases();

}  // namespace backstop::response
