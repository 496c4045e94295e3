#include "gateway/command_reader.h"

#include "base/text.h"
#include "smtp/command.h"

namespace backstop::gateway {

namespace {

/// True for a line with its line end that is text.
bool is_text(std::string_view line) {
  return line.ends_with("\r\n") && !line.contains('\0') && line.find('\r') + 2 == line.size();
}

}  // namespace

/// Returns the next line with its line end, or nullopt if it has not come whole.
std::optional<std::string_view> CommandReader::buffered() const {
  const std::string_view input = connection_.input();
  const std::size_t end = input.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  return input.substr(0, end + 1);
}

std::optional<std::string_view> CommandReader::take_buffered(std::string_view verb, std::size_t most) {
  auto line = buffered();
  if (!line || !base::istarts_with(*line, verb) || line->size() > most) return std::nullopt;
  if (!is_text(*line) || smtp::is_http_request(*line)) return std::nullopt;
  connection_.consume(line->size());
  line->remove_suffix(2);
  return line;
}

net::Task<CommandReader::Next> CommandReader::next(std::size_t most, std::chrono::seconds time, Time last) {
  auto line = buffered();
  if (!line) connection_.give_time(time, last);
  while (!line && connection_.input().size() <= most) {
    if (is_to_end_()) co_return Next{Outcome::Ending};
    is_waiting_ = true;
    auto told = connection_.flush_now();
    if (!told) told = co_await connection_.flush();
    auto done = *told;
    if (connection_.input().empty()) connection_.buffer().shrink(2 * kIdleRoom);
    if (done) done = co_await connection_.fill(kIdleRoom);
    is_waiting_ = false;
    if (!done) co_return Next{.outcome = Outcome::Failed, .failure = done.error()};
    line = buffered();
  }
  if (!line || line->size() > most) co_return Next{Outcome::TooLong};
  connection_.consume(line->size());
  if (!is_text(*line)) co_return Next{Outcome::NotText, *line};
  line->remove_suffix(2);
  co_return Next{Outcome::Line, *line};
}

}  // namespace backstop::gateway
