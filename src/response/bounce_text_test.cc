// Which recipients a text reports, in which words, and which of several addresses is taken.
#include "response/bounce_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "response/reader.h"

namespace backstop::response {
namespace {

// Returns a line "address 'diagnostic'" for each recipient.
std::string recipients_of(std::string_view text, std::string_view header = "", Limits limits = {}) {
  Reader reader(limits);
  std::string mail(header);
  mail.append(
          "From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\nTo: ann@example.org\n"
          "Subject: Undeliverable mail\n\n")
      .append(text);
  std::string all;
  for (const auto& recipient :
       reader.read(mail, {.reverse_path = "", .recipient = "ann@example.org"}).recipients) {
    all += fmt::format("{} '{}'\n", recipient.address, recipient.diagnostic);
  }
  return all;
}

struct Row {
  const char* name;
  std::string text;
  std::string_view want;
};

void check(std::span<const Row> rows) {
  for (const Row& row : rows) EXPECT_EQ(recipients_of(row.text), row.want) << row.name;
}

// Here the pattern of a product names the recipient. Without it, the address alone on its line would be
// taken.
TEST(BounceText, ThePatternOfAProductTakesAddressesUpToTheirLongest) {
  const auto text = [](std::size_t local, std::size_t domain) {
    return fmt::format("Message could not be delivered to mobile.\nTo: <{}@{}>\n\nalone@example.com\n",
                       std::string(local, 'l'), std::string(domain - 4, 'd') + ".com");
  };
  const auto is_taken = [&](std::size_t local, std::size_t domain) {
    return recipients_of(text(local, domain)).starts_with(std::string(local, 'l') + "@d");
  };
  EXPECT_TRUE(is_taken(1, 10));
  EXPECT_TRUE(is_taken(256, 10));
  EXPECT_FALSE(is_taken(257, 10));
  EXPECT_TRUE(is_taken(1, 255));
  EXPECT_FALSE(is_taken(1, 256));
  EXPECT_FALSE(is_taken(10'000, 10'000));
}

TEST(BounceText, ReadsTheAddressInASentenceOfManyLanguages) {
  constexpr std::string_view kSentences[] = {
      "Your message to {} could not be delivered because",
      "Ihre Nachricht an {} konnte nicht zugestellt werden weil",
      "Su mensaje a {} no pudo ser entregado porque",
      "No fue posible la entrega del mensaje a {} en el servidor",
      "Non e stato possibile consegnare il messaggio a {} per questo motivo",
      "Nao foi possivel entregar a mensagem para {} agora",
      "Uw bericht aan {} kon niet worden afgeleverd omdat",
      "Votre message a {} n'a pu etre remis au destinataire",
      "Brevet till {} kunde inte levereras nu",
      "Din mail til {} kunne ikke leveres nu",
      "Nie mozna dostarczyc wiadomosci do {} z powodu",
      "Zpravu pro {} nelze dorucit na server",
      "Mesajul catre {} nu a putut fi livrat acum",
      "Pesan kepada {} tidak dapat dikirim karena",
  };
  for (const auto sentence : kSentences) {
    const std::string text = fmt::format(fmt::runtime(sentence), "joe@example.com");
    EXPECT_TRUE(recipients_of(text + ":\n\n  550 5.1.1 no such user\n").starts_with("joe@example.com "))
        << sentence;
  }
}

// A list of addresses comes before a label, a label before a server's reply, and that before a sentence.
TEST(BounceText, TheLikeliestShapeWins) {
  const std::string alone = "alone@example.com\n";
  const std::string head = "<head@example.com>: over quota\n";
  const std::string label = "Recipient: label@example.com\n";
  const std::string reply = "550 5.1.1 <reply@example.com>... no\n";
  const std::string sentence = "It was not delivered to sentence@example.com today.\n";
  const Row rows[] = {
      {"alone", "Was not delivered:\n" + sentence + reply + label + alone, "alone@example.com ''\n"},
      {"head", "Was not delivered:\n" + sentence + reply + label + head, "head@example.com 'over quota'\n"},
      {"alone and head are one list", "Was not delivered:\n" + alone + "\n" + head,
       "alone@example.com ''\nhead@example.com 'over quota'\n"},
      {"label", "Was not delivered:\n" + sentence + reply + label,
       "label@example.com 'Recipient: label@example.com'\n"},
      {"a reply alone", "Was not delivered:\n" + reply,
       "reply@example.com '550 5.1.1 <reply@example.com>... no'\n"},
      {"a sentence before a reply", "Was not delivered:\n" + sentence + "\n" + reply,
       "sentence@example.com 'It was not delivered to sentence@example.com today.'\n"},
      {"sentence", "Was not delivered:\n" + sentence,
       "sentence@example.com 'It was not delivered to sentence@example.com today.'\n"},
      {"the first of two sentences",
       "Was not delivered:\n" + sentence + "Was not delivered to other@example.com.\n",
       "sentence@example.com 'It was not delivered to sentence@example.com today. Was not delivered to "
       "other@example.com.'\n"},
      {"a sentence that says nothing of a delivery", "Was not delivered:\n\nAsk carl@example.com for more.\n",
       ""},
      {"a person's sentence in another script", "Was not delivered:\n\nÀ carl@example.com, désolé.\n",
       "carl@example.com 'À carl@example.com, désolé.'\n"},
  };
  check(rows);
}

TEST(BounceText, ReadsTheWordsBeforeAnAddress) {
  const Row rows[] = {
      {"a bullet", "Was not delivered:\n  * carl@example.com\n", "carl@example.com ''\n"},
      {"a number's sign", "Was not delivered:\n#. carl@example.com\n", "carl@example.com ''\n"},
      {"an arrow", "Was not delivered:\n-> carl@example.com\n", "carl@example.com ''\n"},
      {"a reply code", "Was not delivered:\n450 <carl@example.com> later\n",
       "carl@example.com '450 <carl@example.com> later'\n"},
      {"a reply code in quotes", "Was not delivered:\n'550 <carl@example.com> no\n",
       "carl@example.com ''550 <carl@example.com> no'\n"},
      {"four digits", "Was not delivered:\n5501 <carl@example.com> no\n", ""},
      {"a code of success", "Was not delivered:\n250 <carl@example.com> no\n", ""},
      {"RCPT", "Was not delivered:\n>>> RCPT TO:<carl@example.com>\n",
       "carl@example.com '>>> RCPT TO:<carl@example.com>'\n"},
      {"MAIL", "Was not delivered:\n>>> MAIL FROM:<carl@example.com>\n", ""},
      {"MAIL in a sentence", "Was not delivered:\n\nIt rejected MAIL FROM <carl@example.com>\n", ""},
      {"an unknown label", "Was not delivered:\nUnknown user: carl@example.com\n",
       "carl@example.com 'Unknown user: carl@example.com'\n"},
      {"a label with an equals sign", "Was not delivered:\nuser=carl@example.com.\n",
       "user=carl@example.com ''\n"},
      {"the sender's label", "Was not delivered:\nFrom: carl@example.com\n", ""},
      {"the sender's label in capitals", "Was not delivered:\nSENDER : carl@example.com\n", ""},
      {"the sender's label in another language", "Was not delivered:\nAbsender: carl@example.com\n", ""},
      {"the sender's label with an equals sign", "Was not delivered:\nFrom = <carl@example.com>\n", ""},
      {"the sender's label in Cyrillic", "Was not delivered:\nотправитель: carl@example.com\n", ""},
      {"a field that nobody knows", "Was not delivered:\nX-Own-Field: carl@example.com\n", ""},
      {"a word that begins like a label", "Was not delivered:\nFromage: carl@example.com\n",
       "carl@example.com 'Fromage: carl@example.com'\n"},
      {"a label and a name", "Was not delivered:\nRecipient: Carl <carl@example.com>\n",
       "carl@example.com 'Recipient: Carl <carl@example.com>'\n"},
      {"the sender's label and a name", "Was not delivered:\nFrom: Carl <carl@example.com>\n", ""},
      {"marks before a label", "Was not delivered:\n- From: carl@example.com\n", ""},
  };
  check(rows);
}

TEST(BounceText, LeavesOutTheReaderAndTheReporter) {
  const Row rows[] = {
      {"a reader in a list", "Was not delivered:\n\nann@example.org\n", "ann@example.org ''\n"},
      {"a reader under a label", "Was not delivered:\n\nUser: ann@example.org\n", ""},
      {"a reader in a sentence", "Was not delivered to ann@example.org.\n", ""},
      {"a reader in another case", "Was not delivered to ANN@Example.ORG.\n", ""},
      {"a reporter in a sentence", "Was not delivered by mailer-daemon@mx.example.net.\n", ""},
      {"an address for questions",
       "Was not delivered:\n\nFor further assistance, please send mail to\npostmaster@example.com\n", ""},
      {"an address for questions below a colon",
       "Was not delivered:\n\nQuestions? Contact:\n\nsupport@example.com\n", ""},
      {"an address for questions in a sentence",
       "Was not delivered:\n\nFor help with this mail, please write to support@example.com.\n", ""},
      {"an address for questions after a label", "Was not delivered:\n\nContact: admin@example.com\n", ""},
      {"the reporter's own role", "Was not delivered:\n\nmailer-daemon@mx.example.net\n", ""},
      {"a stranger behind them", "ann@example.org: not delivered to carl@example.com.\n",
       "ann@example.org 'not delivered to carl@example.com.'\n"},
  };
  check(rows);
}

// A role's address fails like any other, and no person's address is taken in its place.
TEST(BounceText, TakesRoles) {
  const Row rows[] = {
      {"alone", "Was not delivered:\n\nsupport@example.com\n", "support@example.com ''\n"},
      {"with its words", "Was not delivered:\n\n<noreply@example.com>: 550 no such user\n",
       "noreply@example.com '550 no such user'\n"},
      {"with words below", "Was not delivered:\n\n<abuse@example.com>:\n550 no such user\n",
       "abuse@example.com '550 no such user'\n"},
      {"after a label", "Was not delivered:\n\nRecipient: postmaster@example.com\n",
       "postmaster@example.com 'Recipient: postmaster@example.com'\n"},
      {"in a sentence", "Your message to webmaster@example.com could not be delivered.\n",
       "webmaster@example.com 'Your message to webmaster@example.com could not be delivered.'\n"},
      {"in a reply", "Was not delivered:\n550 <hostmaster@example.com>: no\n",
       "hostmaster@example.com '550 <hostmaster@example.com>: no'\n"},
      {"beside a person in a list",
       "Was not delivered:\n\n<carl@example.com>: 550 no\n\n<support@example.com>: 552 full\n",
       "carl@example.com '550 no'\nsupport@example.com '552 full'\n"},
      {"before a person in a list", "Was not delivered:\n\nsupport@example.com\n\ncarl@example.com\n",
       "support@example.com ''\ncarl@example.com ''\n"},
      {"a signature below a list",
       "Was not delivered:\n\n<carl@example.com>: 550 no\n\npostmaster@example.net\n",
       "carl@example.com '550 no'\n"},
      {"a signature below a sentence",
       "Your message to carl@example.com could not be delivered.\n\npostmaster@example.net\n",
       "carl@example.com 'Your message to carl@example.com could not be delivered.'\n"},
      {"an offer with a code below it", "Was not delivered:\nPlease note:\n<support@example.com>\n550 no\n",
       "support@example.com '550 no'\n"},
  };
  check(rows);
}

// A list manager adds its footer below a mail.
TEST(BounceText, LeavesOutTheFooterOfAList) {
  const std::string bounce = "Was not delivered:\n\n<carl@example.com>: 550 no\n\n";
  const std::string_view want = "carl@example.com '550 no'\n";
  const Row rows[] = {
      {"Mailman",
       bounce + "_______________________________________________\nTalk mailing list\n<talk@example.net>\n"
                "https://example.net/listinfo/talk\n",
       want},
      {"Google Groups",
       bounce + "-- \nYou received this message because you are subscribed to the Google Groups group.\n"
                "<talk+unsubscribe@example.net>\n",
       want},
      {"ezmlm",
       bounce + "---------------------------------------------------------------------\n"
                "To unsubscribe, e-mail:\n<talk-unsubscribe@example.net>\n",
       want},
      {"groups.io", bounce + "-=-=-=-=-=-=-=-=-=-=-=-\nGroups.io Links:\n<talk@example.net>\n", want},
      {"German", bounce + "--\nVon dieser Liste abmelden:\n<talk-leave@example.net>\n", want},
      {"French", bounce + "--\nPour se désabonner :\n<talk-leave@example.net>\n", want},
      {"a refusal that speaks of a list",
       bounce + "-----\n<dora@example.com>: 550 this mailing list is closed\n",
       "carl@example.com '550 no'\ndora@example.com '550 this mailing list is closed'\n"},
      {"a rule without a list", bounce + "-----\n<dora@example.com>: 550 no\n",
       "carl@example.com '550 no'\ndora@example.com '550 no'\n"},
      {"a list without a rule", bounce + "This was for a mailing list.\n\n<dora@example.com>: 550 no\n",
       "carl@example.com '550 no'\ndora@example.com '550 no'\n"},
  };
  check(rows);
}

TEST(BounceText, LeavesOutAddressesOfTheHeaderAndTheEnvelope) {
  const auto first = [](std::string_view address) {
    std::string mail =
        "From: Mail Delivery System <relay@mx.example.net>\nTo: ann@example.org, ben@example.org\n"
        "Subject: Undeliverable mail\n\nIt was not delivered by ";
    mail.append(address).append(" to carl@example.com.\n\nAsk eve@example.com.\n");
    const auto found = Reader().read(mail, {.reverse_path = "", .recipient = "owner@example.org"});
    return found.recipients.empty() ? "" : found.recipients[0].address;
  };
  EXPECT_EQ(first("dora@example.com"), "dora@example.com");
  EXPECT_EQ(first("relay@mx.example.net"), "carl@example.com");
  EXPECT_EQ(first("ann@example.org"), "carl@example.com");
  EXPECT_EQ(first("ben@example.org"), "carl@example.com");
  EXPECT_EQ(first("Owner@example.org"), "carl@example.com");
}

TEST(BounceText, LooksAtFiftyAddressesOfALine) {
  const auto line = [](int others) {
    std::string text = "It was not delivered to ";
    for (int i = 0; i < others; ++i) text += "postmaster@example.com, ";
    return text + "carl@example.com\n";
  };
  EXPECT_TRUE(recipients_of(line(49)).starts_with("carl@example.com "));
  EXPECT_TRUE(recipients_of(line(50)).starts_with("postmaster@example.com "));
}

TEST(BounceText, CutsWordsAtFourThousandBytes) {
  const struct {
    std::size_t size;
    std::string_view more;
    std::size_t want;
  } rows[] = {{3990, "", 3994},
              {3990, "\nmore", 3999},
              {3990, "\nmore!!", 4000},
              {3996, "\nmore", 4000},
              {4100, "", 4000}};
  const std::size_t around = std::string_view("carl@example.com ''\n").size();
  for (const auto& row : rows) {
    std::string text = "Was not delivered:\n\n<carl@example.com>: 550 ";
    text.append(row.size, 'x').append(row.more).append("\n");
    EXPECT_EQ(recipients_of(text, "", {.diagnostic = 10'000}).size(), around + row.want)
        << row.size << row.more;
  }
}

// The section of the recipients is between the news and the mail that comes back.
TEST(BounceText, TakesRecipientsFromTheirSection) {
  const Row rows[] = {
      {"before the news is another matter", "old@example.com\n\nWas not delivered:\n\ncarl@example.com\n",
       "carl@example.com ''\n"},
      {"before the news where nothing is behind", "carl@example.com\n\nwas not delivered.\n",
       "carl@example.com ''\n"},
      {"behind a delay", "old@example.com\n\nStill trying:\n\ncarl@example.com\n", "carl@example.com ''\n"},
      {"behind what comes back",
       "Was not delivered:\n\ncarl@example.com\n\nReturned message follows.\n\nold@example.com\n",
       "carl@example.com ''\n"},
      {"what comes back is named first",
       "Returned message follows.\n\nWas not delivered:\n\ncarl@example.com\n", "carl@example.com ''\n"},
      {"a product's own beginning",
       "This is the haraka mailer program at mx.example.net.\nold@example.com\n"
       "Sorry it didn't work out:\n\ncarl@example.com\n",
       "carl@example.com ''\n"},
      {"a product's own end",
       "The following addresses had permanent fatal errors\ncarl@example.com\n\n"
       "----- Transcript of session follows -----\nold@example.com\n",
       "carl@example.com ''\n"},
      {"quotes around a product's address", "Target mail address: `carl@example.com'\n",
       "carl@example.com 'Target mail address: `carl@example.com''\n"},
      {"a full stop after a product's address", "Target mail address: carl@example.com.\n",
       "carl@example.com 'Target mail address: carl@example.com.'\n"},
      {"a failure before a delay",
       "old@example.com\nStill trying.\nother@example.com\nWas not delivered:\n\ncarl@example.com\n",
       "carl@example.com ''\n"},
      {"each once", "Was not delivered:\n\ncarl@example.com\n\nCARL@example.com\n", "carl@example.com ''\n"},
  };
  check(rows);
}

TEST(BounceText, TakesTheWordsOfARecipient) {
  const Row rows[] = {
      {"behind it", "Was not delivered:\n<carl@example.com>: 550 no\n", "carl@example.com '550 no'\n"},
      {"below it", "Was not delivered:\n<carl@example.com>:\n550 no\nmore\n\nelse\n",
       "carl@example.com '550 no more'\n"},
      {"to the next one", "Was not delivered:\n<carl@example.com>:\n550 no\n<dora@example.com>:\n551 moved\n",
       "carl@example.com '550 no'\ndora@example.com '551 moved'\n"},
      {"the address again", "Was not delivered:\ncarl@example.com <carl@example.com>\n550 no\n",
       "carl@example.com '550 no'\n"},
      {"elsewhere, with a code",
       "Was not delivered:\n\n<carl@example.com>\n\nThe server said: 550 no <carl@example.com>\nand went.\n",
       "carl@example.com 'The server said: 550 no <carl@example.com> and went.'\n"},
      {"its own without a code give way to those",
       "Was not delivered:\n\n<carl@example.com>: it is gone\n\n"
       "The server said: 550 no <carl@example.com>\n",
       "carl@example.com 'The server said: 550 no <carl@example.com>'\n"},
      {"its own without a code", "Was not delivered:\n\n<carl@example.com>: it is gone\n",
       "carl@example.com 'it is gone'\n"},
      {"two letters are no words", "Was not delivered:\n\n<carl@example.com>: no\n\nHost said: 550 gone\n",
       "carl@example.com 'Host said: 550 gone'\n"},
      {"three letters are", "Was not delivered:\n\n<carl@example.com>: nil\n\nHost said: 550 gone\n",
       "carl@example.com 'nil'\n"},
      {"the first reply below",
       "Was not delivered:\n\n<carl@example.com>\n\nx\n\nHost said: 550 gone\nfor good\n\ny\n",
       "carl@example.com 'Host said: 550 gone for good'\n"},
      {"words before it", "Was not delivered:\n\nUser's mailbox is full: carl@example.com\n",
       "carl@example.com 'User's mailbox is full: carl@example.com'\n"},
      {"a product's place for them",
       "This is the haraka mailer program at mx.example.net.\nSorry it didn't work out:\n\n"
       "<carl@example.com>\n\nFailure reason: out of paper\nand ink\n\nelse\n",
       "carl@example.com 'out of paper and ink'\n"},
      {"a product's place, a line on",
       "This is the haraka mailer program at mx.example.net.\nSorry it didn't work out:\n\n"
       "<carl@example.com>\n\nFailure reason:\n\nout of paper\n",
       "carl@example.com 'out of paper'\n"},
  };
  check(rows);
}

// If the fields give no words, they are looked for in the text, but only for 20 recipients.
std::string mentions(int count, bool in_fields) {
  std::string fields;
  std::string text = "Was not delivered.\n\n";
  std::string failed;
  for (int i = 0; i < count; ++i) {
    const auto address = fmt::format("user{}@example.com", i);
    fields += "\nFinal-Recipient: rfc822; " + address + "\nAction: failed\n";
    text += fmt::format("It was not delivered to {}: 550 no room {}\n\n", address, i);
    failed += "X-Failed-Recipients: " + address + "\n";
  }
  if (!in_fields) return failed + "From: MAILER-DAEMON@mx.example.net\n\n" + text;
  return "From: MAILER-DAEMON@mx.example.net\nContent-Type: multipart/report; boundary=b\n\n--b\n\n" + text +
         "--b\nContent-Type: message/delivery-status\n" + fields + "\n--b--\n";
}

TEST(BounceText, GivesWordsToTwentyRecipients) {
  Reader reader;
  for (const bool in_fields : {true, false}) {
    for (const int count : {1, 2, 20, 21}) {
      const auto found = reader.read(mentions(count, in_fields), {.reverse_path = "", .recipient = ""});
      ASSERT_EQ(found.recipients.size(), static_cast<std::size_t>(count)) << in_fields;
      for (int i = 0; i < count; ++i) {
        const std::string want =
            fmt::format("It was not delivered to user{}@example.com: 550 no room {}", i, i);
        EXPECT_EQ(found.recipients[static_cast<std::size_t>(i)].diagnostic, i < 20 ? want : "")
            << in_fields << " " << i << " of " << count;
      }
    }
  }
}

TEST(BounceText, CompletesTheRecipientOfTheFields) {
  const auto report = [](std::string_view fields, std::string_view text, std::string_view more = "") {
    std::string mail =
        "From: MAILER-DAEMON@mx.example.net\nTo: ann@example.org\nContent-Type: multipart/report; "
        "boundary=b\n\n--b\n\n";
    return mail.append(text)
        .append("\n--b\nContent-Type: message/delivery-status\n\n")
        .append(fields)
        .append("\n")
        .append(more)
        .append("--b--\n");
  };
  const std::string returned =
      "--b\nContent-Type: text/rfc822-headers\n\nFrom: ann@example.org\nTo: dora@example.com\n\n";
  const std::string returned_two =
      "--b\nContent-Type: text/rfc822-headers\n\nTo: dora@example.com, emil@example.com\n\n";
  const struct {
    const char* name;
    std::string mail;
    std::string_view want;
  } rows[] = {
      {"its own words stay",
       report("Final-Recipient: rfc822; carl@example.com\nAction: failed\nDiagnostic-Code: smtp; 550 own\n",
              "550 carl@example.com text\n"),
       "carl@example.com 5.0.0 '550 own'\n"},
      {"a status without an address",
       report("Action: failed\nStatus: 5.2.2\n", "Was not delivered:\n\n<carl@example.com>: full up\n"),
       "carl@example.com 5.2.2 'full up'\n"},
      {"a status with words and without an address",
       report("Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 own\n",
              "Was not delivered:\n\n<carl@example.com>: full up\n"),
       "carl@example.com 5.2.2 '552 own'\n"},
      {"two in the text",
       report("Action: failed\nStatus: 5.2.2\n", "Was not delivered:\n\na@example.com\nb@example.com\n"),
       "a@example.com  ''\nb@example.com  ''\n"},
      {"nobody in either", report("Action: failed\nStatus: 5.2.2\n", "Was not delivered.\n"), " 5.2.2 ''\n"},
      {"nobody, but the mail went to one",
       report("Action: failed\nStatus: 5.2.2\n", "Was not delivered.\n", returned),
       "dora@example.com 5.2.2 ''\n"},
      {"nobody, and the mail went to two",
       report("Action: failed\nStatus: 5.2.2\n", "Was not delivered.\n", returned_two), " 5.2.2 ''\n"},
  };
  Reader reader;
  for (const auto& row : rows) {
    std::string all;
    for (const auto& recipient : reader.read(row.mail, {.reverse_path = "", .recipient = ""}).recipients) {
      all += fmt::format("{} {} '{}'\n", recipient.address, recipient.status, recipient.diagnostic);
    }
    EXPECT_EQ(all, row.want) << row.name;
  }
}

TEST(BounceText, GivesTheActionOfTheKind) {
  const struct {
    std::string_view text;
    Action want;
  } rows[] = {
      {"It could not be delivered:\n\ncarl@example.com\n", Action::Failed},
      {"It is still trying:\n\ncarl@example.com\n", Action::Delayed},
      {"Your message was successfully delivered to the destination listed below:\n\ncarl@example.com\n",
       Action::Delivered},
  };
  Reader reader;
  for (const auto& row : rows) {
    std::string mail =
        "From: MAILER-DAEMON@mx.example.net\nTo: ann@example.org\nSubject: Delivery report\n\n";
    const auto found = reader.read(mail.append(row.text), {.reverse_path = "", .recipient = ""});
    ASSERT_EQ(found.recipients.size(), 1U) << row.text;
    EXPECT_EQ(name(found.recipients[0].action), name(row.want)) << row.text;
  }
}

std::string addresses_of(std::string_view text) {
  std::string all;
  const std::string recipients = recipients_of(text);
  for (std::string_view lines = recipients; !lines.empty();) {
    all.append(lines.substr(0, lines.find(' '))).append(" ");
    lines.remove_prefix(lines.find('\n') + 1);
  }
  return all;
}

constexpr std::string_view kPostfix =
    "This is the mail system at host mx.example.net.\n\nI'm sorry to have to inform you that your message "
    "could not\nbe delivered to one or more recipients.\n\n";
constexpr std::string_view kQmail =
    "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message "
    "to the following addresses.\n\n";
constexpr std::string_view kExim =
    "This message was created automatically by mail delivery software.\n\nA message that you sent could not "
    "be delivered to one or more of its\nrecipients. The following address(es) failed:\n\n";
constexpr std::string_view kHaraka =
    "Hi. This is the Haraka Mailer program at mx.example.net.\nI'm afraid I wasn't able to deliver your "
    "message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work "
    "out.\n\n";
constexpr std::string_view kSendmail = "   ----- The following addresses had permanent fatal errors -----\n";

// Who runs a server chooses its words, and must not choose whom a mail's sender stops to write to.
TEST(BounceText, AServersWordsNameNoRecipient) {
  constexpr std::string_view kWords[] = {"550 5.1.1 <other@example.org>: user unknown",
                                         "550 5.7.1 see http://x.example or write other@example.org",
                                         "552 5.2.2 mailbox full of other@example.org",
                                         "550 5.1.1 no mailbox other@example.org here",
                                         "550 other@example.org",
                                         "user unknown: other@example.org"};
  for (const std::string_view local : {"support", "postmaster", "abuse", "info", "bob"}) {
    const std::string address = fmt::format("{}@example.com", local);
    for (const std::string_view words : kWords) {
      const std::string texts[] = {
          fmt::format("{}<{}>: host mx.example.com[192.0.2.6] said: {} (in reply\n    to RCPT TO command)\n",
                      kPostfix, address, words),
          fmt::format("{}<{}>: host mx.example.com[192.0.2.6] said:\n    {}\n", kPostfix, address, words),
          fmt::format("{}<{}> (expanded from <alias@example.net>): host\n    mx.example.com said: {}\n",
                      kPostfix, address, words),
          fmt::format("{}<{}> (expanded from\n    <alias@example.net>): host mx.example.com said: {}\n",
                      kPostfix, address, words),
          fmt::format("{}<{}>:\n192.0.2.6 does not like recipient.\nRemote host said: {}\nGiving up on "
                      "192.0.2.6.\n",
                      kQmail, address, words),
          fmt::format("{}  {}\n    host mx.example.com [192.0.2.6]\n    SMTP error after RCPT TO:<{}>:\n    "
                      "{}\n",
                      kExim, address, address, words),
          fmt::format("{}  {}\n    {}\n", kExim, address, words),
          fmt::format("{}Intended Recipients: {}\nFailure Reason: {}\n", kHaraka, address, words),
          fmt::format("{}<{}>\n    (reason: {})\n", kSendmail, address, words),
      };
      for (const auto& text : texts) EXPECT_EQ(addresses_of(text), address + " ") << text;
    }
  }
}

TEST(BounceText, ALineOfAServersWordsBeginsNoRecipient) {
  const std::string texts[] = {
      fmt::format("{}<bob@example.com>: host mx.example.com said: 450 4.2.0 wait\n    <other@example.org>: "
                  "host mx.example.org said: 550 5.1.1 unknown\n",
                  kPostfix),
      fmt::format("{}<bob@example.com>: host mx.example.com said: 450 4.2.0 wait\n    <other@example.org>\n",
                  kPostfix),
      fmt::format("{}<bob@example.com>:\n192.0.2.6 does not like recipient.\nRemote host said: 550-no\n"
                  "<other@example.org>:\nGiving up on 192.0.2.6.\n",
                  kQmail),
      fmt::format("{}  bob@example.com\n    550-no\n    other@example.org\n", kExim),
  };
  for (const auto& text : texts) EXPECT_EQ(addresses_of(text), "bob@example.com ") << text;
}

TEST(BounceText, ListsNameEveryRecipient) {
  const std::string texts[] = {
      fmt::format("{}<bob@example.com>: unknown user\n\n<eve@example.com>: mailbox full\n", kPostfix),
      fmt::format("{}<bob@example.com>: unknown user\n<eve@example.com>: mailbox full\n", kPostfix),
      fmt::format("{}<bob@example.com>:\nunknown user\n\n<eve@example.com>:\nmailbox full\n", kQmail),
      fmt::format("{}  bob@example.com\n    550 unknown user\n  eve@example.com\n    552 full\n", kExim),
      fmt::format("{}  bob@example.com\n  eve@example.com\n", kExim),
      fmt::format("{}  bob@example.com\n     eve@example.com\n", kExim),
  };
  for (const auto& text : texts) EXPECT_EQ(addresses_of(text), "bob@example.com eve@example.com ") << text;
}

// An address within a quoted local part is not one.
TEST(BounceText, AQuotedLocalPartIsTakenAsAWhole) {
  constexpr std::string_view kAddresses[] = {
      R"("bob <other@example.org>"@example.com)", R"("other@example.org"@example.com)",
      R"("other@example.org> "@example.com)",     R"("<other@example.org>"@example.com)",
      R"("x other@example.org "@example.com)",    R"("a\"other@example.org"@example.com)",
      R"("other@example.org, "@example.com)",     R"("rfc822;other@example.org"@example.com)",
  };
  for (const std::string_view address : kAddresses) {
    const std::string texts[] = {
        fmt::format("{}<{}>: host mx.example.com said: 550 5.1.1 unknown\n", kPostfix, address),
        fmt::format("{}<{}>:\nSorry, no mailbox here by that name. (#5.1.1)\n", kQmail, address),
        fmt::format("{}  {}\n    Unrouteable address\n", kExim, address),
    };
    for (const auto& text : texts) {
      EXPECT_TRUE(recipients_of(text).starts_with(std::string(address) + " '"))
          << text << recipients_of(text);
    }
  }
  // qmail leaves the quotation marks out, so that nobody can be told.
  for (const std::string_view address :
       {"bob <other@example.org>@example.com", "bob <other@example.org> x@example.com",
        "x other@example.org y@example.com", "other@example.org @example.com"}) {
    const std::string text = fmt::format("{}<{}>:\nSorry, no mailbox here. (#5.1.1)\n", kQmail, address);
    EXPECT_EQ(recipients_of(text).find("other@"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace backstop::response
