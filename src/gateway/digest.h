// The mails that tell owners which responses are kept back for them. Pure; thread-safe.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "gateway/settings.h"
#include "mail/address.h"
#include "store/quarantine.h"

namespace backstop::gateway {

struct DigestMail {
  mail::Address to;  ///< a recipient that the next hop took when a response was kept
  const store::KeptEnvelope* newest = nullptr;  ///< of those it is about; its next hop gets the mail
  std::vector<std::string> ids{};               ///< of responses that the owner has not been told of
  std::string text{};                           ///< in the plain form
};

struct DigestFacts {
  std::chrono::hours keep;  ///< how long responses are kept
  std::chrono::system_clock::time_point now;
};

/// Returns a mail for each owner who has something that he has not been told of. `kept` must outlive them.
std::vector<DigestMail> digest_mails(std::span<const store::KeptEnvelope> kept, const Settings& settings,
                                     DigestFacts facts);

}  // namespace backstop::gateway
