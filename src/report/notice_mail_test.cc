#include "report/notice_mail.h"

#include <gtest/gtest.h>

namespace backstop::report {
namespace {

TEST(NoticeMail, SaysThatAProgramWroteIt) {
  const NoticeMail notice{.hostname = "mx.example.org",
                          .recipient = {.local = "ann b", .domain = "example.org"},
                          .subject = "Backstop: 3 responses",
                          .text = "One\n\n.two\n",
                          .time = std::chrono::sys_days(std::chrono::year(2026) / 11 / 25) +
                                  std::chrono::hours(4) + std::chrono::seconds(5)};
  EXPECT_EQ(notice_mail(notice),
            "From: Backstop <postmaster@example.org>\r\n"
            "To: <\"ann b\"@example.org>\r\n"
            "Subject: Backstop: 3 responses\r\n"
            "Date: Wed, 25 Nov 2026 04:00:05 +0000\r\n"
            "Message-ID: <notice.18eb2dc6081a7200@mx.example.org>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: 8bit\r\n"
            "\r\n"
            "One\r\n\r\n.two\r\n");
}

}  // namespace
}  // namespace backstop::report
