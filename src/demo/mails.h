// The mails of the demo: what each is, what Ann writes and how the world answers it, and ordinary mail to
// her, which must get in while the forged answers are kept out, although some of it looks much like them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "demo/arrived.h"
#include "demo/mail_template.h"

namespace backstop::demo {

/// What a mail of the demo is; what the gateway is expected to make of it follows from that.
enum class Lot : std::uint8_t {
  Written,    ///< by Ann: leaves, with a tag
  Ordinary,   ///< no response: gets in
  Genuine,    ///< answers what Ann wrote, to the address with its tag: gets in
  Bounce,     ///< certainly a bounce, of what she never wrote; no tag, or one that is made up or too old:
              ///< refused
  Other,      ///< another answer to what she never wrote, with no better tag: labelled
  Elsewhere,  ///< a bounce of what she wrote and sent by another server, so it has no proof: refused
};
inline constexpr std::size_t kLots = 6;

constexpr bool gets_through(Lot lot) {
  return lot != Lot::Bounce && lot != Lot::Elsewhere;
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
  std::string address;  ///< the gateway is told it with XCLIENT; empty: it is told none
  std::vector<DemoMail> mails;
};

inline constexpr std::string_view kAnn = "ann@example.org";
/// The server that brings the mail of the lot Elsewhere, and no other.
inline constexpr std::string_view kServerElsewhere = "mail.ferry.test";

/// The mails that nobody forged, from samples/demo. What Ann writes may name an answer; each name is one of
/// `answers`.
struct DemoTemplates {
  std::vector<MailTemplate> written;    ///< by Ann
  std::vector<MailTemplate> ordinary;   ///< to her
  std::vector<MailTemplate> answers;    ///< to what she writes, in the forms of many mail systems
  std::vector<MailTemplate> elsewhere;  ///< bounces of what she sent by another server

  /// Returns how many of the mails that Ann writes are answered.
  std::size_t count_answered() const;
};

/// Reads the folders written, ordinary, answers and elsewhere of `folder`. The error names the file that is
/// missing or broken.
base::Result<DemoTemplates> read_demo_templates(const std::string& folder);

/// Returns Ann's mails, as her program hands them to the outbound gateway. `date` as in a Date field.
std::vector<DemoMail> written_mails(const DemoTemplates& templates, std::string_view date);

/// `tagged`: Ann's address as her mail leaves with it; some people answer to that. `date` as in a Date field.
std::vector<DemoMail> ordinary_mails(const DemoTemplates& templates, std::string_view tagged,
                                     std::string_view date);

/// Returns the bounces of what Ann sent by another server. `date` as in a Date field.
std::vector<DemoMail> bounces_from_elsewhere(const DemoTemplates& templates, std::string_view date);

/// Returns the answer that Ann gets from that recipient; nullptr if it does not answer.
const MailTemplate* answer_of(const DemoTemplates& templates, std::string_view recipient);

/// Returns that answer to a mail that arrived. `date` as in a Date field.
DemoMail answer_to(const Arrived& mail, const MailTemplate& answer, std::string_view date);

}  // namespace backstop::demo
