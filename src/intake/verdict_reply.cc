#include "intake/verdict_reply.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <string>
#include <utility>

namespace backstop::intake {
namespace {

using policy::Action;
using policy::Cause;

struct Row {
  Cause of;
  int code;
  std::string_view status;
};

// Responses get 5.7.1, not 5.1.1: 5.1.1 says that the mailbox does not exist. Lists that remove dead
// addresses and callouts that remember them would then believe it of the plain address, too.
constexpr Row kVerdicts[] = {
    {Cause::NeverSends, 550, "5.7.1"},
    {Cause::BadTag, 550, "5.7.1"},
    {Cause::Padded, 550, "5.7.1"},
    {Cause::Missing, 550, "5.7.1"},
    {Cause::Bare, 550, "5.7.1"},
    {Cause::UnknownRecipient, 550, "5.1.1"},
    {Cause::DirectoryFailed, 451, "4.4.3"},
    // Never permanent: the sender may be genuine, and its tag damaged on the way.
    {Cause::Guessing, 450, "4.7.1"},
    {Cause::SpfFail, 550, "5.7.23"},  // RFC 7372 3.2
    {Cause::NullMx, 550, "5.7.27"},   // RFC 7505 4.2
    {Cause::NoDomain, 550, "5.1.8"},
    {Cause::NoDomainYet, 451, "4.1.8"},
    {Cause::Listed, 550, "5.7.1"},
    {Cause::SenderUnanswered, 451, "4.4.3"},
    {Cause::DmarcFail, 550, "5.7.26"},  // RFC 7372 3.3
    {Cause::DmarcUnanswered, 451, "4.4.3"},
    {Cause::RelayDenied, 550, "5.7.1"},
    {Cause::NotAuthorized, 550, "5.7.1"},
    // As for too many recipients (RFC 5321 4.5.3.1.10): clients send the rest in another transaction.
    {Cause::DifferentPolicy, 452, "4.5.3"},
    // Never permanent: a mail server answers a refused bounce with one more, to its postmaster.
    {Cause::NotCheckedYet, 451, "4.3.2"},
    {Cause::NotHeld, 451, "4.3.2"},
};

constexpr std::size_t kLineMost = 512;  // RFC 5321 4.5.3.1.5

/// "%c" in the URL stands for the cause.
std::string with_cause(std::string_view help_url, Cause cause) {
  constexpr std::string_view kCode = "%c";
  std::string url(help_url);
  if (const auto at = url.find(kCode); at != std::string::npos)
    url.replace(at, kCode.size(), policy::name(cause));
  return url;
}

smtp::Reply with_help(smtp::Reply reply, std::string_view pattern, Cause cause) {
  if (pattern.empty()) return reply;
  const std::string help_url = with_cause(pattern, cause);
  std::string& line = reply.lines.back();
  constexpr std::string_view kSee = "; see ";
  const std::size_t around =
      std::string_view("550 ").size() + reply.status.size() + std::string_view(" \r\n").size();
  if (around + line.size() + kSee.size() + help_url.size() <= kLineMost) {
    line += kSee;
    line += help_url;
  } else {
    reply.lines.push_back("See " + help_url);
  }
  return reply;
}

}  // namespace

smtp::Reply reply_for(const policy::Verdict& verdict, std::string_view help_url, bool offers_auth) {
  assert(verdict.action >= Action::Quarantine);
  // Never a refusal: a mail server answers one of its own bounces with another, to its postmaster.
  if (verdict.action == Action::Quarantine && verdict.cause >= Cause::Owed)
    return {250, "2.0.0", "Taken, and held: " + verdict.explanation};
  if (verdict.action == Action::Quarantine)
    return {250, "2.0.0", "Taken, and kept back in quarantine: " + verdict.explanation};
  // RFC 4954 6.
  if (verdict.cause == Cause::NotAuthorized && offers_auth) {
    return with_help({530, "5.7.0", verdict.explanation}, help_url, verdict.cause);
  }
  const auto* row = std::ranges::find(kVerdicts, verdict.cause, &Row::of);
  assert(row != std::end(kVerdicts));
  return with_help({row->code, row->status, verdict.explanation}, help_url, verdict.cause);
}

std::string help_page(std::string_view help_url) {
  return std::string(help_url.substr(0, help_url.find("/%c")));
}

}  // namespace backstop::intake
