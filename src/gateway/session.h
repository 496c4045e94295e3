// The server's side of one SMTP session: greets, carries out the commands, passes AUTH on, and closes.
// Belongs to one worker and runs on its thread; not thread-safe.
//
// Commands that arrive together are answered together, and recipients that arrive together are offered to the
// next hop together; replies come in the order of the commands. MAIL is answered without asking a next hop,
// which is known only once there is a recipient.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/client.h"
#include "gateway/client_counts.h"
#include "gateway/command_reader.h"
#include "gateway/current_settings.h"
#include "gateway/data_phase.h"
#include "gateway/opening.h"
#include "gateway/recorder.h"
#include "gateway/speaker.h"
#include "gateway/transaction.h"
#include "gateway/worker.h"
#include "net/connection.h"
#include "smtp/session_state.h"

namespace backstop::gateway {

class Session final : public LiveSession, private DataHost {
 public:
  Session(Worker& worker, const Entrance& entrance, net::Socket socket, const net::Endpoint& peer,
          net::Endpoint local);
  ~Session() override { worker_.remove(*this); }
  /// Makes a session; this is a Worker::MakeSession.
  static std::unique_ptr<LiveSession> make(Worker& worker, const Entrance& entrance, net::Socket socket,
                                           const net::Endpoint& peer, net::Endpoint local) {
    return std::make_unique<Session>(worker, entrance, std::move(socket), peer, std::move(local));
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  net::Task<void> run() override;
  void drain() override;
  void look_again() override;
  void give_way(std::span<const std::string> next_hops) override;
  const std::string& gateway_name() const override { return settings_.name(); }

  /// A client may be silent for this long while it keeps a session of a next hop that has hardly any left.
  static constexpr std::chrono::seconds kScarceTime{30};

 private:
  // Opening and the loop.
  net::Task<bool> open();
  net::Task<bool> accept_tls();
  std::optional<Exceeded> enter();
  net::Task<void> converse();
  std::optional<smtp::Command> take(const CommandReader::Next& next);
  bool answer_at_once(const smtp::Command& command);
  net::Task<void> handle(const smtp::Command& command);

  // The verbs with a function of their own; answer_at_once() has the others.
  net::Task<void> handle_hello(const smtp::Command& command);
  void handle_mail(std::string_view argument);
  net::Task<void> handle_recipients(std::string_view argument);
  void begin_data(next_hop::MessageForm form);
  net::Task<void> handle_data();
  net::Task<void> handle_chunk(std::string_view argument);
  bool is_answered(DataEnd end);
  net::Task<void> handle_starttls();
  net::Task<std::optional<smtp::Reply>> relay_auth(std::string_view argument);
  void handle_attributes(smtp::AttributeCommand command, std::string_view argument);

  // The transaction.
  net::Task<void> close_delivery();
  /// Forgets the transaction. Its message is not delivered unless finish() of its delivery was called.
  net::Task<void> end_transaction();

  // The end.
  void lose(net::Failure failure);
  void turn_away_http(std::string_view line);
  bool is_to_end() const;
  smtp::Reply why_to_end() const override;
  bool is_stopped() const override { return worker_.is_stopped(); }
  void record(const intake::Outcome& outcome) override { recorder_.message(*transaction_, outcome); }

  const next_hop::NextHop* used_hop() const;
  next_hop::ClientCount next_hop_count() const;
  next_hop::ClientIdentity identity(const next_hop::NextHop& hop) const;
  const GatewaySettings& gateway() const { return settings_.gateway(); }
  const Limits& limits() const { return settings_->limits; }

  Worker& worker_;
  CurrentSettings settings_;
  net::Connection connection_;
  CommandReader reader_;
  Client client_;
  Opening opening_;
  Speaker speaker_;
  Recorder recorder_;
  ClientCounts::Ticket ticket_;
  smtp::SessionState state_;
  std::string tls_;                                   ///< how Received describes it; empty without TLS
  std::unique_ptr<next_hop::Session> authenticated_;  ///< the next hop's session that AUTH went through
  std::unique_ptr<Transaction> transaction_;
  std::unique_ptr<DataPhase> data_;  ///< from DATA or the first BDAT to the end of the message
  bool is_authenticating_ = false;   ///< while AUTH waits for the client, and keeps a session of the next hop
};

}  // namespace backstop::gateway
