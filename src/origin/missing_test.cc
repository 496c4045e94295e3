// The mark "missing": a whole header of ours came back without a proof, though mail of its date has one.
#include <gtest/gtest.h>

#include <string_view>

#include "origin/claim.h"
#include "origin/tag_fixture.h"

namespace backstop::origin {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::sys_seconds;

constexpr sys_seconds kNow{days(20780) + hours(12)};
constexpr sys_seconds kReady = kNow - days(10);
constexpr ProofCoverage kNone{};
constexpr ProofCoverage kWatermark{.watermark = kReady};
constexpr ProofCoverage kDkim{.dkim = kReady};
constexpr ProofCoverage kLedger{.ledger = kReady};
constexpr ProofCoverage kTag{.tag = kReady};

response::ReturnedBlock block(std::optional<sys_seconds> date, std::string_view from = "ann@example.org",
                              bool is_whole = true) {
  response::ReturnedBlock made;
  made.is_whole = is_whole;
  made.message_id = "1@example.org";
  made.from = from;
  made.date = date;
  return made;
}

struct Row {
  const char* name;
  std::vector<response::ReturnedBlock> returned;
  ProofCoverage coverage;
  std::string_view want;  ///< the cause
};

std::string_view cause_of(const Row& row, const std::vector<SeenId>& ids = {}) {
  response::Response response;
  response.kind = response::Kind::DsnFailed;
  response.shown_by = response::ShownBy::DeliveryStatus;
  response.returned = row.returned;
  response.answered_ids = {"1@example.org"};
  const WatermarkKeys keys;
  const OwnerSet owners(address_of("ann@example.org"), {});
  const ProofContext proofs{
      .owners = owners, .watermark_keys = keys, .signatures = {}, .ids = ids, .others = {}, .now = kNow};
  const Recipient recipient{.address = address_of("ann@example.org"), .tag = {}};
  const ClaimContext context{};
  return name(judge(collect({recipient, response, context, &proofs, row.coverage})).cause);
}

TEST(Missing, IsAWholeHeaderOfACoveredDate) {
  auto without_id = block(kNow);
  without_id.message_id.clear();
  const Row rows[] = {
      {"nothing came back", {}, kWatermark, "bare"},
      {"a part of a header", {block(kNow, "ann@example.org", false)}, kWatermark, "bare"},
      {"a whole header", {block(kNow)}, kWatermark, "missing"},
      {"a part, and then a whole one", {block(kNow, "", false), block(kNow)}, kWatermark, "missing"},
      {"its date is that of the coverage", {block(kReady)}, kWatermark, "missing"},
      {"a second before", {block(kReady - std::chrono::seconds(1))}, kWatermark, "incomplete"},
      {"30 days ago", {block(kNow - days(30))}, kWatermark, "incomplete"},
      {"longer ago counts as covered",
       {block(kNow - days(30) - std::chrono::seconds(1))},
       kWatermark,
       "missing"},
      {"of the future", {block(kNow + days(400))}, kWatermark, "missing"},
      {"without a date that can be read", {block(std::nullopt)}, kWatermark, "missing"},
      {"nothing is known to carry proofs", {block(kNow)}, kNone, "incomplete"},
      {"signatures, From is ours", {block(kNow)}, kDkim, "missing"},
      {"signatures, From is ours in other words", {block(kNow, "x@EXAMPLE.org")}, kDkim, "missing"},
      {"signatures, From is not ours", {block(kNow, "bank@example.com")}, kDkim, "incomplete"},
      {"watermarks, From is not ours", {block(kNow, "bank@example.com")}, kWatermark, "missing"},
      {"the ledger", {block(kNow)}, kLedger, "missing"},
      {"the ledger, before it was born", {block(kReady - days(1))}, kLedger, "incomplete"},
      {"the ledger, without a Message-ID", {without_id}, kLedger, "incomplete"},
      {"tags alone", {block(kNow)}, kTag, "bare"},
      {"tags alone, before they were ready", {block(kReady - std::chrono::seconds(1))}, kTag, "incomplete"},
  };
  for (const auto& row : rows) EXPECT_EQ(cause_of(row), row.want) << row.name;
}

TEST(Missing, NotIfThereIsAProof) {
  const Row row{"", {block(kNow)}, kWatermark, ""};
  EXPECT_EQ(cause_of(row, {{.message_id = "1@example.org", .recipients = 1}}), "ledger");
}

}  // namespace
}  // namespace backstop::origin
