#include "intake/auth_evidence.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "base/text.h"

namespace backstop::intake {

namespace {

constexpr std::size_t kMostShown = 200;

store::EventEvidence line(std::string_view method, auth::MethodResult result, const std::string& detail) {
  return {std::string(method), std::string(auth::name(result)), base::printable(detail, kMostShown)};
}

std::string with_reason(const std::string& domain, const std::string& why) {
  return domain.empty() || why.empty() ? domain + why : fmt::format("{}: {}", domain, why);
}

}  // namespace

std::vector<store::EventEvidence> evidence_of(const auth::Authentication& found) {
  std::vector<store::EventEvidence> lines;
  if (const auto& spf = found.spf) {
    lines.push_back(line("auth-spf", spf->result,
                         fmt::format("{}{}{}", spf->domain, spf->is_helo ? " (HELO)" : "",
                                     spf->is_all ? ", which passes everybody" : "")));
  }
  std::size_t signatures = 0;
  for (const auto& one : found.dkim.value_or(std::vector<auth::DkimResult>())) {
    if (++signatures > kMostSignatures) break;
    lines.push_back(line("auth-dkim", one.result, with_reason(one.domain, one.why)));
  }
  if (found.dkim && found.dkim->empty()) lines.push_back(line("auth-dkim", auth::MethodResult::None, {}));
  if (const auto& dmarc = found.dmarc)
    lines.push_back(line("auth-dmarc", dmarc->result, with_reason(dmarc->author_domain, dmarc->why)));
  return lines;
}

}  // namespace backstop::intake
