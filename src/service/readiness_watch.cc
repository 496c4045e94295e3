#include "service/readiness_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "base/day.h"
#include "policy/readiness.h"
#include "report/late_refusals.h"

namespace backstop::service {

namespace {

using policy::Carried;

const policy::Readiness& of(const intake::Observed& observed, Carried carried) {
  return observed[static_cast<std::size_t>(carried)];
}

bool is_ready(const intake::Observed& observed) {
  return of(observed, Carried::Message).since || of(observed, Carried::Tag).since;
}

std::string lacking(const intake::Observed& observed) {
  const auto& message = of(observed, Carried::Message).why;
  const auto& tag = of(observed, Carried::Tag).why;
  return message == tag ? message : message + " " + tag;
}

std::string ready_line(std::string_view domain, const intake::Observed& observed) {
  const auto& message = of(observed, Carried::Message);
  const auto& found = message.since ? message : of(observed, Carried::Tag);
  return fmt::format("domain {}: ready since {}. {}", domain, base::format_day(*found.since), found.why);
}

}  // namespace

std::vector<std::string> ReadinessLines::update(const Observations& observed,
                                                const intake::DomainTable& domains,
                                                std::chrono::sys_days today) {
  std::vector<std::string> lines;
  const bool is_new_day = std::exchange(told_, today) != today;
  for (const auto& [domain, its_own] : observed) {
    const auto* const settings = domains.find(domain);
    if (settings == nullptr || settings->ready_since) continue;
    const bool is_ready_now = is_ready(its_own);
    const auto [before, is_new] = was_ready_.try_emplace(domain, is_ready_now);
    const bool has_changed = std::exchange(before->second, is_ready_now) != is_ready_now;
    if (is_ready_now && (has_changed || is_new)) lines.push_back(ready_line(domain, its_own));
    const bool acts_by_stage = settings->stage < policy::Stage::Quarantine || is_ready_now;
    if (!acts_by_stage && (has_changed || is_new_day)) {
      lines.push_back(fmt::format("domain {}: not ready, so stage {} acts as label. {}", domain,
                                  policy::name(settings->stage), lacking(its_own)));
    }
  }
  return lines;
}

void LateRefusalLook::look(store::HistoryReader& history, const intake::DomainTable& domains,
                           std::chrono::system_clock::time_point now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  if (looked_ == today) return;
  const auto late =
      report::late_refusals(history, std::chrono::floor<std::chrono::milliseconds>(now), domains);
  if (!late) return;
  looked_ = today;
  for (const auto& one : *late) tell_(os::LogLevel::Warning, "domain " + report::late_refusal_line(one));
}

ReadinessWatch::ReadinessWatch(std::string history_url, std::shared_ptr<const gateway::Settings> settings,
                               intake::ReadyTable& table, Tell tell)
    : url_(std::move(history_url)),
      table_(table),
      tell_(std::move(tell)),
      settings_(std::move(settings)),
      late_(tell_) {
  look();
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

ReadinessWatch::~ReadinessWatch() = default;

void ReadinessWatch::reload(std::shared_ptr<const gateway::Settings> settings) {
  const std::lock_guard lock(mutex_);
  settings_ = std::move(settings);
}

void ReadinessWatch::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, stop, kPause, [&] { return stop.stop_requested(); })) {
    lock.unlock();
    try {
      look();
      if (reader_) late_.look(*reader_, settings()->domains, std::chrono::system_clock::now());
    } catch (const std::exception& error) {
      tell_(os::LogLevel::Warning, fmt::format("readiness of domains: {}", error.what()));
    }
    lock.lock();
  }
}

void ReadinessWatch::look() {
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  if (!reader_) {
    // The history's writer makes the file, perhaps later than this.
    auto opened = store::open_history_for_reading(url_);
    if (!opened) return;
    reader_ = std::move(*opened);
  }
  const auto sums = reader_->day_sums(today - policy::ReadyRules::kMemory);
  if (!sums) {
    // What was known stays.
    if (!std::exchange(has_failed_, true))
      tell_(os::LogLevel::Warning, "readiness of domains: " + sums.error().message);
    return;
  }
  has_failed_ = false;
  const auto observed = intake::observe(*sums, today);
  intake::ReadyTable::Domains ready;
  for (const auto& [domain, one] : observed) ready.emplace(domain, intake::since(one));
  table_.replace(std::move(ready));
  const auto settings = this->settings();
  for (const auto& line : lines_.update(observed, settings->domains, today)) tell_(os::LogLevel::Info, line);
}

std::shared_ptr<const gateway::Settings> ReadinessWatch::settings() {
  const std::lock_guard lock(mutex_);
  return settings_;
}

}  // namespace backstop::service
