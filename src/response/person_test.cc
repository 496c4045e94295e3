// The signs of a person's mail.
#include "response/person.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>

#include "mail/header_text.h"

namespace backstop::response {
namespace {

struct Row {
  std::string mail;
  bool want;
};

// Reads each row's text as the text of a mail.
void check(std::span<const Row> rows, bool (*is_such)(const ReportText&)) {
  for (const Row& row : rows) {
    mail::Message message;
    const std::string mail = "Subject: x\n\n" + row.mail;
    mail::walk(mail, message);
    ReportText text;
    text.collect(message, 1000);
    EXPECT_EQ(is_such(text), row.want) << row.mail;
  }
}

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
      {"Здравствуйте, уважаемый Иван Петрович!\n", true},
      {"Добрый день!\n", true},
      {"Доброго дня, колеги!\n", true},
      {"Шановний Іване,\n", true},
      {"Здравейте,\n", true},
      {"Поштовани,\n", true},
      {"Καλημέρα Άννα,\n", true},
      {"Αγαπητέ κύριε,\n", true},
      {"Witam,\n", true},
      {"Tisztelt Doe úr!\n", true},
      {"Sayın Doe,\n", true},
      {"Bună ziua,\n", true},
      {"שלום,\n", true},
      {"مرحبا\n", true},
      {"안녕하세요.\n", false},
      {"안녕하세요,\n", true},
      {"您好！\n", true},
      {"Heise schreibt,\n", false},
      {"Сообщение не доставлено\n", false},
      {"    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n", false},
      {"Hi!\nI got this from the MAILER-DAEMON.\n", true},
      {"Your mail, dear Ann,\n", false},
      {"", false},
  };
  check(rows, begins_with_greeting);
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
  check(rows, greets_a_group);
}

TEST(OffersToUnsubscribe, AtItsEnd) {
  const Row rows[] = {
      {"Read our news.\n\nUnsubscribe: https://example.net/u\n", true},
      {"Neuigkeiten\n\nNewsletter abbestellen\n", true},
      {"Actualités\n\nSe désabonner\n", true},
      {"Новости\n\nОтписаться\n", true},
      {"Unsubscribe.\n" + std::string(1000, 'x') + "\n", false},
      {"It failed.\n", false},
      {"", false},
  };
  check(rows, offers_to_unsubscribe);
}

TEST(PersonsAddress, RepeatsTheName) {
  struct FromRow {
    std::string_view from;
    bool want;
  };
  const FromRow rows[] = {
      {"Carl Post <carl@example.net>", true},
      {"Post, Carl <c.post@example.net>", true},
      {"Eva <EVA@example.net>", true},
      {"Relay <relay@example.net>", false},
      {"Mail Delivery <mail@example.net>", false},
      {"Eva <postmaster@example.net>", false},
      {"Ismail <ismail@example.net>", true},
      {"Matthew <matthew@example.net>", true},
      {"Jo Doe <jo.d@example.net>", true},
      {"Jo Doe <major@example.net>", false},
      {"Carl <sales@example.net>", false},
      {"carl@example.net", false},
      {"<carl@example.net>", false},
      {"Carl", false},
      {"", false},
  };
  for (const FromRow& row : rows) EXPECT_EQ(is_persons_address(row.from), row.want) << row.from;
}

struct LetterRow {
  std::string_view header;
  std::string_view text;
  bool begins;
  bool ends;
};

TEST(Letter, NamesItsReaderOrItsWriter) {
  const LetterRow rows[] = {
      {"From: Carl Post <carl@example.net>\nTo: ann@example.org\n", "Ann,\n\nit failed.\n\nCarl\n", true,
       true},
      {"From: Carl Post <carl@example.net>\nTo: Ann Berg <a@example.org>\n", "Ann\n\nIt failed.\n", true,
       false},
      {"From: Carl Post <carl@example.net>\nTo: a@example.org\n", "It failed, says Bob.\nGreetings, Carl.\n",
       false, true},
      {"From: Eva <postmaster@example.net>\nTo: a@example.org\n", "It failed.\nEva, moderator of the list\n",
       false, true},
      {"From: Анна <anna@example.net>\nTo: a@example.org\n", "Не дошло.\nАнна\n", false, true},
      {"From: Anne <anne@example.net>\nTo: a@example.org\n", "Refusé.\n\nAnne (modératrice)\n", false, true},
      {"From: Mail Delivery System <d@example.net>\nTo: postmaster@example.org\n",
       "postmaster, it failed.\nMail Delivery System\n", false, false},
      {"From: GWAVA <g@example.net>\nTo: info@example.org\n", "info,\nIt is blocked.\nGWAVA\n", false, false},
      {"From: carl@example.net\nTo: ann@example.org\n", "ann@example.org: it failed.\nCarl\n", false, false},
      {"From: Carl <carl@example.net>\nTo: ann@example.org\n", "It failed:\ncarl@example.net\n", false,
       false},
      {"From: Carl <carl@example.net>\nTo: ann@example.org\n", "Anna, it failed.\nCarla\n", false, false},
      {"From: Carl <carl@example.net>\nTo: ann@example.org\n", "", false, false},
  };
  for (const LetterRow& row : rows) {
    const std::string mail = std::string(row.header) + "\n" + std::string(row.text);
    mail::Message message;
    mail::walk(mail, message);
    ReportText text;
    text.collect(message, 1000);
    const std::string from = mail::decode_header(message.value(message.parts[0], mail::FieldName::From));
    EXPECT_EQ(begins_with_readers_name(message, text), row.begins) << mail;
    EXPECT_EQ(ends_with_writers_name(from, text), row.ends) << mail;
    EXPECT_EQ(is_letter(message, from, text), row.begins || row.ends) << mail;
  }
}

}  // namespace
}  // namespace backstop::response
