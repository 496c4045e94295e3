#include "dkim/returned.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "dkim/digest.h"
#include "mail/address_list.h"
#include "mail/date.h"

namespace backstop::dkim {

namespace {

struct Author {
  Fitness fitness = Fitness::Fit;
  mail::Address address;
};

Author author_of(const HeaderBlock& block) {
  const mail::Field* from = nullptr;
  for (const auto& field : block.fields()) {
    if (field.id != mail::FieldName::From) continue;
    if (from != nullptr) return {Fitness::SeveralFrom, {}};
    from = &field;
  }
  if (from == nullptr) return {Fitness::NoFrom, {}};
  auto addresses = mail::parse_address_list(from->value, 2);
  if (addresses.empty()) return {Fitness::NoFrom, {}};
  if (addresses.size() > 1) return {Fitness::SeveralFrom, {}};
  return {Fitness::Fit, std::move(addresses.front())};
}

/// Returns the first field of that name among the signed ones: the lowest in the block.
const mail::Field* find_signed(const std::vector<const mail::Field*>& fields, mail::FieldName id) {
  const auto found = std::ranges::find_if(
      fields, [id](const mail::Field* field) { return field != nullptr && field->id == id; });
  return found == fields.end() ? nullptr : *found;
}

SignatureId id_of(const Signature& signature) {
  SignatureId id{};
  std::ranges::copy_n(sha256(signature.value).begin(), static_cast<std::ptrdiff_t>(id.size()), id.begin());
  return id;
}

ReturnedSignature returned_of(const HeaderBlock& block, Signature signature, const Author& author) {
  ReturnedSignature found;
  const auto fields = select_signed(block, signature.names, signature.field);
  const auto* const message_id = find_signed(fields, mail::FieldName::MessageId);
  const auto* const date = find_signed(fields, mail::FieldName::Date);
  found.fitness = author.fitness;
  if (found.fitness == Fitness::Fit && message_id == nullptr && date == nullptr)
    found.fitness = Fitness::Unbound;
  found.from = author.address;
  if (message_id != nullptr) found.message_id = base::trim(message_id->value);
  found.signed_at = signature.signed_at;
  if (!found.signed_at && date != nullptr) found.signed_at = mail::parse_date(date->value);
  found.id = id_of(signature);
  found.signature = std::move(signature);
  return found;
}

}  // namespace

std::vector<ReturnedSignature> returned_signatures(const HeaderBlock& block,
                                                   const std::function<bool(std::string_view)>& is_ours) {
  std::vector<ReturnedSignature> found;
  std::optional<Author> author;
  for (const auto& field : block.fields()) {
    if (field.id != mail::FieldName::DKIMSignature) continue;
    auto signature = parse_signature(text_of(field));
    if (!signature || !is_ours(signature->key.domain)) continue;
    if (!author) author = author_of(block);
    found.push_back(returned_of(block, std::move(*signature), *author));
    if (found.size() == kMostReturned) break;
  }
  return found;
}

}  // namespace backstop::dkim
