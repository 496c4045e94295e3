// The mails of the demo are what the demo takes them for: the reader and the tags in their addresses say so.

#include "demo/mails.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/folder_fixture.h"
#include "demo/crowd.h"
#include "demo/forged.h"
#include "demo/samples.h"
#include "origin/tag.h"
#include "response/reader.h"

namespace backstop::demo {
namespace {

namespace fs = std::filesystem;

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

const std::string kFolder = std::string(BACKSTOP_SOURCE_DIR) + "/samples/demo";

const DemoTemplates& templates() {
  static const DemoTemplates all = [] {
    auto read = read_demo_templates(kFolder);
    EXPECT_TRUE(read) << read.error().message;
    return read.value_or(DemoTemplates{});
  }();
  return all;
}

/// Every mail that is made from a template: each answer is one to each mail that Ann writes.
std::vector<DemoMail> made_mails() {
  auto mails = ordinary_mails(templates(), kTagged, kDate);
  for (const auto& mail : written_mails(templates(), kDate)) {
    mails.push_back(mail);
    const auto arrived = read_arrived(delivered(mail));
    EXPECT_TRUE(arrived) << mail.text;
    if (!arrived) continue;
    EXPECT_EQ(arrived->to, mail.recipient);
    for (const auto& answer : templates().answers) mails.push_back(answer_to(*arrived, answer, kDate));
  }
  std::ranges::move(bounces_from_elsewhere(templates(), kDate), std::back_inserter(mails));
  return mails;
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
  const auto mails = ordinary_mails(templates(), kTagged, kDate);
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
  std::string form;  ///< a name in samples/demo/answers
  Kind want_kind;
  std::string want_status;  ///< of the recipient; empty where none is told
};

TEST(DemoMails, AnswersAreReadAsWhatTheyAre) {
  const AnswerRow rows[] = {
      {"postfix-user-unknown", Kind::DsnFailed, "5.1.1"},
      {"sendmail-looks-like-spam", Kind::DsnFailed, "5.7.1"},
      {"exim-mailbox-full", Kind::DsnFailed, "5.2.2"},
      {"exchange-not-found", Kind::DsnFailed, "5.1.10"},
      {"qmail-no-such-host", Kind::DsnFailed, "5.1.2"},
      {"postfix-delayed", Kind::DsnDelayed, "4.4.1"},
      {"vacation-english", Kind::AutoReply, ""},
      {"vacation-german", Kind::AutoReply, ""},
      {"vacation-french", Kind::AutoReply, ""},
      {"receipt", Kind::Mdn, ""},
  };
  const auto arrived = read_arrived(delivered(written_mails(templates(), kDate)[1]));
  ASSERT_TRUE(arrived);
  ASSERT_EQ(templates().answers.size(), std::size(rows)) << "each template of an answer has a row";
  for (const auto& row : rows) {
    const auto form = std::ranges::find(templates().answers, row.form, &MailTemplate::name);
    ASSERT_NE(form, templates().answers.end()) << row.form;
    const DemoMail answer = answer_to(*arrived, *form, kDate);
    EXPECT_EQ(answer.reverse_path, "") << row.form;
    EXPECT_EQ(answer.recipient, kTagged) << row.form;
    const auto found = read(answer);
    EXPECT_EQ(found.kind, row.want_kind) << row.form;
    ASSERT_TRUE(found.original || row.want_kind == Kind::AutoReply) << row.form;
    if (found.original) EXPECT_EQ(found.original->message_id, "2.demo@desk.example.org") << row.form;
    if (row.want_status.empty()) continue;
    ASSERT_EQ(found.recipients.size(), 1u) << row.form;
    EXPECT_EQ(found.recipients[0].address, "carla@alder.test") << row.form;
    EXPECT_EQ(found.recipients[0].status, row.want_status) << row.form;
  }
}

TEST(DemoMails, EveryFormOfAnswerIsUsed) {
  std::set<const MailTemplate*> used;
  for (const auto& mail : written_mails(templates(), kDate)) {
    used.insert(answer_of(templates(), mail.recipient));
  }
  EXPECT_TRUE(used.contains(nullptr)) << "some mail is not answered";
  EXPECT_EQ(used.size(), templates().answers.size() + 1);
  EXPECT_EQ(answer_of(templates(), "somebody@else.test"), nullptr);
}

TEST(DemoMails, NothingAnswersAMailWithoutAReturnPath) {
  const std::string mail = written_mails(templates(), kDate)[0].text;
  EXPECT_FALSE(read_arrived(mail)) << "no Return-Path";
  EXPECT_FALSE(read_arrived("Return-Path: <>\n" + mail)) << "of the null sender";
  EXPECT_FALSE(read_arrived("Return-Path: <ann@example.org>\nSubject: x\n\n")) << "no recipient";
  EXPECT_FALSE(read_arrived(""));
}

TEST(DemoMails, EveryFileIsATemplate) {
  std::set<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(kFolder)) {
    if (entry.is_regular_file()) files.insert(entry.path().string());
  }
  std::set<std::string> read = {kFolder + "/README.md"};
  for (const auto* const list :
       {&templates().written, &templates().ordinary, &templates().answers, &templates().elsewhere}) {
    EXPECT_FALSE(list->empty());
    for (const auto& one : *list) EXPECT_TRUE(read.insert(one.path).second) << one.path;
  }
  EXPECT_EQ(files, read);
}

TEST(DemoMails, EveryPlaceholderIsFilled) {
  const auto mails = made_mails();
  ASSERT_GT(mails.size(), 100u);
  for (const auto& mail : mails) {
    for (const auto& text : {mail.reverse_path, mail.recipient, mail.text}) {
      EXPECT_THAT(text, testing::Not(testing::HasSubstr("{"))) << mail.text;
      EXPECT_THAT(text, testing::Not(testing::HasSubstr("}"))) << mail.text;
    }
    EXPECT_THAT(mail.text, testing::HasSubstr("\nDate: " + std::string(kDate) + "\n"));
  }
}

TEST(DemoMails, EveryLineEndsInLfAndFitsSmtp) {
  for (const auto& mail : made_mails()) {
    EXPECT_THAT(mail.text, testing::Not(testing::HasSubstr("\r")));
    EXPECT_THAT(mail.text, testing::EndsWith("\n"));
    EXPECT_THAT(mail.text, testing::HasSubstr("\n\n")) << "the header has an end";
    std::istringstream lines(mail.text);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 998u) << "RFC 5322 2.1.1";
      EXPECT_FALSE(line.ends_with(' ') || line.ends_with('\t')) << line;
    }
  }
}

TEST(DemoMails, EachHasItsOwnMessageIdAndEachRecipientGetsOne) {
  std::set<std::string> ids;
  std::set<std::string> recipients;
  for (const auto* const list : {&templates().written, &templates().ordinary}) {
    for (const auto& one : *list) {
      EXPECT_THAT(one.text, testing::StartsWith("Message-ID: <"));
      EXPECT_TRUE(ids.insert(one.text.substr(0, one.text.find('\n'))).second) << one.path;
    }
  }
  // An answer is found by the recipient.
  for (const auto& one : templates().written) {
    EXPECT_TRUE(recipients.insert(one.recipient).second) << one.path;
    EXPECT_EQ(one.reverse_path, kAnn) << one.path;
  }
}

struct BrokenRow {
  const char* name;  ///< of the file or folder below samples/demo
  const char* text;  ///< nullptr: it is deleted
  const char* want;  ///< after its path
};

TEST(DemoMails, ABrokenTemplateIsNamed) {
  const BrokenRow rows[] = {
      {"written", nullptr, ": no such file"},
      {"ordinary", nullptr, ": no such file"},
      {"answers", nullptr, ": no such file"},
      {"elsewhere", nullptr, ": no such file"},
      {"written/01-dinner.eml", "Return-Path: <>\nDelivered-To: a@b.test\nTo: {tagged}\n\n",
       ": {tagged} is no placeholder here; these are: {date}"},
      {"ordinary/01-dinner.eml", "Return-Path: <>\nDelivered-To: a@b.test\nTo: {recipient}\n\n",
       ": {recipient} is no placeholder here; these are: {date} {tagged}"},
      {"answers/receipt.eml", "Return-Path: <>\nDelivered-To: {ann}\nSubject: x\n\n",
       ": {ann} is no placeholder here; these are: {body} {date} {domain} {header} {message_id} {recipient} "
       "{subject} {tagged} {user}"},
  };
  for (const auto& row : rows) {
    const base::TemporaryFolder place;
    fs::copy(kFolder, place.path("demo"), fs::copy_options::recursive);
    const std::string path = place.path("demo/" + std::string(row.name));
    fs::remove_all(path);
    if (row.text != nullptr) std::ofstream(path) << row.text;
    const auto read = read_demo_templates(place.path("demo"));
    ASSERT_FALSE(read) << row.name;
    EXPECT_EQ(read.error().message, path + row.want);
  }
}

TEST(DemoMails, AnAnswerThatIsMissingIsNamed) {
  const base::TemporaryFolder place;
  fs::copy(kFolder, place.path("demo"), fs::copy_options::recursive);
  fs::remove(place.path("demo/answers/receipt.eml"));
  const auto read = read_demo_templates(place.path("demo"));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, place.path("demo/written/10-key.eml") + ": there is no answer " +
                                      place.path("demo/answers/receipt.eml"));
}

TEST(DemoMails, TheReadmeNamesEveryPlaceholder) {
  std::ostringstream readme;
  readme << std::ifstream(kFolder + "/README.md").rdbuf();
  for (const auto* const name :
       {"body", "date", "domain", "header", "message_id", "recipient", "subject", "tagged", "user"}) {
    EXPECT_THAT(readme.str(), testing::HasSubstr("`{" + std::string(name) + "}`"));
  }
}

TEST(DemoSamples, AreFoundOrLookedForByName) {
  for (const auto name : {kSampleMailbox, kSampleTemplates}) {
    const auto found = find_sample(name);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_TRUE(fs::exists(*found)) << *found;
  }
  const auto gone = find_sample("gone.mbox");
  ASSERT_FALSE(gone);
  EXPECT_THAT(gone.error().message, testing::StartsWith("the sample gone.mbox is missing; searched in /"));
  EXPECT_THAT(gone.error().message, testing::HasSubstr("/share/backstop/samples, "));
  EXPECT_THAT(gone.error().message,
              testing::HasSubstr(", " + std::string(BACKSTOP_SOURCE_DIR) + "/samples, "));
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
