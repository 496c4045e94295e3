// What /metrics shows, in the text format of Prometheus. Pure. docs/metrics.md explains each metric, and a
// test holds it against kMetrics.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/event_counts.h"
#include "report/status.h"

namespace backstop::http {

enum class MetricType : std::uint8_t { Counter, Gauge, Histogram };

struct MetricInfo {
  std::string_view name;
  MetricType type;
  std::string_view labels;  ///< with commas; empty: none
  std::string_view help;
};

inline constexpr std::array kMetrics = {
    MetricInfo{"backstop_events_total", MetricType::Counter, "direction, kind, origin, cause, done",
               "Decisions about mails and recipients since the start."},
    MetricInfo{"backstop_proofs_total", MetricType::Counter, "proof",
               "Responses that came in, by each proof that they had."},
    MetricInfo{"backstop_emitted_total", MetricType::Counter, "",
               "Responses of our own servers that left for people who did not write. It must not grow."},
    MetricInfo{
        "backstop_contradictions_total", MetricType::Counter, "",
        "Certain bounces without a proof that have a valid signature of another mailbox of ours: they may "
        "be genuine."},
    MetricInfo{"backstop_surges_total", MetricType::Counter, "",
               "Floods of unproven responses to a mailbox or a domain that have begun."},
    MetricInfo{"backstop_transaction_seconds", MetricType::Histogram, "",
               "Time from MAIL to the reply, with that of the next hop."},
    MetricInfo{"backstop_connections", MetricType::Gauge, "door",
               "Open connections of clients, of mail servers and of browsers."},
    MetricInfo{"backstop_next_hop_up", MetricType::Gauge, "next_hop",
               "1: works, 0: fails. A next hop that nobody has connected to is left out."},
    MetricInfo{"backstop_next_hop_sessions", MetricType::Gauge, "next_hop", "Open sessions with it."},
    MetricInfo{"backstop_store_up", MetricType::Gauge, "store", "1: it can be written and read."},
    MetricInfo{"backstop_store_waiting", MetricType::Gauge, "store", "Rows that wait to be written."},
    MetricInfo{"backstop_store_lost_total", MetricType::Counter, "store",
               "Rows that could not be written since the start."},
    MetricInfo{"backstop_store_kept", MetricType::Gauge, "store", "Responses that are kept there."},
    MetricInfo{"backstop_domains", MetricType::Gauge, "stage", "Domains of ours at that stage."},
    MetricInfo{"backstop_domains_not_ready", MetricType::Gauge, "",
               "Domains whose stage acts as label, since it is not known that their mail carries proofs."},
    MetricInfo{"backstop_memory_bytes", MetricType::Gauge, "", "Resident memory of the process."},
    MetricInfo{"backstop_start_time_seconds", MetricType::Gauge, "", "When the process began, since 1970."},
    MetricInfo{"backstop_info", MetricType::Gauge, "version", "Always 1."},
};

inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

/// `memory` is that of the process in bytes. Next hops are named by their gateways, since the text is shown
/// without a login.
std::string metrics_text(const EventCounts::All& counts, const report::Status& status, std::uint64_t memory);

}  // namespace backstop::http
