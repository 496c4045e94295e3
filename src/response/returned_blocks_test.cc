// Which header blocks a response returns, and what is known of each.
#include "response/returned_blocks.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "response/reader.h"

namespace backstop::response {
namespace {

std::string part(std::string_view type, std::string_view body) {
  return fmt::format("\n--b\nContent-Type: {}\n\n{}", type, body);
}

std::string report(std::string_view parts, std::string_view text = "It could not be delivered.\n") {
  return fmt::format(
      "From: MAILER-DAEMON@mx.example.net\nSubject: Undeliverable\nContent-Type: multipart/report; "
      "boundary=b\n\n--b\n\n{}\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; "
      "carl@example.com\nAction: failed\n{}\n--b--\n",
      text, parts);
}

Response read(std::string_view mail, const Limits& limits = {}, Extent extent = Extent::Whole) {
  Reader reader(limits);
  return reader.read(mail, {.reverse_path = "", .recipient = ""}, extent);
}

const std::string kWhole =
    "Received: from a.example.org by mx.example.net; x\nFrom: Ann <ann@example.org>\nTo: carl@example.com\n"
    "Date: Mon, 2 Mar 2026 10:00:00 +0000\nMessage-ID: <1@example.org>\nSubject: whole\n";

std::string places(const Response& response) {
  std::string all;
  for (const auto& block : response.returned) {
    if (!all.empty()) all += ' ';
    all.append(name(block.where)).append(block.is_whole ? "" : "?");
  }
  return all;
}

TEST(ReturnedBlocks, AreFoundEverywhere) {
  const struct {
    const char* name;
    std::string mail;
    std::string_view want;  ///< with "?" for one that is not whole
  } rows[] = {
      {"none", report(""), ""},
      {"message/rfc822", report(part("message/rfc822", kWhole + "\nbody\n")), "part"},
      {"text/rfc822-headers", report(part("text/rfc822-headers", kWhole)), "part"},
      {"message/global", report(part("message/global", kWhole + "\nbody\n")), "part"},
      {"message/global-headers", report(part("message/global-headers", kWhole)), "part"},
      {"text/rfc822", report(part("text/rfc822", kWhole)), "part"},
      {"message/rfc822-headers", report(part("message/rfc822-headers", kWhole)), "part"},
      {"an empty line before it", report(part("text/rfc822-headers", "\n" + kWhole)), "part"},
      {"an empty part", report(part("text/rfc822-headers", "")), ""},
      {"base64",
       report(part("message/rfc822\nContent-Transfer-Encoding: base64", "U3ViamVjdDogYQoKYm9keQo=\n")),
       "part?"},
      {"two", report(part("message/rfc822", kWhole + "\n") + part("text/rfc822-headers", "Subject: a\n")),
       "part part?"},
      {"text", report("", "It failed.\n\n" + kWhole + "\nbody\n"), "text"},
      {"a summary and a whole one",
       report("", "From: a@b.ex\nTo: c@d.ex\nSubject: s\n\nIt failed.\n\n" + kWhole + "\nbody\n"),
       "text? text"},
      {"quoted", report("", "It failed.\n\n> From: a@b.ex\n> To: c@d.ex\n> Subject: s\n"), "quoted?"},
      {"a part and text", report(part("message/rfc822", kWhole + "\n"), "It failed.\n\n" + kWhole),
       "part text"},
      {"nested",
       report(part("message/rfc822", "From: a@b.ex\nContent-Type: message/rfc822\n\n" + kWhole + "\nx\n")),
       "part? nested"},
  };
  for (const auto& row : rows) EXPECT_EQ(places(read(row.mail)), row.want) << row.name;
}

std::string html_bounce(std::string_view html) {
  return fmt::format(
      "From: MAILER-DAEMON@mx.example.net\nSubject: Undeliverable: whole\nContent-Type: text/html\n\n"
      "<p>Delivery has failed to these recipients:</p><p>carl@example.com: 550 5.1.1 user unknown</p>\n{}\n",
      html);
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

TEST(ReturnedBlocks, AreReadOutOfHtml) {
  const std::string header = replaced(replaced(kWhole, "<", "&lt;"), ">", "&gt;");
  const std::string folded = replaced(header, " by mx", "\n\tby mx");
  const struct {
    const char* name;
    std::string html;
  } rows[] = {
      {"preformatted", "<pre>" + folded + "</pre>"},
      {"with breaks", replaced(header, "\n", "<br>")},
      {"with breaks and line ends", replaced(folded, "\n", "<br>\n")},
      {"a fold by no-break spaces", replaced(folded, "\n\t", "<br>&nbsp; ").append("<br>")},
      {"paragraphs", "<p>" + replaced(header, "\n", "</p>\n<p>") + "</p>"},
      {"divisions", "<div>" + replaced(header, "\n", "</div><div>") + "</div>"},
      {"words in front", "<h3>Original message headers:</h3><pre>" + header + "</pre>"},
  };
  for (const auto& row : rows) {
    const auto response = read(html_bounce(row.html));
    ASSERT_EQ(places(response), "html") << row.name;
    EXPECT_EQ(response.returned[0].message_id, "1@example.org") << row.name;
    EXPECT_EQ(response.returned[0].from, "ann@example.org") << row.name;
    EXPECT_EQ(replaced(replaced(response.returned[0].bytes, "\r\n\tby", " by"), "\r\n  by", " by"),
              replaced(kWhole, "\n", "\r\n"))
        << row.name;
  }
}

TEST(ReturnedBlocks, HaveTheFieldsThatDecide) {
  const auto response = read(report(part("message/rfc822", kWhole + "Cc: dora@example.com\n\nbody\n")));
  ASSERT_EQ(response.returned.size(), 1U);
  const auto& block = response.returned[0];
  EXPECT_EQ(block.bytes, kWhole + "Cc: dora@example.com\n\n");
  EXPECT_EQ(block.message_id, "1@example.org");
  EXPECT_EQ(block.from, "ann@example.org");
  EXPECT_EQ(block.to, "carl@example.com, dora@example.com");
  ASSERT_TRUE(block.date);
  EXPECT_EQ(block.date->time_since_epoch().count(), 1772445600);
}

TEST(ReturnedBlocks, AreWholeWithFourFields) {
  for (const std::string_view name : {"Received:", "From:", "Date:", "Message-ID:"}) {
    const std::string header = replaced(kWhole, "\n" + std::string(name), "\nX-" + std::string(name));
    const std::string changed = header == kWhole ? "X-" + kWhole : header;
    EXPECT_EQ(places(read(report(part("text/rfc822-headers", changed)))), "part?") << name;
  }
}

TEST(ReturnedBlocks, AreNotWholeIfTheyWereCut) {
  const auto cut = report(part("text/rfc822-headers", kWhole));
  const auto end = cut.find("\n--b--");
  EXPECT_EQ(places(read(cut.substr(0, end + 1), {}, Extent::Start)), "part?") << "there might be more";
  EXPECT_EQ(places(read(cut.substr(0, end + 1))), "part");
  EXPECT_EQ(places(read(cut + "more", {}, Extent::Start)), "part") << "the boundary came";
  const auto mail = report(part("message/rfc822", kWhole + "\nbody\n"));
  EXPECT_EQ(places(read(mail.substr(0, mail.find("\nbody") + 3), {}, Extent::Start)), "part")
      << "the header ended";
  Limits limits;
  limits.header_block = kWhole.size();
  EXPECT_EQ(places(read(report(part("text/rfc822-headers", kWhole)), limits)), "part");
  limits.header_block = kWhole.size() - 1;
  const auto long_block = read(report(part("text/rfc822-headers", kWhole)), limits);
  EXPECT_EQ(places(long_block), "part?");
  EXPECT_TRUE(long_block.truncated);
  EXPECT_EQ(long_block.returned[0].bytes.size(), kWhole.size() - 1);
}

TEST(ReturnedBlocks, AreAtMostEight) {
  std::string parts;
  for (int i = 0; i < 8; ++i) parts += part("text/rfc822-headers", kWhole);
  EXPECT_EQ(read(report(parts)).returned.size(), 8U);
  EXPECT_EQ(read(report(parts + part("message/rfc822", kWhole + "\n"), kWhole)).returned.size(), 8U);
  std::string marks;
  for (int i = 0; i < 8; ++i) marks += fmt::format("Backstop-Watermark: {}\n", i);
  EXPECT_EQ(read(report(part("text/rfc822-headers", marks))).watermarks.size(), 8U);
  const auto more = read(report(part("text/rfc822-headers", marks + "Backstop-Watermark: x\n")));
  EXPECT_EQ(more.watermarks.size(), 8U);
  EXPECT_EQ(more.watermarks.front(), "0");
  EXPECT_EQ(read(report(part("text/rfc822-headers", kWhole) + parts, "Backstop-Watermark: y\n")).watermarks,
            std::vector<std::string>{"y"})
      << "one past the last block is found";
}

TEST(ReturnedBlocks, ADamagedFoldIsMended) {
  const std::string damaged = replaced(kWhole, " by mx", "\nby mx");
  const auto response = read(report(part("message/rfc822", damaged + "\nbody\n")));
  ASSERT_EQ(places(response), "part");
  EXPECT_EQ(response.returned[0].bytes, replaced(kWhole, "\n", "\r\n"));
  const auto odd = read(report(part("text/rfc822-headers", "Subject: a\n\x01\nFrom: a@b.ex\n")));
  ASSERT_EQ(odd.returned.size(), 1U) << "what can't be mended stays as it is";
}

TEST(ReturnedBlocks, OrdinaryMailHasNone) {
  const auto response =
      read("From: ann@example.org\nSubject: minutes\nContent-Type: message/rfc822\n\n" + kWhole + "\nbody\n");
  EXPECT_EQ(name(response.kind), "none");
  EXPECT_TRUE(response.returned.empty() && response.watermarks.empty() && response.answered_ids.empty());
}

// The search skips bytes: the name is found whatever comes before it and behind it.
TEST(ReturnedBlocks, WatermarksOfTheTextAreFoundAtEveryPlace) {
  for (const std::string_view name : {"Backstop-Watermark", "backstop-watermark", "BACKSTOP-WATERMARK"}) {
    for (std::size_t before = 0; before < 20; ++before) {
      const std::string filler(before, 'p');
      const std::string text = fmt::format("{0} ackstop-\n{1}: abc.\n{0}\n{1}: def.\n", filler, name);
      const auto found = read(report("", text));
      EXPECT_EQ(found.watermarks, (std::vector<std::string>{"abc", "def"})) << name << ' ' << before;
    }
  }
  for (const std::string_view name : {"Backstop-Watermar", "ackstop-Watermark", "Backstop_Watermark"}) {
    EXPECT_TRUE(read(report("", fmt::format("{}: abc\n", name))).watermarks.empty()) << name;
  }
}

}  // namespace
}  // namespace backstop::response
