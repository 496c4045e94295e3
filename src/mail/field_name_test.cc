#include "mail/field_name.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/text.h"

namespace backstop::mail {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return out;
}

TEST(FieldName, EveryNameIsFoundInAnyCase) {
  for (std::size_t i = 1; i < kFieldNames.size(); ++i) {
    const std::string name(kFieldNames[i]);
    const auto want = static_cast<FieldName>(i);
    EXPECT_EQ(field_name(name), want) << name;
    EXPECT_EQ(field_name(base::to_lower(name)), want) << name;
    EXPECT_EQ(field_name(upper(name)), want) << name;
  }
}

TEST(FieldName, NamesAreDifferent) {
  std::set<std::string> names;
  for (const auto name : kFieldNames) EXPECT_TRUE(names.insert(base::to_lower(name)).second) << name;
}

TEST(FieldName, EveryOtherNameIsOther) {
  EXPECT_EQ(field_name(""), FieldName::Other);
  EXPECT_EQ(field_name("X"), FieldName::Other);
  EXPECT_EQ(field_name(std::string(5000, 'X')), FieldName::Other);
  for (std::size_t i = 1; i < kFieldNames.size(); ++i) {
    const std::string name(kFieldNames[i]);
    EXPECT_EQ(field_name(name + "s"), FieldName::Other) << name;
    for (std::size_t at = 0; at < name.size(); ++at) {
      std::string wrong = name;
      wrong[at] = '_';
      EXPECT_EQ(field_name(wrong), FieldName::Other) << wrong;
      // A byte that differs from the right one only by the bit that folds case.
      wrong[at] = static_cast<char>(name[at] & ~0x20);
      if (!base::is_alpha(name[at])) EXPECT_EQ(field_name(wrong), FieldName::Other) << name << at;
    }
  }
}

}  // namespace
}  // namespace backstop::mail
