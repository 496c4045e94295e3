// Writes a session's events to the history and the log, and lines about its client to the log. Never waits.
// Belongs to one session; not thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "gateway/client.h"
#include "gateway/current_settings.h"
#include "gateway/recipient_batch.h"
#include "gateway/shared.h"
#include "gateway/transaction.h"
#include "intake/event_of.h"

namespace backstop::gateway {

class Recorder {
 public:
  /// All must outlive this.
  Recorder(Shared& shared, const CurrentSettings& settings, const Client& client)
      : shared_(shared), settings_(settings), client_(client) {}

  /// Records that the sender was refused.
  void sender(const Transaction& transaction, const policy::Verdict& verdict, const smtp::Reply& reply);
  /// Records a recipient that was not taken; does nothing for others, which are recorded with their message.
  /// Of the recipients past the limit only the first is recorded.
  void recipient(Transaction& transaction, const RecipientBatch::Asked& asked);
  /// Records how a message ended.
  void message(const Transaction& transaction, const intake::Outcome& outcome);

  // Lines of the log.
  void no_proxy_header();
  void no_tls(std::string_view why);
  void turned_away(Exceeded limit);
  /// `line`: what the client sent, with its line end or without.
  void http_request(std::string_view line);

 private:
  intake::EventContext context(const Transaction& transaction, const std::string& tag) const;
  void tell(base::LogLevel level, const std::string& line) { shared_.events.notice(level, line); }

  Shared& shared_;
  const CurrentSettings& settings_;
  const Client& client_;
};

}  // namespace backstop::gateway
