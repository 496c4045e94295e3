#include "opensmtpd/milter_peer.h"

#include "milter/answer.h"

namespace backstop::opensmtpd {
namespace {

constexpr std::uint32_t kActions = milter::action::kAddHeader | milter::action::kChangeHeader;
// A header or a body that isn't sent at all is not offered: nothing could be judged then.
constexpr std::uint32_t kSteps = milter::step::kNoUnknown | milter::step::kNoData | milter::step::kSkip |
                                 milter::step::kUnansweredConnect | milter::step::kUnansweredHello |
                                 milter::step::kUnansweredMail | milter::step::kUnansweredHeader |
                                 milter::step::kLeadingSpace;

char family_of(const Client& client) {
  if (client.is_local()) return 'L';
  if (client.address.empty()) return 'U';
  return client.address.contains(':') ? '6' : '4';
}

std::unexpected<base::Error> out_of_order(char letter) {
  return std::unexpected(
      base::Error{"the milter sent the packet '" + std::string(1, letter) + "' where it may not come"});
}

}  // namespace

// Local mail may stay in the queue, which is what quarantine becomes.
void MilterPeer::greet(const Client& client, std::string& out) {
  offered_ = {.version = milter::kVersion,
              .actions = kActions | (client.is_local() ? milter::action::kQuarantine : 0),
              .steps = kSteps};
  milter::append_negotiation(offered_, {}, out);
  expected_.push_back('O');
}

void MilterPeer::ask(char letter, std::string_view data, std::string& out) {
  milter::append_packet(letter, {data}, out);
  if (milter::is_answered(agreed_, letter)) expected_.push_back(letter);
}

void MilterPeer::tell_client(const Client& client, std::string& out) {
  const milter::MacroValue macros[] = {{"daemon_name", client.daemon}, {milter::kNoDiscard, "yes"}};
  milter::append_macros('C', macros, out);
  milter::append_connect({.host = client.host,
                          .family = family_of(client),
                          .port = client.port,
                          .address = client.is_local() ? client.path : client.address},
                         out);
  if (milter::is_answered(agreed_, 'C')) expected_.push_back('C');
}

void MilterPeer::mail(const Client& client, std::string_view id, const milter::PathCommand& command,
                      std::string& out) {
  if (client.helo != helo_) {
    helo_ = client.helo;
    milter::append_text('H', helo_, out);
    if (milter::is_answered(agreed_, 'H')) expected_.push_back('H');
  }
  std::vector<milter::MacroValue> macros = {{"i", id}};
  if (!client.user.empty()) macros.emplace_back("auth_authen", client.user);
  milter::append_macros('M', macros, out);
  milter::append_path('M', command, out);
  if (milter::is_answered(agreed_, 'M')) expected_.push_back('M');
}

void MilterPeer::recipient(const milter::PathCommand& command, std::string& out) {
  milter::append_path('R', command, out);
  if (milter::is_answered(agreed_, 'R')) expected_.push_back('R');
}

void MilterPeer::header(const milter::HeaderField& field, std::string& out) {
  milter::append_header(field, out);
  if (milter::is_answered(agreed_, 'L')) expected_.push_back('L');
}

void MilterPeer::abort(std::string& out) {
  milter::append_packet('A', {}, out);
}

base::Result<std::optional<Heard>> MilterPeer::negotiate(std::string_view data, const Client& client,
                                                         std::string& out) {
  const auto agreed = milter::parse_negotiation(data);
  if (!agreed) return std::unexpected(agreed.error());
  if (!offered_.has(agreed->steps))
    return std::unexpected(base::Error{"the milter wants more of the protocol than was offered"});
  agreed_ = *agreed;
  state_ = State::Ready;
  tell_client(client, out);
  return Heard{.step = 'O'};
}

base::Result<std::optional<Heard>> MilterPeer::take(const milter::Packet& packet, const Client& client,
                                                    std::string& out) {
  constexpr std::string_view kNoAnswers = "pqimh+2-eb";
  constexpr std::string_view kAnswers = "cartdsy";
  if (expected_.empty()) return out_of_order(packet.letter);
  const char step = expected_.front();
  if (kNoAnswers.contains(packet.letter)) {
    if (packet.letter != 'p' && step != 'E') return out_of_order(packet.letter);
    return std::nullopt;
  }
  if (step == 'O' || packet.letter == 'O') {
    if (step != packet.letter) return out_of_order(packet.letter);
    expected_.pop_front();
    return negotiate(packet.data, client, out);
  }
  if (!kAnswers.contains(packet.letter)) return out_of_order(packet.letter);
  Heard heard{.step = step};
  if (packet.letter == 'y') {
    auto refusal = milter::parse_refusal(packet.data);
    if (!refusal) return std::unexpected(refusal.error());
    heard.refusal = std::move(*refusal);
  } else {
    heard.answer = static_cast<milter::Answer>(packet.letter);
    if (heard.answer == milter::Answer::Reject) heard.refusal = "550 5.7.1 Command rejected";
    if (heard.answer == milter::Answer::TempFail) heard.refusal = "451 4.7.1 Please try again later";
  }
  expected_.pop_front();
  return heard;
}

}  // namespace backstop::opensmtpd
