// Hands a message that no client brings just now to a next hop: one that is released from the quarantine, or
// a mail of our own. Belongs to one worker, or to a command that has a loop of its own.
#pragma once

#include <string_view>
#include <vector>

#include "gateway/settings.h"
#include "gateway/transaction.h"
#include "net/task.h"
#include "smtp/reply.h"
#include "store/quarantine.h"

namespace backstop::gateway {

/// A view: all of it must outlive the call.
struct HandOver {
  const next_hop::NextHop& hop;
  const smtp::MailCommand& mail;
  const std::vector<mail::Address>& recipients;
  std::string_view message;  ///< in the plain form
};

/// Returns the next hop's answer to the message. If it refuses a recipient, or the message before its data,
/// that is the answer, and nobody gets the message.
net::Task<smtp::Reply> hand_over(HandOver what, const Settings& settings, HopAccess access);

/// Returns the next hop of a response that is kept: its domain's own, or its gateway's. Null if the
/// configuration no longer has either.
const next_hop::NextHop* next_hop_of(const store::KeptEnvelope& kept, const Settings& settings);

/// Hands a response over as it was kept. An answer that is not positive means that nobody got it.
net::Task<smtp::Reply> release(const store::KeptResponse& kept, const Settings& settings, HopAccess access);

}  // namespace backstop::gateway
