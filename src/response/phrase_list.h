// Lists of phrases in the tables: "one phrase|another|a third".
#pragma once

#include <cstddef>
#include <string_view>

namespace backstop::response {

/// Calls `each` for every phrase of a list separated by '|'. An empty list has none.
template <typename Each>
void for_each_phrase(std::string_view list, Each&& each) {
  while (!list.empty()) {
    const std::size_t bar = list.find('|');
    each(list.substr(0, bar));
    list.remove_prefix(bar == std::string_view::npos ? list.size() : bar + 1);
  }
}

}  // namespace backstop::response
