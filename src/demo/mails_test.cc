// The mails of the demo are what they are taken for: by the reader, and by the tags that they come to.

#include "demo/mails.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "demo/answers.h"
#include "demo/crowd.h"
#include "demo/forged.h"
#include "origin/tag.h"
#include "response/reader.h"

namespace backstop::demo {
namespace {

using response::Kind;

constexpr std::string_view kDate = "Wed, 25 Nov 2026 10:00:00 +0000";
constexpr std::string_view kTagged = "prvs=0787c97471=ann@example.org";
constexpr std::chrono::sys_days kToday = std::chrono::year{2026} / 11 / 25;

response::Response read(const DemoMail& mail) {
  response::Reader reader;
  return reader.read(mail.text, {.reverse_path = mail.reverse_path, .recipient = mail.recipient});
}

/// As the gateway puts it into a Maildir.
std::string delivered(const DemoMail& mail) {
  return "Return-Path: <" + std::string(kTagged) +
         ">\nReceived: from desk.example.org\n\tby mx.example.org; " + std::string(kDate) + "\n" + mail.text;
}

std::vector<ForgedForm> sample_forms() {
  auto forms = read_forged(std::string(BACKSTOP_SOURCE_DIR) + "/samples/joe-job.mbox");
  EXPECT_TRUE(forms);
  return forms.value_or(std::vector<ForgedForm>{});
}

origin::KeyRing ring() {
  return *origin::KeyRing::parse("0 exim sign 2026-11-25 secret\n");
}

TEST(DemoMails, NoOrdinaryOneIsAResponse) {
  const auto mails = ordinary_mails(kTagged, kDate);
  ASSERT_GT(mails.size(), 10u);
  std::set<std::string> recipients;
  bool has_null_sender = false;
  for (const auto& mail : mails) {
    EXPECT_EQ(read(mail).kind, Kind::None) << mail.text;
    recipients.insert(mail.recipient);
    has_null_sender |= mail.reverse_path.empty();
  }
  EXPECT_THAT(recipients, testing::UnorderedElementsAre(kAnn, kTagged));
  EXPECT_TRUE(has_null_sender);
}

struct AnswerRow {
  const char* name;
  AnswerForm form;
  Kind want_kind;
  std::string want_status;  ///< of the recipient; empty where none is told
};

TEST(DemoMails, AnswersAreReadAsWhatTheyAre) {
  const AnswerRow rows[] = {
      {"unknown", AnswerForm::UserUnknown, Kind::DsnFailed, "5.1.1"},
      {"spam", AnswerForm::LooksLikeSpam, Kind::DsnFailed, "5.7.1"},
      {"full", AnswerForm::MailboxFull, Kind::DsnFailed, "5.2.2"},
      {"not found", AnswerForm::NotFound, Kind::DsnFailed, "5.1.10"},
      {"no host", AnswerForm::NoSuchHost, Kind::DsnFailed, "5.1.2"},
      {"delayed", AnswerForm::Delayed, Kind::DsnDelayed, "4.4.1"},
      {"vacation", AnswerForm::Vacation, Kind::AutoReply, ""},
      {"German", AnswerForm::VacationGerman, Kind::AutoReply, ""},
      {"French", AnswerForm::VacationFrench, Kind::AutoReply, ""},
      {"receipt", AnswerForm::Receipt, Kind::Mdn, ""},
  };
  const auto arrived = read_arrived(delivered(written_mails(kDate)[1]));
  ASSERT_TRUE(arrived);
  for (const auto& row : rows) {
    const DemoMail answer = answer_to(*arrived, row.form, kDate);
    EXPECT_EQ(answer.reverse_path, "") << row.name;
    EXPECT_EQ(answer.recipient, kTagged) << row.name;
    const auto found = read(answer);
    EXPECT_EQ(found.kind, row.want_kind) << row.name;
    ASSERT_TRUE(found.original || row.want_kind == Kind::AutoReply) << row.name;
    if (found.original) EXPECT_EQ(found.original->message_id, "2.demo@desk.example.org") << row.name;
    if (row.want_status.empty()) continue;
    ASSERT_EQ(found.recipients.size(), 1u) << row.name;
    EXPECT_EQ(found.recipients[0].address, "carla@alder.test") << row.name;
    EXPECT_EQ(found.recipients[0].status, row.want_status) << row.name;
  }
}

TEST(DemoMails, EveryFormOfAnswerIsUsed) {
  std::set<AnswerForm> used;
  for (const auto& mail : written_mails(kDate)) used.insert(answer_of(mail.recipient));
  EXPECT_EQ(used.size(), static_cast<std::size_t>(AnswerForm::Receipt) + 1);
  EXPECT_EQ(answer_of("somebody@else.test"), AnswerForm::None);
}

TEST(DemoMails, NothingAnswersAMailWithoutAReturnPath) {
  const std::string mail = written_mails(kDate)[0].text;
  EXPECT_FALSE(read_arrived(mail)) << "no Return-Path";
  EXPECT_FALSE(read_arrived("Return-Path: <>\n" + mail)) << "of the null sender";
  EXPECT_FALSE(read_arrived("Return-Path: <ann@example.org>\nSubject: x\n\n")) << "no recipient";
  EXPECT_FALSE(read_arrived(""));
}

TEST(DemoMails, ForgedOnesAreResponsesOfMostKinds) {
  const auto forms = sample_forms();
  ASSERT_GT(forms.size(), 100u);
  std::map<Kind, int> kinds;
  for (const auto& mail : forge(forms, forms.size(), ring(), kToday)) ++kinds[read(mail).kind];
  EXPECT_FALSE(kinds.contains(Kind::None));
  EXPECT_GE(kinds.size(), 6u);
}

TEST(DemoMails, SomeForgedOnesHaveATagThatProvesNothing) {
  std::map<origin::TagOutcome, int> counts;
  std::set<std::string> guesses;
  for (const auto& mail : forge(sample_forms(), 300, ring(), kToday)) {
    const auto address = mail::parse_address(mail.recipient);
    ASSERT_TRUE(address) << mail.recipient;
    const auto outcome = origin::verify(*address, ring(), kToday).outcome;
    if (outcome == origin::TagOutcome::BadMac) guesses.insert(mail.recipient);
    ++counts[outcome];
  }
  EXPECT_EQ(counts[origin::TagOutcome::NoTag], 255);
  EXPECT_EQ(counts[origin::TagOutcome::BadMac], 30);
  EXPECT_EQ(counts[origin::TagOutcome::Expired], 15);
  EXPECT_EQ(guesses.size(), 30u);
}

TEST(DemoMails, ForgedOnesAreBouncesForSureOrOthers) {
  std::map<Lot, int> counts;
  for (const auto& mail : forge(sample_forms(), 300, ring(), kToday)) {
    const auto found = read(mail);
    const bool is_certain = is_dsn(found.kind) && certainty(found) != response::Certainty::Guessed;
    EXPECT_EQ(mail.lot, is_certain ? Lot::Bounce : Lot::Other);
    ++counts[mail.lot];
  }
  EXPECT_GT(counts[Lot::Bounce], 150);
  EXPECT_GT(counts[Lot::Other], 50);
}

TEST(DemoMails, ForgedOnesLackTheFieldsOfTheReceiver) {
  for (const auto& form : sample_forms()) {
    EXPECT_THAT(form.text, testing::Not(testing::StartsWith("Return-Path:")));
    const std::string header = form.text.substr(0, form.text.find("\n\n"));
    EXPECT_THAT(header, testing::Not(testing::HasSubstr("X-Original-To:"))) << header;
    EXPECT_THAT(header, testing::Not(testing::HasSubstr("by mx.example.org"))) << header;
  }
}

TEST(DemoMails, ASampleThatIsGoneIsAnError) {
  const auto forms = read_forged("/nowhere/joe-job.mbox");
  ASSERT_FALSE(forms);
  EXPECT_THAT(forms.error().message, testing::HasSubstr("no such file"));
}

TEST(DemoSenders, EachSenderDiffersAndEachMailComesOnce) {
  std::vector<DemoMail> forged(30, {Lot::Bounce, "", "", ""});
  std::vector<DemoMail> others(7, {Lot::Ordinary, "", "", ""});
  for (std::size_t i = 0; i < forged.size(); ++i) forged[i].text = "forged " + std::to_string(i);
  for (std::size_t i = 0; i < others.size(); ++i) others[i].text = "other " + std::to_string(i);
  std::set<std::string> names;
  std::set<std::string> addresses;
  std::set<std::string> texts;
  std::size_t mails = 0;
  for (const auto& sender : world(forged, others)) {
    EXPECT_TRUE(names.insert(sender.helo).second) << sender.helo;
    EXPECT_TRUE(addresses.insert(sender.address).second) << sender.address;
    EXPECT_TRUE(sender.mails.size() == 1 || sender.mails.front().lot == Lot::Bounce);
    EXPECT_LE(sender.mails.size(), 4u);
    for (const auto& mail : sender.mails) texts.insert(mail.text);
    mails += sender.mails.size();
  }
  EXPECT_EQ(mails, 37u);
  EXPECT_EQ(texts.size(), 37u);
}

}  // namespace
}  // namespace backstop::demo
