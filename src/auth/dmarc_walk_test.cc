#include "auth/dmarc_walk.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "auth/dmarc.h"
#include "auth/zone_fixture.h"

namespace backstop::auth {
namespace {

ZoneRow policy(const std::string& domain, const std::string& tags) {
  return {"_dmarc." + domain, "TXT", "v=DMARC1; " + tags};
}

TEST(DmarcWalk, AsksFromTheDomainUpwards) {
  const auto asked = [](const std::string& domain) {
    Zone zone;
    run(check_dmarc({.author = {.domain = domain}}, zone.ask()));
    std::string text;
    for (const auto& one : zone.asked) text += one + "\n";
    return text;
  };
  EXPECT_EQ(
      asked("a.b.c.d.e.f.g.h.i.j.mail.example.com"),  // the RFC's own
      "TXT _dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com\nTXT _dmarc.g.h.i.j.mail.example.com\n"
      "TXT _dmarc.h.i.j.mail.example.com\nTXT _dmarc.i.j.mail.example.com\nTXT _dmarc.j.mail.example.com\n"
      "TXT _dmarc.mail.example.com\nTXT _dmarc.example.com\nTXT _dmarc.com\n");
  EXPECT_EQ(
      asked("2.3.4.5.6.7.8.9"),
      "TXT _dmarc.2.3.4.5.6.7.8.9\nTXT _dmarc.3.4.5.6.7.8.9\nTXT _dmarc.4.5.6.7.8.9\nTXT _dmarc.5.6.7.8.9\n"
      "TXT _dmarc.6.7.8.9\nTXT _dmarc.7.8.9\nTXT _dmarc.8.9\nTXT _dmarc.9\n");
  EXPECT_EQ(asked("org"), "TXT _dmarc.org\n");
  std::string longest;
  while (longest.size() < 246) longest += "a.";
  longest.resize(244);
  EXPECT_EQ(std::ranges::count(asked(longest + "ab"), '\n'), 8) << "_dmarc. and 246 octets";
  EXPECT_EQ(std::ranges::count(asked(longest + "abc"), '\n'), 7) << "which DNS can't have";
}

TEST(DmarcWalk, OrganizationalDomain) {
  struct Row {
    std::string domain;
    std::vector<ZoneRow> zone;
    std::string want;
  };
  const Row rows[] = {
      {"a.mail.example.com", {policy("mail.example.com", ""), policy("example.com", "")}, "example.com"},
      {"a.mail.example.com",
       {policy("mail.example.com", "psd=n"), policy("example.com", "")},
       "mail.example.com"},
      {"a.mail.example.com", {policy("com", "psd=y")}, "example.com"},
      {"a.mail.example.com", {policy("example.com", "psd=y")}, "mail.example.com"},
      {"a.mail.example.com", {}, "a.mail.example.com"},
      {"example.com", {policy("example.com", "psd=y"), policy("com", "")}, "example.com"},
      {"a.b.c.d.e.f.g.h.example.com", {policy("d.e.f.g.h.example.com", "psd=y")}, "c.d.e.f.g.h.example.com"},
  };
  for (const auto& row : rows) {
    Zone zone(row.zone);
    const auto walk = run(end_dmarc_walk(run(begin_dmarc_walk(row.domain, zone.ask())), {}, zone.ask()));
    EXPECT_EQ(organizational_domain(walk), row.want) << row.domain;
  }
}

}  // namespace
}  // namespace backstop::auth
