#include "store/key_table.h"

#include <algorithm>
#include <utility>

namespace backstop::store {

std::uint32_t joined(std::uint32_t one, std::uint32_t other, bool adds_up) {
  // Both are at most kMostValue, so the sum fits.
  return adds_up ? std::min(one + other, kMostValue) : std::max(one, other);
}

void StoredValue::join(StoredValue other) {
  const bool adds_up = (other.bits_ & kAddsUp) != 0;
  *this = StoredValue(joined(number(), other.number(), adds_up), adds_up);
}

std::size_t KeyTable::slot_of(const LedgerKey& key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = key.bits() & mask;
  while (!slots_[slot].value.is_empty() && slots_[slot].key != key) slot = (slot + 1) & mask;
  return slot;
}

void KeyTable::add(const LedgerKey& key, StoredValue value) {
  if (4 * (size_ + 1) > 3 * slots_.size()) rebuild(std::max(kFirst, 2 * slots_.size()));
  StoredRow& row = slots_[slot_of(key)];
  if (!row.value.is_empty()) return row.value.join(value);
  row = {key, value};
  ++size_;
}

std::uint32_t KeyTable::find(const LedgerKey& key) const {
  return slots_.empty() ? 0 : slots_[slot_of(key)].value.number();
}

std::size_t KeyTable::erase(const OwnerRange& owner) {
  std::size_t erased = 0;
  for (StoredRow& row : slots_) {
    if (row.value.is_empty() || !owner.holds(row.key)) continue;
    row.value = {};
    ++erased;
  }
  // The holes would hide what was put behind them.
  if (erased > 0) rebuild(slots_.size());
  return erased;
}

void KeyTable::append_to(std::vector<StoredRow>& out) const {
  for (const StoredRow& row : slots_) {
    if (!row.value.is_empty()) out.push_back(row);
  }
}

void KeyTable::rebuild(std::size_t slots) {
  const auto rows = std::exchange(slots_, std::vector<StoredRow>(slots));
  size_ = 0;
  for (const StoredRow& row : rows) {
    if (row.value.is_empty()) continue;
    slots_[slot_of(row.key)] = row;
    ++size_;
  }
}

}  // namespace backstop::store
