// Counts events by what they have in common: by day, by kind, by cause. Events are added one at a time, in
// any order; memory does not grow with their number. Pure but for the zone of this machine, in which days
// are.
#pragma once

#include <array>
#include <boost/json/object.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/top_list.h"
#include "store/event.h"

namespace backstop::report {

enum class CountBy : std::uint8_t { Day, Kind, Cause, Done, Origin, Direction, Gateway, Client };
inline constexpr std::array<std::string_view, 8> kCountNames = {"day",    "kind",      "cause",   "done",
                                                                "origin", "direction", "gateway", "client"};

class EventCount {
 public:
  /// More names of one sort than this are counted as TopList says.
  static constexpr std::size_t kMostNames = 5000;
  /// The clients that are shown: those with the most events.
  static constexpr std::size_t kMostClients = 50;

  explicit EventCount(std::span<const CountBy> by);

  void add(const store::Event& event);

  std::uint64_t events() const { return events_; }
  /// Returns a table for each sort: days in their order, of the others the most frequent first.
  std::string text() const;
  /// Returns "events", and for each sort a list of objects.
  boost::json::object json() const;

 private:
  struct Sort {
    CountBy by;
    TopList names{kMostNames};

    std::vector<TopList::Entry> entries() const;
  };

  std::vector<Sort> sorts_;
  std::uint64_t events_ = 0;
};

}  // namespace backstop::report
