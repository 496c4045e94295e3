// The most frequent of very many names in bounded memory: the space-saving algorithm (Metwally, Agrawal and
// El Abbadi, 2005). Up to `capacity` different names all counts are exact. Beyond that the rarest name makes
// room and its count goes to the new one, so a count may be too high, by at most `too_high_by`, and is never
// too low.
#pragma once

#include <boost/json/array.hpp>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace backstop::report {

class TopList {
 public:
  struct Entry {
    std::string name;
    std::uint64_t count = 0;
    std::uint64_t too_high_by = 0;

    /// Returns "12", or "10 to 12" if the count may be too high.
    std::string text() const;
  };

  explicit TopList(std::size_t capacity = 2000) : capacity_(capacity) {}

  void add(std::string_view name);

  /// Returns at most `most` entries, the most frequent first, equal ones by name.
  std::vector<Entry> top(std::size_t most) const;

  bool is_exact() const { return is_exact_; }

 private:
  struct Count {
    std::uint64_t value = 0;
    std::uint64_t too_high_by = 0;
  };

  void make_room(Count& count);

  std::size_t capacity_;
  std::unordered_map<std::string, Count> counts_;
  std::set<std::pair<std::uint64_t, std::string>> by_count_;
  bool is_exact_ = true;
};

/// Returns the first entries as objects: each has its name under `name`, `count` and `too_high_by`.
boost::json::array json_of(const TopList& list, std::string_view name, std::size_t most);

}  // namespace backstop::report
