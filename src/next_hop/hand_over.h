// Hands a message to a next hop outside of any client's session: a response released from the quarantine, or
// a mail of our own. Its client is this host.
#pragma once

#include <span>
#include <string_view>

#include "base/error.h"
#include "mail/address.h"
#include "next_hop/make_delivery.h"
#include "next_hop/session.h"

namespace backstop::next_hop {

/// A view: all of it must outlive the call.
struct HandOver {
  const NextHop& hop;
  const smtp::MailCommand& mail;
  std::span<const mail::Address> recipients;
  std::string_view message;  ///< whole, in the plain form
};

/// Returns the next hop's answer to the message. If it refuses a recipient, or the message before its data,
/// that is the answer, and nobody gets the message. Belongs to the worker of the pool.
net::Task<smtp::Reply> hand_over(HandOver what, const Context& context, HopAccess access);

/// Does the same for a command: it has a loop of its own, and blocks as long as the context's limits allow.
/// Returns the answer of a next hop that has taken the message, else an error that says what the next hop
/// answered or did: "the next hop answered: 550 5.1.1 who?".
base::Result<smtp::Reply> hand_over_and_wait(const HandOver& what, const Context& context);

/// What a next hop answers to a mail that is offered without a message.
struct OfferAnswer {
  std::string_view lacking;  ///< as Session::lacking
  smtp::Reply mail;          ///< to MAIL
  smtp::Reply
      recipients;  ///< of several, to the first that it refuses; of none, or after a refused MAIL, empty
};

/// Offers a mail with the null path to recipients, of whom there may be none, and takes it back: nobody gets
/// anything. Waits as hand_over_and_wait() does, for a next hop of SMTP or LMTP. An error says what it did
/// instead of answering.
base::Result<OfferAnswer> offer_and_wait(const NextHop& hop, std::span<const mail::Address> recipients,
                                         const Context& context);

/// What a next hop does that is only greeted.
struct GreetAnswer {
  bool is_greeted = false;
  std::string_view lacking;  ///< as Session::lacking
};

/// Connects, says EHLO or LHLO and what belongs to it, and QUIT. Waits and fails as offer_and_wait() does.
base::Result<GreetAnswer> greet_and_wait(const NextHop& hop, const Context& context);

}  // namespace backstop::next_hop
