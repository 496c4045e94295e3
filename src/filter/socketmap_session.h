// One connection of a mail server to the socketmap: answers one request after the other. Belongs to one
// worker and runs on its thread; not thread-safe. A peer that breaks the protocol is cut off; the mail server
// then puts the mail off.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "filter/socketmap.h"
#include "filter/socketmap_server.h"
#include "intake/doors.h"
#include "intake/workplace.h"
#include "net/connection.h"

namespace backstop::filter {

class SocketmapSession final : public intake::LiveSession {
 public:
  /// The name by which a mail server asks for the map.
  static constexpr std::string_view kMap = "backstop";
  /// Between two requests. Postfix closes a connection much earlier.
  static constexpr std::chrono::seconds kIdleTime{3600};
  /// From the first octet of a request to its last one.
  static constexpr std::chrono::seconds kRequestTime{60};

  SocketmapSession(intake::Workplace& workplace, net::Socket socket, SocketmapServer& server,
                   intake::Ticket ticket, std::string peer);
  ~SocketmapSession() override { workplace_.remove(*this); }
  SocketmapSession(const SocketmapSession&) = delete;
  SocketmapSession& operator=(const SocketmapSession&) = delete;

  net::Task<void> run() override;
  void drain() override;
  const std::string& gateway_name() const override;

 private:
  bool answer_all();
  MapAnswer answer_to(const MapRequestParse& parsed) const;
  net::Task<bool> read();

  intake::Workplace& workplace_;
  SocketmapServer& server_;
  intake::Ticket ticket_;
  std::string peer_;  ///< for the log
  net::Connection connection_;
  net::Deadlines::Clock::time_point request_end_{};  ///< when a request that has begun must have come
};

}  // namespace backstop::filter
