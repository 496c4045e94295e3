// A mail that leaves: whose it is, which proofs it carries, and the fields that are put on top of its header.
// Pure functions: time and randomness are passed in. Thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "origin/watermark.h"

namespace backstop::intake {

struct Transaction;

/// What a front door found in the header, as views without doubled dots.
struct LeavingHeader {
  std::string_view whole;
  std::string_view message_id = {};                   ///< without brackets; empty if there is none
  std::string_view from = {};                         ///< the value of the first From; empty if there is none
  std::span<const std::string_view> signatures = {};  ///< the DKIM-Signature fields, from name to line end
};

/// Everything is empty but message_id if neither the envelope sender nor From is of a domain of ours.
struct Leaving {
  static constexpr std::size_t kMostSignatures = 8;  ///< that are read

  std::string sender = {};      ///< the text of owner_of(); empty for a null path
  std::string from = {};        ///< the same of the first address of From; empty if there is none
  std::string message_id = {};  ///< with which it leaves, without brackets; empty if it has none
  bool has_watermark = false;   ///< of ours; it is in `added`
  /// The domains that signed it with DKIM (A-labels), with From and Message-ID or Date in h=, so that the
  /// signature can prove something when it comes back.
  std::vector<std::string> signers = {};
  std::string added = {};  ///< whole fields with their CRLF

  bool is_signed_by(std::string_view domain) const;
};

/// Looks at a mail whose next hop and recipients are known. `stamp`: nullopt if the system has no random
/// bytes; then the mail leaves without a watermark.
Leaving leave(const Transaction& transaction, const LeavingHeader& header,
              const std::optional<origin::WatermarkStamp>& stamp);

}  // namespace backstop::intake
