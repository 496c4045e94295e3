#include "response/report_and_headers.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "mail/encoding.h"
#include "response/fixture_files_test.h"
#include "response/reader.h"
#include "response/sound_report.h"

namespace backstop::response {
namespace {

/// Reads a report that was kept, part by part.
class Kept {
 public:
  explicit Kept(std::string_view mail) : report_(report_and_headers(mail)) {
    mail::walk(report_, message_);
    EXPECT_EQ(report_unsoundness(report_), "") << report_;
  }

  const std::string& report() const { return report_; }
  /// Returns the types of all parts: "multipart/report text/plain".
  std::string types() const {
    std::string all;
    for (const auto& part : message_.parts)
      all.append(all.empty() ? "" : " ").append(part.type).append("/").append(part.subtype);
    return all;
  }
  std::string header() const { return std::string(message_.header_of(message_.parts[0])); }
  /// Returns the decoded body of the first part of that subtype; "none" if there is none.
  std::string body(std::string_view subtype) const {
    for (const auto& part : message_.parts) {
      if (part.subtype != subtype) continue;
      std::string decoded;
      mail::decode(part.encoding, message_.body_of(part), decoded);
      return decoded;
    }
    return "none";
  }

 private:
  std::string report_;
  mail::Message message_;
};

std::string report_of(const std::string& parts, const std::string& fields = "From: MAILER-DAEMON@a.test\n") {
  return fields +
         "Subject: Undelivered\nMIME-Version: 1.0\nContent-Type: multipart/report; "
         "report-type=delivery-status; boundary=b\n\n" +
         parts + "--b--\n";
}

std::string part(const std::string& type, const std::string& body, const std::string& more = "") {
  return "--b\nContent-Type: " + type + "\n" + more + "\n" + body + "\n";
}

const std::string kText = part("text/plain", "It could not be delivered.\n");
const std::string kStatus = part("message/delivery-status",
                                 "Reporting-MTA: dns; a.test\n\nFinal-Recipient: rfc822; x@b.test\n"
                                 "Action: failed\nStatus: 5.1.1\n");
const std::string kOriginal = "From: eve@c.test\nSubject: Buy\n  now\nMessage-ID: <1@c.test>\n";

struct Row {
  const char* name;
  std::string mail;
  const char* want_types;
  const char* want_text;
  const char* want_original;
};

class Parts : public testing::TestWithParam<Row> {};

TEST_P(Parts, AreKeptWithoutBodiesAndAttachments) {
  const Kept kept(GetParam().mail);
  EXPECT_EQ(kept.types(), GetParam().want_types);
  EXPECT_EQ(kept.body("plain"), GetParam().want_text);
  const auto headers = kept.body("rfc822-headers");
  EXPECT_EQ(headers == "none" ? kept.body("global-headers") : headers, GetParam().want_original);
  EXPECT_FALSE(kept.report().contains("SECRET")) << kept.report();
}

constexpr auto kAll = "multipart/report text/plain message/delivery-status text/rfc822-headers";
constexpr auto kWords = "It could not be delivered.\r\n";
constexpr auto kWantOriginal = "From: eve@c.test\r\nSubject: Buy\r\n  now\r\nMessage-ID: <1@c.test>\r\n";

const Row kRows[] = {
    {"whole mail returned", report_of(kText + kStatus + part("message/rfc822", kOriginal + "\nSECRET\n")),
     kAll, kWords, kWantOriginal},
    {"headers returned", report_of(kText + kStatus + part("text/rfc822-headers", kOriginal)), kAll, kWords,
     kWantOriginal},
    {"a body behind the headers",
     report_of(kText + kStatus + part("text/rfc822-headers", kOriginal + "\nSECRET\n")), kAll, kWords,
     kWantOriginal},
    {"in base64",
     report_of(kText + kStatus +
               part("message/rfc822", "RnJvbTogZXZlQGMudGVzdAoKU0VDUkVUCg==\n",
                    "Content-Transfer-Encoding: base64\n")),
     kAll, kWords, "From: eve@c.test\r\n"},
    {"the first of two",
     report_of(kText + kStatus + part("message/rfc822", kOriginal + "\nSECRET\n") +
               part("message/rfc822", "Subject: SECRET\n\nSECRET\n")),
     kAll, kWords, kWantOriginal},
    {"nested mails",
     report_of(
         kText + kStatus +
         part("message/rfc822", kOriginal + "Content-Type: message/rfc822\n\nSubject: SECRET\n\nSECRET\n")),
     kAll, kWords,
     "From: eve@c.test\r\nSubject: Buy\r\n  now\r\nMessage-ID: <1@c.test>\r\nContent-Type: "
     "message/rfc822\r\n"},
    {"attachments",
     report_of(kText + part("text/plain", "SECRET", "Content-Disposition: Attachment; filename=a.txt\n") +
               kStatus + part("application/pdf", "SECRET") + part("image/png", "SECRET")),
     "multipart/report text/plain message/delivery-status", kWords, "none"},
    {"two texts in one", report_of(kText + part("text/plain", "Auf Deutsch.") + kStatus),
     "multipart/report text/plain message/delivery-status",
     "It could not be delivered.\r\n\r\n\r\nAuf Deutsch.\r\n", "none"},
    {"no text", report_of(kStatus), "multipart/report text/plain message/delivery-status", "", "none"},
    {"a vacation reply",
     "Subject: Away\nAuto-Submitted: auto-replied\n\nI am away.\n\nEve wrote:\n> SECRET words\n",
     "text/plain", "I am away.\r\n\r\nEve wrote:\r\n", "none"},
    {"an original as text",
     "Subject: failure notice\n\nHi. This is qmail.\n\nReturn-Path: <eve@c.test>\nReceived: from x\nSubject: "
     "Buy\n\n"
     "SECRET\n",
     "text/plain",
     "Hi. This is qmail.\r\n\r\nReturn-Path: <eve@c.test>\r\nReceived: from x\r\nSubject: Buy\r\n", "none"},
    {"HTML alone", "Subject: Away\nContent-Type: text/html\n\n<p>I am <b>away</b></p>\n", "text/plain",
     "I am away\r\n", "none"},
    {"a multipart without its boundary", "Content-Type: multipart/mixed; boundary=none\n\nWords\n",
     "text/plain", "Words\r\n", "none"},
    {"an attachment alone", "Content-Type: application/pdf\n\nSECRET\n", "text/plain", "", "none"},
    {"nothing", "", "text/plain", "", "none"},
    {"a status without a multipart", "Content-Type: message/delivery-status\n\nReporting-MTA: dns; a.test\n",
     "multipart/report text/plain message/delivery-status", "", "none"},
    {"our own boundary", "Content-Type: text/plain\n\n--=_backstop\nContent-Type: message/rfc822\n\nX\n",
     "text/plain", "--=_backstop\r\nContent-Type: message/rfc822\r\n\r\nX\r\n", "none"},
    {"not ASCII", "Content-Type: text/plain; charset=iso-8859-1\n\nF\xfcr\n", "text/plain", "F\xc3\xbcr\r\n",
     "none"},
    {"an original that is not ASCII",
     report_of(kText + part("message/rfc822", "Subject: F\xc3\xbcr\n\nSECRET\n")),
     "multipart/mixed text/plain message/global-headers", kWords, "Subject: F\xc3\xbcr\r\n"},
    {"a bare CR in a text", "Content-Type: text/plain\n\na\rb\n", "text/plain", "a\rb\r\n", "none"},
};

std::string name_of(const testing::TestParamInfo<Row>& row) {
  std::string name = row.param.name;
  for (char& c : name) c = c == ' ' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(ReportAndHeaders, Parts, testing::ValuesIn(kRows), name_of);

TEST(ReportAndHeaders, KeepsTheStatusAsItIs) {
  EXPECT_EQ(Kept(report_of(kText + kStatus)).body("delivery-status"),
            "Reporting-MTA: dns; a.test\r\n\r\nFinal-Recipient: rfc822; x@b.test\r\nAction: "
            "failed\r\nStatus: 5.1.1\r\n");
  EXPECT_EQ(
      Kept(report_of(part("message/global-delivery-status", "Reporting-MTA: dns; \xc3\xbc.test"))).types(),
      "multipart/report text/plain message/global-delivery-status");
}

TEST(ReportAndHeaders, HasTheFieldsOfTheHeaderAndItsOwnMime) {
  const Kept kept(
      "Received: from a\r\n\tby b\nMIME-Version: 1.0\nContent-Type: text/plain\nContent-Language: de\n"
      "Subject: Away\nX-Empty:\n\nI am away.\n");
  EXPECT_EQ(kept.header(),
            "Received: from a\r\n\tby b\r\nSubject: Away\r\nX-Empty:\r\nMIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n");
}

TEST(ReportAndHeaders, LeavesOutFieldsThatAreNotSound) {
  using namespace std::string_literals;
  for (const auto& field : {"X-Long: " + std::string(999, 'x'), "X-Zero: a\0b"s, "X-Return: a\rb"s}) {
    const Kept kept("Subject: Away\n" + field + "\nTo: eve@c.test\n\nI am away.\n");
    EXPECT_FALSE(kept.header().contains("X-")) << field.substr(0, 10);
    EXPECT_TRUE(kept.header().contains("To: eve@c.test\r\n")) << field.substr(0, 10);
  }
}

/// Returns lines of 50 octets, with CRLF.
std::string lines(std::size_t octets, char c = 'x') {
  std::string text;
  while (text.size() < octets) text.append(std::string(48, c)).append("\r\n");
  return text;
}

std::string fields(std::size_t octets) {
  std::string text;
  while (text.size() < octets) text.append("X-Filler: ").append(std::string(38, 'x')).append("\r\n");
  return text;
}

TEST(ReportAndHeaders, CutsEachPartAtItsCapInWholeLines) {
  const std::string huge =
      report_of(part("text/plain", lines(1'000'000)) + part("message/delivery-status", lines(1'000'000)) +
                    part("message/rfc822", fields(40'000) + "Subject: Last\n\nSECRET\n"),
                fields(40'000));
  const Kept kept(huge);
  EXPECT_EQ(kept.types(), kAll);
  const std::size_t whole = 12 * 1024 / 50 * 50;
  EXPECT_EQ(kept.body("plain").size(), whole);
  EXPECT_EQ(kept.body("delivery-status").size(), whole);
  EXPECT_LE(kept.body("rfc822-headers").size(), 14 * 1024);
  EXPECT_GT(kept.body("rfc822-headers").size(), 14 * 1024 - 50);
}

TEST(ReportAndHeaders, LeavesOutAFieldThatDoesNotFitAndKeepsAShorterOne) {
  // 18 octets are left behind these.
  const std::string long_ones = fields(7 * 1024);
  EXPECT_TRUE(Kept(long_ones + "Subject: 123456\n\nHi\n").header().contains("Subject: 123456\r\n"));
  const auto without = Kept(long_ones + "Subject: 12345678\nTo: a@b.c\n\nHi\n").header();
  EXPECT_FALSE(without.contains("Subject"));
  EXPECT_TRUE(without.contains("To: a@b.c\r\n"));
}

TEST(ReportAndHeaders, StaysBelowItsCapInBase64) {
  const std::string text(20'000, '\xe4');
  const Kept kept(report_of(part("text/plain; charset=iso-8859-1", text) +
                                part("message/delivery-status", text) +
                                part("message/rfc822", "Subject: F\xc3\xbcr\n" + fields(40'000)),
                            fields(40'000)));
  EXPECT_GT(kept.report().size(), 60'000);
}

TEST(ReportAndHeaders, CutsALineThatIsLongerThanAll) {
  EXPECT_EQ(Kept("Subject: Away\n\n" + std::string(100'000, 'x')).body("plain"),
            std::string(12 * 1024 - 2, 'x') + "\r\n");
}

TEST(ReportAndHeaders, TakesDeepNesting) {
  std::string deep;
  for (int i = 0; i < 2000; ++i) deep += "Content-Type: message/rfc822\n\n";
  Kept(deep + "SECRET");
  Kept(report_of(kText + part("message/rfc822", deep)));
}

/// Bounces that are read the same way when their report alone is left, and those that are not.
TEST(ReportAndHeaders, LeavesWhatTheReaderNeeds) {
  Reader reader;
  std::size_t bounces = 0;
  std::vector<std::string> changed;
  for (const auto& file : fixture_mails()) {
    // What a program that fetches mail has put in front is no header on the way out.
    if (file.filename() == "below-a-fetched-header.eml") continue;
    const std::string mail = read_file(file);
    const Kept kept(mail);
    const Envelope envelope{.reverse_path = "", .recipient = {}};
    const auto before = reader.read(mail, envelope);
    if (!is_dsn(before.kind)) continue;
    ++bounces;
    const auto after = reader.read(kept.report(), envelope);
    if (after.kind != before.kind || after.recipients.size() != before.recipients.size())
      changed.push_back(file.filename());
  }
  EXPECT_GT(bounces, 100);
  EXPECT_EQ(changed, std::vector<std::string>());
}

}  // namespace
}  // namespace backstop::response
