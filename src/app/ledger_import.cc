#include "app/ledger_import.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "intake/answer_rules.h"
#include "intake/ledger_rows.h"
#include "mail/address.h"
#include "origin/owner.h"
#include "response/answered.h"

namespace backstop::app {

namespace {

/// The ledger's buffer holds more. The rows of one mail come on top: of 1000 recipients, and for one owner.
constexpr std::size_t kMostWaiting = 100'000;
constexpr std::chrono::seconds kPatience{60};

std::vector<std::string> addressees_of(const mailbox::SentMail& mail) {
  std::vector<std::string> addressees;
  for (const auto& one : mail.recipients) {
    if (const auto address = mail::parse_address(one)) addressees.push_back(address->folded());
  }
  return addressees;
}

struct Line {
  std::uint64_t count;
  std::string_view one;
  std::string_view many;
};

std::string text_of(const Line& line) {
  return fmt::format("  {} {}\n", line.count, line.count == 1 ? line.one : line.many);
}

}  // namespace

LedgerImport::LedgerImport(store::LedgerWriter& ledger, const store::LedgerSettings& settings,
                           const intake::Site& site, store::LedgerTime now, Problem problem, Advance advance)
    : ledger_(ledger),
      site_(site),
      oldest_(std::chrono::floor<std::chrono::days>(now) - settings.keep_ids),
      problem_(std::move(problem)),
      advance_(std::move(advance)) {}

bool LedgerImport::is_too_old(const mailbox::SentMail& mail) const {
  return std::chrono::floor<std::chrono::days>(mail.time) < oldest_;
}

// The ledger loses what comes faster than it can be written.
void LedgerImport::record(std::span<const store::Row> rows, store::LedgerTime time) {
  ledger_.record(rows, time);
  waiting_ += rows.size();
  if (waiting_ < kMostWaiting || is_stuck_) return;
  is_stuck_ = !ledger_.wait_for_room(kPatience);
  waiting_ = 0;
}

void LedgerImport::sent(const mailbox::SentMail& mail) {
  advance_(0, true);
  if (is_too_old(mail)) {
    ++counts_.too_old;
    return;
  }
  const std::string id = response::message_id_of(mail.message_id);
  if (mail.sender.empty()) {
    ++counts_.ids;
    return record(std::array{store::Row{store::imported_id(id)}}, mail.time);
  }
  const auto sender = mail::parse_address(mail.sender);
  if (!sender || site_.find_domain(sender->domain) == nullptr) {
    ++counts_.foreign;
    return;
  }
  // Anybody can send mail in the name of ours to ours, and the log of it looks the same.
  auto addressees = addressees_of(mail);
  std::erase_if(addressees, [&](const std::string& one) { return site_.is_ours(one); });
  if (addressees.empty() && !mail.recipients.empty()) {
    ++counts_.internal;
    return;
  }
  const auto owner = origin::owner_of(*sender, site_.tags.delimiter).text();
  intake::LedgerRows rows;
  rows.add_departure({.sender = owner,
                      .message_id = id,
                      .addressees = addressees,
                      .day = std::chrono::floor<std::chrono::days>(mail.time),
                      .is_by_program = intake::is_role_sender(mail.sender)},
                     site_);
  record(rows.rows(), mail.time);
  ++counts_.recorded;
  counts_.recipients += addressees.size();
}

std::string import_page(const mailbox::LogCounts& read, const ImportCounts& counts) {
  std::string page = fmt::format("Read {} {}.\n", read.lines, read.lines == 1 ? "line" : "lines");
  page += "Recorded:\n";
  if (counts.recorded > 0 || counts.ids == 0) {
    page += fmt::format("  {} {} of our domains, to {} {}\n", counts.recorded,
                        counts.recorded == 1 ? "mail" : "mails", counts.recipients,
                        counts.recipients == 1 ? "recipient" : "recipients");
  }
  if (counts.ids > 0)
    page += text_of({counts.ids, "Message-ID without a sender", "Message-IDs without a sender"});
  const Line passed_over[] = {
      {counts.foreign, "mail whose sender is of no domain of ours",
       "mails whose sender is of no domain of ours"},
      {counts.internal, "mail to addresses of ours alone, which anybody could have sent",
       "mails to addresses of ours alone, which anybody could have sent"},
      {counts.too_old, "mail that is older than the ledger keeps ids",
       "mails that are older than the ledger keeps ids"},
      {read.null_senders, "bounce or other notice, which has no sender",
       "bounces and other notices, which have no sender"},
      {read.never_tried, "mail that was refused, discarded, or waits for its first try",
       "mails that were refused, discarded, or wait for their first try"},
      {read.without_sender, "mail whose sender is in a file that was not given",
       "mails whose senders are in a file that was not given"},
      {read.bad_addresses, "address without a domain, or that no mail can have",
       "addresses without a domain, or that no mail can have"},
      {read.foreign_lines, "line that is of no such log", "lines that are of no such log"},
      {read.cut_lines, "line that was too long to be read to its end",
       "lines that were too long to be read to their ends"},
      {read.evicted, "mail that may lack recipients, since too many were open at once",
       "mails that may lack recipients, since too many were open at once"},
      {read.without_id, "mail without a Message-ID in the log; only who wrote to whom is known of it",
       "mails without a Message-ID in the log; only who wrote to whom is known of them"},
  };
  std::string lines;
  for (const auto& line : passed_over) {
    if (line.count > 0) lines += text_of(line);
  }
  if (!lines.empty()) return page + "Passed over, or known in part:\n" + lines;
  if (read.lines > 0 && counts.recorded == 0 && counts.ids == 0)
    page +=
        "No line of it is about a mail: is it a log of Postfix (--postfix-log) or of Exim (--exim-log)?\n";
  return page;
}

}  // namespace backstop::app
