// One connection of an HTTP client: answers one request after the other. Belongs to one worker and runs on
// its thread; not thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "http/call.h"
#include "http/request.h"
#include "http/routes.h"
#include "http/server.h"
#include "intake/doors.h"
#include "intake/workplace.h"
#include "net/connection.h"

namespace backstop::http {

class Session final : public intake::LiveSession {
 public:
  static constexpr std::chrono::seconds kIdleTime{60};     ///< between two requests
  static constexpr std::chrono::seconds kRequestTime{30};  ///< from the first octet of a request to its last
  static constexpr std::chrono::seconds kWriteTime{30};
  static constexpr std::chrono::seconds kStreamPause{2};  ///< between two events of a stream
  static constexpr std::chrono::minutes kStreamTime{15};  ///< then a browser opens another one

  Session(intake::Workplace& workplace, net::Socket socket, Server& server, intake::Ticket ticket, Peer peer);
  ~Session() override { workplace_.remove(*this); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  net::Task<void> run() override;
  void drain() override;
  const std::string& gateway_name() const override;

 private:
  net::Task<bool> begin_tls();
  net::Task<bool> read_request();
  net::Task<bool> answer(Request request);
  net::Task<Reply> reply_to(std::shared_ptr<Call> call, const Route& route);
  net::Task<void> stream(const Call& call);
  net::Task<bool> flush();

  intake::Workplace& workplace_;
  Server& server_;
  intake::Ticket ticket_;
  Peer peer_;
  net::Connection connection_;
  net::Timer pause_;
  RequestReader reader_;
};

}  // namespace backstop::http
