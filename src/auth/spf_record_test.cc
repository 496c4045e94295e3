#include "auth/spf_record.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "net/endpoint.h"

namespace backstop::auth {
namespace {

/// The number of a mechanism's kind, its result, and what it compares.
std::string shown(const SpfMechanism& mechanism) {
  constexpr std::string_view kNames[] = {"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"};
  std::string text = fmt::format("{} {}", name(mechanism.result), kNames[static_cast<int>(mechanism.kind)]);
  if (!mechanism.domain.is_empty()) text += " domain";
  if (mechanism.kind == SpfMechanism::Kind::Ip4 || mechanism.kind == SpfMechanism::Kind::Ip6) {
    text += " " + mechanism.network.to_string();
  }
  return text + fmt::format(" /{}//{}", mechanism.length4, mechanism.length6);
}

std::string shown(std::string_view text) {
  const auto record = parse_spf_record(text);
  if (!record) return "error";
  std::string all;
  for (const auto& mechanism : record->mechanisms) all += (all.empty() ? "" : ", ") + shown(mechanism);
  if (record->redirect) all += " redirect";
  if (record->explanation) all += " exp";
  return all;
}

TEST(SpfRecord, Is) {
  for (const std::string_view text : {"v=spf1", "v=spf1 ", "V=SPF1 junk"})
    EXPECT_TRUE(is_spf_record(text)) << text;
  for (const std::string_view text : {"", "v=spf", "v=spf10", "v=spf1\t-all", " v=spf1", "v=spf2.0/pra"}) {
    EXPECT_FALSE(is_spf_record(text)) << text;
    EXPECT_FALSE(parse_spf_record(text)) << text;
  }
}

struct Row {
  std::string_view terms;
  std::string want;
};

TEST(SpfRecord, SoundTerms) {
  const Row rows[] = {
      {"", ""},
      {"  -all  ", "fail all /32//128"},
      {"+a ~A -mX ?ptr", "pass a /32//128, softfail a /32//128, fail mx /32//128, neutral ptr /32//128"},
      {"a:b.test", "pass a domain /32//128"},
      {"a/0", "pass a /0//128"},
      {"a/24//64", "pass a /24//64"},
      {"a//0", "pass a /32//0"},
      {"mx:b.test/32//128", "pass mx domain /32//128"},
      {"a:foo:bar/baz.b.test/8", "pass a domain /8//128"},
      {"a:%{d/}/8", "pass a domain /8//128"},
      {"ptr:%{d}", "pass ptr domain /32//128"},
      {"include:b.test exists:%{ir}.b.test", "pass include domain /32//128, pass exists domain /32//128"},
      {"ip4:192.0.2.1", "pass ip4 192.0.2.1 /32//128"},
      {"ip4:192.0.2.1/24", "pass ip4 192.0.2.1 /24//128"},
      {"ip6:2001:db8::1/32", "pass ip6 2001:db8::1 /32//32"},
      {"ip6:::/0", "pass ip6 :: /32//0"},
      {"ip6:::ffff:192.0.2.1", "pass ip6 ::ffff:192.0.2.1 /32//128"},
      {"redirect=b.test", " redirect"},
      {"Exp=b.test -all REDIRECT=c.test", "fail all /32//128 redirect exp"},
      {"unknown=%{d}/anything -all", "fail all /32//128"},
      {"a=b.test", ""},
      {"x-1_2.y=", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(shown("v=spf1 " + std::string(row.terms)), row.want) << row.terms;
}

TEST(SpfRecord, UnsoundTerms) {
  for (const std::string_view term : {
           "all:",
           "all/8",
           "all.",
           "allx",
           "--all",
           "-",
           "+",
           "=",
           "=x",
           ":",
           "/",
           "-exp=b.test",
           "redirect:b.test",
           "include",
           "include:",
           "include/8",
           "include:b.test/8",
           "exists",
           "exists:b",
           "a:",
           "a/",
           "a//",
           "a/33",
           "a/024",
           "a/-1",
           "a//129",
           "a//064",
           "a///64",
           "a/24/",
           "a/24/64",
           "a/1000",
           "a:/24",
           "a:b",
           "a:b.test:",
           "a.b",
           "mx:",
           "mx/x",
           "ptr:",
           "ptr/8",
           "ptr:b.test/8",
           "ip4",
           "ip4:",
           "ip4/8",
           "ip4:1.2.3",
           "ip4:1.2.3.4.5",
           "ip4:1.2.3.256",
           "ip4:01.2.3.4",
           "ip4:1.2.3.4/33",
           "ip4:1.2.3.4/",
           "ip4:1.2.3.4//32",
           "ip4:::1",
           "ip6:1.2.3.4",
           "ip6:",
           "ip6:::1/129",
           "ip6:::1//64",
           "ip6:fe80::1%eth0",
           "ip6::",
           "ip5:1.2.3.4",
           "moo",
           "redirect=",
           "exp=",
           "redirect=b",
           "1x=y",
           "x!=y",
           "x=%",
           "x=%{z}",
           "a:b.test\t",
           "a\r",
           "a:\xC3\xBC.test",
       }) {
    EXPECT_EQ(shown("v=spf1 " + std::string(term)), "error") << term;
    EXPECT_EQ(shown("v=spf1 -all " + std::string(term)), "error") << term;
  }
  EXPECT_EQ(shown("v=spf1 redirect=b.test redirect=b.test"), "error");
  EXPECT_EQ(shown("v=spf1 exp=b.test EXP=b.test"), "error");
}

TEST(SpfRecord, ATermIsKeptAsItIsWritten) {
  const auto record = parse_spf_record("v=spf1 ~Ip4:192.0.2.0/24");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->mechanisms.front().text, "~Ip4:192.0.2.0/24");
}

TEST(SpfRecord, Networks) {
  struct NetworkRow {
    const char* network;
    unsigned length;
    const char* client;
    bool want;
  };
  const NetworkRow rows[] = {
      {"192.0.2.0", 24, "192.0.2.255", true},        {"192.0.2.0", 24, "192.0.3.0", false},
      {"192.0.2.77", 24, "192.0.2.1", true},         {"192.0.2.128", 25, "192.0.2.127", false},
      {"192.0.2.128", 25, "192.0.2.128", true},      {"192.0.2.1", 32, "192.0.2.0", false},
      {"192.0.2.1", 32, "192.0.2.1", true},          {"192.0.2.1", 0, "1.1.1.1", true},
      {"128.0.0.0", 1, "127.255.255.255", false},    {"2001:db8::", 33, "2001:db8:7fff::1", true},
      {"2001:db8::", 33, "2001:db8:8000::1", false}, {"2001:db8::1", 128, "2001:db8::1", true},
      {"2001:db8::1", 128, "2001:db8::", false},     {"::", 0, "2001:db8::1", true},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(spf_contains(net::asio::ip::make_address(row.network), row.length,
                           net::asio::ip::make_address(row.client)),
              row.want)
        << row.network << "/" << row.length << " " << row.client;
  }
}

}  // namespace
}  // namespace backstop::auth
