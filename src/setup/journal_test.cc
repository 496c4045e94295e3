#include "setup/journal.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace backstop::setup {
namespace {

Journal a_journal() {
  Journal journal;
  journal.phase = Journal::Phase::Undoing;
  journal.step = "write \"main.cf\"";
  journal.main_cf = "/etc/postfix/main.cf";
  journal.copy = "/etc/postfix/main.cf.backstop-x";
  journal.written = digest_of("b");
  journal.changes = {{"smtpd_milters", "unix:a", true, " $x", "y"}, {"non_smtpd_milters", "unix:b"}};
  journal.note_file("/etc/backstop/keys", "secret");
  journal.folders = {"/etc/backstop"};
  journal.start = "systemctl";
  journal.stop = "systemctl stop backstop";
  return journal;
}

TEST(Journal, ComesBackAsItWas) {
  const auto journal = a_journal();
  const auto text = journal_text(journal);
  EXPECT_EQ(text.find("secret"), std::string::npos);
  const auto read = parse_journal(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, journal);
  EXPECT_EQ(*parse_journal(journal_text(Journal())), Journal());
}

TEST(Journal, RefusesWhatItDidNotWrite) {
  for (const std::string_view text : {"", "{", "[]", "{}", R"({"version":2})", R"({"version":1})",
                                      R"({"version":1,"phase":"applying","step":1})"}) {
    EXPECT_FALSE(parse_journal(text)) << text;
  }
  // Cut anywhere, it is no journal.
  const auto text = journal_text(a_journal());
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {
    EXPECT_FALSE(parse_journal(std::string_view(text).substr(0, size))) << size;
  }
}

TEST(Journal, NotesAFileOnce) {
  Journal journal;
  journal.note_file("/a", "1");
  journal.note_file("/b", "2");
  journal.note_file("/a", "3");
  ASSERT_EQ(journal.files.size(), 2U);
  EXPECT_EQ(journal.find("/a")->digest, digest_of("3"));
  EXPECT_EQ(journal.find("/c"), nullptr);
  EXPECT_EQ(digest_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace backstop::setup
