#include "mail/field_name.h"

#include <algorithm>

#include "base/text.h"

namespace backstop::mail {
namespace {

// An open-addressed hash table over kFieldNames, filled by the compiler. A mail has some 25 fields, and many
// of their names are not ours: one look into the table must tell.
constexpr int kSlotBits = 10;
constexpr std::size_t kSlots = std::size_t{1} << kSlotBits;
static_assert(kFieldNames.size() * 4 < kSlots, "a table more than a quarter full makes strangers slow");
static_assert(kFieldNames.size() <= 256, "FieldName is one byte");

constexpr std::size_t kWord = 8;
constexpr std::size_t kLongest = std::ranges::max(kFieldNames, {}, &std::string_view::size).size();

// Written so that the compiler turns it into one load.
constexpr std::uint64_t load(const char* bytes, std::size_t count) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) {
    word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return word;
}

// All bytes of a name of one to seven.
constexpr std::uint64_t load_short(const char* bytes, std::size_t count) {
  if (count >= 4) return load(bytes, 4) | load(bytes + count - 4, 4) << 32;
  return load(bytes, 1) | load(bytes + count / 2, 1) << 8 | load(bytes + count - 1, 1) << 16;
}

// Hashes the name's first and last eight bytes. Bit 0x20 folds the case of letters; other characters that it
// folds together are told apart by is_name().
constexpr std::size_t slot_of(std::string_view name) {
  constexpr std::uint64_t kFold = 0x2020202020202020;
  const char* bytes = name.data();
  const std::size_t size = name.size();
  const std::uint64_t head = (size < kWord ? load_short(bytes, size) : load(bytes, kWord)) | kFold;
  const std::uint64_t tail = size < kWord ? 0 : load(bytes + size - kWord, kWord) | kFold;
  const std::uint64_t mixed = (head + size) * 0x9E3779B97F4A7C15 ^ tail * 0xC2B2AE3D27D4EB4F;
  return (mixed ^ mixed >> 32) * 0x9E3779B97F4A7C15 >> (64 - kSlotBits);
}

// A name in lower case, and 0x20 at each of its letters: the only bit in which another spelling may differ.
struct Folded {
  std::array<char, kLongest> lower{};
  std::array<char, kLongest> case_bits{};
};

constexpr auto kFolded = [] {
  std::array<Folded, kFieldNames.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t at = 0; at < kFieldNames[i].size(); ++at) {
      const char c = kFieldNames[i][at];
      all[i].lower[at] = base::ascii_lower(c);
      all[i].case_bits[at] = base::is_alpha(c) ? 0x20 : 0;
    }
  }
  return all;
}();

// 0 for an empty slot, which is FieldName::Other.
constexpr auto kTable = [] {
  std::array<std::uint8_t, kSlots> table{};
  for (std::size_t i = 1; i < kFieldNames.size(); ++i) {
    std::size_t slot = slot_of(kFieldNames[i]);
    while (table[slot] != 0) slot = (slot + 1) % kSlots;
    table[slot] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

bool word_differs(const char* name, const Folded& folded, std::size_t at) {
  const std::uint64_t difference = load(name + at, kWord) ^ load(folded.lower.data() + at, kWord);
  return (difference & ~load(folded.case_bits.data() + at, kWord)) != 0;
}

bool is_name(std::string_view name, std::size_t index) {
  const std::size_t size = name.size();
  if (kFieldNames[index].size() != size) return false;
  const Folded& folded = kFolded[index];
  if (size < kWord) {
    const std::uint64_t difference = load_short(name.data(), size) ^ load_short(folded.lower.data(), size);
    return (difference & ~load_short(folded.case_bits.data(), size)) == 0;
  }
  for (std::size_t at = 0; at + kWord < size; at += kWord) {
    if (word_differs(name.data(), folded, at)) return false;
  }
  return !word_differs(name.data(), folded, size - kWord);
}

}  // namespace

FieldName field_name(std::string_view name) {
  if (name.empty() || name.size() > kLongest) return FieldName::Other;
  for (std::size_t slot = slot_of(name); kTable[slot] != 0; slot = (slot + 1) % kSlots) {
    if (is_name(name, kTable[slot])) return static_cast<FieldName>(kTable[slot]);
  }
  return FieldName::Other;
}

}  // namespace backstop::mail
