#include "response/reason.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace backstop::response {
namespace {

// The codes of RFC 3463 3 and those that RFC 4954, 5248, 7372, 7504 and 7505 added, without their class,
// since the reason is the same for a delay. Codes that products use for everything
// (0.0, 1.0, 2.0, 5.0, 7.0, 7.1) are left out.
struct StatusReason {
  std::string_view detail;
  Reason reason;
};

constexpr std::array kStatusReasons = std::to_array<StatusReason>({
    {"1.1", Reason::UserUnknown},
    {"1.2", Reason::DomainUnknown},
    {"1.3", Reason::UserUnknown},
    {"1.4", Reason::UserUnknown},
    {"1.6", Reason::MailboxDisabled},
    {"1.7", Reason::Policy},
    {"1.8", Reason::SenderReputation},
    {"1.9", Reason::SystemError},
    {"1.10", Reason::NotAcceptingMail},
    {"2.1", Reason::MailboxDisabled},
    {"2.2", Reason::MailboxFull},
    {"2.3", Reason::TooLarge},
    {"2.4", Reason::SystemError},
    {"3.1", Reason::SystemError},
    {"3.2", Reason::NotAcceptingMail},
    {"3.3", Reason::SystemError},
    {"3.4", Reason::TooLarge},
    {"3.5", Reason::SystemError},
    {"4.1", Reason::NetworkError},
    {"4.2", Reason::NetworkError},
    {"4.3", Reason::SystemError},
    {"4.4", Reason::DomainUnknown},
    {"4.5", Reason::SystemError},
    {"4.6", Reason::RoutingLoop},
    {"4.7", Reason::Expired},
    {"4.8", Reason::RoutingLoop},
    {"5.1", Reason::SystemError},
    {"5.2", Reason::SystemError},
    {"5.3", Reason::Policy},
    {"5.4", Reason::SystemError},
    {"6.0", Reason::ContentRejected},
    {"6.1", Reason::ContentRejected},
    {"6.2", Reason::ContentRejected},
    {"6.3", Reason::ContentRejected},
    {"6.4", Reason::ContentRejected},
    {"6.5", Reason::ContentRejected},
    {"6.7", Reason::ContentRejected},
    {"7.2", Reason::Policy},
    {"7.3", Reason::Policy},
    {"7.8", Reason::AuthenticationFailed},
    {"7.9", Reason::AuthenticationFailed},
    {"7.10", Reason::TlsRequired},
    {"7.11", Reason::TlsRequired},
    {"7.17", Reason::MailboxDisabled},
    {"7.20", Reason::AuthenticationFailed},
    {"7.21", Reason::AuthenticationFailed},
    {"7.22", Reason::AuthenticationFailed},
    {"7.23", Reason::AuthenticationFailed},
    {"7.24", Reason::AuthenticationFailed},
    {"7.25", Reason::AuthenticationFailed},
    {"7.26", Reason::AuthenticationFailed},
    {"7.27", Reason::SenderReputation},
    {"7.28", Reason::RateLimited},
    {"7.29", Reason::AuthenticationFailed},
    {"7.30", Reason::TlsRequired},
    {"7.57", Reason::AuthenticationFailed},
    {"7.64", Reason::RelayDenied},
});

const PhraseSet& reason_phrase_set() {
  static const PhraseSet set(reason_phrase_texts());
  return set;
}

// Reply codes that name a reason by themselves (RFC 5321 4.2.3, RFC 7504).
Reason reason_of_reply(int code) {
  switch (code) {
    case 552:
      return Reason::MailboxFull;
    case 551:
      return Reason::MailboxDisabled;
    case 553:
      return Reason::UserUnknown;
    case 521:
    case 556:
      return Reason::NotAcceptingMail;
    case 530:
    case 535:
      return Reason::AuthenticationFailed;
    case 452:
      return Reason::SystemError;
    default:
      return Reason::Unknown;
  }
}

}  // namespace

Reason reason_of_status(std::string_view status) {
  if (status.size() < 3) return Reason::Unknown;
  const auto row = std::ranges::find(kStatusReasons, status.substr(2), &StatusReason::detail);
  return row == kStatusReasons.end() ? Reason::Unknown : row->reason;
}

Reason ReasonFinder::find(std::string_view words, std::string_view status, int reply_code, bool is_delayed) {
  const Reason by_status = reason_of_status(status);
  const PhraseSet& phrases = reason_phrase_set();
  if (!scratch_) scratch_ = phrases.make_scratch();
  phrases.find(words, *scratch_, hits_);
  // A row's number; words that only tell the time come after all others.
  const auto precedence = [&](const PhraseHit& hit) {
    const bool gives_way = is_delayed && reason_phrases()[hit.phrase].reason == Reason::Expired;
    return hit.phrase + (gives_way ? reason_phrases().size() : 0);
  };
  const auto first = std::ranges::min_element(hits_, {}, precedence);
  if (first != hits_.end()) {
    const auto& row = reason_phrases()[first->phrase];
    if (row.weight == ReasonWeight::Names || by_status == Reason::Unknown) return row.reason;
  }
  if (by_status != Reason::Unknown) return by_status;
  return reason_of_reply(reply_code);
}

}  // namespace backstop::response
