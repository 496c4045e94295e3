#include "gateway/hop_pool.h"

#include <algorithm>
#include <ranges>
#include <utility>

namespace backstop::gateway {

namespace {

constexpr std::chrono::seconds kResetTime{10};

HopContext context_for(const NextHop& hop, const Settings& settings, net::Deadlines& deadlines) {
  return {deadlines, settings.hostname, settings.limits,
          hop.tls == NextHopTls::Verified ? settings.next_hop_tls_verified : settings.next_hop_tls};
}

}  // namespace

// The one that was used last: it is the least likely to be gone.
std::unique_ptr<HopSession> HopPool::take_idle(const NextHop& hop) {
  const auto now = net::Deadlines::now();
  while (true) {
    const auto found = std::ranges::find_if(idle_ | std::views::reverse,
                                            [&](const auto& session) { return session->hop() == hop; });
    if (found == std::ranges::rend(idle_)) return nullptr;
    auto session = std::move(*found);
    idle_.erase(std::next(found).base());
    const auto idle = now - session->idle_since;
    if (idle < kTrusted || (idle < kMostIdle && session->stream().is_quiet())) return session;
  }
}

net::Task<HopResult<HopPool::Lease>> HopPool::lease(const NextHop& hop, const ClientIdentity& client,
                                                    const Settings& settings, Age age) {
  Lease lease;
  if (age == Age::Any && hop.identity != Identity::Proxy) lease.session = take_idle(hop);
  lease.is_reused = lease.session != nullptr;
  if (!lease.is_reused) {
    auto opened = co_await HopSession::open(hop, client, context_for(hop, settings, deadlines_));
    if (!opened) co_return std::unexpected(std::move(opened.error()));
    lease.session = std::move(*opened);
    directory_.learn(hop, lease.session->extensions());
  }
  if (hop.identity == Identity::Xclient) {
    const auto context = context_for(hop, settings, deadlines_);
    auto announced = co_await lease.session->announce(client, context);
    if (!announced && lease.is_reused) co_return co_await this->lease(hop, client, settings, Age::Fresh);
    if (!announced) co_return std::unexpected(std::move(announced.error()));
  }
  co_return lease;
}

net::Task<void> HopPool::give_back(std::unique_ptr<HopSession> session, const Limits& limits) {
  if (session->is_broken()) co_return;
  if (session->needs_reset && !session->is_personal) {
    const auto reply = co_await session->ask_one("RSET\r\n", std::min(limits.next_hop_reply, kResetTime));
    if (!reply || !reply->is_positive()) co_return;
    session->needs_reset = false;
  }
  const auto alike =
      std::ranges::count_if(idle_, [&](const auto& one) { return one->hop() == session->hop(); });
  if (session->is_personal || static_cast<std::size_t>(alike) >= session->hop().pool) {
    // The server need not hear the end of the story, only that it is one.
    (void)co_await session->send("QUIT\r\n", {}, kResetTime);
    co_return;
  }
  session->idle_since = net::Deadlines::now();
  session->stream().expires_after(2 * kMostIdle);
  idle_.push_back(std::move(session));
}

void HopPool::sweep(std::chrono::steady_clock::time_point now) {
  std::erase_if(idle_, [&](const auto& session) { return now - session->idle_since >= kMostIdle; });
}

}  // namespace backstop::gateway
