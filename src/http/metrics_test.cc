// /metrics, whole; and its page.
#include "http/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

namespace backstop::http {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

store::Event bounce(std::string origin, store::Done done, milliseconds took) {
  store::Event event;
  event.direction = store::Direction::Inbound;
  event.kind = "dsn-failed";
  event.origin = std::move(origin);
  event.cause = event.origin == "genuine" ? "watermark" : "missing";
  event.done = done;
  event.took = took;
  if (event.origin == "genuine")
    event.evidence = {{.name = "watermark", .finding = "proves", .detail = {}},
                      {.name = "tag", .finding = "silent", .detail = {}}};
  return event;
}

report::Status status() {
  report::Status status{.version = "1.2.3", .started = report::Moment(milliseconds(1'500))};
  status.gateways = {{.name = "in", .sessions = 4}};
  status.doors = {{.name = "http", .connections = 2}};
  status.next_hops = {{.url = "smtp://secret.example",
                       .gateways = {"in", "b\"c"},
                       .state = report::Status::HopState::Fails,
                       .sessions = 3},
                      {.url = "smtp://other.example", .domains = {"example.org"}}};
  status.stores = {{.name = "history", .url = "sqlite:/x", .trouble = "full", .waiting = 7, .lost = 1}};
  status.domains.stages = {1, 0, 0, 2};
  status.domains.not_ready = {"example.org"};
  return status;
}

TEST(Metrics, CountWhatHappened) {
  EventCounts counts;
  counts.add(bounce("genuine", store::Done::Labelled, milliseconds(1)));
  counts.add(bounce("unproven", store::Done::Refused, milliseconds(2)));
  counts.add(bounce("unproven", store::Done::Refused, milliseconds(40'000)));
  store::Event surge;
  surge.cause = store::kSurge;
  counts.add(surge);
  const auto text = metrics_text(counts.all(), status(), 4096);
  EXPECT_THAT(text, HasSubstr("# TYPE backstop_events_total counter\n"));
  EXPECT_THAT(text,
              HasSubstr("backstop_events_total{direction=\"inbound\",kind=\"dsn-failed\",origin=\"unproven\","
                        "cause=\"missing\",done=\"refused\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("backstop_proofs_total{proof=\"watermark\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("proof=\"tag\"")));
  EXPECT_THAT(text, HasSubstr("backstop_surges_total 1\n"));
  EXPECT_THAT(text, HasSubstr("backstop_transaction_seconds_bucket{le=\"0.001\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("backstop_transaction_seconds_bucket{le=\"0.002\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("backstop_transaction_seconds_bucket{le=\"30\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("backstop_transaction_seconds_bucket{le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("backstop_transaction_seconds_sum 40.003\n"));
  EXPECT_THAT(text, HasSubstr("backstop_connections{door=\"in\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("backstop_connections{door=\"http\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("backstop_next_hop_up{next_hop=\"in,b\\\"c\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("backstop_next_hop_sessions{next_hop=\"domain-1\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("backstop_store_up{store=\"history\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("backstop_store_waiting{store=\"history\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("backstop_domains{stage=\"reject\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("backstop_domains_not_ready 1\n"));
  EXPECT_THAT(text, HasSubstr("backstop_memory_bytes 4096\n"));
  EXPECT_THAT(text, HasSubstr("backstop_start_time_seconds 1.5\n"));
  EXPECT_THAT(text, HasSubstr("backstop_info{version=\"1.2.3\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("example")));
}

TEST(Metrics, HaveALimit) {
  EventCounts counts;
  auto event = bounce("unproven", store::Done::Refused, milliseconds(1));
  for (std::size_t i = 0; i < EventCounts::kMost + 10; ++i) {
    event.cause = "cause-" + std::to_string(i);
    counts.add(event);
  }
  const auto all = counts.all();
  EXPECT_EQ(all.events.size(), EventCounts::kMost + 1);
  event.cause = "other";
  EXPECT_EQ(all.events.at({.direction = "inbound",
                           .kind = "dsn-failed",
                           .origin = "unproven",
                           .cause = "other",
                           .done = "refused"}),
            10u);
}

TEST(Metrics, AreOnTheirPage) {
  std::ifstream file(BACKSTOP_SOURCE_DIR "/docs/metrics.md");
  std::set<std::string> found;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| `backstop_")) found.insert(line);
  }
  std::set<std::string> wanted;
  constexpr std::string_view kTypes[] = {"counter", "gauge", "histogram"};
  for (const auto& one : kMetrics) {
    std::string labels;
    for (const char c : one.labels) labels += c;
    wanted.insert("| `" + std::string(one.name) + "` | " +
                  std::string(kTypes[static_cast<std::size_t>(one.type)]) + " | " + labels +
                  (labels.empty() ? "| " : " | ") + std::string(one.help) + " |");
  }
  EXPECT_EQ(found, wanted);
}

}  // namespace
}  // namespace backstop::http
