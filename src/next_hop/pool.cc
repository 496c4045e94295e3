#include "next_hop/pool.h"

#include <algorithm>
#include <utility>

#include "base/share.h"

namespace backstop::next_hop {

namespace {

constexpr std::chrono::seconds kResetTime{10};
// The time for each answer of a next hop while a client waits for our reply to EHLO.
constexpr std::chrono::seconds kAskTime{2};

// Whether to try a new session when one that was used before fails: its server may just have dropped it. A
// server that hangs or sends nonsense would do it again.
bool is_worth_another(Trouble trouble) {
  return trouble == Trouble::ConnectionLost || trouble == Trouble::Refuses;
}

}  // namespace

std::vector<std::unique_ptr<Session>>& Pool::idle_of(const NextHop& hop) {
  const auto found = std::ranges::find(buckets_, hop, &Bucket::hop);
  if (found != buckets_.end()) return found->idle;
  return buckets_.emplace_back(hop).idle;
}

// Takes the one that was used last: it is the least likely to be gone.
std::unique_ptr<Session> Pool::take_idle(const NextHop& hop) {
  const auto now = net::Deadlines::now();
  auto& idle = idle_of(hop);
  while (!idle.empty()) {
    auto session = std::move(idle.back());
    idle.pop_back();
    // A reply that nobody asked for would answer MAIL, and every reply after it would answer the wrong
    // command. So even a session that was used just now is looked at.
    if (now - session->idle_since < kMostIdle && session->is_quiet()) return session;
  }
  return nullptr;
}

// Closes even one that this hop can't use because its identity or TLS differs.
bool Pool::close_an_idle_one(const NextHop& hop) {
  const auto found = std::ranges::find_if(
      buckets_, [&](const Bucket& bucket) { return bucket.hop.url == hop.url && !bucket.idle.empty(); });
  if (found == buckets_.end()) return false;
  found->idle.erase(found->idle.begin());
  return true;
}

net::Task<Result<std::unique_ptr<Session>>> Pool::open(const NextHop& hop, const ClientIdentity& client,
                                                       const Context& context) {
  const auto most = context.limits.next_hop_sessions;
  auto place = directory_.admit(hop, most, net::Deadlines::now());
  if (!place && close_an_idle_one(hop)) place = directory_.admit(hop, most, net::Deadlines::now());
  if (!place) {
    alarm_.is_full(hop, most);
    co_return std::unexpected(Failed{Trouble::Full});
  }
  auto opened = co_await Session::open(hop, client, context, loop_);
  if (!opened) co_return opened;
  (*opened)->place = std::move(place);
  if (!(*opened)->lacking.empty()) alarm_.lacks(hop, (*opened)->lacking);
  co_return opened;
}

net::Task<Result<Pool::Lease>> Pool::lease(const NextHop& hop, const ClientIdentity& client,
                                           const Context& context, Age age) {
  Lease lease;
  ClientUse use;
  if (const auto all = context.limits.next_hop_sessions; client.count != nullptr && all != 0) {
    auto taken = ClientUse::take(client.count, base::share_of(all));
    if (!taken) {
      alarm_.share_is_used(base::share_of(all));
      co_return std::unexpected(Failed{Trouble::Full});
    }
    use = std::move(*taken);
  }
  if (age == Age::Any && hop.identity != Identity::Proxy) lease.session = take_idle(hop);
  lease.is_reused = lease.session != nullptr;
  if (!lease.is_reused) {
    const auto asked = Directory::Clock::now();
    auto opened = co_await open(hop, client, context);
    if (!opened) {
      directory_.miss(hop, asked, Directory::Clock::now());
      alarm_.failed(hop, Alarm::Step::Opening, opened.error());
      co_return std::unexpected(std::move(opened.error()));
    }
    alarm_.worked(hop, Alarm::Step::Opening);
    lease.session = std::move(*opened);
    directory_.learn(hop, lease.session->extensions());
  }
  lease.session->use = std::move(use);
  if (hop.identity == Identity::Xclient) {
    auto announced = co_await lease.session->announce(client, context);
    if (!announced && lease.is_reused && is_worth_another(announced.error().trouble)) {
      lease.session.reset();  // its place is wanted for the next one
      co_return co_await this->lease(hop, client, context, Age::Fresh);
    }
    if (!announced) {
      alarm_.failed(hop, Alarm::Step::Opening, announced.error());
      co_return std::unexpected(std::move(announced.error()));
    }
  }
  co_return lease;
}

net::Task<std::optional<smtp::Extensions>> Pool::ask(const NextHop& hop, const ClientIdentity& client,
                                                     const Context& context) {
  Limits hurried = context.limits;
  hurried.next_hop_connect = std::min(hurried.next_hop_connect, kAskTime);
  hurried.next_hop_reply = std::min(hurried.next_hop_reply, kAskTime);
  const auto asked = Directory::Clock::now();
  auto opened = co_await open(hop, client, {context.hostname, hurried, context.tls, context.tls_verified});
  if (!opened) {
    directory_.miss(hop, asked, Directory::Clock::now());
    co_return std::nullopt;
  }
  auto extensions = (*opened)->extensions();
  directory_.learn(hop, extensions);
  co_await give_back(std::move(*opened), hurried);
  co_return extensions;
}

net::Task<void> Pool::give_back(std::unique_ptr<Session> session, const Limits& limits) {
  if (session->is_broken()) co_return;
  if (session->needs_reset && !session->is_personal) {
    const auto reply = co_await session->ask_one("RSET\r\n", std::min(limits.next_hop_reply, kResetTime));
    if (!reply || !reply->is_positive()) co_return;
    session->needs_reset = false;
  }
  auto& idle = idle_of(session->hop());
  if (session->is_personal || idle.size() >= session->hop().pool) {
    // QUIT is sent, but its answer is not waited for.
    (void)co_await session->send("QUIT\r\n", {}, kResetTime);
    co_return;
  }
  session->use = {};
  session->idle_since = net::Deadlines::now();
  session->stream().expires_after(2 * kMostIdle);
  idle.push_back(std::move(session));
}

void Pool::sweep(std::chrono::steady_clock::time_point now) {
  for (auto& bucket : buckets_) {
    const std::chrono::milliseconds most =
        directory_.is_scarce(bucket.hop, now) ? kMostIdleIfScarce : kMostIdle;
    std::erase_if(bucket.idle, [&](const auto& session) { return now - session->idle_since >= most; });
  }
  std::erase_if(buckets_, [](const auto& bucket) { return bucket.idle.empty(); });
}

std::map<std::string, std::size_t, std::less<>> Pool::idle() const {
  std::map<std::string, std::size_t, std::less<>> idle;
  for (const auto& bucket : buckets_) {
    if (!bucket.idle.empty()) idle[bucket.hop.url] += bucket.idle.size();
  }
  return idle;
}

}  // namespace backstop::next_hop
