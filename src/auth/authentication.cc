#include "auth/authentication.h"

#include <algorithm>
#include <utility>

#include "auth/domain_relation.h"
#include "base/domain_key.h"

namespace backstop::auth {

namespace {

MethodResult method_result(SpfResult result) {
  switch (result) {
    case SpfResult::None:
      return MethodResult::None;
    case SpfResult::Neutral:
      return MethodResult::Neutral;
    case SpfResult::Pass:
      return MethodResult::Pass;
    case SpfResult::Fail:
      return MethodResult::Fail;
    case SpfResult::SoftFail:
      return MethodResult::SoftFail;
    case SpfResult::TempError:
      return MethodResult::TempError;
    case SpfResult::PermError:
      return MethodResult::PermError;
  }
  std::unreachable();
}

Cover by_signatures(const Authentication& found, std::string_view domain) {
  if (!found.dkim) return Cover::Unknown;
  auto cover = Cover::No;
  for (const auto& one : *found.dkim) {
    if (one.is_testing || !speaks_for(one.domain, domain)) continue;
    if (one.result == MethodResult::Pass) return Cover::Yes;
    if (one.result == MethodResult::TempError) cover = Cover::Unknown;
  }
  return cover;
}

/// The domain of MAIL FROM only: the HELO name is none of an address.
Cover by_spf(const Authentication& found, std::string_view domain) {
  if (!found.spf || found.spf->result == MethodResult::TempError) return Cover::Unknown;
  const bool is_its_own =
      found.spf->result == MethodResult::Pass && !found.spf->is_all && !found.spf->is_helo;
  return is_its_own && speaks_for(found.spf->domain, domain) ? Cover::SpfAlone : Cover::No;
}

Cover by_dmarc(const Authentication& found, std::string_view domain) {
  const auto& dmarc = *found.dmarc;
  if (dmarc.result == MethodResult::TempError) return Cover::Unknown;
  if (dmarc.result != MethodResult::Pass || dmarc.author_domain != domain) return Cover::No;
  if (dmarc.aligned == DmarcResult::Aligned::Dkim) return Cover::Yes;
  return found.spf && found.spf->is_all ? Cover::No : Cover::SpfAlone;
}

/// True if the author has a domain that wants DMARC applied, or none at all.
bool is_for_dmarc(const Authentication& found) {
  if (!found.dmarc || found.dmarc->result == MethodResult::None) return false;
  return found.dmarc->result != MethodResult::PermError || found.dmarc->author_domain.empty();
}

}  // namespace

SpfFinding finding_of(const SpfOutcome& outcome, bool is_helo) {
  return {.result = method_result(outcome.result),
          .domain = base::domain_key(outcome.domain),
          .is_helo = is_helo,
          .is_all = outcome.is_open};
}

Cover covers_reverse_path(const Authentication& found, const mail::Address& path, bool is_author) {
  const auto domain = base::domain_key(path.domain);
  const auto by_network = by_spf(found, domain);
  auto cover = std::max(by_signatures(found, domain), by_network);
  if (found.dmarc && found.dmarc->author_domain == domain) cover = std::max(cover, by_dmarc(found, domain));
  const bool is_of_another = cover == Cover::Yes && !is_author;
  return is_of_another ? std::max(Cover::Domain, by_network) : cover;
}

Cover covers_by_spf(const Authentication& found, const mail::Address& address) {
  return by_spf(found, base::domain_key(address.domain));
}

std::string_view signature_for(const Authentication& found, const mail::Address& address) {
  if (!found.dkim) return {};
  const auto domain = base::domain_key(address.domain);
  const auto one = std::ranges::find_if(*found.dkim, [&](const DkimResult& result) {
    return result.result == MethodResult::Pass && !result.is_testing &&
           (is_within(result.domain, domain) || is_within(domain, result.domain));
  });
  return one == found.dkim->end() ? std::string_view() : one->signature_start;
}

Cover covers_author(const Authentication& found, const mail::Address& author) {
  const auto domain = base::domain_key(author.domain);
  if (is_for_dmarc(found)) return by_dmarc(found, domain);
  return std::max(by_signatures(found, domain), by_spf(found, domain));
}

}  // namespace backstop::auth
