// Judges one response that leaves: did its addressee write the mail that it answers? Judged are only what is
// certainly a DSN with a null path, a mailbox's refusal in the form of a receipt, and vacation replies;
// everything else passes untouched, and so does what only passes on: it came in here, or was judged here
// before. A front door asks it as it asks the MailJudge: with the header, and, if that may be such a
// response, with what was held of it.
//
// Belongs to one message; not thread-safe. The transaction and the reader must outlive it. The reader is used
// only within a call, never across a wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "intake/mail_judge.h"
#include "intake/transaction.h"
#include "intake/way_out_rows.h"
#include "net/task.h"
#include "policy/way_out.h"
#include "response/reader.h"
#include "store/use_counter.h"

namespace backstop::intake {

/// Places in the counters of a transaction; without `uses` every place is taken. The destructor gives back
/// what keep() did not keep.
class CountedPlaces {
 public:
  explicit CountedPlaces(const Transaction& transaction) : transaction_(transaction) {}
  ~CountedPlaces() { give_back(0); }
  CountedPlaces(const CountedPlaces&) = delete;
  CountedPlaces& operator=(const CountedPlaces&) = delete;

  net::Task<bool> take(std::string owner, std::string what, std::uint32_t limit, std::chrono::seconds life);
  void keep();
  std::size_t size() const { return places_.size(); }
  /// Gives back those past the first `from`.
  void give_back(std::size_t from);

 private:
  const Transaction& transaction_;
  store::UseCounter* counter_ = nullptr;  ///< that has the places; once there is one
  std::vector<store::UsePlace> places_;
};

class WayOutJudge {
 public:
  using Next = MailJudge::Next;
  using Pause = std::function<net::Task<void>(std::chrono::milliseconds)>;

  static constexpr std::chrono::milliseconds kPause{250};  ///< before an arrival is asked for again
  static constexpr int kMostPauses = 120;                  ///< 30 s in all
  static constexpr std::size_t kMostQuestions = 1000;      ///< to the ledger; addressees past it are unclear
  /// Answers to a mailbox for one signature; and those by a domain that it may share.
  static constexpr std::uint32_t kFewADay = 3;
  static constexpr std::chrono::days kVacationLife{7};

  WayOutJudge(const Transaction& transaction, response::Reader& reader);

  /// Looks at the header, without doubled dots. `is_automatic`: a field of it is one of forbids_answer(),
  /// which every Auto-Submitted is. Pass is final.
  Next header(std::string_view header, bool is_automatic);
  /// Reads a message that was held, without doubled dots.
  response::Response read(std::string_view message, response::Extent extent);
  /// Finds out for each recipient whether the response is owed, waiting for checks that still run, and asks
  /// policy. It waits for kMostPauses at most, and not at a stop, nor past the places of
  /// Transaction::waiting_answers. If the checks still run then, the verdict says that the server must try
  /// again, unless the time that they have themselves is over: then it is unclear. The least favourable
  /// verdict counts for all. Called once at most.
  net::Task<void> judge(response::Response response);
  /// The response should be held and can't be. Then the verdict says what is done instead. `can_leave`: all
  /// of it is still there.
  net::Task<void> find_not_held(bool can_leave);
  /// Call it once the message is delivered. Without this call the destructor gives the places back.
  void keep_places() { places_.keep(); }

  /// Returns the verdict that is carried out; it accepts until judge() has run.
  const policy::Verdict& verdict() const { return verdict_; }
  /// Returns nullopt for a message that was not read.
  const std::optional<response::Response>& response() const { return response_; }
  /// True if the mail is a response of any kind, however surely; if it was not read, if its header allows
  /// that. Found only for mail that leaves, and only if it is judged or there is a ledger.
  bool may_be_response() const {
    return response_ ? response_->kind != response::Kind::None : may_be_response_;
  }
  /// True if policy was asked; else it leaves as any mail.
  bool is_judged() const { return is_judged_; }
  /// Returns the fields to put on top of it, whole lines: Auto-Submitted of a vacation reply that has none.
  std::string_view added() const;

  void set_pause(Pause pause) { pause_ = std::move(pause); }

 private:
  /// What is known of one addressee.
  struct Facts {
    policy::WayOutFacts policy;
    std::uint32_t mark = 0;     ///< of the signature that alone speaks for them; 0: none
    bool is_shared = false;     ///< what speaks for them may be another customer's
    bool is_forbidden = false;  ///< the mail that the reply names may not be answered
  };

  /// Whether more may be found of the mail that one of our Received fields names, or a Message-ID.
  struct Running {
    bool by_received = false;
    bool by_name = false;
  };

  void read_fields(std::string_view header);
  bool is_dsn_on_its_way() const;
  bool is_vacation() const;
  bool must_obey_rules() const;
  bool has_vacation_rules() const;
  std::string sender() const;
  net::Task<bool> passes_on();
  net::Task<std::vector<Facts>> look(std::span<const std::string> addressees);
  response::Kind judged_kind() const;
  std::vector<Running> running(const Asked& asked, std::span<const std::string> addressees) const;
  static void note(const WayOutFinding& found, Facts& facts);
  void give_up_late_checks(std::span<Facts> facts) const;
  net::Task<void> weigh(const std::string& addressee, Facts& facts);
  net::Task<bool> is_among_few(const std::string& addressee, const Facts& facts);
  net::Task<bool> is_within_domain(const std::string& addressee, const std::string& why);
  std::int64_t today() const;
  std::int64_t this_hour() const;
  net::Task<bool> is_within_rates(const std::string& addressee);
  net::Task<void> look_for_breach(const std::string& addressee, Facts& facts);

  const Transaction& transaction_;
  response::Reader& reader_;
  Pause pause_;
  bool has_auto_submitted_ = false;  ///< the field is there
  bool is_auto_replied_ = false;     ///< and says so
  bool says_vacation_ = false;       ///< and calls itself one (RFC 5230 5.3)
  bool says_rejected_ = false;       ///< and calls itself a refusal (RFC 5429 2.1)
  bool is_auto_generated_ = false;   ///< the field says so, as Exchange's out of office does
  bool has_references_ = false;
  bool has_exchange_mark_ = false;
  bool may_be_response_ = false;
  bool is_passed_on_ = false;
  std::vector<std::string> own_ids_;  ///< of our Received fields in its own header
  std::string numbers_;               ///< of its subject
  std::string text_digest_;           ///< of an automatic reply
  std::optional<response::Response> response_;
  std::vector<std::string> addressees_;
  CountedPlaces places_;
  policy::Verdict verdict_;
  bool is_judged_ = false;
};

}  // namespace backstop::intake
