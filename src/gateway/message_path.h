// One message on its way from a client to its next hop (docs/architecture.md, "The way of a mail
// through `serve`").
//
// The header is read first. A mail that can't be a response then streams on as it arrives. One that may be is
// held in memory up to a cap, read, judged, and then refused or sent. So is one whose header gets the results
// of all checks of its sender. If DMARC may refuse a mail, its last bytes wait for that. The caller scans the
// bytes first, so that no bare line end gets in. take() may be called until the client's data ends, whatever
// the answer is. Belongs to one session, for one message; not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/replies.h"
#include "gateway/trace_field.h"
#include "gateway/transaction.h"
#include "intake/header_scan.h"
#include "intake/held_memory.h"
#include "intake/kept_response.h"
#include "intake/ledger_rows.h"
#include "intake/mail_judge.h"
#include "intake/message_checks.h"
#include "intake/way_out.h"
#include "next_hop/delivery.h"
#include "response/reader.h"
#include "store/quarantine.h"

namespace backstop::gateway {

class MessagePath {
 public:
  /// The texts of `trace` and all references must outlive it; the reader is only used between two waits. Held
  /// memory counts for the network of `client`.
  MessagePath(Transaction& transaction, next_hop::MessageForm form, TraceFacts trace,
              response::Reader& reader, intake::HeldMemory& memory,
              const intake::HeldMemory::Address& client);

  /// Takes the next bytes. `is_end`: they are the last ones, with the end of data if the form has one.
  /// `dots`: as DataScanner counts them; 0 in the plain form.
  net::Task<void> take(std::string_view bytes, bool is_end, std::size_t dots);

  /// Refuses the message for a fault in bytes that take() never got. Nothing more of it is wanted.
  void refuse(smtp::Reply reply) { settle(std::move(reply)); }

  /// Returns the reply for the client. It is there once the data has ended, or earlier if it is a refusal.
  const std::optional<smtp::Reply>& answer() const { return answer_; }
  /// True once the delivery has given its last answer, so that it must not be abandoned.
  bool is_finished() const { return is_finished_; }
  /// True when the next hop has said that it has the message.
  bool is_delivered() const { return is_delivered_; }
  /// True when it is in the quarantine or held, and the next hop gets nothing.
  bool is_kept() const { return is_kept_; }
  /// Says why it is not kept, although the verdict wanted that; then it went on, or was deferred. Empty for
  /// others.
  const std::string& not_kept() const { return not_kept_; }
  /// Returns the verdict of DMARC if it refuses or defers the message; else null.
  const policy::Verdict* author_verdict() const { return author_verdict_ ? &*author_verdict_ : nullptr; }
  /// True when it was refused or deferred for one of our own limits.
  bool is_past_limit() const { return is_past_limit_; }

  // For the history.
  std::uint64_t size() const { return size_; }  ///< of the data so far: no doubled dots, no end of data
  const std::string& message_id() const { return scan_.message_id; }
  const intake::MailJudge& judge() const { return judge_; }
  const intake::WayOutJudge& way_out() const { return way_out_; }

 private:
  using Next = intake::MailJudge::Next;
  enum class Phase : std::uint8_t { Header, Held, Streaming, Dropping, Done };

  net::Task<void> take_header(std::string_view bytes, bool is_end);
  net::Task<void> take_held(std::string_view bytes, bool is_end);
  net::Task<void> start(std::string_view message, bool is_end);
  net::Task<bool> may_leave(std::string_view message, bool is_end);
  net::Task<bool> hold(std::string_view message, bool is_end);
  net::Task<bool> keep_start();
  net::Task<void> end_dropping();
  std::optional<store::SealKey> key_to_keep(bool is_end);
  net::Task<std::shared_ptr<const store::KeptResponse>> quarantine(std::string_view message,
                                                                   store::SealKey key);
  store::KeptEnvelope kept_envelope(const intake::KeptReason& reason) const;
  std::shared_ptr<const store::KeptResponse> kept_response(std::string_view message) const;
  std::shared_ptr<const store::KeptResponse> held_response(std::string_view message) const;
  bool is_labelled() const;
  net::Task<void> pass(std::string_view first, std::string_view second, bool is_end);
  intake::HeaderScan scan(std::string_view header, next_hop::MessageForm form) const;
  Next look(std::string_view header);
  net::Task<bool> is_refused_by_author();
  /// For both: `header` has no doubled dots, and the places of `scan` are in it.
  void note(std::string_view header, const intake::HeaderScan& scan);
  void leave(std::string_view header, const intake::HeaderScan& scan);
  response::Response read(std::string_view message, bool is_end);
  void record_in_ledger();
  bool is_too_large(bool is_end) const;
  void settle(smtp::Reply reply);
  void settle(Exceeded limit);
  net::Task<void> find_no_room();
  bool hold_header();
  void let_go();

  Transaction& transaction_;
  next_hop::MessageForm form_;
  TraceFacts trace_;
  intake::MailJudge judge_;
  intake::WayOutJudge way_out_;
  intake::MessageChecks checks_;
  Next next_ = Next::Pass;  ///< what the judge said of the header
  Phase phase_ = Phase::Header;
  std::string held_;                      ///< the message so far, in its form, while it is not yet streaming
  intake::HeldMemory::Share held_share_;  ///< of what all sessions may hold together
  std::size_t header_end_ = 0;            ///< once the header is whole
  intake::HeaderScan scan_;
  intake::LedgerRows rows_;  ///< that the mail makes; none without a ledger
  std::uint64_t size_ = 0;
  bool is_finished_ = false;
  bool is_delivered_ = false;
  bool is_past_limit_ = false;
  bool is_kept_ = false;
  std::string not_kept_;
  bool is_author_judged_ = false;
  std::optional<policy::Verdict> author_verdict_;     ///< if it refuses or defers the message
  std::shared_ptr<const store::KeptResponse> start_;  ///< to be held, once the message has ended
  std::optional<smtp::Reply> answer_;
};

}  // namespace backstop::gateway
