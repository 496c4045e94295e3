#include "report/quarantine_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <cstdlib>

namespace backstop::report {
namespace {

using std::chrono::hours;
using testing::HasSubstr;
using testing::Not;

class QuarantinePageTest : public testing::Test {
 protected:
  QuarantinePageTest() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    kept_.message = "Subject: Undelivered\r\n\tmail \x1b[2J\r\n\r\nBody\r\n";
    kept_.envelope = {.id = "1f",
                      .time = std::chrono::sys_days(std::chrono::year(2026) / 11 / 30),
                      .gateway = "in",
                      .client = "[192.0.2.1]",
                      .recipients = {"bob@example.org", "ann@example.org"},
                      .kind = "dsn-failed",
                      .cause = "missing",
                      .explanation = "Nothing proves it",
                      .reporting_mta = "mx\x1b.test",
                      .size = kept_.message.size()};
  }

  store::KeptResponse kept_;
};

TEST_F(QuarantinePageTest, ATable) {
  EXPECT_EQ(
      quarantine_table(std::span(&kept_.envelope, 1), hours(14 * 24)),
      "ID  KEPT                     UNTIL       TO                  CAUSE                FROM HOST\n"
      "1f  2026-11-30 00:00:00 UTC  2026-12-14  bob@example.org +1  dsn-failed, missing  mx\uFFFD.test\n");
}

TEST_F(QuarantinePageTest, APageEndsWithTheHeader) {
  const auto page = quarantine_page(kept_, hours(14 * 24));
  EXPECT_THAT(page, HasSubstr("bob@example.org, ann@example.org\n"));
  EXPECT_THAT(page, HasSubstr("missing: Nothing proves it\n"));
  EXPECT_THAT(page, HasSubstr("2026-11-30 00:00:00 UTC\n"));
  EXPECT_THAT(page, HasSubstr("2026-12-14 00:00:00 UTC\n"));
  EXPECT_TRUE(page.ends_with("\nSubject: Undelivered\n mail \uFFFD[2J\n")) << page;
  EXPECT_THAT(page, Not(HasSubstr("Body")));
}

TEST_F(QuarantinePageTest, Json) {
  EXPECT_THAT(boost::json::serialize(to_json(kept_.envelope, hours(24))),
              HasSubstr(R"("time":"2026-11-30T00:00:00.000Z","until":"2026-12-01T00:00:00.000Z")"));
}

}  // namespace
}  // namespace backstop::report
