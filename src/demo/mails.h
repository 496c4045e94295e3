// The mails of the demo: what each is, what Ann writes and how the world answers it, and ordinary mail to
// her, which must get in while the forged answers are kept out; some of it looks much like them.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::demo {

/// What a mail of the demo is; what the gateway is expected to make of it follows from that.
enum class Lot : std::uint8_t {
  Written,   ///< by Ann: leaves, with a tag
  Ordinary,  ///< no response: gets in
  Genuine,   ///< answers what Ann wrote, to the address with its tag: gets in
  Bounce,    ///< a bounce, for sure, of what she never wrote; no tag, or one that is made up or too old:
             ///< refused
  Other,     ///< another answer to what she never wrote, with no better tag: labelled
};
inline constexpr std::size_t kLots = 5;

constexpr bool gets_through(Lot lot) {
  return lot != Lot::Bounce;
}

struct DemoMail {
  Lot lot = Lot::Ordinary;
  std::string reverse_path;  ///< empty: the null sender
  std::string recipient;
  std::string text;  ///< lines end in LF
};

/// One connection to the gateway, and the mails that come over it.
struct DemoSender {
  std::string helo;
  std::string address;  ///< that the gateway is told of with XCLIENT; empty: it is told nothing
  std::vector<DemoMail> mails;
};

inline constexpr std::string_view kAnn = "ann@example.org";

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

/// `tagged`: Ann's address as her mail leaves with it; some people answer to that. `date` as in a Date field.
std::vector<DemoMail> ordinary_mails(std::string_view tagged, std::string_view date);

}  // namespace backstop::demo
