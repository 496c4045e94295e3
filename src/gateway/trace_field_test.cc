#include "gateway/trace_field.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace backstop::gateway {
namespace {

struct ProtocolRow {
  std::string_view want;
  bool is_extended, is_tls, is_authenticated, is_smtputf8;
};

// The registry of mail transmission types (RFC 3848, RFC 6531 4.3).
constexpr ProtocolRow kProtocols[] = {
    {"SMTP", false, false, false, false},   {"ESMTP", true, false, false, false},
    {"ESMTPS", true, true, false, false},   {"ESMTPA", true, false, true, false},
    {"ESMTPSA", true, true, true, false},   {"UTF8SMTP", true, false, false, true},
    {"UTF8SMTPS", true, true, false, true}, {"UTF8SMTPA", true, false, true, true},
    {"UTF8SMTPSA", true, true, true, true},
};

TEST(TraceField, NamesTheProtocol) {
  for (const auto& row : kProtocols) {
    const TraceFacts facts{.is_extended = row.is_extended,
                           .is_tls = row.is_tls,
                           .is_authenticated = row.is_authenticated,
                           .is_smtputf8 = row.is_smtputf8};
    EXPECT_EQ(protocol_name(facts), row.want);
  }
}

// 2026-11-25 04:01:23 UTC.
constexpr std::chrono::system_clock::time_point kTime{std::chrono::seconds(1795579283)};

struct FieldRow {
  std::string_view name;
  TraceFacts facts;
  std::string_view want;
};

const FieldRow kFields[] = {
    {"as little as may be",
     {.helo = "a.test", .client = "[192.0.2.1]", .hostname = "mx.test", .id = "1f"},
     "Received: from a.test ([192.0.2.1])\r\n\tby mx.test (Backstop) with SMTP id 1f;\r\n"
     "\tWed, 25 Nov 2026 04:01:23 +0000\r\n"},
    {"all that there is",
     {.helo = "a.test",
      .client_name = "far.test",
      .client = "[IPv6:2001:db8::1]",
      .hostname = "mx.test",
      .is_extended = true,
      .is_tls = true,
      .tls = "TLSv1.3 with cipher X",
      .id = "1f",
      .recipient = "bob@b.test"},
     "Received: from a.test (far.test [IPv6:2001:db8::1])\r\n\t(using TLSv1.3 with cipher X)\r\n"
     "\tby mx.test (Backstop) with ESMTPS id 1f\r\n\tfor <bob@b.test>;\r\n"
     "\tWed, 25 Nov 2026 04:01:23 +0000\r\n"},
    {"names that look like more",
     {.helo = "a(b)<c>;d,\"e\\",
      .client_name = "x) by y; (",
      .client = "[192.0.2.1]",
      .hostname = "mx.test",
      .id = "1f"},
     "Received: from a?b??c??d??e? (x? by y? ? [192.0.2.1])\r\n\tby mx.test (Backstop) with SMTP id 1f;\r\n"
     "\tWed, 25 Nov 2026 04:01:23 +0000\r\n"},
    {"a literal, and a name that nobody knows",
     {.helo = "[192.0.2.1]", .client = "[192.0.2.1]", .hostname = "mx.test", .id = "1f"},
     "Received: from [192.0.2.1] ([192.0.2.1])\r\n\tby mx.test (Backstop) with SMTP id 1f;\r\n"
     "\tWed, 25 Nov 2026 04:01:23 +0000\r\n"},
    {"u-labels",
     {.helo = "MÜLLER.test",
      .client_name = "bücher.test",
      .client = "[192.0.2.1]",
      .hostname = "mx.test",
      .is_extended = true,
      .is_smtputf8 = true,
      .id = "1f"},
     "Received: from xn--mller-kva.test (xn--bcher-kva.test [192.0.2.1])\r\n"
     "\tby mx.test (Backstop) with UTF8SMTP id 1f;\r\n\tWed, 25 Nov 2026 04:01:23 +0000\r\n"},
    {"names that have no a-labels",
     {.helo = "a\u202Eü.test",
      .client_name = "b\xFC\x9B.test",
      .client = "[192.0.2.1]",
      .hostname = "mx.test",
      .id = "1f"},
     "Received: from a??.test (b?.test [192.0.2.1])\r\n\tby mx.test (Backstop) with SMTP id 1f;\r\n"
     "\tWed, 25 Nov 2026 04:01:23 +0000\r\n"},
    {"a control in a name",
     {.helo = "a\x1B[1m.test", .client = "[192.0.2.1]", .hostname = "mx.test", .id = "1f"},
     "Received: from a?[1m.test ([192.0.2.1])\r\n\tby mx.test (Backstop) with SMTP id 1f;\r\n"
     "\tWed, 25 Nov 2026 04:01:23 +0000\r\n"},
    {"a recipient beyond ascii",
     {.helo = "a.test",
      .client = "[192.0.2.1]",
      .hostname = "mx.test",
      .is_extended = true,
      .is_smtputf8 = true,
      .id = "1f",
      .recipient = "jörg@bücher.test"},
     "Received: from a.test ([192.0.2.1])\r\n\tby mx.test (Backstop) with UTF8SMTP id 1f\r\n"
     "\tfor <jörg@bücher.test>;\r\n\tWed, 25 Nov 2026 04:01:23 +0000\r\n"},
    {"the same without smtputf8",
     {.helo = "a.test",
      .client = "[192.0.2.1]",
      .hostname = "mx.test",
      .id = "1f",
      .recipient = "jörg@bücher.test"},
     "Received: from a.test ([192.0.2.1])\r\n\tby mx.test (Backstop) with SMTP id 1f;\r\n"
     "\tWed, 25 Nov 2026 04:01:23 +0000\r\n"},
    {"a recipient that turns the line round",
     {.helo = "a.test",
      .client = "[192.0.2.1]",
      .hostname = "mx.test",
      .is_extended = true,
      .is_smtputf8 = true,
      .id = "1f",
      .recipient = "\"a\u202Eb\"@b.test"},
     "Received: from a.test ([192.0.2.1])\r\n\tby mx.test (Backstop) with UTF8SMTP id 1f;\r\n"
     "\tWed, 25 Nov 2026 04:01:23 +0000\r\n"},
    {"no name at all",
     {.client = "[192.0.2.1]", .hostname = "mx.test", .id = "1f"},
     "Received: from unknown ([192.0.2.1])\r\n\tby mx.test (Backstop) with SMTP id 1f;\r\n"
     "\tWed, 25 Nov 2026 04:01:23 +0000\r\n"},
};

TEST(TraceField, IsWrittenWhole) {
  for (const auto& row : kFields) {
    std::string field = "before ";
    append_received(row.facts, kTime, field);
    EXPECT_EQ(field, "before " + std::string(row.want)) << row.name;
  }
}

// The text of a date is kept for its second.
TEST(TraceField, TellsTheTimeAsItPasses) {
  const TraceFacts facts{.helo = "a", .client = "[192.0.2.1]", .hostname = "b", .id = "c"};
  for (const int seconds : {0, 1, 1, 0, 86'400}) {
    std::string field;
    append_received(facts, kTime + std::chrono::seconds(seconds), field);
    const std::string_view want = seconds == 0   ? "25 Nov 2026 04:01:23"
                                  : seconds == 1 ? "25 Nov 2026 04:01:24"
                                                 : "26 Nov 2026 04:01:23";
    EXPECT_TRUE(field.contains(want)) << field;
  }
}

// RFC 5322 2.1.1: no line has more than 998 octets, however long its parts.
TEST(TraceField, LinesAreNotTooLong) {
  const std::string longest(255, 'x');
  const std::string recipient = std::string(64, 'y') + "@" + std::string(190, 'z');
  std::string field;
  append_received({.helo = longest,
                   .client_name = longest,
                   .client = "[IPv6:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]",
                   .hostname = longest,
                   .tls = longest,
                   .id = "00ffffffffffffffff",
                   .recipient = recipient},
                  kTime, field);
  for (std::size_t at = 0; at < field.size();) {
    const std::size_t end = field.find("\r\n", at);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - at, 998u);
    at = end + 2;
    EXPECT_TRUE(at == field.size() || field[at] == '\t');
  }
}

}  // namespace
}  // namespace backstop::gateway
