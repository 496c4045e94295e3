#include "intake/kept_response.h"

#include "response/response.h"

namespace backstop::intake {

namespace {

/// Returns the address as the next hop gets it: inbound without its tag.
mail::Address plain_address(const Recipient& recipient) {
  if (recipient.claim) return recipient.claim->plain();
  return mail::parse_address(recipient.given).value_or(mail::Address{.local = recipient.given, .domain = {}});
}

}  // namespace

KeptReason reason_of(const MailJudge& judge) {
  const auto& response = judge.response();
  return {.cause = policy::name(judge.verdict().cause),
          .explanation = judge.verdict().explanation,
          .response = response ? &*response : nullptr};
}

KeptReason reason_of(const WayOutJudge& judge) {
  const auto& response = judge.response();
  return {.cause = policy::name(judge.verdict().cause),
          .explanation = judge.verdict().explanation,
          .response = response ? &*response : nullptr};
}

store::KeptEnvelope kept_envelope(const Transaction& transaction, const KeptReason& reason,
                                  std::string_view gateway, std::string_view client,
                                  std::chrono::system_clock::time_point now) {
  const auto& mail = transaction.mail;
  store::KeptEnvelope envelope{.id = transaction.id,
                               .time = std::chrono::floor<std::chrono::milliseconds>(now),
                               .gateway = std::string(gateway),
                               .client = std::string(client),
                               .is_eight_bit = mail.body == smtp::Body::EightBitMime,
                               .is_smtputf8 = mail.smtputf8,
                               .cause = std::string(reason.cause),
                               .explanation = std::string(reason.explanation)};
  if (!mail.reverse_path.is_null()) envelope.reverse_path = mail.reverse_path.address->text();
  for (const auto& one : transaction.recipients) {
    const auto plain = plain_address(one);
    // A bare "postmaster" belongs to the first domain.
    const bool is_bare = plain.domain.empty() && one.domain != nullptr;
    if (envelope.domain.empty()) envelope.domain = is_bare ? one.domain->name : plain.domain;
    envelope.recipients.push_back(plain.text());
  }
  if (reason.response != nullptr) {
    envelope.kind = response::name(reason.response->kind);
    envelope.reporting_mta = reason.response->reporting_mta;
  }
  return envelope;
}

std::vector<store::SealKey> seal_keys(const origin::KeyRing& ring) {
  std::vector<store::SealKey> keys;
  for (const auto& key : ring.keys()) {
    if (key.family == origin::TagFamily::Exim) keys.push_back({key.number, key.secret});
  }
  return keys;
}

std::optional<store::SealKey> sealing_key(const origin::KeyRing& ring) {
  const auto* const key = ring.signing_key();
  if (key == nullptr) return std::nullopt;
  return store::SealKey{key->number, key->secret};
}

}  // namespace backstop::intake
