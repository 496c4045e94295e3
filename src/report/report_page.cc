#include "report/report_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <iterator>
#include <utility>

#include "base/day.h"
#include "base/text.h"
#include "report/fact_table.h"
#include "report/top_list.h"
#include "store/event_json.h"

namespace backstop::report {

namespace {

namespace json = boost::json;

constexpr std::size_t kMostListed = 10;
constexpr std::size_t kMostName = 100;

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

/// ": 12 by watermark, 3 by tag" of the causes for which `is_meant` is true.
template <typename IsMeant>
std::string by_cause(const HistoryReport& report, std::string_view word, IsMeant is_meant) {
  std::string text;
  for (std::size_t i = 0; i < origin::kCauseNames.size(); ++i) {
    const auto cause = static_cast<origin::Cause>(i);
    if (!is_meant(cause) || report.of(cause) == 0) continue;
    fmt::format_to(std::back_inserter(text), "{}{}{} {}", text.empty() ? ": " : ", ", report.of(cause), word,
                   origin::name(cause));
  }
  return text;
}

std::string kinds(const HistoryReport& report) {
  std::string text;
  for (std::size_t i = 1; i < response::kKindNames.size(); ++i) {
    const auto kind = static_cast<response::Kind>(i);
    if (report.of(kind) == 0) continue;
    const auto& words = response::words(kind);
    if (!text.empty()) text += ", ";
    text += counted(report.of(kind), words.one, words.many);
  }
  return text;
}

std::string done(const HistoryReport& report) {
  std::string text;
  for (std::size_t i = 0; i < store::kDoneNames.size(); ++i) {
    const auto what = static_cast<store::Done>(i);
    if (report.of(what) == 0) continue;
    fmt::format_to(std::back_inserter(text), "{}{} {}", text.empty() ? "" : ", ", report.of(what),
                   store::name(what));
  }
  return text;
}

std::string what_came(const HistoryReport& report) {
  FactTable table;
  table.add("Came", counted(report.responses(), "response", "responses"));
  table.add("Kinds", kinds(report));
  table.add("Certain bounces", std::to_string(report.certain()));
  const auto is_other = [](origin::Cause cause) { return !is_proof(cause); };
  table.add("Genuine",
            std::to_string(report.of(origin::Result::Genuine)) + by_cause(report, " by", origin::is_proof));
  table.add("Not proven",
            std::to_string(report.of(origin::Result::Unproven) + report.of(origin::Result::Forged)) +
                by_cause(report, "", is_other));
  table.add("Done", done(report));
  return table.text();
}

std::string kept(const StageCounts& counts) {
  return fmt::format("{} refused, {} kept back", counts.refused, counts.quarantined);
}

/// HistoryReport counts what stage reject would keep back as if there were a quarantine.
std::string kept_at_last(const StageCounts& counts, bool has_quarantine) {
  if (has_quarantine || counts.quarantined == 0) return kept(counts);
  return fmt::format("{} refused, {} labelled, since there is no quarantine that could keep {} back",
                     counts.refused, counts.quarantined, counts.quarantined == 1 ? "it" : "them");
}

std::string stages(const HistoryReport& report, bool has_quarantine) {
  FactTable table;
  for (const auto& [name, counts] : report.domains()) {
    table.add(name.empty() ? "other domains" : base::printable(name, kMostName),
              fmt::format("{}, {} genuine; now {}; at the next stage {}; at reject {}",
                          counted(counts.responses, "response", "responses"), counts.genuine,
                          kept(counts.now), kept(counts.next), kept_at_last(counts.at_last, has_quarantine)));
  }
  return "\nWhat each stage keeps from your users\n" + table.text();
}

std::string ways(const HistoryReport& report) {
  std::string text;
  for (const auto& way : report.ways()) {
    if (way.count == 0) continue;
    std::string examples;
    for (const auto& id : way.ids) examples += (examples.empty() ? "" : ", ") + base::printable(id);
    text += wrap(fmt::format("{}, whose mail seems to have left {} (such as {})",
                             counted(way.count, "response", "responses"), way.sentence, examples),
                 2);
  }
  if (text.empty()) return "\nNone of these looks like an answer to your own mail.\n";
  text.insert(0, "\nOf these, some look like answers to your own mail; backstop why ID explains one\n");
  for (const auto& entry : report.hints().top(kMostListed))
    text += wrap(fmt::format("{} x {}", entry.count, base::printable(entry.name, 300)), 4);
  return text;
}

std::string top(const HistoryReport& report) {
  FactTable table;
  for (const auto& entry : report.unproven_mailboxes().top(kMostListed))
    table.add(base::printable(entry.name, kMostName), entry.text());
  const std::string rows = table.text();
  return rows.empty() ? rows : "\nAddresses that get the most responses without a proof\n" + rows;
}

std::string surges(const ReportContext& context) {
  if (context.surges.empty()) return {};
  FactTable table;
  for (const auto& one : context.surges) table.add(local_text(one.time), one.explanation);
  return "\nSurges\n" + table.text();
}

std::string ready(const ReportContext& context) {
  FactTable table;
  for (const auto& one : context.ready)
    table.add(base::printable(one.domain, kMostName),
              fmt::format("stage {}; {}", policy::name(one.stage), ready_words(one)));
  const std::string rows = table.text();
  return rows.empty() ? rows : "\nReady (backstop ready says more)\n" + rows;
}

std::string late(const ReportContext& context) {
  std::string text;
  for (const auto& one : context.late) text += wrap(late_refusal_line(one), 2);
  return text.empty() ? text : "\nNext hops that don't know who they took mail for\n" + text;
}

json::object to_json(const StageCounts& counts) {
  return {{"refused", counts.refused}, {"quarantined", counts.quarantined}};
}

template <std::size_t N, typename Enum>
json::object to_json(const HistoryReport& report, const std::array<std::string_view, N>& names, Enum first) {
  json::object object;
  for (auto i = static_cast<std::size_t>(first); i < N; ++i) {
    if (const auto count = report.of(static_cast<Enum>(i)); count > 0) object[names[i]] = count;
  }
  return object;
}

json::array domains_json(const HistoryReport& report) {
  json::array array;
  for (const auto& [name, counts] : report.domains()) {
    array.push_back(json::object{{"domain", store::sound_text(name)},
                                 {"responses", counts.responses},
                                 {"genuine", counts.genuine},
                                 {"now", to_json(counts.now)},
                                 {"next_stage", to_json(counts.next)},
                                 {"at_reject", to_json(counts.at_last)}});
  }
  return array;
}

json::array ways_json(const HistoryReport& report) {
  json::array array;
  for (const auto& way : report.ways()) {
    if (way.count == 0) continue;
    json::array ids;
    for (const auto& id : way.ids) ids.push_back(json::string(store::sound_text(id)));
    array.push_back(json::object{{"way", way.sentence}, {"count", way.count}, {"ids", std::move(ids)}});
  }
  return array;
}

}  // namespace

std::string report_page(const HistoryReport& report, const ReportContext& context) {
  std::string page =
      fmt::format("Responses from {} to {}\n", local_text(context.since), local_text(context.until));
  page += what_came(report);
  if (report.responses() > 0) page += stages(report, context.has_quarantine) + ways(report) + top(report);
  const std::string way_out = context.way_out == nullptr ? "" : context.way_out->text();
  return page + surges(context) + late(context) + way_out + ready(context);
}

json::object report_json(const HistoryReport& report, const ReportContext& context) {
  json::array surges;
  for (const auto& one : context.surges) surges.push_back(store::event_json(one));
  json::array ready;
  for (const auto& one : context.ready) ready.push_back(report::to_json(one));
  json::array late;
  for (const auto& one : context.late) late.push_back(report::to_json(one));
  return {{"since", base::format_time(context.since)},
          {"until", base::format_time(context.until)},
          {"responses", report.responses()},
          {"certain_bounces", report.certain()},
          {"kinds", to_json(report, response::kKindNames, response::Kind::DsnFailed)},
          {"origins", to_json(report, origin::kResultNames, origin::Result::Unproven)},
          {"origin_causes", to_json(report, origin::kCauseNames, origin::Cause::Local)},
          {"done", to_json(report, store::kDoneNames, store::Done::Delivered)},
          {"has_quarantine", context.has_quarantine},
          {"domains", domains_json(report)},
          {"look_like_ours", ways_json(report)},
          {"hints", json_of(report.hints(), "hint", kMostListed)},
          {"top_addresses", json_of(report.unproven_mailboxes(), "address", kMostListed)},
          {"surges", std::move(surges)},
          {"late_refusals", std::move(late)},
          {"way_out", context.way_out == nullptr ? json::value() : json::value(context.way_out->to_json())},
          {"ready", std::move(ready)}};
}

}  // namespace backstop::report
