// Asks another configuration's policy about responses that came before, from the facts that their events
// hold, and counts what would have changed. What was found out about their origin stays as it was recorded.
// The events are passed in one at a time, in any order; memory does not grow with their number. Pure.
#pragma once

#include <array>
#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "intake/site.h"
#include "store/event.h"

namespace backstop::report {

/// Why an event can't be replayed.
enum class Unreplayed : std::uint8_t {
  Old,        ///< an older Backstop recorded it, without the facts
  Declared,   ///< its domain was declared to be ready, and the new file wants that observed
  Recipient,  ///< its recipient can't be read
  Parted,     ///< the new file treats its recipients differently, so they would have come alone
};
inline constexpr std::array<std::string_view, 4> kUnreplayedNames = {"old", "declared", "recipient",
                                                                     "parted"};

/// What was done, and what would be done.
struct Change {
  std::string was;          ///< store::kVerdictNames
  std::string was_cause;    ///< policy's
  std::string would;        ///< policy::kActionNames
  std::string would_cause;  ///< policy's

  bool is_same_action() const { return was == would; }
  auto operator<=>(const Change&) const = default;
};

struct Changed {
  std::uint64_t count = 0;
  std::vector<std::string> ids;  ///< of the first few events that were added
};

class Replay {
 public:
  static constexpr std::size_t kMostIds = 3;
  /// Causes that the history can't have are counted together, so that nobody's text makes rows.
  static constexpr std::string_view kOtherCause = "other";

  /// `site` is of the new configuration, and must outlive it.
  explicit Replay(const intake::Site& site) : site_(site) {}

  /// Takes the event of a message that came in and is a response; any other changes nothing.
  void add(const store::Event& event);

  std::uint64_t replayed() const { return replayed_; }
  /// Of those that were replayed, how many would be treated as they were.
  std::uint64_t same() const { return same_; }
  std::uint64_t of(Unreplayed why) const { return unreplayed_[static_cast<std::size_t>(why)]; }
  /// Those that would be treated differently.
  const std::map<Change, Changed>& changes() const { return changes_; }

 private:
  const intake::Site& site_;
  std::uint64_t replayed_ = 0;
  std::uint64_t same_ = 0;
  std::array<std::uint64_t, kUnreplayedNames.size()> unreplayed_ = {};
  std::map<Change, Changed> changes_;
};

/// `file` names the new configuration.
std::string replay_page(const Replay& replay, std::string_view file);
boost::json::object replay_json(const Replay& replay);

}  // namespace backstop::report
