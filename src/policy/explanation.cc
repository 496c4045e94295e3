#include "policy/explanation.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/domain_key.h"
#include "base/text.h"

namespace backstop::policy {
namespace {

constexpr std::size_t kDomainMost = 100;  // a longer name gives way to what was found

// Index by Cause. {domain} is a name or "this domain", {response} "bounce" or another kind.
constexpr std::array<std::string_view, kCauseNames.size()> kSentences = {
    "Nothing was found against it",
    "This {response} answers a mail that {domain} sent",
    "This {response} answers a mail that {domain} did not send",
    "This {response} hides its report, and nothing proves that {domain} sent the mail that it answers",
    "Nothing proves that {domain} sent the mail that this {response} answers",
    "Whether {domain} sent the mail that this {response} answers could not be looked at in full",
    "Whether {domain} sent the mail that this {response} answers is not known any more",
    "Something hints that {domain} sent the mail that this {response} answers, and nothing proves it",
    "Whether {domain} sent the mail that this {response} answers can't be known",
    "Nothing proves that {domain} sent the mail that this {response} answers, but this mailbox takes "
    "everything",
    "Nothing proves that {domain} sent the mail that this {response} answers, but a server of ours brings it",
    "Whether {domain} sent the mail that this {response} answers can't be known, since it has no key to sign "
    "with",
    "Nothing proves that {domain} sent the mail that this {response} answers, but mail from before its first "
    "key may still be under way",
    "Nothing proves that {domain} sent the mail that this {response} answers, but it may be no {response} at "
    "all",
    "Nothing proves that {domain} sent the mail that this {response} answers, but that is no reason to "
    "refuse "
    "one",
    "Too many addresses with a wrong tag came from your server: try again later",
    "This server takes no mail for the domain of this recipient",
    "This server sends mail only for clients of its own networks and for those that log in",
    "This recipient may get another answer than the first one of this mail: send it again for this one "
    "alone",
};
static_assert(std::ranges::none_of(kSentences, &std::string_view::empty));

constexpr std::string_view kRouted =
    "This address has %, ! or @ before its domain, which can route mail to another server; such addresses "
    "are "
    "not accepted here";

// Every character that is not printable ASCII as one '?'.
std::string ascii(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_continuation = (byte & 0xC0U) == 0x80U;
    if (byte >= 0x20 && byte < 0x7F) {
      out += c;
    } else if (!is_continuation) {
      out += '?';
    }
  }
  return out;
}

// The detail of an evidence is a sentence with a full stop.
std::string_view without_full_stop(std::string_view sentence) {
  if (sentence.ends_with('.')) sentence.remove_suffix(1);
  return sentence;
}

// "The address ..." goes on in lower case behind a colon; "DKIM ..." stays.
std::string as_clause(std::string_view sentence) {
  std::string clause = ascii(without_full_stop(sentence));
  if (clause.size() > 1 && base::ascii_lower(clause[1]) == clause[1])
    clause[0] = base::ascii_lower(clause[0]);
  return clause;
}

std::string with_detail(std::string sentence, std::string_view detail) {
  const std::string clause = as_clause(detail);
  if (!clause.empty() && sentence.size() + 2 + clause.size() <= kMostExplanation) sentence += ": " + clause;
  return sentence;
}

std::string domain_of(const DomainPolicy& domain) {
  const bool is_shown = !domain.name.empty() && domain.name.size() <= kDomainMost;
  return is_shown ? ascii(base::domain_key(domain.name)) : "this domain";
}

std::string fill(Cause cause, const DomainPolicy& domain, response::Kind kind) {
  return fmt::format(fmt::runtime(kSentences[static_cast<std::size_t>(cause)]),
                     fmt::arg("domain", domain_of(domain)), fmt::arg("response", response::words(kind).one));
}

// What the reader of the verdict is told beside it.
std::string_view detail_of(Cause cause, const MessageFacts& facts) {
  switch (cause) {
    case Cause::Uncertain:
      return facts.shown;
    case Cause::Tag:
    case Cause::NeverSends:
    case Cause::Padded:
    case Cause::Bare:
    case Cause::Incomplete:
    case Cause::Stale:
    case Cause::Hinted:
    case Cause::Untaggable:
    case Cause::Exempt:
    case Cause::Relay:
    case Cause::InGrace:
    case Cause::Ceiling:
      return facts.origin.why;
    default:
      return {};
  }
}

}  // namespace

std::string explain(Cause cause) {
  return fill(cause, {}, response::Kind::None);
}

std::string explain(Cause cause, const RecipientFacts& facts) {
  if (cause == Cause::RelayDenied && facts.is_ours) return std::string(kRouted);
  return explain(cause);
}

std::string explain(Cause cause, const MessageFacts& facts, const DomainPolicy& domain) {
  return with_detail(fill(cause, domain, facts.kind), detail_of(cause, facts));
}

}  // namespace backstop::policy
