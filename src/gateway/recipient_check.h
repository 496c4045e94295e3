// A recipient at RCPT: its tag is looked at and taken off, policy is asked, and its route is found. No I/O.
#pragma once

#include <optional>

#include "gateway/settings.h"
#include "gateway/transaction.h"
#include "mail/address.h"
#include "policy/verdict.h"

namespace backstop::gateway {

struct RecipientCheck {
  policy::Verdict verdict;
  mail::Address forwarded;                   ///< without our tag
  Route route;                               ///< unless the verdict is a refusal
  std::optional<origin::Recipient> claim{};  ///< inbound, for a recipient that is ours
  bool is_exempt = false;                    ///< inbound
};

/// The null sender names this recipient with a tag that is not ours. With another sender a tag means nothing:
/// people save tagged addresses.
bool is_bad_guess(const Transaction& transaction, const origin::TagCheck& tag);

/// For an inbound gateway. `is_guesser`: the client has brought too many bad tags.
RecipientCheck check_inbound(const Transaction& transaction, const mail::Address& recipient, bool is_guesser);

/// For an outbound gateway: only the tag of the reverse path depends on the recipient.
RecipientCheck check_outbound(const Transaction& transaction, const mail::Address& recipient);

/// The verdict on a response, and what it stands on.
struct Judgement {
  policy::Verdict verdict;
  policy::MessageFacts facts;  ///< for the recipient whose verdict it is
  HintPlaces hints;            ///< for each owner for whom a hint decides
};

/// Judges a response for each recipient of an inbound transaction; the strictest verdict counts for
/// all. A hint counts a few times a day for each owner, since whoever knows it can make it.
Judgement judge_response(const Transaction& transaction, const response::Response& response);

/// The reverse path as the next hop is to see it. Notes in the route why it has no tag.
mail::Path outgoing_path(const Transaction& transaction, Route& route);

/// "key-1", or "none (unknown.example is no domain of ours)": whether an outbound mail left with a tag.
std::string tag_note(const Transaction& transaction);

}  // namespace backstop::gateway
