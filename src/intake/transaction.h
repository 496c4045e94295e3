// One mail transaction (RFC 5321 3.3) as every front door sees it, from MAIL to its end: what the client
// said, and what we found.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authres.h"
#include "intake/hint_counts.h"
#include "intake/key_look_ups.h"
#include "intake/leaving.h"
#include "intake/pending_arrivals.h"
#include "intake/ready_table.h"
#include "intake/site.h"
#include "intake/surge.h"
#include "intake/waiting_answers.h"
#include "net/endpoint.h"
#include "origin/claim.h"
#include "smtp/path_command.h"
#include "store/event.h"
#include "store/ledger.h"
#include "store/use_counter.h"

namespace backstop::intake {

class ArrivalChecks;
class Keeper;

/// Returns the time of day. A test may pass another.
using WallClock = std::chrono::system_clock::time_point (*)();

/// A recipient that was accepted.
struct Recipient {
  std::string given;                         ///< as the client gave it
  const DomainSettings* domain = nullptr;    ///< inbound: of the site
  std::optional<origin::Recipient> claim{};  ///< inbound: what a response to it is judged by
  bool is_exempt = false;                    ///< it takes unproven responses
};

/// The client, as far as its rights go.
struct ClientFacts {
  /// Whose mail it is: as XFORWARD, XCLIENT, PROXY or the connection tells it; unspecified if nobody knows.
  net::asio::ip::address address = {};
  /// Who brings it: the connection itself, and as PROXY or XCLIENT tells it.
  std::array<net::asio::ip::address, 2> bringers = {};
  bool is_authenticated = false;
  bool is_trusted = false;  ///< in a network that may send without AUTH
};

struct Transaction {
  const Site* site = nullptr;  ///< must outlive the transaction
  store::Direction direction = store::Direction::Inbound;
  smtp::MailCommand mail;
  std::string id;
  std::chrono::steady_clock::time_point begun;
  std::chrono::sys_days today{};
  std::chrono::sys_seconds now{};               ///< when it began, by the system's clock
  const ReadyTable* ready = nullptr;            ///< of all transactions; null: no domain is observed
  HintCounts* hints = nullptr;                  ///< of all transactions; null: hints are not counted
  store::LedgerWriter* ledger = nullptr;        ///< of all transactions; null: there is none
  store::UseCounter* uses = nullptr;            ///< of all transactions; null: proofs are not counted
  KeyLookUps* key_look_ups = nullptr;           ///< of the worker; null: no DKIM key is looked up
  Surges* surges = nullptr;                     ///< of all transactions; null: no surge is noticed
  WaitingAnswers* waiting_answers = nullptr;    ///< of all transactions; null: any number may wait
  PendingArrivals* pending_arrivals = nullptr;  ///< of all transactions; null: nobody asks
  Keeper* keeper = nullptr;                     ///< of all transactions; null: there is no quarantine
  Keeper* held_keeper = nullptr;                ///< of all transactions; null: there is no held store
  WallClock clock = &std::chrono::system_clock::now;
  std::shared_ptr<ArrivalChecks> checks;  ///< null: nothing of this mail is checked
  /// Inbound: ids whose Authentication-Results are believed if a relay brings the mail. Of the site.
  std::span<const std::string> trusted_authserv = {};
  bool is_checked_before = false;  ///< inbound: they are believed whoever brings it, since we are asked last
  auth::AuthresPlace authserv_place = auth::AuthresPlace::Above;  ///< where that relay has them
  std::vector<Recipient> recipients;
  ClientFacts client;
  /// inbound: what the checks say so far for an address, which is the reverse path or in From, as
  /// mail::Address::folded(); null: nothing is checked.
  std::function<store::Authentication(std::string_view address)> checked{};
  /// inbound: SPF has failed for the reverse path by RCPT. False for every other result, and if it isn't
  /// known by then.
  bool has_failed_spf = false;
  std::function<bool()> is_stopping{};  ///< the program is about to end; null: it never is
  bool is_from_relay = false;  ///< inbound: a relay of the gateway brings it; see intake::is_from_relay()
  std::optional<Leaving>
      leaving{};  ///< outbound: once the header is there, before the next hop hears of DATA

  bool is_outbound() const { return direction == store::Direction::Outbound; }
};

}  // namespace backstop::intake
