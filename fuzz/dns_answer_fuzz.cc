// Answers of DNS servers about TXT records: whatever comes is read within its caps.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "net/dns_answer.h"

namespace {

using backstop::net::TxtAnswer;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const TxtAnswer& answer, std::size_t size) {
  require((answer.kind == TxtAnswer::Kind::Failed) == !answer.why.empty() &&
          backstop::base::is_utf8(answer.why));
  require((answer.kind == TxtAnswer::Kind::Found) == !answer.texts.empty());
  require(answer.texts.size() <= backstop::net::kMostDnsRecords && answer.ttl.count() >= 0);
  std::size_t bytes = 0;
  for (const auto& text : answer.texts) bytes += text.size();
  require(bytes <= size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check(backstop::net::read_txt_answer({data, size}, "a.test"), size);
  return 0;
}
