// Judges one inbound message: can it be a response, and if so, what is done with it, and why. A front door
// asks it twice: with the header, and, if the message may be a response, with what was held of it.
//
// Belongs to one message; not thread-safe. The transaction and the reader must outlive it. The reader is used
// only within a call, never across a wait.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "intake/hint_counts.h"
#include "intake/transaction.h"
#include "net/task.h"
#include "policy/verdict.h"
#include "response/reader.h"

namespace backstop::intake {

class MailJudge {
 public:
  MailJudge(const Transaction& transaction, response::Reader& reader);

  /// What must be done with a message once its header is there.
  enum class Next : std::uint8_t { Pass, Hold };
  /// Looks at the header, without doubled dots and with the empty line after it. Pass is final: the message
  /// is no response.
  Next header(std::string_view header);

  /// Reads a message that was held, without doubled dots. `extent` says whether it is whole.
  response::Response read(std::string_view message, response::Extent extent);
  /// Collects the evidence for each recipient and asks policy. The strictest verdict counts for all
  /// recipients. Called once at most.
  net::Task<void> judge(response::Response response);
  /// To be called once the message is delivered: the hints that spoke for it (hint_counts.h) stay counted.
  /// Without this call the destructor gives them back.
  void keep_hints() { hints_.keep(); }

  /// Returns the verdict that is carried out; it accepts until judge() has run.
  const policy::Verdict& verdict() const { return verdict_; }
  /// Returns nullopt for a message that was not judged.
  const std::optional<response::Response>& response() const { return response_; }
  /// Returns the origin that was found for the recipient whose verdict counts.
  const origin::Origin& origin() const { return facts_.origin; }
  /// Returns the value of the Backstop-Verdict field.
  std::string verdict_field() const { return policy::verdict_field(verdict_, facts_); }

 private:
  response::Envelope envelope() const;
  origin::Origin origin_of(const origin::Recipient& recipient, const origin::ClaimContext& context);

  const Transaction& transaction_;
  response::Reader& reader_;
  std::optional<response::Response> response_;
  policy::MessageFacts facts_;
  HintPlaces hints_;
  policy::Verdict verdict_;
};

}  // namespace backstop::intake
