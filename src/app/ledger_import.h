// Records in the ledger the mail that left before Backstop was installed, as logs and lists name it. Not
// thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "intake/site.h"
#include "mailbox/mail_log.h"
#include "store/ledger.h"

namespace backstop::app {

/// What became of the mails that were read. Each is counted once.
struct ImportCounts {
  std::uint64_t recorded = 0;    ///< of our domains, with their recipients
  std::uint64_t recipients = 0;  ///< of these
  std::uint64_t ids = 0;         ///< Message-IDs of a list that doesn't say who sent them; recorded, too
  std::uint64_t foreign = 0;     ///< the sender is of no domain of ours
  std::uint64_t internal = 0;    ///< it has no recipient elsewhere
  std::uint64_t too_old = 0;     ///< older than the ledger keeps ids

  bool operator==(const ImportCounts&) const = default;
};

class LedgerImport : public mailbox::LogVisitor {
 public:
  using Problem = std::function<void(const mailbox::SourceProblem&)>;
  using Advance = std::function<void(std::uint64_t bytes, bool is_mail)>;

  /// All must outlive it. `now` and the times that `settings` keep say what is too old.
  LedgerImport(store::LedgerWriter& ledger, const store::LedgerSettings& settings, const intake::Site& site,
               store::LedgerTime now, Problem problem, Advance advance);

  void sent(const mailbox::SentMail& mail) override;
  void problem(const mailbox::SourceProblem& problem) override { problem_(problem); }
  void advanced(std::uint64_t bytes) override { advance_(bytes, false); }

  const ImportCounts& counts() const { return counts_; }

 private:
  bool is_too_old(const mailbox::SentMail& mail) const;
  void record(std::span<const store::Row> rows, store::LedgerTime time);

  store::LedgerWriter& ledger_;
  const intake::Site& site_;
  const std::chrono::sys_days oldest_;
  const Problem problem_;
  const Advance advance_;
  ImportCounts counts_;
  std::size_t waiting_ = 0;  ///< rows since the ledger's buffer was last seen empty
  bool is_stuck_ = false;    ///< the disk takes nothing
};

/// Returns what was read, recorded and passed over and why, for people.
std::string import_page(const mailbox::LogCounts& read, const ImportCounts& counts);

}  // namespace backstop::app
