#include "service/status_source.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "intake/event_of.h"
#include "intake/ready_table.h"
#include "store/url.h"

namespace backstop::service {

namespace {

using report::Moment;
using report::Status;

// How long the workers have to tell what they have open. One that is busy answers within milliseconds.
constexpr std::chrono::seconds kWorkerTime{1};

Moment now_of_day() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::chrono::sys_days day_of(Moment moment) {
  return std::chrono::floor<std::chrono::days>(moment);
}

std::size_t count_in(const std::map<std::string, std::size_t, std::less<>>& counts, std::string_view name) {
  const auto found = counts.find(name);
  return found == counts.end() ? 0 : found->second;
}

std::vector<Status::Gateway> gateways(const Running& running, const gateway::OpenSessions& open) {
  std::vector<Status::Gateway> all;
  for (const auto& gateway : running.settings->gateways) {
    Status::Gateway one{.name = gateway.name, .direction = gateway.direction};
    for (const auto& listening : running.listening) {
      if (listening.gateway == gateway.name) one.addresses.push_back(listening.endpoint.text());
    }
    one.next_hop = gateway.next_hop.url;
    one.sessions = count_in(open.clients, gateway.name);
    all.push_back(std::move(one));
  }
  return all;
}

std::vector<Status::Door> doors(const Running& running, const gateway::OpenSessions& open) {
  auto all = running.doors;
  for (auto& door : all) door.connections = count_in(open.clients, door.name);
  return all;
}

/// The next hops of a configuration, each once by its url, in the order of the file.
class HopList {
 public:
  explicit HopList(const gateway::Settings& settings) {
    for (const auto& gateway : settings.gateways) at(gateway.next_hop).gateways.push_back(gateway.name);
    for (const auto& domain : settings.domains) {
      if (domain.next_hop) at(*domain.next_hop).domains.push_back(domain.name);
    }
  }

  /// Adds late refusals to the next hops that took the recipients: the domain's own, or those of the inbound
  /// gateways. A bounce leaves by another gateway than the mail came, and doesn't tell which that was.
  void add(const report::LateRefusals& late, const gateway::Settings& settings) {
    const auto* const domain = settings.domains.find(late.domain);
    if (domain != nullptr && domain->next_hop) {
      hops_[index_.at(domain->next_hop->url)].refuses_late.push_back(late);
      return;
    }
    const auto is_inbound = [](const gateway::GatewaySettings& one) {
      return one.direction == store::Direction::Inbound;
    };
    const bool is_known = std::ranges::any_of(settings.gateways, [&](const auto& one) {
      return is_inbound(one) && late.gateways.contains(one.name);
    });
    std::vector<std::size_t> meant;
    for (const auto& gateway : settings.gateways) {
      if (!is_inbound(gateway) || (is_known && !late.gateways.contains(gateway.name))) continue;
      const auto place = index_.at(gateway.next_hop.url);
      if (std::ranges::find(meant, place) == meant.end()) meant.push_back(place);
    }
    for (const auto place : meant) hops_[place].refuses_late.push_back(late);
  }

  std::vector<Status::NextHop>& hops() { return hops_; }
  const next_hop::NextHop& settings_of(std::size_t place) const { return *settings_[place]; }

 private:
  Status::NextHop& at(const next_hop::NextHop& hop) {
    const auto [found, is_new] = index_.try_emplace(hop.url, hops_.size());
    if (is_new) {
      hops_.push_back({.url = hop.url});
      settings_.push_back(&hop);
    }
    return hops_[found->second];
  }

  std::vector<Status::NextHop> hops_;
  std::vector<const next_hop::NextHop*> settings_;  ///< of `hops_`
  std::map<std::string, std::size_t, std::less<>> index_;
};

Status::Domains domains(const gateway::Settings& settings, const intake::ReadyTable& ready, Moment now) {
  Status::Domains all{.count = settings.domains.size()};
  for (const auto& domain : settings.domains) {
    ++all.stages.at(static_cast<std::size_t>(domain.stage));
    // What is below a "*." is known only by its mail.
    if (domain.stage < policy::Stage::Quarantine || domain.name.starts_with("*.")) continue;
    const auto since = intake::ready_since(domain, domain.name, settings, &ready);
    const auto is_ready = intake::ready(since, day_of(now));
    if (!is_ready.messages && !is_ready.tags) all.not_ready.push_back(domain.name);
  }
  return all;
}

Status::Store written(std::string_view name, const std::string& url, const store::BatchCounters& counters) {
  return {.name = std::string(name),
          .url = url,
          .trouble = counters.trouble,
          .waiting = counters.recorded - std::min(counters.recorded, counters.written),
          .lost = counters.lost};
}

}  // namespace

StatusSource::StatusSource(gateway::Server& server, RunningStores stores,
                           std::shared_ptr<const Running> running)
    : server_(server),
      stores_(std::move(stores)),
      started_(now_of_day()),
      running_(std::move(running)),
      has_ordinary_(stores_.has_ordinary) {}

report::Status StatusSource::look() {
  const std::scoped_lock lock(mutex_);
  const auto running = running_.load();
  const auto now = now_of_day();
  const auto open = server_.count_sessions(kWorkerTime);
  const auto& read = this->read(*running, now);
  return {.version = BACKSTOP_VERSION,
          .process = ::getpid(),
          .now = now,
          .started = started_,
          .is_stopping = running->is_stopping,
          .config_file = running->config_file,
          .config_read = running->config_read,
          .reload_failure = running->reload_failure,
          .workers = open.workers,
          .workers_counted = open.answered,
          .most_sessions = running->settings->limits.sessions,
          .gateways = gateways(*running, open.sessions),
          .doors = doors(*running, open.sessions),
          .next_hops = next_hops(*running, open, read, now),
          .today = read.today,
          .has_ordinary = has_ordinary_,
          .stores = stores(read),
          .domains = domains(*running->settings, server_.ready(), now)};
}

// A busy site has a long history, and a script may ask all the time.
const StatusSource::Read& StatusSource::read(const Running& running, Moment now) {
  const auto began = std::chrono::steady_clock::now();
  if (began < read_until_) return read_;
  Read read;
  read_history(*running.settings, now, read);
  for (const auto* const settings : {&stores_.quarantine, &stores_.held}) {
    if (!settings->url.empty()) read.kept.push_back(look_into(*settings, now));
  }
  read_ = std::move(read);
  const auto ended = std::chrono::steady_clock::now();
  read_until_ = ended + kPauseToWork * (ended - began);
  return read_;
}

void StatusSource::read_history(const gateway::Settings& settings, Moment now, Read& read) {
  if (stores_.history.empty()) return;
  read.today.emplace(day_of(now));
  // The writer makes the file, perhaps later than this.
  if (!reader_ && store::is_missing(stores_.history)) return;
  base::Result<void> done;
  if (!reader_) {
    auto opened = store::open_history_for_reading(stores_.history);
    if (opened) {
      reader_ = std::move(*opened);
    } else {
      done = std::unexpected(opened.error());
    }
  }
  if (done) done = count_day(now, read);
  if (done) {
    auto late = report::late_refusals(*reader_, now, settings.domains);
    if (late) {
      read.late = std::move(*late);
    } else {
      done = std::unexpected(late.error());
    }
  }
  if (done) return;
  read.history_trouble = done.error().message;
  read.today.reset();
}

base::Result<void> StatusSource::count_day(Moment now, Read& read) {
  std::size_t seen = 0;
  const store::HistoryFilter filter{.since = Moment(day_of(now)), .most = kMostCounted};
  const auto told = reader_->visit(filter, [&](const store::Event& event) {
    read.today->add(event);
    ++seen;
  });
  if (!told) return told;
  if (seen == kMostCounted) read.today->is_cut();
  const auto sums = reader_->day_sums(day_of(now));
  if (!sums) return std::unexpected(sums.error());
  for (const auto& one : *sums) read.today->add(one);
  return {};
}

report::Status::Store StatusSource::look_into(const store::QuarantineSettings& settings, Moment now) const {
  Status::Store one{.name = std::string(store::name(settings.place)),
                    .url = settings.url,
                    .trouble = server_.trouble_of(settings.place)};
  if (store::is_missing(settings.url)) {
    one.kept = 0;
    return one;
  }
  base::Result<std::uint64_t> count;
  if (const auto opened = store::open_existing_quarantine(settings)) {
    count = (*opened)->count(now);
  } else {
    count = std::unexpected(opened.error());
  }
  if (count) {
    one.kept = *count;
  } else if (one.trouble.empty()) {
    one.trouble = count.error().message;
  }
  return one;
}

std::vector<report::Status::Store> StatusSource::stores(const Read& read) const {
  std::vector<Status::Store> all;
  if (stores_.history_writer != nullptr) {
    all.push_back(written("history", stores_.history, stores_.history_writer->counters()));
    if (all.back().trouble.empty()) all.back().trouble = read.history_trouble;
  }
  if (stores_.ledger_writer != nullptr)
    all.push_back(written("ledger", stores_.ledger, stores_.ledger_writer->counters()));
  all.insert(all.end(), read.kept.begin(), read.kept.end());
  return all;
}

std::vector<report::Status::NextHop> StatusSource::next_hops(const Running& running,
                                                             const gateway::Server::OpenNow& open,
                                                             const Read& read, Moment now) const {
  const auto& settings = *running.settings;
  HopList list(settings);
  for (const auto& late : read.late) list.add(late, settings);
  const auto failures = server_.next_hop_alarm().failures();
  const auto clock = next_hop::Alarm::Clock::now();
  for (std::size_t i = 0; i < list.hops().size(); ++i) {
    auto& hop = list.hops()[i];
    const auto& its = list.settings_of(i);
    hop.sessions = server_.next_hops().taken(its);
    hop.idle = count_in(open.sessions.idle, hop.url);
    hop.most = settings.limits.next_hop_sessions;
    if (server_.next_hops().find(its)) hop.state = Status::HopState::Works;
    const auto failing = failures.find(hop.url);
    if (failing == failures.end()) continue;
    hop.state = Status::HopState::Fails;
    hop.since = now - std::chrono::floor<std::chrono::milliseconds>(clock - failing->second.since);
    hop.why = failing->second.words;
  }
  return std::move(list.hops());
}

}  // namespace backstop::service
