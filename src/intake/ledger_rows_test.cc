#include "intake/ledger_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "origin/tag_fixture.h"

namespace backstop::intake {
namespace {

using origin::address_of;
using testing::ElementsAreArray;

constexpr std::chrono::sys_days kToday{std::chrono::days(20'000)};

/// "KIND owner first second number=value", without what is empty.
std::string shown(const store::Row& row) {
  static constexpr std::string_view kKinds[] = {"",        "sent", "imported",      "to",       "pair",
                                                "way-out", "as",   "day",           "received", "arrival",
                                                "digest",  "uses", "never-answered"};
  std::string text(kKinds[static_cast<std::size_t>(row.key.kind)]);
  for (const auto part : {row.key.owner, row.key.first, row.key.second}) {
    if (!part.empty()) text += fmt::format(" {}", part);
  }
  if (row.key.number != 0) text += fmt::format(" {}", row.key.number);
  return fmt::format("{}={}", text, row.value);
}

std::vector<std::string> shown(const LedgerRows& rows) {
  std::vector<std::string> all;
  for (const auto& row : rows.rows()) all.push_back(shown(row));
  return all;
}

Site site() {
  Site site;
  site.domains = {{.name = "example.org"}, {.name = "example.net"}, {.name = "*.example.edu"}};
  return site;
}

struct DepartureRow {
  const char* name;
  std::string path;  ///< empty: the null path
  std::string from;  ///< the value of the field
  std::string id;    ///< the value of the field
  std::vector<std::string> recipients;
  std::vector<std::string> want;
};

const std::vector<DepartureRow>& departures() {
  static const std::vector<DepartureRow> rows = {
      {"one recipient",
       "ann@example.org",
       "Ann <ann@example.org>",
       "<1@example.org>",
       {"zoe@example.com"},
       {"day ann@example.org 20000=1", "sent ann@example.org 1@example.org=1",
        "to ann@example.org 1@example.org zoe@example.com=1", "pair ann@example.org zoe@example.com=1",
        "way-out zoe@example.com example.org=1"}},
      {"two recipients, whose case does not count",
       "Ann@Example.ORG",
       "",
       "<1@Example.org>",
       {"Zoe@EXAMPLE.com", "\"y x\"@example.com"},
       {"day ann@example.org 20000=2", "sent ann@example.org 1@Example.org=2",
        "to ann@example.org 1@Example.org zoe@example.com=1", "pair ann@example.org zoe@example.com=1",
        "to ann@example.org 1@Example.org \"y x\"@example.com=1",
        "pair ann@example.org \"y x\"@example.com=1", "way-out zoe@example.com example.org=1",
        "way-out \"y x\"@example.com example.org=1"}},
      {"a tag and a sub-address",
       "prvs=0123abcdef=ann+shop@example.org",
       "ann+x@example.org",
       "",
       {"zoe@example.com"},
       {"day ann@example.org 20000=1", "pair ann@example.org zoe@example.com=1",
        "way-out zoe@example.com example.org=1"}},
      {"another From of ours",
       "bounces@example.org",
       "News <news@example.net>, ann@example.org",
       "<1@\r\n example.org>",
       {"zoe@example.com"},
       {"day bounces@example.org 20000=1", "sent bounces@example.org 1@example.org=1",
        "to bounces@example.org 1@example.org zoe@example.com=1",
        "pair bounces@example.org zoe@example.com=1", "day news@example.net 20000=1",
        "sent news@example.net 1@example.org=1", "to news@example.net 1@example.org zoe@example.com=1",
        "pair news@example.net zoe@example.com=1", "as bounces@example.org news@example.net=1",
        "way-out zoe@example.com example.org=1", "way-out zoe@example.com example.net=1"}},
      {"another From of the same domain",
       "bounces@example.org",
       "news@example.org",
       "",
       {"zoe@example.com"},
       {"day bounces@example.org 20000=1", "pair bounces@example.org zoe@example.com=1",
        "day news@example.org 20000=1", "pair news@example.org zoe@example.com=1",
        "as bounces@example.org news@example.org=1", "way-out zoe@example.com example.org=1"}},
      {"a foreign From",
       "ann@a.example.edu",
       "bank@bank.test",
       "",
       {"zoe@example.com"},
       {"day ann@a.example.edu 20000=1", "pair ann@a.example.edu zoe@example.com=1",
        "way-out zoe@example.com a.example.edu=1"}},
      {"a foreign reverse path",
       "list@lists.test",
       "ann@example.org",
       "",
       {"zoe@example.com"},
       {"day ann@example.org 20000=1", "pair ann@example.org zoe@example.com=1",
        "way-out zoe@example.com example.org=1"}},
      {"the null path",
       "",
       "Mailer-Daemon@example.org",
       "<1@example.org>",
       {"zoe@example.com"},
       {"day mailer-daemon@example.org 20000=1", "sent mailer-daemon@example.org 1@example.org=1",
        "to mailer-daemon@example.org 1@example.org zoe@example.com=1"}},
      {"the path of a mail system",
       "MAILER-DAEMON@example.org",
       "",
       "<1@example.org>",
       {"zoe@example.com"},
       {"day mailer-daemon@example.org 20000=1", "sent mailer-daemon@example.org 1@example.org=1",
        "to mailer-daemon@example.org 1@example.org zoe@example.com=1"}},
      {"the path of a list",
       "list-bounces+zoe=example.com@example.org",
       "",
       "",
       {"zoe@example.com"},
       {"day list-bounces@example.org 20000=1"}},
      {"nobody of ours", "a@else.test", "b@else.test", "<1@else.test>", {"zoe@example.com"}, {}},
      {"a From that is none", "a@else.test", "Ann at example.org", "", {"zoe@example.com"}, {}},
      {"nobody knows to whom",
       "ann@example.org",
       "",
       "<1@example.org>",
       {},
       {"sent ann@example.org 1@example.org=1"}},
  };
  return rows;
}

class LedgerRowsTest : public testing::Test {
 protected:
  Transaction transaction(store::Direction direction, const std::string& path) const {
    Transaction transaction;
    transaction.site = &site_;
    transaction.direction = direction;
    transaction.id = "01f3";
    transaction.today = kToday;
    if (!path.empty()) transaction.mail.reverse_path = {address_of(path)};
    return transaction;
  }

  const Site site_ = site();
};

TEST_F(LedgerRowsTest, AMailThatLeavesHasRowsForItsOwners) {
  for (const auto& row : departures()) {
    auto sent = transaction(store::Direction::Outbound, row.path);
    for (const auto& one : row.recipients) sent.recipients.push_back({.given = one});
    sent.leaving = leave(sent, {.whole = {}, .from = row.from}, {});
    auto all = shown(ledger_rows_of(sent, {.message_id = row.id, .from = row.from}));
    // Its arrival comes first.
    std::erase_if(all, [](const std::string& one) {
      return one.starts_with("received") || one.starts_with("arrival") || one.starts_with("never-answered");
    });
    EXPECT_THAT(all, ElementsAreArray(row.want)) << row.name;
  }
}

// Its own bounce is still genuine, but nobody of ours wrote to the addressee.
TEST_F(LedgerRowsTest, AMailOfAProgramShowsNoWriter) {
  const RecordedHeader header{.message_id = "<1@example.org>", .from = "ann@example.org"};
  for (const bool is_read_later : {false, true}) {
    auto sent = transaction(store::Direction::Outbound, "ann@example.org");
    sent.recipients.push_back({.given = "zoe@example.com"});
    sent.leaving = leave(sent, {.whole = {}, .from = header.from}, {});
    auto marked = header;
    marked.is_never_answered = !is_read_later;
    auto rows = ledger_rows_of(sent, marked);
    if (is_read_later) rows.take_for_program();
    auto all = shown(rows);
    std::erase_if(all, [](const std::string& one) {
      return one.starts_with("received") || one.starts_with("arrival") || one.starts_with("never-answered");
    });
    EXPECT_THAT(all,
                testing::ElementsAre("day ann@example.org 20000=1", "sent ann@example.org 1@example.org=1",
                                     "to ann@example.org 1@example.org zoe@example.com=1"));
  }
}

struct ArrivalRow {
  const char* name;
  std::string path;
  std::string id;
  std::string from;
  ClientFacts client;
  bool is_never_answered;
  std::vector<std::string> want;
};

TEST_F(LedgerRowsTest, AMailThatArrivesIsKnownByTwoNamesForEachAddress) {
  const ArrivalRow rows[] = {
      {"a stranger's",
       "Zoe+x@Example.com",
       "<1@example.com>",
       "",
       {},
       false,
       {"received 01f3=32", "received zoe+x@example.com 01f3=32",
        "arrival zoe+x@example.com 1@example.com=32"}},
      {"its From is the same",
       "Zoe@example.com",
       "",
       "Zoe <zoe@EXAMPLE.com>",
       {},
       false,
       {"received 01f3=32", "received zoe@example.com 01f3=32", "arrival zoe@example.com=32"}},
      {"its From is another; what was checked differs",
       "passed@example.com",
       "<1@example.com>",
       "Zoe <failed@example.com>, a@b.test",
       {},
       false,
       {"received 01f3=32", "received passed@example.com 01f3=96",
        "arrival passed@example.com 1@example.com=96", "received failed@example.com 01f3=16",
        "arrival failed@example.com 1@example.com=16"}},
      {"ours, which came in again through another server",
       "failed@example.org",
       "<1@example.org>",
       "passed@example.org",
       {},
       false,
       {"received 01f3=32", "received failed@example.org 01f3=32",
        "arrival failed@example.org 1@example.org=32", "received passed@example.org 01f3=96",
        "arrival passed@example.org 1@example.org=96"}},
      {"the client's rights don't cover a stranger's address",
       "zoe@example.com",
       "1@example.com",
       "ann@example.org",
       {.is_trusted = true},
       false,
       {"received 01f3=128", "received zoe@example.com 01f3=32", "arrival zoe@example.com 1@example.com=32",
        "received ann@example.org 01f3=128", "arrival ann@example.org 1@example.com=128"}},
      {"no Message-ID",
       "ann@example.org",
       "",
       "",
       {.is_authenticated = true},
       true,
       {"received 01f3=192", "never-answered ann@example.org=192", "received ann@example.org 01f3=192"}},
      {"trusted, and logged in",
       "ann@example.org",
       "",
       "",
       {.is_authenticated = true, .is_trusted = true},
       false,
       {"received 01f3=192", "received ann@example.org 01f3=192", "arrival ann@example.org=192"}},
      {"of a list; it speaks for its own addresses as far as it was checked",
       "passed-bounces@lists.test",
       "<1@example.com>",
       "failed@example.com",
       {},
       true,
       {"received 01f3=32", "never-answered passed-bounces@lists.test 1@example.com=96",
        "received passed-bounces@lists.test 01f3=96", "never-answered failed@example.com 1@example.com=16",
        "received failed@example.com 01f3=16"}},
      {"the null path",
       "",
       "<1@example.com>",
       "zoe@example.com",
       {},
       false,
       {"received 01f3=32", "never-answered zoe@example.com 1@example.com=32"}},
  };
  for (const auto& row : rows) {
    auto arrived = transaction(store::Direction::Inbound, row.path);
    arrived.client = row.client;
    arrived.recipients.push_back({.given = "ann@example.org"});
    arrived.checked = [](std::string_view address) {
      if (address.starts_with("passed")) return store::Authentication::Passed;
      return address.starts_with("failed") ? store::Authentication::Failed : store::Authentication::Unknown;
    };
    const RecordedHeader header{
        .message_id = row.id, .from = row.from, .is_never_answered = row.is_never_answered};
    EXPECT_THAT(shown(ledger_rows_of(arrived, header)), ElementsAreArray(row.want)) << row.name;
  }
}

TEST_F(LedgerRowsTest, AHostOfOursIsTrustedForOurAddresses) {
  struct Row {
    const char* host;
    bool is_from_relay;
    const char* want;
  };
  const Row rows[] = {
      {"192.0.2.1", false, "received 01f3=128, received ann@example.org 01f3=128, received a@b.test 01f3=32"},
      {"192.0.2.1", true, "received 01f3=32, received ann@example.org 01f3=32, received a@b.test 01f3=32"},
      {"192.0.2.2", false, "received 01f3=32, received ann@example.org 01f3=32, received a@b.test 01f3=32"},
  };
  const DomainSettings domain{.name = "example.org",
                              .local_hosts = {net::Network::parse("192.0.2.1/32").value()}};
  for (const auto& row : rows) {
    auto arrived = transaction(store::Direction::Inbound, "ann@example.org");
    arrived.client.address = net::asio::ip::make_address(row.host);
    arrived.is_from_relay = row.is_from_relay;
    arrived.recipients.push_back({.given = "ann@example.org", .domain = &domain});
    auto all = shown(ledger_rows_of(arrived, {.from = "a@b.test"}));
    std::erase_if(all, [](const std::string& one) { return one.starts_with("arrival"); });
    EXPECT_EQ(fmt::format("{}", fmt::join(all, ", ")), row.want) << row.host << " " << row.is_from_relay;
  }
}

TEST_F(LedgerRowsTest, WithoutChecksNothingIsKnown) {
  const auto arrived = transaction(store::Direction::Inbound, "zoe@example.com");
  EXPECT_EQ(authentication_for(arrived, "zoe@example.com"), store::Authentication::Unknown);
}

// A client of ours that signed in is answered without rating what it gets back. A server of ours also
// forwards mail of others, whose sender may be forged.
TEST_F(LedgerRowsTest, AMailThatLeavesHasArrivedForOurAddresses) {
  auto sent = transaction(store::Direction::Outbound, "ann@example.org");
  sent.client.is_authenticated = true;
  sent.leaving = Leaving{.sender = "ann@example.org", .from = "zoe@example.com"};
  const auto rows = ledger_rows_of(sent, {.message_id = "<1@example.org>", .from = "zoe@example.com"});
  EXPECT_THAT(shown(rows), testing::ElementsAre("received 01f3=192", "received ann@example.org 01f3=192",
                                                "arrival ann@example.org 1@example.org=192",
                                                "sent ann@example.org 1@example.org=1"));
}

// The texts stay where they are when the rows are moved.
TEST_F(LedgerRowsTest, RowsCanBeMoved) {
  auto sent = transaction(store::Direction::Outbound, "ann@example.org");
  for (int i = 0; i < 1000; ++i) sent.recipients.push_back({.given = fmt::format("{}@example.com", i)});
  sent.leaving = Leaving{.sender = "ann@example.org", .from = "news@example.net"};
  auto rows = ledger_rows_of(sent, {.message_id = "<1@example.org>"});
  const auto before = shown(rows);
  const LedgerRows moved = std::move(rows);
  EXPECT_EQ(shown(moved), before);
  // Of the arrival; for each owner the day, the id, and two for each recipient; as; the two ways out.
  EXPECT_EQ(moved.rows().size(), 3 + 2 * (2 + 2 * 1000) + 1 + 2 * 1000);
}

}  // namespace
}  // namespace backstop::intake
