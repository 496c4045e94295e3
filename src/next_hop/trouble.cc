#include "next_hop/trouble.h"

#include <iterator>

namespace backstop::next_hop {

namespace {

struct Row {
  Trouble trouble;
  int code;
  std::string_view status;
  std::string_view text;
  std::string_view words;  ///< for the operator
};

// Codes are those of RFC 5321 4.2.3, enhanced statuses those of RFC 3463 and of the registry of RFC 5248.
constexpr Row kRows[] = {
    {Trouble::NoConnection, 451, "4.4.1", "The mail server behind this one can't be reached, try again later",
     "can't be reached"},
    // RFC 3463 3.5: the directory did not answer, or the system is busy.
    {Trouble::NoName, 451, "4.4.3",
     "The name of the mail server behind this one can't be looked up, try again later",
     "has a name that can't be looked up"},
    // Alarm::is_full() tells the operator.
    {Trouble::Full, 451, "4.4.5",
     "There are too many connections to the mail server behind this one just now, try again later", ""},
    // RFC 3463 3.5: 4.4.2 is a connection that was made and did not last, also because of a time-out.
    {Trouble::ConnectionLost, 451, "4.4.2",
     "The mail server behind this one ended the connection, try again later", "ended the connection"},
    {Trouble::NoAnswer, 451, "4.4.2",
     "The mail server behind this one did not answer in time, try again later", "did not answer in time"},
    {Trouble::Nonsense, 451, "4.5.0",
     "The mail server behind this one gave an answer that makes no sense, try again later",
     "gave an answer that makes no sense"},
    {Trouble::Refuses, 451, "4.3.2", "The mail server behind this one takes no mail now, try again later",
     "takes no mail"},
    {Trouble::Tls, 451, "4.7.5",
     "No secure connection to the mail server behind this one is possible now, try again later",
     "has no TLS as the configuration demands"},
    {Trouble::Maildir, 451, "4.3.0", "This message can't be stored now, try again later", "can't be written"},
    {Trouble::MaildirFull, 452, "4.3.1", "There is no space for this message now, try again later",
     "has no space"},
    {Trouble::Interrupted, 421, "4.3.2", "This server is shutting down, try again later", ""},
    {Trouble::NeedsSmtputf8, 550, "5.6.7",
     "The mail server behind this one takes no internationalised addresses (SMTPUTF8)", ""},
    {Trouble::AuthenticationLost, 421, "4.4.2",
     "The connection that you had logged in to is lost, log in again", ""},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    if (static_cast<std::size_t>(kRows[i].trouble) != i) return false;
  }
  return true;
}
static_assert(std::size(kRows) == kTroubleCount && is_in_order());

const Row& row_of(Trouble trouble) {
  return kRows[static_cast<std::size_t>(trouble)];
}

}  // namespace

smtp::Reply reply_for(const Failed& failed) {
  const Row& row = row_of(failed.trouble);
  return {row.code, row.status, row.text};
}

std::string_view words_for(Trouble trouble) {
  return row_of(trouble).words;
}

Trouble trouble_of(net::Failure failure) {
  switch (failure) {
    case net::Failure::Closed:
    case net::Failure::Reset:
      return Trouble::ConnectionLost;
    case net::Failure::TimedOut:
      return Trouble::NoAnswer;
    case net::Failure::Interrupted:
      return Trouble::Interrupted;
    case net::Failure::Tls:
      return Trouble::Tls;
  }
  return Trouble::ConnectionLost;
}

}  // namespace backstop::next_hop
