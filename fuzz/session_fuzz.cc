// A session of the gateway between a client that says anything and a next hop that answers anything. The
// client gets 2xx after the end of a message only if the next hop has said 2xx after the end of one, and no
// more often than the next hop did. The client gets only replies; the next hop gets only commands, and
// messages without a bare line end.
//
// The first byte is the kind of gateway. Then come the client's bytes up to a line "%%", and the next hop's
// answers, with lines "%" between them: the greeting first, then one for each command and each message. When
// they are used up the next hop closes its connection.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/session.h"
#include "smtp/command.h"
#include "smtp/data_scanner.h"
#include "smtp/reply_parser.h"

namespace {

using namespace backstop;
using gateway::Settings;

constexpr std::size_t kMostInput = 32UZ * 1024;  // less than a socket takes at once

void require(bool holds) {
  if (!holds) std::abort();
}

// Appends all that can be read now; returns false if the other end is gone.
bool read_now(int descriptor, std::string& into) {
  std::array<char, 65536> buffer;
  ssize_t size = 0;
  while ((size = ::recv(descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0) {
    into.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return size < 0 && errno == EAGAIN;
}

void write_now(int descriptor, std::string_view bytes) {
  (void)::send(descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

// The socket on which the next hop listens, one for the process.
class Port {
 public:
  Port() {
    path_ = (std::getenv("TMPDIR") != nullptr ? std::getenv("TMPDIR") : "/tmp") +
            std::string("/session-fuzz-") + std::to_string(::getpid());
    ::unlink(path_.c_str());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    require(path_.size() < sizeof address.sun_path);
    path_.copy(address.sun_path, path_.size());
    descriptor_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    require(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    require(::listen(descriptor_, 128) == 0);
  }
  ~Port() {
    ::close(descriptor_);
    ::unlink(path_.c_str());
  }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  const std::string& path() const { return path_; }
  int accept() const { return ::accept4(descriptor_, nullptr, nullptr, SOCK_NONBLOCK); }

 private:
  std::string path_;
  int descriptor_ = -1;
};

using Answers = std::vector<std::string_view>;

// One connection of the next hop: it knows where a message ends, and gives the answers of the input.
class Hop {
 public:
  Hop(int descriptor, Answers& answers, std::size_t& taken)
      : descriptor_(descriptor), answers_(answers), taken_(taken) {
    answer();
  }
  ~Hop() { close(); }
  Hop(Hop&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), answers_(other.answers_), taken_(other.taken_) {}
  Hop& operator=(Hop&&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

  /// Returns true if something came.
  bool serve() {
    if (!is_open()) return false;
    const std::size_t before = input_.size();
    const bool is_there = read_now(descriptor_, input_);
    const bool has_come = input_.size() > before;
    while (is_open() && step()) {
    }
    if (!is_there) close();
    return has_come || !is_there;
  }

 private:
  enum class State : std::uint8_t { Command, Word, Data, Chunk };

  bool step() {
    switch (state_) {
      case State::Command:
      case State::Word:
        return command();
      case State::Data:
        return data();
      case State::Chunk:
        return chunk();
    }
    return false;
  }

  bool command() {
    const std::size_t end = input_.find("\r\n");
    if (end == std::string::npos) return false;
    const std::string line = input_.substr(0, end);
    input_.erase(0, end + 2);
    require(line.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    const std::string verb = line.substr(0, line.find(' '));
    constexpr std::array<std::string_view, 10> kVerbs = {"EHLO", "HELO", "LHLO", "MAIL", "RCPT",
                                                         "DATA", "BDAT", "RSET", "QUIT", "AUTH"};
    const bool is_known =
        std::ranges::find(kVerbs, verb) != kVerbs.end() || verb == "XCLIENT" || verb == "XFORWARD";
    require(is_known || state_ == State::Word);
    if (verb == "BDAT" && state_ == State::Command) return begin_chunk(line);
    state_ = State::Command;
    const std::string_view said = answer();
    const bool is_invited = said.starts_with('3') && !said.starts_with("334");
    if (verb == "DATA" && is_invited) {
      state_ = State::Data;
      scanner_.reset();
    } else if (said.starts_with("334")) {
      state_ = State::Word;
    }
    return true;
  }

  bool begin_chunk(std::string_view line) {
    line.remove_prefix(std::min(line.size(), std::string_view("BDAT ").size()));
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), chunk_left_);
    require(error == std::errc());
    const std::string_view rest(end, static_cast<std::size_t>(line.data() + line.size() - end));
    require(rest.empty() || rest == " LAST");
    is_last_ = !rest.empty();
    state_ = State::Chunk;
    return true;
  }

  bool chunk() {
    if (input_.size() < chunk_left_) return false;
    require(chunks_.scan(std::string_view(input_).substr(0, chunk_left_)).fault == smtp::DataFault::None);
    input_.erase(0, chunk_left_);
    state_ = State::Command;
    if (!is_last_) {
      answer();
      return true;
    }
    require(chunks_.finish() == smtp::DataFault::None);
    chunks_.reset();
    end_message();
    return true;
  }

  bool data() {
    const auto scan = scanner_.scan(input_);
    require(scan.fault == smtp::DataFault::None);
    input_.erase(0, scan.size);
    if (!scan.is_end) return false;
    state_ = State::Command;
    end_message();
    return true;
  }

  // Only a success says that the message was delivered.
  void end_message() {
    const std::string_view said = answer();
    smtp::ReplyParser parser;
    if (parser.feed(said) && parser.is_complete() && parser.take().is_positive()) ++taken_;
  }

  std::string_view answer() {
    if (answers_.empty()) {
      close();
      return {};
    }
    const std::string_view said = answers_.back();
    answers_.pop_back();
    write_now(descriptor_, said);
    return said;
  }

  int descriptor_;
  Answers& answers_;  ///< the next one last
  std::size_t& taken_;
  std::string input_;
  State state_ = State::Command;
  smtp::DataScanner scanner_;
  smtp::ChunkScanner chunks_;
  std::size_t chunk_left_ = 0;
  bool is_last_ = false;
};

// Receives the gateway's events: they must tell which messages were answered with 250 after their data.
class Events : public intake::Journal {
 public:
  void record(store::Event event) override {
    const bool is_success = event.reply.starts_with("2");
    require(is_success == (event.done == store::Done::Delivered || event.done == store::Done::Labelled));
    if (is_success) ++delivered;
  }
  void notice(base::LogLevel, std::string_view) override {}

  std::size_t delivered = 0;
};

Settings settings_of(std::uint8_t kind, const std::string& path) {
  Settings settings;
  settings.hostname = "mx.example.org";
  settings.has_tags = true;
  settings.domains.push_back({.name = "example.org",
                              .stage = (kind & 2) != 0 ? policy::Stage::Label : policy::Stage::Reject,
                              .ready_since = std::chrono::sys_days{std::chrono::days(100)},
                              .never_sends = {"noc"}});
  origin::Key key;
  key.use = origin::KeyUse::Sign;
  key.secret = "secret";
  require(settings.keys.add(key).has_value());
  auto& front = settings.gateways.emplace_back();
  front.name = "front";
  front.direction = (kind & 1) != 0 ? gateway::Direction::Outbound : gateway::Direction::Inbound;
  front.next_hop.target.path = path;
  front.next_hop.url = "smtp:" + path;
  if ((kind & 4) != 0) front.next_hop.identity = next_hop::Identity::Xforward;
  if ((kind & 8) != 0) front.next_hop.identity = next_hop::Identity::Xclient;
  if ((kind & 16) != 0) front.next_hop.protocol = next_hop::Protocol::Lmtp;
  if ((kind & 32) != 0) front.trusted = {*net::Network::parse("127.0.0.0/8")};
  if ((kind & 64) != 0) front.xclient = {*net::Network::parse("127.0.0.0/8")};
  if ((kind & 128) != 0) front.proxy_protocol = {*net::Network::parse("127.0.0.0/8")};
  settings.limits.held = settings.limits.header = 4096;
  settings.limits.message = 16384;
  settings.limits.errors = 100;
  return settings;
}

net::Task<void> serve(std::unique_ptr<gateway::Session> session) {
  co_await session->run();
}

// Works out which of the client's commands and messages each reply is for, only from what the client sent and
// got.
class Client {
 public:
  Client(std::string_view said, bool is_behind_proxy) : said_(said), is_behind_proxy_(is_behind_proxy) {}

  /// Takes replies, one after the other; the last one may be cut short by the end.
  void hear(std::string_view bytes) {
    for (const char c : bytes) {
      require(c != '\n' || last_ == '\r');
      last_ = c;
    }
    while (!bytes.empty()) {
      const auto size = parser_.feed(bytes);
      require(size.has_value());
      bytes.remove_prefix(*size);
      if (parser_.is_complete()) take(parser_.take().code);
    }
  }

  /// The number of messages that the client may forget, since it got 2xx after their end.
  std::size_t promised() const { return promised_; }

 private:
  enum class Next : std::uint8_t { Greeting, Command, Word, EndOfData, Unknown };

  void take(int code) {
    switch (next_) {
      case Next::Greeting:
        return greeting();
      case Next::Command:
        return command(code);
      case Next::Word:
        (void)line();
        require(code != 354);
        next_ = code == 334 ? Next::Word : Next::Command;
        return;
      case Next::EndOfData:
        return end_of_data(code);
      case Next::Unknown:
        return;
    }
  }

  // A PROXY header gets no answer. A binary one is not followed further.
  void greeting() {
    const bool is_binary = is_behind_proxy_ && !said_.starts_with("PROXY ");
    if (is_behind_proxy_) (void)line();
    next_ = is_binary ? Next::Unknown : Next::Command;
  }

  void command(int code) {
    const std::string_view text = line();
    const bool is_command = text.find_first_of(std::string_view("\r\n\0", 3)) + 2 == text.size();
    const auto command = smtp::split_command(text.substr(0, text.size() - (is_command ? 2 : 0)));
    require(code != 354 || (is_command && command.verb == smtp::Verb::Data));
    require(code != 334 || (is_command && command.verb == smtp::Verb::Auth));
    if (is_command && command.verb == smtp::Verb::Bdat) return chunk(command.argument, code);
    if (code == 354) next_ = Next::EndOfData;
    if (code == 334) next_ = Next::Word;
  }

  void end_of_data(int code) {
    smtp::DataScanner scanner;
    const auto scan = scanner.scan(said_);
    const bool has_ended = scan.is_end && scan.fault == smtp::DataFault::None;
    said_.remove_prefix(scan.size);
    end_message(has_ended, code);
    next_ = has_ended ? Next::Command : Next::Unknown;
  }

  // A size that can't be understood, or a chunk that has not come whole, is the last thing that may be
  // answered.
  void chunk(std::string_view argument, int code) {
    const auto chunk = smtp::parse_bdat(argument);
    if (!chunk || chunk->size > said_.size()) {
      end_message(false, code);
      next_ = Next::Unknown;
      return;
    }
    said_.remove_prefix(chunk->size);
    if (chunk->is_last) end_message(true, code);
  }

  void end_message(bool has_ended, int code) {
    const bool is_promised = code / 100 == 2;
    require(has_ended || !is_promised);
    if (is_promised) ++promised_;
  }

  std::string_view line() {
    const std::size_t end = said_.find('\n');
    const std::string_view line = said_.substr(0, end == std::string_view::npos ? end : end + 1);
    said_.remove_prefix(line.size());
    return line;
  }

  std::string_view said_;  ///< the bytes that were not answered yet
  bool is_behind_proxy_;
  Next next_ = Next::Greeting;
  smtp::ReplyParser parser_;
  char last_ = '\0';
  std::size_t promised_ = 0;
};

// Runs the loop and both ends until nothing happens any more.
class Dialogue {
 public:
  Dialogue(const Port& port, gateway::Worker& worker, Answers answers, Client client)
      : port_(port), worker_(worker), answers_(std::move(answers)), told_(std::move(client)) {}

  void begin(std::string_view client) {
    std::array<int, 2> ends{};
    require(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    client_ = ends[0];
    write_now(client_, client);
    ::shutdown(client_, SHUT_WR);
    net::Socket socket(worker_.loop().context(), net::asio::generic::stream_protocol(AF_UNIX, 0), ends[1]);
    const auto here = *net::parse_endpoint("127.0.0.1:25");
    auto session = std::make_unique<gateway::Session>(
        worker_, gateway::Entrance{"front", worker_.shared().settings.load()}, std::move(socket), here, here);
    net::asio::co_spawn(worker_.loop().context(), serve(std::move(session)),
                        [this](const std::exception_ptr& failed) {
                          require(failed == nullptr);
                          has_ended_ = true;
                        });
  }

  void run() {
    do {
      while (step()) {
      }
      // All that still waits, waits for a next hop that has no more answers.
    } while (close_hops());
    listen();
    ::close(client_);
    require(has_ended_);
  }

  std::size_t taken() const { return taken_; }
  std::size_t promised() const { return told_.promised(); }

 private:
  bool step() {
    bool has_happened = worker_.loop().context().poll() > 0;
    worker_.loop().context().restart();
    for (int descriptor = 0; (descriptor = port_.accept()) >= 0; has_happened = true) {
      hops_.push_back(std::make_unique<Hop>(descriptor, answers_, taken_));
    }
    for (auto& hop : hops_) has_happened |= hop->serve();
    listen();
    return has_happened;
  }

  // Checked after each step, so that no promise comes before the next hop's own.
  void listen() {
    std::string heard;
    read_now(client_, heard);
    told_.hear(heard);
    require(told_.promised() <= taken_);
  }

  bool close_hops() {
    const bool is_any_open = std::ranges::any_of(hops_, [](const auto& hop) { return hop->is_open(); });
    hops_.clear();
    return is_any_open && !has_ended_;
  }

  const Port& port_;
  gateway::Worker& worker_;
  Answers answers_;
  std::vector<std::unique_ptr<Hop>> hops_;
  std::size_t taken_ = 0;
  Client told_;
  int client_ = -1;
  bool has_ended_ = false;
};

// The next hop's answers, the last one first.
Answers parse_answers(std::string_view text) {
  Answers answers;
  while (!text.empty()) {
    const std::size_t end = text.find("%\n");
    answers.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  }
  std::ranges::reverse(answers);
  return answers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > kMostInput) return 0;
  static const Port port;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t end = std::min(text.find("%%\n"), text.size());
  Events events;
  gateway::Shared shared(std::make_shared<const Settings>(settings_of(data[0], port.path())), events);
  {
    gateway::Worker worker(0, shared, &gateway::Session::make);
    const std::string_view client = text.substr(0, end);
    Dialogue dialogue(port, worker, parse_answers(text.substr(std::min(end + 3, text.size()))),
                      Client(client, (data[0] & 128) != 0));
    dialogue.begin(client);
    dialogue.run();
    require(events.delivered <= dialogue.taken());
    require(dialogue.promised() <= events.delivered);
  }
  return 0;
}
