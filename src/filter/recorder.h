// Writes the events of a milter session to the history and the log. Never waits. Not thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "filter/settings.h"
#include "intake/event_of.h"
#include "intake/recipient_check.h"
#include "intake/transaction.h"
#include "policy/verdict.h"
#include "smtp/reply.h"

namespace backstop::filter {

struct MilterSessionFacts;

class Recorder {
 public:
  /// Both must outlive this.
  Recorder(const MilterSessionFacts& session, const Settings& settings)
      : session_(session), settings_(settings) {}

  /// Records how a message ended. `not_tagged`: why its sender got no tag; empty if it got one.
  void message(const intake::Transaction& transaction, const intake::Outcome& outcome,
               std::string_view not_tagged) const;
  /// Records a recipient that was not taken.
  void recipient(const intake::Transaction& transaction, const mail::Address& recipient,
                 const intake::RecipientCheck& check, const policy::Verdict& verdict,
                 const smtp::Reply& reply) const;

 private:
  intake::EventContext context(const intake::Transaction& transaction, std::string_view tag) const;

  const MilterSessionFacts& session_;
  const Settings& settings_;
};

}  // namespace backstop::filter
