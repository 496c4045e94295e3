#include "response/receipt_in_words.h"

#include <gtest/gtest.h>

#include <string>

#include "response/reader.h"

namespace backstop::response {
namespace {

struct Row {
  std::string name;
  std::string header;
  std::string text;
  bool want = false;
};

TEST(ReceiptInWords, AsksForWhatAPersonsMailLacks) {
  const std::string pegasus = "X-Mailer: Pegasus Mail for Windows\nSubject: RCPT: Offer\n";
  const std::string words = "Confirmation of reading: your message\n\n  Subject: Offer\n";
  const std::string outlook = "X-Mailer: Microsoft Outlook 16.0\nSubject: Read: Offer\n";
  const Row rows[] = {
      {"Pegasus Mail", pegasus, words, true},
      {"its subject alone", pegasus, "See you.\n"},
      {"its words alone", "X-Mailer: Pegasus Mail for Windows\nSubject: Offer\n", words},
      {"on a list", pegasus + "List-Id: <talk.example.net>\n", words},
      {"Outlook", outlook, "Your message\n\n  Subject: Offer\n\nwas read on 3/11/2025 9:20.\n", true},
      {"Outlook, without a time", outlook, "Your message Offer\nwas read on Monday.\n"},
      {"a person with Outlook", outlook, "Hi Ann,\n\nthe offer was read on 3/11/2025 9:20.\n"},
  };
  Reader reader;
  for (const Row& row : rows) {
    const std::string mail =
        "From: Bob <bob@example.net>\nTo: ann@example.org\n" + row.header + "\n" + row.text;
    EXPECT_EQ(reader.read(mail, {.reverse_path = "", .recipient = ""}).kind == Kind::Mdn, row.want)
        << row.name;
  }
}

}  // namespace
}  // namespace backstop::response
