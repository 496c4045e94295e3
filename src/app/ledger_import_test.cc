#include "app/ledger_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/ledger_fixture.h"

namespace backstop::app {
namespace {

using std::chrono::days;
using store::kNoon;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kAnn = "ann@example.org";
constexpr std::string_view kId = "1@example.org";

class LedgerImportTest : public testing::Test {
 protected:
  LedgerImportTest() {
    store::set_clock(kNoon);
    site_.domains = {{.name = "example.org"}};
    settings_ = {.url = place_.url(), .use = store::LedgerUse::Import, .clock = store::ledger_test_clock};
    ledger_ = store::must_open(settings_);
  }

  ImportCounts import(const std::vector<mailbox::SentMail>& mails) {
    LedgerImport into(*ledger_, settings_, site_, kNoon, {}, [](std::uint64_t, bool) {});
    for (const auto& mail : mails) into.sent(mail);
    return into.counts();
  }
  std::uint32_t ask(const store::RowKey& key) { return store::ask(*ledger_, key); }

  store::SqliteLedgerPlace place_;
  intake::Site site_;
  store::LedgerSettings settings_;
  std::unique_ptr<store::LedgerWriter> ledger_;
};

mailbox::SentMail mail(std::string sender, std::string id, std::vector<std::string> recipients = {},
                       store::LedgerTime time = kNoon) {
  mailbox::SentMail mail;
  mail.time = time;
  mail.sender = std::move(sender);
  mail.recipients = std::move(recipients);
  mail.message_id = std::move(id);
  return mail;
}

TEST_F(LedgerImportTest, AMailOfOursIsAsIfItLeftThroughTheGateway) {
  const auto counts = import({mail("prvs=0123abcdef=Ann@example.org", "1@example.org",
                                   {"Zoe@example.com", "yves@example.com"}, kNoon - days(3))});
  EXPECT_EQ(counts, (ImportCounts{.recorded = 1, .recipients = 2}));
  EXPECT_EQ(ask(store::sent_id(kAnn, kId)), 2);
  EXPECT_EQ(ask(store::sent_to(kAnn, kId, "zoe@example.com")), 1);
  EXPECT_EQ(ask(store::pair(kAnn, "yves@example.com")), 1);
  EXPECT_EQ(ask(store::way_out("example.org", "zoe@example.com")), 1);
  EXPECT_EQ(ask(store::recipients_on(kAnn, std::chrono::floor<days>(kNoon) - days(3))), 2);
  EXPECT_EQ(ask(store::recipients_on(kAnn, std::chrono::floor<days>(kNoon))), 0);
}

TEST_F(LedgerImportTest, AListWritesToNobody) {
  const std::string list = "list-bounces@example.org";
  import({mail(list, "1@example.org", {"zoe@example.com"})});
  EXPECT_EQ(ask(store::sent_to(list, kId, "zoe@example.com")), 1);
  EXPECT_EQ(ask(store::pair(list, "zoe@example.com")), 0);
  EXPECT_EQ(ask(store::way_out("example.org", "zoe@example.com")), 0);
}

TEST_F(LedgerImportTest, OthersAreCountedAndPassedOver) {
  const struct {
    const char* name;
    mailbox::SentMail mail;
    ImportCounts want;
    bool want_id;
  } rows[] = {
      {"a foreign sender",
       mail("zoe@example.com", "1@example.org", {"ann@example.org"}),
       {.foreign = 1},
       false},
      {"a sender without a domain",
       mail("root", "1@example.org", {"zoe@example.com"}),
       {.foreign = 1},
       false},
      {"to ours alone, as anybody sends it",
       mail("ann@example.org", "1@example.org", {"ben@example.org"}),
       {.internal = 1},
       false},
      {"to ours and to others",
       mail("ann@example.org", "1@example.org", {"ben@example.org", "zoe@example.com"}),
       {.recorded = 1, .recipients = 1},
       true},
      {"no id", mail("ann@example.org", "", {"zoe@example.com"}), {.recorded = 1, .recipients = 1}, false},
      {"as old as it may be",
       mail("ann@example.org", "1@example.org", {"zoe@example.com"}, kNoon - days(30)),
       {.recorded = 1, .recipients = 1},
       true},
      {"a day older",
       mail("ann@example.org", "1@example.org", {"zoe@example.com"}, kNoon - days(31)),
       {.too_old = 1},
       false},
  };
  for (const auto& row : rows) {
    ledger_.reset();
    place_.remove();
    ledger_ = store::must_open(settings_);
    EXPECT_EQ(import({row.mail}), row.want) << row.name;
    EXPECT_EQ(ask(store::sent_id(kAnn, kId)), row.want_id ? 1 : 0) << row.name;
  }
}

TEST_F(LedgerImportTest, AListMayKnowWhoSentAnId) {
  EXPECT_EQ(import({mail("", "1@example.org"), mail("ann@example.org", "2@example.org"),
                    mail("zoe@example.com", "3@example.com")}),
            (ImportCounts{.recorded = 1, .ids = 1, .foreign = 1}));
  EXPECT_EQ(ask(store::imported_id(kId)), 1);
  EXPECT_EQ(ask(store::sent_id(kAnn, kId)), 0);
  EXPECT_EQ(ask(store::sent_id(kAnn, "2@example.org")), 1);
  EXPECT_EQ(ask(store::imported_id("2@example.org")), 0);
}

// More than the ledger's buffer takes at once.
TEST_F(LedgerImportTest, NothingIsLostThatComesFast) {
  LedgerImport into(*ledger_, settings_, site_, kNoon, {}, [](std::uint64_t, bool) {});
  const std::vector<std::string> recipients(1000, "zoe@example.com");
  for (int i = 0; i < 400; ++i)
    into.sent(mail("ann@example.org", std::to_string(i) + "@example.org", recipients));
  EXPECT_EQ(ledger_->counters().lost, 0);
  EXPECT_GT(ledger_->counters().recorded, settings_.buffer);
  EXPECT_TRUE(ledger_->flush(store::kLong));
  EXPECT_EQ(ask(store::sent_id(kAnn, "399@example.org")), 1000);
}

TEST(ImportPage, SaysWhatWasPassedOverAndWhy) {
  EXPECT_EQ(
      import_page({.lines = 1}, {}),
      "Read 1 line.\nRecorded:\n  0 mails of our domains, to 0 recipients\n"
      "No line of it is about a mail: is it a log of Postfix (--postfix-log) or of Exim (--exim-log)?\n");
  EXPECT_EQ(import_page({.lines = 20, .foreign_lines = 1, .null_senders = 2},
                        {.recorded = 1, .recipients = 1, .ids = 3, .foreign = 4, .too_old = 1}),
            "Read 20 lines.\nRecorded:\n  1 mail of our domains, to 1 recipient\n"
            "  3 Message-IDs without a sender\nPassed over, or known in part:\n"
            "  4 mails whose sender is of no domain of ours\n"
            "  1 mail that is older than the ledger keeps ids\n"
            "  2 bounces and other notices, which have no sender\n"
            "  1 line that is of no such log\n");
  EXPECT_THAT(import_page({.lines = 1}, {.ids = 1}), Not(HasSubstr("mails of our domains")));
}

}  // namespace
}  // namespace backstop::app
