// Tells the bounces after which an address should get no more mail from those that a later mail may not meet.
#pragma once

#include <string>

#include "response/response.h"

namespace backstop::response {

/// Returns true for a recipient that the mail did not reach, at least not yet.
constexpr bool is_undelivered(const Recipient& recipient) {
  return recipient.action != Action::Delivered && recipient.action != Action::Relayed &&
         recipient.action != Action::Expanded;
}

/// Returns the type for a recipient of a bounce whose status, reply code and reason are known. A delay and a
/// temporary refusal are soft. A permanent refusal is hard if it is about the address, its domain or its
/// host, or says nothing; a refusal of the mail or its sender is soft: the address may be good.
BounceType bounce_type(const Recipient& recipient);

/// Returns the reply code for Recipient::reply_code. `refusal` is the code 4yz or 5yz that was found in the
/// diagnostic, or 0; a delivery may have a code 2yz at its start.
std::string reply_code(const Recipient& recipient, int refusal);

}  // namespace backstop::response
