#include "service/readiness_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/folder_fixture.h"
#include "store/history_fixture.h"

namespace backstop::service {
namespace {

using std::chrono::days;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::chrono::sys_days kToday{days(20780)};

std::vector<store::DaySums> mail_until(std::chrono::sys_days last, std::uint64_t tagged, int count = 20) {
  std::vector<store::DaySums> sums;
  for (int ago = count; ago >= 0; --ago) {
    sums.push_back({.domain = "example.org", .day = last - days(ago), .counts = {}});
    sums.back().counts.left = 100;
    sums.back().counts.tag = tagged;
  }
  return sums;
}

Observations seen(std::uint64_t tagged, int count = 20) {
  return intake::observe(mail_until(kToday, tagged, count), kToday);
}

intake::DomainTable table(policy::Stage stage) {
  intake::DomainSettings domain;
  domain.name = "example.org";
  domain.stage = stage;
  return {std::vector{domain}};
}

TEST(ReadinessLines, TellWhenADomainBecomesReadyAndWhenItEnds) {
  ReadinessLines lines;
  const auto domains = table(policy::Stage::Reject);
  EXPECT_THAT(lines.update(seen(100), domains, kToday),
              ElementsAre("domain example.org: ready since 2026-11-17. Of 1400 mails, 100.0 % carried a tag; "
                          "99 % are needed."));
  EXPECT_THAT(lines.update(seen(100), domains, kToday), IsEmpty());
  EXPECT_THAT(lines.update(seen(90), domains, kToday),
              ElementsAre("domain example.org: not ready, so stage reject acts as label. Of 1400 mails, 0.0 "
                          "% carried a watermark or our DKIM signature; 99 % are needed. Of 1400 mails, 90.0 "
                          "% carried a tag; 99 % are needed."));
  EXPECT_THAT(lines.update(seen(90), domains, kToday), IsEmpty());
  EXPECT_THAT(lines.update(seen(100), domains, kToday), ElementsAre(HasSubstr("ready since")));
}

TEST(ReadinessLines, TellOnceADayWhatAStageWaitsFor) {
  ReadinessLines lines;
  const auto domains = table(policy::Stage::Quarantine);
  const auto few = seen(100, 3);
  EXPECT_THAT(lines.update(few, domains, kToday), ElementsAre(HasSubstr("stage quarantine acts as label")));
  EXPECT_THAT(lines.update(few, domains, kToday), IsEmpty());
  EXPECT_THAT(lines.update(few, domains, kToday + days(1)),
              ElementsAre(HasSubstr("Mail has left on 4 days")));
}

TEST(ReadinessLines, TellOfADomainWithoutAnyMail) {
  ReadinessLines lines;
  intake::DomainSettings below;
  below.name = "*.example.org";
  below.stage = policy::Stage::Reject;
  auto settings = std::vector{below, below};
  settings[1].name = "Example.ORG";
  EXPECT_THAT(lines.update({}, {settings}, kToday),
              ElementsAre("domain example.org: not ready, so stage reject acts as label. No mail has left "
                          "within 30 days."));
  EXPECT_THAT(lines.update({}, {settings}, kToday), IsEmpty());
  EXPECT_THAT(lines.update({}, {settings}, kToday + days(1)), ElementsAre(HasSubstr("domain example.org")));
}

TEST(ReadinessLines, TellOfADomainWhoseStageIsNew) {
  ReadinessLines lines;
  EXPECT_THAT(lines.update({}, {}, kToday), IsEmpty());
  EXPECT_THAT(lines.update({}, table(policy::Stage::Label), kToday), IsEmpty());
  EXPECT_THAT(lines.update({}, table(policy::Stage::Quarantine), kToday),
              ElementsAre(HasSubstr("stage quarantine acts as label")));
  EXPECT_THAT(lines.update({}, table(policy::Stage::Reject), kToday),
              ElementsAre(HasSubstr("stage reject acts as label")));
}

TEST(ReadinessLines, SayNothingOfOthers) {
  ReadinessLines lines;
  EXPECT_THAT(lines.update(seen(0), table(policy::Stage::Label), kToday), IsEmpty()) << "it only labels";
  EXPECT_THAT(lines.update(seen(100), {}, kToday), IsEmpty()) << "it is not ours any more";
  intake::DomainSettings declared;
  declared.name = "example.org";
  declared.stage = policy::Stage::Reject;
  declared.ready_since = kToday;
  EXPECT_THAT(lines.update(seen(0), {std::vector{declared}}, kToday), IsEmpty());
}

// The history is that of a real file; the days are those of the clock.
TEST(ReadinessWatch, KnowsTheHistoryFromItsFirstLookOn) {
  const base::TemporaryFolder folder;
  store::HistorySettings settings;
  settings.url = "sqlite:" + folder.path("history.db");
  const auto today = std::chrono::floor<days>(std::chrono::system_clock::now());
  {
    auto writer = store::open_history(settings, {});
    ASSERT_TRUE(writer) << writer.error().message;
    for (auto& sums : mail_until(today, 100)) (*writer)->add(std::move(sums));
  }
  auto site = std::make_shared<gateway::Settings>();
  site->domains = table(policy::Stage::Reject);
  intake::ReadyTable ready;
  std::vector<std::string> told;
  const ReadinessWatch watch(settings.url, site, ready,
                             [&](os::LogLevel, const std::string& line) { told.push_back(line); });
  EXPECT_TRUE(ready.find("example.org")[static_cast<std::size_t>(policy::Carried::Tag)]);
  EXPECT_THAT(told, ElementsAre(HasSubstr("domain example.org: ready since")));
}

TEST(ReadinessWatch, WithoutAFileNothingIsReady) {
  const base::TemporaryFolder folder;
  intake::ReadyTable ready;
  auto site = std::make_shared<gateway::Settings>();
  site->domains = table(policy::Stage::Reject);
  std::vector<std::string> told;
  const ReadinessWatch watch("sqlite:" + folder.path("none.db"), site, ready,
                             [&](os::LogLevel, const std::string& line) { told.push_back(line); });
  EXPECT_THAT(told, ElementsAre(HasSubstr("No mail has left within 30 days."))) << "at once";
  EXPECT_FALSE(ready.find("example.org")[static_cast<std::size_t>(policy::Carried::Tag)]);
}

TEST(LateRefusalLook, TellsOnceADay) {
  const store::SqlitePlace place;
  {
    const auto writer = store::must_open({.url = place.url()});
    for (const auto ago : {days(1), days(6), days(8)}) {
      store::Event event;
      event.time = kToday - ago;
      event.gateway = "in";
      event.direction = store::Direction::Inbound;
      event.recipients = {"zoe@example.org"};
      event.cause = store::kLateUnknown;
      store::record(*writer, std::move(event));
    }
    ASSERT_TRUE(writer->flush(store::kLong));
  }
  const auto reader = store::must_open_for_reading(place.url());
  std::vector<std::string> told;
  LateRefusalLook late([&](os::LogLevel level, const std::string& line) {
    EXPECT_EQ(level, os::LogLevel::Warning);
    told.push_back(line);
  });
  const auto domains = table(policy::Stage::Observe);
  for (const auto hour : {0, 23, 24}) late.look(*reader, domains, kToday + std::chrono::hours(hour));
  EXPECT_THAT(told, ElementsAre(HasSubstr("domain example.org: the next hop takes recipients that it later "
                                          "refuses: 2 in 7 days (gateway in)"),
                                HasSubstr("refuses: 2 in 7 days")));
  late.look(*reader, domains, kToday + days(20));
  EXPECT_EQ(told.size(), 2u);
}

}  // namespace
}  // namespace backstop::service
