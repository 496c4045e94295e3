// Feedback reports without a message/feedback-report part.
#include <array>

#include "response/signs.h"

namespace backstop::response {
namespace {

using Row = SignRow<Kind::FeedbackReport>;
using enum Zone;
using enum Strength;

constexpr std::array kSigns = {
    Row::text("Outlook.com JMRP", Subject, "complaint about message from", Decides),
    Row::text("DMARC failure report", SubjectFirst, "dmarc failure report for", Decides),
    Row::text("NetEase DMARC failure report", SubjectFirst, "[netease dmarc failure report]", Decides),
    // Reports in words, without the part that RFC 5965 asks for.
    Row::text("DMARC failure report", Body, "has failed the published dmarc policy", WithMachineMark),
    Row::text("authentication failure report", Body, "authentication-failure report for an email message",
              WithMachineMark),
    Row::text("authentication failure report", Body, "authentication failure report for an email message",
              WithMachineMark),
    Row::text("abuse report", Body, "this is an email abuse report for an email message", WithMachineMark),
};

}  // namespace

std::span<const Sign> feedback_signs() {
  return kSigns;
}

}  // namespace backstop::response
