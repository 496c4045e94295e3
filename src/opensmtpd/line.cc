#include "opensmtpd/line.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "milter/event.h"

namespace backstop::opensmtpd {
namespace {

constexpr char kBar = '|';
constexpr std::size_t kMostShown = 80;
constexpr std::size_t kMostId = 16;

std::unexpected<base::Error> wrong(std::string_view text) {
  return std::unexpected(
      base::Error{"OpenSMTPD sent a line that is not known: \"" + base::printable(text, kMostShown) + "\""});
}

std::string_view take_field(std::string_view& rest) {
  const auto field = rest.substr(0, rest.find(kBar));
  rest.remove_prefix(std::min(rest.size(), field.size() + 1));
  return field;
}

/// A session or a token: OpenSMTPD ends itself if one comes back that it doesn't know.
bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kMostId &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

/// Reads "0.6".
std::optional<unsigned> version_of(std::string_view text) {
  constexpr std::string_view kMajor = "0.";
  unsigned number = 0;
  if (!text.starts_with(kMajor)) return std::nullopt;
  text.remove_prefix(kMajor.size());
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

void append_begin(std::string_view kind, std::string_view session, std::string_view token, std::string& out) {
  out += kind;
  out += kBar;
  out += session;
  out += kBar;
  out += token;
  out += kBar;
}

/// Returns where a line that is too long is broken: in the header at the last space that is not at its begin.
std::size_t break_of(std::string_view line, std::size_t most, bool is_header) {
  if (!is_header) return most;
  const auto space = line.substr(0, most).find_last_of(" \t");
  const auto first = line.find_first_not_of(" \t");
  return space == std::string_view::npos || space <= first ? most : space;
}

}  // namespace

base::Result<Line> parse_line(std::string_view text) {
  std::string_view rest = text;
  const auto stream = take_field(rest);
  if (stream == "config") {
    const auto key = take_field(rest);
    if (key.empty()) return wrong(text);
    return Line{.stream = Stream::Config, .name = key, .rest = rest};
  }
  if (stream != "report" && stream != "filter") return wrong(text);
  Line line{.stream = stream == "filter" ? Stream::Filter : Stream::Report};
  const auto version = version_of(take_field(rest));
  take_field(rest);  // the time
  const auto subsystem = take_field(rest);
  line.name = take_field(rest);
  line.session = take_field(rest);
  if (line.stream == Stream::Filter) line.token = take_field(rest);
  line.rest = rest;
  const bool is_known = version && subsystem == "smtp-in" && !line.name.empty() && is_id(line.session) &&
                        (line.stream == Stream::Report || is_id(line.token));
  if (!is_known) return wrong(text);
  line.version = *version;
  return line;
}

std::vector<std::string_view> split_fields(std::string_view text, std::size_t most) {
  std::vector<std::string_view> fields;
  while (fields.size() + 1 < most && text.contains(kBar)) fields.push_back(take_field(text));
  fields.push_back(text);
  return fields;
}

base::Result<Connected> parse_connected(std::string_view rest) {
  constexpr std::string_view kUnix = "unix:";
  const auto fields = split_fields(rest, 4);
  if (fields.size() < 4) return wrong(rest);
  Connected connected{.host = fields[0]};
  auto source = fields[2];
  if (source.starts_with(kUnix)) {
    connected.path = source.substr(kUnix.size());
    return connected;
  }
  const auto colon = source.rfind(':');
  if (colon == std::string_view::npos) return wrong(rest);
  const auto port = source.substr(colon + 1);
  const auto read = std::from_chars(port.data(), port.data() + port.size(), connected.port);
  if (read.ec != std::errc() || read.ptr != port.data() + port.size()) return wrong(rest);
  connected.address = source.substr(0, colon);
  // "[2001:db8::1]:25", and in some versions "[IPv6:2001:db8::1]:25".
  if (connected.address.starts_with('[') && connected.address.ends_with(']'))
    connected.address = connected.address.substr(1, connected.address.size() - 2);
  if (base::istarts_with(connected.address, "IPv6:")) connected.address.remove_prefix(5);
  return connected;
}

// Before 0.6 the address came before the result, and had no "|" in it.
base::Result<Given> parse_given(const Line& line) {
  constexpr unsigned kResultFirst = 6;
  const auto fields = split_fields(line.rest, 3);
  if (fields.size() < 3) return wrong(line.rest);
  const bool is_result_first = line.version >= kResultFirst;
  return Given{.message = fields[0],
               .is_taken = fields[is_result_first ? 1 : 2] == "ok",
               .address = fields[is_result_first ? 2 : 1]};
}

// Before 0.7 the user came first, and could have a "|" in its name.
base::Result<std::string_view> parse_login(const Line& line) {
  constexpr unsigned kResultFirst = 7;
  const bool is_result_first = line.version >= kResultFirst;
  const auto bar = is_result_first ? line.rest.find(kBar) : line.rest.rfind(kBar);
  if (bar == std::string_view::npos) return wrong(line.rest);
  const auto before = line.rest.substr(0, bar);
  const auto behind = line.rest.substr(bar + 1);
  const auto result = is_result_first ? before : behind;
  return result == "pass" ? (is_result_first ? behind : before) : std::string_view();
}

std::vector<std::string_view> parameters_of(std::string_view command) {
  std::vector<std::string_view> parameters;
  const auto end = command.find('>');
  if (end == std::string_view::npos) return parameters;
  auto rest = command.substr(end + 1);
  while (parameters.size() < milter::kMostParameters) {
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(' ')));
    if (rest.empty()) break;
    const auto one = rest.substr(0, rest.find(' '));
    parameters.push_back(one);
    rest.remove_prefix(one.size());
  }
  return parameters;
}

LineLimits limits_of(std::string_view version) {
  constexpr unsigned kLongLines = 7;
  unsigned major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  if (major < kLongLines) return {};
  return {.text = 1000, .data = 65000};
}

void append_registration(bool has_sessions, std::string& out) {
  constexpr std::string_view kReady = "register|ready\n";
  if (!has_sessions) {
    out += kReady;
    return;
  }
  constexpr std::string_view kReports[] = {"link-connect", "link-disconnect", "link-identify",
                                           "link-auth",    "tx-mail",         "tx-rcpt",
                                           "tx-reset",     "protocol-client"};
  constexpr std::string_view kPhases[] = {"rcpt-to", "data", "data-line", "commit"};
  for (const auto report : kReports) {
    out += "register|report|smtp-in|";
    out += report;
    out += '\n';
  }
  for (const auto phase : kPhases) {
    out += "register|filter|smtp-in|";
    out += phase;
    out += '\n';
  }
  out += kReady;
}

void append_proceed(std::string_view session, std::string_view token, std::string& out) {
  append_begin("filter-result", session, token, out);
  out += "proceed\n";
}

void append_reject(std::string_view session, std::string_view token, std::string_view reply,
                   const LineLimits& limits, std::string& out) {
  append_begin("filter-result", session, token, out);
  out += "reject|";
  out += reply.substr(0, limits.text);
  out += '\n';
}

void append_data(std::string_view session, std::string_view token, std::string_view line, bool is_header,
                 const LineLimits& limits, std::string& out) {
  std::string_view begin;
  for (;;) {
    const auto room = limits.data - begin.size();
    const auto size = line.size() <= room ? line.size() : break_of(line, room, is_header);
    append_begin("filter-dataline", session, token, out);
    out += begin;
    out += line.substr(0, size);
    out += '\n';
    line.remove_prefix(size);
    if (line.empty()) return;
    const bool is_folded = line.front() == ' ' || line.front() == '\t';
    begin = is_header ? (is_folded ? "" : " ") : (line.front() == '.' ? "." : "");
  }
}

}  // namespace backstop::opensmtpd
