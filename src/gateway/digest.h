// The mails that tell owners which responses are kept back for them. Pure; thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "gateway/settings.h"
#include "mail/address.h"
#include "store/quarantine.h"

namespace backstop::gateway {

/// To one owner.
struct DigestMail {
  mail::Address to;  ///< a recipient that the next hop took when a response was kept
  const store::KeptEnvelope* newest = nullptr;  ///< of those it is about; its next hop gets the mail
  std::vector<std::string> ids{};               ///< of responses that the owner has not been told of
  std::string text{};                           ///< in the plain form
};

struct DigestFacts {
  std::chrono::hours keep;  ///< how long responses are kept
  std::chrono::system_clock::time_point now;
  std::size_t most;  ///< mails
};

struct Digest {
  std::vector<DigestMail> mails;
  std::size_t owners = 0;  ///< who have something that they were not told of, also those without a mail
  /// By the id of a response: how many owners were not told of it.
  std::map<std::string, std::size_t> untold;
};

/// Returns a mail for each owner who has something that he has not been told of. Those come first who have
/// waited longest. `kept`, newest first, must outlive the mails.
Digest digest_of(std::span<const store::KeptEnvelope> kept, const Settings& settings,
                 const DigestFacts& facts);

}  // namespace backstop::gateway
