#include "service/service.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "base/text.h"
#include "config/status_socket.h"
#include "gateway/listen_plan.h"
#include "gateway/release.h"
#include "intake/event_of.h"
#include "intake/kept_response.h"
#include "net/local_socket.h"
#include "os/process.h"
#include "report/json_line.h"
#include "service/service_lines.h"

namespace backstop::service {

namespace {

// How long transactions may take to end when we do. The supervisor must wait longer (TimeoutStopSec= in
// packaging/backstop.service).
constexpr std::chrono::seconds kDrainTime{60};
constexpr std::chrono::seconds kFlushTime{10};

// The first of the ports that every user may listen on.
constexpr std::uint16_t kFirstFreePort = 1024;

unsigned workers_of(const config::Config& config) {
  if (config.server.workers > 0) return static_cast<unsigned>(config.server.workers);
  return std::max(1U, std::thread::hardware_concurrency());
}

std::shared_ptr<const gateway::Settings> share(const gateway::Settings& settings) {
  return std::make_shared<const gateway::Settings>(settings);
}

std::shared_ptr<const filter::Settings> filter_settings(const config::Config& config) {
  filter::Settings settings;
  settings.site = share(config.gateway);
  settings.milter = config.milter;
  settings.socketmap = config.socketmap;
  settings.limits = config.gateway.limits;
  settings.bad_tags = config.gateway.limits.bad_tags;
  settings.recipients = config.gateway.limits.recipients;
  settings.help_url = config.gateway.help_url;
  return std::make_shared<const filter::Settings>(std::move(settings));
}

}  // namespace

Service::Service(config::Config config) : config_(std::move(config)) {}

// Work of the HTTP side may be on its way to a loop of the server.
Service::~Service() {
  if (http_) http_->join();
}

base::Result<std::unique_ptr<Service>> Service::open(config::Config config) {
  std::unique_ptr<Service> service(new Service(std::move(config)));
  const config::Config& chosen = service->config_;
  service->file_limit_ = os::raise_file_limit();
  auto server = gateway::Server::bind(share(chosen.gateway), workers_of(chosen), service->events_);
  if (!server) return std::unexpected(server.error());
  service->server_ = std::move(*server);
  if (auto done = service->open_milter(); !done) return std::unexpected(done.error());
  if (auto done = service->open_socketmap(); !done) return std::unexpected(done.error());
  if (auto done = service->open_http(); !done) return std::unexpected(done.error());
  if (!chosen.server.user.empty()) {
    if (auto done = os::become(chosen.server.user); !done) return std::unexpected(done.error());
    os::keep_memory_private();
  }
  // From here on, files are created as the configured user.
  if (auto done = service->open_files(); !done) return std::unexpected(done.error());
  return service;
}

base::Result<void> Service::open_milter() {
  if (!config_.milter.is_used()) return {};
  milter_ = std::make_unique<filter::MilterServer>(filter_settings(config_), events_);
  auto opened = milter_->bind(server_->workers());
  if (!opened) return std::unexpected(opened.error());
  for (auto& one : *opened) server_->open_side_door(std::move(one.sockets), one.make_session);
  return {};
}

base::Result<void> Service::open_socketmap() {
  if (config_.socketmap.listen.empty()) return {};
  socketmap_ = std::make_unique<filter::SocketmapServer>(filter_settings(config_), events_);
  auto opened = socketmap_->bind(server_->workers());
  if (!opened) return std::unexpected(opened.error());
  for (auto& one : *opened) server_->open_side_door(std::move(one.sockets), one.make_session);
  return {};
}

base::Result<void> Service::open_http() {
  if (!config_.http.is_used()) return {};
  http_ = std::make_unique<http::Server>(std::make_shared<const http::Settings>(config_.http), events_);
  auto opened = http_->bind(server_->workers());
  if (!opened) return std::unexpected(opened.error());
  for (auto& one : *opened) server_->open_side_door(std::move(one.sockets), one.make_session);
  events_.watch(*http_);
  return {};
}

http::Sources Service::http_sources() {
  return {.status = [this] { return status_source_->look(); },
          .site = [this] { return status_source_->running()->settings; },
          .history = config_.history_enabled ? config_.history.url : std::string(),
          .quarantine = config_.quarantine,
          .held = config_.held,
          .release = [this](const store::KeptResponse& kept) -> base::Result<void> {
            const auto taken = gateway::release(kept, *status_source_->running()->settings);
            if (!taken) return std::unexpected(taken.error());
            return {};
          },
          // It lives longer than the HTTP side.
          .ledger = std::shared_ptr<store::LedgerReader>(ledger_.get(), [](const store::LedgerReader*) {}),
          .journal = &events_,
          .version = BACKSTOP_VERSION};
}

base::Result<void> Service::open_files() {
  auto log = os::Log::open(config_.log);
  if (!log) return std::unexpected(log.error());
  events_.open_log(std::move(*log));
  events_.keep_ordinary(config_.history_ordinary);
  maps_ = std::make_unique<MapWatch>(share(config_.gateway), teller());
  for (const auto* const settings : {&config_.quarantine, &config_.held}) {
    if (auto done = open_kept(*settings); !done) return done;
  }
  if (auto done = open_history(); !done) return done;
  if (auto done = open_ledger(); !done) return done;
  make_status_source();
  if (http_) http_->set_sources(http_sources());
  return {};
}

std::function<void(std::string)> Service::warner() {
  return [&log = events_.log()](const std::string& line) { log.tell(os::LogLevel::Warning, line); };
}

Tell Service::teller() {
  return [&log = events_.log()](os::LogLevel level, const std::string& line) { log.tell(level, line); };
}

base::Result<void> Service::open_history() {
  if (!config_.history_enabled) return {};
  auto history = store::open_history(config_.history, warner());
  if (!history) return std::unexpected(history.error());
  events_.open_history(std::move(*history));
  readiness_ = std::make_unique<ReadinessWatch>(config_.history.url, share(config_.gateway), server_->ready(),
                                                teller());
  return {};
}

base::Result<void> Service::open_ledger() {
  if (config_.ledger.url.empty()) return {};
  auto ledger = store::open_ledger(config_.ledger, warner());
  if (!ledger) return std::unexpected(ledger.error());
  ledger_ = std::move(*ledger);
  server_->use_ledger(*ledger_);
  return {};
}

// What can't be asked now is told by the first look of the upkeep.
void Service::warn_of_lost_keys(store::Quarantine& quarantine, store::KeptPlace place) {
  const auto keys = intake::seal_keys(config_.gateway.keys);
  for (const int number : quarantine.keys_in_use().value_or(std::vector<int>())) {
    if (std::ranges::count(keys, number, &store::SealKey::number) > 0) continue;
    log().tell(os::LogLevel::Warning,
               fmt::format("{}: something is encrypted with key {}, which the key file doesn't have: nobody "
                           "can open it",
                           name(place), number));
  }
}

base::Result<void> Service::open_kept(const store::QuarantineSettings& settings) {
  if (settings.url.empty()) return {};
  auto kept = store::open_quarantine(settings);
  if (!kept) return std::unexpected(kept.error());
  auto for_upkeep = store::open_quarantine(settings);
  if (!for_upkeep) return std::unexpected(for_upkeep.error());
  warn_of_lost_keys(**kept, settings.place);
  server_->keep_in(std::move(*kept), std::move(*for_upkeep), settings);
  return {};
}

void Service::warn_of_few_files() {
  const auto why = os::why_too_few_files(config_.gateway.limits.sessions, workers_of(config_), file_limit_);
  if (!why.empty()) log().tell(os::LogLevel::Warning, why);
}

// Without an answer to `backstop status` mail still flows, so it is no reason not to start.
void Service::open_status() {
  const auto path = config::status_socket_of(config_);
  if (path.empty()) return;
  auto socket = net::listen_local(path);
  if (!socket) {
    log().tell(os::LogLevel::Warning, fmt::format("status: {}", socket.error().message));
    return;
  }
  status_server_ = std::make_unique<StatusServer>(
      std::move(*socket), [this] { return report::json_line(report::to_json(status_source_->look())); });
}

void Service::tell_status(bool is_stopping, const std::string& reload_failure) {
  auto running = std::make_shared<Running>(*status_source_->running());
  running->is_stopping = is_stopping;
  running->reload_failure = reload_failure;
  status_source_->set(std::move(running));
}

void Service::reload_failed(const std::string& why) {
  tell_status(false, why);
}

void Service::start() {
  warn_of_few_files();
  server_->start();
  open_status();
}

void Service::make_status_source() {
  const RunningStores stores{.history = config_.history_enabled ? config_.history.url : std::string(),
                             .has_ordinary = config_.history_ordinary,
                             .ledger = config_.ledger.url,
                             .quarantine = config_.quarantine,
                             .held = config_.held,
                             .history_writer = history(),
                             .ledger_writer = ledger()};
  status_source_ = std::make_unique<StatusSource>(*server_, stores, running());
}

std::shared_ptr<const Running> Service::running() const {
  std::vector<report::Status::Door> doors;
  const auto add = [&](std::string_view name, const auto& server, const net::DoorSettings& settings) {
    if (server == nullptr) return;
    doors.push_back({.name = std::string(name), .most = settings.connections});
    for (const auto& place : server->listening()) doors.back().addresses.push_back(place.text());
  };
  add(intake::kMilterName, milter_, config_.milter);
  add(filter::kSocketmapName, socketmap_, config_.socketmap);
  add(http::kHttpName, http_, config_.http);
  return std::make_shared<const Running>(Running{
      .settings = share(config_.gateway),
      .listening = server_->listening(),
      .doors = std::move(doors),
      .config_file = config_.file,
      .config_read = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())});
}

std::string Service::addresses() const {
  std::vector<std::string> all;
  const auto add = [&](std::string_view name, const std::string& place) {
    all.push_back(fmt::format("{} {}", name, place));
  };
  for (const auto& one : server_->listening()) add(one.gateway, one.endpoint.text());
  if (milter_ != nullptr) {
    for (const auto& place : milter_->listening()) add(intake::kMilterName, place.text());
  }
  if (socketmap_ != nullptr) {
    for (const auto& place : socketmap_->listening()) add(filter::kSocketmapName, place.text());
  }
  if (http_ != nullptr) {
    for (const auto& places : {http_->listening(), http_->public_listening()})
      for (const auto& place : places)
        add(http::kHttpName, place.is_local() ? place.text() : place.endpoint.text());
  }
  return fmt::format("{}", fmt::join(all, ", "));
}

base::Result<gateway::Server::Rebinding> Service::rebind(const gateway::Settings& settings) {
  auto rebinding = server_->rebind(settings);
  if (rebinding || config_.server.user.empty()) return rebinding;
  const auto plan = gateway::plan_listening(server_->listening(), settings.gateways);
  const bool takes_root = std::ranges::any_of(plan.places, [](const auto& place) {
    return place.running == nullptr && place.wanted.port > 0 && place.wanted.port < kFirstFreePort;
  });
  if (takes_root) {
    rebinding.error().message += fmt::format("; a restart binds such ports before it becomes the user {}",
                                             base::printable(config_.server.user));
  }
  return rebinding;
}

base::Result<std::vector<std::string>> Service::reload(config::Config config) {
  auto rebinding = rebind(config.gateway);
  if (!rebinding) return std::unexpected(rebinding.error());
  if (auto done = log().reopen(config.log); !done) return std::unexpected(done.error());
  const auto left = restart_lines(config_, config);
  keep_what_runs(config_, config);
  config_ = std::move(config);
  auto changes = address_lines(rebinding->changes);
  server_->reload(share(config_.gateway), std::move(*rebinding));
  if (milter_) milter_->reload(filter_settings(config_));
  if (socketmap_) socketmap_->reload(filter_settings(config_));
  if (http_) http_->reload(std::make_shared<const http::Settings>(config_.http));
  events_.keep_ordinary(config_.history_ordinary);
  maps_->reload(share(config_.gateway));
  if (readiness_) readiness_->reload(share(config_.gateway));
  status_source_->keep_ordinary(config_.history_ordinary);
  status_source_->set(running());
  // Somebody may have removed the file, or another server may have had it.
  if (!status_server_ || ::access(status_server_->path().c_str(), F_OK) != 0) open_status();
  for (const auto& line : left) log().tell(os::LogLevel::Warning, line);
  warn_of_few_files();
  return changes;
}

void Service::reopen_log() {
  if (const auto done = log().reopen(config_.log); !done)
    log().tell(os::LogLevel::Error, done.error().message);
}

void Service::stop() {
  tell_status(true);
  server_->stop(kDrainTime);
  const auto until = std::chrono::steady_clock::now() + kFlushTime;
  const auto left = [&] {
    using std::chrono::milliseconds;
    const auto time = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
    return std::max(time, milliseconds{0});
  };
  if (history() != nullptr) history()->flush(left());
  if (ledger() != nullptr) ledger()->flush(left());
}

base::Result<std::string> Service::dashboard_link() {
  const auto refuse = [](std::string why) { return std::unexpected(base::Error{std::move(why)}); };
  if (http_ == nullptr) return refuse("[http] has no \"listen\"");
  const auto place =
      std::ranges::find_if(http_->listening(), [](const net::Place& one) { return !one.is_local(); });
  if (place == http_->listening().end()) return refuse("it has no address");
  auto token = http_->desk().logins.make_once({.name = "admin", .role = http::Role::Admin},
                                              std::chrono::steady_clock::now());
  if (!token) return token;
  return fmt::format("{}://{}/#once={}", config_.http.tls ? "https" : "http", place->endpoint.text(), *token);
}

void Service::cut() {
  server_->cut();
}

}  // namespace backstop::service
