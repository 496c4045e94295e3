// What must hold for every row of the sign tables, so that a new row can't do harm.
#include "response/signs.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/text.h"

namespace backstop::response {

// Names a row in the message of a failing test.
void PrintTo(const Sign& sign, std::ostream* out) {
  *out << name(sign.kind) << " / " << sign.product << " / zone " << static_cast<int>(sign.zone) << " / \""
       << sign.phrase << "\"";
}

namespace {

struct Table {
  std::string_view name;
  std::span<const Sign> signs;
  Kind want_kind;
};

std::vector<Table> tables() {
  return {{"auto-reply", auto_reply_signs(), Kind::AutoReply},
          {"acknowledgement", acknowledgement_signs(), Kind::AutoReply},
          {"challenge", challenge_signs(), Kind::Challenge},
          {"filter-notice", filter_notice_signs(), Kind::FilterNotice},
          {"list-notice", list_notice_signs(), Kind::ListNotice},
          {"receipt", receipt_signs(), Kind::Mdn},
          {"machine", machine_signs(), Kind::None}};
}

std::vector<Sign> all_signs() {
  std::vector<Sign> all;
  for (const Table& table : tables()) all.insert(all.end(), table.signs.begin(), table.signs.end());
  return all;
}

bool is_machine_mark(const Sign& sign) {
  return sign.strength == Strength::MachineMark || sign.strength == Strength::MachineMarkOffList;
}
bool is_subject(Zone zone) {
  return zone == Zone::Subject || zone == Zone::SubjectStart || zone == Zone::SubjectFirst;
}

TEST(Signs, EachTableHoldsItsKindAndNamesTheProduct) {
  for (const Table& table : tables()) {
    EXPECT_GT(table.signs.size(), 20U) << table.name;
    for (const Sign& sign : table.signs) {
      EXPECT_EQ(sign.kind, is_machine_mark(sign) ? Kind::None : table.want_kind)
          << testing::PrintToString(sign);
      EXPECT_FALSE(sign.product.empty()) << testing::PrintToString(sign);
    }
  }
}

TEST(Signs, PhrasesAreLiteralsThatCanMatch) {
  for (const Sign& sign : all_signs()) {
    const std::string row = testing::PrintToString(sign);
    EXPECT_EQ(sign.phrase, base::to_lower(sign.phrase)) << row;
    EXPECT_TRUE(base::is_utf8(sign.phrase)) << row;
    // White space is single spaces in the zones.
    EXPECT_EQ(sign.phrase.find("  "), std::string_view::npos) << row;
    EXPECT_EQ(sign.phrase.find_first_of("\t\r\n"), std::string_view::npos) << row;
    // Hidden characters are removed from the zones.
    std::string folded(sign.phrase);
    base::fold_hidden(folded);
    EXPECT_EQ(sign.phrase, folded) << row;
    if (sign.zone == Zone::SubjectFirst) EXPECT_FALSE(sign.phrase.starts_with(' ')) << row;
  }
}

TEST(Signs, AFieldRowHasItsFieldAndNoOtherRowHasOne) {
  for (const Sign& sign : all_signs()) {
    EXPECT_EQ(sign.zone == Zone::Field, sign.field != mail::FieldName::Other) << testing::PrintToString(sign);
    if (sign.zone != Zone::Field) EXPECT_GE(sign.phrase.size(), 4U) << testing::PrintToString(sign);
  }
}

TEST(Signs, NoRowDecidesByTooLittle) {
  for (const Sign& sign : all_signs()) {
    const std::string row = testing::PrintToString(sign);
    if (sign.strength != Strength::Decides) continue;
    // The candidate test sees only the header.
    EXPECT_NE(sign.zone, Zone::Body) << row;
    if (sign.zone != Zone::Field) EXPECT_GE(sign.phrase.size(), 6U) << row;
    // A subject alone never makes an auto-reply.
    if (sign.kind == Kind::AutoReply) EXPECT_FALSE(is_subject(sign.zone)) << row;
  }
}

// Spam copies the fields of challenges, and shops write "Precedence: auto_reply".
TEST(Signs, NoChallengeAndNoPrecedenceDecidesByItsFieldAlone) {
  int seen = 0;
  for (const Sign& sign : all_signs()) {
    const bool is_challenge_field = sign.kind == Kind::Challenge && sign.zone == Zone::Field;
    const bool is_precedence = sign.field == mail::FieldName::Precedence ||
                               sign.field == mail::FieldName::XPrecedence ||
                               sign.field == mail::FieldName::Preference;
    if (!is_challenge_field && !is_precedence) continue;
    ++seen;
    EXPECT_NE(sign.strength, Strength::Decides) << testing::PrintToString(sign);
  }
  EXPECT_GT(seen, 10);
}

TEST(Signs, APersonsUnsubscribeRequestIsNoMark) {
  for (const Sign& sign : all_signs()) {
    EXPECT_NE(sign.field, mail::FieldName::XAppleUnsubscribe) << testing::PrintToString(sign);
  }
}

TEST(Signs, AskingOthersNotToAnswerIsNoMark) {
  for (const Sign& sign : all_signs()) {
    EXPECT_NE(sign.field, mail::FieldName::XAutoResponseSuppress) << testing::PrintToString(sign);
  }
}

TEST(Signs, NoRowIsListedTwice) {
  std::set<std::tuple<Zone, mail::FieldName, std::string_view, Strength, std::string_view>> seen;
  for (const Sign& sign : all_signs()) {
    // A phrase may be part of pairs of several products.
    const std::string_view product = sign.strength == Strength::InPair ? sign.product : "";
    EXPECT_TRUE(seen.emplace(sign.zone, sign.field, sign.phrase, sign.strength, product).second)
        << testing::PrintToString(sign);
  }
}

// An InPair row needs a partner in another zone; that of a receipt may be in any language.
TEST(Signs, EveryPairHasItsPartner) {
  const std::vector<Sign> all = all_signs();
  for (const Sign& sign : all) {
    if (sign.strength != Strength::InPair) continue;
    bool has_partner = false;
    for (const Sign& other : all) {
      has_partner = has_partner || (other.strength == Strength::InPair &&
                                    (other.product == sign.product || sign.kind == Kind::Mdn) &&
                                    other.kind == sign.kind && other.zone != sign.zone);
    }
    EXPECT_TRUE(has_partner) << testing::PrintToString(sign);
  }
}

}  // namespace
}  // namespace backstop::response
