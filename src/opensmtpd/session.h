// One session of OpenSMTPD, as a milter connection: what OpenSMTPD tells and asks becomes packets, and the
// milter's answers become results and changed lines. It does no I/O: what it wants is told to an Outside.
//
// The lines of a mail wait here until the milter has its word for them. For ordinary mail that is at the end
// of the header; what the milter wants to read whole waits to its end (held_lines.h). Refusals of a mail are
// given when OpenSMTPD asks about the commit.
//
// A milter connection that ends before the milter was asked for its verdict is made anew once, and told
// everything again. If there is none, OpenSMTPD goes on without it, or the client hears 451 (Settings).
//
// OpenSMTPD asks about a recipient before it decides itself. Recipients that it refuses, or that another
// filter changes, are taken back at DATA: the milter is told the mail anew.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "milter/packet.h"
#include "opensmtpd/header_writer.h"
#include "opensmtpd/held_lines.h"
#include "opensmtpd/line.h"
#include "opensmtpd/milter_peer.h"

namespace backstop::opensmtpd {

struct Settings {
  bool tempfail = false;    ///< without a milter the client hears 451; else mail goes on unjudged
  std::string daemon = {};  ///< the macro {daemon_name} of all sessions
  LineLimits limits = {};
  std::size_t memory = std::size_t{256} * 1024;  ///< see HeldLines
};

/// What a session wants done. The functions must not call the session back before they return.
class Outside {
 public:
  virtual ~Outside() = default;
  /// Lines for OpenSMTPD, whole ones.
  virtual void say(std::string_view lines) = 0;
  /// Opens the milter connection. connected() or lost() of the session follows. `is_local`: for mail of the
  /// mail server itself.
  virtual void open(bool is_local) = 0;
  /// Packets for the milter.
  virtual void send(std::string_view packets) = 0;
  /// Closes the milter connection, if it is open; nothing follows.
  virtual void close() = 0;
  /// A line for the log.
  virtual void tell(std::string_view text) = 0;
};

class Session {
 public:
  Session(std::string id, const Settings& settings, Outside& outside);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Takes a line of this session.
  void take(const Line& line);

  // Of the milter connection.
  void connected();
  /// It could not be made, or it has ended.
  void lost(std::string_view why);
  void heard(const milter::Packet& packet);
  /// True if the milter must answer.
  bool is_waiting() const { return peer_.is_waiting() || peer_.state() == MilterPeer::State::Opening; }

 private:
  enum class Question : std::uint8_t { None, Recipient, Data, Commit };  ///< of OpenSMTPD
  enum class Part : std::uint8_t { Envelope, Header, Body, End };        ///< what the milter is told
  enum class Verdict : std::uint8_t { Open, Pass, Refuse };
  struct Recipient {
    std::string address;
    std::vector<std::string> parameters;
    bool operator==(const Recipient&) const = default;
  };
  /// What the milter knows of the mail.
  struct Told {
    bool is_begun = false;
    std::vector<Recipient> recipients;
    std::size_t again = 0;   ///< so many of OpenSMTPD's recipients are still to be told once more
    bool has_asked = false;  ///< about the recipient of the question
    Part part = Part::Envelope;
    HeldLines::Reader reader;
    std::string body;          ///< the next piece
    bool has_piece = false;    ///< it has got one
    bool is_skipping = false;  ///< it wants no more of the body
    bool stays = false;        ///< it wants the mail to stay in the queue
  };
  /// The mail, as OpenSMTPD has it.
  struct Mail {
    explicit Mail(const Settings& settings) : held(settings.memory), writer(settings.limits) {}

    std::string id;
    Recipient sender;
    std::vector<Recipient> recipients;
    std::string token;  ///< of the lines; empty before the first one
    HeldLines held;
    bool has_whole_header = false;
    bool is_complete = false;  ///< its last line has come
    bool has_ended = false;    ///< OpenSMTPD has the last line back
    bool is_retried = false;
    Verdict verdict = Verdict::Open;
    std::string refusal;
    HeaderWriter writer;
  };

  // What OpenSMTPD says.
  void take_report(const Line& line);
  void take_question(const Line& line);
  void take_data(const Line& line);
  void take_sender(const Given& given);
  void reset();
  Recipient with_parameters(std::string_view address, std::string_view verb) const;

  // What the milter is told.
  void go_on();
  void tell();
  bool tell_envelope();
  void tell_mail();
  void tell_recipient(const Recipient& recipient);
  void tell_header();
  void tell_body();
  void forget_told();

  // What it answers.
  void take_answer(const Heard& heard);
  void take_recipient(const Heard& heard);
  void discard();
  void pass() { mail_.verdict = Verdict::Pass; }
  void refuse(std::string_view reply);
  void fail(std::string_view why);

  // What OpenSMTPD hears.
  void settle();
  void proceed();
  void reject(std::string_view reply);
  void write(std::string_view line);
  void flush();

  std::string id_;
  const Settings& settings_;
  Outside& outside_;
  MilterPeer peer_;
  Client client_;
  std::string command_;  ///< the last MAIL or RCPT, as the client gave it
  Question question_ = Question::None;
  std::string token_;  ///< of the question
  Recipient asked_;    ///< of the question
  Mail mail_;
  Told told_;
  std::string lines_;    ///< for OpenSMTPD
  std::string packets_;  ///< for the milter
};

}  // namespace backstop::opensmtpd
