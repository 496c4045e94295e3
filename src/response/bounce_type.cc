#include "response/bounce_type.h"

#include "base/text.h"

namespace backstop::response {
namespace {

// Returns whether the reason is about the address and not about the mail, its sender or the moment.
bool is_of_address(Reason reason) {
  return reason == Reason::UserUnknown || reason == Reason::MailboxDisabled ||
         reason == Reason::DomainUnknown || reason == Reason::NotAcceptingMail;
}

}  // namespace

BounceType bounce_type(const Recipient& recipient) {
  if (!is_undelivered(recipient)) return BounceType::None;
  if (recipient.action == Action::Delayed) return BounceType::Soft;
  const bool is_temporary = recipient.status.starts_with('4') || recipient.reply_code.starts_with('4');
  if (is_temporary) return BounceType::Soft;
  if (is_of_address(recipient.reason)) return BounceType::Hard;
  if (recipient.reason != Reason::Unknown) return BounceType::Soft;
  const bool is_permanent = recipient.status.starts_with('5') || recipient.reply_code.starts_with('5');
  return is_permanent ? BounceType::Hard : BounceType::None;
}

std::string reply_code(const Recipient& recipient, int refusal) {
  if (is_undelivered(recipient)) return refusal == 0 ? std::string() : std::to_string(refusal);
  constexpr std::size_t kDigits = 3;
  const std::string_view words = recipient.diagnostic;
  const bool is_success = words.size() >= kDigits && words[0] == '2' && base::is_digit(words[1]) &&
                          base::is_digit(words[2]) &&
                          (words.size() == kDigits || words[kDigits] == ' ' || words[kDigits] == '-');
  return is_success ? std::string(words.substr(0, kDigits)) : std::string();
}

}  // namespace backstop::response
