// The quoted subject of another mail is taken out of a report's lines; everything else stays.
#include "response/quoted_subject.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/text.h"

namespace backstop::response {
namespace {

std::string kept(std::string_view text) {
  QuotedSubject subject;
  std::string all;
  for (std::string_view line; base::next_line(text, line);) {
    const auto [head, tail] = subject.keep(line, text);
    all.append(head).append(tail).append("\n");
  }
  return all;
}

struct Row {
  std::string_view text;
  std::string_view want;
};

TEST(QuotedSubject, IsTakenOut) {
  const Row rows[] = {
      {"Subject: user unknown\n", "Subject:\n"},
      {"  SUBJECT : user unknown\n", "  SUBJECT :\n"},
      {"Betreff: Virus\n", "Betreff:\n"},
      {"Nachrichtenbetreff: Virus\n", "Nachrichtenbetreff:\n"},
      {"Objet : virus\n", "Objet :\n"},
      {"Oggetto: virus\n", "Oggetto:\n"},
      {"Onderwerp van uw bericht: virus\n", "Onderwerp van uw bericht:\n"},
      {"Тема: вирус\n", "Тема:\n"},
      {"件名：ウイルス\n", "件名：\n"},
      {"主题: 病毒\n", "主题:\n"},
      {"Your message had the subject: virus\n", "Your message had the subject:\n"},
      {"Original-Subject: a: b\n", "Original-Subject:\n"},
      {"Your mail with the subject \"no such user\" is held.\n",
       "Your mail with the subject \"\" is held.\n"},
      {"Ihre Mail mit dem Betreff „kein Nutzer“ wartet.\n", "Ihre Mail mit dem Betreff „“ wartet.\n"},
      {"The subject \"a \"b\" c\" is too long.\n", "The subject \"\" is too long.\n"},
      {"The subject \"a\" to \"bob@example.com\" failed.\n",
       "The subject \"\" to \"bob@example.com\" failed.\n"},
      {"Your mail (subject: a (b) c) to bob@example.com failed\n",
       "Your mail (subject:) to bob@example.com failed\n"},
      {"The subject 'it's' failed: 'no'\n", "The subject '' failed: 'no'\n"},
      {"The subject \"a\nb\nc\" failed\n", "The subject \"\n\n\" failed\n"},
      {"The subject \"a\n\nb\" failed\n", "The subject \"\n\nb\" failed\n"},
      {"Subject: a\n  Recipient: bob@example.com\n", "Subject:\n  Recipient: bob@example.com\n"},
      {"The subject \"user unknown\n", "The subject \"\n"},
      {"Subject: one\n two\n\tthree\nIt failed.\n", "Subject:\n\n\nIt failed.\n"},
      {"  Subject:\n    one\n  Date: now\n", "  Subject:\n\n  Date: now\n"},
      {"Your mail with the subject\n\n    user unknown\n\nis held.\n",
       "Your mail with the subject\n\n\n\nis held.\n"},
  };
  for (const Row& row : rows) EXPECT_EQ(kept(row.text), row.want) << row.text;
}

TEST(QuotedSubject, LeavesTheReportsOwnWords) {
  const std::string_view rows[] = {
      "It failed: user unknown\n",
      "From: ann@example.org\nTo: bob@example.com\n",
      "Subjective: no\n",
      "<bob@objet.example>: host x said: 550 no\n",
      "<bob@my-subject.example>: host x said: 550 no\n",
      "konu@example.com: 550 \"no\"\n",
      "Objetos: no\n",
      "Система: отказ\n",
      "The subject isn't allowed, and we don't take it.\n",
      "Mail is subject to the policy of example.com; see user@example.com: refused\n",
      "bob@example.com was refused because of the rules on the subject: user unknown\n",
      "Your mail with the subject\n\nis held.\n",
  };
  for (const std::string_view row : rows) EXPECT_EQ(kept(row), row);
  EXPECT_EQ(kept("Subject: x\n\n  bob@example.com\n"), "Subject:\n\n  bob@example.com\n");
  EXPECT_EQ(kept("Subject: x\nbob@example.com: user unknown\n"), "Subject:\nbob@example.com: user unknown\n");
}

// A hostile text can't fold away a report: few lines go on with a subject.
TEST(QuotedSubject, HasFewLines) {
  std::string text = "Subject: x\n";
  for (int i = 0; i < 10; ++i) text += " y\n";
  EXPECT_EQ(kept(text), "Subject:\n\n\n\n\n\n\n\n\n y\n y\n");
}

}  // namespace
}  // namespace backstop::response
