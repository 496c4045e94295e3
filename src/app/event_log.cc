#include "app/event_log.h"

#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/json.hpp>
#include <utility>

#include "app/event_json.h"

namespace backstop::app {

namespace {

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return spdlog::level::debug;
    case LogLevel::Info:
      return spdlog::level::info;
    case LogLevel::Warning:
      return spdlog::level::warn;
    case LogLevel::Error:
      break;
  }
  return spdlog::level::err;
}

bool is_ordinary(const store::Event& event) {
  return event.kind == "none" && event.done == "delivered" && !event.client_gone;
}

void add(std::string_view name, std::string_view value, std::string& line) {
  if (!value.empty()) fmt::format_to(std::back_inserter(line), " {}={}", name, value);
}

std::string joined(const std::vector<std::string>& recipients) {
  std::string text;
  for (const auto& one : recipients)
    fmt::format_to(std::back_inserter(text), "{}<{}>", text.empty() ? "" : ",", one);
  return text;
}

}  // namespace

base::Result<Log> open_log(const LogSettings& settings) {
  try {
    spdlog::sink_ptr sink;
    if (settings.file.empty()) {
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(settings.file);
    }
    auto log = std::make_shared<spdlog::logger>("backstop", std::move(sink));
    log->set_level(level_of(settings.level));
    log->flush_on(spdlog::level::info);
    log->set_pattern(settings.format == LogFormat::Json ? "%v" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                     spdlog::pattern_time_type::utc);
    return log;
  } catch (const spdlog::spdlog_ex& error) {
    return std::unexpected(base::Error{error.what()});
  }
}

std::string event_line(const store::Event& event) {
  std::string line = event.done + " " + event.id;
  add("gateway", event.gateway, line);
  add("client", event.client, line);
  add("helo", event.helo, line);
  fmt::format_to(std::back_inserter(line), " from=<{}> to={}", event.reverse_path, joined(event.recipients));
  if (event.size > 0) fmt::format_to(std::back_inserter(line), " size={}", event.size);
  add("message-id", event.message_id, line);
  if (event.kind != "none") add("kind", event.kind, line);
  add("origin", event.origin, line);
  if (event.reason != "ordinary") add("cause", event.reason, line);
  add("stage", event.stage, line);
  add("next-stage", event.next_stage, line);
  fmt::format_to(std::back_inserter(line), " took={}ms", event.took.count());
  if (event.client_gone) line += " client-gone";
  fmt::format_to(std::back_inserter(line), " reply=\"{}\"", event.reply);
  return line;
}

EventLog::EventLog(Log log, LogFormat format) : log_(std::move(log)), format_(format) {}

void EventLog::keep(std::unique_ptr<store::History> history, bool ordinary) {
  history_ = std::move(history);
  ordinary_ = ordinary;
}

void EventLog::record(store::Event event) {
  if (log_->should_log(spdlog::level::info)) {
    log_->info(format_ == LogFormat::Json ? boost::json::serialize(event_json(event)) : event_line(event));
  }
  if (history_ != nullptr && (ordinary_ || !is_ordinary(event))) history_->record(std::move(event));
}

}  // namespace backstop::app
