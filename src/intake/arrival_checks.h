// The checks of one mail that arrives: SPF, its sender's domain and lists in DNS from the first recipient on;
// its DKIM signatures and DMARC once its header is there. They run beside the session, as tasks of the
// worker's loop, and nobody waits for them but a session that must refuse, or that writes the results into
// the header.
//
//   ArrivalChecks checks(loop, transaction, plan, helo, sources);   at MAIL
//   checks.begin();                                                 at RCPT, if the client is a stranger to
//   it co_await checks.sender()                                        at RCPT, if something can refuse there
//   checks.take_header(header); checks.take_body(piece); ... checks.end_body();
//   co_await checks.wait_for_all(); checks.found(); checks.value_for(address);
//   checks.record_when_done(...)                                    the tasks may then outlive this
//
// Belongs to one session; not thread-safe. The tasks belong to the loop's thread, too; they hold copies of
// all that they need. When this is destroyed, they ask nothing more, unless rows are to be recorded.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/ask.h"
#include "auth/authentication.h"
#include "auth/authres.h"
#include "intake/arrival_plan.h"
#include "intake/dns_silence.h"
#include "intake/missing_domains.h"
#include "intake/transaction.h"
#include "intake/unfinished_checks.h"
#include "mail/address.h"
#include "net/task.h"
#include "policy/verdict.h"
#include "store/event.h"
#include "store/ledger_key.h"

namespace backstop::intake {

/// What a check of the sender found that is set to refuse.
struct SenderFinding {
  policy::SenderTrouble trouble = policy::SenderTrouble::None;
  std::string detail = {};  ///< a clause for the explanation, or empty
};

/// Where the answers come from, and what a worker knows for all its checks. All must outlive them; null:
/// none.
struct CheckSources {
  auth::Ask ask;
  MissingDomains* missing = nullptr;
  const DnsSilence* silence = nullptr;
  UnfinishedChecks* unfinished = nullptr;
};

class ArrivalChecks {
 public:
  /// How long the header of a streamed mail waits for SPF.
  static constexpr std::chrono::seconds kFieldTime{5};
  /// The same, if DNS doesn't answer just now.
  static constexpr std::chrono::milliseconds kFieldTimeInSilence{500};

  /// Asks nothing yet. Of the transaction, the site's `auth` settings are kept; nothing else of it
  /// needs to live on. `helo`: as the client said it.
  ArrivalChecks(const net::Executor& loop, const Transaction& transaction, ArrivalPlan plan, std::string helo,
                CheckSources sources);
  ~ArrivalChecks();
  ArrivalChecks(const ArrivalChecks&) = delete;
  ArrivalChecks& operator=(const ArrivalChecks&) = delete;

  /// Begins what needs no header, if it has not begun.
  void begin();

  /// True if a check of the sender is set to refuse, so that a recipient must wait for sender().
  bool may_refuse_sender() const;
  /// Waits for the checks that are set to refuse, and returns what one of them found. A list that does not
  /// answer, and a look-up of the domain that fails, are no trouble; SPF that could not be evaluated is.
  net::Task<SenderFinding> sender();
  /// Returns what SPF found so far: None while it is not known, or not looked at.
  auth::MethodResult spf() const;
  /// Waits until SPF is known, for kFieldTime at most. Returns at once if it has not begun.
  net::Task<void> wait_for_spf();

  /// Begins DKIM and DMARC, and what has not begun. `header` has no doubled dots.
  void take_header(std::string_view header);
  /// In place of it, for what a relay brings: nothing is checked, and what fields with one of the ids say is
  /// believed, if they stand where the relay has its own.
  void believe(std::string_view header, std::span<const std::string> ids,
               auth::AuthresPlace place = auth::AuthresPlace::Above);
  bool is_believed() const;
  /// True while the bytes of the body are wanted: there is a signature that may be good.
  bool wants_body() const;
  void take_body(std::string_view piece);
  /// Call it once, after the last piece.
  void end_body();

  /// True if a mail that fails DMARC is refused, so that its last bytes must wait.
  bool may_refuse_author() const;
  /// Waits until all is known, or the time is over.
  net::Task<void> wait_for_all();
  /// Returns what DMARC found, after wait_for_all().
  policy::AuthorFacts author() const;

  bool is_complete() const;
  auth::Authentication found() const;  ///< so far
  /// Returns how far what was found speaks for the reverse path or an address in From, as
  /// mail::Address::folded(); Pending if it is not complete.
  store::Authentication value_for(std::string_view address) const;
  /// Returns what was found so far, for the event.
  std::vector<store::EventEvidence> evidence() const;

  /// Calls `record` once, with value_for(), as soon as the results are complete, on the loop's thread; at
  /// once if they are. That argument outlives only the call. If the worker ends before, all is Unknown.
  using Value = std::function<store::Authentication(std::string_view address)>;
  using Record = std::function<void(const Value& value_for)>;
  void record_when_done(Record record);

 private:
  struct State;

  std::shared_ptr<State> state_;
};

}  // namespace backstop::intake
