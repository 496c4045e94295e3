#include "setup/milter_lists.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace backstop::setup {
namespace {

constexpr std::string_view kMilter = "{ unix:backstop/milter.sock, default_action=accept }";
constexpr std::string_view kInternal = "{ unix:backstop/internal.sock, default_action=accept }";

struct Row {
  std::string_view name;
  std::string before;
  std::string want;
};

std::vector<Row> rows() {
  const std::string milter(kMilter);
  const std::string internal(kInternal);
  return {
      {"nothing is set", "a = b\n",
       "a = b\nsmtpd_milters = " + milter + "\nnon_smtpd_milters = " + internal +
           "\ninternal_mail_filter_classes = bounce\n"},
      {"a signer", "smtpd_milters = inet:localhost:8891\nnon_smtpd_milters = inet:localhost:8891\n",
       "smtpd_milters = " + milter + ", inet:localhost:8891\nnon_smtpd_milters = " + internal +
           ", inet:localhost:8891\ninternal_mail_filter_classes = bounce\n"},
      {"a reference to the other list",
       "smtpd_milters = inet:localhost:8891,\n  # rspamd\n  inet:localhost:11332\nnon_smtpd_milters = "
       "$smtpd_milters\ninternal_mail_filter_classes = notify\n",
       "smtpd_milters = " + milter +
           ", inet:localhost:8891,\n  # rspamd\n  inet:localhost:11332\nnon_smtpd_milters = " + internal +
           ", inet:localhost:8891, inet:localhost:11332\ninternal_mail_filter_classes = bounce, notify\n"},
      {"a reference the other way, in braces",
       "non_smtpd_milters = { unix:a, x=y }\nsmtpd_milters = "
       "${non_smtpd_milters} b\ninternal_mail_filter_classes =\n",
       "non_smtpd_milters = " + internal + ", { unix:a, x=y }\nsmtpd_milters = " + milter +
           ", { unix:a, x=y }, b\ninternal_mail_filter_classes = bounce\n"},
      {"a reference to a list that is empty", "smtpd_milters =\nnon_smtpd_milters = $smtpd_milters\n",
       "smtpd_milters = " + milter + "\nnon_smtpd_milters = " + internal +
           "\ninternal_mail_filter_classes = bounce\n"},
      {"a reference to a parameter of the person", "mine = inet:a:1\nsmtpd_milters = $mine\n",
       "mine = inet:a:1\nsmtpd_milters = " + milter + ", $mine\nnon_smtpd_milters = " + internal +
           "\ninternal_mail_filter_classes = bounce\n"},
  };
}

TEST(MilterLists, AddsOursAndTakesItOutAgain) {
  for (const auto& row : rows()) {
    const auto edit = add_to_lists(row.before);
    EXPECT_EQ(edit.text, row.want) << row.name;
    EXPECT_EQ(edit.changes.size(), 3U) << row.name;
    EXPECT_TRUE(add_to_lists(edit.text).changes.empty()) << row.name;
    EXPECT_EQ(take_out_of_lists(edit.text, edit.changes), row.before) << row.name;
  }
}

TEST(MilterLists, TakesOutWhatItAddedAndNothingElse) {
  const auto edit = add_to_lists("smtpd_milters = a\nnon_smtpd_milters = $smtpd_milters\n");
  std::string changed = edit.text;
  changed.replace(changed.find(", a\n"), 4, ", a, b\n");
  changed += "c = d\n";
  changed.replace(changed.rfind(", a\n"), 4, ", a, e\n");
  EXPECT_EQ(take_out_of_lists(changed, edit.changes),
            "smtpd_milters = a, b\nnon_smtpd_milters = a, e\nc = d\n");
  EXPECT_EQ(take_out_of_lists("a = b\n", edit.changes), "a = b\n");
}

TEST(MilterLists, LeavesOneOfThePersonAlone) {
  const std::string text = "internal_mail_filter_classes = bounce\n";
  const auto edit = add_to_lists(text);
  EXPECT_EQ(edit.changes.size(), 2U);
  EXPECT_EQ(take_out_of_lists(edit.text, edit.changes), text);
}

TEST(MilterLists, SaysWhatIsWrongAsPostfixExpandsIt) {
  const auto& smtpd = kAdditions[0];
  EXPECT_EQ(why_wrong(smtpd, "{ unix:backstop/milter.sock, default_action=accept }, a"), "");
  EXPECT_EQ(why_wrong(smtpd, "a"), "smtpd_milters would have unix:backstop/milter.sock 0 times");
  EXPECT_NE(why_wrong(smtpd, "unix:backstop/milter.sock, unix:backstop/internal.sock"), "");
  EXPECT_NE(why_wrong(smtpd, "unix:backstop/milter.sock unix:backstop/milter.sock"), "");
}

}  // namespace
}  // namespace backstop::setup
