// What Ann writes in the demo, and how the world answers it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "demo/mail.h"

namespace backstop::demo {

/// The forms in which mail systems answer a mail.
enum class AnswerForm : std::uint8_t {
  None,
  UserUnknown,    ///< as Postfix reports it
  LooksLikeSpam,  ///< as Sendmail
  MailboxFull,    ///< as Exim
  NotFound,       ///< as Exchange Online
  NoSuchHost,     ///< as qmail
  Delayed,        ///< as Postfix
  Vacation,
  VacationGerman,
  VacationFrench,
  Receipt,  ///< that it was read (RFC 8098)
};

struct Written {
  std::string_view to;
  std::string_view subject;  ///< ASCII
  std::string_view body;
  AnswerForm answer = AnswerForm::None;
};

std::span<const Written> written();

/// Ann's mails, as her program hands them to the outbound gateway. `date` as in a Date field.
std::vector<DemoMail> written_mails(std::string_view date);

/// How that recipient answers what Ann wrote; None for anybody else.
AnswerForm answer_of(std::string_view recipient);

}  // namespace backstop::demo
