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
  const std::size_t mask = keys_.size() - 1;
  std::size_t slot = key.bits() & mask;
  while (!values_[slot].is_empty() && keys_[slot] != key) slot = (slot + 1) & mask;
  return slot;
}

void KeyTable::add(const LedgerKey& key, StoredValue value) {
  if (4 * (size_ + 1) > 3 * keys_.size()) rebuild(std::max(kFirst, 2 * keys_.size()));
  const std::size_t slot = slot_of(key);
  if (!values_[slot].is_empty()) return values_[slot].join(value);
  keys_[slot] = key;
  values_[slot] = value;
  ++size_;
}

std::uint32_t KeyTable::find(const LedgerKey& key) const {
  return keys_.empty() ? 0 : values_[slot_of(key)].number();
}

std::size_t KeyTable::erase(const OwnerRange& owner) {
  std::size_t erased = 0;
  for (std::size_t slot = 0; slot < keys_.size(); ++slot) {
    if (values_[slot].is_empty() || !owner.holds(keys_[slot])) continue;
    values_[slot] = {};
    ++erased;
  }
  // The holes would hide what was put behind them.
  if (erased > 0) rebuild(keys_.size());
  return erased;
}

void KeyTable::append_to(std::vector<StoredRow>& out) const {
  for (std::size_t slot = 0; slot < keys_.size(); ++slot) {
    if (!values_[slot].is_empty()) out.push_back({keys_[slot], values_[slot]});
  }
}

void KeyTable::rebuild(std::size_t slots) {
  const auto keys = std::exchange(keys_, std::vector<LedgerKey>(slots));
  const auto values = std::exchange(values_, std::vector<StoredValue>(slots));
  size_ = 0;
  for (std::size_t slot = 0; slot < keys.size(); ++slot) {
    if (values[slot].is_empty()) continue;
    const std::size_t place = slot_of(keys[slot]);
    keys_[place] = keys[slot];
    values_[place] = values[slot];
    ++size_;
  }
}

}  // namespace backstop::store
