// The mails of `backstop test`: what each looks like. Pure.
//
// Each says in its subject and its text what it is. The strangers in them are hosts and addresses of a domain
// below ".invalid" (RFC 2606 2), so that nobody can be answered.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mail/address.h"

namespace backstop::service {

/// In the order in which they are sent.
enum class TrialKind : std::uint8_t {
  Out,       ///< an ordinary mail that leaves
  Ordinary,  ///< a mail with the null sender that is no response
  Forged,    ///< a bounce of a mail that was never sent
  Back,      ///< the bounce of Out
};
inline constexpr std::array<std::string_view, 4> kTrialKindNames = {"out", "ordinary", "forged", "back"};
constexpr std::string_view name(TrialKind value) {
  return kTrialKindNames[static_cast<std::size_t>(value)];
}

/// What all mails of one test have in common.
struct TrialNames {
  std::string hostname;     ///< ours
  mail::Address owner;      ///< the mailbox of ours that is tested
  mail::Address addressee;  ///< whom the mail that leaves is for
  std::string run;          ///< letters and digits that no other test has
  std::chrono::sys_seconds now;

  /// Returns the Message-ID of a mail, without brackets.
  std::string message_id(TrialKind kind) const;
};

struct TrialMail {
  mail::Path reverse_path;
  mail::Address recipient;
  std::string message_id;
  std::string text;  ///< lines end in CRLF
};

/// What shows that the mail that comes back is ours, beside its Message-ID.
struct BackProof {
  std::string watermark = {};                ///< the value of the field; empty: none
  std::optional<mail::Address> tagged = {};  ///< the owner's address with its tag
};

TrialMail mail_out(const TrialNames& names);
TrialMail ordinary_mail(const TrialNames& names);
TrialMail forged_bounce(const TrialNames& names);
TrialMail bounce_back(const TrialNames& names, const BackProof& proof);

}  // namespace backstop::service
