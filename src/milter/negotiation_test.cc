#include "milter/negotiation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace backstop::milter {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

constexpr Wish kWish = {.needed = action::kAddHeader,
                        .actions = action::kChangeSender | action::kNameMacros,
                        .steps = step::kNoHello | step::kUnansweredHeader | step::kSkip};

struct AgreeRow {
  const char* name;
  Negotiation offered;
  Negotiation want;
};

const AgreeRow kAgreements[] = {
    {"Postfix 3.7 offers all", {6, 0x1ff, 0x1fffff}, {6, 0x141, 0x482}},
    {"a server of version 2", {2, 0x3f, 0x7f}, {2, 0x01, 0x02}},
    {"a newer server", {7, 0x1ff, 0x1fffff}, {6, 0x141, 0x482}},
    {"no steps", {6, 0x01, 0}, {6, 0x01, 0}},
};

TEST(Negotiation, TakesWhatIsOfferedOfTheWish) {
  for (const AgreeRow& row : kAgreements) {
    const auto agreed = agree(row.offered, kWish);
    ASSERT_TRUE(agreed) << row.name;
    EXPECT_EQ(*agreed, row.want) << row.name;
  }
}

TEST(Negotiation, FailsWithoutANeededAction) {
  const auto agreed = agree({6, action::kQuarantine, 0}, kWish);
  ASSERT_FALSE(agreed);
  EXPECT_THAT(agreed.error().message, HasSubstr("actions 32, needed 1"));
}

TEST(Negotiation, FailsWithAnOldServer) {
  const auto agreed = agree({1, 0x3f, 0x3f}, kWish);
  ASSERT_FALSE(agreed);
  EXPECT_THAT(agreed.error().message, HasSubstr("version 1"));
}

TEST(Negotiation, IsRead) {
  const auto read = parse_negotiation("\0\0\0\6\0\0\1\xff\0\x1f\xff\xff"s);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, (Negotiation{6, 0x1ff, 0x1fffff}));
  const auto cut = parse_negotiation("\0\0\0\6\0\0\1\xff\0\x1f\xff"s);
  ASSERT_FALSE(cut);
  EXPECT_THAT(cut.error().message, HasSubstr("11 octets; it must have 12"));
}

TEST(Negotiation, NamesMacrosOnlyIfTheyMayBeNamed) {
  const MacroWish macros[] = {{2, "{auth_authen}"}, {5, "i"}};
  std::string out;
  append_negotiation({6, action::kNameMacros, 0}, macros, out);
  EXPECT_EQ(out, "\0\0\0\x25O\0\0\0\6\0\0\1\0\0\0\0\0\0\0\0\2{auth_authen}\0\0\0\0\5i\0"s);
  out.clear();
  append_negotiation({6, action::kAddHeader, 0}, macros, out);
  EXPECT_EQ(out, "\0\0\0\rO\0\0\0\6\0\0\0\1\0\0\0\0"s);
}

TEST(Negotiation, SaysWhichPacketsAreAnswered) {
  const Negotiation none{6, 0, 0};
  for (const char letter : "CHMRTLNBEUO"s) EXPECT_TRUE(is_answered(none, letter)) << letter;
  for (const char letter : "ADQK"s) EXPECT_FALSE(is_answered(none, letter)) << letter;
  const Negotiation all{6, 0, 0xfffff};
  for (const char letter : "CHMRTLNBUADQK"s) EXPECT_FALSE(is_answered(all, letter)) << letter;
  for (const char letter : "EO"s) EXPECT_TRUE(is_answered(all, letter)) << letter;
  const Negotiation header{6, 0, step::kUnansweredHeader};
  EXPECT_FALSE(is_answered(header, 'L'));
  EXPECT_TRUE(is_answered(header, 'N'));
}

}  // namespace
}  // namespace backstop::milter
