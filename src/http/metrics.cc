#include "http/metrics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>
#include <vector>

#include "base/text.h"

namespace backstop::http {
namespace {

using prometheus::ClientMetric;
using Labels = std::vector<ClientMetric::Label>;

prometheus::MetricType type_of(MetricType type) {
  if (type == MetricType::Histogram) return prometheus::MetricType::Histogram;
  return type == MetricType::Counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
}

/// The families of kMetrics, in their order.
class Families {
 public:
  Families() {
    for (const auto& info : kMetrics) {
      prometheus::MetricFamily family;
      family.name = info.name;
      family.help = info.help;
      family.type = type_of(info.type);
      families_.push_back(std::move(family));
    }
  }

  void set(std::string_view name, double value, Labels labels = {}) {
    const std::size_t at = index_of(name);
    ClientMetric metric;
    metric.label = std::move(labels);
    if (kMetrics[at].type == MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    families_[at].metric.push_back(std::move(metric));
  }

  void set(std::string_view name, const TimeCounts& counts) {
    ClientMetric metric;
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < counts.counts.size(); ++i) {
      so_far += counts.counts[i];
      const bool is_last = i == TimeCounts::kBounds.size();
      const double bound =
          is_last ? std::numeric_limits<double>::infinity() : TimeCounts::kBounds[i] / 1000.0;
      metric.histogram.bucket.push_back({.cumulative_count = so_far, .upper_bound = bound});
    }
    metric.histogram.sample_count = so_far;
    metric.histogram.sample_sum = static_cast<double>(counts.sum.count()) / 1000.0;
    families_[index_of(name)].metric.push_back(std::move(metric));
  }

  std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  static std::size_t index_of(std::string_view name) {
    const auto* const found = std::ranges::find(kMetrics, name, &MetricInfo::name);
    assert(found != kMetrics.end());
    return static_cast<std::size_t>(found - kMetrics.begin());
  }

  std::vector<prometheus::MetricFamily> families_;
};

ClientMetric::Label label(std::string_view name, std::string_view value) {
  ClientMetric::Label label;
  label.name = name;
  label.value = base::printable(value);
  return label;
}

void add_events(const EventCounts::All& counts, Families& families) {
  for (const auto& [labels, count] : counts.events) {
    families.set("backstop_events_total", static_cast<double>(count),
                 {label("direction", labels.direction), label("kind", labels.kind),
                  label("origin", labels.origin), label("cause", labels.cause), label("done", labels.done)});
  }
  for (const auto& [proof, count] : counts.proofs)
    families.set("backstop_proofs_total", static_cast<double>(count), {label("proof", proof)});
  families.set("backstop_emitted_total", static_cast<double>(counts.emitted));
  families.set("backstop_contradictions_total", static_cast<double>(counts.contradictions));
  families.set("backstop_surges_total", static_cast<double>(counts.surges));
  families.set("backstop_transaction_seconds", counts.took);
}

void add_connections(const report::Status& status, Families& families) {
  const auto add = [&](std::string_view name, std::size_t count) {
    families.set("backstop_connections", static_cast<double>(count), {label("door", name)});
  };
  for (const auto& one : status.gateways) add(one.name, one.sessions);
  for (const auto& one : status.doors) add(one.name, one.connections);
}

void add_next_hops(const report::Status& status, Families& families) {
  std::size_t unnamed = 0;
  for (const auto& hop : status.next_hops) {
    // One that domains have of their own is numbered: its name would tell where their mail goes.
    const auto name = hop.gateways.empty() ? fmt::format("domain-{}", ++unnamed)
                                           : fmt::format("{}", fmt::join(hop.gateways, ","));
    if (hop.state != report::Status::HopState::Unknown) {
      families.set("backstop_next_hop_up", hop.state == report::Status::HopState::Works ? 1 : 0,
                   {label("next_hop", name)});
    }
    families.set("backstop_next_hop_sessions", static_cast<double>(hop.sessions), {label("next_hop", name)});
  }
}

void add_stores(const report::Status& status, Families& families) {
  for (const auto& store : status.stores) {
    const auto set = [&](std::string_view name, const std::optional<std::uint64_t>& value) {
      if (value) families.set(name, static_cast<double>(*value), {label("store", store.name)});
    };
    families.set("backstop_store_up", store.trouble.empty() ? 1 : 0, {label("store", store.name)});
    set("backstop_store_waiting", store.waiting);
    set("backstop_store_lost_total", store.lost);
    set("backstop_store_kept", store.kept);
  }
}

}  // namespace

std::string metrics_text(const EventCounts::All& counts, const report::Status& status, std::uint64_t memory) {
  Families families;
  add_events(counts, families);
  add_connections(status, families);
  add_next_hops(status, families);
  add_stores(status, families);
  for (std::size_t i = 0; i < status.domains.stages.size(); ++i) {
    families.set("backstop_domains", static_cast<double>(status.domains.stages[i]),
                 {label("stage", policy::name(static_cast<policy::Stage>(i)))});
  }
  families.set("backstop_domains_not_ready", static_cast<double>(status.domains.not_ready.size()));
  families.set("backstop_memory_bytes", static_cast<double>(memory));
  const auto started = std::chrono::duration<double>(status.started.time_since_epoch());
  families.set("backstop_start_time_seconds", started.count());
  families.set("backstop_info", 1, {label("version", status.version)});
  return families.text();
}

}  // namespace backstop::http
