#include "auth/spf.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "auth/zone_fixture.h"
#include "net/endpoint.h"

namespace backstop::auth {
namespace {

SpfQuery query(std::string domain = "a.test", const char* client = "192.0.2.1") {
  return {.client = net::asio::ip::make_address(client),
          .helo = "helo.test",
          .local = "user",
          .domain = std::move(domain),
          .receiver = "mx.example.org"};
}

/// "fail by -all", with what more is known.
std::string shown(const SpfOutcome& outcome) {
  std::string text(name(outcome.result));
  if (!outcome.mechanism.empty()) text += " by " + outcome.mechanism;
  if (outcome.is_open) text += ", open";
  if (!outcome.explanation.empty()) text += ": " + outcome.explanation;
  if (!outcome.why.empty()) text += ": " + outcome.why;
  return text;
}

std::string check(Zone zone, const SpfQuery& asked) {
  return shown(run(check_host(asked, zone.ask())));
}

/// Checks 192.0.2.1 against a record of a.test, beside which there are some names.
std::string check(std::string record, const char* client = "192.0.2.1") {
  Zone zone({
      {"a.test", "TXT", std::move(record)},
      {"host.test", "A", "192.0.2.1"},
      {"host.test", "AAAA", "2001:db8::1"},
      {"far.test", "A", "203.0.113.1"},
      {"mail.test", "MX", "10 far.test"},
      {"mail.test", "MX", "20 host.test"},
      {"null.test", "MX", "0 ."},
      {"open.test", "TXT", "v=spf1 +all"},
      {"closed.test", "TXT", "v=spf1 ip4:192.0.2.0/24 -all exp=exp.test"},
      {"exp.test", "TXT", "%{i} is not of %{d}"},
      {"broken.test", "TXT", "v=spf1 moo"},
      {"fails.test", "FAILED"},
      {"two.test", "TXT", "v=spf1 -all"},
      {"two.test", "TXT", "v=spf1 +all"},
      {"1.2.0.192.in-addr.arpa", "PTR", "other.test"},
      {"1.2.0.192.in-addr.arpa", "PTR", "host.test"},
      {"2.2.0.192.in-addr.arpa", "FAILED"},
  });
  return check(std::move(zone), query("a.test", client));
}

struct Row {
  const char* record;
  std::string want;
  const char* client = "192.0.2.1";
};

TEST(Spf, NamesTheTermThatDecided) {
  const Row rows[] = {
      {"v=spf1", "neutral by default"},
      {"v=spf1 -all", "fail by -all"},
      {"v=spf1 ~all", "softfail by ~all"},
      {"v=spf1 ip4:192.0.2.0/24 -all", "pass by ip4:192.0.2.0/24"},
      {"v=spf1 -ip4:192.0.2.0/24 +all", "fail by -ip4:192.0.2.0/24"},
      {"v=spf1 ip6:2001:db8::/32 -all", "pass by ip6:2001:db8::/32", "2001:db8::5"},
      {"v=spf1 ip4:192.0.2.0/24 -all", "pass by ip4:192.0.2.0/24", "::ffff:192.0.2.7"},
      {"v=spf1 a:far.test a:host.test -all", "pass by a:host.test"},
      {"v=spf1 a:host.test -all", "pass by a:host.test", "2001:db8::1"},
      {"v=spf1 mx:mail.test -all", "pass by mx:mail.test"},
      {"v=spf1 mx:null.test -all", "fail by -all"},
      {"v=spf1 mx:host.test -all", "fail by -all"},
      {"v=spf1 ptr:host.test -all", "pass by ptr:host.test"},
      {"v=spf1 ptr:test.test -all", "fail by -all"},
      {"v=spf1 ptr -all", "fail by -all", "192.0.2.2"},
      {"v=spf1 exists:%{p} -all", "pass by exists:%{p}"},
      {"v=spf1 exists:%{i}.gone.test -all", "fail by -all"},
      {"v=spf1 include:closed.test ?all", "pass by include:closed.test"},
      {"v=spf1 -include:closed.test ?all", "fail by -include:closed.test"},
      {"v=spf1 include:closed.test ?all", "neutral by ?all", "203.0.113.1"},
      {"v=spf1 redirect=closed.test", "pass by ip4:192.0.2.0/24"},
      {"v=spf1 redirect=closed.test", "fail by -all: 203.0.113.1 is not of closed.test", "203.0.113.1"},
      {"v=spf1 -all exp=exp.test", "fail by -all: 192.0.2.1 is not of a.test"},
      {"v=spf1 ?all exp=exp.test", "neutral by ?all"},
      {"v=spf1 include:closed.test -all", "fail by -all", "203.0.113.1"},
  };
  for (const auto& row : rows) EXPECT_EQ(check(row.record, row.client), row.want) << row.record;
}

struct ThroughRow {
  const char* record;
  std::vector<std::string> want;
};

TEST(Spf, TellsThroughWhichDomainsItPassed) {
  const std::vector<std::string> deep = {"shared.test", "two.test", "one.test"};
  const ThroughRow rows[] = {
      {"v=spf1 ip4:192.0.2.1", {}},
      {"v=spf1 a -all", {}},
      {"v=spf1 a:host.test -all", {"host.test"}},
      {"v=spf1 include:shared.test -all", {"shared.test"}},
      {"v=spf1 redirect=shared.test", {"shared.test"}},
      {"v=spf1 include:one.test -all", deep},
      {"v=spf1 redirect=one.test", deep},
      {"v=spf1 include:%{d2}.by.test -all", {"shared.test", "a.test.by.test"}},
      {"v=spf1 include:far.test ip4:192.0.2.1", {}},
      {"v=spf1 ?include:shared.test", {}},
      {"v=spf1 -include:shared.test", {}},
  };
  for (const auto& row : rows) {
    Zone zone({{"a.test", "TXT", row.record},
               {"a.test", "A", "192.0.2.1"},
               {"host.test", "A", "192.0.2.1"},
               {"far.test", "TXT", "v=spf1 include:farther.test -all"},
               {"farther.test", "TXT", "v=spf1 ip4:203.0.113.1 -all"},
               {"one.test", "TXT", "v=spf1 include:far.test redirect=two.test"},
               {"two.test", "TXT", "v=spf1 include:shared.test -all"},
               {"a.test.by.test", "TXT", "v=spf1 redirect=shared.test"},
               {"shared.test", "TXT", "v=spf1 ip4:192.0.2.0/24 -all"}});
    EXPECT_EQ(run(check_host(query(), zone.ask())).through, row.want) << row.record;
  }
}

TEST(Spf, TellsWhatPassesForEverybody) {
  const Row rows[] = {
      {"v=spf1 +all", "pass by +all, open"},
      {"v=spf1 ip4:192.0.2.1 +all", "pass by ip4:192.0.2.1"},
      {"v=spf1 ?all", "neutral by ?all"},
      {"v=spf1 ip4:0.0.0.0/0", "pass by ip4:0.0.0.0/0, open"},
      {"v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1", "pass by ip4:128.0.0.0/1, open"},
      {"v=spf1 ip4:192.0.0.0/7", "pass by ip4:192.0.0.0/7, open"},
      {"v=spf1 ip4:192.0.0.0/8", "pass by ip4:192.0.0.0/8"},
      {"v=spf1 ip6:2000::/3", "pass by ip6:2000::/3, open", "2001:db8::1"},
      {"v=spf1 ip6:2001::/11", "pass by ip6:2001::/11, open", "2001:db8::1"},
      {"v=spf1 ip6:2001::/12", "pass by ip6:2001::/12", "2001:db8::1"},
      {"v=spf1 a:far.test/0", "pass by a:far.test/0, open"},
      {"v=spf1 a:far.test/8 a:host.test/8", "pass by a:host.test/8"},
      {"v=spf1 mx:mail.test/0", "pass by mx:mail.test/0, open"},
      {"v=spf1 exists:host.test", "pass by exists:host.test, open"},
      {"v=spf1 include:open.test -all", "pass by include:open.test, open"},
      {"v=spf1 redirect=open.test", "pass by +all, open"},
      {"v=spf1 -include:open.test", "fail by -include:open.test"},
  };
  for (const auto& row : rows) EXPECT_EQ(check(row.record, row.client), row.want) << row.record;
}

TEST(Spf, Errors) {
  const Row rows[] = {
      {"v=spf1 moo -all", "permerror: moo: no such mechanism"},
      {"v=spf1 +all moo", "permerror: moo: no such mechanism"},
      {"v=spf1 include:gone.test -all", "permerror: include:gone.test: it has no record"},
      {"v=spf1 include:host.test -all", "permerror: include:host.test: it has no record"},
      {"v=spf1 include:broken.test -all", "permerror: moo: no such mechanism"},
      {"v=spf1 include:a..test -all", "permerror: include:a..test: a name that DNS can't have"},
      {"v=spf1 include:two.test -all", "permerror: two.test: more than one record"},
      {"v=spf1 include:fails.test +all", "temperror: TXT fails.test: no answer in 3000 ms"},
      {"v=spf1 a:fails.test +all", "temperror: A fails.test: no answer in 3000 ms"},
      {"v=spf1 mx:fails.test +all", "temperror: MX fails.test: no answer in 3000 ms"},
      {"v=spf1 exists:fails.test +all", "temperror: A fails.test: no answer in 3000 ms"},
      {"v=spf1 a:a..test exists:a..test -all", "fail by -all"},
      {"v=spf1 redirect=gone.test", "permerror: redirect= leads to a domain without a record: gone.test"},
      {"v=spf1 redirect=a..test", "permerror: redirect= leads to a name that DNS can't have"},
      {"v=spf1 include:a.test", "permerror: more than 10 terms cause look-ups"},
      {"v=spf1 redirect=a.test", "permerror: more than 10 terms cause look-ups"},
  };
  for (const auto& row : rows) EXPECT_EQ(check(row.record), row.want) << row.record;
  EXPECT_EQ(check({}, query()), "none");
  EXPECT_EQ(check({{{"a.test", "FAILED"}}}, query()), "temperror: TXT a.test: no answer in 3000 ms");
}

std::string repeated(std::string_view term, std::size_t count, std::string_view end = "-all") {
  std::string record = "v=spf1 ";
  for (std::size_t i = 0; i < count; ++i) record += term;
  return record + std::string(end);
}

TEST(Spf, Limits) {
  struct LimitRow {
    const char* name;
    std::string record;
    std::string want;
  };
  const LimitRow rows[] = {
      {"terms", repeated("a:far.test ", 10), "fail by -all"},
      {"a term more", repeated("a:far.test ", 11), "permerror: more than 10 terms cause look-ups"},
      {"redirect= is one", repeated("a:far.test ", 10, "redirect=closed.test"),
       "permerror: more than 10 terms cause look-ups"},
      {"the last may be redirect=", repeated("a:far.test ", 9, "redirect=closed.test"),
       "pass by ip4:192.0.2.0/24"},
      {"networks are not counted", repeated("ip4:10.0.0.0/8 ", 500), "fail by -all"},
      {"exp= is not counted", repeated("a:far.test ", 10, "-all exp=exp.test"),
       "fail by -all: 192.0.2.1 is not of a.test"},
      {"void look-ups", repeated("a:gone.test ", 2), "fail by -all"},
      {"a void look-up more", repeated("a:gone.test ", 3), "permerror: more than 2 look-ups found nothing"},
      {"of several kinds", "v=spf1 mx:gone.test exists:gone.test a:mail.test -all",
       "permerror: more than 2 look-ups found nothing"},
      {"of the client's names", "v=spf1 ptr a:gone.test a:gone.test -all", "fail by -all"},
  };
  for (const auto& row : rows) EXPECT_EQ(check(row.record), row.want) << row.name;
}

TEST(Spf, LimitsOfNames) {
  for (const std::size_t count : {10UZ, 11UZ}) {
    Zone zone({{"a.test", "TXT", "v=spf1 mx:mail.test ptr:host.test -all"}});
    for (std::size_t i = 1; i <= count; ++i) {
      const std::string host = fmt::format("h{}.host.test", i);
      zone.add({"mail.test", "MX", "10 " + host});
      zone.add({host, "A", "203.0.113.1"});
    }
    EXPECT_EQ(check(zone, query()),
              count == 10 ? "fail by -all" : "permerror: mx:mail.test: more than 10 MX records");
  }
  for (const std::size_t count : {10UZ, 11UZ}) {
    Zone zone({{"a.test", "TXT", "v=spf1 ptr:host.test -all"}});
    for (std::size_t i = 1; i <= count; ++i) {
      const std::string host = fmt::format("h{}.host.test", i);
      zone.add({"1.2.0.192.in-addr.arpa", "PTR", host});
      zone.add({host, "A", i == count ? "192.0.2.1" : "203.0.113.1"});
    }
    EXPECT_EQ(check(zone, query()), count == 10 ? "pass by ptr:host.test" : "fail by -all");
  }
}

TEST(Spf, AsksForTheClientsNamesOnce) {
  Zone zone({{"a.test", "TXT", "v=spf1 ptr:%{p}.x.test exists:%{p}.y.test ptr -all exp=%{p}.z.test"}});
  EXPECT_EQ(shown(run(check_host(query(), zone.ask()))), "fail by -all");
  EXPECT_EQ(zone.asked, (std::vector<std::string>{"TXT a.test", "PTR 1.2.0.192.in-addr.arpa",
                                                  "A unknown.y.test", "TXT unknown.z.test"}));
}

TEST(Spf, WhichDomainIsChecked) {
  const Zone zone({
      {"a.test", "TXT", "v=spf1 -all exp=e.test"},
      {"e.test", "TXT", "%{s}|%{o}|%{d}|%{h}|%{r}|%{v}"},
      {"helo.test", "TXT", "v=spf1 -all exp=e.test"},
      {"xn--bcher-kva.test", "TXT", "v=spf1 -all"},
      {"test", "TXT", "v=spf1 -all"},
  });
  struct DomainRow {
    const char* path;
    std::string want;
  };
  const DomainRow rows[] = {
      {"<user@a.test>", "a.test: fail by -all: user@a.test|a.test|a.test|helo.test|mx.example.org|in-addr"},
      {"<>",
       "helo.test: fail by -all: postmaster@helo.test|helo.test|helo.test|helo.test|mx.example.org|in-addr"},
      {"<postmaster>",
       "helo.test: fail by -all: postmaster@helo.test|helo.test|helo.test|helo.test|mx.example.org|in-addr"},
      {"<user@b\xC3\xBC"
       "cher.test>",
       "b\xC3\xBC"
       "cher.test: fail by -all"},
      {"<user@[192.0.2.1]>", "[192.0.2.1]: none"},
      {"<user@test>", "test: none"},
      {"<b\xC3\xBC"
       "cher@a.test>",
       "a.test: fail by -all"},
  };
  for (const auto& row : rows) {
    const auto path = mail::parse_path(row.path);
    ASSERT_TRUE(path) << row.path;
    auto asked = spf_query(net::asio::ip::make_address("192.0.2.1"), "helo.test", *path);
    asked.receiver = "mx.example.org";
    Zone copy = zone;
    const auto outcome = run(check_host(asked, copy.ask()));
    EXPECT_EQ(outcome.domain + ": " + shown(outcome), row.want) << row.path;
  }
}

TEST(Spf, AHeloNameThatCantBeAskedFor) {
  for (const std::string& helo :
       {std::string(), std::string("[192.0.2.1]"), std::string("localhost"), std::string("a b.test"),
        std::string("a\0.test", 7), std::string("a..test"), std::string(64, 'a') + ".test",
        std::string("[IPv6:2001:db8::1]"), std::string("x.") + std::string(300, 'a')}) {
    SpfQuery asked{.client = net::asio::ip::make_address("192.0.2.1"), .helo = helo};
    Zone zone;
    EXPECT_EQ(shown(run(check_host(asked, zone.ask()))), "none") << helo;
    EXPECT_TRUE(zone.asked.empty()) << helo;
  }
}

TEST(Spf, AnExplanationFitsOneLine) {
  for (const std::size_t size : {400UZ, 401UZ}) {
    const std::string text(size, 'x');
    const Zone zone({{"a.test", "TXT", "v=spf1 -all exp=e.test"}, {"e.test", "TXT", text}});
    EXPECT_EQ(check(zone, query()), size == 400 ? "fail by -all: " + text : "fail by -all");
  }
  // Nobody puts a line of their own into a reply, not even by the local part of a sender.
  auto asked = query();
  asked.local = "x\r\n250 OK";
  EXPECT_EQ(check({{{"a.test", "TXT", "v=spf1 -all exp=e.test"}, {"e.test", "TXT", "%{l}"}}}, asked),
            "fail by -all");
}

TEST(Spf, NamesOfTheClientThatFailAreFew) {
  // After one name that fails the next is asked for, after two it isn't.
  for (const std::size_t failing : {1UZ, 2UZ}) {
    Zone zone({{"a.test", "TXT", "v=spf1 ptr -all"}, {"good.a.test", "A", "192.0.2.1"}});
    for (std::size_t i = 0; i < failing; ++i) {
      zone.add({"1.2.0.192.in-addr.arpa", "PTR", fmt::format("f{}.a.test", i)});
      zone.add({fmt::format("f{}.a.test", i), "FAILED"});
    }
    zone.add({"1.2.0.192.in-addr.arpa", "PTR", "good.a.test"});
    auto asked = query();
    asked.client = net::asio::ip::make_address("192.0.2.1");
    EXPECT_EQ(shown(run(check_host(asked, zone.ask()))), failing == 1 ? "pass by ptr" : "fail by -all");
    EXPECT_EQ(zone.asked.size(), 4u);
  }
}

TEST(Spf, NothingIsAskedPastTheDeadline) {
  Zone zone({{"a.test", "TXT", "v=spf1 ptr -all exp=e.test"}, {"e.test", "TXT", "x"}});
  auto asked = query();
  asked.deadline = net::Deadlines::now();
  EXPECT_EQ(shown(run(check_host(asked, zone.ask()))), "temperror: the check took too long");
  EXPECT_TRUE(zone.asked.empty());
  // Each question takes the rest of the time: the answer to the first is still used.
  const std::string failed = "temperror: the check took too long";
  for (const char* const record : {"v=spf1 ptr -all", "v=spf1 a -all", "v=spf1 exists:%{p} -all"}) {
    asked.deadline = net::Deadlines::now() + std::chrono::milliseconds(50);
    const Ask slow = [&](net::Question) -> net::Task<net::DnsAnswer> {
      while (net::Deadlines::now() < asked.deadline) {
      }
      co_return net::DnsAnswer{.kind = net::DnsAnswer::Kind::Found, .texts = {record}};
    };
    EXPECT_EQ(shown(run(check_host(asked, slow))), failed) << record;
  }
}

}  // namespace
}  // namespace backstop::auth
