// What is asked of DNS and what it answers (RFC 1035 4.1), and the reader of a server's answer. Pure;
// thread-safe.
#pragma once

#include <array>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::net {

namespace asio = boost::asio;

/// The values are the numbers on the wire.
enum class RecordType : std::uint16_t { A = 1, Ptr = 12, Mx = 15, Txt = 16, Aaaa = 28 };

constexpr std::string_view name(RecordType value) {
  switch (value) {
    case RecordType::A:
      return "A";
    case RecordType::Ptr:
      return "PTR";
    case RecordType::Mx:
      return "MX";
    case RecordType::Txt:
      return "TXT";
    case RecordType::Aaaa:
      return "AAAA";
  }
  return "?";
}

struct Question {
  RecordType type = RecordType::Txt;
  std::string name = {};  ///< A-labels; compared without case; a dot at its end changes nothing

  bool operator==(const Question&) const = default;
};

struct DnsAnswer {
  enum class Kind : std::uint8_t {
    Found,   ///< at least one record of the type
    NoData,  ///< the name exists, and has no record of the type
    NoName,  ///< the name does not exist (NXDOMAIN), or is none that DNS can have
    Failed,  ///< nobody knows: SERVFAIL, silence, an answer that can't be read or is past a cap
  };
  struct Host {
    std::uint16_t preference = 0;  ///< 0 for PTR
    std::string name = {};         ///< in lower case, without a dot at its end; empty for the root (RFC 7505)

    bool operator==(const Host&) const = default;
  };

  Kind kind = Kind::Failed;
  std::vector<std::string> texts = {};            ///< TXT: one for each record, its strings joined; any bytes
  std::vector<asio::ip::address> addresses = {};  ///< A and AAAA
  std::vector<Host> hosts = {};                   ///< MX and PTR, in the order of the answer
  /// How long the answer may be kept. For NoData and NoName that of RFC 2308 5, 0 if the server told none.
  std::chrono::seconds ttl{0};
  std::string why = {};  ///< Failed: one clause, printable

  bool operator==(const DnsAnswer&) const = default;
};

inline constexpr std::array<std::string_view, 4> kDnsAnswerNames = {"found", "no-data", "no-name", "failed"};
constexpr std::string_view name(DnsAnswer::Kind value) {
  return kDnsAnswerNames[static_cast<std::size_t>(value)];
}

inline constexpr std::size_t kMostDnsAnswer = 32UZ * 1024;  ///< bytes
inline constexpr std::size_t kMostDnsRecords = 100;         ///< of the answer
inline constexpr std::size_t kMostAliases = 8;              ///< CNAMEs that lead from one to the next

/// Reads the whole message of an answer, and follows its CNAMEs. Records about other names and of other types
/// don't count. Whether the message answers our question is for the caller to check.
DnsAnswer read_dns_answer(std::span<const unsigned char> message, const Question& question);

}  // namespace backstop::net
