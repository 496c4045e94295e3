// One message that a mail server asks about, from MAIL to its end: gathers what intake wants to know, asks
// it, and says what is done as packets.
//
// A mail that can't be a response, and in which nothing is to be changed, is accepted at the end of its
// header, so the server sends no more of it. What may be a response is held in memory up to a cap, judged at
// its end for all recipients of ours, and answered for all by the least favourable verdict. Mail of the
// server's own is never refused: Postfix would try it again for ever.
//
// Belongs to one session, for one message; not thread-safe. All references must outlive it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "filter/changes.h"
#include "filter/milter_client.h"
#include "filter/settings.h"
#include "intake/event_of.h"
#include "intake/header_scan.h"
#include "intake/held_memory.h"
#include "intake/kept_response.h"
#include "intake/ledger_rows.h"
#include "intake/mail_judge.h"
#include "intake/message_checks.h"
#include "intake/recipient_check.h"
#include "intake/transaction.h"
#include "intake/way_out.h"
#include "intake/workplace.h"
#include "milter/event.h"
#include "milter/macros.h"
#include "milter/negotiation.h"
#include "net/task.h"
#include "smtp/reply.h"

namespace backstop::filter {

/// A milter session, as its message sees it.
struct MilterSessionFacts {
  intake::Workplace& workplace;
  Door door;
  const MilterClient& client;
  const milter::Macros& macros;
  const milter::Negotiation& agreed;
};

class MilterMessage {
 public:
  /// How long all look-ups of recipients in directories may take.
  static constexpr std::chrono::seconds kLookUpTime{30};

  MilterMessage(MilterSessionFacts session, std::shared_ptr<const Settings> settings,
                const milter::PathCommand& mail);
  MilterMessage(const MilterMessage&) = delete;
  MilterMessage& operator=(const MilterMessage&) = delete;

  // What the server sends. Each appends its answer, if the server waits for one.
  net::Task<void> recipient(const milter::PathCommand& recipient, std::string& out);
  void header(const milter::HeaderField& field);
  void end_header(std::string& out);
  void body(std::string_view piece, std::string& out);
  /// `piece`: the last one of the body, which may be empty.
  net::Task<void> end(std::string_view piece, std::string& out);

  /// True once it has its answer, and nothing more of it is wanted.
  bool is_over() const { return is_over_; }

 private:
  using Next = intake::MailJudge::Next;
  struct Given {
    std::string path;        ///< as the server sent it
    std::string parameters;  ///< the same, with spaces between them
    mail::Address plain;     ///< without our tag
    bool is_tagged = false;
    bool is_named = false;  ///< the server knows it by its path
  };

  static intake::Transaction begin(const MilterSessionFacts& session, const Settings& settings);
  void read_mail(const milter::PathCommand& mail);
  void take_queue_id();
  std::optional<mail::Address> recipient_of(std::string_view text) const;
  bool is_outbound() const { return transaction_.is_outbound(); }
  bool is_guesser() const;
  void note_bad_tag(const intake::RecipientCheck& check);
  bool is_checked(const intake::RecipientCheck& check) const;
  bool differs_from_first(const intake::RecipientCheck& check) const;
  net::Task<void> look_up(intake::RecipientCheck& check);
  void add_recipient(const milter::PathCommand& command, const mail::Address& address,
                     intake::RecipientCheck check);
  Next look_at_header();
  void leave();
  bool is_pointless() const;
  void take_piece(std::string_view piece);
  bool hold(std::string_view piece);
  net::Task<void> judge_arrival();
  net::Task<void> judge_departure();
  std::string without_foreign_fields() const;
  net::Task<bool> keep(intake::Keeper* keeper, const intake::KeptReason& reason, std::string message);
  net::Task<void> refuse_by_author();
  void tag_sender();
  net::Task<void> change_recipients();
  void let_go();
  void record_in_ledger();
  response::Extent extent() const { return is_cut_ ? response::Extent::Start : response::Extent::Whole; }

  // The answer.
  void refuse(smtp::Reply reply, bool is_past_limit = false);
  void finish(std::string& out);
  void record();

  MilterSessionFacts session_;
  std::shared_ptr<const Settings> settings_;
  intake::Transaction transaction_;
  std::vector<Given> given_;
  intake::MailJudge judge_;
  intake::WayOutJudge way_out_;
  intake::MessageChecks checks_;
  intake::HeldMemory::Share held_share_;
  intake::HeaderScan scan_;
  intake::LedgerRows rows_;
  Changes changes_;
  std::string held_;  ///< the header, and then what was held of the body
  std::string not_tagged_;
  std::size_t header_size_ = 0;
  std::uint64_t size_ = 0;
  std::optional<std::chrono::steady_clock::time_point> deadline_;  ///< of all look-ups in directories
  Next next_ = Next::Pass;
  bool is_unreadable_ = false;  ///< its sender is no address, so nothing can be said of it
  bool has_unjudged_ = false;   ///< it is for others, too: not ours, or not to be read
  bool is_header_cut_ = false;
  bool has_no_room_ = false;
  bool is_header_over_ = false;
  bool is_cut_ = false;
  bool is_over_ = false;

  std::optional<smtp::Reply> refusal_;
  bool is_past_limit_ = false;
  bool is_kept_ = false;
  bool is_on_hold_ = false;  ///< the mail server keeps it
  std::string not_kept_;
  std::optional<policy::Verdict> author_verdict_;
};

}  // namespace backstop::filter
