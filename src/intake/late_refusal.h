// A next hop that takes a recipient in the session and says only later that it doesn't know it: by refusing
// the mail after its data, or by a bounce of its own, which goes to whoever the sender claimed to be. Such a
// domain needs a file of recipients. Pure; thread-safe.
#pragma once

#include <optional>

#include "intake/event_of.h"
#include "intake/transaction.h"
#include "response/response.h"
#include "smtp/reply.h"
#include "store/event.h"

namespace backstop::intake {

/// True if the next hop refuses a mail for good, by its answer to the data, since it doesn't know a
/// recipient: the status is 5.1.1 or of its like, or the words say so. Its recipients were taken before.
/// Takes some microseconds.
bool is_late_refusal(const smtp::Reply& reply);

/// Makes the event that says so of a bounce that leaves, with the cause store::kLateUnknown and without an
/// outcome; nullopt unless the bounce has a null path, is certain, and says that a recipient in a domain of
/// ours failed because it doesn't exist. To be recorded beside the event of the bounce itself.
std::optional<store::Event> event_of_late_bounce(const Transaction& transaction, const EventContext& context,
                                                 const response::Response& bounce);

}  // namespace backstop::intake
