#include "response/server_words.h"

#include <gtest/gtest.h>

#include <string>

namespace backstop::response {
namespace {

struct Row {
  const char* name;
  std::string_view words;
  std::string_view want;  ///< with single spaces
};

std::string server_words(std::string_view words) {
  std::string text;
  append_server_words(words, text);
  std::string collapsed;
  for (const char c : text) {
    if (c != ' ' || (!collapsed.empty() && collapsed.back() != ' ')) collapsed += c;
  }
  while (collapsed.ends_with(' ')) collapsed.pop_back();
  return collapsed;
}

TEST(ServerWords, AreWithoutWhatTheReporterSays) {
  const Row rows[] = {
      {"nothing", "", ""},
      {"words alone", "550 5.1.1 no such user", "550 5.1.1 no such user"},
      {"Postfix", "host mx.example.org[192.0.2.1] said: 550 5.0.0 Nope (in reply to RCPT TO command)",
       "550 5.0.0 Nope"},
      {"Postfix, end of data", "550 Nope (in reply to end of DATA command)", "550 Nope"},
      {"Exim",
       "host mx.example.org [192.0.2.1] SMTP error from remote mail server after RCPT TO:<a@example.org>: "
       "550 "
       "Nope",
       "< >: 550 Nope"},
      {"qmail", "192.0.2.1 does not like recipient. Remote host said: 550 Nope Giving up on 192.0.2.1.",
       "550 Nope"},
      {"Sendmail", ">>> RCPT To:<spam@example.org> <<< 550 Nope", "<<< 550 Nope"},
      {"an address", "550 <spam.trap@example.org>: Nope", "550 < >: Nope"},
      {"an address without brackets", "550 relay+spam@example.org Nope", "550 Nope"},
      {"an address at the end", "550 Nope user-unknown@example.org", "550 Nope"},
      {"a word with a hyphen stays", "550 no-such-user", "550 no-such-user"},
      {"invisible characters", "550 no such us\u200Ber", "550 no such user"},
      {"a remark that never ends", "550 (in reply to", "550 (in reply to"},
      {"a remark within a word", "550 ghost said: host", "550 ghost said: host"},
      {"a host that a server names", "554 Client host [192.0.2.1] blocked, host name invalid",
       "554 Client host [192.0.2.1] blocked, host name invalid"},
      {"an at sign alone", "@", ""},
      {"the address of a host", "554 192.0.2.1: blocked", "554 an-ip-address blocked"},
      {"the address of a named host", "mx.example.org[192.0.2.1]:25: refused (192.0.2.1)",
       "mx.example.org[192.0.2.1]:25: refused (192.0.2.1)"},
      {"a version", "1.2.3 or 1.2.3.4.5", "1.2.3 or 1.2.3.4.5"},
      {"a contraction", "550 It doesn't exist, CAN'T be found, isn\u2019t here",
       "550 It does not exist, CANnot be found, is not here"},
      {"what an address of the Web asks", "550 See https://a.example.org/codes?ip=192.0.2.1#x?y, no spam?",
       "550 See https://a.example.org/codes, no spam?"},
      {"a question that is no address", "550 a/b?c://d", "550 a/b?c://d"},
      {"an apostrophe that is none of a contraction", "'t 'tis n' the user's", "'t 'tis n' the user's"},
  };
  for (const Row& row : rows) EXPECT_EQ(server_words(row.words), row.want) << row.name;
}

TEST(ServerWords, AreAppended) {
  std::string text = "5.1.1 ";
  append_server_words("550 no", text);
  EXPECT_EQ(text, "5.1.1 550 no");
}

// Wherever the words are cut, nothing is written past what was read.
TEST(ServerWords, MayBeCutAnywhere) {
  const std::string words =
      "host mx.example.org[192.0.2.1] said: 550 5.0.0 <a@example.org>: no us\u200Ber (in reply to RCPT TO "
      "command) >>> MAIL From:<b@example.org> Giving up on 192.0.2.1.";
  for (std::size_t length = 0; length <= words.size(); ++length) {
    std::string text;
    append_server_words(std::string_view(words).substr(0, length), text);
    EXPECT_LE(text.size(), length + 8) << length;
  }
}

}  // namespace
}  // namespace backstop::response
