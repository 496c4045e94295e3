// What judging a response costs as the gateway does it, from what was read to the verdict: with all proofs
// (a tag, a watermark, a signature of RSA-2048, and a ledger that has the Message-ID with its addressee),
// with a signature alone, and with none, as a forged one. The ledger is the embedded one, with a million
// other entries; its answers come from memory. read_and_judge/... reads the mail, too.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "base/folder_fixture.h"
#include "dkim/mail_fixture.h"
#include "intake/mail_judge.h"
#include "intake/recipient_check.h"
#include "mail/address.h"
#include "origin/added_fields.h"
#include "origin/tag.h"
#include "origin/watermark.h"

namespace backstop::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kOwner = "ann@example.org";
constexpr std::string_view kAddressee = "carl@example.net";
constexpr std::string_view kId = "7f3a9c52-1b7e-4d0a-9f55-2f0c6d1e88aa@example.org";  // of the signed mail
constexpr int kOthers = 1'000'000;

std::string signed_header() {
  const std::string mail = dkim::fixture("opendkim-rsa-relaxed.eml");
  return mail.substr(0, mail.find("\r\n\r\n") + 2);
}

std::string unsigned_header() {
  const std::string header = signed_header();
  return header.substr(header.find("\r\nReceived:") + 2);
}

std::string bounce_of(const std::string& returned) {
  return fmt::format(
      "From: MAILER-DAEMON@mx.example.net\r\nTo: {}\r\nSubject: Undelivered Mail\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
      "--b\r\n\r\nYour mail could not be delivered.\r\n\r\n"
      "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
      "Final-Recipient: rfc822; {}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
      "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{}\r\n--b--\r\n",
      kOwner, kAddressee, returned);
}

/// Must hold, or the benchmark measures something else.
void must(bool holds, const char* what) {
  if (holds) return;
  fmt::print(stderr, "proofs_bench: {}\n", what);
  std::abort();
}

class Installation {
 public:
  Installation() {
    const auto signature = dkim::top_signature(dkim::HeaderBlock(signed_header()));
    must(signature && signature->signed_at, "the fixture has no signature with a time");
    now = *signature->signed_at + 1h;
    const auto today = std::chrono::floor<std::chrono::days>(now);
    must(site.keys.add({.number = 0, .use = origin::KeyUse::Sign, .created = today, .secret = "secret"})
             .has_value(),
         "no key");
    site.hostname = "mx.example.org";
    site.has_tags = site.has_watermark = true;
    site.watermark_keys = origin::WatermarkKeys(site.keys);
    auto keys = std::make_shared<dkim::KeyStore>();
    keys->add({.selector = "rsa", .domain = "example.org"}, {.key = dkim::fixture_key("rsa")});
    site.dkim_keys = std::move(keys);
    site.domains = {{.name = "example.org",
                     .stage = policy::Stage::Reject,
                     .ready_since = today - std::chrono::days(60)}};
    tagged = origin::sign(mail::Path{mail::parse_address(kOwner).value()}, site.keys, today).value().text();
    open_ledger();
  }

  std::string watermark() const {
    const auto value = origin::make_watermark(site.watermark_keys, {.now = now - 2h, .id = {1}}, kOwner, {});
    return origin::watermark_line(value.value());
  }

  intake::Transaction begin(const std::string& recipient) {
    intake::Transaction begun;
    begun.site = &site;
    begun.now = now;
    begun.today = std::chrono::floor<std::chrono::days>(now);
    begun.client.address = net::asio::ip::make_address("192.0.2.1");
    begun.hints = &hints;
    begun.ledger = ledger.get();
    begun.uses = ledger.get();
    auto found = intake::check_recipient(begun, *mail::parse_address(recipient), false);
    begun.recipients.push_back({.given = recipient, .domain = found.domain, .claim = std::move(found.claim)});
    return begun;
  }

  intake::Site site;
  std::string tagged;
  std::chrono::sys_seconds now;
  intake::HintCounts hints;
  std::unique_ptr<store::LedgerWriter> ledger;

 private:
  void open_ledger() {
    store::LedgerSettings settings{.url = "sqlite:" + folder_.path("ledger.db")};
    settings.table_rows = 2 * kOthers;
    auto opened = store::open_ledger(settings, {});
    must(opened.has_value(), "the ledger can't be opened");
    ledger = std::move(*opened);
    for (int i = 0; i < kOthers; ++i) {
      const auto id = fmt::format("{}@example.org", i);
      ledger->record(std::array{store::Row{store::sent_id(kOwner, id)}});
      if (i % 100'000 == 0) must(ledger->wait_for_room(1min), "the ledger takes no more");
    }
    ledger->record(std::array{store::Row{store::sent_id(kOwner, kId)},
                              store::Row{store::sent_to(kOwner, kId, kAddressee)}});
    must(ledger->wait_for_room(1min), "the ledger takes no more");
  }

  base::TemporaryFolder folder_;
};

Installation& installation() {
  static Installation one;
  return one;
}

void run(net::asio::io_context& loop, net::Task<void> task) {
  net::asio::co_spawn(loop.get_executor(), std::move(task), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
  loop.restart();
  loop.run();
}

struct Case {
  std::string mail;
  std::string recipient;
  std::string want;  ///< the cause
};

void judge(benchmark::State& state, const Case& one, bool reads) {
  auto transaction = installation().begin(one.recipient);
  response::Reader reader;
  net::asio::io_context loop;
  const auto read = intake::MailJudge(transaction, reader).read(one.mail, response::Extent::Whole);
  for (auto _ : state) {
    intake::MailJudge judge(transaction, reader);
    run(loop, judge.judge(reads ? judge.read(one.mail, response::Extent::Whole) : read));
    if (name(judge.origin().cause) != one.want)
      return state.SkipWithError(fmt::format("{}, not {}", name(judge.origin().cause), one.want).c_str());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.SetLabel(fmt::format("{} bytes", one.mail.size()));
}

void register_all() {
  const auto add = [](const char* name, Case one) {
    for (const bool reads : {false, true}) {
      benchmark::RegisterBenchmark(fmt::format("{}/{}", reads ? "read_and_judge" : "judge", name).c_str(),
                                   [one, reads](benchmark::State& state) { judge(state, one, reads); });
    }
  };
  const std::string watermark = installation().watermark();
  const std::string owner(kOwner);
  const std::string other_id = dkim::replaced(unsigned_header(), kId, "none@example.org");
  add("all_proofs", {bounce_of(watermark + signed_header()), installation().tagged, "watermark"});
  add("signature", {bounce_of(signed_header()), owner, "dkim"});
  add("watermark", {bounce_of(watermark + other_id), owner, "watermark"});
  add("ledger", {bounce_of(unsigned_header()), owner, "ledger"});
  add("forged", {bounce_of(other_id), owner, "missing"});
}

}  // namespace
}  // namespace backstop::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return EXIT_FAILURE;
  backstop::bench::register_all();
  benchmark::RunSpecifiedBenchmarks();
  return EXIT_SUCCESS;
}
