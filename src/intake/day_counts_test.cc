#include "intake/day_counts.h"

#include <gtest/gtest.h>

#include "origin/tag_fixture.h"

namespace backstop::intake {
namespace {

using origin::address_of;
using store::Done;

constexpr std::chrono::sys_days kToday{std::chrono::days(20780)};

struct Row {
  const char* name;
  bool is_outbound;
  std::string_view sender;     ///< empty: the null sender
  std::string_view recipient;  ///< inbound
  store::Event event;
  std::string_view want;  ///< the domains and what is counted for each, or empty
  Leaving leaving = {};   ///< outbound
};

std::string shown(const std::vector<store::DaySums>& all) {
  std::string text;
  for (const auto& sums : all) {
    text.append(text.empty() ? "" : "; ").append(sums.domain);
    for (const auto& count : store::kDayCounts) {
      if (const auto n = sums.counts.*count.member; n > 0) text.append(" ").append(count.name);
      EXPECT_LE(sums.counts.*count.member, 1u);
    }
    EXPECT_EQ(sums.day, kToday);
  }
  return text;
}

store::Event outbound(std::string_view tag, Done done = Done::Delivered) {
  store::Event event;
  event.tag = tag;
  event.done = done;
  return event;
}

store::Event inbound(std::string_view kind, std::string_view origin, bool contradiction = false) {
  store::Event event;
  event.kind = kind;
  event.origin = origin;
  event.contradiction = contradiction;
  return event;
}

TEST(DayCounts, OfOneMail) {
  Site site;
  site.domains = {{.name = "example.org"}, {.name = "other.example"}};
  const auto untagged = outbound("none (no key signs)");
  const Row rows[] = {
      {"it left with a tag", true, "ann@example.org", "", outbound("key-1"), "example.org left tag"},
      {"it left without", true, "ann@example.org", "", untagged, "example.org left"},
      {"it left where tags are off", true, "ann@example.org", "", outbound(""), "example.org left"},
      {"the next hop refused it", true, "ann@example.org", "", outbound("key-1", Done::Refused), ""},
      {"its sender is not ours", true, "bob@example.com", "", untagged, ""},
      {"it has no sender", true, "", "", untagged, ""},
      {"it has no sender, and its From is ours",
       true,
       "",
       "",
       untagged,
       "",
       {.from = "ann@example.org", .has_watermark = true}},
      {"a watermark",
       true,
       "ann@example.org",
       "",
       untagged,
       "example.org left watermark message",
       {.from = "ann@example.org", .has_watermark = true}},
      {"a signature",
       true,
       "ann@example.org",
       "",
       untagged,
       "example.org left dkim message",
       {.from = "ann@example.org", .signers = {"esp.test", "example.org"}}},
      {"both, and a tag",
       true,
       "ann@example.org",
       "",
       outbound("key-1"),
       "example.org left watermark dkim message tag",
       {.from = "bob@example.org", .has_watermark = true, .signers = {"example.org"}}},
      {"another's signature",
       true,
       "ann@example.org",
       "",
       untagged,
       "example.org left",
       {.from = "ann@example.org", .signers = {"sub.example.org", "esp.test"}}},
      {"From of another domain of ours",
       true,
       "ann@example.org",
       "",
       outbound("key-1"),
       "example.org left watermark message tag; other.example left watermark dkim message tag",
       {.from = "ann@other.example", .has_watermark = true, .signers = {"other.example"}}},
      {"a foreign sender",
       true,
       "bounce@esp.test",
       "",
       untagged,
       "other.example left dkim message",
       {.from = "ann@other.example", .signers = {"other.example"}}},
      {"a foreign From",
       true,
       "ann@example.org",
       "",
       untagged,
       "example.org left",
       {.from = "bob@esp.test", .signers = {"esp.test"}}},
      {"it was refused with its watermark",
       true,
       "ann@example.org",
       "",
       outbound("", Done::Refused),
       "",
       {.from = "ann@example.org", .has_watermark = true}},
      {"a genuine bounce", false, "", "ann@example.org", inbound("dsn-failed", "genuine"),
       "example.org genuine"},
      {"a genuine automatic reply", false, "", "ann@example.org", inbound("auto-reply", "genuine"),
       "example.org"},
      {"an unproven bounce", false, "", "ann@example.org", inbound("dsn-failed", "unproven"),
       "example.org unproven"},
      {"a forged bounce", false, "", "ann@example.org", inbound("dsn-failed", "forged"),
       "example.org unproven"},
      {"a contradiction", false, "", "ann@example.org", inbound("dsn-failed", "unproven", true),
       "example.org contradictions unproven"},
      {"ordinary mail", false, "bob@example.com", "ann@example.org", inbound("none", ""), ""},
  };
  for (const auto& row : rows) {
    Transaction transaction;
    transaction.site = &site;
    transaction.today = kToday;
    transaction.direction = row.is_outbound ? store::Direction::Outbound : store::Direction::Inbound;
    if (!row.sender.empty()) transaction.mail.reverse_path = {address_of(row.sender)};
    if (row.is_outbound) {
      transaction.leaving = row.leaving;
      transaction.leaving->sender = row.sender;
    }
    if (!row.recipient.empty()) {
      transaction.recipients.push_back(
          {.given = std::string(row.recipient),
           .claim = origin::Recipient{.address = address_of(row.recipient), .tag = {}}});
    }
    EXPECT_EQ(shown(day_sums_of(transaction, row.event)), row.want) << row.name;
  }
}

}  // namespace
}  // namespace backstop::intake
