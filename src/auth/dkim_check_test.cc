#include "auth/dkim_check.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "auth/zone_fixture.h"
#include "base/text.h"
#include "dkim/mail_fixture.h"
#include "dkim/sign_fixture.h"
#include "net/deadlines.h"

namespace backstop::auth {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kHeader = "From: ann@example.org\r\nDate: Mon, 23 Nov 2026 09:15:00 +0100\r\n";
constexpr std::chrono::sys_seconds kNow{1'800'000'000s};

const dkim::Signer& signer() {
  static const dkim::Signer one;
  return one;
}

Zone zone() {
  Zone rows({{"s._domainkey.example.org", "TXT", signer().record()},
             {"s._domainkey.example.net", "TXT", signer().record()},
             {"s._domainkey.mail.example.org", "TXT", signer().record()},
             {"test._domainkey.example.org", "TXT", signer().record() + "; t=y"},
             {"strict._domainkey.example.org", "TXT", signer().record() + "; t=s"},
             {"revoked._domainkey.example.org", "TXT", "v=DKIM1; p="},
             {"sha1._domainkey.example.org", "TXT", signer().record() + "; h=sha1"},
             {"bad._domainkey.example.org", "TXT", "v=DKIM1; p=AAAA"},
             {"slow._domainkey.example.org", "FAILED"},
             {"empty._domainkey.example.org", "EMPTY"}});
  for (const char* selector : {"rsa", "ed", "old"}) {
    const auto name = std::string(selector) + "._domainkey.example.org";
    rows.add({name, "TXT", dkim::parse_key_file(dkim::fixture(name)).value().record});
  }
  return rows;
}

net::Task<int> look_up(std::shared_ptr<DkimCheck> check, Ask ask) {
  co_await look_up_keys(std::move(check), std::move(ask));
  co_return 0;
}

std::vector<DkimResult> checked(std::string header, std::string_view body, Zone rows = zone()) {
  const auto check = std::make_shared<DkimCheck>(std::move(header), kNow);
  if (check->wants_keys()) run(look_up(check, rows.ask()));
  check->take_body(body.substr(0, body.size() / 2));
  check->take_body(body.substr(body.size() / 2));
  check->end_body();
  return check->results();
}

std::string shown(const DkimResult& result) {
  return std::string(name(result.result)) + (result.why.empty() ? "" : ": " + result.why);
}

std::string shown(const std::vector<DkimResult>& results) {
  std::string text;
  for (const auto& one : results) text += (text.empty() ? "" : "; ") + shown(one);
  return text;
}

std::pair<std::string, std::string> parts_of(const std::string& mail) {
  const auto end = mail.find("\r\n\r\n") + 4;
  return {mail.substr(0, end), mail.substr(end)};
}

TEST(DkimCheck, WhatOthersSigned) {
  for (const char* file : {"dkimpy-rsa-relaxed.eml", "dkimpy-rsa-simple.eml", "dkimpy-ed25519-relaxed.eml",
                           "dkimpy-ed25519-simple.eml", "opendkim-rsa-relaxed.eml", "opendkim-rsa-simple.eml",
                           "over-signed.eml"}) {
    const auto [header, body] = parts_of(dkim::fixture(file));
    EXPECT_EQ(shown(checked(header, body)), "pass") << file;
    EXPECT_EQ(shown(checked(header, body + "\r\n\r\n")), "pass") << file;
    EXPECT_EQ(shown(checked(header, body + "x")), "fail: the body was changed") << file;
    EXPECT_EQ(shown(checked(dkim::replaced(header, "Carl Carlsson", "Karl Carlsson"), body)),
              "fail: the signature does not fit the header")
        << file;
  }
}

TEST(DkimCheck, Results) {
  struct Row {
    std::string name;
    dkim::Signer::As as;
    std::string want;
    std::string body = {};
  };
  const Row rows[] = {
      {"as usual", {}, "pass"},
      {"no key", {.selector = "none"}, "permerror: there is no record"},
      {"no TXT record", {.selector = "empty"}, "permerror: there is no record"},
      {"no answer", {.selector = "slow"}, "temperror: no key: no answer in 3000 ms"},
      {"revoked", {.selector = "revoked"}, "permerror: p= is empty: the key is revoked"},
      {"a bad key", {.selector = "bad"}, "permerror: p= is no RSA key"},
      {"a key for SHA-1", {.selector = "sha1"}, "permerror: h= does not allow sha256"},
      {"a key of RSA", {.selector = "rsa"}, "permerror: a= is not the algorithm of the key"},
      {"a test key", {.selector = "test"}, "pass"},
      {"a subdomain's i=", {.more = "i=@mail.example.org; "}, "pass"},
      {"which the key forbids",
       {.selector = "strict", .more = "i=@mail.example.org; "},
       "permerror: the key does not allow i= to be of a subdomain"},
      {"expires at the limit", {.more = "x=1799999700; "}, "pass"},
      {"expired", {.more = "x=1799999699; "}, "permerror: the signature has expired"},
      {"signed at the limit", {.more = "t=1800000300; "}, "pass"},
      {"signed in the future", {.more = "t=1800000301; "}, "policy: t= is in the future"},
      {"expires when signed", {.more = "t=1800000000; x=1800000000; "}, "neutral: x= is not after t="},
      {"expires after it was signed", {.more = "t=1800000000; x=1800000001; "}, "pass"},
      {"the whole body", {.more = "l=3; ", .body = "a\r\n"}, "pass", "a\r\n\r\n"},
      {"a body that goes on", {.more = "l=3; ", .body = "a\r\n"}, "pass", "a\r\nb\r\n"},
      {"another start", {.more = "l=3; ", .body = "a\r\n"}, "fail: the body was changed", "b\r\n"},
      {"a body that is cut",
       {.more = "l=4; ", .body = "a\r\n"},
       "fail: the body is shorter than l=",
       "a\r\n"},
      {"nothing of the body", {.more = "l=0; "}, "pass", "a\r\n"},
      {"another body", {.body = "a\r\n"}, "fail: the body was changed", "b\r\n"},
  };
  for (const auto& row : rows) {
    const auto results = checked(signer().sign_as(kHeader, "from:date", row.as), row.body);
    EXPECT_EQ(shown(results), row.want) << row.name;
    ASSERT_EQ(results.size(), 1u) << row.name;
    EXPECT_EQ(results[0].is_testing, row.name == "a test key") << row.name;
    EXPECT_EQ(results[0].has_unsigned_tail,
              row.name == "a body that goes on" || row.name == "nothing of the body")
        << row.name;
  }
}

TEST(DkimCheck, ChangedFields) {
  struct Row {
    std::string what;
    std::string with;
    std::string want;
  };
  const Row rows[] = {
      {"h=from:date", "h=date", "permerror: h= does not name From"},
      {"a=ed25519-sha256", "a=rsa-sha1", "policy: a=rsa-sha1 is not taken"},
      {"a=ed25519-sha256", "a=rsa-sha512", "neutral: a=rsa-sha512 is not taken"},
      {"v=1;", "v=2;", "neutral: v= is not 1"},
      {" s=s;", " s=s s;", "neutral: s= or d= is no name that DNS can have"},
      {"d=example.org", "d=example.org; i=@example.net", "neutral: i= is not within d="},
      {"d=example.org", "", "neutral: there is nothing before a \";\""},
      {"d=example.org;", "d=example.org; q=dns; q=dns;", "neutral: q= is there twice"},
      {"Date: Mon", "Date: Tue", "fail: the signature does not fit the header"},
  };
  for (const auto& row : rows) {
    const auto header = dkim::changed(signer().sign(kHeader, "from:date"), row.what, row.with);
    EXPECT_EQ(shown(checked(header, "")), row.want) << row.with;
  }
}

TEST(DkimCheck, WeakKeys) {
  const auto check = [](std::string_view record) {
    DkimCheck one(dkim::replaced(signer().sign(kHeader, "from:date"), "ed25519-sha256", "rsa-sha256"), kNow);
    one.take_key(0, {.kind = net::DnsAnswer::Kind::Found, .texts = {std::string(record)}});
    EXPECT_FALSE(one.wants_body());
    one.end_body();
    return shown(one.results());
  };
  EXPECT_EQ(check(base::trim(dkim::fixture("short.txt"))),
            "policy: the key is RSA of 768 bits, and 1024 are the least");
}

TEST(DkimCheck, SaysWhatTheFieldSays) {
  const auto results =
      checked(signer().sign_as(kHeader, "from:date",
                               {.domain = "Mail.Example.ORG", .more = "i=a@Mail.Example.ORG; l=0; "}),
              "");
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(shown(results), "pass");
  EXPECT_EQ(results[0].domain, "mail.example.org");
  EXPECT_EQ(results[0].selector, "s");
  EXPECT_EQ(results[0].algorithm, "ed25519-sha256");
  EXPECT_EQ(results[0].identity, "a@Mail.Example.ORG");
  EXPECT_EQ(results[0].signature_start.size(), 8u);
  EXPECT_EQ(results[0].body_length, 0u);
  const auto usual = checked(signer().sign(kHeader, "from:date"), "");
  EXPECT_EQ(usual.at(0).identity, "@example.org");
  EXPECT_EQ(usual.at(0).body_length, std::nullopt);
}

TEST(DkimCheck, FirstThoseOfTheAuthor) {
  std::string header(kHeader);
  header = signer().sign(header, "from:date");
  header = signer().sign_as(header, "from:date", {.domain = "mail.example.org"});
  for (int i = 0; i < 8; ++i) header = signer().sign_as(header, "from:date", {.domain = "example.net"});
  Zone rows = zone();
  const auto check = std::make_shared<DkimCheck>(header, kNow);
  EXPECT_EQ(check->signature_count(), 10u);
  run(look_up(check, rows.ask()));
  EXPECT_EQ(rows.asked.size(), 3u) << "each name once";
  check->end_body();
  std::string domains;
  for (const auto& one : check->results()) domains += one.domain + " " + shown(one) + "\n";
  std::string want;
  for (int i = 0; i < 6; ++i) want += "example.net pass\n";
  EXPECT_EQ(domains, want + "mail.example.org pass\nexample.org pass\n");
}

TEST(DkimCheck, MailsWithoutSignature) {
  const DkimCheck check(std::string(kHeader), kNow);
  EXPECT_EQ(check.signature_count(), 0u);
  EXPECT_FALSE(check.wants_keys());
  EXPECT_FALSE(check.wants_body());
  EXPECT_TRUE(check.results().empty());
  EXPECT_EQ(check.author().domain, "example.org");
}

TEST(DkimCheck, WhatHasNotCome) {
  DkimCheck check(signer().sign(kHeader, "from:date"), kNow);
  EXPECT_TRUE(check.wants_body());
  EXPECT_EQ(shown(check.results()), "temperror: the key has not come in time");
  check.take_key(0, {.kind = net::DnsAnswer::Kind::Found, .texts = {signer().record()}});
  EXPECT_EQ(shown(check.results()), "temperror: the body has not ended");
  check.end_body();
  EXPECT_EQ(shown(check.results()), "pass");
}

TEST(DkimCheck, TheKeyMayComeAfterTheBody) {
  DkimCheck check(signer().sign_as(kHeader, "from:date", {.body = "a\r\n"}), kNow);
  check.take_body("a");
  check.end_body();
  EXPECT_EQ(shown(check.results()), "temperror: the key has not come in time");
  check.take_key(0, {.kind = net::DnsAnswer::Kind::Found, .texts = {signer().record()}});
  EXPECT_EQ(shown(check.results()), "pass");
}

TEST(DkimCheck, HeadersPastACap) {
  const std::string header = signer().sign(kHeader, "from:date");
  const auto with_fields = [&](std::size_t count) {
    std::string padding;
    for (std::size_t i = 0; i < count; ++i) padding += "X: y\r\n";
    return shown(checked(padding + header, ""));
  };
  EXPECT_EQ(with_fields(DkimCheck::kMostFields - 3), "pass");
  EXPECT_EQ(with_fields(DkimCheck::kMostFields - 2), "policy: the header is too long");
  EXPECT_EQ(shown(checked(header + "X: " + std::string(DkimCheck::kMostHeader, 'x') + "\r\n", "")),
            "policy: the header is too long");
}

/// Answers nothing before all have been asked.
TEST(DkimCheck, KeysAreAskedForAtOnce) {
  std::string header = signer().sign(kHeader, "from:date");
  header = signer().sign_as(header, "from:date", {.domain = "example.net"});
  const auto check = std::make_shared<DkimCheck>(header, kNow);
  struct Waiting {
    static net::Task<net::DnsAnswer> ask(std::shared_ptr<std::pair<int, net::Timer>> asked) {
      if (++asked->first == 2) asked->second.cancel();
      if (asked->first < 2) co_await asked->second.async_wait(net::kUseTask);
      co_return net::DnsAnswer{.kind = net::DnsAnswer::Kind::Found, .texts = {signer().record()}};
    }
    static net::Task<int> all(std::shared_ptr<DkimCheck> check) {
      const auto loop = co_await net::asio::this_coro::executor;
      const auto asked = std::make_shared<std::pair<int, net::Timer>>(0, net::Timer(loop, 1h));
      co_await look_up_keys(check, [asked](net::Question) { return ask(asked); });
      co_return asked->first;
    }
  };
  EXPECT_EQ(run(Waiting::all(check)), 2);
  check->end_body();
  EXPECT_EQ(shown(check->results()), "pass; pass");
}

}  // namespace
}  // namespace backstop::auth
