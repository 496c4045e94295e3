#include "intake/lone_judge.h"

#include <gtest/gtest.h>

#include <string>

#include "intake/proofs_fixture.h"

namespace backstop::intake {
namespace {

class LoneJudgeTest : public testing::Test, public Installation {
 protected:
  /// "genuine dkim: dkim B, trace"
  std::string judge_alone(const std::string& mail, const std::string& recipient = "ann@example.org") {
    const auto transaction = begin({recipient});
    const auto found = judge_.judge(*transaction, reader.read(mail), ledger.get());
    std::string text = fmt::format("{} {}:", name(found.result), name(found.cause));
    for (const auto& one : found.evidence) {
      if (one.finding == origin::Finding::Silent) continue;
      text.append(" ").append(name(one.kind));
      if (one.level != origin::Level::None) text.append(" ").append(name(one.level));
    }
    return text;
  }

  /// "refuse bare"
  std::string verdict_of(const std::string& mail, const std::string& recipient = "ann@example.org") {
    const auto transaction = begin({recipient});
    const auto response = reader.read(mail, {.reverse_path = "", .recipient = recipient});
    const auto verdict =
        lone_verdict(*transaction, response, judge_.judge(*transaction, response, ledger.get()));
    return std::string(policy::name(verdict.action)) + " " + std::string(name(verdict.cause));
  }

  LoneJudge judge_;
};

TEST_F(LoneJudgeTest, AsksThePolicyOfTheDomain) {
  EXPECT_EQ(verdict_of(bounce_of(signed_header())), "label dkim");
  EXPECT_EQ(verdict_of(bounce_of(header_of({}))), "refuse missing");
  EXPECT_EQ(verdict_of("From: a@example.net\n\nHello\n"), "accept ordinary");
}

TEST_F(LoneJudgeTest, FindsEachProof) {
  open_ledger();
  record({{store::sent_id("ann@example.org", "1@example.org"), 1},
          {store::sent_to("ann@example.org", "1@example.org", "carl@example.net")}});
  const auto top = watermark("ann@example.org");
  EXPECT_EQ(judge_alone(bounce_of(header_of({.id = "2@example.org", .top = top}))),
            "genuine watermark: watermark B");
  EXPECT_EQ(judge_alone(bounce_of(signed_header({.id = "2@example.org"}))), "genuine dkim: dkim B");
  EXPECT_EQ(judge_alone(bounce_of(header_of({}))), "genuine ledger: ledger A");
  EXPECT_EQ(judge_alone(bounce_of(header_of({}), "dora@example.net")), "genuine ledger: ledger B");
  EXPECT_EQ(judge_alone(bounce_of(header_of({.id = "2@example.org"}))), "unproven missing:");
}

TEST_F(LoneJudgeTest, CountsNothing) {
  open_ledger();
  const auto mail = bounce_of(signed_header());
  for (int i = 0; i < 30; ++i) EXPECT_EQ(judge_alone(mail), "genuine dkim: dkim B") << i;
}

TEST_F(LoneJudgeTest, HostsOfOursAreAHint) {
  const auto mail = bounce_of(header_of({}));
  EXPECT_EQ(judge_alone(mail), "unproven missing:");
  site.own_hosts = {"mx2.example.org", "MX.example.net"};
  EXPECT_EQ(judge_alone(mail), "unproven hinted: trace");
}

}  // namespace
}  // namespace backstop::intake
