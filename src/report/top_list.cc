#include "report/top_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <tuple>

#include "store/event.h"

namespace backstop::report {

void TopList::add(std::string_view name) {
  auto [at, is_new] = counts_.try_emplace(std::string(name));
  Count& count = at->second;
  if (is_new) {
    if (counts_.size() > capacity_) make_room(count);
  } else {
    by_count_.erase({count.value, at->first});
  }
  ++count.value;
  by_count_.emplace(count.value, at->first);
}

// Removes the rarest name; the new name can have had at most its count before.
void TopList::make_room(Count& count) {
  const auto rarest = by_count_.begin();
  count = {rarest->first, rarest->first};
  counts_.erase(rarest->second);
  by_count_.erase(rarest);
  is_exact_ = false;
}

std::string TopList::Entry::text() const {
  return too_high_by == 0 ? std::to_string(count) : fmt::format("{} to {}", count - too_high_by, count);
}

std::vector<TopList::Entry> TopList::top(std::size_t most) const {
  std::vector<Entry> entries;
  for (const auto& [name, count] : counts_) entries.push_back({name, count.value, count.too_high_by});
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    return std::tie(b.count, a.name) < std::tie(a.count, b.name);
  });
  if (entries.size() > most) entries.resize(most);
  return entries;
}

boost::json::array json_of(const TopList& list, std::string_view name, std::size_t most) {
  boost::json::array array;
  for (const auto& entry : list.top(most)) {
    array.push_back(boost::json::object{
        {name, store::sound_text(entry.name)}, {"count", entry.count}, {"too_high_by", entry.too_high_by}});
  }
  return array;
}

}  // namespace backstop::report
