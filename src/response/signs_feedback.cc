// Marks of feedback reports that carry no message/feedback-report part.
#include <array>

#include "response/signs.h"

namespace backstop::response {
namespace {

constexpr std::array kSigns = std::to_array<Sign>({
    {Kind::FeedbackReport,
     "Outlook.com JMRP",
     Zone::Subject,
     {},
     "complaint about message from",
     Strength::Decides},
    {Kind::FeedbackReport,
     "DMARC failure report",
     Zone::SubjectStart,
     {},
     "dmarc failure report",
     Strength::Decides},
    {Kind::FeedbackReport,
     "Exim DMARC failure report",
     Zone::Body,
     {},
     "a message claiming to be from you has failed the published dmarc policy",
     Strength::Decides},
    {Kind::FeedbackReport,
     "authentication failure report",
     Zone::Body,
     {},
     "authentication-failure report for an email message",
     Strength::Decides},
    {Kind::FeedbackReport,
     "authentication failure report",
     Zone::Body,
     {},
     "authentication failure report for an email message",
     Strength::Decides},
    {Kind::FeedbackReport,
     "abuse report",
     Zone::Body,
     {},
     "this is an email abuse report for an email message",
     Strength::Decides},
});

}  // namespace

std::span<const Sign> feedback_signs() {
  return kSigns;
}

}  // namespace backstop::response
