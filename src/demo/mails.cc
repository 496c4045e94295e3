#include "demo/mails.h"

#include <fmt/format.h>

#include <algorithm>

namespace backstop::demo {

namespace {

enum class To : bool { Plain, Tagged };

struct Ordinary {
  std::string_view reverse_path;  ///< empty: the null sender, which is no proof of a bounce
  std::string_view from;
  std::string_view subject;
  std::string_view more;  ///< header fields with their line ends
  std::string_view body;
  To to = To::Plain;
};

constexpr Ordinary kOrdinary[] = {
    {"bob@harbour.test", "Bob <bob@harbour.test>", "Re: Dinner at eight",
     "In-Reply-To: <1.demo@desk.example.org>\n", "Eight is fine. I bring the wine.\n"},
    // People answer bounces, and quote them.
    {"max@harbour.test", "Max <max@harbour.test>", "Re: Undelivered Mail Returned to Sender", "",
     "I got this one too, our server was down yesterday. Just send it again.\n\n"
     "> This is the mail system at host mail.harbour.test.\n"
     "> I'm sorry to have to inform you that your message could not\n"
     "> be delivered to one or more recipients.\n>\n"
     "> <max@harbour.test>: 550 5.1.1 User unknown\n"},
    {"bounces+17@seeds.test", "Seeds and Bulbs <news@seeds.test>", "What is new in spring",
     "List-Id: <news.seeds.test>\nList-Unsubscribe: <mailto:leave@seeds.test>\nPrecedence: bulk\n",
     "Read all about our new seeds.\n"},
    // The null sender alone makes no bounce: shops use it in order to get none.
    {"", "Parcel Service <parcels@parcel.test>", "Your parcel arrives tomorrow", "",
     "It comes between nine and noon. You need not be at home.\n"},
    {"lake-bounces@lists.test", "Carla <carla@alder.test>", "[lake] Who has a boat?",
     "List-Id: <lake.lists.test>\nList-Post: <mailto:lake@lists.test>\nPrecedence: list\n",
     "We are six for Sunday.\n"},
    {"dieter@wiese.test", "Dieter <dieter@wiese.test>", "=?utf-8?Q?Treffen_am_Sonntag=3F?=", "",
     "Wir könnten uns um drei am See treffen.\n"},
    {"root@desk.example.org", "Cron Daemon <root@desk.example.org>",
     "Cron <root@desk> run-parts /etc/cron.daily", "Auto-Submitted: auto-generated\n",
     "/etc/cron.daily/backup: 3 files saved\n"},
    {"no-reply@library.test", "Library <no-reply@library.test>", "Please confirm your new password", "",
     "Somebody, we hope you, asked for a new password.\n"},
    // Some programs answer to the return path, and so to the address with the tag.
    {"hana@willow.test", "Hana <hana@willow.test>", "Re: A question about the garden",
     "In-Reply-To: <7.demo@desk.example.org>\n", "In March, before the leaves come.\n", To::Tagged},
    {"kim@mill.test", "Kim <kim@mill.test>", "Failure notice from school", "",
     "Tim failed his driving test again. He says that it was the car.\n"},
    {"yuki@sakura.test", "Yuki <yuki@sakura.test>", "=?utf-8?B?5YaZ55yf44KS44GC44KK44GM44Go44GG?=", "",
     "写真をありがとう。とてもきれいです。\n"},
    {"gus@meadow.test", "Gus <gus@meadow.test>", "Fwd: Automatic reply: Your old bicycle", "",
     "Look at what I get from the shop when I ask them for a bell:\n\n"
     "> I am out of the office until Monday and will read your mail then.\n"},
    {"billing@power.test", "Power Company <billing@power.test>", "Your bill for March", "",
     "The amount will be taken from your account on the 3rd.\n"},
    {"emma@quarry.test", "Emma <emma@quarry.test>", "Re: Minutes of Tuesday",
     "In-Reply-To: <4.demo@desk.example.org>\n", "My mailbox was full. Can you send them again?\n"},
};

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

std::vector<DemoMail> ordinary_mails(std::string_view tagged, std::string_view date) {
  std::vector<DemoMail> mails;
  for (const auto& one : kOrdinary) {
    const std::string text = fmt::format(
        "Message-ID: <{}.ordinary@demo.test>\nDate: {}\nFrom: {}\nTo: Ann Archer <{}>\nSubject: {}\n{}"
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{}",
        mails.size() + 1, date, one.from, kAnn, one.subject, one.more, one.body);
    mails.push_back({Lot::Ordinary, std::string(one.reverse_path),
                     std::string(one.to == To::Tagged ? tagged : kAnn), text});
  }
  return mails;
}

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
