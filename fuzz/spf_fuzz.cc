// SPF records: the first line is a record, which every domain has; the second a local part; the third a HELO
// name; the fourth a domain. Whatever they are, a check ends within its limits.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "auth/spf.h"
#include "auth/zone_fixture.h"
#include "net/endpoint.h"

namespace {

namespace auth = backstop::auth;
namespace net = backstop::net;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_printable(std::string_view text) {
  for (const char c : text) {
    if (c < ' ' || c > '~') return false;
  }
  return true;
}

/// Every name has the record, an address, and eleven names, of which MX takes one.
struct Everything {
  std::string record;
  std::size_t asked = 0;

  net::Task<net::DnsAnswer> answer(net::Question question) {
    ++asked;
    require(question.name.size() <= 253 && is_printable(question.name) && !question.name.empty());
    net::DnsAnswer answer{.kind = net::DnsAnswer::Kind::Found};
    if (question.type == net::RecordType::Txt) answer.texts.push_back(record);
    if (question.type == net::RecordType::A)
      answer.addresses.push_back(net::asio::ip::make_address("192.0.2.9"));
    if (question.type == net::RecordType::Aaaa) answer.kind = net::DnsAnswer::Kind::NoName;
    if (question.type == net::RecordType::Mx) answer.hosts = {{10, "mx.test"}};
    if (question.type == net::RecordType::Ptr) answer.hosts.assign(11, {0, "host.test"});
    co_return answer;
  }
};

void check(std::string_view record, const auth::SpfQuery& query) {
  Everything dns{std::string(record)};
  const auto outcome = auth::run(
      auth::check_host(query, [&](net::Question question) { return dns.answer(std::move(question)); }));
  // 11 records, 10 terms with two questions each, the client's name with 10 addresses, an explanation.
  require(dns.asked <= 11 + 20 + 11 + 1);
  require(is_printable(outcome.explanation) && outcome.explanation.size() <= auth::SpfLimits().explanation);
  require(!outcome.is_open || outcome.result == auth::SpfResult::Pass);
  const bool is_error =
      outcome.result == auth::SpfResult::PermError || outcome.result == auth::SpfResult::TempError;
  require(outcome.why.empty() != is_error);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::array<std::string, 4> lines;
  for (auto& line : lines) {
    const auto end = std::min(rest.find('\n'), rest.size());
    line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  for (const char* const client : {"192.0.2.1", "2001:db8::1"}) {
    check(lines[0], {.client = net::asio::ip::make_address(client),
                     .helo = lines[2],
                     .local = lines[1],
                     .domain = lines[3]});
    check(lines[0], {.client = net::asio::ip::make_address(client),
                     .helo = "h.test",
                     .local = lines[1],
                     .domain = "a.test"});
  }
  return 0;
}
