#include "setup/test_mail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::setup {
namespace {

using testing::ElementsAre;

/// Answers from a table, and 250 otherwise.
class ScriptedTalk : public SmtpTalk {
 public:
  explicit ScriptedTalk(std::map<std::string, std::string> replies) : replies_(std::move(replies)) {}

  base::Result<std::string> say(std::string_view line) override {
    said.emplace_back(line);
    const auto found = replies_.find(std::string(line));
    if (found == replies_.end()) return line == "DATA" ? "354 go on" : "250 ok";
    if (found->second.empty()) return std::unexpected(base::Error{"it has closed the connection"});
    return found->second;
  }
  base::Result<std::string> send(std::string_view) override { return say("."); }

  std::vector<std::string> said;

 private:
  std::map<std::string, std::string> replies_;
};

const std::vector<std::string> kRecipients = {"a@x.example", "postmaster"};

TEST(TestMail, GoesToTheFirstRecipientThatIsTaken) {
  ScriptedTalk talk({{"RCPT TO:<a@x.example>", "550 5.1.1 unknown"}, {".", "250 2.0.0 Ok: queued as 4ABC"}});
  std::string taken;
  const auto reply = bring_mail(talk, {"mx.example", "", "id", "date"}, kRecipients, taken);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(taken, "postmaster");
  EXPECT_THAT(talk.said, ElementsAre("", "EHLO mx.example", "MAIL FROM:<>", "RCPT TO:<a@x.example>",
                                     "RCPT TO:<postmaster>", "DATA", "."));
}

TEST(TestMail, SaysWhatRefusedIt) {
  struct Row {
    std::string_view name;
    std::map<std::string, std::string> replies;
    std::string_view want;
  };
  const Row rows[] = {
      {"the greeting", {{"", "554 no"}}, "its greeting: 554 no"},
      {"EHLO", {{"EHLO mx.example", "502 no"}}, "EHLO mx.example: 502 no"},
      {"MAIL", {{"MAIL FROM:<>", "451 later"}}, "MAIL FROM:<>: 451 later"},
      {"all recipients",
       {{"RCPT TO:<a@x.example>", "550 no"}, {"RCPT TO:<postmaster>", "451 later"}},
       "RCPT TO:<postmaster>: 451 later"},
      {"DATA", {{"DATA", "451 later"}}, "DATA: 451 later"},
      {"the end", {{".", "550 no"}}, "the end of DATA: 550 no"},
      {"a cut", {{"DATA", ""}}, "it has closed the connection"},
  };
  for (const auto& row : rows) {
    ScriptedTalk talk(row.replies);
    std::string taken;
    const auto reply = bring_mail(talk, {"mx.example", "", "id", "date"}, kRecipients, taken);
    ASSERT_FALSE(reply) << row.name;
    EXPECT_EQ(reply.error().message, row.want) << row.name;
  }
}

TEST(TestMail, QueueId) {
  EXPECT_EQ(queue_id_of("250 2.0.0 Ok: queued as 4ABCdef9"), "4ABCdef9");
  EXPECT_EQ(queue_id_of("250 2.0.0 from MTA: 250 Ok: queued as 4ABC; more"), "4ABC");
  EXPECT_EQ(queue_id_of("250 ok"), "");
  EXPECT_EQ(queue_id_of("250 queued as --all"), "");
}

}  // namespace
}  // namespace backstop::setup
