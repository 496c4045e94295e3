#include "filter/milter_session.h"

#include <algorithm>
#include <array>
#include <utility>

#include "filter/recorder.h"
#include "milter/answer.h"
#include "milter/event.h"

namespace backstop::filter {
namespace {

// The room for the first bytes of a packet. A usual piece of a header or an envelope fits.
constexpr std::size_t kRoom = 4096;
constexpr std::size_t kIdleBuffer = 1024;
constexpr std::chrono::seconds kWriteTime{60};
constexpr auto kNotYet = net::Deadlines::Clock::time_point::max();

constexpr milter::Wish kWish{
    .needed = 0,
    .actions = milter::action::kAddHeader | milter::action::kChangeHeader | milter::action::kAddRecipient |
               milter::action::kDeleteRecipient | milter::action::kQuarantine |
               milter::action::kChangeSender | milter::action::kAddRecipientWithParameters |
               milter::action::kNameMacros,
    .steps = milter::step::kNoUnknown | milter::step::kNoData | milter::step::kSkip |
             milter::step::kUnansweredConnect | milter::step::kUnansweredHello |
             milter::step::kUnansweredMail | milter::step::kUnansweredHeader | milter::step::kLeadingSpace};

// Postfix knows the queue id from the first recipient on, and tells a login with MAIL.
constexpr std::array<milter::MacroWish, 5> kMacros = {{
    {.stage = 0, .names = "{daemon_name}"},
    {.stage = 2, .names = "i {auth_authen} {daemon_name} {mail_addr}"},
    {.stage = 3, .names = "i {rcpt_addr}"},
    {.stage = 5, .names = "i"},
    {.stage = 6, .names = "i"},
}};

bool is_local(const net::Socket& socket) {
  boost::system::error_code ignored;
  return socket.local_endpoint(ignored).protocol().family() == AF_UNIX;
}

}  // namespace

MilterSession::MilterSession(intake::Workplace& workplace, net::Socket socket, MilterServer& server,
                             intake::Ticket ticket, Door door, std::string peer)
    : workplace_(workplace),
      server_(server),
      ticket_(std::move(ticket)),
      door_(door),
      peer_(std::move(peer)),
      times_(server.settings()->times),
      is_local_(is_local(socket)),
      connection_(std::move(socket), workplace.loop().deadlines()) {
  workplace_.add(*this);
}

const std::string& MilterSession::gateway_name() const {
  static const std::string name(intake::kMilterName);
  return name;
}

// A message that has begun may end, unless there is no more time.
bool MilterSession::is_to_end() const {
  return workplace_.is_hurrying() || (workplace_.is_draining() && message_ == nullptr);
}

void MilterSession::drain() {
  if (is_to_end()) connection_.stream().interrupt();
}

net::Task<void> MilterSession::run() {
  while (!is_to_end()) {
    const auto parsed = milter::parse_packet(connection_.input());
    if (!parsed) {
      fail(parsed.error());
      break;
    }
    if (!parsed->packet) {
      const auto have = connection_.input().size();
      if (!co_await read(parsed->size > have ? parsed->size - have : kRoom)) break;
      continue;
    }
    // The packet is a view of the input, which nobody reads into before it is consumed.
    if (!co_await take(*parsed->packet)) break;
    connection_.consume(parsed->size);
  }
  connection_.give_time(kWriteTime);
  (void)co_await connection_.flush();
  connection_.stream().close();
}

net::Task<bool> MilterSession::read(std::size_t wanted) {
  if (!connection_.output().empty()) {
    connection_.give_time(kWriteTime);
    if (!co_await connection_.flush()) co_return false;
  } else if (!is_local_) {
    // Postfix leaves Nagle's algorithm on, and each mail would take 40 ms longer.
    connection_.stream().acknowledge_now();
  }
  if (connection_.input().empty() && message_ == nullptr) connection_.buffer().shrink(kIdleBuffer);
  if (message_ == nullptr) {
    connection_.give_time(times_.idle);
  } else if (message_end_ == kNotYet) {
    connection_.give_time(times_.text);
  } else {
    connection_.give_time(times_.packet, message_end_);
  }
  const auto done = co_await connection_.fill(std::max(wanted, std::size_t{1}));
  if (!done && done.error() == net::Failure::Interrupted) co_return !is_to_end();
  co_return done.has_value();
}

bool MilterSession::fail(const base::Error& error) {
  server_.tell_failure(peer_, error.message);
  return false;
}

void MilterSession::answer(char letter, milter::Answer answer) {
  if (milter::is_answered(agreed_, letter)) milter::append_answer(answer, connection_.output());
}

bool MilterSession::negotiate(std::string_view data) {
  const auto offered = milter::parse_negotiation(data);
  if (!offered) return fail(offered.error());
  auto agreed = milter::agree(*offered, kWish);
  if (!agreed) return fail(agreed.error());
  agreed_ = *agreed;
  milter::append_negotiation(agreed_, kMacros, connection_.output());
  return true;
}

net::Task<bool> MilterSession::take(milter::Packet packet) {
  const auto implied = milter::move_on(phase_, packet.letter);
  if (!implied) co_return fail(implied.error());
  if (*implied == milter::Implied::Abort) {
    message_.reset();
    // Those of MAIL were told before it.
    if (packet.letter != 'M') macros_.end_message();
  }
  switch (packet.letter) {
    case 'O':
      co_return negotiate(packet.data);
    case 'D':
      if (auto done = macros_.take(packet.data); !done) co_return fail(done.error());
      co_return true;
    case 'C': {
      const auto connect = milter::parse_connect(packet.data);
      if (!connect) co_return fail(connect.error());
      client_.connect(*connect);
      answer('C', milter::Answer::Continue);
      co_return true;
    }
    case 'H': {
      const auto name = milter::parse_text(packet.data);
      if (!name) co_return fail(name.error());
      client_.greet(*name);
      answer('H', milter::Answer::Continue);
      co_return true;
    }
    case 'K':
      macros_.end_connection();
      co_return true;
    case 'Q':
      co_return false;
    default:
      co_return co_await take_step(packet);
  }
}

bool MilterSession::begin_message(std::string_view data) {
  const auto mail = milter::parse_path(data);
  if (!mail) return fail(mail.error());
  message_end_ = kNotYet;
  message_ = std::make_unique<MilterMessage>(MilterSessionFacts{workplace_, door_, client_, macros_, agreed_},
                                             server_.settings(), *mail);
  answer('M', milter::Answer::Continue);
  return true;
}

// The steps of a message. Those that come after its answer say nothing new.
net::Task<bool> MilterSession::take_step(milter::Packet packet) {
  auto& out = connection_.output();
  if (packet.letter == 'M') co_return begin_message(packet.data);
  if (packet.letter == 'A') co_return true;
  if (message_ == nullptr) {
    answer(packet.letter, milter::Answer::Accept);
    co_return true;
  }
  if (packet.letter != 'R' && packet.letter != 'T' && message_end_ == kNotYet)
    message_end_ = net::Deadlines::now() + times_.message;
  switch (packet.letter) {
    case 'R': {
      const auto recipient = milter::parse_path(packet.data);
      if (!recipient) co_return fail(recipient.error());
      co_await message_->recipient(*recipient, out);
      break;
    }
    case 'L': {
      const auto field = milter::parse_header(packet.data);
      if (!field) co_return fail(field.error());
      message_->header(*field);
      answer('L', milter::Answer::Continue);
      break;
    }
    case 'N':
      message_->end_header(out);
      break;
    case 'B':
      message_->body(packet.data, out);
      break;
    case 'E':
      co_await message_->end(packet.data, out);
      message_.reset();
      macros_.end_message();
      break;
    default:
      answer(packet.letter, milter::Answer::Continue);
  }
  // What has its answer needs no memory until the server sends the next one.
  if (message_ != nullptr && message_->is_over()) message_.reset();
  co_return true;
}

}  // namespace backstop::filter
