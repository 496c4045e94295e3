// Reads one mail with everything that the command line knows about it: what it is, and whether we wrote the
// mail that it answers.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "intake/lone_judge.h"
#include "intake/ready_table.h"
#include "intake/site.h"
#include "mail/address.h"
#include "mail/message.h"
#include "mailbox/mail_source.h"
#include "report/findings.h"
#include "response/reader.h"
#include "store/ledger.h"

namespace backstop::report {

struct ExaminerSettings {
  /// What proofs are looked for with. If it has no domains, that of each mail's recipient is taken for ours.
  intake::Site site;
  std::shared_ptr<store::LedgerReader> ledger;      ///< may be null
  std::shared_ptr<const intake::ReadyTable> ready;  ///< may be null: no domain is known to be ready
  std::vector<mail::Address> recipients;            ///< of the envelope; else the header is asked
  std::optional<std::string> reverse_path;          ///< of the envelope; empty: null sender
  std::chrono::sys_seconds now{};                   ///< by which ages are judged
  /// `now` was chosen, and tags are judged by it, too. Else they are by the day on which their mail came.
  bool is_now_given = false;

  /// Findings::outcomes are wanted; `site` is then that of a whole configuration.
  bool asks_policy = false;
  bool is_looking_up_dkim = false;  ///< the configuration looks up DKIM keys, which the examiner never does
  std::uint64_t most_held = 0;      ///< how much of a mail the configuration judges by; 0: all of it

  /// True if there is anything to prove or to hint with.
  bool has_proofs() const;
};

struct Examined {
  Findings findings;
  std::optional<std::chrono::sys_days> day;  ///< on which the mail came
  std::string recipient;  ///< our address that it came to, without its tag, folded; or empty
};

/// Holds scratch memory, as the reader does: one a thread.
class Examiner {
 public:
  explicit Examiner(ExaminerSettings settings);

  Examined examine(const mailbox::SourceMail& mail);

 private:
  std::vector<mail::Address> recipients(const mail::Message& header) const;
  const mail::Address* envelope_recipient(const std::vector<mail::Address>& recipients) const;
  std::chrono::sys_days today(std::optional<std::chrono::sys_days> arrival) const;
  response::Envelope envelope() const;
  /// Sets Findings::outcomes.
  void ask_policy(const mailbox::SourceMail& mail, const std::vector<mail::Address>& candidates,
                  std::chrono::sys_days today, Findings& findings);
  Outcome outcome_for(const response::Response& response, const mail::Address& recipient,
                      std::chrono::sys_days today, bool knows_sender);
  intake::Transaction transaction_of(const intake::Site& site, std::chrono::sys_days today) const;
  origin::Origin judge(const response::Response& response, const mail::Address* recipient,
                       std::chrono::sys_days today);
  origin::Origin judge(const intake::Site& site, const response::Response& response,
                       const mail::Address& recipient, std::chrono::sys_days today);

  ExaminerSettings settings_;
  const bool takes_any_domain_;
  intake::Site unaddressed_;  ///< for mail whose recipient nobody knows: no tag can be expected of it
  response::Reader reader_;
  intake::LoneJudge judge_;
};

}  // namespace backstop::report
