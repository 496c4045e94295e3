#include "setup/system_talk.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "milter/negotiation.h"
#include "milter/packet.h"
#include "os/byte_source.h"
#include "os/process.h"

namespace backstop::setup {

namespace {

constexpr timeval kMilterWait{.tv_sec = 10, .tv_usec = 0};
// What checks a mail at its end may take its time.
constexpr timeval kServerWait{.tv_sec = 300, .tv_usec = 0};
constexpr std::size_t kMostReply = 64UZ * 1024;

std::unexpected<base::Error> refuse(std::string_view doing) {
  return std::unexpected(base::Error{fmt::format("{}: {}", doing, std::strerror(errno))});
}

void set_limits(const os::FileDescriptor& socket, const timeval& limit) {
  ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

base::Result<void> send_all(const os::FileDescriptor& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::send(socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return refuse("it can't be written to");
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return {};
}

/// Appends what comes next. An error at the end of the connection.
base::Result<void> receive(const os::FileDescriptor& socket, std::string& bytes) {
  char piece[4096];
  for (;;) {
    const ssize_t got = ::recv(socket.number(), piece, sizeof piece, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return std::unexpected(base::Error{"it does not answer in time"});
    if (got < 0) return refuse("it can't be read from");
    if (got == 0) return std::unexpected(base::Error{"it has closed the connection"});
    bytes.append(piece, static_cast<std::size_t>(got));
    return {};
  }
}

base::Result<os::FileDescriptor> connect_local(const std::string& path, const std::string& user) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return std::unexpected(base::Error{"its path is too long"});
  std::ranges::copy(path, std::begin(address.sun_path));
  os::FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return refuse("no socket can be had");
  set_limits(socket, kMilterWait);
  const os::FilesAs as(user.empty() ? std::nullopt : os::find_user(user));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return socket;
  if (errno == ENOENT || errno == ECONNREFUSED) return std::unexpected(base::Error{"nobody listens there"});
  if (errno == EACCES)
    return std::unexpected(
        base::Error{fmt::format("the user {} may not connect there", base::printable(user))});
  return refuse("it can't be connected to");
}

class ServerTalk : public SmtpTalk {
 public:
  explicit ServerTalk(os::FileDescriptor socket) : socket_(std::move(socket)) {}

  base::Result<std::string> say(std::string_view line) override {
    if (!line.empty()) {
      if (const auto sent = send_all(socket_, fmt::format("{}\r\n", line)); !sent)
        return std::unexpected(sent.error());
    }
    return reply();
  }

  base::Result<std::string> send(std::string_view text) override {
    std::string bytes;
    std::string_view line;
    while (base::next_line(text, line))
      bytes.append(line.starts_with('.') ? "." : "").append(line).append("\r\n");
    if (const auto sent = send_all(socket_, bytes + ".\r\n"); !sent) return std::unexpected(sent.error());
    return reply();
  }

 private:
  base::Result<std::string> reply() {
    std::string whole;
    for (;;) {
      const std::size_t end = received_.find('\n');
      if (end == std::string::npos) {
        if (received_.size() > kMostReply) return std::unexpected(base::Error{"its reply has no end"});
        if (const auto more = receive(socket_, received_); !more) return std::unexpected(more.error());
        continue;
      }
      const std::string line(base::trim(std::string_view(received_).substr(0, end)));
      received_.erase(0, end + 1);
      whole += (whole.empty() ? "" : " ") + line;
      if (line.size() < 4 || line[3] != '-') return whole;
      if (whole.size() > kMostReply) return std::unexpected(base::Error{"its reply has no end"});
    }
  }

  os::FileDescriptor socket_;
  std::string received_;
};

}  // namespace

base::Result<void> greet_milter_at(const std::string& path, const std::string& user) {
  const auto socket = connect_local(path, user);
  if (!socket) return std::unexpected(socket.error());
  constexpr std::uint32_t kAllActions = 0x1FF;
  constexpr std::uint32_t kAllSteps = 0x1FFFFF;
  std::string bytes;
  milter::append_packet(
      'O',
      {milter::octets_of(milter::kVersion), milter::octets_of(kAllActions), milter::octets_of(kAllSteps)},
      bytes);
  if (auto sent = send_all(*socket, bytes); !sent) return sent;
  std::string received;
  for (;;) {
    const auto parsed = milter::parse_packet(received);
    if (!parsed) return std::unexpected(base::Error{"what answers there is no milter"});
    if (parsed->packet) {
      const bool is_agreed =
          parsed->packet->letter == 'O' && milter::parse_negotiation(parsed->packet->data).has_value();
      if (!is_agreed) return std::unexpected(base::Error{"what answers there is no milter"});
      break;
    }
    if (auto got = receive(*socket, received); !got) return got;
  }
  bytes.clear();
  milter::append_packet('Q', {}, bytes);
  return send_all(*socket, bytes);
}

base::Result<std::unique_ptr<SmtpTalk>> connect_to_server(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failed = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); failed != 0)
    return std::unexpected(base::Error{::gai_strerror(failed)});
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  os::FileDescriptor socket(
      ::socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, found->ai_protocol));
  if (!socket.is_open()) return refuse("no socket can be had");
  set_limits(socket, kServerWait);
  if (::connect(socket.number(), found->ai_addr, found->ai_addrlen) != 0)
    return refuse("it can't be connected to");
  return std::make_unique<ServerTalk>(std::move(socket));
}

}  // namespace backstop::setup
