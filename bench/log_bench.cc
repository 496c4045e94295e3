// Lines a second of mail logs, with this many mails open at a time.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "mailbox/mail_log.h"

namespace backstop::bench {
namespace {

using mailbox::LogForm;

constexpr std::size_t kMails = 200'000;

// The steps of one mail, as the server logs them; the first argument is its number.
constexpr std::string_view kPostfix[] = {
    "Nov 29 10:00:00 mx postfix/smtpd[812]: connect from client.example.org[192.0.2.1]\n",
    "Nov 29 10:00:00 mx postfix/smtpd[812]: {0:010X}: client=client.example.org[192.0.2.1], "
    "sasl_method=PLAIN, "
    "sasl_username=ann@example.org\n",
    "Nov 29 10:00:00 mx postfix/cleanup[813]: {0:010X}: message-id=<{0}.20261129@example.org>\n",
    "Nov 29 10:00:00 mx postfix/qmgr[814]: {0:010X}: from=<user{0}@example.org>, size=4012, nrcpt=1 (queue "
    "active)\n",
    "Nov 29 10:00:01 mx postfix/smtp[815]: {0:010X}: to=<someone{0}@example.com>, "
    "relay=mx.example.com[192.0.2.25]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=2.0.0, status=sent (250 2.0.0 "
    "Ok: "
    "queued as 4jd2VX3Zy7z1bgGc)\n",
    "Nov 29 10:00:01 mx postfix/qmgr[814]: {0:010X}: removed\n",
};

constexpr std::string_view kExim[] = {
    "2026-11-29 10:00:00 1{0:05}-0000bU-09 <= user{0}@example.org H=client.example.org [192.0.2.1] P=esmtpsa "
    "X=TLS1.3:ECDHE_X25519__RSA_PSS_RSAE_SHA256__AES_256_GCM:256 CV=no A=plain:ann S=4012 "
    "id={0}.20261129@example.org\n",
    "2026-11-29 10:00:01 1{0:05}-0000bU-09 => someone{0}@example.com R=dnslookup T=remote_smtp "
    "H=mx.example.com [192.0.2.25] X=TLS1.3:ECDHE_X25519__RSA_PSS_RSAE_SHA256__AES_256_GCM:256 CV=yes "
    "C=\"250 2.0.0 "
    "Ok: queued as 4jd2VX3Zy7z1bgGc\"\n",
    "2026-11-29 10:00:01 1{0:05}-0000bU-09 Completed\n",
};

constexpr std::string_view kIds[] = {"<{0}.20261129@example.org> user{0}@example.org\n"};

// In each round each of the open mails makes its next step, so that a mail is open for `open` others.
std::string log_of(std::span<const std::string_view> steps, std::size_t open) {
  std::string text;
  for (std::size_t first = 0; first < kMails; first += open) {
    const std::size_t last = std::min(first + open, kMails);
    for (const std::string_view step : steps) {
      for (std::size_t mail = first; mail < last; ++mail)
        text += fmt::format(fmt::runtime(step), mail % 100'000);
    }
  }
  return text;
}

class Whole : public os::ByteSource {
 public:
  explicit Whole(std::string_view rest) : rest_(rest) {}
  base::Result<std::size_t> read(std::span<char> room) override {
    const std::size_t count = rest_.copy(room.data(), room.size());
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
};

struct Count : mailbox::LogVisitor {
  void sent(const mailbox::SentMail& mail) override { benchmark::DoNotOptimize(mail.message_id.data()); }
  void problem(const mailbox::SourceProblem&) override {}
};

void read_log(benchmark::State& state, LogForm form, std::span<const std::string_view> steps) {
  const std::string text = log_of(steps, static_cast<std::size_t>(state.range(0)));
  const mailbox::LogOptions options{.form = form,
                                    .now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 30),
                                    .latest = {},
                                    .limits = {}};
  mailbox::LogCounts counts;
  for (auto _ : state) {
    Whole source(text);
    Count visitor;
    counts = mailbox::read_mail_log(source, "log", options, visitor);
    if (counts.mails != kMails) return state.SkipWithError("not all mails were found");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * counts.lines));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

BENCHMARK_CAPTURE(read_log, postfix, LogForm::Postfix, kPostfix)->Arg(1)->Arg(100)->Arg(90'000);
BENCHMARK_CAPTURE(read_log, exim, LogForm::Exim, kExim)->Arg(1)->Arg(100)->Arg(90'000);
BENCHMARK_CAPTURE(read_log, ids, LogForm::Ids, kIds)->Arg(1);

}  // namespace
}  // namespace backstop::bench

BENCHMARK_MAIN();
