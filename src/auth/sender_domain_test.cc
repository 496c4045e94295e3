#include "auth/sender_domain.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "auth/zone_fixture.h"

namespace backstop::auth {
namespace {

using enum DomainState;

TEST(SenderDomain, States) {
  Zone zone({
      {"mail.test", "MX", "10 mx.test"},
      {"null.test", "MX", "0 ."},
      {"odd.test", "MX", "0 ."},
      {"odd.test", "MX", "10 mx.test"},
      {"host.test", "A", "192.0.2.1"},
      {"empty.test", "EMPTY"},
      {"fails.test", "FAILED"},
      {"alias.test", "CNAME", "null.test"},
      {"xn--bcher-kva.test", "MX", "10 mx.test"},
  });
  struct Row {
    const char* domain;
    DomainState want;
    std::size_t want_questions = 1;
  };
  const Row rows[] = {
      {"mail.test", Fine},
      {"MAIL.test", Fine},
      {"null.test", NullMx},
      {"alias.test", NullMx},
      {"odd.test", Fine},
      {"host.test", Fine},
      {"empty.test", Fine},
      {"gone.test", NoName, 3},
      {"fails.test", Unknown},
      {"b\xC3\xBC"
       "cher.test",
       Fine},
      {"[192.0.2.1]", Fine, 0},
  };
  for (const auto& row : rows) {
    zone.asked.clear();
    EXPECT_EQ(name(run(sender_domain_state(row.domain, zone.ask()))), name(row.want)) << row.domain;
    EXPECT_EQ(zone.asked.size(), row.want_questions) << row.domain;
  }
}

// A server that denies the name when it is asked for MX records.
TEST(SenderDomain, NoNameIsSaidOfEachType) {
  using Kind = net::DnsAnswer::Kind;
  struct Row {
    const char* name;
    std::vector<Kind> answers;  ///< to the questions for MX, A and AAAA
    DomainState want;
  };
  const Row rows[] = {
      {"an address", {Kind::NoName, Kind::Found}, Fine},
      {"an IPv6 address", {Kind::NoName, Kind::NoName, Kind::Found}, Fine},
      {"no data", {Kind::NoName, Kind::NoData}, Fine},
      {"a failure in the end", {Kind::NoName, Kind::NoName, Kind::Failed}, Unknown},
      {"none", {Kind::NoName, Kind::NoName, Kind::NoName}, NoName},
  };
  for (const auto& row : rows) {
    std::size_t asked = 0;
    const Ask ask = [&](net::Question) -> net::Task<net::DnsAnswer> {
      co_return net::DnsAnswer{.kind = row.answers.at(asked++)};
    };
    EXPECT_EQ(name(run(sender_domain_state("a.test", ask))), name(row.want)) << row.name;
    EXPECT_EQ(asked, row.answers.size()) << row.name;
  }
}

}  // namespace
}  // namespace backstop::auth
