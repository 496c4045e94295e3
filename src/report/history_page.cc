#include "report/history_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "mail/address.h"
#include "origin/tag.h"
#include "report/event_words.h"
#include "report/fact_table.h"
#include "report/local_time.h"

namespace backstop::report {

namespace {

constexpr std::size_t kMostRecipientsShown = 10;
constexpr std::size_t kGap = 2;
constexpr std::string_view kArrow = " -> ";

enum Column : std::size_t { Time, Id, Done, Kind, Client, Route, Cause, Next };
constexpr std::array<std::string_view, 8> kHeadings = {"Time",   "Id",         "Done",  "Kind",
                                                       "Client", "From -> To", "Cause", "Next stage"};
constexpr std::size_t kColumns = kHeadings.size();

/// `text` in `width` columns, with an ellipsis if it is cut. Counts characters, as columns() does.
std::string cut(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  std::size_t end = 0;
  for (std::size_t kept = 0; end < text.size(); ++end) {
    const bool begins_character = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
    if (begins_character && ++kept == width) break;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out = cut(text, width);
  return out.append(width - std::min(width, columns(out)), ' ');
}

std::string without_tag(const std::string& address) {
  const auto parsed = mail::parse_address(address);
  return base::printable(parsed ? origin::without_tag(*parsed).text() : address);
}

std::string or_dash(std::string_view text) {
  return text.empty() ? "-" : base::printable(text);
}

std::string sender_of(const store::Event& event) {
  if (event.is_surge()) return "-";
  return event.reverse_path.empty() ? "<>" : without_tag(event.reverse_path);
}

std::string recipients_of(const store::Event& event) {
  if (event.recipients.empty()) return "-";
  const std::string first = without_tag(event.recipients.front());
  return event.recipients.size() == 1 ? first : fmt::format("{} +{}", first, event.recipients.size() - 1);
}

struct Row {
  LocalTime time;
  std::array<std::string, kColumns> cells;  ///< without Route
  std::string from;
  std::string to;

  std::size_t route_width() const { return columns(from) + kArrow.size() + columns(to); }
};

Row row_of(const store::Event& event) {
  Row row;
  row.time = local_time(event.time);
  row.cells[Time] = row.time.time;
  row.cells[Id] = or_dash(event.id);
  row.cells[Done] = or_dash(words(event, event.done));
  row.cells[Kind] = or_dash(event.kind);
  row.cells[Client] = or_dash(event.client);
  row.cells[Cause] = base::printable(event.cause);
  if (event.next_stage != event.verdict) row.cells[Next] = words(event, event.next_stage);
  row.from = sender_of(event);
  row.to = recipients_of(event);
  return row;
}

/// If both don't fit, the longer one is cut first.
std::string route(const Row& row, std::size_t width) {
  const std::size_t room = width - kArrow.size();
  const std::size_t from = columns(row.from);
  const std::size_t to = columns(row.to);
  const std::size_t half = room / 2;
  std::size_t from_width = from;
  if (from + to > room) from_width = to < half ? room - to : std::min(from, half);
  return cut(row.from, from_width) + std::string(kArrow) + cut(row.to, room - std::min(room, from_width));
}

using Widths = std::array<std::size_t, kColumns>;

std::size_t sum(const Widths& widths) {
  std::size_t all = 0;
  for (const std::size_t width : widths) all += width > 0 ? kGap + width : 0;
  return all;
}

/// Columns are as wide as their content; if that is too wide, the route and then the client's address are
/// cut.
Widths widths_of(const std::vector<Row>& rows) {
  constexpr std::size_t kLeastRoute = 36;
  constexpr std::size_t kLeastClient = 15;
  constexpr std::size_t kMostOfOthers = 17;
  Widths widths{};
  for (std::size_t i = 0; i < kColumns; ++i) widths[i] = kHeadings[i].size();
  // A column that would be empty takes no room.
  if (std::ranges::all_of(rows, [](const Row& row) { return row.cells[Next].empty(); })) widths[Next] = 0;
  for (const Row& row : rows) {
    for (const Column column : {Time, Id, Done, Kind, Cause, Next}) {
      widths[column] = std::max(widths[column], std::min(kMostOfOthers, columns(row.cells[column])));
    }
    widths[Client] = std::max(widths[Client], columns(row.cells[Client]));
    widths[Route] = std::max(widths[Route], row.route_width());
  }
  const auto shrink = [&](Column column, std::size_t least) {
    const std::size_t all = sum(widths);
    const std::size_t too_much = all - std::min(all, kTableWidth);
    const std::size_t spare = widths[column] - std::min(widths[column], least);
    widths[column] -= std::min(too_much, spare);
  };
  shrink(Route, kLeastRoute);
  shrink(Client, kLeastClient);
  shrink(Route, kArrow.size() + 2);
  return widths;
}

std::string line_of(const std::array<std::string, kColumns>& cells, const Widths& widths) {
  std::string line;
  for (std::size_t i = 0; i < kColumns; ++i) {
    if (widths[i] > 0) line.append(kGap, ' ').append(padded(cells[i], widths[i]));
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

std::string heading_line(const Widths& widths) {
  std::array<std::string, kColumns> cells;
  std::ranges::copy(kHeadings, cells.begin());
  return line_of(cells, widths);
}

/// Returns the day of a row as a line, if it is another than `day`, which becomes it.
std::string day_line(const Row& row, std::string& day) {
  std::string this_day = fmt::format("{} ({})\n", row.time.day, row.time.zone);
  if (this_day == day) return {};
  day = this_day;
  return this_day;
}

std::string row_line(const Row& row, const Widths& widths) {
  std::array<std::string, kColumns> cells = row.cells;
  cells[Route] = route(row, widths[Route]);
  return line_of(cells, widths);
}

/// Returns widths with which nothing of the row is cut.
Widths uncut(const Row& row, Widths widths) {
  for (std::size_t i = 0; i < kColumns; ++i) {
    if (widths[i] > 0) widths[i] = std::max(widths[i], columns(row.cells[i]));
  }
  widths[Route] = std::max(widths[Route], row.route_width());
  return widths;
}

/// Returns widths with which the route has the room that the last column leaves in a line of `width`.
Widths with_route(const Row& row, Widths widths, std::size_t width) {
  const std::size_t last = std::min(widths[Cause], columns(row.cells[Cause]));
  const std::size_t used = sum(widths) - widths[Cause] + last;
  const std::size_t room = width - std::min(width, used);
  widths[Route] = std::min(widths[Route] + room, std::max(widths[Route], row.route_width()));
  return widths;
}

void add_recipients(const store::Event& event, FactTable& table) {
  const std::size_t shown = std::min(event.recipients.size(), kMostRecipientsShown);
  for (std::size_t i = 0; i < shown; ++i) table.add("To", event.recipients[i]);
  const auto more = event.recipients.size() - shown;
  if (more > 0) table.add("", fmt::format("and {} more recipient{}", more, more == 1 ? "" : "s"));
}

std::string facts(const store::Event& event) {
  FactTable table;
  table.add("Id", event.id);
  if (!event.gateway.empty())
    table.add("Gateway",
              event.gateway + (event.direction ? fmt::format(", {}", name(*event.direction)) : ""));
  table.add("Client", event.client + (event.helo.empty() ? "" : ", which called itself " + event.helo));
  // A surge is no mail, so it has no sender, and nothing took time.
  if (!event.is_surge()) table.add("From", event.reverse_path.empty() ? "<>" : event.reverse_path);
  add_recipients(event, table);
  if (event.size > 0) table.add("Size", fmt::format("{} octets", event.size));
  table.add("Message-ID", event.message_id);
  table.add("Kind", event.kind);
  table.add("Certainty", event.certainty);
  table.add("Sent by", event.reporting_mta);
  table.add("Answers", event.original_message_id);
  table.add("Origin", event.origin);
  for (const auto& one : event.evidence)
    table.add("  " + base::printable(one.name), one.finding + ": " + one.detail);
  table.add("Tag", event.tag);
  table.add("Verdict", name(event.verdict));
  table.add("Cause", event.cause);
  table.add("Stage", event.stage);
  table.add("Next stage", name(event.next_stage));
  table.add("Reply", event.reply);
  if (!event.is_surge()) table.add("Took", fmt::format("{} ms", event.took.count()));
  if (event.client_gone) table.add("Note", "the client left before the reply; the mail may come again");
  return table.text();
}

}  // namespace

std::string history_table(const std::vector<store::Event>& events) {
  std::vector<Row> rows;
  for (const store::Event& event : events) rows.push_back(row_of(event));
  const Widths widths = widths_of(rows);
  std::string out = heading_line(widths);
  std::string day;
  for (const Row& row : rows) {
    out += day_line(row, day);
    out += row_line(row, widths);
  }
  return out;
}

std::string RunningHistoryTable::line(const store::Event& event) {
  // Wide enough for the usual values; they fill kTableWidth.
  constexpr Widths kWidths = {8, 15, 11, 13, 15, 32, 12, 0};
  const Row row = row_of(event);
  const Widths widths = width_ == kUncut ? uncut(row, kWidths) : with_route(row, kWidths, width_);
  std::string out = is_begun_ ? "" : heading_line(kWidths);
  is_begun_ = true;
  out += day_line(row, day_);
  return out + row_line(row, widths);
}

std::string event_page(const store::Event& event) {
  const LocalTime time = local_time(event.time);
  std::string out = fmt::format("{} {} {}: {}\n", time.day, time.time, time.zone,
                                event.done ? name(*event.done) : base::printable(event.cause));
  out += wrap(base::printable(event.explanation, 1000), 2);
  return out + '\n' + facts(event);
}

}  // namespace backstop::report
