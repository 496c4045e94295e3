#include "intake/answer_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace backstop::intake {
namespace {

TEST(AnswerRules, FieldsThatForbidAnAnswer) {
  struct Row {
    const char* field;
    bool want;
  };
  const Row rows[] = {
      {"Auto-Submitted: auto-replied\r\n", true},
      {"auto-submitted : auto-generated (cron); x=y\r\n", true},
      {"Auto-Submitted: no\r\n", false},
      {"Auto-Submitted: No; a=b\r\n", false},
      {"Auto-Submitted:\r\n", false},
      {"Precedence: bulk\r\n", true},
      {"Precedence:\r\n List\r\n", true},
      {"Precedence: first-class\r\n", false},
      {"X-Auto-Response-Suppress: DR, OOF, AutoReply\r\n", true},
      {"X-Auto-Response-Suppress: All\r\n", true},
      {"X-Auto-Response-Suppress: DR, RN, NRN\r\n", false},
      {"X-Auto-Response-Suppress: None\r\n", false},
      {"List-Id: <a.example.org>\r\n", true},
      {"List-Unsubscribe: <mailto:a@example.org>\r\n", true},
      {"Listing: a\r\n", false},
      {"Subject: Precedence: bulk\r\n", false},
      {"List-Id", false},
      {"", false},
  };
  for (const auto& row : rows) EXPECT_EQ(forbids_answer(row.field), row.want) << row.field;
}

TEST(AnswerRules, RoleSenders) {
  for (const char* role :
       {"MAILER-DAEMON@example.com", "mailer-daemon", "owner-list@example.com", "List-Request@example.com",
        "list-bounces@example.com", "double-bounce@example.com", "list-bounces+ann=example.org@example.com",
        "bounces+123@example.com"}) {
    EXPECT_TRUE(is_role_sender(role)) << role;
  }
  for (const char* person :
       {"ann@example.com", "request@example.com", "-request@example.com", "ann@owner-list.example",
        "downer-a@example.com", "postmaster@example.com", ""}) {
    EXPECT_FALSE(is_role_sender(person)) << person;
  }
}

}  // namespace
}  // namespace backstop::intake
