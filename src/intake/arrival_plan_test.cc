#include "intake/arrival_plan.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "store/ledger_fixture.h"

namespace backstop::intake {
namespace {

std::string words(const ArrivalPlan& plan) {
  std::string out;
  if (plan.spf) out += "spf ";
  if (plan.signatures) out += "dmarc ";
  if (plan.sender_domain) out += "domain ";
  if (plan.lists) out += "lists ";
  return out;
}

struct Row {
  const char* name;
  bool has_ledger;
  std::function<void(AuthSettings&)> set;
  std::function<void(Transaction&)> change;
  std::string_view want;
};

constexpr std::string_view kAll = "spf dmarc domain ";

const Row kRows[] = {
    {"nothing uses it", false, [](auto&) {}, [](auto&) {}, ""},
    {"a ledger", true, [](auto&) {}, [](auto&) {}, kAll},
    {"the whole field", false, [](auto& auth) { auth.results = AuthResults::Whole; }, [](auto&) {}, kAll},
    {"no field", true, [](auto& auth) { auth.results = AuthResults::None; }, [](auto&) {}, kAll},
    {"SPF refuses", false, [](auto& auth) { auth.spf = AuthUse::Reject; }, [](auto&) {}, "spf "},
    {"DMARC refuses", false, [](auto& auth) { auth.dmarc = AuthUse::Reject; }, [](auto&) {}, "spf dmarc "},
    {"the domain refuses", false, [](auto& auth) { auth.sender_domain = AuthUse::Reject; }, [](auto&) {},
     "domain "},
    {"a list", false, [](auto& auth) { auth.lists = {{.zone = "bl.test"}}; }, [](auto&) {}, "lists "},
    {"SPF off, but DMARC needs it", true, [](auto& auth) { auth.spf = AuthUse::Off; }, [](auto&) {}, kAll},
    {"SPF and DMARC off", true, [](auto& auth) { auth.spf = auth.dmarc = AuthUse::Off; }, [](auto&) {},
     "domain "},
    {"all off", true, [](auto& auth) { auth.spf = auth.dmarc = auth.sender_domain = AuthUse::Off; },
     [](auto&) {}, ""},
    {"the null sender", true, [](auto&) {}, [](auto& one) { one.mail.reverse_path = {}; }, "spf dmarc "},
    {"nobody knows the client", true, [](auto&) {},
     [](auto& one) { one.client.address = net::asio::ip::address(); }, "dmarc domain "},
    {"outbound", true, [](auto&) {}, [](auto& one) { one.direction = store::Direction::Outbound; }, ""},
    {"logged in", true, [](auto&) {}, [](auto& one) { one.client.is_authenticated = true; }, ""},
    {"trusted", true, [](auto&) {}, [](auto& one) { one.client.is_trusted = true; }, ""},
    {"a relay", true, [](auto&) {}, [](auto& one) { one.is_from_relay = true; }, ""},
};

TEST(ArrivalPlan, LooksOnlyAtWhatIsUsed) {
  const store::SqliteLedgerPlace place;
  const auto ledger = store::open_ledger({.url = place.url()}, [](const std::string&) {});
  ASSERT_TRUE(ledger);
  for (const auto& row : kRows) {
    Site site;
    row.set(site.auth);
    Transaction transaction;
    transaction.site = &site;
    transaction.mail.reverse_path = {mail::Address{"a", "sender.test"}};
    transaction.client.address = net::asio::ip::make_address("192.0.2.1");
    if (row.has_ledger) transaction.ledger = ledger->get();
    row.change(transaction);
    EXPECT_EQ(words(plan_of(transaction)), row.want) << row.name;
  }
}

TEST(ArrivalPlan, MutingNeedsSpf) {
  Site site;
  site.auth.spf = AuthUse::Off;
  site.way_out.is_muting = true;
  Transaction transaction;
  transaction.site = &site;
  transaction.client.address = net::asio::ip::make_address("192.0.2.1");
  EXPECT_EQ(words(plan_of(transaction)), "spf ");
}

}  // namespace
}  // namespace backstop::intake
