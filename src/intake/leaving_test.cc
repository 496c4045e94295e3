#include "intake/leaving.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/transaction.h"
#include "origin/tag_fixture.h"

namespace backstop::intake {
namespace {

using namespace std::chrono_literals;
using origin::address_of;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr origin::WatermarkStamp kStamp{.now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 10h,
                                        .id = {0, 1, 2, 3, 4, 5, 6, 7}};
constexpr std::string_view kId = "Message-ID: <1@x.test>\r\n\r\n";

// Of the key and the stamp below, made by a program of its own.
constexpr std::string_view kStart = "Backstop-Watermark: 1;0;01c899d8;AAECAwQFBgc;";
constexpr std::string_view kAnn = "gEYe68UfzTq8Zg";
constexpr std::string_view kNews = "KIc1B38_YpIf2g";

class LeavingTest : public testing::Test {
 protected:
  LeavingTest() {
    site_.hostname = "mx.example.org";
    site_.domains = {{.name = "example.org"}, {.name = "other.example"}};
    site_.keys = origin::ring_of(origin::key_of(0, "secret"));
    site_.watermark_keys = origin::WatermarkKeys(site_.keys);
    site_.has_watermark = true;
    transaction_.site = &site_;
    transaction_.direction = store::Direction::Outbound;
    transaction_.id = "1f";
  }

  Leaving leave(std::string_view sender, const LeavingHeader& header) {
    transaction_.mail.reverse_path = {};
    if (!sender.empty()) transaction_.mail.reverse_path = {address_of(sender)};
    return intake::leave(transaction_, header, kStamp);
  }

  Site site_;
  Transaction transaction_;
};

struct AddedRow {
  const char* name;
  std::string_view sender;
  std::string_view from;
  std::string want;
};

TEST_F(LeavingTest, AWatermarkIsBoundToTheSenderAndToFrom) {
  const auto ann = fmt::format("{}{}\r\n", kStart, kAnn);
  const AddedRow rows[] = {
      {"the sender is From", "ann@example.org", " ann@example.org\r\n", ann},
      {"a name, in other letters", "ann@example.org", " Ann <Ann@Example.ORG>\r\n", ann},
      {"with a sub-address and a tag", "prvs=0787c97471=ann+shop@example.org", "ann@example.org", ann},
      {"another From", "news@example.org", "Ann <ann@example.org>",
       fmt::format("{}{};{}\r\n", kStart, kNews, kAnn)},
      {"a null path", "", "ann@example.org", fmt::format("{};{}\r\n", kStart, kAnn)},
      {"no From", "ann@example.org", "", ann},
      {"a From without an address", "ann@example.org", "undisclosed:;", ann},
      {"a From that is no UTF-8", "ann@example.org", "a\xFCnn@example.org", ann},
      {"a name that is none", "news@example.org", "\"\xFC\" <ann@example.org>",
       fmt::format("{}{};{}\r\n", kStart, kNews, kAnn)},
      {"of two addresses the first", "", "ann@example.org, news@example.org",
       fmt::format("{};{}\r\n", kStart, kAnn)},
      {"a stranger's mail", "bob@x.test", "bob@x.test", ""},
      {"a stranger's bounce", "", "mailer-daemon@x.test", ""},
      {"nobody's mail", "", "", ""},
      {"a subdomain", "ann@sub.example.org", "ann@sub.example.org", ""},
  };
  for (const auto& row : rows) {
    const auto leaving = leave(row.sender, {.whole = kId, .message_id = "1@x.test", .from = row.from});
    EXPECT_EQ(leaving.added, row.want) << row.name;
    EXPECT_EQ(leaving.has_watermark, !row.want.empty()) << row.name;
    EXPECT_EQ(leaving.message_id, "1@x.test") << row.name;
  }
}

TEST_F(LeavingTest, AForeignSenderOrFromIsBoundToo) {
  for (const auto& [sender, from] :
       {std::pair("bounce@x.test", "ann@example.org"), std::pair("ann@example.org", "bob@x.test")}) {
    const auto leaving = leave(sender, {.whole = kId, .message_id = "1@x.test", .from = from});
    const auto line = std::string_view(leaving.added).substr(std::string_view("Backstop-Watermark: ").size());
    const auto watermark = origin::parse_watermark(line);
    ASSERT_TRUE(watermark) << sender;
    for (const std::string address : {sender, from}) {
      const auto check = check_watermark(*watermark, site_.watermark_keys, {{address}}, kStamp.now);
      EXPECT_EQ(check.outcome, origin::WatermarkOutcome::Good) << address;
      EXPECT_EQ(check.is_from, address == from);
    }
    EXPECT_EQ(leaving.sender, sender);
    EXPECT_EQ(leaving.from, from);
  }
}

TEST_F(LeavingTest, NoWatermarkIsMade) {
  const LeavingHeader header{.whole = "From: ann@example.org\r\n\r\n", .from = "ann@example.org"};
  const auto expect_none = [&](const char* why) {
    const auto leaving = leave("ann@example.org", header);
    EXPECT_EQ(leaving.added, "") << why;
    EXPECT_FALSE(leaving.has_watermark) << why;
    EXPECT_EQ(leaving.message_id, "") << why;
    EXPECT_EQ(leaving.from, "ann@example.org") << why;
  };
  site_.has_watermark = false;
  expect_none("they are off");
  site_.has_watermark = true;
  transaction_.mail.reverse_path = {address_of("ann@example.org")};
  const auto leaving = intake::leave(transaction_, header, std::nullopt);
  EXPECT_FALSE(leaving.has_watermark) << "the system has no random bytes";
  EXPECT_EQ(leaving.added, "Message-ID: <1f@mx.example.org>\r\n");
}

TEST_F(LeavingTest, AMessageIdIsAddedIfThereIsNone) {
  const struct {
    const char* name;
    std::string_view header;
    std::string_view id;
    std::string_view want_id;
  } rows[] = {
      {"none", "From: ann@example.org\r\n\r\n", "", "1f@mx.example.org"},
      {"one", kId, "1@x.test", "1@x.test"},
      {"one that can't be read", "Message-ID: x\r\n\r\n", "", ""},
      {"one behind a line that is no field", "Hello,\r\nMessage-ID: <1@x.test>\r\n\r\n", "1@x.test",
       "1@x.test"},
      {"signed as absent", "DKIM-Signature: v=1; h=From:Message-ID; b=x\r\n\r\n", "", ""},
  };
  for (const auto& row : rows) {
    const auto leaving =
        leave("ann@example.org", {.whole = row.header, .message_id = row.id, .from = "ann@example.org"});
    EXPECT_EQ(leaving.message_id, row.want_id) << row.name;
    EXPECT_EQ(leaving.added.contains("Message-ID: <"), leaving.message_id != row.id) << row.name;
    EXPECT_TRUE(leaving.has_watermark) << row.name;
  }
  const auto foreign = leave("bob@x.test", {.whole = "From: bob@x.test\r\n\r\n", .from = "bob@x.test"});
  EXPECT_EQ(foreign.added + foreign.message_id, "") << "a stranger's mail stays as it is";
}

std::string signature(std::string_view domain, std::string_view names) {
  return fmt::format("DKIM-Signature: v=1; a=rsa-sha256; d={}; s=s1; h={};\r\n\tbh={}; b=QUJD\r\n", domain,
                     names, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

TEST_F(LeavingTest, KnowsWhoSigned) {
  const std::string fields[] = {signature("Example.ORG", "From:Date"),
                                signature("esp.test", "From:Message-ID"),
                                signature("unbound.test", "From:Subject"),
                                signature("sub.example.org", "From:Date"),
                                "DKIM-Signature: v=1; d=broken.test; b=\r\n",
                                signature("b\xC3\xBC"
                                          "cher.example",
                                          "date:from")};
  const std::vector<std::string_view> views(std::begin(fields), std::end(fields));
  const LeavingHeader header{
      .whole = kId, .message_id = "1@x.test", .from = "ann@example.org", .signatures = views};
  const auto leaving = leave("ann@example.org", header);
  EXPECT_THAT(leaving.signers,
              ElementsAre("example.org", "esp.test", "sub.example.org", "xn--bcher-kva.example"));
  EXPECT_TRUE(leaving.is_signed_by("example.org"));
  EXPECT_FALSE(leaving.is_signed_by("org"));
  site_.has_watermark = false;
  EXPECT_TRUE(leave("ann@example.org", header).is_signed_by("example.org"));
}

TEST_F(LeavingTest, ReadsSoManySignaturesAndNoMore) {
  std::vector<std::string> fields(Leaving::kMostSignatures - 1, signature("esp.test", "From:Date"));
  fields.push_back(signature("last.test", "From:Date"));
  fields.push_back(signature("past.test", "From:Date"));
  const std::vector<std::string_view> views(fields.begin(), fields.end());
  const auto leaving =
      leave("ann@example.org", {.whole = kId, .from = "ann@example.org", .signatures = views});
  EXPECT_TRUE(leaving.is_signed_by("last.test"));
  EXPECT_FALSE(leaving.is_signed_by("past.test"));
  EXPECT_THAT(leave("bob@x.test", {.whole = kId, .from = "bob@x.test", .signatures = views}).signers,
              IsEmpty());
}

}  // namespace
}  // namespace backstop::intake
