// For tests of proofs: a site whose mail has watermarks, DKIM signatures and tags, a real ledger, and bounces
// that are read and judged as a front door does it.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dkim/sign_fixture.h"
#include "intake/mail_judge.h"
#include "intake/recipient_check.h"
#include "origin/added_fields.h"
#include "origin/tag_fixture.h"
#include "store/ledger_fixture.h"

namespace backstop::intake {

/// Noon of the day on which the tests' mail comes back; what is signed was signed three days before.
inline constexpr std::chrono::sys_seconds kNow =
    std::chrono::sys_days(std::chrono::year(2026) / 12 / 3) + std::chrono::hours(12);

/// A mail that left, as it comes back.
struct Left {
  std::string_view from = "ann@example.org";
  std::string_view to = "carl@example.net";
  std::string_view id = "1@example.org";
  std::string_view date = "Wed, 2 Dec 2026 10:00:00 +0000";
  std::string_view top = {};  ///< lines in front of it
};

inline std::string header_of(const Left& left) {
  return fmt::format(
      "{}Received: from desk by mx.example.net; Wed, 2 Dec 2026 10:00:01 +0000\r\n"
      "From: {}\r\nTo: {}\r\nSubject: minutes\r\nDate: {}\r\nMessage-ID: <{}>\r\n",
      left.top, left.from, left.to, left.date, left.id);
}

/// A bounce about `addressee` that returns a header, or nothing if that is empty.
inline std::string bounce_of(std::string_view returned, std::string_view addressee = "carl@example.net",
                             std::string_view type = "text/rfc822-headers") {
  const std::string part =
      returned.empty() ? std::string() : fmt::format("--b\r\nContent-Type: {}\r\n\r\n{}\r\n", type, returned);
  return fmt::format(
      "From: MAILER-DAEMON@mx.example.net\r\nSubject: Undelivered Mail\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
      "--b\r\n\r\nIt failed.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
      "Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; {}\r\nAction: failed\r\n"
      "Status: 5.1.1\r\n\r\n{}--b--\r\n",
      addressee, part);
}

/// example.org at stage reject, whose mail has been seen to carry watermarks and signatures.
class Installation {
 public:
  Installation() {
    store::set_clock(kNow);
    auto key = origin::key_of(0, "secret");
    key.created = floor<std::chrono::days>(kNow) - std::chrono::days(400);
    site.hostname = "mx.example.org";
    site.keys = origin::ring_of(key);
    site.watermark_keys = origin::WatermarkKeys(site.keys);
    site.has_watermark = true;
    site.has_quarantine = true;
    auto keys = std::make_shared<dkim::KeyStore>();
    keys->add({.selector = "s", .domain = "example.org"}, {.key = signer.key()});
    site.dkim_keys = std::move(keys);
    site.domains = {{.name = "example.org", .stage = policy::Stage::Reject, .never_sends = {"noc"}}};
    be_ready_since(floor<std::chrono::days>(kNow) - std::chrono::days(20));
  }

  void be_ready_since(std::optional<std::chrono::sys_days> day) {
    ReadySince since;
    for (const auto carried : {policy::Carried::Watermark, policy::Carried::Dkim, policy::Carried::Message})
      since[static_cast<std::size_t>(carried)] = day;
    ready.replace({{"example.org", since}});
  }
  void open_ledger(std::chrono::days keep_ids = std::chrono::days(30)) {
    ledger = store::must_open({.url = place.url(),
                               .keep_ids = keep_ids,
                               .batch = std::chrono::milliseconds(1),
                               .clock = store::ledger_test_clock});
  }
  void record(const std::vector<store::Row>& rows) const { ledger->record(rows, kNow); }

  std::string watermark(std::string_view sender, std::string_view from = {}, unsigned char id = 1,
                        std::chrono::sys_seconds made = kNow - std::chrono::hours(26)) const {
    const auto value = origin::make_watermark(site.watermark_keys, {.now = made, .id = {id}}, sender, from);
    return origin::watermark_line(value.value_or("none"));
  }

  std::unique_ptr<Transaction> begin(const std::vector<std::string>& recipients,
                                     std::string_view client = "192.0.2.1") {
    auto begun = std::make_unique<Transaction>();
    begun->site = &site;
    if (!mail_from.empty()) begun->mail.reverse_path.address = origin::address_of(mail_from);
    begun->now = store::ledger_test_clock();
    begun->today = floor<std::chrono::days>(begun->now);
    begun->client.address = net::asio::ip::make_address(client);
    begun->client.bringers = {begun->client.address, begun->client.address};
    begun->ready = &ready;
    begun->hints = &hints;
    begun->ledger = ledger.get();
    begun->uses = ledger ? static_cast<store::UseCounter*>(ledger.get()) : &uses;
    begun->key_look_ups = look_ups.get();
    for (const auto& recipient : recipients) {
      auto found = check_recipient(*begun, origin::address_of(recipient), false);
      begun->recipients.push_back({.given = recipient,
                                   .domain = found.domain,
                                   .claim = std::move(found.claim),
                                   .is_exempt = found.is_exempt});
    }
    return begun;
  }

  /// Reads and judges a response, which is then delivered unless it is refused. "genuine dkim B: label"
  std::string judge(const std::string& mail, const std::string& recipient = "ann@example.org",
                    std::string_view client = "192.0.2.1", bool is_delivered = true) {
    const auto transaction = begin({recipient}, client);
    MailJudge judge(*transaction, reader);
    run(judge, mail);
    is_contradiction = judge.is_contradiction();
    if (is_delivered && judge.verdict().action != policy::Action::Refuse) judge.keep_places();
    return shown(judge);
  }

  static void run(MailJudge& judge, const std::string& mail) {
    run(judge, judge.read(mail, response::Extent::Whole));
  }
  static void run(MailJudge& judge, response::Response response) {
    net::asio::io_context loop;
    net::asio::co_spawn(loop.get_executor(), judge.judge(std::move(response)), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
    loop.run();
  }

  static std::string shown(const MailJudge& judge) {
    const auto& origin = judge.origin();
    std::string text = fmt::format("{} {}", name(origin.result), name(origin.cause));
    for (const auto& one : origin.evidence) {
      if (origin::is_proof(origin.cause) && one.detail == origin.why)
        text.append(" ").append(name(one.level));
    }
    return text + ": " + std::string(policy::name(judge.verdict().action));
  }

  std::string signed_header(const Left& left = {}, std::string_view names = "from:to:date:message-id",
                            std::string_view selector = "s") const {
    return signer.sign(header_of(left), names, selector);
  }

  dkim::Signer signer;
  Site site;
  ReadyTable ready;
  HintCounts hints;
  store::NodeUses uses;
  store::SqliteLedgerPlace place;
  std::unique_ptr<store::LedgerWriter> ledger;
  KeyMemory key_memory;
  std::unique_ptr<KeyLookUps> look_ups;
  response::Reader reader;
  std::string mail_from;  ///< of what comes; empty: the null path
  bool is_contradiction = false;
};

}  // namespace backstop::intake
