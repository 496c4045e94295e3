// One connection of a mail server to the milter: reads packets, keeps their order, and gives each message to
// a MilterMessage. Belongs to one worker and runs on its thread; not thread-safe. A peer that breaks the
// protocol is cut off; the mail server then does what its milter_default_action says.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "filter/milter_client.h"
#include "filter/milter_message.h"
#include "filter/milter_server.h"
#include "filter/settings.h"
#include "intake/workplace.h"
#include "milter/answer.h"
#include "milter/macros.h"
#include "milter/negotiation.h"
#include "milter/packet.h"
#include "milter/session_state.h"
#include "net/connection.h"

namespace backstop::filter {

class MilterSession final : public intake::LiveSession {
 public:
  MilterSession(intake::Workplace& workplace, net::Socket socket, MilterServer& server, intake::Ticket ticket,
                Door door, std::string peer);
  ~MilterSession() override { workplace_.remove(*this); }
  MilterSession(const MilterSession&) = delete;
  MilterSession& operator=(const MilterSession&) = delete;

  net::Task<void> run() override;
  void drain() override;
  const std::string& gateway_name() const override;

 private:
  bool is_to_end() const;
  net::Task<bool> read(std::size_t wanted);
  net::Task<bool> take(milter::Packet packet);
  net::Task<bool> take_step(milter::Packet packet);
  bool negotiate(std::string_view data);
  bool begin_message(std::string_view data);
  void answer(char letter, milter::Answer answer);
  bool fail(const base::Error& error);

  intake::Workplace& workplace_;
  MilterServer& server_;
  intake::Ticket ticket_;
  Door door_;
  std::string peer_;  ///< for the log
  MilterTimes times_;
  bool is_local_;
  net::Connection connection_;
  milter::Phase phase_ = milter::Phase::Start;
  milter::Negotiation agreed_;
  milter::Macros macros_;
  MilterClient client_;
  std::unique_ptr<MilterMessage> message_;
  net::Deadlines::Clock::time_point message_end_{};  ///< when all of the text must have come
};

}  // namespace backstop::filter
