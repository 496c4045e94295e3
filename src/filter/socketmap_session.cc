#include "filter/socketmap_session.h"

#include <fmt/format.h>

#include <utility>

namespace backstop::filter {
namespace {

constexpr std::size_t kRoom = 1024;
constexpr std::chrono::seconds kWriteTime{60};

}  // namespace

SocketmapSession::SocketmapSession(intake::Workplace& workplace, net::Socket socket, SocketmapServer& server,
                                   intake::Ticket ticket, std::string peer)
    : workplace_(workplace),
      server_(server),
      ticket_(std::move(ticket)),
      peer_(std::move(peer)),
      connection_(std::move(socket), workplace.loop().deadlines()) {
  workplace_.add(*this);
}

const std::string& SocketmapSession::gateway_name() const {
  static const std::string name(kSocketmapName);
  return name;
}

void SocketmapSession::drain() {
  if (workplace_.is_draining()) connection_.stream().interrupt();
}

net::Task<void> SocketmapSession::run() {
  bool goes_on = true;
  while (goes_on && answer_all()) goes_on = co_await read();
  connection_.give_time(kWriteTime);
  (void)co_await connection_.flush();
  connection_.stream().close();
}

// Answers the requests that have come whole. Returns false if the session must end.
bool SocketmapSession::answer_all() {
  for (;;) {
    const auto parsed = parse_map_request(connection_.input());
    if (!parsed) {
      server_.tell_failure(peer_, parsed.error().message);
      return false;
    }
    if (parsed->size == 0) return !workplace_.is_draining();
    append_map_answer(answer_to(*parsed), connection_.output());
    connection_.consume(parsed->size);
  }
}

MapAnswer SocketmapSession::answer_to(const MapRequestParse& parsed) const {
  if (!parsed.request) return {.status = MapStatus::Never, .text = "the request has no key"};
  if (parsed.request->map != kMap)
    return {.status = MapStatus::Never, .text = fmt::format("the only map is \"{}\"", kMap)};
  const auto today = std::chrono::floor<std::chrono::days>(workplace_.shared().clock());
  return look_up_tagged(parsed.request->key, *server_.settings()->site, today);
}

net::Task<bool> SocketmapSession::read() {
  if (!connection_.output().empty()) {
    connection_.give_time(kWriteTime);
    if (!co_await connection_.flush()) co_return false;
    request_end_ = {};
  }
  if (connection_.input().empty()) {
    connection_.buffer().shrink(kRoom);
    connection_.give_time(kIdleTime);
  } else {
    if (request_end_ == net::Deadlines::Clock::time_point{})
      request_end_ = net::Deadlines::now() + kRequestTime;
    connection_.give_time(kRequestTime, request_end_);
  }
  co_return (co_await connection_.fill(kRoom)).has_value();
}

}  // namespace backstop::filter
