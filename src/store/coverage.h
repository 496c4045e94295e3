// Since when a ledger has all that left. A look-up that finds nothing says something only about mail of that
// time. Coverage starts anew when the ledger is born, after a gap of more than kGap in its heartbeats, after
// it ended without closing (what waited for the disk may be missing) and when entries are lost. A server that
// was down sent no mail, but Backstop can't know that: another way may have been used meanwhile.
//
// Thread-safe; the time is passed in.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

namespace backstop::store {

/// What the store keeps about it.
struct CoverageMarks {
  std::chrono::sys_seconds born{};
  std::chrono::sys_seconds heartbeat{};
  std::chrono::sys_seconds since{};
  bool is_open = false;  ///< a program has it open, or ended without closing it

  bool operator==(const CoverageMarks&) const = default;
};

class Coverage {
 public:
  using Time = std::chrono::sys_seconds;
  static constexpr std::chrono::minutes kBeat{1};
  static constexpr std::chrono::minutes kGap{5};

  /// The store was opened and has these marks; returns those to write. Marks that are our own last ones mean
  /// that only the connection broke.
  CoverageMarks opened(const CoverageMarks& found, Time now);
  /// Returns the marks to write with a heartbeat. If writing fails, the next beat counts the gap from the
  /// last one that confirm() was told of.
  CoverageMarks beat(Time now) const;
  /// Those marks were written.
  void confirm(const CoverageMarks& written);
  /// Something was not recorded, or may be gone.
  void start_anew(Time now);
  /// What was written last; nullopt before.
  std::optional<CoverageMarks> written() const;
  /// Returns nullopt if the store was never open.
  std::optional<Time> since() const;

 private:
  static bool is_gap(Time from, Time to);

  mutable std::mutex mutex_;
  std::optional<CoverageMarks> written_;
  Time anew_{};  ///< the last start_anew()
};

}  // namespace backstop::store
