// The signs of a person's mail.
#include "response/person.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace backstop::response {
namespace {

struct Row {
  std::string mail;
  bool want;
};

TEST(HasMailProgram, IsNamedInItsField) {
  const Row rows[] = {
      {"User-Agent: Mutt/2.2\n\n", true},
      {"X-Mailer: Apple Mail (2.3)\n\n", true},
      {"X-Mailer: MICROSOFT OUTLOOK 16\n\n", true},
      {"X-Mailer: Groupwise\n\n", false},
      {"Subject: Mutt\n\n", false},
      {"Content-Type: multipart/mixed; boundary=b\n\n--b\nX-Mailer: Mutt\n\n--b--\n", false},
      {"\n", false},
  };
  for (const Row& row : rows) {
    mail::Message message;
    mail::walk(row.mail, message);
    EXPECT_EQ(has_mail_program(message), row.want) << row.mail;
  }
}

TEST(BeginsWithGreeting, InAFirstLineThatIsShort) {
  const std::string dear = "Dear " + std::string(42, 'x') + ",";
  const Row rows[] = {
      {"Hello Ann,\n\nthis is a bounce.\n", true},
      {"hi\n", true},
      {"SEHR GEEHRTE Frau Doe\n", true},
      {"\n\nBonjour,\n", true},
      {dear + "\n", true},
      {dear + "x\n", false},
      {"Hi. This is the program.\n", false},
      {"It failed.\nHello Ann,\n", false},
      {"    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n", false},
      {"Hi!\nI got this from the MAILER-DAEMON.\n", true},
      {"Your mail, dear Ann,\n", false},
      {"", false},
  };
  for (const Row& row : rows) {
    mail::Message message;
    const std::string mail = "Subject: x\n\n" + row.mail;
    mail::walk(mail, message);
    ReportText text;
    text.collect(message, 1000);
    EXPECT_EQ(begins_with_greeting(text), row.want) << row.mail;
  }
}

TEST(HasOwnTopic, RepeatsTheSubject) {
  const Row rows[] = {
      {"Subject: Plans\nThread-Topic: plans\n\n", true},
      {"Subject: Größe\nThread-Topic: =?utf-8?Q?Gr=C3=B6=C3=9Fe?=\n\n", true},
      {"Subject: Automatic reply: Plans\nThread-Topic: Plans\n\n", false},
      {"Subject: Plans\n\n", false},
      {"Subject: \nThread-Topic: \n\n", false},
  };
  for (const Row& row : rows) {
    mail::Message message;
    mail::walk(row.mail, message);
    EXPECT_EQ(has_own_topic(message, message.value(message.parts[0], mail::FieldName::Subject)), row.want)
        << row.mail;
  }
}

TEST(GreetsAGroup, NamesItInTheFirstLine) {
  const Row rows[] = {
      {"Hi team,\n\nI am away.\n", true},
      {"Hallo zusammen!\n", true},
      {"Liebe Kolleginnen und Kollegen,\n", true},
      {"Bonjour à tous,\n", true},
      {"Hola a todos:\n", true},
      {"Dear all\n", true},
      {"All, a reminder -\n", true},
      {"Коллеги, добрый день!\n", true},
      {"皆さん、\n", true},
      {"Hello Ann,\n", false},
      {"Hello Teamwork,\n", false},
      {"Hi.\nTeam, I am away.\n", false},
      {"I thank the team.\n", false},
      {"This is much too long a line for a greeting of the team,\n", false},
      {"", false},
  };
  for (const Row& row : rows) {
    mail::Message message;
    const std::string mail = "Subject: x\n\n" + row.mail;
    mail::walk(mail, message);
    ReportText text;
    text.collect(message, 1000);
    EXPECT_EQ(greets_a_group(text), row.want) << row.mail;
  }
}

}  // namespace
}  // namespace backstop::response
