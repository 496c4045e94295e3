// Filter and list notices that are known by their words alone, and the mails that have the same words.
#include "response/notice_in_words.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "base/text.h"
#include "response/notice_words.h"
#include "response/reader.h"

namespace backstop::response {
namespace {

constexpr std::string_view kOrdinary = "jo@example.net";
constexpr std::string_view kNull = "";
constexpr std::string_view kFound = "The message you sent to joe@example.net contained a virus.\n";
constexpr std::string_view kHeld = "Your message to the list talk was given to its moderators.\n";
constexpr std::string_view kPostmaster = "From: postmaster@example.net\n";
constexpr std::string_view kList = "From: talk-owner@lists.example.net\n";

struct Row {
  const char* name;
  std::string_view header;
  std::string text;
  std::string_view reverse_path;
  std::string_view want;
};

// Reads a person's mail. Fields of `header` come first: the first From and the first Subject count.
void check(std::span<const Row> rows) {
  Reader reader;
  for (const Row& row : rows) {
    std::string mail(row.header);
    mail.append("From: Jo <jo@example.net>\nTo: ann@example.org\nSubject: Plans\n\n").append(row.text);
    const Envelope envelope{.reverse_path = std::string(row.reverse_path), .recipient = ""};
    const Kind kind = reader.read(mail, envelope).kind;
    EXPECT_EQ(name(kind), row.want) << row.name;
    EXPECT_TRUE(kind == Kind::None || reader.can_be_response(mail, envelope)) << row.name;
  }
}

TEST(NoticeInWords, BelievesAMachineOrAProgramThatSendsNotices) {
  const std::string found(kFound);
  const Row rows[] = {
      {"a person", "", found, kOrdinary, "none"},
      {"nobody", "", found, kNull, "filter-notice"},
      {"nobody, without an address", "", "The mail you sent contained malware.\n", kNull, "none"},
      {"a postmaster from nobody, without an address", kPostmaster, "The mail you sent contained malware.\n",
       kNull, "filter-notice"},
      {"a filter from nobody, without an address", "From: Example Virus Scanner <vs@example.net>\n",
       "The mail you sent contained malware.\n", kNull, "filter-notice"},
      {"a filter's name, without an address", "From: Example Virus Scanner <vs@example.net>\n",
       "The mail you sent contained malware.\n", kOrdinary, "none"},
      {"automatic", "Auto-Submitted: auto-generated\n", found, kOrdinary, "filter-notice"},
      {"a filter's name", "From: Example Virus Scanner <vs@example.net>\n", found, kOrdinary,
       "filter-notice"},
      {"a filter's program", "X-Mailer: GWAVA Notifier\n", found, kOrdinary, "filter-notice"},
      {"a postmaster", "From: postmaster@example.net\n", found, kOrdinary, "none"},
      {"a postmaster who quotes the fields of the mail", "From: postmaster@example.net\n",
       found + "\nFrom: ann@example.org\nTo: joe@example.net\nSubject: offer\nDate: Fri, 27 Nov 2026 "
               "10:00:00 +0100\n",
       kOrdinary, "filter-notice"},
      {"a greeting", "From: Example Virus Scanner <vs@example.net>\n", "Hi Ann,\n\n" + found, kOrdinary,
       "none"},
      {"a greeting from nobody", "", "Hello,\n\n" + found, kNull, "filter-notice"},
      {"a mail program", "User-Agent: Mutt\n", found, kNull, "none"},
      {"an answer", "Subject: Re: Plans\n", found, kNull, "none"},
      {"a list", "List-Id: <a.example.net>\n", found, kNull, "none"},
      {"a vacation", "Subject: Automatic reply: Plans\nAuto-Submitted: auto-replied\n", found, kOrdinary,
       "auto-reply"},
  };
  check(rows);
}

TEST(NoticeInWords, BelievesOnlyListProgramsAboutPosts) {
  const std::string held(kHeld);
  const Row rows[] = {
      {"a person", "", held, kOrdinary, "none"},
      {"nobody", "", held, kNull, "none"},
      {"a list's owner", kList, held, kOrdinary, "list-notice"},
      {"a list's owner, with a list's fields",
       "From: talk-owner@lists.example.net\nList-Id: <talk.lists.example.net>\nPrecedence: bulk\n", held,
       kOrdinary, "list-notice"},
      {"the path of mlmmj", "", held, "talk+bounces-help@lists.example.net", "list-notice"},
      {"the host of lists, from nobody", "From: auth@lists.example.net\nPrecedence: bulk\n", held, kNull,
       "list-notice"},
      {"the host of lists, from nobody, with Re:",
       "From: auth@lists.example.net\nPrecedence: bulk\nSubject: Re: Plans\n", held, kNull, "list-notice"},
      {"the host of lists, without a program's field", "From: auth@lists.example.net\n", held, kNull, "none"},
      {"the host of lists, from somebody", "From: jo@lists.example.net\nPrecedence: bulk\n", held, kOrdinary,
       "none"},
      {"the host of lists, with a list's fields",
       "From: jo@lists.example.net\nPrecedence: bulk\nList-Id: <l.example.net>\n", held, kNull, "none"},
      {"a program", "X-Mailer: Sympa 6.2\n", held, kOrdinary, "list-notice"},
      {"a web group greets", "From: noreply@groups.io\n", "Hello,\n\n" + held, kOrdinary, "list-notice"},
      {"a web group", "From: noreply@groups.io\n", held, kOrdinary, "list-notice"},
      {"a web group's digest", "From: noreply@groups.io\nList-Id: <talk.groups.io>\n", held, kOrdinary,
       "none"},
      {"a digest", "From: talk-request@lists.example.net\nSubject: Talk Digest, Vol 3, Issue 1\n", held,
       kOrdinary, "none"},
      {"a digest by its form",
       "From: talk-request@lists.example.net\nContent-Type: multipart/digest; boundary=b\n", "--b\n\n" + held,
       kOrdinary, "none"},
      {"a mail program", "From: Jo <talk-owner@lists.example.net>\nUser-Agent: Mutt\n", held, kOrdinary,
       "none"},
      {"a greeting", "From: Jo <talk-owner@lists.example.net>\n", "Dear Ann,\n\n" + held, kOrdinary, "none"},
      {"a greeting of a machine", "From: talk-owner@lists.example.net\nAuto-Submitted: auto-generated\n",
       "Dear member,\n\n" + held, kOrdinary, "list-notice"},
      {"an answer", "From: Jo <talk-owner@lists.example.net>\nIn-Reply-To: <a@example.org>\n", held,
       kOrdinary, "none"},
  };
  check(rows);
}

TEST(NoticeInWords, ReadsListProgramsInManyLanguages) {
  struct Words {
    const char* name;
    std::string_view from;
    std::string_view text;
  };
  constexpr std::string_view kBounces = "From: klub-bounces@lists.example.net\n";
  constexpr std::string_view kGroups = "From: noreply@googlegroups.com\n";
  constexpr std::string_view kGateway = "From: auth@lists.example.net\n";
  const Words all[] = {
      {"held, Polish", kBounces, "Wiadomość wysłana na listę klub czeka na decyzję moderatora.\n"},
      {"held, Turkish", kBounces, "Klub listesine gönderdiğiniz mesaj, moderatör için bekletiliyor.\n"},
      {"held, Japanese", kBounces, "klub に投稿されたメールは保留されました。\n"},
      {"refused, Hungarian", kBounces, "Alábbi kérelmedet a lista szerkesztője nem fogadta el.\n"},
      {"refused, Polish", kBounces, "Prośba dotycząca listy klub została odrzucona.\n"},
      {"disabled, German", kBounces, "Ihre Mitgliedschaft in der Liste klub wurde deaktiviert.\n"},
      {"disabled, French", kBounces, "Votre abonnement à la liste klub a été désactivé.\n"},
      {"disabled, Polish", kBounces, "Prenumerata klub została wyłączona.\n"},
      {"a probe, German", kBounces, "Dies ist eine Erprobungsnachricht. Es gab Rückläufer.\n"},
      {"a group, German", kGroups,
       "Die Gruppe, die Sie anschreiben, nimmt von Ihnen nichts an: Sie sind nicht "
       "berechtigt.\n"},
      {"a group, Spanish", kGroups,
       "El grupo al que escribes no existe o no tienes permiso para publicar.\n"},
      {"a group, Italian", kGroups, "Il gruppo a cui scrivi non esiste o non puoi pubblicare messaggi.\n"},
      {"a group, Dutch", kGroups, "De groep waarmee je contact zoekt: je hebt geen toestemming.\n"},
      {"a group, Swedish", kGroups, "Gruppen som du skrev till finns inte, eller saknar du behörighet.\n"},
      {"a group, Polish", kGroups, "Grupa, z którą się kontaktujesz: nie masz uprawnień.\n"},
      {"a group, Chinese", kGroups, "您尝试联系的群组不存在，或者您没有权限。\n"},
      {"passed on, English", kGateway, "The message that you sent was forwarded to the list dev.\n"},
      {"may post, English", kGateway, "Your address ann@example.org may now post to the list dev.\n"},
      {"passed on, German", kGateway, "Ihre Nachricht wurde an die Mailingliste weitergeleitet.\n"},
      {"passed on, French", kGateway, "Votre message a été transmis à la liste dev.\n"},
      {"passed on, Italian", kGateway, "Il tuo messaggio è stato inoltrato alla lista dev.\n"},
      {"passed on, Portuguese", kGateway, "A sua mensagem foi encaminhada para a lista dev.\n"},
  };
  for (const auto& words : all) {
    const std::string header = std::string(words.from) + "Precedence: bulk\n";
    const Row row[] = {{words.name, header, std::string(words.text), kNull, "list-notice"}};
    check(row);
  }
}

TEST(NoticeInWords, WantsAClaimAndATopicNearEachOther) {
  const std::string filler(500, '.');
  const std::string line = filler + "\n";
  const Row rows[] = {
      {"a claim alone", kPostmaster, "The message you sent to joe@example.net is here.\n", kNull, "none"},
      {"a topic alone", kPostmaster, "A file on your computer contained a virus.\n", kNull, "none"},
      {"a topic before the claim", kPostmaster, "A virus was in the message you sent.\n", kNull,
       "filter-notice"},
      {"far apart", kPostmaster, "The message you sent:\n" + line + "It contained a virus.\n", kNull, "none"},
      {"behind a preface", kPostmaster, line + std::string(kFound), kNull, "filter-notice"},
      {"far behind", kPostmaster, line + line + std::string(kFound), kNull, "none"},
      {"the claim in the subject", "From: postmaster@example.net\nSubject: About the message you sent\n",
       "It contained a virus.\n", kNull, "filter-notice"},
      {"the topic in the subject", "From: postmaster@example.net\nSubject: A virus was found\n",
       "It was in the message you sent.\n", kNull, "filter-notice"},
      {"both in the subject", "From: postmaster@example.net\nSubject: A virus was in the message you sent\n",
       "Clean your disk.\n", kNull, "filter-notice"},
      {"quoted", kPostmaster, "> " + std::string(kFound), kNull, "none"},
  };
  check(rows);
}

// The words of a mail server are a bounce's, whatever the filter behind it said.
TEST(NoticeInWords, ABounceStaysOne) {
  constexpr std::string_view kDaemon = "From: MAILER-DAEMON@mx.example.net\nSubject: Undeliverable mail\n";
  const Row rows[] = {
      {"no server's words", kDaemon,
       "Your message to joe@example.net was not delivered:\nit was blocked as spam.\n", kNull,
       "filter-notice"},
      {"a reply", kDaemon,
       "Your message was not delivered to\n<joe@example.net>: 550 message contains a virus\n", kNull,
       "dsn-failed"},
      {"a status", kDaemon, "Your message was not delivered to\n<joe@example.net>: 5.7.1 blocked as spam\n",
       kNull, "dsn-failed"},
      {"a product's words", kDaemon,
       "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your "
       "message to "
       "the following addresses.\n\n<joe@example.net>:\nThe message was blocked as spam\n",
       kNull, "dsn-failed"},
  };
  check(rows);
}

TEST(NoticeInWords, KnowsManyLanguages) {
  const Row rows[] = {
      {"German", kPostmaster, "Die von Ihnen gesendete E-Mail enthielt einen unzulässigen Anhang.\n", kNull,
       "filter-notice"},
      {"French", kPostmaster, "Un virus a été trouvé dans le message que vous avez envoyé.\n", kNull,
       "filter-notice"},
      {"Spanish", kPostmaster, "Su mensaje a joe@example.net contiene un virus.\n", kNull, "filter-notice"},
      {"Italian", kPostmaster, "Il messaggio da Lei inviato conteneva un allegato non consentito.\n", kNull,
       "filter-notice"},
      {"Portuguese", kPostmaster, "A mensagem que você enviou continha um vírus.\n", kNull, "filter-notice"},
      {"Dutch", kPostmaster, "Uw bericht bevatte een virus.\n", kNull, "filter-notice"},
      {"Danish", kPostmaster, "Vi har opdaget virus i den mail du har sendt.\n", kNull, "filter-notice"},
      {"Swedish", kPostmaster, "Ditt meddelande innehöll virus.\n", kNull, "filter-notice"},
      {"Polish", kPostmaster, "W Twojej wiadomości znaleziono wirusa.\n", kNull, "filter-notice"},
      {"Czech", kPostmaster, "Vaše zpráva byla infikována, detektor viru ji zadržel.\n", kNull,
       "filter-notice"},
      {"Russian", kPostmaster, "В вашем письме обнаружен вирус.\n", kNull, "filter-notice"},
      {"Turkish", kPostmaster, "Gönderdiğiniz iletide virüs bulundu.\n", kNull, "filter-notice"},
      {"Japanese", kPostmaster, "お客様が送信されたメールからウイルスが検出されました。\n", kNull,
       "filter-notice"},
      {"Chinese", kPostmaster, "您发送的邮件含有病毒。\n", kNull, "filter-notice"},
      {"Korean", kPostmaster, "보내신 메일에서 바이러스가 발견되었습니다.\n", kNull, "filter-notice"},
      {"a German list", kList, "Ihre E-Mail an die Liste wird bis zur Freigabe zurückgehalten.\n", kOrdinary,
       "list-notice"},
      {"a French list", kList, "Votre courriel attend la décision du modérateur.\n", kOrdinary,
       "list-notice"},
      {"a Spanish list", kList, "Su mensaje ha sido retenido.\n", kOrdinary, "list-notice"},
      {"an Italian list", kList, "Il tuo messaggio è stato trattenuto.\n", kOrdinary, "list-notice"},
      {"a Portuguese list", kList, "Sua mensagem foi rejeitada.\n", kOrdinary, "list-notice"},
      {"a Dutch list", kList, "Uw bericht wordt tegengehouden.\n", kOrdinary, "list-notice"},
      {"a Danish list", kList, "Din meddelelse blev afvist.\n", kOrdinary, "list-notice"},
      {"a Finnish list", kList, "Viestisi odottaa ylläpitäjän päätöstä.\n", kOrdinary, "list-notice"},
      {"a Czech list", kList, "Vaše zpráva čeká na schválení.\n", kOrdinary, "list-notice"},
      {"a Hungarian list", kList, "Az Ön levele a moderátorra vár.\n", kOrdinary, "list-notice"},
      {"a Russian list", kList, "Ваше сообщение ожидает одобрения.\n", kOrdinary, "list-notice"},
      {"a Japanese list", kList, "リストへの投稿は承認待ちです。\n", kOrdinary, "list-notice"},
      {"a Chinese list", kList, "您的邮件正在等待审核。\n", kOrdinary, "list-notice"},
      {"a Hebrew list", kList, "ההודעה שלך ממתינה לאישור מנהל הרשימה.\n", kOrdinary, "list-notice"},
  };
  check(rows);
}

TEST(NoticeWords, AreLiteralsThatCanMatchAndAreListedOnce) {
  for (const NoticeWords& words : notice_words()) {
    for (const auto list : {words.claims, words.topics}) {
      std::set<std::string_view> seen;
      EXPECT_GT(list.size(), 30U);
      for (const std::string_view phrase : list) {
        EXPECT_EQ(phrase, base::to_lower(phrase));
        EXPECT_GE(phrase.size(), 4U) << phrase;
        std::string folded(phrase);
        base::fold_hidden(folded);
        EXPECT_EQ(phrase, folded);
        EXPECT_EQ(phrase.find("  "), std::string_view::npos) << phrase;
        EXPECT_TRUE(seen.insert(phrase).second) << phrase;
      }
    }
  }
}

TEST(NoticeInWords, LeavesAListOwnersPostOrdinary) {
  const std::string held(kHeld);
  const std::string_view owner =
      "From: Bob Owner <talk-owner@lists.example.net>\nList-Id: <talk.example.net>\n"
      "Precedence: list\n";
  const std::string_view program =
      "From: talk-owner@lists.example.net\nList-Id: <talk.example.net>\n"
      "Precedence: list\n";
  const Row rows[] = {
      {"an owner", owner, held, kOrdinary, "none"},
      {"the program", program, held, kOrdinary, "list-notice"},
      {"nobody", owner, held, kNull, "list-notice"},
      {"the held mail", owner, held + "\nFrom: ann@example.org\nTo: talk@lists.example.net\nSubject: Plans\n",
       kOrdinary, "list-notice"},
  };
  check(rows);
}

}  // namespace
}  // namespace backstop::response
