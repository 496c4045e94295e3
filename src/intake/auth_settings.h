// How the senders of arriving mail are checked, and what is done with what is found. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace backstop::intake {

/// What a check is good for.
enum class AuthUse : std::uint8_t {
  Record,  ///< its result is recorded, if something uses it: see ArrivalPlan
  Reject,  ///< mail that fails is refused
  Off,
};

/// Which Authentication-Results field a mail gets.
enum class AuthResults : std::uint8_t {
  Streamed,  ///< of what is known before the header goes on: SPF
  Whole,     ///< of everything; a mail is held for it, up to the limit of held mails
  None,
};

/// A list in DNS that is asked about each sender.
struct AuthList {
  enum class Asked : std::uint8_t { Address, Domain };

  std::string zone = {};
  Asked ask = Asked::Address;        ///< about the client's address, or the domain of the reverse path
  bool is_rejecting = false;         ///< mail of who is listed is refused
  bool is_null_sender_only = false;  ///< a list of backscatterers

  bool operator==(const AuthList&) const = default;
};

struct AuthSettings {
  AuthUse spf = AuthUse::Record;
  AuthUse dmarc = AuthUse::Record;  ///< with the DKIM signatures
  AuthUse sender_domain = AuthUse::Record;
  AuthResults results = AuthResults::Streamed;
  std::vector<AuthList> lists = {};
  /// How long after MAIL something is still asked for a mail.
  std::chrono::seconds time{20};
  std::string authserv_id = {};  ///< of our own field; empty: the hostname
  /// SPF domains of services that send for many customers, beside the built-in ones; see is_shared_sender().
  std::vector<std::string> shared_senders = {};
};

}  // namespace backstop::intake
