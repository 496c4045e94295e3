#include "mail/field_name.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace backstop::mail {
namespace {

// An open-addressed hash table over kFieldNames, filled by the compiler. A mail has some 25 fields, most of
// them of a name that is none of ours: one look into the table has to say so.
constexpr std::size_t kSlots = 1024;
static_assert(kFieldNames.size() * 4 < kSlots, "a table more than a quarter full makes strangers slow");
static_assert(kFieldNames.size() <= 256, "FieldName is one byte");

constexpr std::size_t kLongest = std::ranges::max(kFieldNames, {}, &std::string_view::size).size();

// Eight bytes from the start and eight from the end tell all our names apart; shorter names overlap. Bit 0x20
// folds the case of letters; what else it folds, the comparison below tells apart.
constexpr std::uint64_t kFold = 0x2020202020202020;

constexpr std::uint64_t load(const char* bytes, std::size_t count) {
  if !consteval {
    if (count == 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes, 8);
      return word;
    }
  }
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) {
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return word;
}

constexpr std::size_t slot_of(std::string_view name) {
  const std::size_t count = name.size() < 8 ? name.size() : 8;
  const std::uint64_t head = load(name.data(), count) | kFold;
  const std::uint64_t tail = load(name.data() + name.size() - count, count) | kFold;
  const std::uint64_t mixed = (head + name.size()) * 0x9E3779B97F4A7C15 + tail * 0xC2B2AE3D27D4EB4F;
  return (mixed ^ mixed >> 29) * 0x9E3779B97F4A7C15 >> 54;
}
static_assert(kSlots == 1 << (64 - 54));

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

}  // namespace

FieldName field_name(std::string_view name) {
  if (name.empty() || name.size() > kLongest) return FieldName::Other;
  for (std::size_t slot = slot_of(name); kTable[slot] != 0; slot = (slot + 1) % kSlots) {
    if (base::iequals(kFieldNames[kTable[slot]], name)) return static_cast<FieldName>(kTable[slot]);
  }
  return FieldName::Other;
}

}  // namespace backstop::mail
