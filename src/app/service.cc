#include "app/service.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "app/process.h"

namespace backstop::app {

namespace {

// How long transactions may take to end when we do: as long as a supervisor waits by default, less a margin.
constexpr std::chrono::seconds kDrainTime{60};
constexpr std::chrono::seconds kFlushTime{10};

unsigned workers_of(const Config& config) {
  if (config.server.workers > 0) return static_cast<unsigned>(config.server.workers);
  return std::max(1U, std::thread::hardware_concurrency());
}

std::shared_ptr<const gateway::Settings> share(const gateway::Settings& settings) {
  return std::make_shared<const gateway::Settings>(settings);
}

bool listens_alike(const gateway::Settings& a, const gateway::Settings& b) {
  return std::ranges::equal(a.gateways, b.gateways, [](const auto& one, const auto& other) {
    return one.name == other.name && one.listen == other.listen;
  });
}

/// The first setting that differs and is only read at the start, or nothing.
std::string_view needs_restart(const Config& now, const Config& wanted) {
  if (!listens_alike(now.gateway, wanted.gateway)) return "a gateway's name or listen";
  if (now.server.workers != wanted.server.workers) return "workers";
  if (now.server.user != wanted.server.user) return "user";
  if (now.history_enabled != wanted.history_enabled || now.history != wanted.history) return "[history]";
  if (now.log != wanted.log) return "[log]";
  return {};
}

}  // namespace

Service::Service(Config config) : config_(std::move(config)) {}

Service::~Service() = default;

base::Result<std::unique_ptr<Service>> Service::open(Config config) {
  std::unique_ptr<Service> service(new Service(std::move(config)));
  const Config& chosen = service->config_;
  auto log = open_log(chosen.log);
  if (!log) return std::unexpected(log.error());
  service->log_ = std::move(*log);
  service->events_ = std::make_unique<EventLog>(service->log_, chosen.log.format);
  raise_file_limit();
  auto server = gateway::Server::bind(share(chosen.gateway), workers_of(chosen), *service->events_);
  if (!server) return std::unexpected(server.error());
  service->server_ = std::move(*server);
  // The files that are made from here on belong to whom they are to belong to.
  if (!chosen.server.user.empty()) {
    if (auto done = become(chosen.server.user); !done) return std::unexpected(done.error());
  }
  if (!chosen.history_enabled) return service;
  auto history = store::open_history(chosen.history,
                                     [log = service->log_](const std::string& line) { log->warn(line); });
  if (!history) return std::unexpected(history.error());
  service->events_->keep(std::move(*history), chosen.history_ordinary);
  return service;
}

void Service::start() {
  server_->start();
}

std::string Service::addresses() const {
  std::string text;
  for (const auto& one : server_->listening()) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", one.gateway, one.endpoint.text());
  }
  return text;
}

base::Result<void> Service::reload(Config config) {
  if (const auto what = needs_restart(config_, config); !what.empty()) {
    return std::unexpected(base::Error{fmt::format("{} has changed, and that takes a restart", what)});
  }
  config_ = std::move(config);
  server_->reload(share(config_.gateway));
  return {};
}

void Service::stop() {
  server_->stop(kDrainTime);
  if (events_->history() != nullptr) events_->history()->flush(kFlushTime);
}

}  // namespace backstop::app
