#include "report/history_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <boost/json/serialize.hpp>

#include "report/report_page.h"
#include "store/event_fixture.h"

namespace backstop::report {
namespace {

using store::Event;
using store::Verdict;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const intake::DomainTable kDomains({{.name = "example.org", .stage = policy::Stage::Quarantine},
                                    {.name = "*.example.net", .stage = policy::Stage::Label}});

/// A certain bounce that stage quarantine labels for want of a quarantine, and that reject refuses.
Event bounce(std::string id = "1") {
  Event event = store::refused_bounce();
  event.id = std::move(id);
  event.certainty = "structural";
  event.origin = "unproven";
  event.origin_cause = "missing";
  event.cause = "missing";
  event.stage = "quarantine";
  event.verdict = Verdict::Label;
  event.next_stage = Verdict::Refuse;
  event.done = store::Done::Labelled;
  event.evidence = {{"tag", "silent", "The address carries no tag."}};
  return event;
}

Event genuine() {
  Event event = bounce("2");
  event.origin = "genuine";
  event.origin_cause = "watermark";
  event.cause = "watermark";
  event.next_stage = Verdict::Label;
  event.evidence = {{"watermark", "proves", "It is ours.", "A"}};
  return event;
}

struct CountRow {
  const char* name;
  Event event;
  std::uint64_t want_responses;
  std::uint64_t want_certain;
  StageCounts want_now = {};
  StageCounts want_next = {};
  StageCounts want_last = {};
};

Event changed(Event event, void (*change)(Event&)) {
  change(event);
  return event;
}

TEST(HistoryReport, EachEventCounts) {
  constexpr StageCounts kRefused{.refused = 1};
  constexpr StageCounts kKept{.quarantined = 1};
  const CountRow rows[] = {
      {"a bounce", bounce(), 1, 1, {}, kRefused, kRefused},
      {"that is not certain",
       changed(bounce(),
               [](Event& e) {
                 e.certainty = "guessed";
                 e.cause = "uncertain";
                 e.next_stage = Verdict::Label;
               }),
       1, 0},
      {"genuine", genuine(), 1, 1},
      {"at the last stage",
       changed(bounce(),
               [](Event& e) {
                 e.verdict = Verdict::Refuse;
                 e.next_stage.reset();
               }),
       1, 1, kRefused, kRefused, kRefused},
      {"at observe, where the next stage only labels",
       changed(bounce(), [](Event& e) { e.next_stage = Verdict::Label; }),
       1,
       1,
       {},
       {},
       kRefused},
      {"a challenge is kept back",
       changed(bounce(),
               [](Event& e) {
                 e.kind = "challenge";
                 e.cause = "ceiling";
                 e.next_stage = Verdict::Label;
               }),
       1,
       0,
       {},
       {},
       kKept},
      {"an automatic reply of a flood",
       changed(bounce(),
               [](Event& e) {
                 e.kind = "auto-reply";
                 e.cause = "ceiling";
                 e.verdict = Verdict::Quarantine;
                 e.next_stage.reset();
                 e.facts.add_if(true, store::Fact::Tightened);
               }),
       1, 0, kKept, kKept, kKept},
      {"an automatic reply",
       changed(bounce(),
               [](Event& e) {
                 e.kind = "auto-reply";
                 e.cause = "ceiling";
                 e.next_stage = Verdict::Label;
               }),
       1, 0},
      {"that the next hop refused",
       changed(bounce(), [](Event& e) { e.cause = "next-hop"; }),
       1,
       1,
       {},
       kRefused},
      {"ordinary mail", store::delivered_mail(), 0, 0},
      {"that left", changed(bounce(), [](Event& e) { e.direction = store::Direction::Outbound; }), 0, 0},
      {"a recipient", changed(bounce(), [](Event& e) { e.kind.clear(); }), 0, 0},
      {"an unheard kind", changed(bounce(), [](Event& e) { e.kind = "new"; }), 0, 0},
  };
  for (const auto& row : rows) {
    HistoryReport report(kDomains);
    report.add(row.event);
    EXPECT_EQ(report.responses(), row.want_responses) << row.name;
    EXPECT_EQ(report.certain(), row.want_certain) << row.name;
    StageCounts now, next, last;
    for (const auto& [name, counts] : report.domains()) {
      now = counts.now;
      next = counts.next;
      last = counts.at_last;
    }
    EXPECT_EQ(now, row.want_now) << row.name;
    EXPECT_EQ(next, row.want_next) << row.name;
    EXPECT_EQ(last, row.want_last) << row.name;
  }
}

TEST(HistoryReport, TheOriginOfAnOlderEventIsItsCause) {
  HistoryReport report(kDomains);
  Event old = genuine();
  old.origin_cause.clear();
  report.add(old);
  EXPECT_EQ(report.of(origin::Cause::Watermark), 1u);
}

struct WayRow {
  std::string_view cause;
  std::vector<store::EventEvidence> evidence;
  std::string_view want;  ///< the beginning of the way; empty: it does not look like ours
};

TEST(HistoryReport, WaysByWhichMailSeemsToHaveLeft) {
  const WayRow rows[] = {
      {"missing", {}, ""},
      {"stale", {{"tag", "hints", "Too old."}}, "through this gateway, so long ago"},
      {"hinted", {{"trace", "hints", "mx.example.org"}}, "through this gateway: a Received field"},
      {"hinted", {}, "through this gateway: a Received field"},
      {"hinted", {{"other", "hints", "s1"}}, "from another mailbox of ours"},
      {"missing", {{"tag", "silent", "x"}, {"other", "hints", "s1"}}, "from another mailbox of ours"},
      {"worn", {{"dkim", "proves", "x", "B"}}, "through this gateway, but its proof"},
      {"tag-only", {{"tag", "proves", "x", "C"}}, "through this gateway: a tag"},
      {"untaggable", {}, "through this gateway without a tag"},
  };
  for (const auto& row : rows) {
    HistoryReport report(kDomains);
    Event event = bounce("7");
    event.origin_cause = row.cause;
    event.evidence = row.evidence;
    report.add(event);
    std::string_view found;
    for (const auto& way : report.ways()) {
      if (way.count == 0) continue;
      EXPECT_TRUE(found.empty()) << row.cause;
      found = way.sentence;
      EXPECT_THAT(way.ids, ElementsAre("7"));
    }
    EXPECT_TRUE(row.want.empty() ? found.empty() : found.starts_with(row.want)) << row.cause << ": " << found;
  }
}

TEST(HistoryReport, MemoryIsBounded) {
  constexpr int kEvents = 20'001;
  HistoryReport report(kDomains);
  for (int i = 0; i < kEvents; ++i) {
    Event event = bounce(std::to_string(i));
    event.recipients = {"ann@d" + std::to_string(i) + ".example.net"};
    event.origin_cause = "stale";
    event.evidence = {{"tag", "hints", "Too old: " + std::to_string(i)}};
    report.add(event);
  }
  EXPECT_EQ(report.domains().size(), HistoryReport::kMostDomains + 1);
  EXPECT_EQ(report.domains().at("").responses, kEvents - HistoryReport::kMostDomains);
  EXPECT_FALSE(report.unproven_mailboxes().is_exact());
  EXPECT_FALSE(report.hints().is_exact());
  for (const auto& way : report.ways()) EXPECT_LE(way.ids.size(), HistoryReport::kMostIds);
}

class ReportPage : public testing::Test {
 protected:
  ReportPage() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  ReportContext context() const {
    const auto day = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23);
    return {.since = day, .until = day + std::chrono::days(7), .surges = surges_, .ready = ready_};
  }

  std::vector<Event> surges_;
  std::vector<DomainReadiness> ready_;
};

TEST_F(ReportPage, OfNothing) {
  EXPECT_EQ(report_page(HistoryReport(kDomains), context()),
            "Responses from 2026-11-23 00:00:00 UTC to 2026-11-30 00:00:00 UTC\n"
            "  Came             0 responses\n"
            "  Certain bounces  0\n"
            "  Genuine          0\n"
            "  Not proven       0\n");
}

TEST_F(ReportPage, HasWhatAPostmasterAsks) {
  HistoryReport report(kDomains);
  for (int i = 0; i < 3; ++i) report.add(bounce(std::to_string(i)));
  report.add(genuine());
  Event hinted = bounce("h");
  hinted.cause = hinted.origin_cause = "hinted";
  hinted.next_stage = Verdict::Quarantine;
  hinted.recipients = {"Ben@elsewhere.test"};
  hinted.evidence = {{"trace", "hints", "It names mx.example.org."}};
  report.add(hinted);
  Event surge;
  surge.time = context().since + std::chrono::hours(3);
  surge.cause = store::kSurge;
  surge.recipients = {"ann@example.org"};
  surge.explanation = "40 responses to ann@example.org came within a minute";
  surges_ = {surge};
  DomainReadiness ready{.domain = "example.org", .stage = policy::Stage::Quarantine};
  ready.observed[static_cast<std::size_t>(policy::Carried::Tag)].since =
      std::chrono::sys_days(std::chrono::year(2026) / 11 / 20);
  ready_ = {ready};
  EXPECT_EQ(report_page(report, context()),
            "Responses from 2026-11-23 00:00:00 UTC to 2026-11-30 00:00:00 UTC\n"
            "  Came             5 responses\n"
            "  Kinds            5 bounces\n"
            "  Certain bounces  5\n"
            "  Genuine          1: 1 by watermark\n"
            "  Not proven       4: 1 hinted, 3 missing\n"
            "  Done             5 labelled\n"
            "\n"
            "What each stage keeps from your users\n"
            "  other domains  1 response, 0 genuine; now 0 refused, 0 kept back; at the\n"
            "                 next stage 0 refused, 1 kept back; at reject 0 refused, 1\n"
            "                 kept back\n"
            "  example.org    4 responses, 1 genuine; now 0 refused, 0 kept back; at the\n"
            "                 next stage 3 refused, 0 kept back; at reject 3 refused, 0\n"
            "                 kept back\n"
            "\n"
            "Of these, some look like answers to your own mail; backstop why ID explains one\n"
            "  1 response, whose mail seems to have left through this gateway: a Received\n"
            "  field says so, but anybody can write one (such as h)\n"
            "    1 x It names mx.example.org.\n"
            "\n"
            "Addresses that get the most responses without a proof\n"
            "  ann@example.org     3\n"
            "  ben@elsewhere.test  1\n"
            "\n"
            "Surges\n"
            "  2026-11-23 03:00:00 UTC  40 responses to ann@example.org came within a\n"
            "                           minute\n"
            "\n"
            "Ready (backstop ready says more)\n"
            "  example.org  stage quarantine; ready; tag since 2026-11-20\n");
}

TEST_F(ReportPage, WithoutAQuarantineNothingIsKeptBack) {
  HistoryReport report(kDomains);
  Event hinted = bounce("h");
  hinted.cause = hinted.origin_cause = "hinted";
  hinted.next_stage.reset();
  report.add(hinted);
  auto its_context = context();
  its_context.has_quarantine = false;
  EXPECT_THAT(
      report_page(report, its_context),
      testing::HasSubstr("  example.org  1 response, 0 genuine; now 0 refused, 0 kept back; at the next\n"
                         "               stage 0 refused, 0 kept back; at reject 0 refused, 1 labelled,\n"
                         "               since there is no quarantine that could keep it back\n"));
  EXPECT_THAT(boost::json::serialize(report_json(report, its_context)),
              testing::HasSubstr(R"("has_quarantine":false)"));
}

TEST_F(ReportPage, AsJson) {
  HistoryReport report(kDomains);
  report.add(bounce());
  report.add(genuine());
  EXPECT_EQ(
      boost::json::serialize(report_json(report, context())),
      R"({"since":"2026-11-23T00:00:00.000Z","until":"2026-11-30T00:00:00.000Z","responses":2,)"
      R"("certain_bounces":2,"kinds":{"dsn-failed":2},"origins":{"unproven":1,"genuine":1},)"
      R"("origin_causes":{"watermark":1,"missing":1},"done":{"labelled":2},)"
      R"("has_quarantine":true,"domains":[{"domain":"example.org","responses":2,"genuine":1,)"
      R"("now":{"refused":0,"quarantined":0},"next_stage":{"refused":1,"quarantined":0},)"
      R"("at_reject":{"refused":1,"quarantined":0}}],"look_like_ours":[],"hints":[],)"
      R"("top_addresses":[{"address":"ann@example.org","count":1,"too_high_by":0}],"surges":[],"late_refusals":[],"way_out":null,"ready":[]})");
}

TEST_F(ReportPage, NothingSteersTheTerminal) {
  HistoryReport report(kDomains);
  Event event = bounce("\x1b[31m");
  event.origin_cause = "hinted";
  event.evidence = {{"\x1b", "hints", "\x1b"}};
  event.recipients = {"\x1b@example.org"};
  report.add(event);
  surges_ = {event};
  EXPECT_EQ(report_page(report, context()).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace backstop::report
