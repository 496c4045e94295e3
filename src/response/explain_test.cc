#include "response/explain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/text.h"

namespace backstop::response {
namespace {

struct Row {
  const char* name;
  Response response;
  const char* want;
};

Recipient with_action(std::string address, Action action, Reason reason = Reason::Unknown) {
  Recipient recipient;
  recipient.address = std::move(address);
  recipient.action = action;
  recipient.reason = reason;
  return recipient;
}

Recipient failed(std::string address, Reason reason) {
  return with_action(std::move(address), Action::Failed, reason);
}

Recipient with_original_address_only(std::string address) {
  Recipient recipient = failed("", Reason::MailboxFull);
  recipient.original_address = std::move(address);
  return recipient;
}

Response make_response(Kind kind, std::string reporting_mta = "", std::vector<Recipient> recipients = {}) {
  Response response;
  response.kind = kind;
  response.reporting_mta = std::move(reporting_mta);
  response.recipients = std::move(recipients);
  return response;
}

const std::string kMta = "mx.example.net";
constexpr auto kGone = Reason::UserUnknown;
constexpr auto kFull = Reason::MailboxFull;

const Row kKinds[] = {
    {"ordinary", {}, "This is ordinary mail, not a response."},
    {"failed, one", make_response(Kind::DsnFailed, kMta, {failed("user@example.org", kGone)}),
     "The mail system at mx.example.net could not deliver a mail to user@example.org because the mailbox "
     "does "
     "not exist. The mail that it answers was not returned."},
    {"failed, one without an action",
     make_response(Kind::DsnFailed, kMta, {with_action("a@b.test", Action::None, kFull)}),
     "The mail system at mx.example.net could not deliver a mail to a@b.test because the mailbox is full. "
     "The "
     "mail that it answers was not returned."},
    {"failed, only the original address",
     make_response(Kind::DsnFailed, kMta, {with_original_address_only("list@b.test")}),
     "The mail system at mx.example.net could not deliver a mail to list@b.test because the mailbox is full. "
     "The mail that it answers was not returned."},
    {"failed, nobody says why", make_response(Kind::DsnFailed, "", {failed("a@b.test", Reason::Unknown)}),
     "A mail system that does not give its name could not deliver a mail to a@b.test; the report does not "
     "make "
     "clear why. The mail that it answers was not returned."},
    {"failed, nobody named", make_response(Kind::DsnFailed, kMta),
     "The mail system at mx.example.net could not deliver a mail, and does not say to whom. The mail that it "
     "answers was not returned."},
    {"failed, one without an address", make_response(Kind::DsnFailed, kMta, {failed("", kGone)}),
     "The mail system at mx.example.net could not deliver a mail to a recipient that it does not name "
     "because "
     "the mailbox does not exist. The mail that it answers was not returned."},
    {"failed, two of one reason",
     make_response(Kind::DsnFailed, kMta, {failed("a@b.test", kGone), failed("c@d.test", kGone)}),
     "The mail system at mx.example.net could not deliver a mail to a@b.test and c@d.test because the "
     "mailbox "
     "does not exist. The mail that it answers was not returned."},
    {"failed, three of one reason",
     make_response(Kind::DsnFailed, kMta,
                   {failed("a@b.test", kGone), failed("c@d.test", kGone), failed("e@f.test", kGone)}),
     "The mail system at mx.example.net could not deliver a mail to a@b.test, c@d.test and 1 other because "
     "the "
     "mailbox does not exist. The mail that it answers was not returned."},
    {"failed, five of one reason",
     make_response(Kind::DsnFailed, kMta, std::vector(5, failed("a@b.test", kGone))),
     "The mail system at mx.example.net could not deliver a mail to a@b.test, a@b.test and 3 others because "
     "the mailbox does not exist. The mail that it answers was not returned."},
    {"failed, one and one without an address",
     make_response(Kind::DsnFailed, kMta, {failed("", kGone), failed("a@b.test", kGone)}),
     "The mail system at mx.example.net could not deliver a mail to a@b.test and 1 other because the mailbox "
     "does not exist. The mail that it answers was not returned."},
    {"failed, two without an address",
     make_response(Kind::DsnFailed, kMta, {failed("", kGone), failed("", kGone)}),
     "The mail system at mx.example.net could not deliver a mail to 2 recipients that it does not name "
     "because "
     "the mailbox does not exist. The mail that it answers was not returned."},
    {"failed, two reasons",
     make_response(Kind::DsnFailed, kMta,
                   {failed("a@b.test", kGone), failed("c@d.test", kFull), failed("e@f.test", kGone)}),
     "The mail system at mx.example.net could not deliver a mail to a@b.test and e@f.test because the "
     "mailbox "
     "does not exist, and to c@d.test because the mailbox is full. The mail that it answers was not "
     "returned."},
    {"failed, one reason and none",
     make_response(Kind::DsnFailed, kMta, {failed("a@b.test", kGone), failed("c@d.test", Reason::Unknown)}),
     "The mail system at mx.example.net could not deliver a mail to a@b.test because the mailbox does not "
     "exist, and to c@d.test because of something that the report does not make clear. The mail that it "
     "answers "
     "was not returned."},
    {"failed, four reasons",
     make_response(Kind::DsnFailed, kMta,
                   {failed("a@b.test", kGone), failed("c@d.test", kFull), failed("e@f.test", Reason::Spam),
                    failed("g@h.test", Reason::Virus), failed("i@j.test", Reason::Virus)}),
     "The mail system at mx.example.net could not deliver a mail to a@b.test because the mailbox does not "
     "exist, to c@d.test because the mailbox is full, to e@f.test because a filter took it for spam, and to "
     "2 "
     "more for other reasons. The mail that it answers was not returned."},
    {"failed, delayed and delivered",
     make_response(Kind::DsnFailed, kMta,
                   {failed("a@b.test", kGone), with_action("c@d.test", Action::Delayed, Reason::NetworkError),
                    with_action("e@f.test", Action::Relayed)}),
     "The mail system at mx.example.net could not deliver a mail to a@b.test because the mailbox does not "
     "exist. It keeps trying to deliver it to c@d.test because the receiving system could not be reached. It "
     "did deliver it, or pass it on, to e@f.test. The mail that it answers was not returned."},
    {"delayed",
     make_response(Kind::DsnDelayed, kMta, {with_action("a@b.test", Action::Delayed, Reason::NetworkError)}),
     "The mail system at mx.example.net has not yet been able to deliver a mail to a@b.test because the "
     "receiving system could not be reached; it keeps trying. The mail that it answers was not returned."},
    {"delayed, nobody named", make_response(Kind::DsnDelayed, kMta),
     "The mail system at mx.example.net has not yet been able to deliver a mail; it keeps trying. The mail "
     "that "
     "it answers was not returned."},
    {"delayed and delivered",
     make_response(Kind::DsnDelayed, kMta,
                   {with_action("a@b.test", Action::Delayed), with_action("c@d.test", Action::Delivered)}),
     "The mail system at mx.example.net has not yet been able to deliver a mail to a@b.test; it keeps "
     "trying. "
     "It did deliver it, or pass it on, to c@d.test. The mail that it answers was not returned."},
    {"delivered", make_response(Kind::DsnDelivered, kMta, {with_action("a@b.test", Action::Delivered)}),
     "The mail system at mx.example.net reports that it delivered a mail to a@b.test. The mail that it "
     "answers "
     "was not returned."},
    {"delivered, relayed and expanded",
     make_response(Kind::DsnDelivered, kMta,
                   {with_action("a@b.test", Action::Delivered), with_action("c@d.test", Action::Relayed),
                    with_action("e@f.test", Action::Expanded)}),
     "The mail system at mx.example.net reports that it delivered a mail to a@b.test, and passed a mail on "
     "to a "
     "system that confirms nothing, for c@d.test, and passed a mail on to the addresses behind e@f.test. The "
     "mail that it answers was not returned."},
    {"delivered, nobody named", make_response(Kind::DsnDelivered, kMta),
     "The mail system at mx.example.net reports that it delivered a mail. The mail that it answers was not "
     "returned."},
    {"mdn", make_response(Kind::Mdn, "", {with_action("a@b.test", Action::None)}),
     "This is a receipt from a@b.test: it says what was done with a mail, such as that it was opened or "
     "deleted. The mail that it answers was not returned."},
    {"auto-reply", make_response(Kind::AutoReply, "", {with_action("a@b.test", Action::None)}),
     "This is an automatic reply from a@b.test: a program wrote it, such as a holiday notice. The mail that "
     "it "
     "answers was not returned."},
    {"auto-reply of a mailbox that is gone",
     make_response(Kind::AutoReply, "", {with_action("a@b.test", Action::None, Reason::MailboxDisabled)}),
     "This is an automatic reply from a@b.test, who does not get the mail because the mailbox takes no mail: "
     "it "
     "is suspended, closed or unused. The mail that it answers was not returned."},
    {"auto-reply of nobody", make_response(Kind::AutoReply),
     "This is an automatic reply from somebody that it does not name: a program wrote it, such as a holiday "
     "notice. The mail that it answers was not returned."},
    {"challenge", make_response(Kind::Challenge, "", {with_action("a@b.test", Action::None)}),
     "This is a challenge from a@b.test: whoever sent a mail there is asked to prove that they are a person "
     "before it is delivered. The mail that it answers was not returned."},
    {"filter notice", make_response(Kind::FilterNotice, kMta, {failed("a@b.test", Reason::Virus)}),
     "A mail filter at mx.example.net tells the sender of a mail to a@b.test that it was stopped or changed "
     "because a filter found a virus in it. The mail that it answers was not returned."},
    {"filter notice that says little", make_response(Kind::FilterNotice),
     "A mail filter that does not give its name tells the sender of a mail what it did with it. The mail "
     "that "
     "it answers was not returned."},
    {"list notice", make_response(Kind::ListNotice, "", {with_action("list@b.test", Action::None)}),
     "This is a notice from the mailing list software of list@b.test: a mail to it was held, was not "
     "accepted "
     "or not understood, or must be confirmed. The mail that it answers was not returned."},
    {"list notice of a host", make_response(Kind::ListNotice, kMta),
     "This is a notice from the mailing list software of the system at mx.example.net: a mail to it was "
     "held, "
     "was not accepted or not understood, or must be confirmed. The mail that it answers was not "
     "returned."},
    {"feedback report", make_response(Kind::FeedbackReport, kMta),
     "This is a feedback report from the mail system at mx.example.net: somebody who got a mail marked it as "
     "unwanted. The mail that it answers was not returned."},
};

// The last sentence about a delivery status notification that is not certain.
constexpr std::string_view kGuessed =
    " It only looks like a report: anybody could have written what it shows.";

TEST(Explain, ExplainsEveryKind) {
  for (const auto& row : kKinds) {
    const std::string more(is_dsn(row.response.kind) ? kGuessed : "");
    EXPECT_EQ(explain(row.response), row.want + more) << row.name;
  }
}

TEST(Explain, SaysWhatMakesAReportCertain) {
  std::set<std::string_view> sentences;
  for (const ShownBy by : {ShownBy::Appearance, ShownBy::Format, ShownBy::FailedRecipients,
                           ShownBy::DeliveryStatus, ShownBy::Padding}) {
    Response response = make_response(Kind::DsnFailed);
    response.shown_by = by;
    EXPECT_TRUE(explain(response).ends_with(" " + std::string(shown(by)))) << explain(response);
    EXPECT_TRUE(sentences.insert(shown(by)).second) << shown(by);
    EXPECT_EQ(shown(by).contains("for sure"), certainty(response) == Certainty::Structural) << shown(by);
  }
}

struct OriginalRow {
  const char* name;
  const char* message_id;
  const char* subject;
  const char* date;
  const char* want;  ///< the end of the explanation
};

TEST(Explain, NamesTheOriginal) {
  const OriginalRow rows[] = {
      {"subject and date", "1@b.test", "Lunch", "Mon, 23 Nov 2026 17:46:17 +0100",
       " It answers the mail with the subject \"Lunch\" of 23 November 2026."},
      {"subject", "", " Lunch ", "", " It answers the mail with the subject \"Lunch\"."},
      {"subject and no date to read", "", "Lunch", "today",
       " It answers the mail with the subject \"Lunch\"."},
      {"Message-ID", "1@b.test", "", "1 Feb 2026 00:00 GMT",
       " It answers the mail with the Message-ID <1@b.test> of 1 February 2026."},
      {"date", "", "", "1 Feb 2026 00:00 GMT", " It answers a mail of 1 February 2026."},
      {"nothing", "", "", "", " Too little of the mail that it answers was returned to say which one it is."},
  };
  for (const auto& row : rows) {
    Response response = make_response(Kind::DsnFailed);
    Original& original = response.original.emplace();
    original.message_id = row.message_id;
    original.subject = row.subject;
    original.date = row.date;
    const std::string text = explain(response);
    EXPECT_TRUE(text.ends_with(row.want + std::string(kGuessed))) << row.name << ": " << text;
    EXPECT_FALSE(text.contains("not returned")) << row.name;
  }
}

TEST(Explain, CutsASubjectAfterAHundredBytes) {
  for (const std::size_t size : {100, 101}) {
    Response response = make_response(Kind::AutoReply);
    response.original.emplace().subject = std::string(size, 's');
    EXPECT_EQ(explain(response).contains(std::string(size, 's')), size == 100) << size;
  }
}

TEST(Explain, SaysThatNotAllWasRead) {
  constexpr std::string_view want = " Not all of it was read, since it is larger than the limits allow.";
  Response response = make_response(Kind::AutoReply);
  EXPECT_FALSE(explain(response).contains(want));
  response.truncated = true;
  EXPECT_TRUE(explain(response).ends_with(want));
}

// No kind passes on control bytes for a terminal, line ends or endless text.
TEST(Explain, IsSafeToPrint) {
  const std::string hostile = "\x1b[31m\r\nBcc: \xFF" + std::string(10000, 'x');
  for (std::size_t kind = 0; kind < kKindNames.size(); ++kind) {
    Response response = make_response(static_cast<Kind>(kind), hostile, {failed(hostile, kFull)});
    response.original.emplace().message_id = hostile;
    response.original->subject = hostile;
    response.original->date = hostile;
    const std::string text = explain(response);
    EXPECT_TRUE(std::ranges::none_of(text, [](char c) { return c >= 0 && c < ' '; })) << kKindNames[kind];
    EXPECT_TRUE(base::is_utf8(text)) << kKindNames[kind];
    EXPECT_LT(text.size(), 1500u) << kKindNames[kind];
  }
}

TEST(Explain, HasOwnWordsForEveryReason) {
  std::set<std::string_view> seen;
  for (std::size_t reason = 0; reason < kReasonNames.size(); ++reason) {
    const std::string_view text = because(static_cast<Reason>(reason));
    EXPECT_FALSE(text.empty() || text.ends_with('.')) << kReasonNames[reason];
    EXPECT_TRUE(seen.insert(text).second) << kReasonNames[reason];
  }
  EXPECT_EQ(because(Reason::SystemError), "the receiving system is broken or misconfigured");
}

}  // namespace
}  // namespace backstop::response
