// Answers of DNS servers about records of each type: whatever comes is read within its caps.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "net/dns_answer.h"

namespace {

using backstop::net::DnsAnswer;
using backstop::net::RecordType;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const DnsAnswer& answer, std::size_t size) {
  require((answer.kind == DnsAnswer::Kind::Failed) == !answer.why.empty() &&
          backstop::base::is_utf8(answer.why));
  const std::size_t records = answer.texts.size() + answer.addresses.size() + answer.hosts.size();
  require((answer.kind == DnsAnswer::Kind::Found) == (records > 0) || answer.kind == DnsAnswer::Kind::Failed);
  require(records <= backstop::net::kMostDnsRecords && answer.ttl.count() >= 0);
  std::size_t bytes = 0;
  for (const auto& text : answer.texts) bytes += text.size();
  require(bytes <= size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const auto type :
       {RecordType::A, RecordType::Ptr, RecordType::Mx, RecordType::Txt, RecordType::Aaaa}) {
    check(backstop::net::read_dns_answer({data, size}, {type, "a.test"}), size);
  }
  return 0;
}
