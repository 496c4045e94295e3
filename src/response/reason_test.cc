#include "response/reason.h"

#include <gtest/gtest.h>

#include <iterator>
#include <set>
#include <string>

#include "base/text.h"
#include "response/phrases.h"
#include "response/reason_phrases.h"

namespace backstop::response {
namespace {

struct StatusRow {
  std::string_view status;
  Reason want_reason;
};

// The codes of the IANA registry of enhanced status codes, with their reasons of docs/reasons.md.
TEST(ReasonOfStatus, FollowsTheRegistry) {
  const StatusRow rows[] = {
      {"5.1.1", Reason::UserUnknown},
      {"5.1.2", Reason::DomainUnknown},
      {"5.1.3", Reason::UserUnknown},
      {"5.1.4", Reason::UserUnknown},
      {"5.1.6", Reason::MailboxDisabled},
      {"5.1.7", Reason::Policy},
      {"5.1.8", Reason::SenderReputation},
      {"5.1.9", Reason::SystemError},
      {"5.1.10", Reason::NotAcceptingMail},
      {"5.2.1", Reason::MailboxDisabled},
      {"5.2.2", Reason::MailboxFull},
      {"5.2.3", Reason::TooLarge},
      {"5.2.4", Reason::SystemError},
      {"4.3.1", Reason::SystemError},
      {"4.3.2", Reason::NotAcceptingMail},
      {"5.3.3", Reason::SystemError},
      {"5.3.4", Reason::TooLarge},
      {"5.3.5", Reason::SystemError},
      {"4.4.1", Reason::NetworkError},
      {"4.4.2", Reason::NetworkError},
      {"4.4.3", Reason::SystemError},
      {"5.4.4", Reason::DomainUnknown},
      {"5.4.5", Reason::SystemError},
      {"5.4.6", Reason::RoutingLoop},
      {"4.4.7", Reason::Expired},
      {"5.4.8", Reason::RoutingLoop},
      {"5.5.1", Reason::SystemError},
      {"5.5.2", Reason::SystemError},
      {"5.5.3", Reason::Policy},
      {"5.5.4", Reason::SystemError},
      {"5.6.0", Reason::ContentRejected},
      {"5.6.1", Reason::ContentRejected},
      {"5.6.2", Reason::ContentRejected},
      {"5.6.3", Reason::ContentRejected},
      {"5.6.4", Reason::ContentRejected},
      {"5.6.5", Reason::ContentRejected},
      {"5.6.7", Reason::ContentRejected},
      {"5.7.2", Reason::Policy},
      {"5.7.3", Reason::Policy},
      {"5.7.8", Reason::AuthenticationFailed},
      {"5.7.9", Reason::AuthenticationFailed},
      {"5.7.10", Reason::TlsRequired},
      {"5.7.11", Reason::TlsRequired},
      {"5.7.17", Reason::MailboxDisabled},
      {"5.7.20", Reason::AuthenticationFailed},
      {"5.7.21", Reason::AuthenticationFailed},
      {"5.7.22", Reason::AuthenticationFailed},
      {"5.7.23", Reason::AuthenticationFailed},
      {"5.7.24", Reason::AuthenticationFailed},
      {"5.7.25", Reason::AuthenticationFailed},
      {"5.7.26", Reason::AuthenticationFailed},
      {"4.7.27", Reason::SenderReputation},
      {"4.7.28", Reason::RateLimited},
      {"5.7.29", Reason::AuthenticationFailed},
      {"5.7.30", Reason::TlsRequired},
      {"5.7.57", Reason::AuthenticationFailed},
      {"5.7.64", Reason::RelayDenied},
  };
  for (const auto& row : rows) EXPECT_EQ(reason_of_status(row.status), row.want_reason) << row.status;
}

TEST(ReasonOfStatus, IsTheSameForADelay) {
  for (const auto* detail : {"1.1", "2.2", "4.1", "7.28"}) {
    EXPECT_EQ(reason_of_status(std::string("4.") + detail), reason_of_status(std::string("5.") + detail))
        << detail;
  }
}

TEST(ReasonOfStatus, SaysNothingForTheCodesThatProductsUseForEverything) {
  for (const auto* status : {"", "5", "5.", "5.0.0", "4.0.0", "5.1.0", "5.2.0", "4.3.0", "5.4.0", "5.5.0",
                             "5.7.0", "5.7.1", "5.9.9", "5.1.11", "2.1.5"}) {
    EXPECT_EQ(reason_of_status(status), Reason::Unknown) << status;
  }
}

struct Row {
  const char* name;
  std::string_view words;
  std::string_view status;
  int reply_code;
  Reason want_reason;
};

TEST(ReasonFinder, ReadsTheWordsBeforeTheCodes) {
  const Row rows[] = {
      {"words that name it outweigh the status", "550 5.1.1 Mailbox full", "5.1.1", 550, Reason::MailboxFull},
      {"words that suggest it do not", "Message rejected by policy", "5.1.1", 550, Reason::UserUnknown},
      {"words that suggest it where the status says nothing", "Message rejected by policy", "5.7.1", 550,
       Reason::Policy},
      {"the status where the words say nothing", "no", "5.2.2", 550, Reason::MailboxFull},
      {"the reply code where all else says nothing", "no", "5.0.0", 552, Reason::MailboxFull},
      {"the status before the reply code", "no", "5.2.3", 552, Reason::TooLarge},
      {"a particular phrase before a broad one", "relay access denied", "", 554, Reason::RelayDenied},
      {"the one that is listed first, wherever it stands", "rejected: user unknown", "", 550,
       Reason::UserUnknown},
      {"in capitals", "USER UNKNOWN", "", 0, Reason::UserUnknown},
      {"no words and no codes", "", "", 0, Reason::Unknown},
      {"words that say nothing", "Something happened.", "", 0, Reason::Unknown},
      {"a reply code that says nothing", "", "", 550, Reason::Unknown},
      {"551", "", "", 551, Reason::MailboxDisabled},
      {"553", "", "", 553, Reason::UserUnknown},
      {"521", "", "", 521, Reason::NotAcceptingMail},
      {"556", "", "", 556, Reason::NotAcceptingMail},
      {"530", "", "", 530, Reason::AuthenticationFailed},
      {"535", "", "", 535, Reason::AuthenticationFailed},
      {"452", "", "", 452, Reason::SystemError},
  };
  ReasonFinder finder;
  for (const auto& row : rows) {
    EXPECT_EQ(finder.find(row.words, row.status, row.reply_code), row.want_reason) << row.name;
  }
}

// docs/reasons.md has the list.
TEST(ReasonOfStatus, KnowsTheCodesOfMicrosoft) {
  const StatusRow rows[] = {
      {"5.1.20", Reason::ContentRejected},
      {"5.1.90", Reason::RateLimited},
      {"5.2.121", Reason::RateLimited},
      {"5.2.122", Reason::RateLimited},
      {"5.4.14", Reason::RoutingLoop},
      {"5.4.300", Reason::Expired},
      {"5.4.310", Reason::DomainUnknown},
      {"5.4.312", Reason::DomainUnknown},
      {"5.6.11", Reason::ContentRejected},
      {"5.7.124", Reason::Policy},
      {"5.7.133", Reason::Policy},
      {"5.7.134", Reason::Policy},
      {"5.7.135", Reason::Policy},
      {"5.7.136", Reason::Policy},
      {"5.7.233", Reason::RateLimited},
      {"5.7.321", Reason::TlsRequired},
      {"5.7.322", Reason::TlsRequired},
      {"5.7.323", Reason::TlsRequired},
      {"5.7.324", Reason::TlsRequired},
      {"5.7.501", Reason::SenderReputation},
      {"5.7.502", Reason::SenderReputation},
      {"5.7.503", Reason::SenderReputation},
      {"5.7.506", Reason::SenderReputation},
      {"5.7.508", Reason::RateLimited},
      {"5.7.509", Reason::AuthenticationFailed},
      {"5.7.511", Reason::SenderReputation},
      {"5.7.512", Reason::ContentRejected},
      {"5.7.513", Reason::SenderReputation},
      {"5.7.515", Reason::AuthenticationFailed},
      {"5.7.606", Reason::SenderReputation},
      {"5.7.705", Reason::RateLimited},
      {"5.7.708", Reason::SenderReputation},
      {"5.7.750", Reason::SenderReputation},
  };
  for (const auto& row : rows) EXPECT_EQ(reason_of_status(row.status), row.want_reason) << row.status;
}

TEST(ReasonFinder, ReadsPairsOfWords) {
  const std::string at_the_limit = "mailbox " + std::string(58, 'x') + " full";
  const std::string past_it = "mailbox " + std::string(59, 'x') + " full";
  const Row rows[] = {
      {"the one before the other", "The mailbox of this user is full.", "", 0, Reason::MailboxFull},
      {"the other before the one", "Full, says the mailbox.", "", 0, Reason::MailboxFull},
      {"as far apart as they may be", at_the_limit, "", 0, Reason::MailboxFull},
      {"a byte farther", past_it, "", 0, Reason::Unknown},
      {"one alone", "The mailbox.", "", 0, Reason::Unknown},
      {"the other alone", "It is full.", "", 0, Reason::Unknown},
      {"with a code that says otherwise", "The mailbox of this user is full.", "5.1.1", 550,
       Reason::MailboxFull},
  };
  ReasonFinder finder;
  for (const auto& row : rows) {
    EXPECT_EQ(finder.find(row.words, row.status, row.reply_code), row.want_reason) << row.name;
  }
}

// What tells outweighs what only refuses, wherever each of them is.
TEST(ReasonFinder, PrefersTheWordsThatTell) {
  const Row rows[] = {
      {"a name behind a hint", "rejected by local policy: DKIM", "", 550, Reason::AuthenticationFailed},
      {"a name before a hint", "DKIM: rejected by local policy", "", 550, Reason::AuthenticationFailed},
      {"a hint before a refusal", "unsolicited, so refused", "", 550, Reason::Spam},
      {"a hint behind a refusal", "refused as unsolicited", "", 550, Reason::Spam},
      {"a refusal alone", "refused", "", 550, Reason::Policy},
      {"the code in the words", "550 5.2.2 no", "5.0.0", 550, Reason::MailboxFull},
      {"the status before the code in the words", "550 5.2.2 no", "5.1.1", 550, Reason::UserUnknown},
      {"the code in the words before a hint", "550 5.2.2 refused", "5.0.0", 550, Reason::MailboxFull},
      {"words of an address", "550 <spam.virus@example.org> x", "", 550, Reason::Unknown},
      {"a remark about the dialogue", "550 x (in reply to RCPT TO command)", "", 550, Reason::Unknown},
      {"the end of a remark", "550 x Giving up on 192.0.2.1.", "", 550, Reason::Unknown},
      {"an unknown user for Microsoft", "Recipient address rejected: Access denied", "5.4.1", 550,
       Reason::UserUnknown},
      {"a policy for Postfix", "Recipient address rejected: Access denied", "5.7.1", 554, Reason::Policy},
      {"the name of a host", "554 <relay.example.org[192.0.2.1]>: denied", "", 554, Reason::Policy},
      {"a reply behind the reporter's label",
       "5.1.0 - Unknown address error ('550', ['5.7.1 mailbox is full'])", "5.0.0", 550, Reason::MailboxFull},
      {"a label before a reply that only refuses", "5.1.0 - Unknown address error ('550', ['5.7.1 denied'])",
       "5.0.0", 550, Reason::UserUnknown},
      {"hidden characters", "550 no such us\u200Ber", "", 550, Reason::UserUnknown},
  };
  ReasonFinder finder;
  for (const auto& row : rows) {
    EXPECT_EQ(finder.find(row.words, row.status, row.reply_code), row.want_reason) << row.name;
  }
}

TEST(ReasonFinder, ReadsTheWordsOfServers) {
  const Row rows[] = {
      {"too large", "552 5.3.4 Message size exceeds fixed limit", "", 0, Reason::TooLarge},
      {"virus", "554 rejected: virus found", "", 0, Reason::Virus},
      {"spam", "554 5.7.1 This message was classified as spam", "", 0, Reason::Spam},
      {"loop", "554 5.4.6 Too many hops", "", 0, Reason::RoutingLoop},
      {"block list", "554 blocked using zen.dnsbl.example", "", 0, Reason::SenderReputation},
      {"TLS", "530 5.7.0 Must issue a STARTTLS command first", "", 0, Reason::TlsRequired},
      {"rate", "421 Too many connections from your host", "", 0, Reason::RateLimited},
      {"SPF", "550 5.7.23 SPF check failed", "", 0, Reason::AuthenticationFailed},
      {"domain", "Host or domain name not found: no such domain", "", 0, Reason::DomainUnknown},
      {"null MX", "Domain example.org does not accept mail (nullMX)", "", 0, Reason::NotAcceptingMail},
      {"refused connection", "connect to mx.example.org[192.0.2.1]:25: Connection refused", "", 0,
       Reason::NetworkError},
      {"disabled", "550 5.2.1 The email account is disabled: account disabled", "", 0,
       Reason::MailboxDisabled},
      {"content", "554 Banned attachment: a.exe", "", 0, Reason::ContentRejected},
      {"expired", "retry timeout exceeded", "", 0, Reason::Expired},
      {"full disk", "452 4.3.1 Insufficient system storage", "", 0, Reason::SystemError},
      {"German", "Das Postfach ist voll", "", 0, Reason::MailboxFull},
      {"German, large", "Empfänger UNBEKANNT", "", 0, Reason::UserUnknown},
      {"French", "Boîte aux lettres pleine", "", 0, Reason::MailboxFull},
      {"Spanish", "El usuario no existe", "", 0, Reason::UserUnknown},
      {"Italian", "Casella piena", "", 0, Reason::MailboxFull},
      {"Portuguese", "Usuário não encontrado", "", 0, Reason::UserUnknown},
      {"Dutch", "De gebruiker is onbekend", "", 0, Reason::UserUnknown},
      {"Polish", "Użytkownik nie istnieje", "", 0, Reason::UserUnknown},
      {"Russian", "Почтовый ящик переполнен", "", 0, Reason::MailboxFull},
      {"Greek", "Ο χρήστης δεν υπάρχει", "", 0, Reason::UserUnknown},
      {"Turkish", "Kullanıcı bulunamadı", "", 0, Reason::UserUnknown},
      {"Japanese", "宛先メールアドレスが存在しません", "", 0, Reason::UserUnknown},
      {"Chinese", "邮箱空间不足", "", 0, Reason::MailboxFull},
      {"Korean", "메일함이 가득 찼습니다", "", 0, Reason::MailboxFull},
      {"Arabic", "صندوق بريد المستلم ممتلئ", "", 0, Reason::MailboxFull},
      {"Hebrew", "הכתובת לא נמצא", "", 0, Reason::UserUnknown},
  };
  ReasonFinder finder;
  for (const auto& row : rows) {
    EXPECT_EQ(finder.find(row.words, row.status, row.reply_code), row.want_reason) << row.name;
  }
}

// "rbl" in "turbleton" is not a block list, and "dolu" in "modolus" is not a full mailbox.
TEST(ReasonFinder, TakesAPhraseOnlyAtTheStartOfAWord) {
  const Row rows[] = {
      {"rbl within a word", "<turbleton@example.org>", "", 0, Reason::Unknown},
      {"rbl", "listed in RBL", "", 0, Reason::SenderReputation},
      {"virus within a word", "antivirus@example.org", "", 0, Reason::Unknown},
      {"relay within a word", "autorelay", "", 0, Reason::Unknown},
  };
  ReasonFinder finder;
  for (const auto& row : rows) {
    EXPECT_EQ(finder.find(row.words, row.status, row.reply_code), row.want_reason) << row.name;
  }
}

void check_phrases(std::string_view list) {
  for_each_phrase(list, [](std::string_view phrase) {
    EXPECT_GE(phrase.size(), 2U) << phrase;
    EXPECT_EQ(phrase, base::to_lower(phrase));
    EXPECT_EQ(phrase, base::trim(phrase));
    EXPECT_TRUE(base::is_utf8(phrase)) << phrase;
    // White space is single spaces in the text that is searched.
    EXPECT_EQ(phrase.find("  "), std::string_view::npos) << phrase;
    EXPECT_EQ(phrase.find_first_of("\t\r\n"), std::string_view::npos) << phrase;
  });
}

TEST(ReasonRows, AreLiteralsThatCanMatch) {
  EXPECT_GT(reason_rows().size(), 50U);
  for (const auto& row : reason_rows()) {
    EXPECT_NE(row.reason, Reason::Unknown) << row.phrases;
    EXPECT_FALSE(row.phrases.empty());
    check_phrases(row.phrases);
    check_phrases(row.near);
  }
}

TEST(ReasonRows, ListNoPhraseTwice) {
  for (const auto& row : reason_rows()) {
    for (const auto list : {row.phrases, row.near}) {
      std::set<std::string_view> seen;
      for_each_phrase(list,
                      [&](std::string_view phrase) { EXPECT_TRUE(seen.insert(phrase).second) << phrase; });
    }
  }
}

// A phrase that contains a phrase of another reason above it would never win.
TEST(ReasonRows, NoPhraseIsShadowedByOneOfAnotherReason) {
  ReasonFinder finder;
  for (const auto& row : reason_rows()) {
    if (!row.near.empty()) continue;
    for_each_phrase(row.phrases, [&](std::string_view phrase) {
      EXPECT_EQ(finder.find(phrase, "", 0), row.reason) << phrase;
    });
  }
}

}  // namespace
}  // namespace backstop::response
