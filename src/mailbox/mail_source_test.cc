#include "mailbox/mail_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <future>
#include <string>
#include <thread>

#include "base/folder_fixture.h"
#include "mailbox/pieces_fixture.h"

namespace backstop::mailbox {
namespace {

constexpr std::string_view kMail = "From: ann@example.org\nSubject: x\n\nhi\n";

class Seen : public MailVisitor {
 public:
  void mail(const SourceMail& /*mail*/) override { ++mails; }
  void problem(const SourceProblem& problem) override { problems += problem.message + "\n"; }
  void waits(std::string_view name) override {
    waited += name;
    waiting.set_value();
  }

  int mails = 0;
  std::string problems;
  std::string waited;
  std::promise<void> waiting;
};

TEST(ReadMails, WaitsForTheWriterOfAPipe) {
  const base::TemporaryFolder folder;
  const std::string path = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  Seen seen;
  std::jthread writer([&, is_waiting = seen.waiting.get_future()] {
    is_waiting.wait();
    std::ofstream(path) << kMail;
  });
  read_mails(path, seen);
  EXPECT_EQ(seen.mails, 1);
  EXPECT_EQ(seen.problems, "");
  EXPECT_EQ(seen.waited, path);
}

TEST(ReadMails, LeavesOutAPipeInAFolder) {
  const base::TemporaryFolder folder;
  std::ofstream(folder.path() / "a.eml") << kMail;
  const std::string path = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  Seen seen;
  read_mails(folder.path(), seen);
  EXPECT_EQ(seen.mails, 1);
  EXPECT_EQ(seen.problems, path + ": left out: it is a pipe, a socket or a device\n");
}

struct DoubtRow {
  const char* name;
  std::string below;  ///< the second "From " line, and what follows it
  int want_mails;
  std::string want;
};

TEST(ReadMails, TellsOfALineWithoutADateThatMayBeText) {
  const std::string first = "From ann@example.org Thu Jan  1 00:00:00 2026\n" + std::string(kMail) + "\n";
  const std::string doubt =
      "x: doubtful mbox: text may go on after a \"From \" line without a date, which counted as the "
      "beginning of "
      "a mail, first at byte 84\n";
  const DoubtRow rows[] = {
      {"what people write", "From - \nFrom: the team\nTo: you\nSubject: x\n\nBye\n", 2, doubt},
      {"what programs write", "From - \nFrom: the team\nTo: you\nMessage-ID: <1@x>\n\nBye\n", 2, ""},
      {"a sentence", "From Monday on we are closed.\nFrom: the team\nTo: you\n\nBye\n", 1, ""},
  };
  for (const auto& row : rows) {
    Pieces source(first + row.below, 7);
    Seen seen;
    read_mails(source, "x", seen);
    EXPECT_EQ(seen.mails, row.want_mails) << row.name;
    EXPECT_EQ(seen.problems, row.want) << row.name;
  }
}

}  // namespace
}  // namespace backstop::mailbox
