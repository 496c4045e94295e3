#include "dkim/returned.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/text.h"
#include "dkim/mail_fixture.h"
#include "mail/date.h"

namespace backstop::dkim {
namespace {

bool is_ours(std::string_view domain) {
  return domain == "example.org" || domain == "xn--bcher-kva.example";
}

std::string signature(std::string_view domain, std::string_view names, std::string_view more = "",
                      std::string_view value = "QUJD") {
  return fmt::format(
      "DKIM-Signature: v=1; a=rsa-sha256; d={}; s=s1; h={}; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; "
      "b={}{}\r\n",
      domain, names, value, more);
}

constexpr std::string_view kHead =
    "From: Ann <Ann@example.org>\r\nDate: Mon, 23 Nov 2026 09:15:00 +0100\r\nMessage-ID:\r\n <1@example.org> "
    "\r\n";
constexpr std::string_view kNames = "From:Date:Message-ID";

std::string text_of_all(const std::string& mail) {
  const HeaderBlock block(mail);
  std::string text;
  for (const auto& one : returned_signatures(block, is_ours)) {
    text += fmt::format("{} {} {} {} {}\n", one.signature.key.domain, name(one.fitness),
                        one.from.domain.empty() ? "-" : one.from.text(),
                        one.message_id.empty() ? "-" : one.message_id,
                        one.signed_at ? one.signed_at->time_since_epoch().count() : -1);
  }
  return text;
}

TEST(Returned, Signatures) {
  const std::string head(kHead);
  struct Row {
    const char* name;
    std::string mail;
    std::string want;
  };
  const Row rows[] = {
      {"none", head, ""},
      {"ours", signature("example.org", kNames) + head,
       "example.org fit Ann@example.org <1@example.org> 1795421700\n"},
      {"t= before Date", signature("example.org", kNames, "; t=1795000000") + head,
       "example.org fit Ann@example.org <1@example.org> 1795000000\n"},
      {"an unsigned Date", signature("example.org", "From:Message-ID") + head,
       "example.org fit Ann@example.org <1@example.org> -1\n"},
      {"a Date alone", signature("example.org", "from:date") + head,
       "example.org fit Ann@example.org - 1795421700\n"},
      {"neither", signature("example.org", "From:To", "; t=1") + head,
       "example.org unbound Ann@example.org - 1\n"},
      {"named, but not there",
       signature("example.org", "From:Message-ID", "; t=1") + "From: ann@example.org\n",
       "example.org unbound ann@example.org - 1\n"},
      {"the lowest Date is the signed one",
       signature("example.org", "From:Date") + "Date: Mon, 1 Jan 2024 00:00:00 +0000\r\n" + head,
       "example.org fit Ann@example.org - 1795421700\n"},
      {"a Date that is none",
       signature("example.org", "From:Date") + "From: ann@example.org\r\nDate: soon\r\n",
       "example.org fit ann@example.org - -1\n"},
      {"expired and with a length", signature("example.org", kNames, "; x=1; l=0; t=5") + head,
       "example.org fit Ann@example.org <1@example.org> 5\n"},
      {"another domain", signature("example.com", kNames) + head, ""},
      {"a subdomain is another domain", signature("mail.example.org", kNames) + head, ""},
      {"a U-label",
       signature("B\xC3\x9C"
                 "CHER.example",
                 kNames, "; t=1") +
           head,
       "xn--bcher-kva.example fit Ann@example.org <1@example.org> 1\n"},
      {"malformed", "DKIM-Signature: v=1; d=example.org\r\n" + head, ""},
      {"malformed, then good",
       "DKIM-Signature: v=1; d=example.org\r\n" + signature("example.org", kNames, "; t=1") + head,
       "example.org fit Ann@example.org <1@example.org> 1\n"},
      {"two From fields", signature("example.org", kNames, "; t=1") + "From: eve@example.org\r\n" + head,
       "example.org several-from - <1@example.org> 1\n"},
      {"two addresses",
       signature("example.org", kNames, "; t=1") + changed(head, "Ann <", "eve@example.org, Ann <"),
       "example.org several-from - <1@example.org> 1\n"},
      {"no From", signature("example.org", kNames, "; t=1") + changed(head, "From: ", "X-From: "),
       "example.org no-from - <1@example.org> 1\n"},
      {"a From without an address",
       signature("example.org", kNames, "; t=1") + changed(head, "<Ann@example.org>", "<>"),
       "example.org no-from - <1@example.org> 1\n"},
      {"a From of another domain",
       signature("example.org", kNames, "; t=1") + changed(head, "Ann@example.org", "bank@example.com"),
       "example.org fit bank@example.com <1@example.org> 1\n"},
      {"behind the header", head + "\r\n" + signature("example.org", kNames), ""},
  };
  for (const auto& row : rows) EXPECT_EQ(text_of_all(row.mail), row.want) << row.name;
}

TEST(Returned, AtMostFourFromTheTop) {
  std::string mail = signature("example.com", kNames);
  for (int i = 1; i <= 5; ++i) mail += signature("example.org", kNames, fmt::format("; t={}", i));
  mail += kHead;
  const HeaderBlock block(mail);
  std::vector<long> times;
  for (const auto& one : returned_signatures(block, is_ours))
    times.push_back(one.signed_at->time_since_epoch().count());
  EXPECT_THAT(times, testing::ElementsAre(1, 2, 3, 4));
}

TEST(Returned, TheIdIsOfTheDecodedValue) {
  std::set<SignatureId> ids;
  for (const auto* const value : {"QUJD", "QU\r\n\t JD", " QUJD "}) {
    const std::string mail = signature("example.org", kNames, "", value) + std::string(kHead);
    const HeaderBlock block(mail);
    const auto found = returned_signatures(block, is_ours);
    ASSERT_EQ(found.size(), 1u);
    ids.insert(found.front().id);
  }
  ASSERT_EQ(ids.size(), 1u) << "the same value, however it is folded";
  EXPECT_TRUE(std::equal(ids.begin()->begin(), ids.begin()->end(), sha256("ABC").begin()));
}

TEST(Returned, OfTheFixtures) {
  struct Row {
    const char* name;
    std::string_view want_fitness;
    std::size_t want_count;
  };
  for (const auto& row :
       {Row{"dkimpy-rsa-relaxed.eml", "fit", 1}, {"both.eml", "fit", 2}, {"unbound.eml", "unbound", 1}}) {
    const std::string mail = fixture(row.name);
    const HeaderBlock block(mail);
    const auto found = returned_signatures(block, is_ours);
    ASSERT_EQ(found.size(), row.want_count) << row.name;
    EXPECT_EQ(name(found.front().fitness), row.want_fitness) << row.name;
    EXPECT_EQ(found.front().from.text(), "ann@example.org") << row.name;
  }
}

}  // namespace
}  // namespace backstop::dkim
