#include "auth/authres_field.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "auth/authres.h"

namespace backstop::auth {
namespace {

const DkimResult kSigned{.result = MethodResult::Pass,
                         .domain = "example.org",
                         .selector = "s",
                         .algorithm = "rsa-sha256",
                         .identity = "@example.org",
                         .signature_start = "ab/d+f=="};

TEST(AuthresField, IsWritten) {
  EXPECT_EQ(authres_field("mx.example.net", {}), "Authentication-Results: mx.example.net; none\r\n");
  EXPECT_EQ(authres_field("mx example", {.spf = SpfFinding{}}),
            "Authentication-Results: \"mx example\";\r\n\tspf=none\r\n");
  EXPECT_EQ(
      authres_field("mx.example.net", {.spf = SpfFinding{.domain = "mail.example.org", .is_helo = true},
                                       .dkim = std::vector<DkimResult>()}),
      "Authentication-Results: mx.example.net;\r\n\tspf=none smtp.helo=mail.example.org;\r\n\tdkim=none\r\n");
  EXPECT_EQ(authres_field("mx.example.net", {.spf = SpfFinding{MethodResult::SoftFail, "example.org"},
                                             .dkim = std::vector<DkimResult>{kSigned},
                                             .dmarc = DmarcResult{.result = MethodResult::Fail,
                                                                  .author_domain = "example.org",
                                                                  .policy_domain = "example.org",
                                                                  .policy = DmarcPolicy::Reject,
                                                                  .why = "a \"word\" \u00FC"}}),
            "Authentication-Results: mx.example.net;\r\n\tspf=softfail smtp.mailfrom=example.org;\r\n"
            "\tdkim=pass header.d=example.org header.i=@example.org header.s=s\r\n"
            "\theader.a=rsa-sha256 header.b=\"ab/d+f==\";\r\n"
            "\tdmarc=fail reason=\"a \\\"word\\\" ??\" header.from=example.org policy.dmarc=reject\r\n");
}

TEST(AuthresField, ANameThatIsNoDomainIsLeftOut) {
  const std::pair<const char*, const char*> rows[] = {
      {"c.test", " smtp.helo=c.test"},
      {"localhost", " smtp.helo=localhost"},
      {"[192.0.2.1]", " smtp.helo=\"[192.0.2.1]\""},
      {"[IPv6:2001:db8::1]", " smtp.helo=\"[IPv6:2001:db8::1]\""},
      {"c.test;dmarc=pass", ""},
      {"c.test(", ""},
      {"c.test\\", ""},
      {"[192.0.2.1", ""},
      {"c..test", ""},
      {"\u00FC.test", ""},
      {"", ""},
  };
  for (const auto& [name, want] : rows) {
    EXPECT_EQ(authres_field("id", {.spf = SpfFinding{.domain = name, .is_helo = true}}),
              fmt::format("Authentication-Results: id;\r\n\tspf=none{}\r\n", want))
        << name;
  }
}

TEST(AuthresField, Remarks) {
  DkimResult one = kSigned;
  one.is_testing = true;
  const auto field = [&] { return authres_field("id", {.dkim = std::vector<DkimResult>{one}}); };
  EXPECT_NE(field().find("dkim=pass reason=\"the key says t=y\" header.d"), std::string::npos);
  one.has_unsigned_tail = true;
  EXPECT_NE(field().find("reason=\"the body goes on behind l=\""), std::string::npos);
  one.why = "x";
  EXPECT_NE(field().find("reason=\"x\""), std::string::npos);
  one.identity = "\u00FC@example.org";
  EXPECT_EQ(field().find("header.i"), std::string::npos);
}

TEST(AuthresField, OurReaderReadsIt) {
  const Authentication written{
      .spf = SpfFinding{MethodResult::Pass, "example.org"},
      .dkim = std::vector<DkimResult>{kSigned},
      .dmarc = DmarcResult{.result = MethodResult::Pass, .author_domain = "example.org"}};
  const std::string field = authres_field("mx.example.net", written);
  const auto read = parse_authres(std::string_view(field).substr(field.find(':') + 1));
  ASSERT_TRUE(read) << read.error().message;
  const auto again = authentication_of({&*read, 1});
  EXPECT_EQ(authres_field("mx.example.net", again), field);
  EXPECT_EQ(again.dmarc->aligned, DmarcResult::Aligned::Dkim);
}

TEST(AuthresField, LinesAreShort) {
  DkimResult one = kSigned;
  one.domain = std::string(100, 'd') + ".example";
  one.selector = std::string(60, 's');
  const auto field = authres_field("mx.example.net", {.dkim = std::vector<DkimResult>{one}});
  for (std::size_t begin = 0; begin < field.size(); begin = field.find("\r\n", begin) + 2) {
    EXPECT_LE(field.find("\r\n", begin) - begin, 120u) << field;
  }
}

}  // namespace
}  // namespace backstop::auth
