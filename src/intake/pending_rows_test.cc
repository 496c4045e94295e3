#include "intake/pending_rows.h"

#include <gtest/gtest.h>

namespace backstop::intake {
namespace {

using store::Authentication;
using store::RowKind;

std::uint32_t number(Authentication value) {
  return static_cast<std::uint32_t>(value);
}

TEST(PendingRows, KeepOnlyWhatIsPending) {
  std::string address = "ann@example.org";
  const store::Row rows[] = {
      {{RowKind::ArrivalByReceived, {}, "1f"}, number(Authentication::Unknown)},
      {{RowKind::ArrivalByReceived, address, "1f"}, number(Authentication::Pending)},
      {{RowKind::ArrivalByMessage, address, "1@example.org"}, number(Authentication::Pending)},
      {{RowKind::ArrivalByMessage, "eve@example.net", "1@example.org"}, number(Authentication::Failed)},
      {{RowKind::NeverAnswered, address, "1@example.org"}, number(Authentication::Pending)},
      {store::recipients_on("bob@example.org", std::chrono::sys_days{}), number(Authentication::Pending)},
  };
  PendingArrivals arrivals;
  auto made = std::make_optional<PendingRows>(rows, &arrivals);
  const PendingRows& pending = *made;
  address = "gone by then";
  EXPECT_FALSE(pending.empty());
  const auto settled = pending.settled([](std::string_view of) {
    EXPECT_EQ(of, "ann@example.org");
    return Authentication::Passed;
  });
  ASSERT_EQ(settled.size(), 3u);
  EXPECT_EQ(settled[0].key.kind, RowKind::ArrivalByReceived);
  EXPECT_EQ(settled[0].key.first, "1f");
  EXPECT_EQ(settled[1].key.kind, RowKind::ArrivalByMessage);
  EXPECT_EQ(settled[1].key.first, "1@example.org");
  EXPECT_EQ(settled[2].key.kind, RowKind::NeverAnswered);
  for (const auto& row : settled) {
    EXPECT_EQ(row.key.owner, "ann@example.org");
    EXPECT_EQ(row.value, number(Authentication::Passed));
  }
  EXPECT_TRUE(arrivals.has("1f", "ann@example.org"));
  EXPECT_TRUE(arrivals.has("1@example.org", "ann@example.org"));
  EXPECT_FALSE(arrivals.has("1@example.org", "eve@example.net"));
  made.reset();
  EXPECT_FALSE(arrivals.has("1f", "ann@example.org"));
  EXPECT_FALSE(arrivals.has("1@example.org", "ann@example.org"));
  EXPECT_TRUE(PendingRows(std::span(rows).first(1), nullptr).empty());
}

}  // namespace
}  // namespace backstop::intake
