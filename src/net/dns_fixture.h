// For tests: a DNS server on loopback, over UDP and TCP, with a thread of its own. A name's row says how it
// behaves; every other name does not exist.
#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "net/dns_answer.h"
#include "net/endpoint.h"

namespace backstop::net {

class TestDns {
 public:
  enum class Way {
    Answers,  ///< with the records of the type that is asked for, and behind an alias if there is a `target`
    NoData,   ///< no record, and a SOA
    NoName,   ///< NXDOMAIN, and a SOA
    Fails,    ///< SERVFAIL
    Silent,   ///< nothing
    OnlyByTcp,  ///< over UDP a cut answer, over TCP a whole one
    CutAlways,  ///< over UDP a cut answer, and TCP connections are closed
    Garbage,    ///< an answer whose records can't be read
    Loops,      ///< an alias of itself
  };
  struct Row {
    Way way = Way::Answers;
    std::vector<std::string> texts = {};  ///< a record each, in strings of 255 bytes
    std::string target = {};              ///< the name that this one is an alias of
    unsigned ttl = 300;
    std::vector<std::string> addresses = {};  ///< of A and AAAA records
    std::vector<DnsAnswer::Host> hosts = {};  ///< of MX or PTR records, as is asked for
  };

  explicit TestDns(std::map<std::string, Row> rows);
  ~TestDns();
  TestDns(const TestDns&) = delete;
  TestDns& operator=(const TestDns&) = delete;

  Endpoint endpoint() const;
  /// How many questions came, also those that got no answer.
  std::size_t questions() const { return questions_; }
  std::size_t questions_by_tcp() const { return questions_by_tcp_; }

  /// Returns the answer to a question as it would be sent; empty if there is none.
  std::string answer(std::string_view question, bool is_tcp) const;

 private:
  void run();
  void serve_datagram();
  void serve_connection();

  std::map<std::string, Row> rows_;
  int datagrams_ = -1;
  int connections_ = -1;
  int stops_[2] = {-1, -1};
  std::atomic<std::size_t> questions_ = 0;
  std::atomic<std::size_t> questions_by_tcp_ = 0;
  std::thread thread_;
};

/// Returns a question as a client sends it.
std::string dns_question(std::string_view name, RecordType type = RecordType::Txt);

}  // namespace backstop::net
