// The server's side of one SMTP session: a client's connection from its first byte to its last.
//
// Commands that arrive together are answered together, and recipients that arrive together are offered to the
// next hop together; replies come in the order of the commands. MAIL is answered here: its next hop is known
// only once a recipient is. One file a group of verbs: session.cc the loop, session_hello.cc,
// session_mail.cc, session_data.cc, session_secure.cc (STARTTLS, AUTH, XCLIENT), session_event.cc what is
// recorded.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/client_counts.h"
#include "gateway/message_path.h"
#include "gateway/recipient_check.h"
#include "gateway/transaction.h"
#include "gateway/worker.h"
#include "net/connection.h"
#include "next_hop/session.h"
#include "smtp/session_state.h"

namespace backstop::gateway {

class Session final : public LiveSession {
 public:
  Session(Worker& worker, const Entrance& entrance, net::Socket socket, net::Endpoint peer,
          net::Endpoint local);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The whole session; the object has to live until it returns.
  net::Task<void> run();

  void drain() override;
  void look_again() override;
  void give_way(std::span<const std::string> next_hops) override;

  /// How long a client may be silent while it keeps a session of a next hop that has hardly one left.
  static constexpr std::chrono::seconds kScarceTime{30};

 private:
  using Clock = std::chrono::steady_clock;

  // The loop.
  net::Task<bool> open();
  net::Task<bool> read_proxy_header();
  std::optional<Exceeded> enter();
  /// A host that may name its clients.
  bool is_front_end() const;
  std::optional<ClientCounts::Address> client_to_count() const;
  net::Task<bool> accept_tls();
  net::Task<void> converse();
  net::Task<std::optional<std::string_view>> next_line(std::size_t most);
  std::optional<std::string_view> buffered_line() const;
  /// What is waited for next has this time, but no longer than until `last`.
  void give_time(std::chrono::seconds time, Clock::time_point last = Clock::time_point::max());
  /// Returns the next hop of which this session keeps a session, or null.
  const next_hop::NextHop* used_hop() const;
  /// A command line as it may be: CRLF at its end, and no other CR, LF or NUL.
  static bool is_text(std::string_view line);
  /// Ends the session: what follows is somebody else's text, and none of it may be taken for commands.
  void turn_away_http(std::string_view line);
  bool answer_at_once(const smtp::Command& command);
  net::Task<void> handle(const smtp::Command& command);
  void say_goodbye(net::Failure failure);
  void count(const smtp::Command& command);
  const GatewaySettings* find_gateway(const Settings& settings) const;
  bool take_settings();
  bool is_to_end() const;
  smtp::Reply why_to_end() const;
  void set_peer(const net::Endpoint& peer);

  void reply(const smtp::Reply& reply);
  void reply(int code, std::string_view status, std::string_view text);
  void count_reply(int code);
  void close_with(const smtp::Reply& last);
  /// The same with a client that may still be sending: it is let finish before the connection is closed.
  void cut_short(const smtp::Reply& last);

  // Greeting.
  net::Task<void> handle_hello(const smtp::Command& command);
  net::Task<smtp::Extensions> offer();
  net::Task<smtp::Extensions> common_hop_offer();
  net::Task<smtp::Extensions> hop_offer(const next_hop::NextHop& hop, Clock::time_point until);

  // Envelope.
  void handle_mail(std::string_view argument);
  net::Task<void> handle_recipients(std::string_view argument);
  bool is_asked_alone() const;
  struct Asked;  ///< one RCPT of a batch
  Asked judge_recipient(std::string_view argument, std::size_t earlier);
  net::Task<void> offer_recipients(std::vector<Asked>& batch);
  void answer_recipient(const Asked& asked);
  void open_delivery();
  bool is_relay() const;
  bool is_guesser() const;
  void note_bad_tag(const RecipientCheck& check);
  net::Task<void> close_delivery();
  /// Forgets the transaction; nothing of it was delivered, unless finish() of its delivery was called.
  net::Task<void> end_transaction();

  // Data. What is received is false if all is said already: the session ends, or the message does.
  net::Task<void> handle_data();
  net::Task<bool> receive_data();
  net::Task<void> handle_chunk(std::string_view argument);
  net::Task<bool> receive_chunk(std::uint64_t size, bool is_last);
  net::Task<bool> read_data();
  net::Task<void> finish_message();
  void begin_message(next_hop::MessageForm form);
  /// Adds to what has come since the message was refused; false when that is too much.
  net::Task<bool> drop_data(std::size_t size);
  net::Task<void> give_up_delivery();
  void refuse_message(smtp::DataFault fault);
  void say_refusal();
  void record_refusal(bool is_client_gone);
  net::Task<void> refuse_data(smtp::DataFault fault, std::size_t at);
  net::Task<void> refuse_chunk(smtp::DataFault fault, std::uint64_t rest);
  net::Task<void> answer_behind(std::uint64_t size, smtp::Reply refusal);
  std::uint64_t most_dropped() const;
  net::Task<void> lose_client(net::Failure failure);
  net::Task<void> break_off();
  TraceFacts trace_facts() const;

  // STARTTLS, AUTH, XCLIENT.
  net::Task<void> handle_starttls();
  net::Task<void> handle_auth(std::string_view argument);
  net::Task<std::optional<smtp::Reply>> relay_auth(std::string_view argument);
  void handle_attributes(smtp::AttributeCommand command, std::string_view argument);
  void handle_xclient(const smtp::ClientAttributes& told);
  void handle_xforward(const smtp::ClientAttributes& told);
  void take_attributes(const smtp::ClientAttributes& told);
  void forget_client();
  void forget_forwarded();
  /// EHLO, of the client that is spoken for.
  bool is_extended() const;
  bool may_authenticate() const;

  // What is recorded.
  store::Event new_event() const;
  void record_recipient(const Asked& asked);
  void record_sender(const policy::Verdict& verdict, const smtp::Reply& reply);
  static constexpr std::string_view kClientLeft = "The client left before its data ended";
  /// Once for each message that was begun: path_ is gone after it.
  void record_message(const smtp::Reply& reply, bool is_client_gone, std::string_view failure);
  void tell(os::LogLevel level, std::string_view line) const;
  void tell_of(Exceeded limit) const;

  next_hop::ClientIdentity identity(const next_hop::NextHop& hop) const;
  /// Returns what counts the sessions of next hops that this client uses; null if it speaks for many.
  next_hop::ClientCount next_hop_count() const;
  const GatewaySettings& gateway() const { return *gateway_; }
  const Limits& limits() const { return settings_->limits; }

  Worker& worker_;
  std::string gateway_name_;
  net::Connection connection_;
  net::Endpoint peer_;        ///< of the client, as PROXY or XCLIENT told it where they did
  std::string peer_text_;     ///< its address
  std::string peer_literal_;  ///< the same as RFC 5321 4.1.3 has it
  net::Endpoint direct_;      ///< of the connection itself
  net::Endpoint connected_;   ///< of the client, as PROXY told it if it did
  net::Endpoint local_;
  std::shared_ptr<const Settings> settings_;
  const GatewaySettings* gateway_ = nullptr;  ///< of settings_
  ClientCounts::Ticket ticket_;

  smtp::SessionState state_;
  std::string helo_;
  std::string tls_;              ///< its description, for Received
  smtp::ClientAttributes told_;  ///< by XCLIENT and XFORWARD
  /// By the XCLIENT commands that came one right behind the other, which tell of one client together.
  std::unique_ptr<smtp::ClientAttributes> told_in_row_;
  struct Self {
    net::Endpoint peer;
    std::string helo;
    smtp::ClientAttributes told;
  };
  std::unique_ptr<Self> self_;  ///< while XFORWARD speaks for another: what is true without it
  std::unique_ptr<next_hop::Session> authenticated_;  ///< the next hop's session that AUTH went through

  std::unique_ptr<Transaction> transaction_;
  std::unique_ptr<MessagePath> path_;  ///< while data comes in
  smtp::ChunkScanner chunks_;
  Clock::time_point waiting_since_{};  ///< of the wait in progress
  Clock::time_point data_deadline_{};
  std::size_t data_room_ = 0;
  Clock::time_point data_ended_{};                 ///< when its last byte had come
  std::uint64_t dropped_ = 0;                      ///< bytes that came since the message was refused
  smtp::DataFault fault_ = smtp::DataFault::None;  ///< of the message
  bool is_refusal_said_ = false;                   ///< before its data ended

  std::size_t idle_commands_ = 0;
  std::size_t errors_ = 0;
  std::size_t untaken_ = 0;  ///< recipients that were not taken, without those that are errors already
  bool is_waiting_ = false;  ///< for a command, or for what comes before the first one
  bool is_reading_data_ = false;
  bool is_authenticating_ = false;  ///< a next hop's session is kept for it
  bool is_gateway_gone_ = false;
  bool is_closing_ = false;
  bool is_cut_short_ = false;  ///< closing, and the client may still be sending
  bool is_broken_ = false;     ///< the client is gone
};

}  // namespace backstop::gateway
