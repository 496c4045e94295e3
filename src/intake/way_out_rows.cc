#include "intake/way_out_rows.h"

#include <algorithm>

namespace backstop::intake {

namespace {

using policy::Owing;
using store::Authentication;

constexpr std::string_view kWrittenTo = "Somebody of ours wrote to this address within 30 days";
constexpr std::string_view kPassed = "That mail came in here, authenticated for this address";
constexpr std::string_view kOurs = "A client of ours brought that mail";
constexpr std::string_view kShared = "Only a shared domain or another author's signature speaks for it";
constexpr std::string_view kSigned = "That mail came in here, signed for this address";
constexpr std::string_view kFailed = "That mail was checked, and nothing passed";
constexpr std::string_view kOtherSender = "That mail came in here from another address";
constexpr std::string_view kUnchecked = "That mail came in here, and could not be checked";
constexpr std::string_view kPending = "The checks of that mail are not done";
constexpr std::string_view kNoArrival = "No such mail is known to have come in here";

using Values = std::span<const std::uint32_t>;

bool is(std::uint32_t value, Authentication one) {
  return value == static_cast<std::uint32_t>(one);
}

/// How much a value says, among those of mails from outside: a signature as much as an SPF pass.
std::uint32_t weight_of(std::uint32_t value) {
  return store::mark_of(value) > 0 ? static_cast<std::uint32_t>(Authentication::Passed) : value;
}

/// True if it came from a client of ours. A signature's mark is none of these.
bool has_rights(std::uint32_t value) {
  return store::mark_of(value) == 0 && value >= static_cast<std::uint32_t>(Authentication::Trusted);
}

bool is_there(std::uint32_t value) {
  return value > 0;
}

std::uint32_t first_of(Values values) {
  const auto found = std::ranges::find_if(values, is_there);
  return found == values.end() ? 0 : *found;
}

/// The rows for one addressee, in the order of Asked.
struct Rows {
  Values written_to;
  Values received;
  Values by_message;
  Values never_answered;
  Values came_in;  ///< of the ids alone

  Rows(const Asked& asked, Values all, Values one)
      : written_to(one.first(2 * asked.domains.size())),
        received(one.subspan(written_to.size(), asked.received_ids.size())),
        by_message(one.subspan(written_to.size() + received.size(), asked.message_ids.size())),
        never_answered(one.subspan(written_to.size() + received.size() + by_message.size())),
        came_in(all.first(asked.received_ids.size())) {}

  std::uint32_t arrival() const {
    const auto value = first_of(received);
    return value > 0 ? value : named().value;
  }
  /// What the first Message-ID that has a row tells. One mail may come directly and by a list, and somebody
  /// may forge either copy: the one that is authenticated better counts, or else the direct one.
  struct Named {
    std::uint32_t value = 0;
    bool is_forbidden = false;
  };
  Named named() const {
    for (std::size_t i = 0; i < by_message.size(); ++i) {
      const bool is_forbidden = weight_of(never_answered[i]) > weight_of(by_message[i]);
      const auto value = is_forbidden ? never_answered[i] : by_message[i];
      if (value > 0) return {value, is_forbidden};
    }
    return {};
  }
  /// True if all that came in under these ids was a stranger's. What a client of ours brought has no row for
  /// a foreign address, so nothing is known of that.
  bool is_from_another() const {
    return std::ranges::any_of(came_in, is_there) && std::ranges::none_of(came_in, has_rights);
  }
};

WayOutFinding finding_of(const Rows& rows) {
  if (first_of(rows.written_to) > 0) return {.owing = Owing::Owed, .why = kWrittenTo};
  const auto value = rows.arrival();
  if (value == 0) {
    return rows.is_from_another() ? WayOutFinding{.owing = Owing::NotOwed, .why = kOtherSender}
                                  : WayOutFinding{.owing = Owing::Unclear, .why = kNoArrival};
  }
  if (const auto mark = store::mark_of(value); mark > 0)
    return {.owing = Owing::Unclear, .why = kSigned, .mark = mark};
  if (has_rights(value)) return {.owing = Owing::Owed, .why = kOurs};
  if (is(value, Authentication::Passed)) return {.owing = Owing::Owed, .why = kPassed};
  if (is(value, Authentication::SharedSpf))
    return {.owing = Owing::Unclear, .why = kShared, .is_shared = true};
  if (is(value, Authentication::Failed)) return {.owing = Owing::NotOwed, .why = kFailed};
  if (is(value, Authentication::Pending)) return {.owing = Owing::Unclear, .why = kPending};
  return {.owing = Owing::Unclear, .why = kUnchecked};
}

}  // namespace

void Asked::add_for_all(std::vector<store::RowKey>& keys) const {
  for (const auto& id : received_ids) keys.push_back(store::arrival(id));
}

void Asked::add_for(std::string_view addressee, std::string_view owner,
                    std::vector<store::RowKey>& keys) const {
  for (const auto& domain : domains) {
    keys.push_back(store::way_out(domain, addressee));
    keys.push_back(store::way_out(domain, owner));
  }
  for (const auto& id : received_ids) keys.push_back(store::arrival(id, addressee));
  for (const auto& id : message_ids) keys.push_back(store::arrival_by_message(id, addressee));
  for (const auto& id : message_ids) keys.push_back(store::never_answered(id, addressee));
}

WayOutFinding find_way_out(const Asked& asked, std::span<const std::uint32_t> all,
                           std::span<const std::uint32_t> one) {
  const Rows rows(asked, all, one);
  auto found = finding_of(rows);
  found.is_forbidden = rows.named().is_forbidden;
  found.is_by_name = first_of(rows.received) == 0;
  return found;
}

}  // namespace backstop::intake
