#include "response/quarantine_digest.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace backstop::response {
namespace {

struct Row {
  std::string_view subject;
  std::string_view text;
  bool want;
};

TEST(QuarantineDigest, TellsTheReaderWhatIsHeld) {
  const Row rows[] = {
      {"Quarantine digest", "3 messages\n", true},
      {"Spam Quarantine Summary", "3 messages\n", true},
      {"Quarantäne-Bericht", "3 Nachrichten\n", true},
      {"Rapport de quarantaine", "3 messages\n", true},
      {"Resumen de cuarentena", "3 mensajes\n", true},
      {"Отчет о карантине", "3 письма\n", true},
      {"隔離レポート", "3\n", true},
      {"News", "Your email has been quarantined: 3 messages for you are kept.\n", true},
      {"News", "3 Nachrichten liegen in Ihrer Quarantäne.\n", true},
      {"Your message has been quarantined", "The message you sent to bob@example.com is held.\n", false},
      {"Message on hold", "The message you sent has been placed on hold.\n", false},
      {"Weekly report", "All is well.\n", false},
      {"Mail for Bob", "3 messages for you are in the office.\n", false},
      {"Undeliverable: quarantine digest", "It was refused.\n", false},
  };
  HeaderReader reader;
  for (const Row& row : rows) {
    const std::string mail = "Subject: " + std::string(row.subject) + "\n\n" + std::string(row.text);
    mail::Message message;
    mail::walk(mail, message);
    ReportText text;
    text.collect(message, 1000);
    EXPECT_EQ(is_quarantine_digest(reader.read(message, {}), text), row.want) << mail;
  }
}

}  // namespace
}  // namespace backstop::response
