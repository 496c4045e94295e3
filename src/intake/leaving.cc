#include "intake/leaving.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dkim/signature.h"
#include "intake/transaction.h"
#include "mail/address_list.h"
#include "origin/added_fields.h"
#include "origin/owner.h"

namespace backstop::intake {

namespace {

using MaybeAddress = std::optional<mail::Address>;

/// Returns nullopt for a From without an address, or with bytes that are no UTF-8 in it.
MaybeAddress first_address(std::string_view from) {
  auto addresses = mail::parse_address_list(from, 1);
  return addresses.empty() ? std::nullopt : std::optional(std::move(addresses.front()));
}

bool is_ours(const MaybeAddress& address, const Site& site) {
  return address && site.find_domain(address->domain) != nullptr;
}

std::vector<std::string> signers_of(std::span<const std::string_view> signatures) {
  std::vector<std::string> signers;
  for (const auto field : signatures.first(std::min(signatures.size(), Leaving::kMostSignatures))) {
    auto signature = dkim::parse_signature(field);
    if (signature && (signature->covers("Message-ID") || signature->covers("Date"))) {
      signers.push_back(std::move(signature->key.domain));
    }
  }
  return signers;
}

void add_fields(const Transaction& transaction, std::string_view header,
                const std::optional<origin::WatermarkStamp>& stamp, Leaving& leaving) {
  const Site& site = *transaction.site;
  const auto watermark =
      stamp ? make_watermark(site.watermark_keys, *stamp, leaving.sender, leaving.from) : std::nullopt;
  if (watermark) {
    leaving.added += origin::watermark_line(*watermark);
    leaving.has_watermark = true;
  }
  if (leaving.message_id.empty() && origin::needs_message_id(header)) {
    leaving.message_id = fmt::format("{}@{}", transaction.id, site.hostname);
    leaving.added += origin::message_id_line(leaving.message_id);
  }
}

}  // namespace

bool Leaving::is_signed_by(std::string_view domain) const {
  return std::ranges::find(signers, domain) != signers.end();
}

Leaving leave(const Transaction& transaction, const LeavingHeader& header,
              const std::optional<origin::WatermarkStamp>& stamp) {
  const Site& site = *transaction.site;
  const auto& sender = transaction.mail.reverse_path.address;
  const auto from = first_address(header.from);
  Leaving leaving{.message_id = std::string(header.message_id)};
  if (!is_ours(sender, site) && !is_ours(from, site)) return leaving;
  const auto owner_of = [&](const mail::Address& one) {
    return origin::owner_of(one, site.tags.delimiter).text();
  };
  if (sender) leaving.sender = owner_of(*sender);
  if (from) leaving.from = from == sender ? leaving.sender : owner_of(*from);
  leaving.signers = signers_of(header.signatures);
  if (site.has_watermark) add_fields(transaction, header.whole, stamp, leaving);
  return leaving;
}

}  // namespace backstop::intake
