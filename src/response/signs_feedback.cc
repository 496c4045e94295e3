// Feedback reports without a message/feedback-report part.
#include <array>

#include "response/signs.h"

namespace backstop::response {
namespace {

using Row = SignRow<Kind::FeedbackReport>;
using enum Zone;
using enum Strength;

constexpr std::array kSigns = {
    // People write the same subject when they forward or discuss such a report.
    Row::text("Outlook.com JMRP", Subject, "complaint about message from", InPair),
    Row::text("Outlook.com JMRP", Subject, "complaint about message from", WithMachineMark),
    Row::text("Outlook.com JMRP", From, "staff@hotmail.com", InPair),
    Row::text("Outlook.com JMRP", From, "staff@outlook.com", InPair),
    Row::text("Outlook.com JMRP", From, "staff@live.com", InPair),
    Row::text("Outlook.com JMRP", From, "staff@msn.com", InPair),
    Row::text("DMARC failure report", SubjectFirst, "dmarc failure report for", WithMachineMark),
    Row::text("NetEase DMARC failure report", SubjectFirst, "[netease dmarc failure report]", Decides),
    // Reports in words, without the part that RFC 5965 asks for.
    Row::text("DMARC failure report", Body, "has failed the published dmarc policy", WithMachineMark),
    Row::text("authentication failure report", Body, "authentication-failure report for an email message",
              WithMachineMark),
    Row::text("authentication failure report", Body, "authentication failure report for an email message",
              WithMachineMark),
    Row::text("abuse report", Body, "this is an email abuse report for an email message", WithMachineMark),
    Row::text("abuse report", Body, "this is an abuse report for an email message", WithMachineMark),
    Row::text("abuse report", Body, "this is a spam report for an email message", WithMachineMark),
    Row::text("X-ARF", SubjectFirst, "abuse report about ", InPair),
    Row::text("X-ARF", Body, "reported-from: ", InPair),
    Row::text("X-ARF", Body, "this is an automated report", InPair),
};

}  // namespace

std::span<const Sign> feedback_signs() {
  return kSigns;
}

}  // namespace backstop::response
