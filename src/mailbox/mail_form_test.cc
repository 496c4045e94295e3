#include "mailbox/mail_form.h"

#include <gtest/gtest.h>

#include <string>

namespace backstop::mailbox {
namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

struct PostmarkRow {
  const char* name;
  std::string_view line;
  bool want;
};

TEST(MailForm, PostmarkIsDistinguishedFromASentence) {
  const PostmarkRow rows[] = {
      {"asctime", "From ann@example.org Thu Jan  1 00:00:00 2026\n", true},
      {"with a zone", "From ann@example.org Thu Jan  1 00:00:00 +0100 2026", true},
      {"without seconds", "From ann@example.org Thu Jan  1 09:30 2026", true},
      {"no sender", "From - Thu Jan 01 00:00:00 2026\r\n", true},
      {"list archive", "From ann at example.org  Thu Jan  1 00:00:00 2026", true},
      {"sentence", "From what I hear, it works.", false},
      {"sentence with a year", "From 2019 on, it works.", false},
      {"sentence with a time", "From 10:30 on it is quiet.", false},
      {"quoted", ">From ann@example.org Thu Jan  1 00:00:00 2026", false},
      {"field", "From: ann@example.org 10:30 2026", false},
  };
  for (const auto& row : rows) EXPECT_EQ(is_postmark(row.line), row.want) << row.name;
}

TEST(MailForm, ABarePostmarkLacksItsDateOrAPartOfIt) {
  const PostmarkRow rows[] = {
      {"hyphen", "From -\n", true},
      {"hyphen and a space", "From - \r\n", true},
      {"address", "From ann@example.org\n", true},
      {"name", "From ann", true},
      {"day alone", "From ann@example.org Thu Jan  1 2026", true},
      {"time alone", "From ann@example.org 10:30:00", true},
      {"whole", "From ann@example.org Thu Jan  1 00:00:00 2026\n", false},
      {"nothing", "From \n", true},
      {"Eudora's", "From ???@???\n", true},
      {"quoted sender", "From \"ann doe\"@example.org\n", true},
      {"quote that does not end", "From \"ann doe said so\n", true},
      {"quoted words", "From \"ann doe\" and others\n", false},
      {"sentence", "From what I hear, it works.", false},
      {"end of a sentence", "From Ann.", false},
      {"field", "From: ann@example.org", false},
  };
  for (const auto& row : rows) EXPECT_EQ(is_bare_postmark(row.line), row.want) << row.name;
}

TEST(MailForm, AHeaderHasTwoFieldsOfEveryMail) {
  const struct {
    const char* name;
    std::string text;
    Header want;
  } rows[] = {
      {"two", "From: a\nDate: b\n\n", Header::Written},
      {"all that people write", "From: a\nDate: b\nTo: c\nSubject: d\n\n", Header::Written},
      {"one that programs write", "From: a\nMessage-ID: b\n\n", Header::Certain},
      {"a field of a program", "From: a\nDate: b\nX-One: c\n\n", Header::Certain},
      {"two at the end", "From: a\nDate: b\n", Header::Written},
      {"others between", "X-Mozilla-Status: 1\nFrom: a\n\tb\nX-One: c\nDate: d\n\n", Header::Certain},
      {"byte order mark",
       "\xEF\xBB\xBF"
       "From: a\nDate: b\n\n",
       Header::Written},
      {"the same twice", "Received: a\nReceived: b\n\n", Header::Likely},
      {"one", "From: a\n\nDate: b\n", Header::Likely},
      {"text between", "From: a\nhello\nDate: b\n\n", Header::Likely},
      {"none of every mail", "X-One: a\nX-Two: b\n\n", Header::None},
      {"unknown first", "Fruit: a\nFrom: b\nDate: c\n\n", Header::None},
      {"text first", "hello\nFrom: a\nDate: b\n\n", Header::None},
      {"empty line first", "\nFrom: a\nDate: b\n\n", Header::None},
      {"within 200 lines", "From: a\n" + repeated(" b\n", 198) + "Date: c\n\n", Header::Written},
      {"past them", "From: a\n" + repeated(" b\n", 199) + "Date: c\n\n", Header::Likely},
      {"nothing", "", Header::None},
  };
  for (const auto& row : rows) EXPECT_EQ(header_at(row.text), row.want) << row.name;
}

TEST(MailForm, AnnouncementsOfAMail) {
  for (const std::string_view line :
       {"--- Unsent message follows ---", "Original message:", "Content-Type: message/rfc822\r\n"})
    EXPECT_TRUE(announces_a_mail(line)) << line;
  for (const std::string_view line : {"--boundary--", "See you.", "", "Re: content"})
    EXPECT_FALSE(announces_a_mail(line)) << line;
}

struct MailRow {
  const char* name;
  std::string head;
  bool want;
};

TEST(MailForm, AMailHasAKnownField) {
  using namespace std::string_literals;
  const MailRow rows[] = {
      {"smallest", "Subject: hi\n\n", true},
      {"field without a body", "From: ann@example.org", true},
      {"known field after others", "X-One: 1\nX-Two: 2\nDate: now\n\n", true},
      {"mbox line before", "From ann Thu Jan  1 00:00:00 2026\nTo: ann@example.org\n\n", true},
      {"empty lines before", "\n\nReceived: by mx.example.org\n\n", true},
      {"folded", "X-Long: a\n  b\n\tc\nSubject: hi\n\n", true},
      {"byte zero in the body", "Subject: hi\n\nx\0"s, true},
      {"byte zero in the body, line ends CRLF", "Subject: hi\r\n\r\nx\0"s, true},
      {"empty", "", false},
      {"byte zero in the header", "Subject: h\0i\n\n"s, false},
      {"sparse", std::string(65536, '\0'), false},
      {"prose", "Dear Sir,\n\nhow are you?\n", false},
      {"known field only in the body", "X-Fruit: apple\n\nSubject: hi\n", false},
      {"source code", "#include <cstdio>\nint main() { return 0; }\n", false},
      {"executable",
       "\x7f"
       "ELF\x02\x01\x01\0\0\0"s,
       false},
  };
  for (const auto& row : rows) EXPECT_EQ(!why_not_a_mail(row.head), row.want) << row.name;
}

struct CutRow {
  const char* name;
  std::string_view mail;
  bool want;
};

TEST(CutShort, DistinguishesWholeMailFromCut) {
  const CutRow rows[] = {
      {"header and body", "Subject: hi\n\nbody\n", false},
      {"body without the last line end", "Subject: hi\n\nbody", false},
      {"no body at all", "Subject: hi\n", false},
      {"empty body", "Subject: hi\n\n", false},
      {"ends within a field", "Subject: h", true},
      {"ends within a field's name", "Subject: hi\nTo", true},
      {"line ends CRLF", "Subject: hi\r\n\r\nbody", false},
      {"multipart closed", "Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--x--\n", false},
      {"multipart closed at the very end",
       "Content-Type: multipart/mixed; boundary=\"x y\"\n\n--x y\n\na\n--x y--", false},
      {"multipart open", "Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n", true},
      {"multipart without a boundary", "Content-Type: multipart/mixed\n\n--x\n\na\n", false},
  };
  for (const auto& row : rows) {
    mail::Message message;
    mail::walk_header(row.mail, message);
    EXPECT_EQ(why_cut_short(message).has_value(), row.want) << row.name;
  }
}

}  // namespace
}  // namespace backstop::mailbox
