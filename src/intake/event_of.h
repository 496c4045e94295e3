// Makes the event for the log and the history from a transaction and its outcome. Pure; thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "intake/mail_judge.h"
#include "intake/recipient_check.h"
#include "intake/surge.h"
#include "intake/transaction.h"
#include "intake/way_out.h"
#include "smtp/reply.h"
#include "store/event.h"

namespace backstop::intake {

/// How the history and the kept responses name the milter, in place of a gateway.
inline constexpr std::string_view kMilterName = "milter";

/// What the front door knows beside the transaction. A view.
struct EventContext {
  std::string_view gateway;  ///< its name in the configuration, or kMilterName
  std::string_view client;   ///< its address
  std::string_view helo;
  std::string_view tag;    ///< outbound: see intake::tag_note()
  std::string_view stage;  ///< empty if none applies
  std::chrono::system_clock::time_point now;
  std::chrono::milliseconds took{0};  ///< since MAIL
};

/// How a message ended.
struct Outcome {
  smtp::Reply reply{};          ///< without a code if the client was told nothing
  bool is_client_gone = false;  ///< it left before the reply
  bool is_delivered = false;    ///< the next hop said that it has the message
  bool is_past_limit = false;   ///< one of our own limits decided
  std::string_view failure{};   ///< why it failed, if neither policy nor the next hop refused it
  bool is_kept = false;         ///< it is in the quarantine, or held
  std::string_view not_kept{};  ///< why it is not there, although it should be
  const policy::Verdict* author_verdict = nullptr;  ///< of DMARC, if it refused or deferred the message
  const MailJudge* judge = nullptr;                 ///< null if the message was never begun
  const WayOutJudge* way_out = nullptr;             ///< the same
  std::uint64_t size = 0;                           ///< octets of its data so far, without doubled dots
  std::string_view message_id{};
};

/// Makes the event of a message that has ended.
store::Event event_of(const Transaction& transaction, const EventContext& context, const Outcome& outcome);

/// Who decided about a recipient that was not taken.
enum class Decider : std::uint8_t { Policy, NextHop, Limit };

/// Makes the event of one recipient that was not taken. `check` and `verdict` are what was found at RCPT.
store::Event event_of_recipient(const Transaction& transaction, const EventContext& context,
                                const mail::Address& recipient, const RecipientCheck& check,
                                const policy::Verdict& verdict, Decider decider, const smtp::Reply& reply);

/// Makes the event of a sender that was refused.
store::Event event_of_sender(const Transaction& transaction, const EventContext& context,
                             const policy::Verdict& verdict, const smtp::Reply& reply);

/// Makes the event of a surge that begins or is over. It is about no transaction.
store::Event event_of(const SurgeChange& change);
/// Returns whose surge such an event is about: an address, or a domain.
std::string whose_surge(const store::Event& event);

/// Adds the addresses by which a search of the history finds the event. Called only for events that are kept,
/// since most mail is ordinary, and most histories don't keep that.
void add_addresses(store::Event& event);

}  // namespace backstop::intake
