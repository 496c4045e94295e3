// RCPT commands that arrive together. Each is judged as it comes, and those that may be taken are offered to
// the next hop in one go. Belongs to one session, for one batch.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "gateway/transaction.h"
#include "intake/bad_tags.h"
#include "intake/event_of.h"
#include "intake/recipient_check.h"
#include "net/task.h"
#include "smtp/extensions.h"
#include "smtp/reply.h"

namespace backstop::gateway {

class RecipientBatch {
 public:
  /// The most recipients of a batch; more make another one.
  static constexpr std::size_t kMost = 100;
  /// How long all look-ups of a batch in directories may take. A client waits at least 300 s (RFC 5321
  /// 4.5.3.2.3), and the next hop's answer is still to come.
  static constexpr std::chrono::seconds kLookUpTime{30};

  /// One RCPT.
  struct Asked {
    smtp::RcptCommand command{};
    bool is_parsed = false;  ///< its syntax is right; if not, only `answer` is set
    intake::RecipientCheck check{};
    policy::Verdict verdict{};
    std::optional<smtp::Reply> answer{};  ///< nullopt while the next hop must be asked
    intake::Decider decider = intake::Decider::Policy;

    bool is_from_next_hop() const { return decider == intake::Decider::NextHop; }
  };

  /// `offered`: what EHLO offered. Bad tags are counted for `client`. All must outlive this.
  RecipientBatch(Transaction& transaction, const smtp::Extensions& offered, intake::BadTags& bad_tags,
                 const intake::BadTags::Address& client);

  /// Judges one more RCPT by its argument. Returns false if the checks of the sender or a directory must be
  /// asked about it: then look_up() comes next. The first that may be taken sets the transaction's route.
  bool add(std::string_view argument);
  /// Asks these about the RCPT that was added last, and judges it.
  net::Task<void> look_up();
  /// True if no more may be added before offer(): the batch has kMost, or its next hop takes one recipient,
  /// so the next may be taken only if this one is not.
  bool is_full() const;
  /// Offers those that may be taken to the transaction's delivery, which must be open if there is a route.
  /// Those that are taken become recipients of the transaction. Afterwards each has its answer.
  net::Task<void> offer();

  /// Returns all that were added, in the order of the commands.
  std::span<const Asked> asked() const { return asked_; }

 private:
  Asked check(std::string_view argument);
  void judge(Asked& asked);
  bool is_guesser() const;
  bool is_checked(const intake::RecipientCheck& check) const;
  bool is_sender_asked(const Asked& asked) const;
  net::Task<void> look_at_spf();
  void note_bad_tag(const intake::RecipientCheck& check);
  Route route_for(const intake::RecipientCheck& check) const;

  Transaction& transaction_;
  const smtp::Extensions& offered_;
  intake::BadTags& bad_tags_;
  const intake::BadTags::Address& client_;
  std::vector<Asked> asked_;
  std::optional<directory::Directory::Deadline> deadline_;  ///< of all look-ups, since the first
  std::size_t taken_;  ///< recipients of the transaction, and those that the next hop may yet take
};

}  // namespace backstop::gateway
