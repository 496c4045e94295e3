// Asks the ledger all that the judging of one response needs, in one look-up. Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "net/task.h"
#include "origin/message_proof.h"
#include "response/response.h"
#include "store/ledger.h"

namespace backstop::intake {

/// One address whose mail the response may answer. A view.
struct OwnerQuestion {
  std::string_view owner;                   ///< the text of origin::owner_of()
  std::span<const std::string> froms = {};  ///< what origin::OwnerSet::candidates() returned
  std::chrono::sys_days day{};              ///< on which the recipients of the owner are counted
};

struct OwnerAnswers {
  std::vector<origin::SeenId> ids = {};    ///< in the order of Response::answered_ids, each of them
  std::vector<std::string> admitted = {};  ///< those of `froms` that left with this envelope sender
  bool is_author_known = false;            ///< the owner wrote to the response's author: `pair`
  std::uint32_t recipients = 0;            ///< that the owner wrote to on that day
};

struct LedgerAnswers {
  std::vector<OwnerAnswers> owners;                ///< in the order of the questions
  std::optional<store::LedgerTime> covered_since;  ///< as it was before the look-up
  bool are_ids_dropped = false;                    ///< an id was not asked for, for some owner
};

/// More questions than this are not asked: their answers are as if nothing was recorded. Asked are, until
/// there are this many: for the first answered id each owner, then for the next id, and so on; then the
/// pair, the day and the From addresses of each owner; then the addressees, those of the first id first. So
/// the addressees of the unlikeliest ids are dropped first. A response to fewer than 50 owners always has all
/// its ids looked up.
inline constexpr std::size_t kMostLedgerQuestions = 1000;

/// `addressees` are response::claimed_addressees(). Returns an error if the ledger can't answer. All
/// arguments must live until then.
net::Task<base::Result<LedgerAnswers>> ask_ledger(store::LedgerReader& ledger,
                                                  const response::Response& response,
                                                  std::span<const std::string> addressees,
                                                  std::span<const OwnerQuestion> owners);

}  // namespace backstop::intake
