// How the marks of the sign tables are weighed: each strength with and without what it needs, and each kind
// beside each lower one. The mails have no other sign of a response.
#include "response/sign_verdict.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "response/reader.h"
#include "response/signs.h"

namespace backstop::response {
namespace {

constexpr std::string_view kOrdinary = "jo@example.net";

// Reads a person's mail. Fields of `header` come first: the first From and the first Subject count.
std::string_view kind_of(std::string_view header, std::string_view text, std::string_view reverse_path) {
  std::string mail(header);
  mail.append("From: Jo <jo@example.net>\nTo: ann@example.org\nSubject: Lunch\n\n").append(text);
  Reader reader;
  return name(reader.read(mail, {.reverse_path = std::string(reverse_path), .recipient = ""}).kind);
}

struct Row {
  const char* name;
  std::string_view header;
  std::string_view text;
  std::string_view reverse_path;
  std::string_view want;
};

void check(std::span<const Row> rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(kind_of(row.header, row.text, row.reverse_path), row.want) << row.name;
  }
}

// Marks that decide alone or as a pair; those of the kind that wins first.
struct Marks {
  std::string_view kind;
  std::string_view header;
  std::string_view subject;
  std::string_view text;
};
constexpr Marks kStrongestFirst[] = {
    {"feedback-report", "", "Complaint about message from ann", ""},
    {"challenge", "From: verify@0spam.com\n", "", ""},
    {"list-notice", "X-List-Administrivia: yes\n", "", ""},
    {"filter-notice", "X-Tnz-Problem-Type: 40\n", "", ""},
    {"mdn", "", "Read: ", "Your message to: ann was read on Monday.\n"},
    {"auto-reply", "X-Autorespond: Lunch\n", "", ""},
};

TEST(SignVerdict, PrefersTheMoreParticularKind) {
  for (std::size_t i = 0; i < std::size(kStrongestFirst); ++i) {
    for (std::size_t j = i; j < std::size(kStrongestFirst); ++j) {
      const Marks& strong = kStrongestFirst[i];
      const Marks& weak = kStrongestFirst[j];
      // After "Read: ", the subject is that of the mail that was read.
      if (weak.kind == "mdn" && strong.kind == "feedback-report") continue;
      // "Read: " must be the start of the subject.
      std::string subject = "Subject: ";
      subject.append(weak.subject).append(i == j ? "" : strong.subject).append("\n");
      const std::string text = std::string(strong.text) + std::string(weak.text) + "See you.\n";
      for (const bool is_strong_first : {true, false}) {
        std::string header(is_strong_first ? strong.header : weak.header);
        if (i != j) header += is_strong_first ? weak.header : strong.header;
        EXPECT_EQ(kind_of(header + subject, text, ""), strong.kind) << strong.kind << " beside " << weak.kind;
      }
    }
  }
}

// "Please verify your message" is a challenge if a machine's mark is beside it.
TEST(SignVerdict, AsksForAMachinesMark) {
  const Row rows[] = {
      {"nothing", "Subject: Please verify your message\n", "", kOrdinary, "none"},
      {"null sender", "Subject: Please verify your message\n", "", "", "challenge"},
      {"null sender and a mail program", "Subject: Please verify your message\nUser-Agent: Mutt/2.2\n", "",
       "", "none"},
      {"a daemon", "From: Mail Delivery System <a@example.net>\nSubject: Please verify your message\n", "",
       kOrdinary, "challenge"},
      {"a daemon by a name that is no mark",
       "From: Mail Router <a@example.net>\nSubject: Please verify your message\n", "", kOrdinary,
       "challenge"},
      {"a daemon with a mail program",
       "From: Mail Delivery System <a@example.net>\nSubject: Please verify your message\nX-Mailer: "
       "Thunderbird\n",
       "", kOrdinary, "none"},
      {"auto-replied with a mail program",
       "Subject: Please verify your message\nAuto-Submitted: auto-replied\nX-Mailer: Thunderbird\n", "",
       kOrdinary, "challenge"},
      {"a mark", "Subject: Please verify your message\nX-Auto-Generated: yes\n", "", kOrdinary, "challenge"},
      {"a mark and a mail program",
       "Subject: Please verify your message\nX-Auto-Generated: yes\nX-Mailer: Thunderbird\n", "", kOrdinary,
       "challenge"},
      {"a mark on a list",
       "Subject: Please verify your message\nX-Auto-Generated: yes\nList-Id: <l.example.org>\n", "",
       kOrdinary, "challenge"},
      {"bulk", "Subject: Please verify your message\nPrecedence: bulk\n", "", kOrdinary, "none"},
      {"bulk on a list", "Subject: Please verify your message\nPrecedence: bulk\nList-Id: <l.example.org>\n",
       "", kOrdinary, "none"},
      {"a role in From", "From: autoreply@example.net\nSubject: Please verify your message\n", "", kOrdinary,
       "challenge"},
      {"a role in From and a mail program",
       "From: autoreply@example.net\nSubject: Please verify your message\nX-Mailer: Thunderbird\n", "",
       kOrdinary, "none"},
      {"a role in the reverse path and a mail program",
       "Subject: Please verify your message\nX-Mailer: Thunderbird\n", "", "autoreply@example.net",
       "challenge"},
      {"the field of another kind", "Subject: Please verify your message\nX-Autorespond: yes\n", "",
       kOrdinary, "challenge"},
      {"a field that needs an answer", "Subject: Please verify your message\nPrecedence: auto_reply\n", "",
       kOrdinary, "none"},
      {"words that decide are no mark", "Subject: Virus detected by McAfee\n",
       "To carl@example.com. This site uses a challenge/response filter.\n", kOrdinary, "filter-notice"},
      {"the same from a null sender", "Subject: Virus detected by McAfee\n",
       "This site uses a challenge/response filter.\n", "", "challenge"},
  };
  check(rows);
}

TEST(SignVerdict, AsksForTheNullSender) {
  const Row rows[] = {
      {"null sender", "Subject: On leave\n", "", "", "auto-reply"},
      {"null sender and a mail program", "Subject: On leave\nUser-Agent: Mutt/2.2\n", "", "", "none"},
      {"ordinary sender", "Subject: On leave\n", "", kOrdinary, "none"},
      {"to a group", "Subject: On leave\n", "Hi team,\n\nBob has my phone.\n", "", "none"},
      {"a thread that begins", "Subject: On leave\nThread-Topic: on leave\n", "", "", "none"},
      {"another thread", "Subject: On leave\nThread-Topic: Plans\n", "", "", "auto-reply"},
      {"to a group, auto-generated", "Subject: On leave\nAuto-Submitted: auto-generated\n",
       "Hi team,\n\nBob has my phone.\n", "", "auto-reply"},
      {"to a group, with In-Reply-To", "Subject: On leave\nIn-Reply-To: <1@example.org>\n",
       "Hi team,\n\nBob has my phone.\n", "", "auto-reply"},
      {"ordinary sender and a mark", "Subject: On leave\nX-Auto-Generated: yes\n", "", kOrdinary, "none"},
  };
  check(rows);
}

// Help desks and Notes write auto-generated for what the program answers, from an ordinary sender.
TEST(SignVerdict, TakesAnAutomaticAnswersOpeningForTheNullSender) {
  constexpr std::string_view kAuto =
      "Subject: Refund\nAuto-Submitted: auto-generated\nIn-Reply-To: <1@example.org>\n";
  constexpr std::string_view kAway = "Hello,\n\nI am out of the office until Monday.\n";
  constexpr std::string_view kReceived = "We have received your request (88) and look into it.\n";
  const std::string behind = std::string(300, '.') + "\n";
  const std::string with_field = std::string(kAuto);
  const auto with = [&](std::string_view field) { return std::string(field) + with_field; };
  const std::string thread = with("Subject: Re: Refund\n");
  const std::string list = with("List-Id: <l.example.org>\n");
  const std::string jira = with("X-JIRA-FingerPrint: 1\n");
  const std::string redmine = with("X-Redmine-Host: r.example.net\n");
  const std::string mutt = with("User-Agent: Mutt\n");
  const std::string received_behind = behind + std::string(kReceived);
  const std::string away_behind = behind + std::string(kAway);
  const Row rows[] = {
      {"an absence", kAuto, kAway, kOrdinary, "auto-reply"},
      {"a request received", kAuto, kReceived, kOrdinary, "auto-reply"},
      {"in Spanish", kAuto, "Hemos recibido su solicitud (88).\n", kOrdinary, "auto-reply"},
      {"in Russian", kAuto, "Ваше обращение получено.\n", kOrdinary, "auto-reply"},
      {"in Dutch", kAuto, "Wij hebben uw bericht ontvangen.\n", kOrdinary, "auto-reply"},
      {"a sure subject",
       "Subject: Confirmation of receipt\nAuto-Submitted: auto-generated\n"
       "In-Reply-To: <1@example.org>\n",
       "", kOrdinary, "auto-reply"},
      {"thanks in the subject",
       "Subject: Thank you for contacting us\nAuto-Submitted: auto-generated\n"
       "In-Reply-To: <1@example.org>\n",
       "", kOrdinary, "none"},
      {"behind other words", kAuto, received_behind, kOrdinary, "none"},
      {"an absence behind other words", kAuto, away_behind, kOrdinary, "none"},
      {"only an automated message", kAuto, "This is an automated message.\n", kOrdinary, "none"},
      {"no other mail's id", "Auto-Submitted: auto-generated\n", kReceived, kOrdinary, "none"},
      {"no mark", "In-Reply-To: <1@example.org>\n", kReceived, kOrdinary, "none"},
      {"an agent's answer", thread, kReceived, kOrdinary, "none"},
      {"on a list", list, kReceived, kOrdinary, "none"},
      {"a comment", jira, kAway, kOrdinary, "none"},
      {"a comment from nobody", redmine, kAway, "", "none"},
      {"a mail program", mutt, kAway, kOrdinary, "none"},
  };
  check(rows);
}

TEST(SignVerdict, LeavesOrdinaryWhatAnOfficeWritesAboutLeave) {
  constexpr std::string_view kLeave = "Out of office: 9 to 20 November\n";
  const Row rows[] = {
      {"from nobody's address",
       "From: HR <noreply@example.net>\nSubject: Out of office: your leave\n"
       "Auto-Submitted: auto-generated\n",
       kLeave, "", "none"},
      {"from an address",
       "From: HR <hr@example.net>\nSubject: Out of office: your leave\n"
       "Auto-Submitted: auto-generated\n",
       kLeave, "", "auto-reply"},
      {"an answer from nobody's address",
       "From: HR <noreply@example.net>\nSubject: Out of office\n"
       "Auto-Submitted: auto-generated\nIn-Reply-To: <1@example.org>\n",
       kLeave, "", "auto-reply"},
      {"auto-replied",
       "From: HR <noreply@example.net>\nSubject: Out of office\n"
       "Auto-Submitted: auto-replied\n",
       kLeave, "", "auto-reply"},
  };
  check(rows);
}

TEST(SignVerdict, PairsAnAbsenceInTheSubjectWithAnAutomatedAnswer) {
  constexpr std::string_view kAnswer = "Note: This is an automated response to your message \"Plan\".\n";
  const Row rows[] = {
      {"both", "Subject: Ann Lee is out of the office (returning 11/16)\n", kAnswer, kOrdinary, "auto-reply"},
      {"in German", "Subject: Ann ist abwesend\n", "Dies ist eine automatische Antwort auf Ihre Mail.\n",
       kOrdinary, "auto-reply"},
      {"the subject alone", "Subject: Ann Lee is out of the office\n", "Please ask me.\n", kOrdinary, "none"},
      {"an answer to it", "Subject: Re: Ann Lee is out of the office\n", kAnswer, kOrdinary, "none"},
      {"a mail program", "Subject: Ann Lee is out of the office\nX-Mailer: Thunderbird\n", kAnswer, kOrdinary,
       "none"},
  };
  check(rows);
}

// A request may have come by a form, and thanks are in many newsletters.
TEST(SignVerdict, AsksForTheNullSenderAndAnAnswer) {
  constexpr std::string_view kThanks = "Subject: Thank you for contacting us\n";
  const Row rows[] = {
      {"null sender alone", kThanks, "", "", "none"},
      {"In-Reply-To", "Subject: Thank you for contacting us\nIn-Reply-To: <1@example.org>\n", "", "",
       "auto-reply"},
      {"Re:", "Subject: Re: Plans\n", "Your enquiry has been received.\n", "", "auto-reply"},
      {"a mark in another zone", kThanks, "Your enquiry has been received.\n", "", "auto-reply"},
      {"two marks in one zone", "", "We received your request. Your request has been received.\n", "",
       "none"},
      {"a mark of another kind", "Subject: Thank you for contacting us\nX-AskVersion: 1\n", "", "",
       "challenge"},
      {"words that people write, too", "Subject: Plans\n", "I am on leave until Monday.\n", "", "none"},
      {"the same with their subject", "Subject: Vacation\n", "I am on leave until Monday.\n", "",
       "auto-reply"},
      {"to a group", "Subject: Vacation\n", "Hi team,\n\nI am on leave until Monday.\n", "", "none"},
      {"an ordinary sender", "Subject: Thank you for contacting us\nIn-Reply-To: <1@example.org>\n",
       "Your enquiry has been received.\n", kOrdinary, "none"},
      {"a mail program",
       "Subject: Thank you for contacting us\nIn-Reply-To: <1@example.org>\nX-Mailer: Thunderbird\n", "", "",
       "none"},
  };
  check(rows);
}

TEST(SignVerdict, KnowsEachAcknowledgement) {
  for (const Sign& sign : acknowledgement_signs()) {
    const bool is_in_text = sign.zone == Zone::Body;
    std::string header = "Subject: ";
    header.append(is_in_text ? "Plans" : sign.phrase).append("\n");
    if (sign.strength == Strength::WithNullAnswer || is_in_text) header += "In-Reply-To: <1@example.org>\n";
    std::string text(is_in_text ? sign.phrase : "See you");
    text += ".\n";
    EXPECT_EQ(kind_of(header, text, ""), "auto-reply") << sign.phrase;
    EXPECT_EQ(kind_of(header, text, kOrdinary), "none") << sign.phrase;
  }
}

// Newsletters and mails to all staff are about holidays, too.
TEST(SignVerdict, AsksForMoreThanPrecedenceOfAnAbsence) {
  const Row rows[] = {
      {"bulk alone", "Subject: Out of the office and on the beach\nPrecedence: bulk\n", "", kOrdinary,
       "none"},
      {"junk in two fields", "Subject: Out of the office\nPrecedence: junk\nX-Precedence: junk\n", "",
       kOrdinary, "none"},
      {"null sender", "Subject: Out of the office\nPrecedence: bulk\n", "", "", "auto-reply"},
      {"In-Reply-To", "Subject: Out of the office\nPrecedence: bulk\nIn-Reply-To: <1@example.org>\n", "",
       kOrdinary, "auto-reply"},
      {"words of an absence", "Subject: Out of the office\nPrecedence: bulk\n", "I am on vacation.\n",
       kOrdinary, "auto-reply"},
      {"words of something else", "Subject: Out of the office\nPrecedence: bulk\n",
       "Only you: you only have to do this once.\n", kOrdinary, "challenge"},
      {"another mark", "Subject: Out of the office\nPrecedence: bulk\nX-Auto-Generated: yes\n", "", kOrdinary,
       "auto-reply"},
      {"a daemon", "From: Mail Router <a@example.net>\nSubject: Out of the office\nPrecedence: bulk\n", "",
       kOrdinary, "auto-reply"},
  };
  check(rows);
}

// "Rejected posting to" is a subject of LISTSERV, and one that people write.
TEST(SignVerdict, AsksForAProgramBesideWords) {
  constexpr std::string_view kOwner = "jobs-owner@example.net";
  const Row rows[] = {
      {"nothing", "Subject: Rejected posting to JOBS\n", "", kOrdinary, "none"},
      {"null sender", "Subject: Rejected posting to JOBS\n", "", "", "list-notice"},
      {"Auto-Submitted", "Subject: Rejected posting to JOBS\nAuto-Submitted: auto-generated\n", "", kOrdinary,
       "list-notice"},
      {"Precedence", "Subject: Rejected posting to JOBS\nPrecedence: bulk\n", "", kOrdinary, "list-notice"},
      {"a list program's address", "Subject: Rejected posting to JOBS\nFrom: jobs-request@example.net\n", "",
       kOwner, "list-notice"},
      {"LISTSERV", "Subject: Rejected posting to JOBS\nFrom: LISTSERV@example.net\n", "", kOwner,
       "list-notice"},
      {"another kind's program", "Subject: Rejected posting to JOBS\nFrom: Virus Scanner <a@example.net>\n",
       "", kOrdinary, "none"},
      {"a mail program", "Subject: Rejected posting to JOBS\nPrecedence: bulk\nUser-Agent: Mutt/2.2\n", "",
       kOrdinary, "none"},
      {"a thread", "Subject: Rejected posting to JOBS\nPrecedence: bulk\nIn-Reply-To: <1@example.org>\n", "",
       kOrdinary, "none"},
      {"a greeting", "Subject: Rejected posting to JOBS\nPrecedence: bulk\n", "Hi Ann,\n\nwhy?\n", kOrdinary,
       "none"},
      {"a greeting from the null sender", "Subject: Rejected posting to JOBS\n", "Hello,\n\nit is closed.\n",
       "", "list-notice"},
      {"a greeting, auto-replied", "Subject: Rejected posting to JOBS\nAuto-Submitted: auto-replied\n",
       "Hello,\n\nit is closed.\n", kOrdinary, "list-notice"},
      {"a post of a list", "Subject: Rejected posting to JOBS\nPrecedence: bulk\nList-Id: <l.example.net>\n",
       "", kOrdinary, "none"},
      {"an address with a mail program", "From: verify@0spam.com\nUser-Agent: Mutt/2.2\n", "", kOrdinary,
       "none"},
      {"an address with a greeting", "From: verify@0spam.com\n", "Hello,\n\nplease.\n", kOrdinary,
       "challenge"},
      {"a name with a greeting", "From: MAILsweeper <a@example.net>\n", "Hello,\n\nplease.\n", kOrdinary,
       "none"},
      {"a name without", "From: MAILsweeper <a@example.net>\n", "", kOrdinary, "filter-notice"},
      {"a filter", "Subject: Antigen found virus\n", "", kOrdinary, "none"},
      {"a filter that tells to whom the mail went", "Subject: Antigen found virus\n",
       "To: carl@example.com\n", kOrdinary, "filter-notice"},
      {"a person who tells it", "Subject: Antigen found virus\n", "Hi Ann,\n\nit was to carl@example.com.\n",
       kOrdinary, "none"},
  };
  check(rows);
}

TEST(SignVerdict, AsksForAPairOfOneProductInTwoZones) {
  const Row rows[] = {
      {"field and subject", "X-Boxtrapper: 1\nSubject: Hello verify#1\n", "", kOrdinary, "challenge"},
      {"subject and text", "Subject: Hello verify#1\n", "Reply with verify#1 in the subject.\n", kOrdinary,
       "challenge"},
      {"subject alone", "Subject: Hello verify#1\n", "", kOrdinary, "none"},
      {"text alone, twice", "X-Auto-Generated: yes\n",
       "This mail requires that you verify that you wrote it, with verify#1.\n", kOrdinary, "none"},
      {"two products", "Subject: Hello verify#1\n", "i will be out of the office starting Monday.\n",
       kOrdinary, "none"},
      {"two products, both whole", "Subject: Jo is out of the office, verify#1\n",
       "i will be out of the office starting Monday.\n", kOrdinary, "auto-reply"},
      {"a receipt that repeats the subject", "Subject: Read: Plans\n", "Plans was read on Monday.\n", "",
       "mdn"},
      {"a receipt in two languages", "Subject: Gelesen: Plans\n", "Plans was read on Monday.\n", "", "mdn"},
      {"a receipt with an id", "Subject: Read: Plans\nIn-Reply-To: <a@example.org>\n",
       "It was read at 10:05.\n", "", "mdn"},
      {"a receipt without both", "Subject: Read: Plans\n", "It was read on Monday.\n", "", "none"},
      {"a receipt by a list", "Subject: Read: Plans\nList-Id: <a.example.net>\n", "Plans was read.\n", "",
       "none"},
      {"a receipt from a person", "Subject: Read: Plans\n", "Plans was read on Monday.\n", kOrdinary, "none"},
      {"a receipt with Exchange's mark", "Subject: Read: Plans\nContent-Class: urn:content-classes:mdn\n",
       "It was read on Monday.\n", kOrdinary, "mdn"},
      {"a mail with Exchange's mark", "Subject: Read: Plans\nContent-Class: urn:content-classes:message\n",
       "It was read on Monday.\n", kOrdinary, "none"},
      {"a person's mail program", "Subject: Read: Plans\nUser-Agent: Mutt\n", "Plans was read.\n", "",
       "none"},
      {"another kind from a person", "Subject: Jo is out of the office\n",
       "i will be out of the office starting Monday.\n", kOrdinary, "auto-reply"},
  };
  check(rows);
}

TEST(SignVerdict, AsksForASecondSignOfAFieldThatSpamCopies) {
  const Row rows[] = {
      {"alone", "X-AskVersion: 1\n", "", kOrdinary, "none"},
      {"null sender", "X-AskVersion: 1\n", "", "", "challenge"},
      {"In-Reply-To", "X-AskVersion: 1\nIn-Reply-To: <1@example.org>\n", "", kOrdinary, "challenge"},
      {"Re:", "X-AskVersion: 1\nSubject: Re: Plans\n", "", kOrdinary, "challenge"},
      {"auto-replied", "X-AskVersion: 1\nAuto-Submitted: auto-replied\n", "", kOrdinary, "challenge"},
      {"another of its kind", "X-AskVersion: 1\n", "Only you: you only have to do this once.\n", kOrdinary,
       "challenge"},
      {"one of another kind", "X-AskVersion: 1\n", "Your mail: our virus checker found a virus.\n", kOrdinary,
       "filter-notice"},
      {"precedence alone", "Precedence: auto_reply\n", "", kOrdinary, "none"},
      {"precedence as an answer", "Precedence: auto_reply\n", "", "", "auto-reply"},
      {"precedence in two fields", "Precedence: auto_reply\nX-Precedence: auto_reply\n", "", kOrdinary,
       "none"},
      {"precedence in two other fields", "Precedence: auto_reply\nPreference: auto_reply\n", "", kOrdinary,
       "none"},
      {"precedence and a subject", "Precedence: auto_reply\nSubject: Automatic reply: Plans\n", "", kOrdinary,
       "auto-reply"},
  };
  check(rows);
}

// The other fields of a header that was copied from a challenge prove nothing either.
TEST(SignVerdict, IgnoresFieldsBesideACopiedChallenge) {
  const Row rows[] = {
      {"no challenge", "X-Autorespond: Plans\nPrecedence: auto_reply\n", "", kOrdinary, "auto-reply"},
      {"half of a pair", "X-Boxtrapper: 1\nX-Autorespond: Plans\n", "", kOrdinary, "none"},
      {"half of a pair that answers", "X-Boxtrapper: 1\nX-Autorespond: Plans\n", "", "", "auto-reply"},
      {"half of a pair with Re:",
       "X-Boxtrapper: 1\nX-Autorespond: Plans\nPrecedence: auto_reply\nSubject: Re: prize\n", "", kOrdinary,
       "none"},
      {"half of a pair with In-Reply-To",
       "X-Boxtrapper: 1\nX-Autorespond: Plans\nIn-Reply-To: <1@example.org>\n", "", kOrdinary, "auto-reply"},
      {"a pair", "X-Boxtrapper: 1\nX-Autorespond: Plans\nSubject: verify#1\n", "", kOrdinary, "challenge"},
      {"a field without its second sign", "X-AskVersion: 1\nX-Autorespond: Plans\n", "", kOrdinary, "none"},
      {"a field with it", "X-AskVersion: 1\nX-Autorespond: Plans\nSubject: Please confirm (conf#1)\n", "",
       kOrdinary, "challenge"},
      {"the field of another kind without its second sign",
       "Precedence: auto_reply\nX-Tnz-Problem-Type: 40\n", "", kOrdinary, "filter-notice"},
      {"marks that are no fields", "X-Boxtrapper: 1\nPrecedence: bulk\nFrom: majordomo@example.net\n", "",
       kOrdinary, "list-notice"},
  };
  check(rows);
}

// Parcel services, schools, calendars and shops write these words from the null sender.
TEST(SignVerdict, AsksForASecondSignBesideTheWordsOfAReply) {
  constexpr std::string_view kAway = "I am out of the office until Monday.\n";
  const Row rows[] = {
      {"absence", "", kAway, "", "none"},
      {"absence that answers", "In-Reply-To: <1@example.org>\n", kAway, "", "auto-reply"},
      {"absence with Re:", "Subject: Re: Lunch\n", kAway, "", "auto-reply"},
      {"absence in an automatic mail", "Auto-Submitted: auto-generated\n", kAway, "", "auto-reply"},
      {"absence in bulk mail", "Precedence: junk\n", kAway, "", "auto-reply"},
      {"absence that wants no answer", "X-Auto-Response-Suppress: All\n", kAway, "", "auto-reply"},
      {"absence under its subject", "Subject: Out of office\n", kAway, "", "auto-reply"},
      {"a school", "Subject: Pupils\n", "We have received your message. Your child is excused.\n", "",
       "none"},
      {"German", "", "Ich bin im Urlaub. Ich bin nicht im Büro.\n", "", "none"},
      {"French", "", "Votre message a bien été reçu.\n", "", "none"},
      {"Spanish", "", "Hemos recibido su mensaje.\n", "", "none"},
      {"Italian", "", "Sarò assente.\n", "", "none"},
      {"Russian", "", "Я сейчас в отпуске.\n", "", "none"},
      {"Japanese", "", "不在にしております。\n", "", "none"},
      {"Japanese that answers", "References: <1@example.org>\n", "不在にしております。\n", "", "auto-reply"},
  };
  check(rows);
}

TEST(SignVerdict, AsksForASecondSignBesideAnAutoRespondersField) {
  const Row rows[] = {
      {"X-Autorespond", "X-Autorespond: Plans\n", "", kOrdinary, "none"},
      {"X-Vacation", "X-Vacation: yes\n", "", kOrdinary, "none"},
      {"X-Autoresponder", "X-Autoresponder: yes\n", "", kOrdinary, "none"},
      {"two of them", "X-Vacation: yes\nX-Autorespond: Plans\n", "", kOrdinary, "none"},
      {"another one and junk", "X-Autoreply: yes\nX-Autorespond: Plans\nPrecedence: junk\n", "", kOrdinary,
       "none"},
      {"its Precedence", "X-Autorespond: Plans\nPrecedence: auto_reply\n", "", kOrdinary, "auto-reply"},
      {"an answer", "X-Vacation: yes\nIn-Reply-To: <1@example.org>\n", "", kOrdinary, "auto-reply"},
      {"the null sender", "X-Vacation: yes\n", "", "", "auto-reply"},
      {"its subject", "X-Vacation: yes\nSubject: Out of office\n", "", kOrdinary, "auto-reply"},
  };
  check(rows);
}

// What a filter held for the reader, and what its vendor advertises, answers no mail.
TEST(SignVerdict, IgnoresAFiltersMailToItsReader) {
  constexpr std::string_view kHeld = "Your email has been quarantined: 3 messages for you are kept.\n";
  constexpr std::string_view kFilter = "From: Spam Filter <postmaster@example.org>\n";
  const Row rows[] = {
      {"a digest by its words", kFilter, kHeld, "", "none"},
      {"a digest by its subject", "From: postmaster@example.org\nSubject: Quarantine summary\n",
       "Your message has been quarantined.\n", "", "none"},
      {"a digest in German", "From: postmaster@example.org\nSubject: Quarantäne-Bericht\n",
       "Your message has been quarantined.\n", "", "none"},
      {"a notice", kFilter, "Your email has been quarantined.\n", "", "filter-notice"},
      {"advertising", "Auto-Submitted: auto-generated\nPrecedence: bulk\n",
       "Learn why your message has been quarantined.\n\nUnsubscribe here.\n", kOrdinary, "none"},
      {"advertising in German", "Auto-Submitted: auto-generated\nSubject: Virenwarnung\n",
       "Lesen Sie mehr.\n\nNewsletter abbestellen\n", kOrdinary, "none"},
      {"an automatic notice", "Auto-Submitted: auto-generated\nPrecedence: bulk\n",
       "Your message has been quarantined.\n", kOrdinary, "filter-notice"},
  };
  check(rows);
}

// Postmasters and owners of lists are people.
TEST(SignVerdict, IgnoresWhatAPersonWritesUnderARole) {
  constexpr std::string_view kEva = "From: Eva <postmaster@example.net>\n";
  const Row rows[] = {
      {"a virus, signed", "From: Eva <postmaster@example.net>\nSubject: Virenwarnung\n",
       "Ein Virus kam an.\nGruß Eva\n", "postmaster@example.net", "none"},
      {"a virus, to Ann", "From: postmaster@example.net\nSubject: Virus alert\n",
       "Ann, your message has been quarantined.\n", "postmaster@example.net", "none"},
      {"an attachment, unsigned", "From: Postmaster <postmaster@example.net>\nSubject: Blocked attachment\n",
       "Your zip was blocked. Use the share.\n", "postmaster@example.net", "none"},
      {"an attachment, with the mail's fields",
       "From: Postmaster <postmaster@example.net>\nSubject: Blocked attachment\n",
       "It was blocked.\n\nFrom: ann@example.org\nTo: bob@example.net\nSubject: Plans\n",
       "postmaster@example.net", "filter-notice"},
      {"somebody left", kEva, "Bob no longer works here.\n", "postmaster@example.net", "none"},
      {"somebody left, automatically", "Auto-Submitted: auto-generated\nFrom: postmaster@example.net\n",
       "Bob no longer works here.\n", "postmaster@example.net", "auto-reply"},
      {"a newsletter of sympa@", "From: Sympa team <sympa@example.net>\n", "News of May.\n", kOrdinary,
       "none"},
      {"a newsletter of majordomo@", "From: Club <majordomo@example.net>\n", "News of May.\n", kOrdinary,
       "none"},
      {"majordomo@ that answers", "From: majordomo@example.net\nIn-Reply-To: <1@example.org>\n",
       "Who is it?\n", kOrdinary, "list-notice"},
      {"majordomo@ in bulk", "From: majordomo@example.net\nPrecedence: bulk\n", "Who is it?\n", kOrdinary,
       "list-notice"},
      {"the address in a display name", "From: \"verify@0spam.com fans\" <a@example.net>\n", "Hi.\n",
       kOrdinary, "none"},
      {"a filter's address, signed", "From: Eva <mimesweeper@example.net>\n", "Who knows this?\nEva\n",
       kOrdinary, "none"},
      {"a filter's address", "From: mimesweeper@example.net\n", "To bob@example.com.\n", kOrdinary,
       "filter-notice"},
      {"the address of a challenge", "From: verify@0spam.com\n", "Hi.\n", kOrdinary, "challenge"},
  };
  check(rows);
}

TEST(SignVerdict, AsksForACodeBesideTheSubjectOfAChallenge) {
  const Row rows[] = {
      {"a question", "Subject: [Qurb #\n", "What is it?\n", kOrdinary, "none"},
      {"a code", "Subject: [Qurb #4711]\n", "", kOrdinary, "challenge"},
      {"another question", "Subject: Please confirm (conf#\n", "What is it?\n", kOrdinary, "none"},
      {"another code", "Subject: Please confirm (conf#a3f81c)\n", "", kOrdinary, "challenge"},
      {"an old code", "Subject: Your email requires verification verify:AbCd1234\n", "", kOrdinary,
       "challenge"},
      {"its own address", "Subject: Unverified email to jo@example.net\n", "", kOrdinary, "challenge"},
      {"another address", "Subject: Unverified email to bob@example.com\n", "", kOrdinary, "none"},
      {"a word", "Subject: Your email requires verification verify please\n", "", kOrdinary, "none"},
      {"no code at all", "Subject: Unverified email to Bob\n", "Do you get this, too?\n", kOrdinary, "none"},
      {"the null sender", "Subject: Unverified email to Bob\n", "", "", "challenge"},
  };
  check(rows);
}

TEST(SignVerdict, AsksAReceiptWhenItWasRead) {
  const Row rows[] = {
      {"words that answer", "Subject: Read: the plan\nIn-Reply-To: <1@example.org>\n",
       "Your message to: legal was read on their side, and they agree.\n", "", "none"},
      {"a receipt that answers", "Subject: Read: the plan\nIn-Reply-To: <1@example.org>\n",
       "Your message to: legal was read on 3/5/2026 10:05.\n", "", "mdn"},
      {"one that has the subject", "Subject: Read: the plan\n",
       "Your message to: legal\nSubject: the plan\nwas read on Monday.\n", "", "mdn"},
  };
  check(rows);
}

TEST(SignVerdict, IgnoresConfirmationsOfOrders) {
  const Row rows[] = {
      {"a mail", "Subject: We have received your email\n", "", "", "auto-reply"},
      {"an order", "Subject: We have received your email: order 17\n", "", "", "none"},
      {"a mail, in German", "Subject: Eingangsbestätigung: Ihr Brief\n", "", "", "auto-reply"},
      {"an order, in German", "Subject: Eingangsbestätigung: Ihre Bestellung\n", "", "", "none"},
      {"an order in the text", "Subject: Confirmación de recepción\n",
       "Hemos recibido su solicitud de pedido 4711.\n", "", "none"},
      {"an answer about an order",
       "Subject: Confirmation of receipt: your order\nIn-Reply-To: <1@example.org>\n",
       "We have received your message.\n", "", "auto-reply"},
      {"a vacation", "Subject: Automatic reply: your order\n", "", "", "auto-reply"},
      {"a receipt", "Subject: Read: your order\n", "Your order was read on Monday.\n", "", "mdn"},
  };
  check(rows);
}

TEST(SignVerdict, AsksForMoreThanASubjectOfAReceipt) {
  const Row rows[] = {
      {"a school", "Subject: Lesebestätigung für Elternbrief\n", "Familie Muster las ihn am 23.11.2026.\n",
       "", "none"},
      {"letters", "Subject: Read receipt: signed letter\n", "Bob opened it on 23.11.2026 10:00.\n", "",
       "none"},
      {"the subject in the text", "Subject: Read receipt: the plan\n", "the plan\n10:00\n", "", "mdn"},
      {"a time of the day", "Subject: Lesebestätigung\n", "Gelesen um 10:05.\n", "", "mdn"},
      {"an address", "Subject: Lesebestätigung für den Plan\n", "Gelesen von bob@example.com.\n", "", "mdn"},
      {"an answer", "Subject: Read receipt: the plan\nIn-Reply-To: <1@example.org>\n", "It was.\n", "",
       "mdn"},
  };
  check(rows);
}

TEST(SignVerdict, AsksForAMailBesideGeneralWordsOfAFilter) {
  constexpr std::string_view kAutomatic = "Auto-Submitted: auto-generated\n";
  const std::string warning = std::string(kAutomatic) + "Subject: Virenwarnung\n";
  const Row rows[] = {
      {"a bank", warning, "Zurzeit kommen Viren mit der Post.\n", kOrdinary, "none"},
      {"a mail to somebody", warning, "Ihre Mail an bob@example.com kam nicht an.\n", kOrdinary,
       "filter-notice"},
      {"the null sender", warning, "Zurzeit kommen Viren mit der Post.\n", "", "filter-notice"},
  };
  check(rows);
}

TEST(SignVerdict, AsksForAnAnswerBesideAQuestionForHumans) {
  const Row rows[] = {
      {"a forum", "Subject: Your account\n", "Please verify that you are a human: http://x.test\n", "",
       "none"},
      {"an answer", "Subject: Your account\nIn-Reply-To: <1@example.org>\n",
       "Please verify that you are a human: http://x.test\n", "", "challenge"},
  };
  check(rows);
}

TEST(SignVerdict, KnowsFormsThatWereSent) {
  const std::string_view header = "Subject: Portal\nAuto-Submitted: auto-generated\n";
  const Row rows[] = {
      {"a form", header, "Twoja wiadomość została wysłana do Jana.\n", "", "none"},
      {"an acknowledgement", header, "Twoja wiadomość została przyjęta.\n", "", "auto-reply"},
  };
  check(rows);
}

}  // namespace
}  // namespace backstop::response
