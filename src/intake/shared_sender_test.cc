#include "intake/shared_sender.h"

#include <gtest/gtest.h>

#include <vector>

namespace backstop::intake {
namespace {

struct Row {
  std::string_view mechanism;
  bool want;
};

constexpr Row kRows[] = {
    {"include:spf.protection.outlook.com", true},
    {"include:SPF.Protection.Outlook.COM.", true},
    {"+include:_spf.google.com", true},
    {"include:%{ir}.%{v}.%{d}.spf.has.pphosted.com", true},
    {"include:amazonses.com", true},
    {"include:spf.own.example", true},
    {"include:a.spf.own.example", true},
    {"include:notspf.own.example", false},
    {"include:notamazonses.com", false},
    {"include:amazonses.com.evil.example", false},
    {"a:mail.example.net/24", false},
    {"mx", false},
    {"-all", false},
    {"default", false},
    {"include:", false},
    {"", false},
};

TEST(SharedSender, IsKnownByTheTermThatPassed) {
  const std::vector<std::string> more = {"SPF.own.example"};
  for (const auto& row : kRows) EXPECT_EQ(is_shared_sender(row.mechanism, more), row.want) << row.mechanism;
  EXPECT_FALSE(is_shared_sender("include:spf.own.example", {}));
}

}  // namespace
}  // namespace backstop::intake
