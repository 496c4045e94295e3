#include "demo/written.h"

#include <fmt/format.h>

#include <algorithm>

namespace backstop::demo {

namespace {

constexpr Written kWritten[] = {
    {"bob@harbour.test", "Dinner at eight", "Shall we say eight, at the harbour?"},
    {"carla@alder.test", "Photos from the lake", "Here they are, the large ones too.",
     AnswerForm::UserUnknown},
    {"dieter@wiese.test", "Timetable for Saturday", "The train leaves at nine.", AnswerForm::VacationGerman},
    {"emma@quarry.test", "Minutes of Tuesday", "Tell me if something is missing.", AnswerForm::MailboxFull},
    {"fabien@colline.test", "Happy birthday", "All the best from all of us!", AnswerForm::VacationFrench},
    {"gus@meadow.test", "Your old bicycle", "Is it still for sale?", AnswerForm::Delayed},
    {"hana@willow.test", "A question about the garden", "When do you prune the roses?", AnswerForm::Vacation},
    {"ida@quarry.test", "Invoice 118", "With the numbers that you asked for.", AnswerForm::NotFound},
    {"jon@orchard.test", "Apples", "We have far too many of them. Do you want some?", AnswerForm::NoSuchHost},
    {"kim@mill.test", "The key is with Bob", "He is at home until six.", AnswerForm::Receipt},
    {"lea@birch.test", "Cheap flights", "Look at these, we should go in May.", AnswerForm::LooksLikeSpam},
    {"max@harbour.test", "Chess on Thursday", "Your turn to bring the clock."},
};

}  // namespace

std::span<const Written> written() {
  return kWritten;
}

std::vector<DemoMail> written_mails(std::string_view date) {
  std::vector<DemoMail> mails;
  for (const auto& one : kWritten) {
    const std::string text = fmt::format(
        "Message-ID: <{}.demo@desk.example.org>\nDate: {}\nFrom: Ann Archer <{}>\nTo: {}\nSubject: {}\n"
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\n{}\n\nAnn\n",
        mails.size() + 1, date, kAnn, one.to, one.subject, one.body);
    mails.push_back({Lot::Written, std::string(kAnn), std::string(one.to), text});
  }
  return mails;
}

AnswerForm answer_of(std::string_view recipient) {
  const auto* const found = std::ranges::find(kWritten, recipient, &Written::to);
  return found == std::end(kWritten) ? AnswerForm::None : found->answer;
}

}  // namespace backstop::demo
