#include "response/answered.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "response/reader.h"

namespace backstop::response {
namespace {

using Texts = std::vector<std::string>;

std::string reply(std::string_view header) {
  return fmt::format(
      "From: Bob <Bob@Example.com>\nSubject: Out of office\nAuto-Submitted: auto-replied\n{}\nI am away.\n",
      header);
}

std::string report(std::string_view status, std::string_view header, std::string_view returned) {
  return fmt::format(
      "From: MAILER-DAEMON@mx.example.net\nSubject: Undeliverable\n{}Content-Type: multipart/report; "
      "boundary=b\n\n--b\n\nIt failed.\n\n--b\nContent-Type: "
      "message/delivery-status\n\n{}\n--b\nContent-Type: "
      "text/rfc822-headers\n\n{}\n--b--\n",
      header, status, returned);
}

std::string receipt(std::string_view fields, std::string_view returned = "") {
  return fmt::format(
      "From: bob@example.com\nSubject: Read: minutes\nContent-Type: multipart/report; "
      "report-type=disposition-notification; boundary=b\n\n--b\n\nIt was read.\n\n--b\nContent-Type: "
      "message/disposition-notification\n\nFinal-Recipient: rfc822; bob@example.com\n{}Disposition: "
      "manual-action/MDN-sent-manually; displayed\n\n{}\n--b--\n",
      fields, returned);
}

constexpr std::string_view kStatus = "Final-Recipient: rfc822; carl@example.com\nAction: failed\n";

Response read(std::string_view mail) {
  Reader reader;
  return reader.read(mail, {.reverse_path = "", .recipient = ""});
}

// What names the original if nothing of it came back, and what completes one that came back without its id.
TEST(Answered, TheOriginalIsNamed) {
  const std::string status(kStatus);
  const auto notice = [](std::string_view header, std::string_view text) {
    return fmt::format(
        "From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n{}\nIt could not be delivered to "
        "carl@example.com.\n{}",
        header, text);
  };
  const struct {
    const char* name;
    std::string mail;
    std::string_view want;
    FoundIn want_found_in;
  } rows[] = {
      {"a report's X-Original-Message-ID", report("X-Original-Message-ID: <1@a.ex>\n\n" + status, "", ""),
       "1@a.ex", FoundIn::ReportFields},
      {"a report's Original-Message-ID before In-Reply-To",
       report("Original-Message-ID: <1@a.ex>\n\n" + status, "In-Reply-To: <2@a.ex>\n", ""), "1@a.ex",
       FoundIn::ReportFields},
      {"a report's, for a mail that came back without an id",
       report("Original-Message-ID: <1@a.ex>\n\n" + status, "", "Subject: a\n"), "1@a.ex",
       FoundIn::Rfc822Headers},
      {"not In-Reply-To for a mail that came back without an id",
       report(status, "In-Reply-To: <1@a.ex>\n", "Subject: a\n"), "", FoundIn::Rfc822Headers},
      {"a line of the text", notice("", "X-Original-Message-ID: <1@a.ex>\n"), "1@a.ex",
       FoundIn::ReportFields},
      {"the header's Original-Message-ID", notice("Original-Message-ID: <1@a.ex>\n", ""), "1@a.ex",
       FoundIn::ResponseHeader},
      {"the header's X-Original-Message-ID before In-Reply-To",
       notice("In-Reply-To: <2@a.ex>\nX-Original-Message-ID: <1@a.ex>\n", ""), "1@a.ex",
       FoundIn::ResponseHeader},
      {"In-Reply-To of a bounce", notice("In-Reply-To: <1@a.ex>\n", ""), "1@a.ex", FoundIn::ResponseHeader},
      {"In-Reply-To of an automatic reply", reply("In-Reply-To: <1@a.ex>\n"), "1@a.ex",
       FoundIn::ResponseHeader},
      {"the original before In-Reply-To", report(status, "In-Reply-To: <2@a.ex>\n", "Message-ID: <1@a.ex>\n"),
       "1@a.ex", FoundIn::Rfc822Headers},
  };
  for (const auto& row : rows) {
    const auto found = read(row.mail);
    ASSERT_TRUE(found.original) << row.name;
    EXPECT_EQ(found.original->message_id, row.want) << row.name;
    EXPECT_EQ(name(found.original->found_in), name(row.want_found_in)) << row.name;
  }
  EXPECT_FALSE(read(reply("References: <1@a.ex>\n")).original);
  EXPECT_FALSE(read(notice("", "")).original);
}

TEST(Answered, IdsAreThoseThatTheLedgerIsAskedFor) {
  const std::string long_id(998, 'x');
  const struct {
    const char* name;
    std::string mail;
    Texts want;
  } rows[] = {
      {"nothing", reply(""), {}},
      {"the original's", report(kStatus, "", "Message-ID: <1@a.ex>\n"), {"1@a.ex"}},
      {"In-Reply-To", reply("In-Reply-To: <1@a.ex>\n"), {"1@a.ex"}},
      {"two of three", reply("In-Reply-To: <1@a.ex> <2@a.ex> <3@a.ex>\n"), {"1@a.ex", "2@a.ex"}},
      {"with words", reply("In-Reply-To: Your message of Monday <1@a.ex>\n"), {"1@a.ex"}},
      {"without brackets", reply("In-Reply-To: 1@a.ex\n"), {"1@a.ex"}},
      {"words alone", reply("In-Reply-To: Your message to ann@a.ex\n"), {}},
      {"References", reply("References: <1@a.ex>\n"), {"1@a.ex"}},
      {"the last three",
       reply("References: <1@a.ex> <2@a.ex>\n <3@a.ex>\n\t<4@a.ex>\n"),
       {"2@a.ex", "3@a.ex", "4@a.ex"}},
      {"no brackets in References", reply("References: a b c >\n"), {}},
      {"both, each once",
       reply("In-Reply-To: <2@a.ex>\nReferences: <1@a.ex> <2@a.ex>\n"),
       {"2@a.ex", "1@a.ex"}},
      {"folded within an id", reply("In-Reply-To: <1\n @a.ex>\n"), {"1@a.ex"}},
      {"case stays", reply("In-Reply-To: <AbC@a.ex>\n"), {"AbC@a.ex"}},
      {"Original-Message-ID of a receipt", receipt("Original-Message-ID: <1@a.ex>\n"), {"1@a.ex"}},
      {"on a line of its own", receipt("Original-Message-ID:\n <1@a.ex>\n"), {"1@a.ex"}},
      {"and the original's",
       receipt("Original-Message-ID: <1@a.ex>\n",
               "--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <2@a.ex>\n"),
       {"2@a.ex", "1@a.ex"}},
      {"in a delivery status",
       report("X-Original-Message-ID: <1@a.ex>\n\n" + std::string(kStatus), "", ""),
       {"1@a.ex"}},
      {"as a part of another name",
       report("X-Not-Original-Message-ID: <1@a.ex>\n\n" + std::string(kStatus), "", ""),
       {}},
      {"in the header",
       reply("Original-Message-ID: <1@a.ex>\nX-Original-Message-ID: <2@a.ex>\n"),
       {"1@a.ex", "2@a.ex"}},
      {"the likeliest first",
       report("Original-Message-ID: <2@a.ex>\n\n" + std::string(kStatus),
              "In-Reply-To: <3@a.ex>\nReferences: <4@a.ex>\n", "Message-ID: <1@a.ex>\n"),
       {"1@a.ex", "2@a.ex", "3@a.ex", "4@a.ex"}},
      {"the longest", reply("In-Reply-To: <" + long_id + ">\n"), {long_id}},
      {"one past it", reply("In-Reply-To: <" + long_id + "x>\n"), {}},
      {"the response's own is none", reply("Message-ID: <9@example.com>\n"), {}},
  };
  for (const auto& row : rows) {
    const auto response = read(row.mail);
    EXPECT_NE(name(response.kind), "none") << row.name;
    EXPECT_EQ(response.answered_ids, row.want) << row.name;
  }
}

// Whoever writes a mail chooses its References, and each program that answers copies them.
TEST(Answered, OfReferencesOnlyTheLastMayBeTheMailItself) {
  const struct {
    const char* name;
    std::string mail;
    Texts want;
  } rows[] = {
      {"nothing", reply(""), {""}},
      {"as usual", reply("In-Reply-To: <3@a.ex>\nReferences: <1@a.ex> <2@a.ex> <3@a.ex>\n"), {"3@a.ex"}},
      {"the fields differ",
       reply("In-Reply-To: <3@a.ex>\nReferences: <1@a.ex> <2@a.ex>\n"),
       {"3@a.ex", "2@a.ex"}},
      {"no In-Reply-To", reply("References: <1@a.ex> <2@a.ex>\n"), {"", "2@a.ex"}},
      {"one", reply("References: <1@a.ex>\n"), {"", "1@a.ex"}},
      {"what came back is first",
       report(kStatus, "In-Reply-To: <2@a.ex>\nReferences: <4@a.ex> <3@a.ex>\n", "Message-ID: <1@a.ex>\n"),
       {"1@a.ex", "2@a.ex", "3@a.ex"}},
      {"it came back without an id",
       report(kStatus, "In-Reply-To: <2@a.ex>\n", "From: eve@a.ex\nSubject: x\n"),
       {"", "2@a.ex"}},
  };
  for (const auto& row : rows) EXPECT_EQ(likely_ids(read(row.mail)), row.want) << row.name;
}

TEST(Answered, AMessageIdHasOneForm) {
  const std::string long_id(998, 'x');
  const struct {
    const char* name;
    std::string value;
    std::string want;
  } rows[] = {
      {"as usual", "<1@a.ex>", "1@a.ex"},
      {"no field", "", ""},
      {"empty brackets", " <> ", ""},
      {"case stays", "<A@A.ex>", "A@A.ex"},
      {"a comment", "(x) <1@a.ex> (y)", "1@a.ex"},
      {"no brackets", " 1@a.ex ", "1@a.ex"},
      {"an open bracket", "<1@a.ex", "<1@a.ex"},
      {"folded", "\r\n <1@\r\n\ta.ex>\r\n", "1@a.ex"},
      {"UTF-8", "<j\u00F6rg@a.ex>", "j\u00F6rg@a.ex"},
      {"Latin-1", "<j\xF6rg@a.ex>", "j\u00F6rg@a.ex"},
      {"as long as a line", "<" + long_id + ">", long_id},
      {"longer", "<" + long_id + "x>", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(message_id_of(row.value), row.want) << row.name;
}

TEST(Answered, AddresseesAreThoseOfTheReportThenOfTheOriginal) {
  const struct {
    const char* name;
    std::string mail;
    Texts want;
  } rows[] = {
      {"final", report(kStatus, "", ""), {"carl@example.com"}},
      {"original before final",
       report("Original-Recipient: rfc822; Team@Example.com\nFinal-Recipient: rfc822; "
              "carl@example.com\nAction: failed\n",
              "", ""),
       {"team@example.com", "carl@example.com"}},
      {"To and Cc don't count beside it",
       report(kStatus, "", "To: Carl <carl@example.com>, dora@example.com\nCc: eve@example.com\n"),
       {"carl@example.com"}},
      {"To and Cc alone",
       report("", "", "To: Carl <carl@example.com>, dora@example.com\nCc: eve@example.com\n"),
       {"carl@example.com", "dora@example.com", "eve@example.com"}},
      {"a U-label",
       report("Final-Recipient: rfc822; carl@xn--bcher-kva.example\nAction: failed\n", "", ""),
       {"carl@xn--bcher-kva.example"}},
      {"an answer's author", reply(""), {"bob@example.com"}},
      {"a receipt's author", receipt(""), {"bob@example.com"}},
  };
  for (const auto& row : rows) EXPECT_EQ(claimed_addressees(read(row.mail)), row.want) << row.name;
}

TEST(Answered, ManyAreCut) {
  std::string status;
  for (std::size_t i = 0; i < kMostAddressees + 1; ++i)
    status += fmt::format("Final-Recipient: rfc822; user{}@example.com\nAction: failed\n\n", i);
  const auto all = claimed_addressees(read(report(status, "", "")));
  ASSERT_EQ(all.size(), kMostAddressees);
  EXPECT_EQ(all.front(), "user0@example.com");
  Response response;
  for (std::size_t i = 0; i < kMostAnsweredIds + 1; ++i)
    response.returned.push_back({.message_id = fmt::format("{}@a.ex", i)});
  mail::Message message;
  mail::walk_header("From: a@b.ex\n\n", message);
  find_answered_ids(message, {}, response);
  EXPECT_EQ(response.answered_ids.size(), kMostAnsweredIds);
}

// Each is looked at once, though none of them begins its line; else this takes minutes.
TEST(Answered, ALineOfManyFieldNamesIsReadOnce) {
  std::string line;
  for (int i = 0; i < 300'000; ++i) line += "-Message-ID:";
  std::vector<std::string> ids;
  read_original_ids(line + "\nX\nOriginal-Message-ID: <1@a.ex>\n", ids);
  EXPECT_EQ(ids, Texts{"1@a.ex"});
}

}  // namespace
}  // namespace backstop::response
