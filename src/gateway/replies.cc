#include "gateway/replies.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace backstop::gateway {
namespace {

template <typename Case>
struct Row {
  Case of;
  int code;
  std::string_view status;
  std::string_view text = {};
};

// Responses get 5.7.1, not 5.1.1: 5.1.1 says that the mailbox does not exist. Lists that remove dead
// addresses and callouts that remember them would then believe it of the plain address, too.
constexpr Row<policy::Cause> kVerdicts[] = {
    {policy::Cause::NeverSends, 550, "5.7.1"},
    {policy::Cause::BadTag, 550, "5.7.1"},
    {policy::Cause::Padded, 550, "5.7.1"},
    {policy::Cause::Missing, 550, "5.7.1"},
    {policy::Cause::Bare, 550, "5.7.1"},
    {policy::Cause::UnknownRecipient, 550, "5.1.1"},
    {policy::Cause::DirectoryFailed, 451, "4.4.3"},
    // Never permanent: the sender may be genuine, and its tag damaged on the way.
    {policy::Cause::Guessing, 450, "4.7.1"},
    {policy::Cause::SpfFail, 550, "5.7.23"},  // RFC 7372 3.2
    {policy::Cause::NullMx, 550, "5.7.27"},   // RFC 7505 4.2
    {policy::Cause::NoDomain, 550, "5.1.8"},
    {policy::Cause::NoDomainYet, 451, "4.1.8"},
    {policy::Cause::Listed, 550, "5.7.1"},
    {policy::Cause::SenderUnanswered, 451, "4.4.3"},
    {policy::Cause::DmarcFail, 550, "5.7.26"},  // RFC 7372 3.3
    {policy::Cause::DmarcUnanswered, 451, "4.4.3"},
    {policy::Cause::RelayDenied, 550, "5.7.1"},
    {policy::Cause::NotAuthorized, 550, "5.7.1"},
    // As for too many recipients (RFC 5321 4.5.3.1.10): clients send the rest in another transaction.
    {policy::Cause::DifferentPolicy, 452, "4.5.3"},
    // Never permanent: a mail server answers a refused bounce with one more, to its postmaster.
    {policy::Cause::NotCheckedYet, 451, "4.3.2"},
    {policy::Cause::NotHeld, 451, "4.3.2"},
};

constexpr Row<Exceeded> kExceeded[] = {
    // 5.5.6 is for lines of the AUTH exchange alone (RFC 4954 6).
    {Exceeded::CommandLine, 500, "5.5.2", "This command line is too long"},
    {Exceeded::Header, 552, "5.3.4", "The header of this message is too large"},
    {Exceeded::Message, 552, "5.3.4", "This message is too large"},
    {Exceeded::Held, 452, "4.3.1", "Too many large messages just now, try again later"},
    {Exceeded::Recipients, 452, "4.5.3", "Too many recipients: send the message again to the others"},
    {Exceeded::CommandsWithoutMail, 421, "4.7.0", "Too many commands that bring no mail forward, closing"},
    {Exceeded::Errors, 421, "4.7.0", "Too many errors, closing"},
    {Exceeded::ReceivedFields, 554, "5.4.6", "Too many Received fields: this message is in a loop"},
    {Exceeded::Sessions, 421, "4.3.2", "Too many connections just now, try again later"},
    {Exceeded::SessionsPerClient, 421, "4.7.0", "Too many connections from your address, try again later"},
    {Exceeded::CommandTime, 421, "4.4.2", "No command came in time, closing"},
    {Exceeded::DataTime, 421, "4.4.2", "The message did not come in time, closing"},
};

constexpr Row<Parting> kPartings[] = {
    // The same as Postfix answers to commands of other protocols.
    {Parting::HttpRequest, 221, "2.7.0", "This is a mail server, not a web server: goodbye"},
    {Parting::AfterFault, 421, "4.7.0", "What follows such a message is not read, closing"},
    {Parting::NoEnd, 421, "4.7.0", "The refused message does not end, closing"},
};

constexpr Row<Ending> kEndings[] = {
    {Ending::Stopping, 421, "4.3.2", "This server is shutting down, try again later"},
    {Ending::GatewayGone, 421, "4.3.2", "This service has ended, closing"},
};

template <typename Case, std::size_t N>
constexpr bool is_in_order(const Row<Case> (&table)[N]) {
  for (std::size_t i = 0; i < N; ++i) {
    if (static_cast<std::size_t>(table[i].of) != i) return false;
  }
  return true;
}
static_assert(std::size(kExceeded) == kExceededCount && is_in_order(kExceeded));
static_assert(std::size(kPartings) == kPartingCount && is_in_order(kPartings));
static_assert(std::size(kEndings) == kEndingCount && is_in_order(kEndings));

constexpr std::size_t kLineMost = 512;  // RFC 5321 4.5.3.1.5

smtp::Reply with_help(smtp::Reply reply, std::string_view help_url) {
  if (help_url.empty()) return reply;
  std::string& line = reply.lines.back();
  constexpr std::string_view kSee = "; see ";
  const std::size_t around =
      std::string_view("550 ").size() + reply.status.size() + std::string_view(" \r\n").size();
  if (around + line.size() + kSee.size() + help_url.size() <= kLineMost) {
    line += kSee;
    line += help_url;
  } else {
    reply.lines.push_back("See " + std::string(help_url));
  }
  return reply;
}

}  // namespace

smtp::Reply reply_for(const policy::Verdict& verdict, std::string_view help_url, bool offers_auth) {
  assert(verdict.action >= policy::Action::Quarantine);
  // Never a refusal: a mail server answers one of its own bounces with another, to its postmaster.
  if (verdict.action == policy::Action::Quarantine && verdict.cause >= policy::Cause::Owed)
    return {250, "2.0.0", "Taken, and held: " + verdict.explanation};
  if (verdict.action == policy::Action::Quarantine)
    return {250, "2.0.0", "Taken, and kept back in quarantine: " + verdict.explanation};
  // RFC 4954 6.
  if (verdict.cause == policy::Cause::NotAuthorized && offers_auth) {
    return with_help({530, "5.7.0", verdict.explanation}, help_url);
  }
  const auto* row = std::ranges::find(kVerdicts, verdict.cause, &Row<policy::Cause>::of);
  assert(row != std::end(kVerdicts));
  return with_help({row->code, row->status, verdict.explanation}, help_url);
}

smtp::Reply reply_for(Exceeded limit) {
  const auto& row = kExceeded[static_cast<std::size_t>(limit)];
  return {row.code, row.status, row.text};
}

smtp::Reply reply_for(Parting parting) {
  const auto& row = kPartings[static_cast<std::size_t>(parting)];
  return {row.code, row.status, row.text};
}

smtp::Reply reply_for(smtp::DataFault fault) {
  assert(fault != smtp::DataFault::None);
  // RFC 5321 2.3.8. 5.5.2 is what Postfix answers to a bare line feed.
  return {550, "5.5.2",
          "This message holds " + std::string(smtp::explain(fault)) + ", which no mail may hold"};
}

smtp::Reply reply_for(Ending ending) {
  const auto& row = kEndings[static_cast<std::size_t>(ending)];
  return {row.code, row.status, row.text};
}

}  // namespace backstop::gateway
