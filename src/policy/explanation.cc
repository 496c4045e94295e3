#include "policy/explanation.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/domain_key.h"
#include "base/text.h"

namespace backstop::policy {
namespace {

constexpr std::size_t kDomainMost = 100;  // a longer name is not shown, to leave room for the detail

constexpr std::string_view kRouted =
    "This address has %, ! or @ before its domain, which can route mail to another server; such addresses "
    "are not "
    "accepted here";

// Replaces each character that is not printable ASCII with one '?'.
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

// The detail of a piece of evidence ends with a full stop.
std::string_view without_full_stop(std::string_view sentence) {
  if (sentence.ends_with('.')) sentence.remove_suffix(1);
  return sentence;
}

// After a colon "The address ..." goes on in lower case; "DKIM ..." stays.
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

/// Unlike a detail of ours it keeps its first letter.
std::string with_sender(Cause cause, std::string_view detail) {
  std::string sentence = explain(cause);
  const std::string clause = ascii(without_full_stop(detail));
  const bool fits = sentence.size() + 2 + clause.size() <= kMostExplanation;
  if (row_of(cause).detail == Detail::Sender && !clause.empty() && fits) sentence += ": " + clause;
  return sentence;
}

std::string domain_of(const DomainPolicy& domain) {
  const bool is_shown = !domain.name.empty() && domain.name.size() <= kDomainMost;
  return is_shown ? ascii(base::domain_key(domain.name)) : "this domain";
}

std::string fill(Cause cause, const DomainPolicy& domain, response::Kind kind) {
  return fmt::format(fmt::runtime(row_of(cause).sentence), fmt::arg("domain", domain_of(domain)),
                     fmt::arg("response", response::words(kind).one));
}

std::string_view detail_of(Cause cause, const MessageFacts& facts) {
  switch (row_of(cause).detail) {
    case Detail::Origin:
      return facts.origin.why;
    case Detail::Certainty:
      return facts.shown;
    case Detail::Owing:
    case Detail::Sender:
    case Detail::None:
      break;
  }
  return {};
}

}  // namespace

std::string explain(Cause cause) {
  return fill(cause, {}, response::Kind::None);
}

std::string explain(Cause cause, const RecipientFacts& facts) {
  if (cause == Cause::RelayDenied && facts.is_ours) return std::string(kRouted);
  return with_sender(cause, facts.sender_detail);
}

std::string explain(Cause cause, const AuthorFacts& facts) {
  return with_sender(cause, facts.domain);
}

std::string explain(Cause cause, const MessageFacts& facts, const DomainPolicy& domain) {
  return with_detail(fill(cause, domain, facts.kind), detail_of(cause, facts));
}

std::string explain(Cause cause, const WayOutFacts& facts) {
  return with_detail(fill(cause, {}, facts.kind), row_of(cause).detail == Detail::Owing
                                                      ? std::string_view(facts.why)
                                                      : std::string_view());
}

}  // namespace backstop::policy
