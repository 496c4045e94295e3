#include "mailbox/mail_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <fstream>
#include <string>
#include <vector>

#include "base/folder_fixture.h"
#include "mailbox/gzip_fixture.h"
#include "mailbox/log_fixture.h"

namespace backstop::mailbox {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Paths = std::vector<std::string>;

class MailLogTest : public testing::Test {
 protected:
  // Writes a file that was modified on this day.
  std::string file(std::string_view name, std::string_view text, std::chrono::sys_days day) const {
    std::string path = folder_.path(name);
    std::ofstream(path, std::ios::binary) << text;
    const timespec time{.tv_sec = std::chrono::sys_seconds(day).time_since_epoch().count(), .tv_nsec = 0};
    EXPECT_EQ(::utimensat(AT_FDCWD, path.c_str(), std::array{time, time}.data(), 0), 0);
    return path;
  }

  static Gathered read(LogForm form, const Paths& paths) {
    Gathered gathered;
    gathered.counts = read_mail_logs(paths, options_for(form), gathered);
    return gathered;
  }

  base::TemporaryFolder folder_;
  const TimeZone utc_{"UTC"};
};

constexpr auto kNovember = std::chrono::year(2026) / 11 / 30;
constexpr auto kJanuary = std::chrono::year(2027) / 1 / 2;

const std::string kBegin =
    "Dec 31 23:59:58 mx postfix/cleanup[1]: 4ABCDE123: message-id=<1@example.org>\n"
    "Dec 31 23:59:59 mx postfix/qmgr[1]: 4ABCDE123: from=<ann@example.org>, size=1, nrcpt=1 (queue active)\n";
const std::string kEnd =
    "Jan  1 00:00:00 mx postfix/smtp[1]: 4ABCDE123: to=<bob@example.com>, status=sent (Ok)\n"
    "Jan  1 00:00:00 mx postfix/qmgr[1]: 4ABCDE123: removed\n";
const std::string kWhole = "ann@example.org > bob@example.com <1@example.org>";

TEST_F(MailLogTest, FilesAreReadInTheOrderOfTheirTimes) {
  const std::string newer = file("mail.log", kEnd, kJanuary);
  const std::string older = file("mail.log.1", kBegin, kJanuary);
  const Gathered got = read(LogForm::Postfix, {newer, older});
  EXPECT_THAT(got.told, ElementsAre(kWhole));
  EXPECT_EQ(shown(got.last.time), "2027-01-01T00:00:00");
}

TEST_F(MailLogTest, PackedFilesAreReadAndCountedPacked) {
  const std::string newer = file("mail.log", kEnd, kJanuary);
  const std::string packed = gzipped("no time\n" + kBegin);
  const std::string older = file("mail.log.1.gz", packed, kJanuary);
  const Gathered got = read(LogForm::Postfix, {newer, older});
  EXPECT_THAT(got.told, ElementsAre(kWhole));
  EXPECT_EQ(got.read, kEnd.size() + packed.size());
  EXPECT_EQ(got.counts.lines, 5);
  EXPECT_EQ(got.counts.foreign_lines, 1);
}

TEST_F(MailLogTest, TheYearIsThatOfTheFileUnlessItIsTold) {
  const std::string path = file("mail.log", kBegin + kEnd, kJanuary);
  EXPECT_EQ(shown(read(LogForm::Postfix, {path}).last.time), "2027-01-01T00:00:00");
  LogOptions options = options_for(LogForm::Postfix);
  options.latest = std::chrono::sys_days(std::chrono::year(2025) / 12 / 31);
  Gathered got;
  read_mail_logs(Paths{path}, options, got);
  EXPECT_EQ(shown(got.last.time), "2026-01-01T00:00:00");
}

TEST_F(MailLogTest, WhatCannotBeReadIsToldAndTheRestIsRead) {
  const std::string good = file("good", kBegin + kEnd, kJanuary);
  const std::string cut = file("cut.gz", gzipped(kBegin + kEnd).substr(0, 40), kJanuary);
  const std::string binary = file("other.xz",
                                  std::string("\xFD"
                                              "7zXZ\0\n\n",
                                              8),
                                  kJanuary);
  const std::string missing = folder_.path("missing");
  const std::string place = folder_.path().string();
  const Gathered got = read(LogForm::Postfix, {missing, binary, cut, place, good});
  EXPECT_THAT(got.told, UnorderedElementsAre(kWhole, "problem: " + missing + ": no such file",
                                             "problem: " + place + ": Is a directory",
                                             "problem: " + cut + ": the gzip data is damaged or cut short",
                                             "problem: " + binary +
                                                 ": not a log of a mail server: none of its lines begins "
                                                 "with a time and what follows it there"));
}

TEST_F(MailLogTest, AListThatIsNoneIsTold) {
  const std::string path = file("ids", "some words here\n", kNovember);
  EXPECT_THAT(
      read(LogForm::Ids, {path}).told,
      ElementsAre("problem: " + path + ": not a list of Message-IDs: none of its lines begins with one"));
}

TEST_F(MailLogTest, EmptyFilesAreNoProblem) {
  const Paths paths = {file("a", "", kNovember), file("b.gz", gzipped(""), kNovember)};
  for (const LogForm form : {LogForm::Postfix, LogForm::Exim, LogForm::Ids})
    EXPECT_THAT(read(form, paths).told, IsEmpty());
}

TEST_F(MailLogTest, ListsAreReadInTheOrderGiven) {
  const Paths paths = {file("b", "2@example.org\n", kNovember), file("a", "1@example.org\n", kJanuary)};
  EXPECT_THAT(read(LogForm::Ids, paths).told, ElementsAre(" > <2@example.org>", " > <1@example.org>"));
}

TEST(MailLog, ALineAtTheLimitIsReadWholeAndPastItCut) {
  LogOptions options = options_for(LogForm::Ids);
  options.limits.line = 8;
  const Gathered got = read_log(options, "12345678\n123456789\n");
  EXPECT_THAT(got.told, ElementsAre(" > <12345678>", " > <12345678>"));
  EXPECT_EQ(got.counts.lines, 2);
  EXPECT_EQ(got.counts.cut_lines, 1);
}

TEST(MailLog, AReadThatFailsIsToldAfterWhatCameBefore) {
  Gathered got;
  Pieces source("1@example.org\n2@", 16, 16);
  got.counts = read_mail_log(source, "log", options_for(LogForm::Ids), got);
  EXPECT_THAT(got.told, ElementsAre(" > <1@example.org>", "problem: log: Input/output error"));
  EXPECT_EQ(got.counts.lines, 1);
}

// What the real servers of fixtures/README.md wrote.
Gathered sample(LogForm form, const std::string& name) {
  Gathered gathered;
  const Paths paths = {std::string(BACKSTOP_SOURCE_DIR) + "/src/mailbox/fixtures/" + name};
  gathered.counts = read_mail_logs(paths, options_for(form), gathered);
  return gathered;
}

const std::string kFive =
    "ann@example.org > b0@sink.example b1@sink.example b2@sink.example b3@sink.example b4@sink.example "
    "<five@example.org>";
const std::string kQuoted =
    R"("ann, b"@example.org > "bob >, status=sent"@sink.example <quoted@example.org>)";

std::string to_bob(const std::string& id) {
  return "ann@example.org > bob@sink.example <" + id + ">";
}

TEST(MailLog, ReadsWhatPostfixWrote) {
  for (const std::string name : {"postfix.log", "postfix_long.log"}) {
    const Gathered got = sample(LogForm::Postfix, name);
    const bool is_short = name == "postfix.log";
    EXPECT_THAT(
        got.told,
        UnorderedElementsAre(
            "ann@example.org > bob@sink.example carl@box.example info@example.org <one@example.org>",
            "ann@example.org > late@defer.example <deferred@example.org>",
            to_bob("folded-before@example.org"), to_bob("folded.within@example.org"),
            testing::MatchesRegex(is_short ? "ann@example.org > bob@sink.example <20261129[^ ]*@short.test>"
                                           : "ann@example.org > bob@sink.example <4[^ ]*@long.test>"),
            to_bob("bare@example.org"), to_bob("first@example.net"), kQuoted, kFive,
            testing::MatchesRegex(is_short ? "ann@example.org > bob@sink.example <20261129[^ ]*@short.test>"
                                           : "ann@example.org > bob@sink.example <4[^ ]*@long.test>"),
            "ann@example.org > gone@bounce.example <bounced@example.org>", to_bob("submitted@example.org")))
        << name;
    EXPECT_EQ(
        got.counts,
        (LogCounts{
            .lines = got.counts.lines, .mails = 12, .recipients = 18, .null_senders = 2, .never_tried = 2}))
        << name;
  }
}

TEST(MailLog, ReadsWhatEximWrote) {
  for (const std::string name : {"exim.log", "exim_all.log"}) {
    const Gathered got = sample(LogForm::Exim, name);
    // Exim adds a Message-ID to what a local program submits; log_selector = +msg_id_created tells it.
    const auto local = name == "exim.log"
                           ? testing::Matcher<std::string>(to_bob(""))
                           : testing::MatchesRegex("ann@example.org > bob@sink.example <E1[^ ]*@all.test>");
    EXPECT_THAT(
        got.told,
        UnorderedElementsAre(
            "ann@example.org > bob@sink.example info@example.org <one@example.org>",
            "ann@example.org > late@defer.example <deferred@example.org>",
            to_bob("folded-before@example.org"), to_bob("folded.within@example.org"), to_bob(""),
            to_bob("bare@example.org"),
            // It tells the Resent-Message-ID of a mail that has both.
            to_bob("resent@example.org"), kQuoted, kFive, local,
            "ann@example.org > gone@bounce.example <bounced@example.org>",
            "ann@example.org > carl@box.example carl@sink.example dora@defer.example list@example.org "
            "<list@example.org>"))
        << name;
    EXPECT_EQ(got.counts.mails, 12) << name;
    EXPECT_EQ(got.counts.null_senders, 2) << name;
    EXPECT_EQ(got.counts.bad_addresses, 0) << name;
    EXPECT_EQ(got.counts.without_sender, 0) << name;
  }
}

}  // namespace
}  // namespace backstop::mailbox
