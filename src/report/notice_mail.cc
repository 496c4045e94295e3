#include "report/notice_mail.h"

#include <fmt/format.h>

#include <iterator>

#include "base/text.h"
#include "mail/date.h"

namespace backstop::report {

std::string notice_mail(const NoticeMail& notice) {
  const mail::Address postmaster{.local = "postmaster", .domain = notice.recipient.domain};
  std::string mail =
      fmt::format("From: Backstop <{}>\r\nTo: <{}>\r\nSubject: {}\r\nDate: {}\r\n", postmaster.text(),
                  notice.recipient.text(), notice.subject, mail::date_text(notice.time));
  fmt::format_to(std::back_inserter(mail), "Message-ID: <notice.{:x}@{}>\r\n",
                 notice.time.time_since_epoch().count(), notice.hostname);
  mail +=
      "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: 8bit\r\n\r\n";
  std::string_view rest = notice.text;
  for (std::string_view line; base::next_line(rest, line);) mail.append(line).append("\r\n");
  return mail;
}

}  // namespace backstop::report
