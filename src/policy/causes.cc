#include "policy/causes.h"

#include <algorithm>

namespace backstop::policy {
namespace {

using enum Action;
constexpr Ladder kAccepted = {Accept, Accept, Accept, Accept};
constexpr Ladder kLabelled = {Accept, Label, Label, Label};
constexpr Ladder kRefusedAtLast = {Accept, Label, Quarantine, Refuse};
constexpr Ladder kKeptAtLast = {Accept, Label, Label, Quarantine};
/// What can't be refused, since its client would bounce it.
constexpr Ladder kKept = {Accept, Label, Quarantine, Quarantine};
/// For a response that leaves.
constexpr Ladder kHeld = {Accept, Accept, Quarantine, Quarantine};
constexpr Ladder kHeldAtLast = {Accept, Accept, Accept, Quarantine};
constexpr Ladder kDeferredToHold = {Accept, Accept, Defer, Defer};
/// For a recipient, which can't carry a label.
constexpr Ladder kDeferredAtLast = {Accept, Accept, Accept, Defer};
/// The stage says how strict a domain is about bounces; it doesn't change who may use this server.
constexpr Ladder kRefused = {Refuse, Refuse, Refuse, Refuse};
constexpr Ladder kDeferred = {Defer, Defer, Defer, Defer};

constexpr std::string_view kGenuine = "This {response} answers a mail that {domain} sent";

constexpr std::array<CauseRow, kCauseCount> kCauses = {{
    {Cause::Ordinary, "ordinary", kAccepted, Detail::None, "Nothing was found against it"},
    {Cause::Local, "local", kLabelled, Detail::Origin, "This {response} comes from {domain} itself"},
    {Cause::Watermark, "watermark", kLabelled, Detail::Origin, kGenuine},
    {Cause::Dkim, "dkim", kLabelled, Detail::Origin, kGenuine},
    {Cause::Ledger, "ledger", kLabelled, Detail::Origin, kGenuine},
    {Cause::Tag, "tag", kLabelled, Detail::Origin, kGenuine},
    {Cause::Pair, "pair", kLabelled, Detail::Origin, kGenuine},
    {Cause::NeverSends, "never-sends", kRefusedAtLast, Detail::Origin,
     "This {response} answers a mail that {domain} did not send"},
    {Cause::BadTag, "bad-tag", kRefusedAtLast, Detail::Origin,
     "This {response} answers a mail that {domain} did not send"},
    {Cause::Padded, "padded", kRefusedAtLast, Detail::Origin,
     "Nothing proves that {domain} sent the mail that this {response} answers, and its report is put so far "
     "back that it is not read"},
    {Cause::Missing, "missing", kRefusedAtLast, Detail::Origin,
     "Nothing proves that {domain} sent the mail that this {response} answers"},
    {Cause::Bare, "bare", kRefusedAtLast, Detail::Origin,
     "Nothing proves that {domain} sent the mail that this {response} answers"},
    {Cause::TagOnly, "tag-only", kKeptAtLast, Detail::Origin,
     "This {response} comes to an address with a tag of {domain}, but the mail that it returns carries no "
     "proof"},
    {Cause::Worn, "worn", kKeptAtLast, Detail::Origin,
     "The proof that {domain} sent the mail that this {response} answers has come too often to count"},
    {Cause::Stale, "stale", kKeptAtLast, Detail::Origin,
     "It is no longer known whether {domain} sent the mail that this {response} answers"},
    {Cause::Hinted, "hinted", kKeptAtLast, Detail::Origin,
     "Something hints that {domain} sent the mail that this {response} answers, but nothing proves it"},
    {Cause::Untaggable, "untaggable", kKeptAtLast, Detail::Origin,
     "It can't be known whether {domain} sent the mail that this {response} answers"},
    {Cause::Incomplete, "incomplete", kLabelled, Detail::Origin,
     "Not all could be checked that might prove that {domain} sent the mail that this {response} answers"},
    {Cause::Exempt, "exempt", kLabelled, Detail::Origin,
     "Nothing proves that {domain} sent the mail that this {response} answers, but this mailbox takes "
     "everything"},
    {Cause::Relay, "relay", kKept, Detail::Origin,
     "Nothing proves that {domain} sent the mail that this {response} answers, but a server of ours "
     "passes it on"},
    {Cause::NotReady, "not-ready", kLabelled, Detail::Origin,
     "Nothing proves that {domain} sent the mail that this {response} answers, but it is not known that all "
     "mail of this domain carries proofs"},
    {Cause::NoTags, "no-tags", kLabelled, Detail::Origin,
     "Nothing proves that {domain} sent the mail that this {response} answers, but it is not known that all "
     "mail of this domain carries tags"},
    {Cause::Uncertain, "uncertain", kLabelled, Detail::Certainty,
     "Nothing proves that {domain} sent the mail that this {response} answers, but it may be no {response} "
     "at all"},
    {Cause::Ceiling, "ceiling", kKeptAtLast, Detail::Origin,
     "Nothing proves that {domain} sent the mail that this {response} answers, but that is not enough to "
     "refuse a response of this kind"},
    {Cause::UnknownRecipient, "unknown-recipient", kRefused, Detail::None,
     "There is no mailbox of this name in this domain"},
    {Cause::DirectoryFailed, "directory-failed", kDeferred, Detail::None,
     "Whether there is such a mailbox can't be looked up just now: try again later"},
    {Cause::Guessing, "guessing", kDeferredAtLast, Detail::None,
     "Too many addresses with a wrong tag came from your server: try again later"},
    {Cause::SpfFail, "spf-fail", kRefused, Detail::Sender,
     "The domain of this sender does not let your server send its mail"},
    {Cause::NullMx, "null-mx", kRefused, Detail::Sender,
     "The domain of this sender takes no mail, so nobody could answer"},
    {Cause::NoDomain, "no-domain", kRefused, Detail::Sender, "The domain of this sender does not exist"},
    {Cause::NoDomainYet, "no-domain-yet", kDeferred, Detail::Sender,
     "The domain of this sender is not found: try again later"},
    {Cause::Listed, "listed", kRefused, Detail::Sender, "This server takes no mail of listed senders"},
    {Cause::SenderUnanswered, "sender-unanswered", kDeferred, Detail::None,
     "Whether the domain of this sender lets your server send its mail can't be looked up just now: try "
     "again later"},
    {Cause::DmarcFail, "dmarc-fail", kRefused, Detail::Sender,
     "The domain in From wants mail refused that neither its signature nor its SPF record stands for"},
    {Cause::DmarcUnanswered, "dmarc-unanswered", kDeferred, Detail::None,
     "Whether the domain in From stands for this mail can't be looked up just now: try again later"},
    {Cause::RelayDenied, "relay-denied", kRefused, Detail::None,
     "This server takes no mail for the domain of this recipient"},
    {Cause::NotAuthorized, "not-authorized", kRefused, Detail::None,
     "This server sends mail only for clients of its own networks and for those that log in"},
    {Cause::DifferentPolicy, "different-policy", kDeferred, Detail::None,
     "This recipient may get another answer than the first one of this mail: send it again to this "
     "recipient alone"},
    {Cause::Owed, "owed", kAccepted, Detail::Owing,
     "The addressee of this {response} wrote the mail that it answers"},
    {Cause::NotOwed, "not-owed", kHeld, Detail::Owing,
     "Nothing shows that the addressee of this {response} wrote the mail that it answers"},
    {Cause::Unclear, "unclear", kHeldAtLast, Detail::Owing,
     "It is not known whether the addressee of this {response} wrote the mail that it answers"},
    {Cause::Rated, "rated", kHeld, Detail::Owing,
     "It is not known whether the addressee of this {response} wrote the mail that it answers, and more such "
     "responses came than may leave"},
    {Cause::VacationUnwanted, "vacation-unwanted", kHeld, Detail::Owing,
     "This {response} goes to an address, or answers a mail, that no program may answer by itself"},
    {Cause::VacationAgain, "vacation-again", kHeld, Detail::Owing,
     "The addressee of this {response} got the same one of the same sender within the last 7 days"},
    {Cause::NotCheckedYet, "not-checked-yet", kDeferredToHold, Detail::None,
     "Whether the addressee of this {response} wrote the mail that it answers is still being checked: try "
     "again later"},
    {Cause::NotHeld, "not-held", kDeferred, Detail::None,
     "This response may not leave, and can't be held just now: try again later"},
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
