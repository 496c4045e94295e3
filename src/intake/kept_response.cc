#include "intake/kept_response.h"

#include "response/response.h"

namespace backstop::intake {

store::KeptEnvelope kept_envelope(const Transaction& transaction, const MailJudge& judge,
                                  std::string_view gateway, std::string_view client,
                                  std::chrono::system_clock::time_point now) {
  const auto& mail = transaction.mail;
  store::KeptEnvelope envelope{.id = transaction.id,
                               .time = std::chrono::floor<std::chrono::milliseconds>(now),
                               .gateway = std::string(gateway),
                               .client = std::string(client),
                               .is_eight_bit = mail.body == smtp::Body::EightBitMime,
                               .is_smtputf8 = mail.smtputf8,
                               .cause = std::string(policy::name(judge.verdict().cause)),
                               .explanation = judge.verdict().explanation};
  if (!mail.reverse_path.is_null()) envelope.reverse_path = mail.reverse_path.address->text();
  for (const auto& one : transaction.recipients) {
    const auto plain = one.claim->plain();
    // A bare "postmaster" belongs to the first domain.
    if (envelope.domain.empty()) envelope.domain = plain.domain.empty() ? one.domain->name : plain.domain;
    envelope.recipients.push_back(plain.text());
  }
  if (const auto& response = judge.response()) {
    envelope.kind = response::name(response->kind);
    envelope.reporting_mta = response->reporting_mta;
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
