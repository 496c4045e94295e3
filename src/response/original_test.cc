// Where the returned mail is looked for, and which one is taken if there are several.
#include "response/original.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "response/reader.h"

namespace backstop::response {
namespace {

// Reads a delivery report that has `parts` after its text and its fields.
Response read_report(std::string_view parts, std::string_view text = "It could not be delivered.\n") {
  std::string mail =
      "From: MAILER-DAEMON@mx.example.net\nSubject: Undeliverable\n"
      "Content-Type: multipart/report; boundary=b\n\n--b\n\n";
  mail.append(text).append(
      "\n--b\nContent-Type: message/delivery-status\n\n"
      "Final-Recipient: rfc822; carl@example.com\nAction: failed\n");
  Reader reader;
  return reader.read(mail.append(parts).append("\n--b--\n"), {.reverse_path = "", .recipient = ""});
}

std::string part(std::string_view type, std::string_view body) {
  std::string made = "\n--b\nContent-Type: ";
  return made.append(type).append("\n\n").append(body);
}

struct Row {
  std::string name;
  std::string parts;
  std::string_view want_subject;
  FoundIn want_found_in = FoundIn::MessageRfc822;
};

TEST(Original, IsFoundInAPart) {
  const Row rows[] = {
      {"message/rfc822", part("message/rfc822", "Subject: a\n\nbody\n"), "a"},
      {"message/global", part("message/global", "Subject: a\n\nbody\n"), "a", FoundIn::GlobalHeaders},
      {"text/rfc822-headers", part("text/rfc822-headers", "Subject: a\n"), "a", FoundIn::Rfc822Headers},
      {"message/global-headers", part("message/global-headers", "Subject: a\n"), "a", FoundIn::GlobalHeaders},
      {"the first of two",
       part("text/rfc822-headers", "Subject: a\n") + part("message/rfc822", "Subject: b\n\n"), "a",
       FoundIn::Rfc822Headers},
      {"one that is empty, and another",
       part("text/rfc822-headers", "") + part("message/rfc822", "Subject: b\n\n"), "b"},
      {"headers within a mail that came along",
       part("message/rfc822",
            "Content-Type: multipart/report; boundary=c\n\n--c\nContent-Type: text/rfc822-headers\n\n"
            "Subject: inner\n\n--c--\n") +
           part("text/rfc822-headers", "Subject: a\n"),
       "a", FoundIn::Rfc822Headers},
      {"headers within message/global",
       part("message/global",
            "Content-Type: multipart/report; boundary=c\n\n--c\nContent-Type: text/rfc822-headers\n\n"
            "Subject: inner\n\n--c--\n") +
           part("text/rfc822-headers", "Subject: a\n"),
       "a", FoundIn::Rfc822Headers},
      {"an empty line before the header", part("text/rfc822-headers", "\nSubject: a\n"), "a",
       FoundIn::Rfc822Headers},
      {"two empty lines before it, with CR", part("text/rfc822-headers", "\r\n\r\nSubject: a\n"), "a",
       FoundIn::Rfc822Headers},
      {"encoded", part("message/rfc822\nContent-Transfer-Encoding: base64", "U3ViamVjdDogYQoKYm9keQo=\n"),
       "a"},
      {"encoded headers",
       part("text/rfc822-headers\nContent-Transfer-Encoding: quoted-printable", "Subject: =61\n"), "a",
       FoundIn::Rfc822Headers},
  };
  for (const Row& row : rows) {
    const auto original = read_report(row.parts).original;
    ASSERT_TRUE(original) << row.name;
    EXPECT_EQ(original->subject, row.want_subject) << row.name;
    EXPECT_EQ(name(original->found_in), name(row.want_found_in)) << row.name;
  }
}

// One of the fields that identify a mail is enough, and no other field is.
TEST(Original, HasAFieldThatIdentifiesIt) {
  const struct {
    std::string_view field;
    bool want_original;
  } rows[] = {
      {"Message-ID: <1@example.org>", true},
      {"From: ann@example.org", true},
      {"To: carl@example.com", true},
      {"Subject: a", true},
      {"Date: Mon, 2 Mar 2026 10:00:00 +0000", true},
      {"Received: by mx.example.org", true},
      {"In-Reply-To: <1@example.org>", false},
      {"References: <1@example.org>", false},
      {"X-Spam: no", false},
      {"", false},
  };
  for (const auto& row : rows) {
    std::string header(row.field);
    EXPECT_EQ(read_report(part("text/rfc822-headers", header + "\n")).original.has_value(), row.want_original)
        << row.field;
  }
}

TEST(Original, HasItsFieldsDecoded) {
  const auto original =
      read_report(part("text/rfc822-headers",
                       "Message-ID: (x) <1@example.org> y\nFrom: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>\n"
                       "To: Carl\n <carl@example.com>\nSubject: =?utf-8?B?w7w=?=\nDate: Mon,\n 2 Mar 2026\n"
                       "In-Reply-To: <2@example.org>\nReferences: <3@example.org>\n <4@example.org>\n"))
          .original;
  ASSERT_TRUE(original);
  EXPECT_EQ(original->message_id, "1@example.org");
  EXPECT_EQ(original->from, "Jürgen <j@example.org>");
  EXPECT_EQ(original->to, "Carl <carl@example.com>");
  EXPECT_EQ(original->subject, "ü");
  EXPECT_EQ(original->date, "Mon, 2 Mar 2026");
  EXPECT_EQ(original->in_reply_to, "<2@example.org>");
  EXPECT_EQ(original->references, "<3@example.org> <4@example.org>");
}

TEST(Original, HasTheMessageIdWithoutItsBrackets) {
  const struct {
    std::string_view value;
    std::string_view want;
  } rows[] = {
      {"<1@example.org>", "1@example.org"},   {"1@example.org", "1@example.org"},
      {"> <1@example.org>", "1@example.org"}, {"<1@example.org", "<1@example.org"},
      {"1@example.org>", "1@example.org>"},
  };
  for (const auto& row : rows) {
    std::string field = "Message-ID: ";
    const auto original =
        read_report(part("text/rfc822-headers", field.append(row.value).append("\n"))).original;
    ASSERT_TRUE(original) << row.value;
    EXPECT_EQ(original->message_id, row.want) << row.value;
  }
}

constexpr std::string_view kSummary = "From: ann@example.org\nTo: carl@example.com\nSubject: summary\n";
constexpr std::string_view kOtherSummary = "From: ann@example.org\nTo: dora@example.com\nSubject: other\n";
constexpr std::string_view kWhole = "Received: by mx.example.org\nFrom: ann@example.org\nSubject: whole\n";

TEST(Original, IsTheWholeHeaderBlockOrTheFirst) {
  const auto text = [](std::string_view a, std::string_view b = "") {
    std::string made = "It could not be delivered.\n\n";
    return made.append(a).append("\nMore words.\n\n").append(b).append("\n");
  };
  const struct {
    const char* name;
    std::string text;
    std::string_view want_subject;
  } rows[] = {
      {"a summary", text(kSummary), "summary"},
      {"a whole one", text(kWhole), "whole"},
      {"two summaries", text(kSummary, kOtherSummary), "summary"},
      {"a summary and a whole one", text(kSummary, kWhole), "whole"},
      {"a whole one ends the report", text(kWhole, kSummary), "whole"},
      {"indented", text("    Received: by a\n    From: b@example.org\n    Subject: whole\n"), "whole"},
      {"quoted", text("> From: ann@example.org\n> To: carl@example.com\n> Subject: summary\n"), "summary"},
  };
  for (const auto& row : rows) {
    const auto original = read_report("", row.text).original;
    ASSERT_TRUE(original) << row.name;
    EXPECT_EQ(original->subject, row.want_subject) << row.name;
    EXPECT_EQ(name(original->found_in), "body-text") << row.name;
  }
  EXPECT_FALSE(read_report("").original);
}

TEST(Original, IsTakenFromAPartBeforeTheText) {
  std::string text = "It could not be delivered.\n\n";
  text.append(kWhole);
  const auto original = read_report(part("text/rfc822-headers", "Subject: a\n"), text).original;
  ASSERT_TRUE(original);
  EXPECT_EQ(original->subject, "a");
}

}  // namespace
}  // namespace backstop::response
