// Reads the answer of a DNS server to a question for TXT records (RFC 1035 4.1). Pure; thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::net {

struct TxtAnswer {
  enum class Kind : std::uint8_t {
    Found,   ///< at least one record
    None,    ///< the name does not exist, or has no TXT record
    Failed,  ///< nobody knows: SERVFAIL, silence, an answer that can't be read or is past a cap
  };

  Kind kind = Kind::Failed;
  std::vector<std::string> texts = {};  ///< Found: one for each record, its strings joined; any bytes
  /// How long the answer may be kept. For None that of RFC 2308 5, 0 if the server told none.
  std::chrono::seconds ttl{0};
  std::string why = {};  ///< Failed: one clause, printable
};

inline constexpr std::array<std::string_view, 3> kTxtAnswerNames = {"found", "none", "failed"};
constexpr std::string_view name(TxtAnswer::Kind value) {
  return kTxtAnswerNames[static_cast<std::size_t>(value)];
}

inline constexpr std::size_t kMostDnsAnswer = 32UZ * 1024;  ///< bytes
inline constexpr std::size_t kMostDnsRecords = 100;         ///< of the answer
inline constexpr std::size_t kMostAliases = 8;              ///< CNAMEs that lead from one to the next

/// Reads the whole message of an answer about `name`, and follows its CNAMEs. Records about other names don't
/// count. Whether it answers our question is for the caller to check.
TxtAnswer read_txt_answer(std::span<const unsigned char> message, std::string_view name);

}  // namespace backstop::net
