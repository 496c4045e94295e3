#include "auth/resolver.h"

#include <algorithm>
#include <boost/intrusive/list.hpp>
#include <memory>

#include "base/text.h"
#include "net/deadlines.h"

namespace backstop::auth {

namespace {

using Kind = net::DnsAnswer::Kind;

struct Waiting
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  explicit Waiting(const net::Executor& loop) : answered(loop) {}
  net::Timer answered;  ///< never ends by itself
};

/// A look-up in progress.
struct LookUp {
  net::DnsAnswer answer{.why = "the look-up was given up"};
  boost::intrusive::list<Waiting, boost::intrusive::constant_time_size<false>> waiting;
};

struct Worker {
  AnswerCache& cache;
  const Ask source;
  const std::function<AnswerCache::Time()> now;
  std::map<std::pair<net::RecordType, std::string>, std::shared_ptr<LookUp>> look_ups = {};
};

/// Ends a look-up, also one whose coroutine is destroyed, and wakes all who wait for it.
class Ending {
 public:
  Ending(std::shared_ptr<Worker> worker, const net::Question& question)
      : worker_(std::move(worker)), key_(question.type, question.name) {}
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;
  ~Ending() {
    const auto ended = worker_->look_ups.extract(key_);
    for (auto& one : ended.mapped()->waiting) one.answered.cancel();
  }

 private:
  std::shared_ptr<Worker> worker_;
  std::pair<net::RecordType, std::string> key_;
};

std::string folded(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return base::to_lower(name);
}

net::Task<net::DnsAnswer> wait_for(std::shared_ptr<LookUp> look_up) {
  Waiting waiting(co_await net::asio::this_coro::executor);
  look_up->waiting.push_back(waiting);
  waiting.answered.expires_at(net::Timer::time_point::max());
  co_await waiting.answered.async_wait(net::kUseTask);
  co_return look_up->answer;
}

net::Task<net::DnsAnswer> reply(std::shared_ptr<Worker> worker, net::Question question) {
  question.name = folded(question.name);
  if (auto known = worker->cache.find(question, worker->now())) co_return std::move(*known);
  const auto look_up = std::make_shared<LookUp>();
  const auto [place, is_first] = worker->look_ups.try_emplace({question.type, question.name}, look_up);
  if (!is_first) co_return co_await wait_for(place->second);
  const Ending ending(worker, question);
  look_up->answer = co_await worker->source(question);
  worker->cache.remember(question, look_up->answer, worker->now());
  co_return look_up->answer;
}

}  // namespace

AnswerCache::Key AnswerCache::key_of(const net::Question& question) {
  return {question.type, folded(question.name)};
}

std::size_t AnswerCache::size_of(const net::Question& question, const net::DnsAnswer& answer) {
  constexpr std::size_t kNodes = 256;  // of the list and the map, and the fixed parts
  std::size_t size = kNodes + 2 * question.name.size() + answer.why.size();
  for (const auto& text : answer.texts) size += sizeof(std::string) + text.size();
  for (const auto& host : answer.hosts) size += sizeof(net::DnsAnswer::Host) + host.name.size();
  return size + answer.addresses.size() * sizeof(net::asio::ip::address);
}

/// Returns 0 for an answer that is not kept.
std::chrono::seconds AnswerCache::life_of(const net::DnsAnswer& answer) const {
  if (answer.kind == Kind::Failed) return std::chrono::seconds(0);
  if (answer.kind == Kind::Found) return std::clamp(answer.ttl, limits_.least_found, limits_.most_found);
  return std::min(answer.ttl, limits_.most_none);
}

void AnswerCache::forget(Place place) {
  bytes_ -= place->size;
  places_.erase(place->key);
  known_.erase(place);
}

std::optional<net::DnsAnswer> AnswerCache::find(const net::Question& question, Time now) {
  const auto key = key_of(question);
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(key);
  if (found == places_.end()) return std::nullopt;
  const auto place = found->second;
  if (place->until <= now) {
    forget(place);
    return std::nullopt;
  }
  known_.splice(known_.begin(), known_, place);
  return place->answer;
}

void AnswerCache::remember(const net::Question& question, const net::DnsAnswer& answer, Time now) {
  const auto life = life_of(answer);
  const std::size_t size = size_of(question, answer);
  if (life.count() == 0 || size > limits_.bytes) return;
  auto key = key_of(question);
  const std::lock_guard lock(mutex_);
  if (const auto found = places_.find(key); found != places_.end()) forget(found->second);
  known_.push_front({key, answer, now + life, size});
  places_.emplace(std::move(key), known_.begin());
  bytes_ += size;
  while (known_.size() > limits_.answers || bytes_ > limits_.bytes) forget(std::prev(known_.end()));
}

Ask cached_ask(AnswerCache& cache, Ask source, std::function<AnswerCache::Time()> now) {
  auto worker = std::make_shared<Worker>(cache, std::move(source), std::move(now));
  return [worker](net::Question question) { return reply(worker, std::move(question)); };
}

}  // namespace backstop::auth
