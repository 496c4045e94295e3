// For tests of WayOutJudge: an installation that lets responses leave, and responses.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/proofs_fixture.h"
#include "intake/way_out.h"

namespace backstop::intake {

using policy::WayOutStage;
using store::Authentication;

inline constexpr std::string_view kEve = "eve@c.test";

inline std::uint32_t number(Authentication value) {
  return static_cast<std::uint32_t>(value);
}

/// A server of ours tells eve that ann's mailbox doesn't exist.
inline std::string bounce(std::string_view received = "by mx.example.org (Backstop) with ESMTP id 1f; x") {
  const std::string returned = fmt::format(
      "Received: from c.test {}\r\nFrom: {}\r\nTo: ann@example.org\r\nSubject: hi\r\n"
      "Date: Wed, 2 Dec 2026 10:00:00 +0000\r\nMessage-ID: <1@c.test>\r\n",
      received, kEve);
  return bounce_of(returned, "ann@example.org");
}

/// Dovecot's Sieve rejects a mail (RFC 5429 2.1).
inline std::string rejection(std::string_view automatic = "auto-replied (rejected)") {
  return fmt::format(
      "From: Postmaster <postmaster@example.org>\r\nTo: eve@c.test\r\nSubject: Rejected: hi\r\n"
      "Auto-Submitted: {}\r\nPrecedence: bulk\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
      "--b\r\n\r\nYour message was automatically rejected: no\r\n--b\r\n"
      "Content-Type: message/disposition-notification\r\n\r\n"
      "Final-Recipient: rfc822; ann@example.org\r\nOriginal-Message-ID: <1@c.test>\r\n"
      "Disposition: automatic-action/MDN-sent-automatically; deleted\r\n\r\n--b--\r\n",
      automatic);
}

/// Our own trace field, as a mail has it that came in here, or left through us.
inline std::string traced(std::string_view id, const std::string& mail) {
  return fmt::format("Received: from c.test by mx.example.org (Backstop) with ESMTP id {}; x\r\n{}", id,
                     mail);
}

inline std::string vacation(std::string_view fields = "Auto-Submitted: auto-replied (vacation)\r\n",
                            std::string_view text = "I am away on holiday.\r\n") {
  return fmt::format(
      "From: Ann <ann@example.org>\r\nTo: eve@c.test\r\nSubject: Auto: hi\r\n{}In-Reply-To: <1@c.test>\r\n"
      "Date: Wed, 2 Dec 2026 10:00:00 +0000\r\nMessage-ID: <2@example.org>\r\n\r\n{}",
      fields, text);
}

class WayOutTest : public testing::Test {
 protected:
  WayOutTest() { here_.site.way_out.stage = WayOutStage::Hold; }

  /// Sends a mail out and returns its cause and action: "owed: accept"; "passes" if it isn't judged.
  std::string leave(const std::string& mail, std::string_view path = "",
                    const std::vector<std::string>& to = {std::string(kEve)}, bool is_delivered = true) {
    Transaction transaction;
    transaction.site = &here_.site;
    transaction.direction = store::Direction::Outbound;
    transaction.now = store::ledger_test_clock();
    transaction.today = floor<std::chrono::days>(transaction.now);
    transaction.ledger = here_.ledger.get();
    transaction.uses = has_uses_ ? &here_.uses : nullptr;
    transaction.waiting_answers = &waiting_;
    transaction.pending_arrivals = &pending_;
    transaction.is_stopping = [this] { return pauses_ >= pauses_to_stop_; };
    if (!path.empty()) transaction.mail.reverse_path = {origin::address_of(std::string(path))};
    for (const auto& one : to) transaction.recipients.push_back({.given = one});
    WayOutJudge judge(transaction, here_.reader);
    judge.set_pause([this](std::chrono::milliseconds) -> net::Task<void> {
      ++pauses_;
      if (on_pause_) on_pause_();
      co_return;
    });
    const auto header = std::string_view(mail).substr(0, mail.find("\r\n\r\n") + 4);
    const auto next = judge.header(header, header.contains("Auto-Submitted"));
    may_be_response_ = judge.may_be_response();
    if (next == WayOutJudge::Next::Pass) return "passes";
    net::asio::io_context loop;
    const auto run = [&](net::Task<void> task) {
      net::asio::co_spawn(loop.get_executor(), std::move(task), [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
      });
      loop.restart();
      loop.run();
    };
    run(judge.judge(judge.read(mail, response::Extent::Whole)));
    added_ = judge.added();
    may_be_response_ = judge.may_be_response();
    if (!judge.is_judged()) return "passes";
    if (can_hold_ || judge.verdict().action != policy::Action::Quarantine) {
      if (is_delivered && judge.verdict().action == policy::Action::Accept) judge.keep_places();
    } else {
      run(judge.find_not_held(is_all_there_));
      if (judge.verdict().action == policy::Action::Accept) judge.keep_places();
    }
    explanation_ = judge.verdict().explanation;
    return fmt::format("{}: {}", name(judge.verdict().cause), name(judge.verdict().action));
  }

  void arrived(Authentication value, std::string_view address = kEve, std::string_view id = "1f") const {
    here_.record({{store::arrival(id), number(Authentication::Unknown)},
                  {store::arrival(id, address), number(value)}});
  }

  Installation here_;
  WaitingAnswers waiting_{2};
  PendingArrivals pending_;
  std::function<void()> on_pause_;
  std::string added_;
  std::string explanation_;
  int pauses_ = 0;
  int pauses_to_stop_ = 1000;  ///< then the program is about to end
  bool has_uses_ = true;
  bool can_hold_ = true;
  bool is_all_there_ = true;
  bool may_be_response_ = false;
};

}  // namespace backstop::intake
