#include "intake/outbound_tag.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"
#include "mail/address_syntax.h"
#include "origin/tag.h"

namespace backstop::intake {

const std::string* find_untagged(const Untagged& untagged, const mail::Address& recipient) {
  if (untagged.empty()) return nullptr;
  const std::string address = recipient.folded();
  const std::string domain = base::domain_key(recipient.domain);
  const auto found = std::ranges::find_if(
      untagged, [&](const std::string& one) { return one == (one.contains('@') ? address : domain); });
  return found == untagged.end() ? nullptr : &*found;
}

std::string why_not_tagged(const Transaction& transaction, const mail::Address& recipient,
                           const Untagged& untagged) {
  const Site& site = *transaction.site;
  const auto& path = transaction.mail.reverse_path;
  if (const auto why = origin::why_not_signed(path, site.tags)) return std::string(explain(*why));
  if (site.find_domain(path.address->domain) == nullptr) {
    return base::printable(path.address->domain, mail::kAddressMost) + " is no domain of ours";
  }
  if (site.keys.signing_key() == nullptr) return std::string(explain(origin::NotSigned::NoSigningKey));
  if (const auto* const one = find_untagged(untagged, recipient)) {
    return "mail to " + base::printable(*one, mail::kAddressMost) + " is in \"untagged\"";
  }
  return {};
}

mail::Path tagged_path(const Transaction& transaction, std::string& not_tagged) {
  const auto& path = transaction.mail.reverse_path;
  const Site& site = *transaction.site;
  auto tagged = origin::sign(path, site.keys, transaction.today, site.tags);
  if (tagged) return mail::Path{std::move(*tagged)};
  not_tagged = explain(tagged.error());
  return path;
}

std::string tag_note(const Transaction& transaction, std::string_view not_tagged) {
  if (!not_tagged.empty()) return fmt::format("none ({})", not_tagged);
  return fmt::format("key-{}", transaction.site->keys.signing_key()->number);
}

}  // namespace backstop::intake
