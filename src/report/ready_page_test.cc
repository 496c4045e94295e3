#include "report/ready_page.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

namespace backstop::report {
namespace {

using std::chrono::days;

constexpr std::chrono::sys_days kToday{days(20780)};

intake::DomainSettings domain(std::string name, policy::Stage stage) {
  intake::DomainSettings settings;
  settings.name = std::move(name);
  settings.stage = stage;
  return settings;
}

std::vector<store::DaySums> tagged_mail(std::string_view domain, int count) {
  std::vector<store::DaySums> sums;
  for (int ago = count; ago >= 0; --ago) {
    store::DayCounts counts;
    counts.left = 10;
    counts.tag = 10;
    sums.push_back({.domain = std::string(domain), .day = kToday - days(ago), .counts = counts});
  }
  return sums;
}

std::vector<DomainReadiness> example() {
  auto declared = domain("said.test", policy::Stage::Reject);
  declared.ready_since = kToday - days(1);
  auto later = domain("later.test", policy::Stage::Reject);
  later.ready_since = kToday + days(1);
  const intake::DomainTable domains(std::vector{later,
                                                domain("B\xC3\xBC"
                                                       "cher.test",
                                                       policy::Stage::Quarantine),
                                                domain("example.org", policy::Stage::Reject), declared,
                                                domain("*.sub.test", policy::Stage::Label)});
  auto sums = tagged_mail("example.org", 20);
  for (const auto* const more : {"a.sub.test", "gone.test"}) {
    const auto others = tagged_mail(more, 2);
    sums.insert(sums.end(), others.begin(), others.end());
  }
  return readiness_of(domains, sums, kToday);
}

TEST(ReadyPage, HasEachDomainOfOurs) {
  std::string found;
  for (const auto& one : example()) found += one.domain + (one.is_ready() ? " ready\n" : " not ready\n");
  EXPECT_EQ(found,
            "a.sub.test not ready\nexample.org ready\nlater.test not ready\nsaid.test "
            "ready\nxn--bcher-kva.test not ready\n");
}

TEST(ReadyPage, SaysWhatADomainStandsOn) {
  const auto domains = example();
  const std::string page = ready_page(domains);
  EXPECT_TRUE(page.starts_with("a.sub.test\n")) << page;
  for (const auto* const line :
       {"state      not ready, which changes nothing at stage label\n",
        "tag        not ready. Mail has left on 3 days; 5 are needed.\n",
        "tag        ready since 2026-11-17. Of 140 mails, 100.0 % carried a tag; 99 %\n",
        "state      ready since 2026-11-22, as the configuration says\n",
        "state      not ready before 2026-11-24, as the configuration says, so stage\n",
        "state      not ready, so stage quarantine acts as label\n",
        "watermark  not ready. No mail has left within 30 days.\n"}) {
    EXPECT_NE(page.find(line), std::string::npos) << line << page;
  }
}

store::Event event_for(std::string id, std::vector<std::string> recipients,
                       std::vector<store::EventEvidence> evidence) {
  store::Event event;
  event.id = std::move(id);
  event.recipients = std::move(recipients);
  event.evidence = std::move(evidence);
  return event;
}

TEST(ReadyPage, TakesEachEventOnceForEachDomain) {
  auto domains = example();
  auto event = event_for("00124", {"ann@Example.ORG", "bob@example.org", "ann@said.test", "postmaster"},
                         {{"trace", "hints", ""}, {"other", "silent", ""}, {"tag", "hints", ""}});
  add_event(event, domains);
  EXPECT_TRUE(domains[0].hinted.empty());
  for (const std::size_t i : {1UZ, 3UZ}) {
    ASSERT_EQ(domains[i].hinted.size(), 1U) << domains[i].domain;
    EXPECT_EQ(domains[i].hinted[0].kind, "trace");
    EXPECT_EQ(domains[i].hinted[0].ids, std::vector<std::string>{"00124"});
    EXPECT_TRUE(domains[i].contradictions.empty());
  }
  event.contradiction = true;
  event.id = "00125";
  add_event(event, domains);
  EXPECT_EQ(domains[1].contradictions, std::vector<std::string>{"00125"});
  EXPECT_EQ(domains[1].hinted[0].count, 1U);
  EXPECT_NE(ready_page(domains).find("hinted          1 trace (00124), which can be forged and count for"),
            std::string::npos)
      << ready_page(domains);
}

TEST(ReadyPage, NamesTenOfManyHints) {
  auto domains = example();
  for (int i = 0; i < 10; ++i)
    add_event(event_for("00" + std::to_string(i), {"ann@example.org"}, {{"other", "hints", ""}}), domains);
  EXPECT_NE(ready_page(domains).find("009),\n"), std::string::npos) << ready_page(domains);
  add_event(event_for("last", {"ann@example.org"}, {{"other", "hints", ""}}), domains);
  EXPECT_EQ(domains[1].hinted[0].count, 11U);
  EXPECT_NE(ready_page(domains).find(" others), which"), std::string::npos) << ready_page(domains);
}

TEST(ReadyPage, AsJson) {
  auto one = example()[1];
  one.contradictions = {"00123"};
  one.hinted = {{.kind = "trace", .count = 2, .ids = {"00126", "00124"}}};
  EXPECT_EQ(
      boost::json::serialize(to_json(one)),
      R"({"domain":"example.org","stage":"reject","ready":true,"declared":null,"proofs":[)"
      R"({"name":"watermark","since":null,"why":"Of 140 mails, 0.0 % carried a watermark; 99 % are needed."},)"
      R"({"name":"dkim","since":null,"why":"Of 140 mails, 0.0 % carried our DKIM signature; 99 % are needed."},)"
      R"({"name":"message","since":null,"why":"Of 140 mails, 0.0 % carried a watermark or our DKIM signature; 99 % are needed."},)"
      R"({"name":"tag","since":"2026-11-17","why":"Of 140 mails, 100.0 % carried a tag; 99 % are needed."}],)"
      R"("contradictions":["00123"],"hinted":[{"kind":"trace","count":2,"ids":["00126","00124"]}]})");
}

}  // namespace
}  // namespace backstop::report
