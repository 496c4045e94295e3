// What a running server says about itself (`backstop status`): plain values, and their JSON. The server fills
// them in; docs/command-line.md has the format. Pure.
#pragma once

#include <array>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "origin/origin.h"
#include "policy/verdict.h"
#include "report/late_refusals.h"
#include "report/local_time.h"
#include "response/response.h"
#include "store/day_sums.h"
#include "store/event.h"

namespace backstop::report {

/// What the history has of one day so far.
class DayCount {
 public:
  explicit DayCount(std::chrono::sys_days day) : day_(day) {}

  /// Counts an event of a transaction; any other, and one of another day, changes nothing.
  void add(const store::Event& event);
  /// Adds the sums of one domain; those of another day change nothing.
  void add(const store::DaySums& sums);
  /// Says that the history has more events of the day than were added.
  void is_cut() { is_whole_ = false; }

  boost::json::object json() const;

 private:
  using Done = std::array<std::uint64_t, store::kDoneNames.size()>;

  std::chrono::sys_days day_;
  bool is_whole_ = true;
  std::array<Done, store::kDirectionNames.size()> done_ = {};            ///< by direction
  std::array<std::uint64_t, response::kKindNames.size()> kinds_ = {};    ///< of responses that came in
  std::array<std::uint64_t, origin::kResultNames.size()> origins_ = {};  ///< of the same
  store::DayCounts sums_ = {};
};

struct Status {
  /// At most this many next hops, stores and names of domains are listed.
  static constexpr std::size_t kMostListed = 1000;

  struct Gateway {
    std::string name;
    store::Direction direction = store::Direction::Inbound;
    std::vector<std::string> addresses = {};
    std::string next_hop = {};  ///< its url
    std::size_t sessions = 0;   ///< of clients, now
  };

  /// Where the milter, the socketmap or the HTTP side is reached.
  struct Door {
    std::string name;  ///< that of its section
    std::vector<std::string> addresses = {};
    std::size_t connections = 0;  ///< now
    std::size_t most = 0;         ///< that may be open
  };

  enum class HopState : std::uint8_t { Unknown, Works, Fails };
  static constexpr std::array<std::string_view, 3> kHopStateNames = {"unknown", "works", "fails"};

  struct NextHop {
    std::string url;
    std::vector<std::string> gateways = {};  ///< whose next hop it is
    std::vector<std::string> domains = {};   ///< that have it as a next hop of their own
    HopState state = HopState::Unknown;      ///< Unknown: nobody has connected to it yet
    std::optional<Moment> since = {};        ///< Fails: of the first failure
    std::string why = {};                    ///< Fails: of the last failure
    std::size_t sessions = 0;                ///< open, busy and idle
    std::size_t idle = 0;
    std::size_t most = 0;                         ///< sessions that may be open; 0: any number
    std::vector<LateRefusals> refuses_late = {};  ///< of the last kLateSpan
  };

  struct Store {
    std::string name;  ///< "history", "ledger", "quarantine", "held store"
    std::string url;
    std::string trouble = {};                   ///< why it can't be written or read now; empty if it can
    std::optional<std::uint64_t> waiting = {};  ///< that are still to be written: events, rows
    std::optional<std::uint64_t> lost = {};     ///< of these, since the start
    std::optional<std::uint64_t> kept = {};     ///< responses that are kept there
  };

  struct Domains {
    std::size_t count = 0;
    std::array<std::size_t, 4> stages = {};   ///< how many are at each, indexed by policy::Stage
    std::vector<std::string> not_ready = {};  ///< whose stage acts as label, since they are not ready
  };

  std::string version;
  int process = 0;
  Moment now = {};
  Moment started = {};
  bool is_stopping = false;
  std::string config_file = {};     ///< empty: the configuration came from no file
  Moment config_read = {};          ///< when what runs now was read
  std::string reload_failure = {};  ///< why the last reload changed nothing; empty if it did, or none was
  std::size_t workers = 0;
  std::size_t workers_counted = 0;  ///< those that have told their sessions in time
  std::size_t most_sessions = 0;    ///< of clients; 0: any number
  std::vector<Gateway> gateways = {};
  std::vector<Door> doors = {};
  std::vector<NextHop> next_hops = {};
  std::optional<DayCount> today = {};  ///< nullopt: there is no history, or it can't be read
  bool has_ordinary = false;  ///< delivered mail that is no response is among the events of the history
  std::vector<Store> stores = {};
  Domains domains = {};
};

boost::json::object to_json(const Status& status);

}  // namespace backstop::report
