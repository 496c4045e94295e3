#include "opensmtpd/line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backstop::opensmtpd {
namespace {

using testing::ElementsAre;

TEST(OpensmtpdLine, OfEachStreamIsRead) {
  const auto config = parse_line("config|smtpd-version|6.8.0p2");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->stream, Stream::Config);
  EXPECT_EQ(config->name, "smtpd-version");
  EXPECT_EQ(config->rest, "6.8.0p2");
  EXPECT_TRUE(parse_line("config|ready"));

  const auto report = parse_line("report|0.6|1576147242.200225|smtp-in|link-disconnect|7641dfb3798eb5bf");
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->is_report("link-disconnect"));
  EXPECT_EQ(report->version, 6U);
  EXPECT_EQ(report->session, "7641dfb3798eb5bf");
  EXPECT_EQ(report->rest, "");

  const auto filter =
      parse_line("filter|0.6|1576146008.006099|smtp-in|data-line|7641df9771b4ed00|1ef1c203cc576e5d|a|b||");
  ASSERT_TRUE(filter);
  EXPECT_TRUE(filter->is_filter("data-line"));
  EXPECT_EQ(filter->token, "1ef1c203cc576e5d");
  EXPECT_EQ(filter->rest, "a|b||");
}

// OpenSMTPD ends itself if it gets a session or a token that it didn't give, so none may be made up.
TEST(OpensmtpdLine, WhatIsNotKnownIsAnError) {
  for (const auto* const text :
       {"", "|", "config", "config||x", "report", "report|0.6|1.1|smtp-in|link-connect",
        "bounce|0.6|1.1|smtp-in|x|1", "report|0.6|1.1|smtp-in|tx-mail|", "report|0.6|1.1|smtp-in||1",
        "report|1.0|1.1|smtp-in|tx-mail|1", "report|0.|1.1|smtp-in|tx-mail|1",
        "report|0.6x|1.1|smtp-in|tx-mail|1", "report|0.6|1.1|smtp-out|tx-mail|1",
        "report|0.6|1.1|smtp-in|tx-mail|12345678123456781", "report|0.6|1.1|smtp-in|tx-mail|xyz",
        "filter|0.6|1.1|smtp-in|data|1", "filter|0.6|1.1|smtp-in|data|1|",
        "filter|0.6|1.1|smtp-in|data|1|g|"}) {
    EXPECT_FALSE(parse_line(text)) << text;
  }
}

TEST(OpensmtpdLine, OfAConnection) {
  const auto four = parse_connected("mx.example.net|pass|192.0.2.1:33174|198.51.100.1:25");
  ASSERT_TRUE(four);
  EXPECT_EQ(four->host, "mx.example.net");
  EXPECT_EQ(four->address, "192.0.2.1");
  EXPECT_EQ(four->port, 33174);
  const auto six = parse_connected("<unknown>|fail|[2001:db8::1]:25|[2001:db8::2]:25");
  ASSERT_TRUE(six);
  EXPECT_EQ(six->address, "2001:db8::1");
  const auto marked = parse_connected("<unknown>|fail|IPv6:2001:db8::1:25|[2001:db8::2]:25");
  ASSERT_TRUE(marked);
  EXPECT_EQ(marked->address, "2001:db8::1");
  const auto local = parse_connected("mx.example.org|pass|unix:/run/smtpd.sock|unix:/run/smtpd.sock");
  ASSERT_TRUE(local);
  EXPECT_EQ(local->path, "/run/smtpd.sock");
  EXPECT_EQ(local->address, "");
  for (const auto* const text :
       {"", "a|b|c", "a|b|192.0.2.1|d", "a|b|192.0.2.1:x|d", "a|b|192.0.2.1:99999|d"})
    EXPECT_FALSE(parse_connected(text)) << text;
}

Line report(unsigned version, std::string_view rest) {
  return {.stream = Stream::Report, .version = version, .rest = rest};
}

TEST(OpensmtpdLine, OfAnAddress) {
  for (const auto& line : {report(5, "1a2b3c4d|ann@example.org|ok"), report(6, "1a2b3c4d|ok|ann@example.org"),
                           report(7, "1a2b3c4d|ok|ann@example.org")}) {
    const auto given = parse_given(line);
    ASSERT_TRUE(given);
    EXPECT_EQ(given->message, "1a2b3c4d");
    EXPECT_TRUE(given->is_taken);
    EXPECT_EQ(given->address, "ann@example.org");
  }
  EXPECT_EQ(parse_given(report(6, "1|ok|"))->address, "");
  EXPECT_FALSE(parse_given(report(6, "1|permfail|ann@example.org"))->is_taken);
  EXPECT_EQ(parse_given(report(6, "1|ok|a|b@example.org"))->address, "a|b@example.org");
  EXPECT_FALSE(parse_given(report(6, "1|ok")));
}

TEST(OpensmtpdLine, OfALogin) {
  EXPECT_EQ(parse_login(report(6, "ann|pass")), "ann");
  EXPECT_EQ(parse_login(report(6, "a|b|pass")), "a|b");
  EXPECT_EQ(parse_login(report(7, "pass|ann")), "ann");
  EXPECT_EQ(parse_login(report(7, "pass|a|b")), "a|b");
  EXPECT_EQ(parse_login(report(6, "ann|fail")), "");
  EXPECT_EQ(parse_login(report(6, "pass|fail")), "");
  EXPECT_EQ(parse_login(report(7, "error|pass")), "");
  EXPECT_FALSE(parse_login(report(6, "pass")));
}

TEST(OpensmtpdLine, ParametersAreThoseBehindThePath) {
  EXPECT_THAT(parameters_of("MAIL FROM:<ann@example.org> SIZE=10  BODY=8BITMIME "),
              ElementsAre("SIZE=10", "BODY=8BITMIME"));
  EXPECT_THAT(parameters_of("mail from: <>"), ElementsAre());
  EXPECT_THAT(parameters_of("MAIL FROM:ann"), ElementsAre());
}

TEST(OpensmtpdLine, ResultsAreWritten) {
  std::string out;
  append_proceed("1f", "2e", out);
  append_reject("1f", "2e", "550 5.7.1 a|b", {}, out);
  append_reject("1f", "2e", "550 5.7.1 no", {.text = 7}, out);
  EXPECT_EQ(out,
            "filter-result|1f|2e|proceed\nfilter-result|1f|2e|reject|550 5.7.1 a|b\n"
            "filter-result|1f|2e|reject|550 5.7\n");
}

TEST(OpensmtpdLine, RegistrationEndsWithReady) {
  std::string out;
  append_registration(true, out);
  EXPECT_TRUE(out.starts_with("register|report|smtp-in|link-connect\n"));
  EXPECT_TRUE(out.contains("register|filter|smtp-in|commit\n"));
  EXPECT_TRUE(out.ends_with("register|ready\n"));
  out.clear();
  append_registration(false, out);
  EXPECT_EQ(out, "register|ready\n");
}

struct DataRow {
  const char* name;
  const char* line;
  bool is_header;
  std::vector<std::string> want;
};

const DataRow kData[] = {
    {"empty", "", false, {""}},
    {"as long as may be", "1234567890", false, {"1234567890"}},
    {"one more", "12345678901", false, {"1234567890", "1"}},
    {"three times", "123456789012345678901234", false, {"1234567890", "1234567890", "1234"}},
    {"a dot is stuffed", "1234567890.b", false, {"1234567890", "..b"}},
    {"a dot alone is stuffed", "1234567890.", false, {"1234567890", ".."}},
    {"dots that were there", "..34567890", false, {"..34567890"}},
    {"a field is folded", "To: ab, cd, ef", true, {"To: ab,", " cd, ef"}},
    {"a field without a space", "To:1234567890", true, {"To:1234567", " 890"}},
    {"a folded line without a space", " 12345678901", true, {" 123456789", " 01"}},
    {"a long folded field", "To: ab, cd, ef, gh, ij", true, {"To: ab,", " cd, ef,", " gh, ij"}},
};

TEST(OpensmtpdLine, LongLinesAreBrokenAndNothingIsLost) {
  for (const auto& row : kData) {
    SCOPED_TRACE(row.name);
    std::string out;
    append_data("1f", "2e", row.line, row.is_header, {.data = 10}, out);
    std::string want;
    for (const auto& one : row.want) want += "filter-dataline|1f|2e|" + one + "\n";
    EXPECT_EQ(out, want);
  }
}

// With the prefix and its end, a line must fit into the 2,048 octets of OpenSMTPD 6.8.
TEST(OpensmtpdLine, LimitsFollowTheVersion) {
  EXPECT_EQ(limits_of("6.8.0p2").data, 1900U);
  EXPECT_EQ(limits_of("7.6.0p1").data, 65000U);
  EXPECT_EQ(limits_of("10.0").data, 65000U);
  EXPECT_EQ(limits_of("").data, 1900U);
  std::string out;
  append_data("1234567812345678", "1234567812345678", std::string(5000, 'x'), false, limits_of("6.8"), out);
  EXPECT_LT(out.find('\n'), 2048U);
}

}  // namespace
}  // namespace backstop::opensmtpd
