#include "report/scan_report.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "report/progress_bar.h"
#include "report/scan_page.h"

namespace backstop::report {
namespace {

using response::Kind;
using response::Reason;
using std::chrono::days;
using std::chrono::sys_days;

constexpr sys_days kDay = std::chrono::year{2026} / 3 / 1;

Findings of(Kind kind, std::vector<Reason> reasons = {}, origin::Result result = origin::Result::Unproven) {
  Findings findings;
  findings.response.kind = kind;
  for (const Reason reason : reasons) findings.response.recipients.emplace_back().reason = reason;
  findings.origin.result = result;
  return findings;
}

template <typename Enum, typename Counts>
std::uint64_t count(const Counts& counts, Enum value) {
  return counts[static_cast<std::size_t>(value)];
}

TEST(ScanReport, CountsMailsAndResponses) {
  ScanReport report;
  report.add(of(Kind::None), kDay, "");
  report.add(of(Kind::DsnFailed, {Reason::UserUnknown, Reason::MailboxFull}), kDay, "ann@example.org");
  report.add(of(Kind::DsnDelayed, {Reason::UserUnknown}, origin::Result::Genuine), kDay + days(1),
             "ann@example.org");
  report.add(of(Kind::AutoReply, {Reason::Policy}), std::nullopt, "");
  EXPECT_EQ(report.mails(), 4u);
  EXPECT_EQ(report.responses(), 3u);
  EXPECT_EQ(count(report.by_kind(), Kind::DsnFailed), 1u);
  EXPECT_EQ(count(report.by_reason(), Reason::UserUnknown), 2u);
  EXPECT_EQ(count(report.by_reason(), Reason::Policy), 0u) << "an auto-reply has no reason of failure";
  EXPECT_EQ(count(report.by_origin(), origin::Result::Genuine), 1u);
  EXPECT_EQ(report.undated(), 1u);
  ASSERT_EQ(report.days().size(), 2u);
  EXPECT_EQ(report.days().at(kDay).mails, 2u);
  EXPECT_EQ(report.days().at(kDay).responses, 1u);
}

struct ForgedRow {
  const char* name;
  Kind kind;
  origin::Result result;
  bool want;
};

TEST(ScanReport, ForgedAddressesAreThoseOfUnprovenResponses) {
  const ForgedRow rows[] = {
      {"ordinary mail", Kind::None, origin::Result::Unproven, false},
      {"unproven bounce", Kind::DsnFailed, origin::Result::Unproven, true},
      {"forged bounce", Kind::DsnFailed, origin::Result::Forged, true},
      {"genuine bounce", Kind::DsnFailed, origin::Result::Genuine, false},
      {"challenge", Kind::Challenge, origin::Result::Unproven, true},
      {"feedback report", Kind::FeedbackReport, origin::Result::Unproven, false},
  };
  for (const auto& row : rows) {
    ScanReport report;
    report.add(of(row.kind, {}, row.result), kDay, "ann@example.org");
    EXPECT_EQ(report.forged_addresses().top(1).size(), row.want ? 1u : 0u) << row.name;
  }
}

TEST(ScanReport, CausesAreCountedOnlyIfThereIsAnythingToProveWith) {
  for (const bool has_proofs : {false, true}) {
    ScanReport report(has_proofs);
    for (int i = 0; i < 3; ++i) report.add(of(Kind::DsnFailed), kDay, "");
    auto genuine = of(Kind::DsnFailed, {}, origin::Result::Genuine);
    genuine.origin.cause = origin::Cause::Dkim;
    report.add(genuine, kDay, "");
    report.add(of(Kind::None), kDay, "");
    const std::string json = R"("by_cause":{"unproven":{"bare":3},"genuine":{"dkim":1},"forged":{}})";
    EXPECT_EQ(to_json_line(report).find(json) != std::string::npos, has_proofs) << to_json_line(report);
    const std::string page = to_page(report);
    EXPECT_EQ(page.find("\nGenuine, by proof\n  dkim        1 ") != std::string::npos, has_proofs) << page;
    EXPECT_EQ(page.find("\nUnproven, by cause\n  bare        3 ") != std::string::npos, has_proofs) << page;
    EXPECT_EQ(page.find("Forged, by"), std::string::npos);
  }
}

TEST(ScanReport, EvidenceIsCountedWithTheLevelOfAProof) {
  using origin::EvidenceKind;
  using origin::Finding;
  using origin::Level;
  for (const bool has_proofs : {false, true}) {
    ScanReport report(has_proofs);
    auto genuine = of(Kind::DsnFailed, {}, origin::Result::Genuine);
    genuine.origin.evidence = {{.kind = EvidenceKind::Tag},
                               {.kind = EvidenceKind::Dkim, .finding = Finding::Proves, .level = Level::B}};
    report.add(genuine, kDay, "");
    report.add(genuine, kDay, "");
    genuine.origin.evidence[1].level = Level::A;
    genuine.origin.evidence[0].finding = Finding::Hints;
    report.add(genuine, kDay, "");
    const std::string json = R"("evidence":[{"name":"tag","result":"hints","level":"","count":1},)"
                             R"({"name":"dkim","result":"proves","level":"B","count":2},)"
                             R"({"name":"dkim","result":"proves","level":"A","count":1}])";
    EXPECT_EQ(to_json_line(report).find(json) != std::string::npos, has_proofs) << to_json_line(report);
    const std::string page = to_page(report);
    EXPECT_EQ(
        page.find("\nEvidence, with the level of a proof\n  tag hints              1 ") != std::string::npos,
        has_proofs)
        << page;
    EXPECT_EQ(page.find("\n  dkim (B) proves        2 ") != std::string::npos, has_proofs) << page;
  }
}

ScanReport surging() {
  ScanReport report;
  for (int day = 0; day < 10; ++day) {
    report.add(of(Kind::None), kDay + days(day), "");
    for (int i = 0; i < (day == 4 ? 50 : 1); ++i)
      report.add(of(Kind::DsnFailed), kDay + days(day), "ann@example.org");
  }
  return report;
}

TEST(ScanReport, FindsTheSurge) {
  const auto surges = surging().surges();
  ASSERT_EQ(surges.size(), 1u);
  EXPECT_EQ(surges[0].day, kDay + days(4));
  EXPECT_EQ(surges[0].responses, 50u);
  EXPECT_DOUBLE_EQ(surges[0].usual, 1);
}

TEST(ScanReport, PageNamesWhatMatters) {
  const std::string page = to_page(surging());
  EXPECT_NE(page.find("2026-03-05: 50 responses, where 1 a day is usual"), std::string::npos) << page;
  EXPECT_NE(page.find("2026-03-05       50  ########################################"), std::string::npos)
      << page;
  EXPECT_NE(page.find("ann@example.org"), std::string::npos);
}

TEST(ScanReport, ManyDaysAreShownByMonth) {
  ScanReport report;
  for (int day = 0; day < 63; ++day) report.add(of(Kind::DsnFailed), kDay + days(day), "");
  const std::string page = to_page(report);
  EXPECT_NE(page.find("2026-03       31"), std::string::npos) << page;
  EXPECT_EQ(page.find("2026-03-01"), std::string::npos);
}

TEST(ScanReport, EmptyReportHasNoLists) {
  EXPECT_EQ(to_page(ScanReport{}).find('#'), std::string::npos);
  EXPECT_TRUE(to_json_line(ScanReport{}).starts_with("{\"mails\":0,\"responses\":0,"));
}

TEST(ProgressBar, DrawsOnATerminalOnlyAndClearsUp) {
  const ProgressBar::Clock::time_point start{std::chrono::hours(1)};
  std::ostringstream silent;
  ProgressBar(silent, false, 100).advance(50, start);
  EXPECT_EQ(silent.str(), "");

  std::ostringstream drawn;
  {
    ProgressBar bar(drawn, true, 100);
    bar.advance(50, start);
    bar.advance(25, start + std::chrono::milliseconds(50));
    bar.count_mail(start + std::chrono::milliseconds(200));
    bar.advance(1000, start + std::chrono::milliseconds(400));
  }
  EXPECT_NE(drawn.str().find(" 50%  0 mails"), std::string::npos) << drawn.str();
  EXPECT_NE(drawn.str().find(" 75%  1 mails"), std::string::npos) << drawn.str();
  EXPECT_NE(drawn.str().find("100%"), std::string::npos) << drawn.str();
  EXPECT_TRUE(drawn.str().ends_with("\r\x1b[K"));
}

struct SurgeRow {
  const char* name;
  std::vector<std::uint64_t> numbers;
  std::vector<std::size_t> want;
};

TEST(Surge, FindsTheDays) {
  const SurgeRow rows[] = {
      {"nothing", {}, {}},
      {"one day among quiet ones", {0, 1, 0, 2, 100, 0, 1}, {4}},
      {"two days", {1, 1, 120, 1, 1, 90, 1, 2}, {2, 5}},
      {"at the smallest number", {0, 0, 0, 20, 0, 0, 0}, {3}},
      {"below it", {0, 0, 0, 19, 0, 0, 0}, {}},
      {"too few days to know", {0, 0, 0, 100, 0, 0}, {}},
      {"busy but steady", {100, 110, 95, 105, 100, 120, 90}, {}},
      {"busy, and one day far above", {100, 110, 95, 105, 400, 100, 120, 90}, {4}},
      {"at the limit", {100, 100, 100, 100, 100, 100, 100}, {}},
      {"nearly every day", {50, 50, 50, 50, 50, 0, 0}, {}},
  };
  for (const auto& row : rows) EXPECT_EQ(find_surges(row.numbers), row.want) << row.name;
}

TEST(Surge, LimitIsMedianAndThreeScaledDeviations) {
  const Usual even = usual({1, 3, 5, 7});  // median 4, distances 3 1 1 3, their median 2
  EXPECT_DOUBLE_EQ(even.median, 4);
  EXPECT_DOUBLE_EQ(even.limit, 4 + 3 * 1.4826 * 2);
}

}  // namespace
}  // namespace backstop::report
