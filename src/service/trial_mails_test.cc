#include "service/trial_mails.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "response/reader.h"

namespace backstop::service {
namespace {

using response::Certainty;
using response::Kind;

TrialNames names() {
  return {.hostname = "mx.example.org",
          .owner = {.local = "ann", .domain = "example.org"},
          .addressee = {.local = "bob", .domain = "example.net"},
          .run = "0123456789abcdef",
          .now = std::chrono::sys_days(std::chrono::year(2026) / 12 / 1)};
}

response::Response read(const TrialMail& mail) {
  response::Envelope envelope;
  envelope.reverse_path = mail.reverse_path.is_null() ? "" : mail.reverse_path.address->text();
  return response::Reader().read(mail.text, envelope);
}

TEST(TrialMails, AreWhatTheySay) {
  struct Row {
    std::string_view name;
    TrialMail mail;
    Kind want;
    std::string_view want_recipient;
    bool want_null;
  };
  const Row rows[] = {
      {"out", mail_out(names()), Kind::None, "bob@example.net", false},
      {"ordinary", ordinary_mail(names()), Kind::None, "ann@example.org", true},
      {"forged", forged_bounce(names()), Kind::DsnFailed, "ann@example.org", true},
      {"back", bounce_back(names(), {}), Kind::DsnFailed, "ann@example.org", true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto response = read(row.mail);
    EXPECT_EQ(response.kind, row.want);
    if (row.want == Kind::DsnFailed) {
      EXPECT_EQ(certainty(response), Certainty::Structural);
    }
    EXPECT_EQ(row.mail.recipient.text(), row.want_recipient);
    EXPECT_EQ(row.mail.reverse_path.is_null(), row.want_null);
    EXPECT_EQ(row.mail.message_id,
              "backstop-test-0123456789abcdef-" + std::string(row.name) + "@mx.example.org");
    EXPECT_TRUE(row.mail.text.contains("\r\nMessage-ID: <" + row.mail.message_id + ">\r\n")) << row.mail.text;
    EXPECT_TRUE(row.mail.text.contains("\r\nSubject: Backstop test, can be deleted: ")) << row.mail.text;
    EXPECT_TRUE(row.mail.text.contains("This is a test mail of `backstop test`. It can be deleted.\r\n"));
  }
}

TEST(TrialMails, HaveCrlfAndShortLinesOnly) {
  for (const auto& mail : {mail_out(names()), ordinary_mail(names()), forged_bounce(names()),
                           bounce_back(names(), {.watermark = "1;0;AAAA"})}) {
    std::size_t begin = 0;
    while (begin < mail.text.size()) {
      const auto end = mail.text.find('\n', begin);
      ASSERT_NE(end, std::string::npos) << mail.text;
      ASSERT_TRUE(end > begin && mail.text[end - 1] == '\r') << mail.text;
      EXPECT_LE(end - begin, 100U) << mail.text.substr(begin, end - begin);
      begin = end + 1;
    }
  }
}

TEST(TrialMails, OnlyTheGenuineBounceNamesTheMailThatLeft) {
  const auto left = mail_out(names());
  EXPECT_TRUE(bounce_back(names(), {}).text.contains("Message-ID: <" + left.message_id + ">"));
  EXPECT_FALSE(forged_bounce(names()).text.contains(left.message_id));
  EXPECT_FALSE(forged_bounce(names()).text.contains("by mx.example.org"));
}

TEST(TrialMails, TheBounceCarriesItsProof) {
  const auto marked = bounce_back(names(), {.watermark = "1;0;AAAA"});
  EXPECT_TRUE(marked.text.contains("\r\n\r\nBackstop-Watermark: 1;0;AAAA\r\nFrom: <ann@example.org>\r\n"))
      << marked.text;
  EXPECT_FALSE(bounce_back(names(), {}).text.contains("Backstop-Watermark"));
  const mail::Address tagged{.local = "prvs=0123abcdef=ann", .domain = "example.org"};
  EXPECT_EQ(bounce_back(names(), {.tagged = tagged}).recipient, tagged);
}

}  // namespace
}  // namespace backstop::service
