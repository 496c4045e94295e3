#include "auth/dns_list.h"

#include <gtest/gtest.h>

#include <string>

#include "auth/zone_fixture.h"
#include "net/endpoint.h"

namespace backstop::auth {
namespace {

TEST(DnsList, NamesOfAddresses) {
  struct Row {
    const char* address;
    std::string want;
  };
  const Row rows[] = {
      {"192.0.2.99", "99.2.0.192.bl.test"},
      {"::ffff:192.0.2.99", "99.2.0.192.bl.test"},
      {"2001:db8:1:2:3:4:567:89ab",
       "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.bl.test"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(dns_list_name(net::asio::ip::make_address(row.address), "bl.test"), row.want) << row.address;
  }
}

TEST(DnsList, NamesOfDomains) {
  const std::string long_domain = std::string(63, 'a') + "." + std::string(63, 'b') + "." +
                                  std::string(63, 'c') + "." + std::string(52, 'd');
  struct Row {
    const char* name;
    std::string domain;
    std::string want;  ///< empty: none
  };
  const Row rows[] = {
      {"a domain", "Example.ORG", "example.org.dbl.test"},
      {"with a dot at its end", "example.org.", "example.org.dbl.test"},
      {"beyond ASCII",
       "b\xC3\xBC"
       "cher.example",
       "xn--bcher-kva.example.dbl.test"},
      {"as long as a name may be", long_domain, long_domain + ".dbl.test"},
      {"longer", long_domain + "d", ""},
      {"a literal", "[192.0.2.1]", ""},
      {"one label", "localhost", ""},
      {"nothing", "", ""},
  };
  for (const auto& row : rows)
    EXPECT_EQ(dns_list_name(row.domain, "dbl.test").value_or(""), row.want) << row.name;
}

TEST(DnsList, Answers) {
  struct Row {
    const char* name;
    std::vector<ZoneRow> zone;
    Listed::Kind want;
    std::string want_why = {};
  };
  using enum Listed::Kind;
  const std::string name = "2.0.0.127.bl.test";
  const Row rows[] = {
      {"no record", {}, No},
      {"no address", {{name, "TXT", "listed"}}, No},
      {"listed", {{name, "A", "127.0.0.2"}}, Yes},
      {"twice", {{name, "A", "127.0.0.2"}, {name, "A", "127.0.0.10"}}, Yes},
      {"another code", {{name, "A", "127.255.254.1"}}, Yes},
      {"the list refuses", {{name, "A", "127.255.255.254"}}, Unknown, "the list answers 127.255.255.254"},
      {"the list refuses by the loopback address",
       {{name, "A", "127.0.0.1"}},
       Unknown,
       "the list answers 127.0.0.1"},
      {"no list at all", {{name, "A", "192.0.2.1"}}, Unknown, "the list answers 192.0.2.1"},
      {"both", {{name, "A", "127.0.0.2"}, {name, "A", "192.0.2.1"}}, Unknown, "the list answers 192.0.2.1"},
      {"silence", {{name, "FAILED"}}, Unknown, "no answer in 3000 ms"},
  };
  for (const auto& row : rows) {
    Zone zone(row.zone);
    const auto listed = run(ask_dns_list(name, zone.ask()));
    EXPECT_EQ(listed.kind, row.want) << row.name;
    EXPECT_EQ(listed.why, row.want_why) << row.name;
    EXPECT_EQ(listed.codes.size(), row.want == Yes ? row.zone.size() : 0) << row.name;
    EXPECT_EQ(zone.asked, std::vector<std::string>{"A " + name}) << row.name;
  }
}

}  // namespace
}  // namespace backstop::auth
