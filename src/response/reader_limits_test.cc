// The reader's caps, each at the largest number that is still read and one past it, and input that is not a
// whole mail.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "response/fixture_files_test.h"
#include "response/reader.h"
#include "response/sound_response.h"

namespace backstop::response {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kBounceHeader =
    "Return-Path: <>\n"
    "From: MAILER-DAEMON@mx.example.net\n"
    "To: nora@example.org\n"
    "Subject: Undelivered Mail Returned to Sender\n";

std::string text_bounce(std::string_view text, std::string_view more_header = "") {
  return fmt::format("{}{}\n{}", kBounceHeader, more_header, text);
}

std::string report(std::string_view fields, std::string_view original = "") {
  return fmt::format(
      "{}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
      "--b\n\nIt could not be delivered.\n"
      "--b\nContent-Type: message/delivery-status\n\n{}\n"
      "--b\nContent-Type: text/rfc822-headers\n\n{}\n--b--\n",
      kBounceHeader, fields, original);
}

std::string addresses(std::size_t count, std::string_view before, std::string_view after) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += fmt::format("{}user{}@example.net{}", before, i, after);
  return text;
}

struct RecipientsRow {
  const char* name;
  std::string (*mail)(std::size_t count);
};

TEST(ReaderLimits, Recipients) {
  constexpr std::size_t kMost = 5;
  const RecipientsRow rows[] = {
      {"fields",
       [](std::size_t n) {
         return report(addresses(n, "\nFinal-Recipient: rfc822; ", "\nAction: failed\nStatus: 5.1.1\n"));
       }},
      {"text",
       [](std::size_t n) {
         return text_bounce("Could not be delivered to:\n\n" + addresses(n, "<", ">\n"));
       }},
      {"text by a product's pattern",
       [](std::size_t n) {
         return text_bounce("The following recipient(s) could not be reached:\n\n" +
                            addresses(n, "Recipient: [SMTP:", "]\n") + "\nMailEnable\n");
       }},
      {"X-Failed-Recipients in one field",
       [](std::size_t n) {
         return text_bounce("Could not be delivered.\n",
                            "X-Failed-Recipients: " + addresses(n, "", ",\n ") + "\n");
       }},
      {"X-Failed-Recipients in many",
       [](std::size_t n) {
         return text_bounce("Could not be delivered.\n", addresses(n, "X-Failed-Recipients: ", "\n"));
       }},
      {"feedback report",
       [](std::size_t n) {
         return "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nspam\n"
                "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n" +
                addresses(n, "Original-Rcpt-To: ", "\n") + "--b--\n";
       }},
  };
  Reader reader({.recipients = kMost});
  for (const auto& row : rows) {
    const Response at = reader.read(row.mail(kMost));
    EXPECT_EQ(at.recipients.size(), kMost) << row.name;
    EXPECT_FALSE(at.truncated) << row.name;
    const Response past = reader.read(row.mail(kMost + 1));
    ASSERT_EQ(past.recipients.size(), kMost) << row.name;
    EXPECT_EQ(past.recipients.back().address, "user4@example.net") << row.name;
    EXPECT_TRUE(past.truncated) << row.name;
  }
}

TEST(ReaderLimits, OneRecipientManyTimesIsOne) {
  Reader reader({.recipients = 1});
  for (const auto* before : {"X-Failed-Recipients: ", ""}) {
    std::string repeated;
    for (int i = 0; i < 50; ++i) repeated += std::string(before) + "user@example.net\n";
    const Response response = *before ? reader.read(text_bounce("Could not be delivered.\n", repeated))
                                      : reader.read(text_bounce("Could not be delivered to:\n\n" + repeated));
    ASSERT_EQ(response.recipients.size(), 1U) << before;
    EXPECT_EQ(response.recipients[0].address, "user@example.net") << before;
    EXPECT_FALSE(response.truncated) << before;
  }
}

TEST(ReaderLimits, Diagnostic) {
  constexpr std::size_t kMost = 50;
  Reader reader({.diagnostic = kMost});
  const auto in_fields = [](std::size_t n) {
    return report("Final-Recipient: rfc822; user@example.net\nAction: failed\nDiagnostic-Code: smtp; 550 " +
                  std::string(n - 4, 'x') + "\n");
  };
  const auto in_text = [](std::size_t n) {
    return text_bounce("Could not be delivered:\n\n<user@example.net>: 550 " + std::string(n - 4, 'x') +
                       "\n");
  };
  for (const auto& mail : {in_fields(kMost), in_text(kMost)}) {
    const Response response = reader.read(mail);
    ASSERT_EQ(response.recipients.size(), 1U);
    EXPECT_EQ(response.recipients[0].diagnostic, "550 " + std::string(kMost - 4, 'x'));
    EXPECT_FALSE(response.truncated);
  }
  for (const auto& mail : {in_fields(kMost + 1), in_text(kMost + 1)}) {
    const Response response = reader.read(mail);
    ASSERT_EQ(response.recipients.size(), 1U);
    EXPECT_EQ(response.recipients[0].diagnostic, "550 " + std::string(kMost - 4, 'x'));
    EXPECT_TRUE(response.truncated);
  }
}

TEST(ReaderLimits, Text) {
  const std::string words = "Could not be delivered:\n\n<user@example.net>: 550 no\n";
  const std::size_t most = words.size();
  Reader reader({.text = most});
  const Response at = reader.read(text_bounce(words));
  EXPECT_EQ(at.recipients.size(), 1U);
  EXPECT_FALSE(at.truncated);
  const Response past = reader.read(text_bounce(words + "\n<more@example.net>: 550 no\n"));
  EXPECT_EQ(past.recipients.size(), 1U);
  EXPECT_TRUE(past.truncated);
}

TEST(ReaderLimits, TextOfAReportsFields) {
  const std::string fields = "Final-Recipient: rfc822; user@example.net\nAction: failed\nStatus: 5.1.1\n";
  Reader reader({.text = fields.size()});
  const Response at = reader.read(report(fields));
  EXPECT_EQ(at.recipients.size(), 1U);
  EXPECT_FALSE(at.truncated);
  const Response past = reader.read(report(fields + "\nFinal-Recipient: rfc822; more@example.net\n"));
  EXPECT_EQ(past.recipients.size(), 1U);
  EXPECT_TRUE(past.truncated);
}

TEST(ReaderLimits, HeaderBlock) {
  const std::string block =
      "From: a@example.org\nTo: b@example.net\nSubject: c\nMessage-ID: <d@example.org>\n";
  const std::string fields = "Final-Recipient: rfc822; b@example.net\nAction: failed\n";
  Reader reader({.header_block = block.size()});
  const Response at = reader.read(report(fields, block));
  ASSERT_EQ(at.returned.size(), 1U);
  EXPECT_EQ(at.returned[0].bytes.size(), block.size());
  EXPECT_FALSE(at.truncated);
  const Response past = reader.read(report(fields, block + "X: y\n"));
  ASSERT_TRUE(past.original);
  ASSERT_EQ(past.returned.size(), 1U);
  EXPECT_EQ(past.returned[0].bytes, at.returned[0].bytes);
  EXPECT_EQ(past.original->message_id, "d@example.org");
  EXPECT_TRUE(past.truncated);
}

struct MimeRow {
  const char* name;
  mail::Limits at;
  mail::Limits past;
};

// The mail has seven fields, five of them in its header. It has four parts: itself, and below it the text,
// the fields and the returned header.
TEST(ReaderLimits, Mime) {
  const std::string mail = report("Final-Recipient: rfc822; user@example.net\nAction: failed\n", "To: a\n");
  const std::size_t header = mail.find("\n\n") + 2;
  const MimeRow rows[] = {
      {"header bytes", {.header_bytes = header}, {.header_bytes = header - 1}},
      {"fields", {.fields = 7}, {.fields = 6}},
      {"nesting", {.nesting = 1}, {.nesting = 0}},
      {"parts", {.parts = 4}, {.parts = 3}},
  };
  for (const auto& row : rows) {
    Reader at({.mime = row.at});
    const Response whole = at.read(mail);
    EXPECT_EQ(whole.kind, Kind::DsnFailed) << row.name;
    EXPECT_FALSE(whole.truncated) << row.name;
    Reader past({.mime = row.past});
    EXPECT_TRUE(past.read(mail).truncated) << row.name;
  }
}

// A cap that was met outside of a wrapped report is reported too.
TEST(ReaderLimits, AreReportedBesideAWrappedReport) {
  const std::string inner = report("Final-Recipient: rfc822; user@example.net\nAction: failed\n");
  const auto wrapped = [&](std::size_t parts) {
    std::string mail(kBounceHeader);
    mail +=
        "Content-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: message/rfc822\n\n" + inner;
    for (std::size_t i = 0; i < parts; ++i) mail += "\n--outer\n\nfooter\n";
    return mail + "\n--outer--\n";
  };
  Reader reader({.mime = {.parts = 20}});
  EXPECT_EQ(reader.read(wrapped(2)).kind, Kind::DsnFailed);
  EXPECT_FALSE(reader.read(wrapped(2)).truncated);
  EXPECT_EQ(reader.read(wrapped(30)).kind, Kind::DsnFailed);
  EXPECT_TRUE(reader.read(wrapped(30)).truncated);
}

struct OddRow {
  const char* name;
  std::string_view mail;
  Kind want_kind;
};

TEST(ReaderLimits, ReadsWhatIsNoWholeMail) {
  const OddRow rows[] = {
      {"nothing", "", Kind::None},
      {"one letter", "a", Kind::None},
      {"one line end", "\n", Kind::None},
      {"one NUL byte", "\0"sv, Kind::None},
      {"NUL bytes", "\0\0\0\0\0\0\0\0\0\0\0\0"sv, Kind::None},
      {"bytes that are no text", "\xFF\xFE\x80\x81\n\xFF\n", Kind::None},
      {"a body", "\n\nCould not be delivered:\n\n<user@example.net>: 550 no\n", Kind::None},
      {"a bounce's header", kBounceHeader, Kind::DsnFailed},
      {"a report that ends with its header",
       "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nSubject: Returned mail\n"
       "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n",
       Kind::DsnFailed},
      {"a null sender alone", "Return-Path: <>\n", Kind::None},
  };
  Reader reader;
  for (const auto& row : rows) {
    const Response response = reader.read(row.mail);
    EXPECT_EQ(response.kind, row.want_kind) << row.name;
    EXPECT_EQ(unsoundness(response, {}), "") << row.name;
    EXPECT_FALSE(response.truncated) << row.name;
  }
}

// The mails differ in kind, charset and structure.
TEST(ReaderLimits, ReadsAMailWhereverItIsCut) {
  const char* const names[] = {
      "auto-reply/exchange-japanese",
      "bounce/exchange55-unknown",
      "bounce/postfix-three-recipients",
      "bounce/gmail-2023-address-not-found",
      "bounce/dsn-global-utf8-address",
      "bounce/163-tuixin-gb18030-b64",
      "bounce/mdn-thunderbird",
      "bounce/arf-yahoo-abuse",
      "language/ru-exim-koi8r-user-unknown",
      "language/ja-qmail-eucjp-user-unknown",
      "language/it-exchange-2003-user-unknown",
      "bounce/sendmail86-text-two",
  };
  Reader reader;
  for (const auto* name : names) {
    const std::string mail = read_file(fixture_folder() / (std::string(name) + ".eml"));
    ASSERT_FALSE(mail.empty()) << name;
    for (std::size_t length = 0; length <= mail.size(); ++length) {
      const std::string_view cut = std::string_view(mail).substr(0, length);
      const Response response = reader.read(cut);
      ASSERT_EQ(unsoundness(response, {}), "") << name << " cut at " << length;
      ASSERT_TRUE(response.kind == Kind::None || reader.can_be_response(cut)) << name << " cut at " << length;
    }
    EXPECT_NE(reader.read(mail).kind, Kind::None) << name;
  }
}

}  // namespace
}  // namespace backstop::response
