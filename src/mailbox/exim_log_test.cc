#include "mailbox/exim_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mailbox/log_fixture.h"

namespace backstop::mailbox {
namespace {

using testing::ElementsAre;
using Told = std::vector<std::string>;

// "@" at the start of a line stands for the time and a message id.
std::string log_of(std::string_view text, std::string_view before = "2026-11-29 10:00:00 1abcDE-000123-4F") {
  std::string out;
  bool is_start = true;
  for (const char c : text) {
    if (c == '@' && is_start) {
      out += before;
    } else {
      out += c;
    }
    is_start = c == '\n';
  }
  return out;
}

struct LogRow {
  const char* name;
  std::string text;
  Told want;
};

std::vector<LogRow> rows() {
  const std::string from_ann = "@ <= ann@example.org H=(a) [192.0.2.1] P=esmtp S=335 id=1@example.org\n";
  const std::string to_bob = "@ => bob@example.com R=r T=t H=mx [192.0.2.2] C=\"250 Ok\"\n";
  const Told want = {"ann@example.org > bob@example.com <1@example.org>"};
  const Told want_pair = {"ann@example.org > bob@example.com <>"};
  return {
      {"one mail", from_ann + to_bob + "@ Completed\n", want},
      {"it is not completed", from_ann + to_bob, want},
      {"completed, with its time", from_ann + to_bob + "@ Completed QT=1s\n" + to_bob, want},
      {"several recipients",
       from_ann + "@ => b@example.com R=r\n@ -> c@example.com R=r\n@ ** d@example.com R=r T=t: SMTP error "
                  "from <x@y>\n"
                  "@ == e@example.com R=r T=t defer (-44): no\n@ >> f@example.com R=r\n",
       {"ann@example.org > b@example.com c@example.com d@example.com e@example.com f@example.com "
        "<1@example.org>"}},
      {"suppressed by -N", from_ann + "@ *> bob@example.com R=r T=t\n@ Completed\n", {}},
      {"thrown away", from_ann + "@ => :blackhole: <bob@example.com> R=r\n@ Completed\n", {}},
      {"delivered while it came, before its arrival",
       "@ >> bob@example.com F=<ann@example.org> R=r\n" + from_ann, want},
      {"no id", "@ <= ann@example.org U=ann P=local S=335\n" + to_bob, want_pair},
      {"an id that Exim added",
       "@ <= ann@example.org U=ann P=local S=335 id*=1@example.org T=\"a\"\n" + to_bob, want},
      {"id= in the subject only",
       "@ <= ann@example.org P=local S=3 T=\"a id=2@example.org\" from <a id=3> \n" + to_bob,
       {"ann@example.org > bob@example.com <3>>"}},
      {"id= after a name in quotes",
       "@ <= ann@example.org P=s DN=\"CN=a\\\" id=2@example.org\" S=3 id=1@example.org T=\"b\"\n" + to_bob,
       want},
      {"id= first", "@ <= ann@example.org id=1@example.org\n" + to_bob, want},
      {"a quoted id",
       "@ <= ann@example.org id=\"1\"@example.org T=\"b\"\n" + to_bob,
       {"ann@example.org > bob@example.com <\"1\"@example.org>"}},
      {"received_sender and received_recipients",
       "@ <= ann@example.org P=s S=3 id=1@example.org T=\"b\" from <a@example.org> for c@example.com\n" +
           to_bob,
       want},
      {"the null sender", "@ <= <> R=1abcDE-000122-00 U=Debian-exim P=local S=1\n" + to_bob, {}},
      {"a quoted sender",
       "@ <= \"ann, b\"@example.org P=s id=1@example.org\n" + to_bob,
       {R"("ann, b"@example.org > bob@example.com <1@example.org>)"}},
      {"an alias",
       from_ann + "@ => bob@example.com <list@example.org> F=<ann@example.org> R=r\n",
       {"ann@example.org > bob@example.com list@example.org <1@example.org>"}},
      {"an alias of an alias",
       from_ann + "@ => bob@example.com (mid@example.org) <list@example.org> R=r\n",
       {"ann@example.org > bob@example.com list@example.org <1@example.org>"}},
      {"a user of the machine", from_ann + "@ => bob <bob@example.com> R=r T=t\n", want},
      {"a user of the machine, with parents",
       from_ann + "@ => bob (bob@example.net) <bob@example.com> R=r T=t\n", want},
      {"a file", from_ann + "@ => /var/mail/a b <bob@example.com> R=r T=t\n", want},
      {"a command", from_ann + "@ => |/bin/a -f <bob@example.com> R=r T=t\n", want},
      {"quotes that Exim left out",
       from_ann + R"(@ => b >, c@example.com <"b >, c"@example.com> R=r)" + "\n",
       {R"(ann@example.org > "b >, c"@example.com <1@example.org>)"}},
      {"no address at all", from_ann + "@ => bob R=r T=t F=<ann@example.org>\n@ => \n", {}},
      {"bounced, with a colon after it",
       from_ann + "@ ** bob@example.com: Unrouteable address <c@example.com>\n", want},
      {"bounced, with an alias",
       from_ann + "@ ** bob@example.com <list@example.org>: retry timeout exceeded\n",
       {"ann@example.org > bob@example.com list@example.org <1@example.org>"}},
      {"deferred, then delivered", from_ann + "@ == bob@example.com R=r T=t defer (111): no\n" + to_bob,
       want},
      {"its beginning is not there", to_bob + "@ Completed\n", {}},
      {"its beginning is not there, but F= is",
       "@ => bob@example.com F=<ann@example.org> P=<ann@example.org> R=r\n@ Completed\n", want_pair},
      {"the same id again", from_ann + to_bob + from_ann + to_bob, {want[0], want[0]}},
      {"the same id again, without a Message-ID",
       "@ <= ann@example.org S=1\n" + to_bob + "@ <= ben@example.org S=1\n@ => carl@example.com R=r\n",
       {want_pair[0], "ben@example.org > carl@example.com <>"}},
      {"rejected", "@ H=(a) [192.0.2.1] F=<ann@example.org> rejected after DATA: no\n", {}},
      {"other lines",
       "2026-11-29 10:00:00 Start queue run: pid=1\n2026-11-29 10:00:00 H=(a) [192.0.2.1] rejected RCPT "
       "<b@c>\n" +
           from_ann + "@ H=mx [192.0.2.2] Connection refused\n" + to_bob,
       want},
  };
}

constexpr const char* kBefore[] = {
    "2026-11-29 10:00:00 1abcDE-000123-4F",
    "2026-11-29 10:00:00.123 +0100 [4321] 1rUjOv-00000004SH9-0Qj6",
    "2026-11-29 10:00:00 [4321] 1abcDE-000123-4F",
    "Nov 29 10:00:00 mx exim[4321]: 2026-11-29 10:00:00 1abcDE-000123-4F",
    "2026-11-29T10:00:00.5+01:00 mx exim[4321]: 1rUjOv-00000004SH9-0Qj6",
    "<22>1 2026-11-29T10:00:00Z mx exim 4321 - - [4321] 1abcDE-000123-4F",
};

TEST(EximLog, ReadsEveryRowWithEveryFormOfTime) {
  for (const auto& row : rows()) {
    for (const char* before : kBefore) {
      const std::string text = log_of(row.text, before);
      for (const std::size_t piece : {1UZ, 7UZ, 100'000UZ}) {
        const Gathered got = read_log(options_for(LogForm::Exim), text, piece);
        EXPECT_EQ(got.told, row.want) << row.name << " after " << before << " in pieces of " << piece;
        EXPECT_EQ(got.counts.foreign_lines, 0) << row.name;
      }
    }
  }
}

TEST(EximLog, CutAtEveryPositionItGivesNoMoreMails) {
  for (const auto& row : rows()) {
    const std::string text = log_of(row.text);
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
      const Gathered got = read_log(options_for(LogForm::Exim), text.substr(0, cut));
      EXPECT_LE(got.counts.mails, row.want.size()) << row.name << " cut at " << cut;
    }
  }
}

TEST(EximLog, PassesOverWhatIsNoMessageId) {
  for (const char* id : {"1abcDE-000123-4", "1abcDE-000123-4FF", "1abcDE_000123-4F", "1abcDE-000123_4F",
                         "1abc+E-000123-4F", "1rUjOv-00000004SH9_0Qj6", "1rUjOv-0000004SH9-0Qj66"}) {
    const Gathered got =
        read_log(options_for(LogForm::Exim), log_of("@ <= ann@example.org S=1\n@ => bob@example.com R=r\n",
                                                    "2026-11-29 10:00:00 " + std::string(id)));
    EXPECT_THAT(got.told, ElementsAre()) << id;
  }
}

TEST(EximLog, TellsTimeHostAndId) {
  const TimeZone utc("UTC");
  Gathered got =
      read_log(options_for(LogForm::Exim),
               "2026-11-29 10:00:00 +0100 1abcDE-000123-4F => b@example.com F=<ann@example.org>\n");
  EXPECT_EQ(shown(got.last.time), "2026-11-29T09:00:00");
  EXPECT_EQ(got.last.host, "");
  EXPECT_EQ(got.last.queue_id, "1abcDE-000123-4F");
  got = read_log(options_for(LogForm::Exim),
                 "Nov 29 10:00:01 mx exim[1]: 1abcDE-000123-4F => b@example.com F=<ann@example.org>\n");
  EXPECT_EQ(shown(got.last.time), "2026-11-29T10:00:01");
  EXPECT_EQ(got.last.host, "mx");
}

}  // namespace
}  // namespace backstop::mailbox
