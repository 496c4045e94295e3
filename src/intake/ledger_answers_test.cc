#include "intake/ledger_answers.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/ledger_fixture.h"

namespace backstop::intake {
namespace {

using std::chrono::days;
using store::Row;

constexpr std::string_view kAnn = "ann@example.org";
constexpr std::string_view kBen = "ben@example.org";
const std::string kFirst = "1@example.org";
const std::string kSecond = "2@example.org";
const std::string kZoe = "zoe@example.com";
const std::string kYves = "yves@example.com";
const std::vector<std::string> kAddressees = {kYves, kZoe};
const std::vector<std::string> kFroms = {"news@example.org", "info@example.org"};
const auto kDay = std::chrono::floor<days>(store::kNoon);

/// "1@example.org 3 zoe@example.com, 2@example.org imported; as news@example.org; author; 7 recipients"
std::string shown(const OwnerAnswers& answers) {
  std::string text;
  for (const auto& id : answers.ids) {
    if (!id.is_recorded()) continue;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", id.message_id);
    if (id.recipients > 0) text += fmt::format(" {}", id.recipients);
    if (id.is_imported) text += " imported";
    for (const auto& addressee : id.addressees) text += " " + addressee;
  }
  for (const auto& from : answers.admitted) text += "; as " + from;
  if (answers.is_author_known) text += "; author";
  if (answers.recipients > 0) text += fmt::format("; {} recipients", answers.recipients);
  return text;
}

class LedgerAnswersTest : public testing::Test {
 protected:
  LedgerAnswersTest() { store::set_clock(store::kNoon); }

  std::unique_ptr<store::LedgerWriter> open() const {
    return store::must_open(
        {.url = place_.url(), .batch = std::chrono::milliseconds(1), .clock = store::ledger_test_clock});
  }

  store::SqliteLedgerPlace place_;
};

response::Response response_of(std::vector<std::string> ids, std::string author = "Zoe@EXAMPLE.com") {
  response::Response response;
  response.kind = response::Kind::AutoReply;
  response.answered_ids = std::move(ids);
  response.author = std::move(author);
  return response;
}

struct AnswerRow {
  const char* name;
  std::vector<Row> recorded;
  std::string want_ann;
  std::string want_ben;
};

TEST_F(LedgerAnswersTest, EachKindOfAnswerIsOfItsOwner) {
  const AnswerRow rows[] = {
      {"nothing", {}, "", ""},
      {"an id", {{store::sent_id(kAnn, kFirst), 3}}, "1@example.org 3", ""},
      {"the second id", {{store::sent_id(kBen, kSecond), 1}}, "", "2@example.org 1"},
      {"an id that isn't answered", {{store::sent_id(kAnn, "3@example.org"), 1}}, "", ""},
      {"an imported id is anybody's",
       {{store::imported_id(kSecond)}},
       "2@example.org imported",
       "2@example.org imported"},
      {"an addressee",
       {{store::sent_id(kAnn, kFirst), 2}, {store::sent_to(kAnn, kFirst, kZoe)}},
       "1@example.org 2 zoe@example.com",
       ""},
      {"both addressees",
       {{store::sent_id(kAnn, kSecond), 2},
        {store::sent_to(kAnn, kSecond, kZoe)},
        {store::sent_to(kAnn, kSecond, kYves)}},
       "2@example.org 2 yves@example.com zoe@example.com",
       ""},
      {"an addressee who isn't claimed",
       {{store::sent_id(kAnn, kFirst), 1}, {store::sent_to(kAnn, kFirst, "xeno@example.com")}},
       "1@example.org 1",
       ""},
      {"a From",
       {{store::sent_as(kBen, kFroms[1])}, {store::sent_as(kAnn, "other@example.org")}},
       "",
       "; as info@example.org"},
      {"the author", {{store::pair(kAnn, kZoe)}, {store::pair(kBen, kYves)}}, "; author", ""},
      {"the day",
       {{store::recipients_on(kAnn, kDay), 7}, {store::recipients_on(kBen, kDay - days(2)), 5}},
       "; 7 recipients",
       ""},
  };
  for (const auto& row : rows) {
    place_.remove();
    const auto ledger = open();
    ledger->record(row.recorded);
    const OwnerQuestion owners[] = {{.owner = kAnn, .froms = kFroms, .day = kDay},
                                    {.owner = kBen, .froms = kFroms, .day = kDay - days(1)}};
    const auto response = response_of({kFirst, kSecond});
    const auto answers = store::run(ask_ledger(*ledger, response, kAddressees, owners));
    ASSERT_TRUE(answers) << answers.error().message;
    ASSERT_EQ(answers->owners.size(), 2);
    EXPECT_EQ(shown(answers->owners[0]), row.want_ann) << row.name;
    EXPECT_EQ(shown(answers->owners[1]), row.want_ben) << row.name;
    EXPECT_EQ(answers->owners[0].ids.size(), 2) << row.name;
    EXPECT_EQ(answers->covered_since, store::kNoon) << row.name;
    EXPECT_FALSE(answers->are_ids_dropped) << row.name;
  }
}

TEST_F(LedgerAnswersTest, AResponseMayNameNothing) {
  const auto ledger = open();
  ledger->record(std::vector{Row{store::pair(kAnn, "")}, Row{store::pair(kAnn, "nobody")}});
  const OwnerQuestion owners[] = {{.owner = kAnn, .day = kDay}};
  for (const char* const author : {"", "nobody"}) {
    const auto response = response_of({}, author);
    const auto answers = store::run(ask_ledger(*ledger, response, {}, owners));
    ASSERT_TRUE(answers) << answers.error().message;
    EXPECT_EQ(shown(answers->owners[0]), "") << author;
  }
  const auto response = response_of({kFirst});
  const auto answers = store::run(ask_ledger(*ledger, response, kAddressees, {}));
  ASSERT_TRUE(answers) << answers.error().message;
  EXPECT_TRUE(answers->owners.empty());
}

struct CapRow {
  const char* name;
  std::size_t owners;
  std::size_t ids;
  std::size_t addressees;
  bool want_last_id;         ///< the last id of the last owner is answered, so none is dropped
  bool want_last_addressee;  ///< the last addressee of that id is
};

std::vector<std::string> numbered(std::size_t count, std::string_view form) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(fmt::format(fmt::runtime(form), i));
  return all;
}

// Beside ids and addressees, each owner has one question: that of the day.
TEST_F(LedgerAnswersTest, QuestionsPastTheCapAreDropped) {
  const CapRow rows[] = {
      {"at the cap", 1, 1, 997, true, true},
      {"one past it", 1, 1, 998, true, false},
      {"each id, and no more", 49, 20, 1, true, false},
      {"ids past it", 50, 20, 1, false, false},
  };
  for (const auto& row : rows) {
    place_.remove();
    const auto ledger = open();
    const auto ids = numbered(row.ids, "id{}@example.org");
    const auto names = numbered(row.owners, "owner{}@example.org");
    const auto addressees = numbered(row.addressees, "{}@example.com");
    std::vector<OwnerQuestion> owners;
    for (const auto& name : names) owners.push_back({.owner = name, .day = kDay});
    ledger->record(std::vector{Row{store::sent_id(names.back(), ids.back())},
                               Row{store::sent_to(names.back(), ids.back(), addressees.back())}});
    const auto response = response_of(ids, "");
    const auto answers = store::run(ask_ledger(*ledger, response, addressees, owners));
    ASSERT_TRUE(answers) << answers.error().message;
    EXPECT_EQ(answers->are_ids_dropped, !row.want_last_id) << row.name;
    const auto& last = answers->owners.back().ids.back();
    EXPECT_EQ(last.is_recorded(), row.want_last_id) << row.name;
    EXPECT_EQ(last.addressees.size(), row.want_last_addressee ? 1 : 0) << row.name;
  }
}

class BrokenLedger : public store::LedgerReader {
 public:
  net::Task<base::Result<std::vector<std::uint32_t>>> look_up(std::span<const store::RowKey>) override {
    co_return std::unexpected(base::Error{"the disk is gone"});
  }
  std::optional<store::LedgerTime> covered_since() const override { return std::nullopt; }
  base::Result<store::LedgerStats> stats() override { return {}; }
};

TEST_F(LedgerAnswersTest, ALedgerThatFailsIsAnError) {
  BrokenLedger ledger;
  const OwnerQuestion owners[] = {{.owner = kAnn, .day = kDay}};
  const auto response = response_of({kFirst});
  const auto answers = store::run(ask_ledger(ledger, response, kAddressees, owners));
  ASSERT_FALSE(answers);
  EXPECT_EQ(answers.error().message, "the disk is gone");
}

}  // namespace
}  // namespace backstop::intake
