// Which domains have a next hop that takes recipients and refuses or bounces their mail later: lines of the
// report and of the log. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "intake/domain_table.h"
#include "store/event.h"
#include "store/history.h"

namespace backstop::report {

/// How far back is looked.
inline constexpr std::chrono::days kLateSpan{7};
/// At most this many events are read, the newest first.
inline constexpr std::size_t kMostLate = 10'000;

struct LateRefusals {
  std::string domain;              ///< as base::domain_key() folds it
  std::set<std::string> gateways;  ///< that the mail came by
  std::uint64_t refused = 0;       ///< mails that the next hop refused after their data
  std::uint64_t bounced = 0;       ///< mails that a server of ours bounced
  bool has_recipients = false;     ///< the domain has a file of recipients
};

/// Counts the events with the cause store::kLateUnknown by the domain of their first recipient; the domain
/// with most comes first, of equals the first by name. Domains that are not ours any more are left out.
std::vector<LateRefusals> late_refusals(std::span<const store::Event> events,
                                        const intake::DomainTable& domains);

/// The same from the history, of the last kLateSpan.
base::Result<std::vector<LateRefusals>> late_refusals(store::HistoryReader& history,
                                                      std::chrono::sys_time<std::chrono::milliseconds> now,
                                                      const intake::DomainTable& domains);

/// "example.org: the next hop takes recipients that it later refuses: 12 in 7 days (gateway in); give this
/// domain a file of recipients (`recipients`)". Printable.
std::string late_refusal_line(const LateRefusals& of_domain);
boost::json::object to_json(const LateRefusals& of_domain);

}  // namespace backstop::report
