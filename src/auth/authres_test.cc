#include "auth/authres.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "dkim/header_block.h"

namespace backstop::auth {
namespace {

std::string shown(const base::Result<Authres>& read) {
  if (!read) return "error: " + read.error().message;
  std::string text = read->id;
  for (const auto& one : read->results) {
    text += fmt::format(" | {}={}", one.method, name(one.result));
    if (!one.reason.empty()) text += fmt::format(" reason={}", one.reason);
    for (const auto& property : one.properties)
      text += fmt::format(" {}.{}={}", property.type, property.name, property.value);
  }
  return text;
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

TEST(Authres, IsRead) {
  struct Row {
    std::string value;
    std::string want;
  };
  const Row rows[] = {
      // RFC 8601, appendix B.
      {"example.org 1; none", "example.org"},
      {"example.com;\r\n\tspf=pass smtp.mailfrom=example.net",
       "example.com | spf=pass smtp.mailfrom=example.net"},
      {"example.com;\r\n auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n spf=pass "
       "smtp.mailfrom=example.net",
       "example.com | auth=pass smtp.auth=sender@example.net | spf=pass smtp.mailfrom=example.net"},
      {"foo.example.net (foobar) 1 (baz);\r\n dkim (Because I like it) / 1 (One yay) = (wait for it) "
       "fail\r\n policy "
       "(A dot can go here) . (like that) expired\r\n (this surprised me) = (as I wasn't expecting it) "
       "1362471462",
       "foo.example.net | dkim=fail policy.expired=1362471462"},
      // As others write it.
      {"mx.google.com;\r\n dkim=pass header.i=@example.org header.s=20230601 header.b=\"ab/cd\";\r\n "
       "spf=pass "
       "(google.com: domain of a@example.org designates 192.0.2.1 as permitted sender) "
       "smtp.mailfrom=a@example.org;\r\n dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=example.org",
       "mx.google.com | dkim=pass header.i=@example.org header.s=20230601 header.b=ab/cd | spf=pass "
       "smtp.mailfrom=a@example.org | dmarc=pass header.from=example.org"},
      {"x; dmarc=pass action=none header.from=a.example;compauth=pass reason=100",
       "x | dmarc=pass header.from=a.example | compauth=pass reason=100"},
      {"x; spf=pass smtp.mailfrom=\"\"; dkim=pass header.b=a+/b= ;",
       "x | spf=pass smtp.mailfrom= | dkim=pass header.b=a+/b="},
      {"x; spf=pass smtp.mailfrom=prvs=1234=a@b.example", "x | spf=pass smtp.mailfrom=prvs=1234=a@b.example"},
      {"x; spf=pass smtp.mailfrom=\"a b\"@c.example", "x | spf=pass smtp.mailfrom=a b@c.example"},
      {"x; spf=pass smtp.mailfrom=<>", "x | spf=pass smtp.mailfrom=<>"},
      {"\"a b\"; none", "a b"},
      {" (c) x (d) ; (e) none (f) ", "x"},
      {"x", "x"},
      {"x;", "x"},
      {"x 1", "x"},
      {"x;;; spf=pass;;", "x | spf=pass"},
      {"X; SPF=PASS SMTP.MailFrom=A", "X | spf=pass smtp.mailfrom=A"},
      {"x; dkim=fail reason=\"a \\\"b\\\"\" header.d=c", "x | dkim=fail reason=a \"b\" header.d=c"},
      {"x; spf=hardfail", "x | spf=fail"},
      {"x; spf=great; dkim=pass", "x | dkim=pass"},
      {"x; dkim/2=pass; spf/1=pass", "x | spf=pass"},
      {"x; none=pass", "x | none=pass"},
      {"x; spf=pass (((a)b)c)", "x | spf=pass"},
      {"x; spf=pass (a\\)b)", "x | spf=pass"},
      // What is no such field.
      {"", "error: there is no authserv-id"},
      {"; spf=pass", "error: there is no authserv-id"},
      {"spf=pass smtp.mailfrom=a; dkim=pass", "error: there is no authserv-id"},
      {"x 2; spf=pass", "error: version 2 is not known"},
      {"x y; spf=pass", "error: there is no \";\" behind the authserv-id"},
      {"x; spf", "error: a result has no method"},
      {"x; =pass", "error: a result has no method"},
      {"x; spf=pass smtp.=a", "error: what is behind spf= can't be read"},
      {"x; spf=pass smtp.mailfrom", "error: what is behind spf= can't be read"},
      {"x; spf=pass smtp", "error: what is behind spf= can't be read"},
      {"x; spf=pass @", "error: what is behind spf= can't be read"},
      {"x; spf=pass (a", "error: a comment or a quoted string has no end"},
      {"x; spf=pass (\\", "error: a comment or a quoted string has no end"},
      {"x; spf=pass smtp.mailfrom=\"a", "error: a comment or a quoted string has no end"},
      {"x; spf=pass smtp.mailfrom=\"", "error: a comment or a quoted string has no end"},
      {"x; spf=pass smtp.mailfrom=\"\\", "error: a comment or a quoted string has no end"},
  };
  for (const auto& row : rows) EXPECT_EQ(shown(parse_authres(row.value)), row.want) << row.value;
}

TEST(Authres, Caps) {
  EXPECT_TRUE(parse_authres("x; spf=pass " + repeated("(", 16) + repeated(")", 16)));
  EXPECT_FALSE(parse_authres("x; spf=pass " + repeated("(", 17) + repeated(")", 17)));
  EXPECT_TRUE(parse_authres("x" + repeated("; spf=pass", 64)));
  EXPECT_FALSE(parse_authres("x" + repeated("; spf=pass", 65)));
  EXPECT_TRUE(parse_authres("x; spf=pass" + repeated(" a.b=c", 16)));
  EXPECT_FALSE(parse_authres("x; spf=pass" + repeated(" a.b=c", 17)));
  EXPECT_TRUE(parse_authres("x;" + std::string(Authres::kMostBytes - 2, ' ')));
  EXPECT_FALSE(parse_authres("x;" + std::string(Authres::kMostBytes - 1, ' ')));
}

TEST(Authres, IdsAreFoundAndCompared) {
  const std::vector<std::string> ids = {"mx.example.org", "xn--bcher-kva.example"};
  struct Row {
    std::string field;
    bool want;
  };
  const Row rows[] = {
      {"Authentication-Results: mx.example.org; none\r\n", true},
      {"authentication-results:MX.Example.ORG;none\r\n", true},
      {"Authentication-Results : mx.example.org; none\r\n", true},
      {"Authentication-Results:\r\n (a (b)) \"mx.example.org\" (c) 1; x\r\n", true},
      {"Authentication-Results: mx.example.org/1; spf=pass\r\n", true},
      {"Authentication-Results: mx.example.org 7; spf=pass\r\n", true},
      {"Authentication-Results: mx.example.org\r\n", true},
      {"Authentication-Results: \"mx\\.example.org\"; none\r\n", true},
      {"Authentication-Results: b\u00FCcher.example; none\r\n", true},
      {"Authentication-Results: mx.example.org" + std::string(20'000, ' ') + "; none\r\n", true},
      {"Authentication-Results: amx.example.org; none\r\n", false},
      {"Authentication-Results: mx.example.org.example; none\r\n", false},
      {"Authentication-Results: (mx.example.org; none\r\n", false},
      {"Authentication-Results: x; mx.example.org; none\r\n", false},
      {"Authentication-Results:\r\n", false},
      {"ARC-Authentication-Results: mx.example.org; none\r\n", false},
  };
  for (const auto& row : rows) {
    const dkim::HeaderBlock block(row.field);
    ASSERT_EQ(block.fields().size(), 1u) << row.field;
    EXPECT_EQ(bears_id(block.fields()[0], ids), row.want) << row.field;
  }
}

TEST(Authres, TrustedResults) {
  const std::string header =
      "Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=a@Example.net\r\n"
      "Authentication-Results: other.example; dmarc=pass header.from=bank.example\r\n"
      "Authentication-Results: MX.example.org; dkim=pass header.d=example.net header.s=s; dkim=fail "
      "header.i=@b.example\r\n"
      "Authentication-Results: mx.example.org; dkim=none; spf=fail smtp.mailfrom=c.example;\r\n"
      " dmarc=pass header.from=example.net policy.dmarc=REJECT\r\n"
      "Authentication-Results: mx.example.org; spf=pass (\r\n";
  const dkim::HeaderBlock block(header);
  const std::vector<std::string> ids = {"mx.example.org"};
  const auto trusted = trusted_results(block.fields(), ids);
  EXPECT_EQ(trusted.size(), 3u);
  const auto found = authentication_of(trusted);
  ASSERT_TRUE(found.spf && found.dkim && found.dmarc);
  EXPECT_EQ(found.spf->result, MethodResult::Pass);
  EXPECT_EQ(found.spf->domain, "example.net");
  ASSERT_EQ(found.dkim->size(), 2u) << "dkim=none is of a lower field";
  EXPECT_EQ(found.dkim->at(0).domain, "example.net");
  EXPECT_EQ(found.dkim->at(1).domain, "b.example");
  EXPECT_EQ(found.dmarc->author_domain, "example.net");
  EXPECT_EQ(found.dmarc->policy, DmarcPolicy::Reject);
  EXPECT_EQ(found.dmarc->aligned, DmarcResult::Aligned::Dkim);
  EXPECT_EQ(covers_reverse_path(found, {"a", "example.net"}, true), Cover::Yes);
  EXPECT_TRUE(trusted_results(block.fields(), {}).empty());
}

/// Returns "spf=pass dkim=pass dmarc=pass" of what the fields that count say together.
std::string trusted_of(std::string_view header, AuthresPlace place = AuthresPlace::Above) {
  const dkim::HeaderBlock block(header);
  const std::vector<std::string> ids = {"mx.example.org"};
  const auto found = authentication_of(trusted_results(block.fields(), ids, place));
  std::string text;
  if (found.spf) text += "spf=" + std::string(name(found.spf->result)) + " ";
  for (const auto& one : found.dkim.value_or(std::vector<DkimResult>()))
    text += "dkim=" + std::string(name(one.result)) + " ";
  if (found.dmarc) text += "dmarc=" + std::string(name(found.dmarc->result)) + " ";
  return text;
}

TEST(Authres, TheTopmostFieldOfAMethodCounts) {
  const std::string field = "Authentication-Results: mx.example.org; ";
  const std::string pass = field + "spf=pass smtp.mailfrom=a.test; dkim=pass header.d=a.test; dmarc=pass\r\n";
  const std::string fail = field + "spf=fail smtp.mailfrom=a.test; dkim=fail header.d=a.test; dmarc=fail\r\n";
  const std::string received = "Received: from a.test by mx.example.org; Mon, 30 Nov 2026 12:00:00 +0000\r\n";
  struct Row {
    const char* name;
    std::string header;
    std::string want;
  };
  const Row rows[] = {
      {"one", pass + received, "spf=pass dkim=pass dmarc=pass "},
      {"the lower one is the sender's", fail + pass, "spf=fail dkim=fail dmarc=fail "},
      {"and the other way round", pass + fail, "spf=pass dkim=pass dmarc=pass "},
      {"a field for each filter",
       field + "dmarc=pass\r\n" + field + "dkim=pass header.d=a.test\r\n" + received,
       "dkim=pass dmarc=pass "},
      {"two signatures", field + "dkim=fail header.d=a.test; dkim=pass header.d=b.test\r\n" + received,
       "dkim=fail dkim=pass "},
      {"no signature, by the topmost", field + "dkim=none\r\n" + pass, "spf=pass dmarc=pass "},
      {"HELO alone, by the topmost", field + "spf=none smtp.helo=a.test\r\n" + pass,
       "spf=none dkim=pass dmarc=pass "},
      {"below Received", received + pass, ""},
      {"on both sides of it", field + "spf=none\r\n" + received + pass, "spf=none "},
      {"below a Received with a space", "RECEIVED : by mx.example.org\r\n" + pass, ""},
      {"below a field that is none", "Received-SPF: pass\r\n" + pass, "spf=pass dkim=pass dmarc=pass "},
  };
  for (const auto& row : rows) EXPECT_EQ(trusted_of(row.header), row.want) << row.name;
}

TEST(Authres, OneFieldMayBeRightBelowReceived) {
  const std::string field = "Authentication-Results: mx.example.org; ";
  const std::string forged =
      field + "spf=pass smtp.mailfrom=a.test; dkim=pass header.d=a.test; dmarc=pass\r\n";
  const std::string received = "Received: from a.test by mx.example.org; Mon, 30 Nov 2026 12:00:00 +0000\r\n";
  struct Row {
    const char* name;
    std::string header;
    std::string want_above;
    std::string want_below;
  };
  const Row rows[] = {
      {"one", received + field + "spf=fail\r\n" + forged, "", "spf=fail "},
      {"one that says nothing", received + field + "none\r\n" + forged, "", ""},
      {"one of each place", field + "dkim=fail\r\n" + received + field + "dmarc=fail\r\n" + forged,
       "dkim=fail ", "dkim=fail dmarc=fail "},
      {"the upper one counts", field + "dmarc=fail\r\n" + received + forged, "dmarc=fail ",
       "spf=pass dkim=pass dmarc=fail "},
      {"below another field", received + "From: a@a.test\r\n" + forged, "", ""},
      {"below another id", received + "Authentication-Results: b.test; spf=pass\r\n" + forged, "", ""},
      {"below the sender's Received", received + "Received: from b.test by a.test\r\n" + forged, "", ""},
      {"Received at the end", field + "spf=fail\r\n" + received, "spf=fail ", "spf=fail "},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(trusted_of(row.header), row.want_above) << row.name;
    EXPECT_EQ(trusted_of(row.header, AuthresPlace::Below), row.want_below) << row.name;
  }
}

TEST(Authres, ADmarcResultSaysThatThereIsNoSignature) {
  struct Row {
    const char* value;
    bool want_looked_at;
    Cover want;  ///< of a@c.test as reverse path and author
  };
  const Row rows[] = {
      {"spf=fail smtp.mailfrom=c.test", false, Cover::Unknown},
      {"spf=fail smtp.mailfrom=c.test; dmarc=fail header.from=c.test", true, Cover::No},
      {"spf=fail smtp.mailfrom=c.test; dmarc=none header.from=c.test", true, Cover::No},
      {"spf=fail smtp.mailfrom=c.test; dmarc=permerror header.from=c.test", true, Cover::No},
      {"spf=fail smtp.mailfrom=c.test; dmarc=temperror header.from=c.test", false, Cover::Unknown},
      {"spf=fail smtp.mailfrom=c.test; dmarc=pass header.from=d.test", false, Cover::Unknown},
      {"spf=fail smtp.mailfrom=c.test; dmarc=pass header.from=c.test", false, Cover::Yes},
      {"spf=pass smtp.mailfrom=c.test; dmarc=pass header.from=c.test", true, Cover::SpfAlone},
      {"spf=fail smtp.mailfrom=c.test; dkim=pass header.d=c.test; dmarc=fail header.from=c.test", true,
       Cover::Yes},
      {"spf=fail smtp.mailfrom=c.test; dkim=temperror header.d=c.test; dmarc=fail header.from=d.test", true,
       Cover::Unknown},
  };
  for (const auto& row : rows) {
    const auto read = parse_authres("x; " + std::string(row.value)).value();
    const auto found = authentication_of({&read, 1});
    EXPECT_EQ(found.dkim.has_value(), row.want_looked_at) << row.value;
    EXPECT_EQ(covers_reverse_path(found, {"a", "c.test"}, true), row.want) << row.value;
  }
  const std::string field = "Authentication-Results: mx.example.org; ";
  EXPECT_EQ(trusted_of(field + "dmarc=fail\r\n" + field + "dkim=pass header.d=a.test\r\n"),
            "dkim=pass dmarc=fail ")
      << "another filter's field";
}

TEST(Authres, WhatTheResultsSay) {
  const auto found_in = [](std::string_view value) {
    const auto read = parse_authres(value).value();
    return authentication_of({&read, 1});
  };
  EXPECT_FALSE(found_in("x; none").spf);
  EXPECT_TRUE(found_in("x; dkim=none").dkim.value().empty());
  EXPECT_TRUE(found_in("x; spf=pass smtp.helo=a.example").spf.value().is_helo);
  EXPECT_TRUE(found_in("x; spf=pass smtp.mailfrom=<> smtp.helo=a.example").spf.value().is_helo);
  const auto both = found_in("x; spf=none smtp.helo=a.example; spf=pass smtp.mailfrom=b.example").spf.value();
  EXPECT_EQ(both.domain, "b.example");
  EXPECT_FALSE(both.is_helo);
  const auto other =
      found_in("x; spf=pass smtp.mailfrom=b.example; spf=none smtp.helo=a.example").spf.value();
  EXPECT_EQ(other.domain, "b.example");
  using Aligned = DmarcResult::Aligned;
  EXPECT_EQ(found_in("x; dmarc=pass header.from=a.b").dmarc.value().aligned, Aligned::Dkim);
  EXPECT_EQ(found_in("x; dmarc=fail header.from=a.b").dmarc.value().aligned, Aligned::Nothing);
  EXPECT_EQ(found_in("x; dmarc=pass header.from=a.b; spf=pass smtp.mailfrom=a.b").dmarc.value().aligned,
            Aligned::Spf);
  EXPECT_EQ(found_in("x; dmarc=pass header.from=a.b; spf=pass smtp.mailfrom=a.b; dkim=pass header.d=c.d")
                .dmarc->aligned,
            Aligned::Spf);
}

}  // namespace
}  // namespace backstop::auth
