#include "report/declared_ready.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace backstop::report {
namespace {

using std::chrono::days;

constexpr std::chrono::sys_days kToday{days(20780)};  // 2026-11-23

struct Left {
  int ago;
  std::uint64_t left;
  std::uint64_t tag;
};

struct Row {
  const char* name;
  policy::Stage stage;
  std::optional<int> ready_ago;  ///< days since `ready`; nullopt: observed
  bool has_tags;
  std::vector<Left> mail;
  std::string want;
};

intake::Site site_of(const Row& row) {
  intake::Site site;
  site.has_tags = row.has_tags;
  static_cast<void>(site.keys.add(
      {.number = 0, .use = origin::KeyUse::Sign, .created = kToday, .secret = "a secret of the test"}));
  intake::DomainSettings domain{.name = "example.org", .stage = row.stage};
  if (row.ready_ago) domain.ready_since = kToday - days(*row.ready_ago);
  site.domains.push_back(domain);
  return site;
}

TEST(DeclaredReady, IsHeldAgainstWhatLeft) {
  using enum policy::Stage;
  const std::string kWarning =
      "domain example.org: it is declared to be ready since 2026-11-23, but 8 of the 10 mails that left "
      "since "
      "2026-11-09 carried no tag; their bounces may be refused. Declare a day that is 14 days after mail "
      "began "
      "to carry it";
  const Row rows[] = {
      {"tags turned on today", Reject, 0, true, {{1, 5, 0}, {0, 5, 2}}, kWarning},
      {"at the stage quarantine", Quarantine, 0, true, {{14, 5, 0}, {0, 5, 2}}, kWarning},
      {"at the stage label", Label, 0, true, {{1, 5, 0}, {0, 5, 2}}, ""},
      {"observed", Reject, std::nullopt, true, {{1, 5, 0}}, ""},
      {"tags are off", Reject, 0, false, {{1, 5, 0}}, ""},
      {"nothing left", Reject, 0, true, {}, ""},
      {"all carried tags", Reject, 0, true, {{3, 5, 5}}, ""},
      {"99 of 100 did", Reject, 0, true, {{3, 100, 99}}, ""},
      {"too long ago", Reject, 0, true, {{15, 5, 0}, {2, 5, 5}}, ""},
      {"two weeks ahead", Reject, -15, true, {{0, 5, 0}}, ""},
  };
  for (const auto& row : rows) {
    std::vector<store::DaySums> sums;
    for (const auto& one : row.mail) {
      sums.push_back({.domain = "example.org",
                      .day = kToday - days(one.ago),
                      .counts = {.left = one.left, .tag = one.tag}});
    }
    EXPECT_EQ(fmt::format("{}", fmt::join(declared_lines(site_of(row), sums, kToday), "\n")), row.want)
        << row.name;
  }
}

}  // namespace
}  // namespace backstop::report
