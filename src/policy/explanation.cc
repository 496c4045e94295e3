#include "policy/explanation.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace backstop::policy {
namespace {

constexpr std::size_t kDomainMost = 100;  // a longer name gives way to what was found

// Index by Cause. {domain} is a name or "this domain", {response} "bounce" or another kind.
constexpr std::array<std::string_view, kCauseNames.size()> kSentences = {
    "Nothing was found against it",
    "This {response} answers a mail that {domain} sent",
    "Nothing proves that {domain} sent the mail that this {response} answers",
    "Nothing proves that {domain} sent the mail that this {response} answers, but mail from before its first "
    "key may still be under way",
    "Whether {domain} sent the mail that this {response} answers can't be known, since it has no key to sign "
    "with",
    "Nothing proves that {domain} sent the mail that this {response} answers, but this mailbox takes them "
    "all",
    "This {response} answers a mail that {domain} did not send",
    "The tag in this address was not made by {domain}: it is forged, or was damaged",
    "The tag in this address was made by {domain}, but it is no longer good",
    "This mailbox of {domain} sends no mail, so that nothing can be a bounce to it",
    "A mail with the null sender may have no more than {most} here, since a bounce goes to one sender",
    "This server takes no mail for the domain of this recipient",
    "This server sends mail only for clients of its own networks and for those that log in",
    "This recipient may get another answer than the first one of this mail: send it again for this one "
    "alone",
};
static_assert(std::ranges::none_of(kSentences, &std::string_view::empty));

constexpr std::string_view kRouted =
    "The part of this address before its domain may name a way to another server, since it holds %, ! or @, "
    "and this server goes none";

// Index by Kind.
constexpr std::array<std::string_view, response::kKindNames.size()> kResponses = {
    "mail",
    "bounce",
    "delay notice",
    "notice of delivery",
    "read receipt",
    "automatic reply",
    "challenge",
    "notice of a filter",
    "notice of a mailing list",
    "feedback report",
};
static_assert(std::ranges::none_of(kResponses, &std::string_view::empty));

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
  return is_shown ? ascii(domain.name) : "this domain";
}

std::string count_of_recipients(std::size_t count) {
  const std::size_t most = std::max<std::size_t>(count, 1);
  return most == 1 ? "1 recipient" : fmt::format("{} recipients", most);
}

std::string fill(Cause cause, const DomainPolicy& domain, response::Kind kind, std::size_t most) {
  return fmt::format(fmt::runtime(kSentences[static_cast<std::size_t>(cause)]),
                     fmt::arg("domain", domain_of(domain)),
                     fmt::arg("response", kResponses[static_cast<std::size_t>(kind)]),
                     fmt::arg("most", count_of_recipients(most)));
}

std::string_view first_detail(const origin::Origin& origin, origin::Finding finding) {
  const auto found = std::ranges::find(origin.evidence, finding, &origin::Evidence::finding);
  return found == origin.evidence.end() ? std::string_view() : std::string_view(found->detail);
}

// What the evidence says that decided; of an unproven response, why there is no proof.
std::string_view deciding_detail(Cause cause, const origin::Origin& origin) {
  switch (cause) {
    case Cause::Genuine:
      return first_detail(origin, origin::Finding::Proves);
    case Cause::Forged:
      return first_detail(origin, origin::Finding::Refutes);
    case Cause::Unproven:
    case Cause::UnprovenInGrace:
    case Cause::Exempt:
      return first_detail(origin, origin::Finding::Silent);
    default:
      return {};
  }
}

}  // namespace

std::string explain(Cause cause) {
  return fill(cause, {}, response::Kind::None, 1);
}

std::string explain(Cause cause, const RecipientFacts& facts, const DomainPolicy& domain) {
  if (cause == Cause::RelayDenied && facts.is_ours) return std::string(kRouted);
  const bool is_about_tag = cause == Cause::BadTag || cause == Cause::ExpiredTag;
  if (is_about_tag && !facts.tag_detail.empty() && facts.tag_detail.size() <= kMostExplanation) {
    return ascii(without_full_stop(facts.tag_detail));
  }
  return fill(cause, domain, response::Kind::None, facts.most_null_recipients);
}

std::string explain(Cause cause, const MessageFacts& facts, const DomainPolicy& domain) {
  return with_detail(fill(cause, domain, facts.kind, 1), deciding_detail(cause, facts.origin));
}

}  // namespace backstop::policy
