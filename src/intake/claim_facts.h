// What is known about one recipient of a response, and about the client that brings it, beside the mail: by
// the configuration, and by what came before. Thread-safe.
#pragma once

#include <string>

#include "intake/transaction.h"
#include "origin/owner.h"

namespace backstop::intake {

/// Returns the owner set of a recipient by the domain's `aliases` and `bounces`. The caller adds the From
/// addresses that the ledger knows.
origin::OwnerSet owners_of(const mail::Address& recipient, const DomainSettings& domain, char delimiter);

/// True if a relay of ours brings the mail: one of the gateway, or of the domain of any recipient so far. It
/// would bounce what is refused.
bool is_from_relay(const Transaction& transaction);
/// The same, for a recipient of that domain that is not accepted yet.
bool is_from_relay(const Transaction& transaction, const DomainSettings& domain);

/// Returns why a response to a recipient of that domain comes from ourselves, as one plain sentence: its
/// client has authenticated, is trusted, or is one of the domain's `local_hosts`. Empty if it doesn't. Don't
/// ask it about a relay, which brings mail of strangers: see is_from_relay().
std::string local_of(const ClientFacts& client, const DomainSettings& domain);

/// True if the client is no stranger to any recipient so far, so that its mail is not checked.
bool is_local(const Transaction& transaction);

/// Counts a response to an owner (origin::OwnerSet::owner()) among those from which a surge is told, unless
/// it is genuine or a complaint. Call it once for each recipient, when its origin is known.
void note_unproven(const Transaction& transaction, const std::string& owner,
                   const response::Response& response, const origin::Origin& origin, SurgeTime now);
/// True if the owner gets a flood of unproven responses: see origin::Grounds::is_surge.
bool is_surge(const Transaction& transaction, const std::string& owner, SurgeTime now);
/// Returns true if the owner is flooded and the site tightens; see policy::MessageFacts::is_tightened.
bool is_tightened(const Transaction& transaction, const std::string& owner, SurgeTime now);

}  // namespace backstop::intake
