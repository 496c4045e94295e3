// Notices of certified mail, through the reader and alone.
#include "response/certified_mail.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "response/reader.h"

namespace backstop::response {
namespace {

struct Row {
  std::string_view name;
  std::string header;
  std::string text;
  std::string_view want_kind;
  std::string_view want;  ///< "address action reason" of each recipient
};

std::string recipients_of(const Response& response) {
  std::string all;
  for (const auto& recipient : response.recipients) {
    if (!all.empty()) all += ", ";
    all.append(recipient.address).append(" ").append(name(recipient.action));
    if (recipient.reason != Reason::Unknown) all.append(" ").append(name(recipient.reason));
  }
  return all;
}

TEST(CertifiedMail, IsKnownByItsFieldOrItsSubject) {
  const std::string from =
      "From: \"Per conto di: ann@pec.example.org\" <posta-certificata@pec.example.net>\n";
  const std::string failed =
      "Avviso di mancata consegna\nIl giorno 09/11/2026 alle ore 17:31:20 (+0100) nel messaggio\n"
      "\"Istanza\" proveniente da \"ann@pec.example.org\"\ne destinato all'utente\n\"carl@pec.example.com\"\n"
      "\u00E8 stato rilevato un errore: 5.1.1 - indirizzo non valido\nIl messaggio \u00E8 stato rifiutato "
      "dal "
      "sistema.\nIdentificativo messaggio: opec1@pec.example.net\n";
  const std::string done =
      "Ricevuta di avvenuta consegna\nIl giorno 09/11/2026 alle ore 17:31:20 (+0100) il messaggio "
      "\"Istanza\" "
      "proveniente da \"ann@pec.example.org\" ed indirizzato a \"carl@pec.example.com\" \u00E8 stato "
      "consegnato "
      "nella casella di destinazione.\nIdentificativo messaggio: opec1@pec.example.net\n";
  const std::string accepted =
      "Ricevuta di accettazione\nIl giorno 09/11/2026 il messaggio \"Istanza\" proveniente da "
      "\"ann@pec.example.org\" ed indirizzato a:\ncarl@pec.example.com (\"posta certificata\")\n"
      "dora@example.com (\"posta ordinaria\")\nIl messaggio \u00E8 stato accettato dal sistema ed "
      "inoltrato.\n"
      "Identificativo messaggio: opec1@pec.example.net\n";
  const Row rows[] = {
      {"failed", from + "Subject: AVVISO DI MANCATA CONSEGNA: Istanza\nX-Ricevuta: errore-consegna\n", failed,
       "dsn-failed", "carl@pec.example.com failed user-unknown"},
      {"failed, by subject and text", from + "Subject: AVVISO DI MANCATA CONSEGNA: Istanza\n", failed,
       "dsn-failed", "carl@pec.example.com failed user-unknown"},
      {"failed, with the typographic apostrophe", from + "Subject: x\nX-Ricevuta: ERRORE-CONSEGNA\n",
       "e destinato all\u2019utente \"carl@pec.example.com\" \u00E8 stato rilevato un errore: casella "
       "piena\n",
       "dsn-failed", "carl@pec.example.com failed mailbox-full"},
      {"late", from + "Subject: AVVISO DI MANCATA CONSEGNA: Istanza\nX-Ricevuta: preavviso-errore-consegna\n",
       "Il messaggio destinato all'utente \"carl@pec.example.com\" non \u00E8 stato consegnato nelle prime "
       "dodici "
       "ore.\n",
       "dsn-delayed", "carl@pec.example.com delayed"},
      {"not accepted", from + "Subject: AVVISO DI NON ACCETTAZIONE: x\nX-Ricevuta: non-accettazione\n",
       failed, "dsn-failed", "carl@pec.example.com failed user-unknown"},
      {"a virus", from + "Subject: PROBLEMA DI SICUREZZA: x\nX-Ricevuta: rilevazione-virus\n",
       "nel messaggio destinato all'utente \"carl@pec.example.com\" \u00E8 stato rilevato un virus.\n",
       "dsn-failed", "carl@pec.example.com failed virus"},
      {"delivered", from + "Subject: CONSEGNA: Istanza\nX-Ricevuta: avvenuta-consegna\n", done,
       "dsn-delivered", "carl@pec.example.com delivered"},
      {"accepted, for two", from + "Subject: ACCETTAZIONE: Istanza\nX-Ricevuta: accettazione\n", accepted,
       "dsn-delivered", "carl@pec.example.com relayed, dora@example.com relayed"},
      {"delivered, without the field", from + "Subject: CONSEGNA: Istanza\n", done, "none", ""},
      {"an unknown receipt", from + "Subject: x\nX-Ricevuta: altro\n", failed, "none", ""},
      {"the certified mail itself", from + "Subject: POSTA CERTIFICATA: x\nX-Trasporto: posta-certificata\n",
       failed, "none", ""},
      {"an answer", from + "Subject: Re: ACCETTAZIONE: x\nX-Ricevuta: accettazione\n", done, "none", ""},
      {"by a mail program", from + "Subject: x\nX-Ricevuta: accettazione\nUser-Agent: Thunderbird\n", done,
       "none", ""},
      {"on a list", from + "Subject: x\nX-Ricevuta: accettazione\nList-Id: <l.example.org>\n", done, "none",
       ""},
      {"a person asks about one", from + "Subject: AVVISO DI MANCATA CONSEGNA: Istanza\n",
       "Buongiorno Ann,\ncosa significa l'avviso di mancata consegna?\n", "none", ""},
  };
  Reader reader;
  Envelope envelope;
  envelope.reverse_path = "posta-certificata@pec.example.net";
  for (const Row& row : rows) {
    const std::string mail =
        row.header + "To: ann@pec.example.org\nContent-Type: text/plain; charset=utf-8\n\n" + row.text;
    const Response response = reader.read(mail, envelope);
    EXPECT_EQ(name(response.kind), row.want_kind) << row.name;
    EXPECT_EQ(recipients_of(response), row.want) << row.name;
  }
}

TEST(CertifiedMail, HasNoMoreRecipientsThanAsked) {
  const std::string mail = "Subject: x\n\nindirizzato a: a@example.com, b@example.com, A@example.com.\n";
  mail::Message message;
  mail::walk(mail, message);
  ReportText text;
  text.collect(message, 1000);
  std::vector<Recipient> two;
  EXPECT_FALSE(read_certified_notice(text, 2, two));
  EXPECT_EQ(two.size(), 2U);
  std::vector<Recipient> one;
  EXPECT_TRUE(read_certified_notice(text, 1, one));
  EXPECT_EQ(one.size(), 1U);
}

}  // namespace
}  // namespace backstop::response
