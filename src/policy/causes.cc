#include "policy/causes.h"

#include <algorithm>

namespace backstop::policy {
namespace {

constexpr Ladder kAccepted = {Action::Accept, Action::Accept, Action::Accept};
constexpr Ladder kLabelled = {Action::Accept, Action::Label, Action::Label};
constexpr Ladder kLabelledThenRefused = {Action::Accept, Action::Label, Action::Refuse};
/// For a recipient, which can't carry a label.
constexpr Ladder kAcceptedThenDeferred = {Action::Accept, Action::Accept, Action::Defer};
/// The stage says how strict a domain is about bounces; it doesn't change who may use this server.
constexpr Ladder kRefused = {Action::Refuse, Action::Refuse, Action::Refuse};
constexpr Ladder kDeferred = {Action::Defer, Action::Defer, Action::Defer};

constexpr std::array<CauseRow, kCauseCount> kCauses = {{
    {Cause::Ordinary, "ordinary", kAccepted, Detail::None, "Nothing was found against it"},
    {Cause::Tag, "tag", kLabelled, Detail::Origin, "This {response} answers a mail that {domain} sent"},
    {Cause::NeverSends, "never-sends", kLabelledThenRefused, Detail::Origin,
     "This {response} answers a mail that {domain} did not send"},
    {Cause::Padded, "padded", kLabelledThenRefused, Detail::Origin,
     "This {response} has its report out of reach, and nothing proves that {domain} sent the mail that it "
     "answers"},
    {Cause::Bare, "bare", kLabelledThenRefused, Detail::Origin,
     "Nothing proves that {domain} sent the mail that this {response} answers"},
    {Cause::Incomplete, "incomplete", kLabelled, Detail::Origin,
     "Whether {domain} sent the mail that this {response} answers could not be looked at in full"},
    {Cause::Stale, "stale", kLabelled, Detail::Origin,
     "Whether {domain} sent the mail that this {response} answers is not known any more"},
    {Cause::Hinted, "hinted", kLabelled, Detail::Origin,
     "Something hints that {domain} sent the mail that this {response} answers, and nothing proves it"},
    {Cause::Untaggable, "untaggable", kLabelled, Detail::Origin,
     "Whether {domain} sent the mail that this {response} answers can't be known"},
    {Cause::Exempt, "exempt", kLabelled, Detail::Origin,
     "Nothing proves that {domain} sent the mail that this {response} answers, but this mailbox takes "
     "everything"},
    {Cause::Relay, "relay", kLabelled, Detail::Origin,
     "Nothing proves that {domain} sent the mail that this {response} answers, but a server of ours brings "
     "it"},
    {Cause::NoKeys, "no-keys", kLabelled, Detail::None,
     "Whether {domain} sent the mail that this {response} answers can't be known, since no key signs its "
     "mail"},
    {Cause::InGrace, "in-grace", kLabelled, Detail::Origin,
     "Nothing proves that {domain} sent the mail that this {response} answers, but mail from before the "
     "first key may still be under way"},
    {Cause::Uncertain, "uncertain", kLabelled, Detail::Certainty,
     "Nothing proves that {domain} sent the mail that this {response} answers, but it may be no {response} "
     "at all"},
    {Cause::Ceiling, "ceiling", kLabelled, Detail::Origin,
     "Nothing proves that {domain} sent the mail that this {response} answers, but that is no reason to "
     "refuse one"},
    {Cause::BadTag, "bad-tag", kAcceptedThenDeferred, Detail::None,
     "Too many addresses with a wrong tag came from your server: try again later"},
    {Cause::RelayDenied, "relay-denied", kRefused, Detail::None,
     "This server takes no mail for the domain of this recipient"},
    {Cause::NotAuthorized, "not-authorized", kRefused, Detail::None,
     "This server sends mail only for clients of its own networks and for those that log in"},
    {Cause::DifferentPolicy, "different-policy", kDeferred, Detail::None,
     "This recipient may get another answer than the first one of this mail: send it again to this "
     "recipient alone"},
}};
static_assert([] {
  for (std::size_t i = 0; i < kCauses.size(); ++i) {
    if (static_cast<std::size_t>(kCauses[i].cause) != i) return false;
  }
  return true;
}());
static_assert(std::ranges::none_of(kCauses, &std::string_view::empty, &CauseRow::name));
static_assert(std::ranges::none_of(kCauses, &std::string_view::empty, &CauseRow::sentence));

}  // namespace

std::span<const CauseRow, kCauseCount> causes() {
  return kCauses;
}

}  // namespace backstop::policy
