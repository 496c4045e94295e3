// Reads one mail with everything that the command line knows about it: what it is, and whether we wrote the
// mail that it answers.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "mail/address.h"
#include "mail/message.h"
#include "mailbox/mail_source.h"
#include "origin/key_ring.h"
#include "origin/tag.h"
#include "report/findings.h"
#include "response/reader.h"

namespace backstop::report {

struct ExaminerSettings {
  std::optional<origin::KeyRing> keys;      ///< without them no tag proves anything
  origin::TagSettings tags;                 ///< how the tags of those keys are made
  std::optional<mail::Address> recipient;   ///< of the envelope; else the header is asked
  std::optional<std::string> reverse_path;  ///< of the envelope; empty: null sender
  std::chrono::sys_days today{};            ///< taken for the day of a mail that has no date
};

struct Examined {
  Findings findings;
  std::optional<std::chrono::sys_days> day;  ///< on which the mail came
  std::string recipient;  ///< our address that it came to, without its tag, folded; or empty
};

/// Holds scratch memory, as the reader does: one a thread.
class Examiner {
 public:
  explicit Examiner(ExaminerSettings settings) : settings_(std::move(settings)) {}

  Examined examine(const mailbox::SourceMail& mail);

 private:
  std::vector<mail::Address> recipients() const;
  const mail::Address& envelope_recipient(const std::vector<mail::Address>& recipients) const;
  origin::Origin judge(const response::Response& response, const std::vector<mail::Address>& recipients,
                       std::optional<std::chrono::sys_days> day) const;

  ExaminerSettings settings_;
  response::Reader reader_;
  mail::Message header_;
};

}  // namespace backstop::report
