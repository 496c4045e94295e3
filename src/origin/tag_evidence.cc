#include "origin/tag_evidence.h"

#include <fmt/format.h>

#include "base/day.h"
#include "base/text.h"
#include "mail/address_syntax.h"

namespace backstop::origin {

namespace {

Finding finding_of(TagOutcome outcome) {
  switch (outcome) {
    case TagOutcome::Good:
      return Finding::Proves;
    case TagOutcome::Stale:
      return Finding::Hints;
    case TagOutcome::BadMac:
    case TagOutcome::Expired:
    case TagOutcome::NoTag:
    case TagOutcome::UnknownKey:
    case TagOutcome::Foreign:
      return Finding::Silent;
  }
  return Finding::Silent;
}

}  // namespace

Evidence tag_evidence(const TagCheck& check, const mail::Address& address) {
  Evidence evidence{
      .kind = EvidenceKind::Tag, .finding = finding_of(check.outcome), .detail = explain(check, address)};
  if (evidence.finding == Finding::Proves) {
    evidence.level = Level::C;
    evidence.use.id = "tag:" + base::to_lower(check.tag->value);
  }
  return evidence;
}

bool is_guess(const TagCheck& check, bool is_null_sender) {
  return is_null_sender && check.outcome == TagOutcome::BadMac;
}

std::string explain(const TagCheck& check, const mail::Address& address) {
  const std::string who = base::printable(address.text(), mail::kAddressMost);
  switch (check.outcome) {
    case TagOutcome::NoTag:
      return fmt::format("The address {} carries no tag.", who);
    case TagOutcome::Good:
      return fmt::format("The address {} carries our tag, made with key {} and good until {}.", who,
                         check.key_number, base::format_day(check.last_good_day));
    case TagOutcome::Stale:
    case TagOutcome::Expired:
      if (check.is_ahead) {
        return fmt::format(
            "The address {} carries our tag, made with key {}, but it is dated {}, later than a tag of today "
            "can be.",
            who, check.key_number, base::format_day(check.last_good_day));
      }
      return fmt::format("The address {} carries our tag, made with key {}, but it was good only until {}.",
                         who, check.key_number, base::format_day(check.last_good_day));
    case TagOutcome::BadMac:
      if (!check.has_key) {
        return fmt::format("The tag in the address {} names key {}, which our key ring does not have.", who,
                           check.key_number);
      }
      return fmt::format(
          "The tag in the address {} was not made with our key {}: it is forged, or was damaged.", who,
          check.key_number);
    case TagOutcome::UnknownKey:
      return fmt::format(
          "The tag in the address {} names key {}, which our key ring does not have, or has no longer.", who,
          check.key_number);
    case TagOutcome::Foreign:
      return fmt::format("The address {} carries a tag of {}, which nobody else can check.", who,
                         product(check.tag->shape));
  }
  return {};
}

}  // namespace backstop::origin
