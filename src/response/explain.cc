#include "response/explain.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace backstop::response {

namespace {

// The reasons as the end of "because ...", in the order of Reason.
constexpr auto kBecause = std::to_array<std::string_view>({
    "of a reason that it does not tell",
    "the mailbox does not exist",
    "the mailbox is full",
    "the mailbox takes no mail",
    "the domain can't be found",
    "the host takes no mail",
    "the server does not pass mail on for it",
    "the mail is too large",
    "the mail was taken for spam",
    "the mail was taken for a virus",
    "its content is not taken",
    "the sending server has a bad name",
    "the sender was not proven",
    "too much mail came at once",
    "the server could not be reached",
    "the connection has to be encrypted",
    "the mail ran in a circle",
    "it was tried for too long",
    "a rule of the receiver forbids it",
    "the receiving system is broken",
});
static_assert(kBecause.size() == kReasonNames.size());

// What such a mail is, index by Kind.
constexpr auto kWhat = std::to_array<std::string_view>({
    "This is ordinary mail and not the answer of a program.",
    "This is a bounce: a mail could not be delivered.",
    "This is a delay notice: a mail could not be delivered yet.",
    "This is a delivery report: a mail was delivered or passed on.",
    "This is a receipt: it tells what was done with a mail.",
    "This is an automatic reply.",
    "This is a challenge: it asks the sender of a mail to prove themselves.",
    "This is a notice of a virus or spam filter.",
    "This is a notice of a mailing list.",
    "This is a feedback report: somebody marked a mail as spam.",
});
static_assert(kWhat.size() == kKindNames.size());

}  // namespace

std::string_view because(Reason reason) {
  return name_of(kBecause, reason);
}

std::string explain(const Response& response) {
  std::string text(name_of(kWhat, response.kind));
  if (response.kind == Kind::None) return text;
  const std::string reporter =
      response.reporting_mta.empty() ? "A mail system" : base::printable(response.reporting_mta);
  if (response.recipients.empty()) return text + fmt::format(" {} sent it.", reporter);
  const Recipient& first = response.recipients.front();
  text += fmt::format(" {} reports on {}", reporter, base::printable(first.address));
  if (response.recipients.size() > 1) text += fmt::format(" and {} more", response.recipients.size() - 1);
  if (first.reason != Reason::Unknown) text += fmt::format(", because {}", because(first.reason));
  return text + '.';
}

}  // namespace backstop::response
