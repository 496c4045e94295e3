#include "opensmtpd/session.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace backstop::opensmtpd {
namespace {

constexpr std::string_view kLastLine = ".";
constexpr std::size_t kMostCommand = 4096;
/// The least that is worth a question, while more of the body is to come.
constexpr std::size_t kWorthAsking = std::size_t{32} * 1024;
/// The most of a header, and of one field of it, that the milter is told: its own limit is far below.
constexpr std::size_t kMostHeader = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kMostField = std::size_t{512} * 1024;
constexpr std::size_t kFlush = std::size_t{64} * 1024;

/// OpenSMTPD drops a report of its own that is refused, and sends nobody a report of that.
constexpr std::string_view kKept = "550 5.7.1 Backstop holds this message: it is not sent";
constexpr std::string_view kStays = "451 4.7.1 Backstop can't hold this message: it stays in the queue";
constexpr std::string_view kNoMilter = "451 4.3.0 Backstop can't be asked just now, please try again later";

bool is_in_header(std::string_view line) {
  return is_folded(line) || !field_name(line).empty();
}

std::string_view without_stuffing(std::string_view line) {
  return line.starts_with('.') ? line.substr(1) : line;
}

std::string in_brackets(std::string_view address) {
  return "<" + std::string(address) + ">";
}

/// The fields of a header, put together line by line.
class Fields {
 public:
  Fields(MilterPeer& peer, std::string& out) : peer_(peer), out_(out) {}

  void take(std::string_view line) {
    if (is_folded(line)) {
      if (value_.size() + line.size() < kMostField) (value_ += '\n') += line;
      return;
    }
    tell();
    name_ = field_name(line);
    value_ = line.substr(line.find(':') + 1, kMostField);
  }
  void tell() {
    if (name_.empty() || told_ > kMostHeader) return;
    std::string_view value = value_;
    if (!peer_.has_leading_space() && value.starts_with(' ')) value.remove_prefix(1);
    told_ += name_.size() + value.size();
    peer_.header({.name = name_, .value = value}, out_);
    name_.clear();
  }

 private:
  MilterPeer& peer_;
  std::string& out_;
  std::string name_;
  std::string value_;
  std::size_t told_ = 0;
};

}  // namespace

Session::Session(std::string id, const Settings& settings, Outside& outside)
    : id_(std::move(id)), settings_(settings), outside_(outside), mail_(settings) {
  client_.daemon = settings_.daemon;
}

void Session::take(const Line& line) {
  if (line.stream == Stream::Report) {
    take_report(line);
  } else if (line.is_filter("data-line")) {
    take_data(line);
  } else {
    take_question(line);
  }
  go_on();
}

void Session::take_report(const Line& line) {
  if (line.is_report("link-connect")) {
    const auto connected = parse_connected(line.rest);
    if (!connected) return outside_.tell(connected.error().message);
    client_.host = connected->host;
    client_.address = connected->address;
    client_.port = connected->port;
    client_.path = connected->path;
  } else if (line.is_report("link-identify")) {
    client_.helo = split_fields(line.rest, 2).back();
  } else if (line.is_report("link-auth")) {
    const auto user = parse_login(line);
    if (user && !user->empty()) client_.user = *user;
  } else if (line.is_report("protocol-client")) {
    const bool has_path = base::istarts_with(line.rest, "mail") || base::istarts_with(line.rest, "rcpt");
    if (has_path) command_ = line.rest.substr(0, kMostCommand);
  } else if (line.is_report("tx-reset")) {
    reset();
  } else if (line.is_report("tx-mail") || line.is_report("tx-rcpt")) {
    const auto given = parse_given(line);
    if (!given) return outside_.tell(given.error().message);
    if (!given->is_taken) return;
    if (line.name == "tx-mail") return take_sender(*given);
    mail_.recipients.push_back(with_parameters(given->address, "rcpt"));
  }
}

void Session::take_sender(const Given& given) {
  reset();
  mail_.id = given.message;
  mail_.sender = with_parameters(given.address, "mail");
}

Session::Recipient Session::with_parameters(std::string_view address, std::string_view verb) const {
  Recipient recipient{.address = std::string(address), .parameters = {}};
  if (!base::istarts_with(command_, verb)) return recipient;
  for (const auto one : parameters_of(command_)) recipient.parameters.emplace_back(one);
  return recipient;
}

void Session::take_question(const Line& line) {
  constexpr std::string_view kOurs[] = {"rcpt-to", "data", "commit"};
  // We ask to be asked about no other.
  if (std::ranges::count(kOurs, line.name) == 0) return append_proceed(id_, line.token, lines_);
  token_ = line.token;
  if (line.is_filter("rcpt-to")) {
    question_ = Question::Recipient;
    asked_ = with_parameters(line.rest, "rcpt");
    told_.has_asked = false;
  } else if (line.is_filter("data")) {
    question_ = Question::Data;
  } else {
    question_ = Question::Commit;
  }
}

void Session::take_data(const Line& line) {
  // Behind the last line OpenSMTPD takes none: it would end itself.
  if (mail_.is_complete) return;
  mail_.token = line.token;
  if (line.rest == kLastLine) {
    mail_.is_complete = mail_.has_whole_header = true;
    return;
  }
  mail_.has_whole_header = mail_.has_whole_header || !is_in_header(line.rest);
  if (mail_.verdict == Verdict::Pass) return write(line.rest);
  if (mail_.verdict == Verdict::Refuse) return;
  if (mail_.held.append(line.rest)) return;
  outside_.close();
  peer_.close();
  fail("a large mail can't be held in a temporary file");
}

// The mail has ended, in whatever way.
void Session::reset() {
  const bool is_open = mail_.verdict == Verdict::Open && told_.is_begun;
  if (is_open && peer_.state() == MilterPeer::State::Ready) {
    if (!is_waiting()) {
      peer_.abort(packets_);
    } else {
      outside_.close();
      peer_.close();
    }
  }
  mail_ = Mail(settings_);
  told_ = Told();
}

void Session::go_on() {
  if (mail_.verdict == Verdict::Open) tell();
  settle();
  flush();
  if (!packets_.empty()) outside_.send(std::exchange(packets_, {}));
}

void Session::tell() {
  const bool is_asked = question_ == Question::Recipient || question_ == Question::Data;
  if (!is_asked && mail_.token.empty()) return;
  if (peer_.state() == MilterPeer::State::Closed) {
    peer_.open();
    return outside_.open(client_.is_local());
  }
  if (is_waiting() || !tell_envelope()) return;
  if (question_ == Question::Data) return proceed();
  if (mail_.token.empty()) return;
  if (told_.part == Part::Envelope) told_.part = Part::Header;
  if (told_.part == Part::Header && mail_.has_whole_header) return tell_header();
  if (told_.part == Part::Body) tell_body();
}

// Returns true once the milter has been asked about all recipients.
bool Session::tell_envelope() {
  const bool is_final = question_ == Question::Data || !mail_.token.empty();
  if (is_final && told_.is_begun && told_.again == 0 && told_.recipients != mail_.recipients) {
    peer_.abort(packets_);
    forget_told();
  }
  if (!told_.is_begun) tell_mail();
  while (told_.again > 0 && !is_waiting()) {
    tell_recipient(mail_.recipients[mail_.recipients.size() - told_.again]);
    told_.recipients.push_back(mail_.recipients[mail_.recipients.size() - told_.again]);
    --told_.again;
  }
  if (is_waiting()) return false;
  if (question_ != Question::Recipient) return true;
  told_.has_asked = true;
  tell_recipient(asked_);
  return false;
}

void Session::tell_mail() {
  told_.is_begun = true;
  told_.again = mail_.recipients.size();
  const auto path = in_brackets(mail_.sender.address);
  peer_.mail(client_, mail_.id,
             {.path = path, .parameters = {mail_.sender.parameters.begin(), mail_.sender.parameters.end()}},
             packets_);
}

void Session::tell_recipient(const Recipient& recipient) {
  const auto path = in_brackets(recipient.address);
  peer_.recipient({.path = path, .parameters = {recipient.parameters.begin(), recipient.parameters.end()}},
                  packets_);
}

void Session::tell_header() {
  Fields fields(peer_, packets_);
  std::string line;
  while (told_.reader.next(mail_.held, line)) {
    std::erase(line, '\0');
    if (is_in_header(line)) {
      fields.take(line);
      continue;
    }
    // A header may end without an empty line.
    if (!line.empty()) (told_.body += without_stuffing(line)) += "\r\n";
    break;
  }
  fields.tell();
  peer_.end_header(packets_);
}

void Session::tell_body() {
  std::string line;
  bool has_more = true;
  while (!told_.is_skipping && told_.body.size() < milter::kMostPiece &&
         (has_more = told_.reader.next(mail_.held, line))) {
    (told_.body += without_stuffing(line)) += "\r\n";
  }
  const bool is_last = mail_.is_complete && !has_more;
  if (told_.is_skipping || (is_last && told_.body.empty())) {
    told_.part = Part::End;
    return peer_.end(packets_);
  }
  // The first piece is sent at once, even empty: the milter says whether it wants the body.
  if (told_.has_piece && !is_last && told_.body.size() < kWorthAsking) return;
  told_.has_piece = true;
  peer_.body(std::string_view(told_.body).substr(0, milter::kMostPiece), packets_);
  told_.body.erase(0, milter::kMostPiece);
}

void Session::forget_told() {
  told_ = Told();
  mail_.writer.clear();
}

void Session::connected() {
  peer_.greet(client_, packets_);
  go_on();
}

void Session::heard(const milter::Packet& packet) {
  constexpr std::string_view kHeaderChanges = "imh";
  const auto heard = peer_.take(packet, client_, packets_);
  base::Result<void> done;
  if (!heard) {
    done = std::unexpected(heard.error());
  } else if (*heard) {
    take_answer(**heard);
  } else if (kHeaderChanges.contains(packet.letter)) {
    done = mail_.writer.change(packet.letter, packet.data, peer_.has_leading_space());
  } else if (packet.letter == 'q') {
    told_.stays = true;
  }
  if (!done) {
    outside_.close();
    return lost(done.error().message);
  }
  go_on();
}

void Session::lost(std::string_view why) {
  const bool was_ready = peer_.state() == MilterPeer::State::Ready;
  const bool has_ended = told_.part == Part::End;
  const bool is_asked =
      question_ == Question::Recipient || question_ == Question::Data || !mail_.token.empty();
  peer_.close();
  packets_.clear();
  if (mail_.verdict != Verdict::Open) return;
  forget_told();
  if (!is_asked) return;
  if (!was_ready || has_ended || std::exchange(mail_.is_retried, true)) fail(why);
  go_on();
}

void Session::take_answer(const Heard& heard) {
  if (heard.step == 'R') return take_recipient(heard);
  if (heard.answer == milter::Answer::Discard) return discard();
  if (!heard.refusal.empty()) return refuse(heard.refusal);
  if (heard.answer == milter::Answer::Accept && heard.step != 'E') return pass();
  if (heard.step == 'N') told_.part = Part::Body;
  if (heard.step == 'B') told_.is_skipping = heard.answer == milter::Answer::Skip;
  if (heard.step != 'E') return;
  if (told_.stays) return refuse(kStays);
  pass();
}

void Session::take_recipient(const Heard& heard) {
  if (heard.answer == milter::Answer::Discard) return discard();
  if (heard.answer == milter::Answer::Accept) return pass();
  // It was told one that OpenSMTPD has taken already, so that a refusal comes too late.
  if (!std::exchange(told_.has_asked, false) || question_ != Question::Recipient) return;
  if (!heard.refusal.empty()) return reject(heard.refusal);
  told_.recipients.push_back(asked_);
  proceed();
}

// OpenSMTPD can take no mail and give it to nobody. What is its own is dropped if it is refused.
void Session::discard() {
  if (client_.is_local()) return refuse(kKept);
  outside_.tell("the milter wants a mail discarded, which OpenSMTPD can't: it goes on");
  pass();
}

void Session::refuse(std::string_view reply) {
  mail_.verdict = Verdict::Refuse;
  mail_.refusal = reply;
}

void Session::fail(std::string_view why) {
  forget_told();
  if (settings_.tempfail) {
    outside_.tell("a client hears 451: " + std::string(why));
    return refuse(kNoMilter);
  }
  outside_.tell("a mail goes on unjudged: " + std::string(why));
  pass();
}

void Session::settle() {
  const bool is_asked_for_all = question_ == Question::Commit;
  if (mail_.verdict == Verdict::Open) {
    // Without lines there was nothing to judge.
    if (is_asked_for_all) proceed();
    return;
  }
  if (mail_.verdict == Verdict::Refuse) {
    if (question_ != Question::None) reject(mail_.refusal);
  } else if (question_ != Question::None) {
    proceed();
  }
  if (mail_.token.empty() || mail_.has_ended) return;
  if (mail_.verdict == Verdict::Pass && !mail_.held.is_empty()) {
    HeldLines::Reader reader;
    std::string line;
    while (reader.next(mail_.held, line)) write(line);
  }
  mail_.held.clear();
  if (!mail_.is_complete) return;
  mail_.has_ended = true;
  append_data(id_, mail_.token, kLastLine, false, settings_.limits, lines_);
}

void Session::proceed() {
  question_ = Question::None;
  append_proceed(id_, token_, lines_);
}

void Session::reject(std::string_view reply) {
  question_ = Question::None;
  append_reject(id_, token_, reply, settings_.limits, lines_);
}

void Session::write(std::string_view line) {
  mail_.writer.write(id_, mail_.token, line, lines_);
  if (lines_.size() >= kFlush) flush();
}

void Session::flush() {
  if (lines_.empty()) return;
  outside_.say(lines_);
  lines_.clear();
}

}  // namespace backstop::opensmtpd
