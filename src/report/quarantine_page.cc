#include "report/quarantine_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <vector>

#include "base/day.h"
#include "base/text.h"
#include "report/fact_table.h"
#include "report/local_time.h"
#include "store/event.h"

namespace backstop::report {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostCell = 60;
constexpr std::size_t kMostLine = 998;  // RFC 5322 2.1.1
constexpr std::array<std::string_view, 6> kHeadings = {"ID", "KEPT", "UNTIL", "TO", "CAUSE", "FROM HOST"};
using Row = std::array<std::string, kHeadings.size()>;

std::string host_of(const store::KeptEnvelope& kept) {
  return kept.reporting_mta.empty() ? kept.client : kept.reporting_mta;
}

std::string recipients_of(const store::KeptEnvelope& kept) {
  if (kept.recipients.empty()) return "-";
  const auto& first = kept.recipients.front();
  return kept.recipients.size() == 1 ? first : fmt::format("{} +{}", first, kept.recipients.size() - 1);
}

Row row_of(const store::KeptEnvelope& kept, std::chrono::hours keep) {
  Row row = {kept.id,
             local_text(kept.time),
             local_time(kept.time + keep).day,
             recipients_of(kept),
             fmt::format("{}, {}", kept.kind, kept.cause),
             host_of(kept)};
  for (auto& cell : row) cell = base::printable(cell, kMostCell);
  return row;
}

json::string sound(std::string_view text) {
  return json::string(store::sound_text(text));
}

}  // namespace

std::string quarantine_table(std::span<const store::KeptEnvelope> kept, std::chrono::hours keep) {
  std::vector<Row> rows = {Row{}};
  std::ranges::copy(kHeadings, rows.front().begin());
  for (const auto& one : kept) rows.push_back(row_of(one, keep));
  std::array<std::size_t, kHeadings.size()> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  std::string table;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] + 2 - columns(row[i]), ' ');
    }
    table += line + '\n';
  }
  return table;
}

std::string quarantine_page(const store::KeptResponse& kept, std::chrono::hours keep) {
  const auto& envelope = kept.envelope;
  FactTable table;
  table.add("id", envelope.id);
  table.add("kept", local_text(envelope.time));
  table.add("until", local_text(envelope.time + keep));
  table.add("from", envelope.reverse_path.empty() ? "<> (the null sender)" : envelope.reverse_path);
  table.add("to", fmt::format("{}", fmt::join(envelope.recipients, ", ")));
  table.add("client", envelope.client);
  table.add("host", envelope.reporting_mta);
  table.add("gateway", envelope.gateway);
  table.add("kind", envelope.kind);
  table.add("cause", fmt::format("{}: {}", envelope.cause, envelope.explanation));
  table.add("size", fmt::format("{} octets", envelope.size));
  std::string page = table.text() + '\n';
  std::string_view rest = kept.message;
  for (std::string_view line; base::next_line(rest, line) && !line.empty();)
    page += base::printable(line, kMostLine) + '\n';
  return page;
}

json::object to_json(const store::KeptEnvelope& kept, std::chrono::hours keep) {
  json::array recipients;
  for (const auto& one : kept.recipients) recipients.push_back(sound(one));
  return {{"id", sound(kept.id)},
          {"time", base::format_time(kept.time)},
          {"until", base::format_time(kept.time + keep)},
          {"gateway", sound(kept.gateway)},
          {"client", sound(kept.client)},
          {"reverse_path", sound(kept.reverse_path)},
          {"recipients", std::move(recipients)},
          {"kind", sound(kept.kind)},
          {"cause", sound(kept.cause)},
          {"explanation", sound(kept.explanation)},
          {"reporting_mta", sound(kept.reporting_mta)},
          {"size", kept.size},
          {"told", kept.is_told}};
}

}  // namespace backstop::report
