#include "response/text_bounce.h"

#include <algorithm>
#include <array>
#include <ranges>
#include <string_view>

#include "base/text.h"
#include "mail/address.h"
#include "response/address_scan.h"
#include "response/goods.h"
#include "response/original.h"
#include "response/person.h"
#include "response/status.h"

namespace backstop::response {
namespace {

using mail::MediaType;

// A person who quotes a report says something before it.
constexpr std::size_t kFirstSentence = 100;
constexpr std::size_t kOpeningOfAnswer = 300;

// Returns whether an address stands alone on a line.
bool sets_address_apart(const KindFacts& facts) {
  return std::ranges::any_of(facts.text.lines(), [&](const ReportText::Line& line) {
    return mail::looks_like_address(facts.text.text_of(line));
  });
}

// Returns whether the text has the lines that a mail program writes above a mail that somebody forwards: the
// sender and, soon after, the subject. The English ones are a header block already.
bool forwards_a_mail(const ReportText& text) {
  constexpr std::size_t kOpening = 20;
  constexpr std::size_t kReach = 6;
  constexpr std::array kSenders = std::to_array<std::string_view>(
      {"from",      "von",    "de",        "da",     "van",      "od",     "från",     "fra",
       "lähettäjä", "feladó", "expeditor", "kimden", "gönderen", "от",     "От",       "від",
       "Від",       "από",    "Από",       "差出人", "发件人",   "寄件者", "보낸 사람"});
  constexpr std::array kSubjects = std::to_array<std::string_view>(
      {"subject", "betreff", "objet", "asunto",  "oggetto", "assunto", "onderwerp", "temat",
       "ämne",    "emne",    "aihe",  "předmět", "predmet", "tárgy",   "subiect",   "konu",
       "тема",    "Тема",    "θέμα",  "Θέμα",    "件名",    "主题",    "主旨",      "제목"});
  const auto is_named = [](std::string_view line, const auto& names) {
    return std::ranges::any_of(names, [&](std::string_view name) {
      if (!base::istarts_with(line, name)) return false;
      line.remove_prefix(name.size());
      for (const std::string_view space : {" ", "\u00A0", "\u202F", "*"}) {
        if (line.starts_with(space)) line.remove_prefix(space.size());
      }
      return line.starts_with(':') || line.starts_with("：");
    });
  };
  const auto& lines = text.lines();
  for (std::size_t i = 0; i < std::min(kOpening, lines.size()); ++i) {
    if (!is_named(text.text_of(lines[i]), kSenders)) continue;
    for (std::size_t j = i + 1; j < std::min(i + kReach, lines.size()); ++j) {
      if (is_named(text.text_of(lines[j]), kSubjects)) return true;
    }
  }
  return false;
}

// Returns whether the text has few lines, opens with a failure and has an address alone on a line. Persons
// who write that greet, name the reader or sign. A monitor does, too, but it says that it generated the mail.
bool is_terse_notice(const KindFacts& facts) {
  constexpr std::size_t kMostText = 800;
  constexpr std::size_t kOpening = 200;
  // Somebody who forwards a mail leaves a header block in the text.
  if (facts.text.flat().size() > kMostText || !facts.text.header_blocks().empty()) return false;
  if (forwards_a_mail(facts.text)) return false;
  if (facts.header.is_auto_submitted || is_letter(facts.message, facts.header.from, facts.text)) return false;
  const PhraseId failure = facts.hits.first_of(BodyPhrases::get().failures);
  if (failure == kNoPhrase || facts.hits.begin_of(failure) > kOpening) return false;
  return sets_address_apart(facts);
}

// Returns whether the original came back, as a part or in the text.
bool returns_original(const KindFacts& facts) {
  return has_own_part(facts.message, MediaType::MessageRfc822) ||
         has_own_part(facts.message, MediaType::MessageGlobal) ||
         has_own_part(facts.message, MediaType::TextRfc822Headers) ||
         has_own_part(facts.message, MediaType::MessageGlobalHeaders) || !facts.text.header_blocks().empty();
}

// Returns the start of To. It is searched for each address, so it is cut.
std::string_view readers_of(const KindFacts& facts) {
  constexpr std::size_t kMost = 4096;
  return facts.message.value(facts.message.parts[0], mail::FieldName::To).substr(0, kMost);
}

// Returns whether the line has an address that is not a reader's, not the sender's and not one for questions.
bool names_a_stranger(const KindFacts& facts, std::string_view line, std::string_view readers) {
  const std::string_view address = find_address(line).text;
  return !address.empty() && !is_service_address(address) && !base::icontains(readers, address) &&
         !base::icontains(facts.header.from, address);
}

// Returns whether a signature or the footer of a list begins with this line.
bool is_footer(std::string_view line) {
  constexpr std::size_t kRule = 8;
  return line == "--" || (line.size() >= kRule && line.find_first_not_of('_') == std::string_view::npos);
}

// Returns whether the original is announced: "The first 50 lines of your original message follow". The line
// that mail programs write above a quote does not count.
bool announces_original(const KindFacts& facts) {
  const auto& phrases = BodyPhrases::get();
  return std::ranges::any_of(phrases.original_markers, [&](PhraseId marker) {
    const std::string_view words = phrases.phrases[marker];
    return facts.hits.has(marker) &&
           (words.find("follow") != words.npos || words.find("copy of") != words.npos);
  });
}

// Returns whether a stranger's address is in the line of a failure's words or in the next.
bool names_failed_address(const KindFacts& facts) {
  const auto& phrases = BodyPhrases::get();
  const auto& lines = facts.text.lines();
  const std::string_view readers = readers_of(facts);
  const auto is_named = [&](std::size_t line) {
    return line < facts.text.footer() && names_a_stranger(facts, facts.text.text_of(lines[line]), readers);
  };
  const auto is_beside = [&](PhraseId phrase) {
    if (!facts.hits.has(phrase)) return false;
    const std::size_t line = facts.text.line_at(facts.hits.begin_of(phrase));
    return is_named(line) || is_named(line + 1);
  };
  return std::ranges::any_of(phrases.failures, is_beside) || std::ranges::any_of(phrases.delays, is_beside);
}

// A report opens with its news, whereas a person who quotes a report first says why.
bool opens_with_failure(const KindFacts& facts, std::size_t within) {
  const auto& phrases = BodyPhrases::get();
  const auto is_early = [&](PhraseId phrase) {
    return phrase != kNoPhrase && facts.hits.begin_of(phrase) <= within;
  };
  return is_early(facts.hits.first_of(phrases.failures)) || is_early(facts.hits.first_of(phrases.delays)) ||
         (facts.format && is_early(facts.hits.first_of(facts.format->signature)));
}

// Returns whether others write the product's words as well: services that deliver short messages, cards,
// letters and signed documents.
bool is_general(std::string_view words) {
  constexpr std::array kGeneral =
      std::to_array<std::string_view>({"could not be delivered to the following recipients:",
                                       "was undeliverable. the reason for the problem:",
                                       "was undeliverable. the following",
                                       "the following recipients were affected",
                                       "there was an error delivering your mail to",
                                       "delivery failed for the following reason:",
                                       "could not be sent due to the following reason",
                                       "your message could not be delivered to",
                                       "your message was not delivered to the following",
                                       "target mail address:",
                                       "nachricht wurde erfolgreich zugestellt",
                                       "message a été remis avec succès",
                                       "mensaje se entregó correctamente",
                                       "mensaje se ha entregado correctamente",
                                       "mensaje ha sido entregado correctamente",
                                       "messaggio è stato consegnato correttamente",
                                       "mensagem foi entregue com êxito",
                                       "mensagem foi entregue com sucesso",
                                       "bericht is met succes afgeleverd",
                                       "bericht is met succes bezorgd",
                                       "meddelande har levererats till",
                                       "wiadomość została pomyślnie dostarczona",
                                       "zpráva byla úspěšně doručena",
                                       "сообщение успешно доставлено",
                                       "письмо успешно доставлено",
                                       "メールは正常に配信されました",
                                       "邮件已成功送达",
                                       "메일이 성공적으로 전달"});
  return std::ranges::find(kGeneral, words) != kGeneral.end();
}

// Returns whether all words of the product that were found are general.
bool has_only_general_words(const KindFacts& facts) {
  return facts.format && std::ranges::all_of(facts.format->signature, [&](PhraseId phrase) {
           return !facts.hits.has(phrase) || is_general(BodyPhrases::get().phrases[phrase]);
         });
}

// Returns whether the text has the product's own words, and not only its name or a phrase that people use
// ("hMailServer", "couldn't be delivered to").
bool has_products_words(const KindFacts& facts) {
  constexpr std::size_t kShortest = 25;
  return facts.format && std::ranges::any_of(facts.format->signature, [&](PhraseId phrase) {
           return facts.hits.has(phrase) && BodyPhrases::get().phrases[phrase].size() >= kShortest;
         });
}

// Returns whether the returned mail is itself a report, which somebody forwards.
bool returns_a_report(const mail::Message& message) {
  return std::ranges::any_of(message.parts, [&](const mail::Part& part) {
    return part.media_type == MediaType::MultipartReport && part.parent != mail::Part::kNoParent &&
           message.parts[part.parent].media_type == MediaType::MessageRfc822;
  });
}

// Returns whether a mail system left a mark other than its name, which people have too, and other than
// Precedence, which a list writes.
bool has_system_mark(const HeaderFacts& header) {
  return std::ranges::any_of(header.signs, [](const Sign* sign) {
    return (sign->zone == Zone::Field || sign->product == "auto-responder") &&
           (sign->strength == Strength::MachineMark || sign->strength == Strength::Decides);
  });
}

// Returns whether the subject is a log's or a statistic's. Those of mail servers list failures, too.
bool is_log(const HeaderFacts& header) {
  constexpr std::array kLogs = std::to_array<std::string_view>({"pflogsumm",      "logwatch",
                                                                "logcheck",       "eximstats",
                                                                "cron <",         "statistic",
                                                                "statistik",      "statistique",
                                                                "estadística",    "estatística",
                                                                "statystyk",      "статистик",
                                                                "統計",           "统计",
                                                                "통계",           "log summary",
                                                                "summary of log", "log report",
                                                                "log file",       "logfile",
                                                                "logbericht",     "backup",
                                                                "daily report",   "weekly report",
                                                                "monthly report", "tagesbericht",
                                                                "wochenbericht",  "rapport quotidien",
                                                                "informe diario", "rapporto giornaliero",
                                                                "dagrapport"});
  if (header.has_leading_failure_subject) return false;
  return std::ranges::any_of(kLogs,
                             [&](std::string_view word) { return base::icontains(header.subject, word); });
}

// Returns whether the mail tells its reader that the reader's own mailbox is full. A bounce speaks of the
// recipient's.
bool is_quota_warning(const KindFacts& facts) {
  constexpr std::size_t kOpening = 80;
  constexpr std::array kMailboxes =
      std::to_array<std::string_view>({"your mailbox",   "your inbox",
                                       "your storage",   "your quota",
                                       "ihr postfach",   "ihres postfach",
                                       "dein postfach",  "deines postfach",
                                       "votre boîte",    "votre boite",
                                       "votre quota",    "tu buzón",
                                       "la tua casella", "uw mailbox",
                                       "je mailbox",     "uw postvak",
                                       "je postvak",     "twoja skrzynka",
                                       "ваш почтовый",   "вашего почтового",
                                       "din postlåda",   "din brevlåda",
                                       "din postkasse",  "vaše schránka",
                                       "posta kutunuz",  "あなたのメールボックス",
                                       "您的邮箱",       "您的信箱",
                                       "귀하의 사서함"});
  const std::string_view opening = facts.text.flat().substr(0, kOpening);
  return std::ranges::any_of(kMailboxes, [&](std::string_view words) {
    return (!facts.header.has_leading_failure_subject && base::icontains(facts.header.subject, words)) ||
           base::icontains(opening, words);
  });
}

// Returns whether a mail server's reply code or an enhanced status is in the text.
bool quotes_a_code(const KindFacts& facts) {
  constexpr std::size_t kMost = 4096;
  const std::string_view text = facts.text.flat().substr(0, kMost);
  return !find_enhanced_status(text).empty() || find_reply_code(text) != 0;
}

// How much of a report a text bounce must have depends on who sent it: everybody can use the name
// MAILER-DAEMON, a postmaster also writes by hand, and a distribution list sends people's mail with the null
// sender.
bool is_report_enough(const KindFacts& facts) {
  constexpr std::size_t kFirstWords = 40;
  constexpr std::size_t kOpening = 300;
  const auto& header = facts.header;
  const bool is_system = header.is_mailer_daemon || header.is_daemon_sender;
  const auto is_returned = [&] {
    return (returns_original(facts) && !returns_a_report(facts.message)) || announces_original(facts);
  };
  const auto has_words = [&] {
    return has_products_words(facts) && !is_letter(facts.message, header.from, facts.text);
  };
  const bool has_format = facts.format != nullptr;
  if (header.is_list_mail) {
    if (is_system)
      return has_format || is_returned() || (header.is_mailer_daemon && names_failed_address(facts));
    if (header.is_null_sender) return has_format;
    return (has_system_mark(header) && (has_format || names_failed_address(facts))) ||
           (opens_with_failure(facts, kFirstWords) && has_words()) ||
           (opens_with_failure(facts, kOpening) && is_returned());
  }
  if (header.is_auto_replied) return has_format || names_a_mail(facts);
  if (header.is_null_sender && !header.is_mailer_daemon &&
      (is_log(header) || is_quota_warning(facts) || is_about_a_parcel(header, facts.text)))
    return is_returned();
  if (header.is_null_sender && is_system) return header.is_mailer_daemon || has_format || names_a_mail(facts);
  // What is not for the mail's sender comes from a postmaster with the null sender, too.
  if (header.is_null_sender && header.is_postmaster) {
    if ((has_format && !has_only_general_words(facts)) || is_returned()) return true;
    if (header.has_failure_subject || header.has_delay_subject) return names_a_mail(facts);
    return opens_with_failure(facts, kFirstSentence) && names_failed_address(facts) &&
           (quotes_a_code(facts) || sets_address_apart(facts));
  }
  if (header.is_null_sender && has_only_general_words(facts)) {
    const bool is_of_mail = quotes_a_code(facts) || header.has_leading_failure_subject || header.is_report;
    const bool is_mails_subject =
        header.has_leading_failure_subject && base::icontains(header.own_subject(), "mail");
    return is_returned() || (has_words() && (is_mails_subject || (is_of_mail && names_a_mail(facts))));
  }
  if (header.is_null_sender) return has_words() || is_returned();
  if (is_system && !header.is_ordinary_sender) return has_format || names_a_mail(facts);
  if (is_system)
    return has_format || is_returned() || (header.is_mailer_daemon && names_failed_address(facts));
  if (is_returned()) return opens_with_failure(facts, kOpening);
  return opens_with_failure(facts, kFirstSentence) && has_words() && names_a_mail(facts);
}

// Returns whether a person wrote the mail, whatever it says about a bounce.
bool is_persons_mail(const KindFacts& facts) {
  const auto& header = facts.header;
  if (header.is_auto_replied) return false;
  // A bounce that somebody moved with a mail program has the program's name.
  if (header.is_mailer_daemon && !header.is_ordinary_sender && facts.format) return false;
  // The reverse path mailer-daemon@ counts as the null sender, but a person may write from it.
  if (header.is_mailer_daemon || header.is_daemon_sender)
    return has_mail_program(facts.message) && (!header.is_null_sender || begins_with_greeting(facts.text));
  if (header.is_null_sender && header.is_postmaster) return false;
  return header.has_reply_subject || (header.has_references && !header.is_null_sender) ||
         has_mail_program(facts.message);
}

}  // namespace

// Parcel services and monitors also write from null senders that something was not delivered, and do neither.
bool names_a_mail(const KindFacts& facts) {
  constexpr std::size_t kMostLines = 200;
  if (returns_original(facts)) return true;
  const std::string_view readers = readers_of(facts);
  for (const auto& line : facts.text.lines() | std::views::take(std::min(kMostLines, facts.text.footer()))) {
    const std::string_view text = facts.text.text_of(line);
    if (is_footer(text)) return false;
    if (names_a_stranger(facts, text, readers)) return true;
  }
  return false;
}

bool is_text_bounce(const KindFacts& facts) {
  const auto& header = facts.header;
  const auto& phrases = BodyPhrases::get();
  const bool says_failure = facts.hits.has_any(phrases.failures) || facts.hits.has_any(phrases.delays);
  if (header.has_failed_recipients && (says_failure || header.has_failure_subject)) return true;
  int points = 0;
  if (header.is_null_sender) points += 2;
  if (header.is_daemon_sender) points += 2;
  if (header.is_mailer_daemon) points += 1;
  if (header.is_postmaster) points += 1;
  if (header.has_failure_subject || header.has_delay_subject) points += 2;
  if (header.is_report) points += 1;
  // Some systems write from noreply@ that they answer, and mark nothing else.
  const bool is_answering = header.is_auto_replied && !header.is_list_mail && !header.has_reply_subject &&
                            (header.has_failure_subject || header.has_delay_subject);
  if (is_answering && !header.is_null_sender && opens_with_failure(facts, kOpeningOfAnswer)) points += 2;
  if (facts.format) points += 2;
  if (says_failure) points += 1;
  const bool is_machine =
      header.is_null_sender || header.is_daemon_sender || header.is_postmaster || header.is_auto_replied;
  if (!is_machine) {
    if (header.is_list_mail || has_mail_program(facts.message) || is_persons_address(header.from))
      return false;
    // A product without any mark in its header: the subject must begin as a bounce's does, and the mail must
    // not be part of a conversation.
    // Programs put what happened behind the subject that they repeat, also behind its "Re:". People forward
    // a report with "Fwd:" before its own subject.
    const bool is_forwarded = header.has_reply_subject && header.has_leading_failure_subject &&
                              !base::istarts_with(base::trim(header.subject), "re:");
    if (header.has_failure_subject && !header.has_references && !is_forwarded && is_terse_notice(facts))
      return true;
    return header.has_leading_failure_subject && !header.is_reply && facts.format &&
           opens_with_failure(facts, kFirstSentence) && !is_letter(facts.message, header.from, facts.text);
  }
  if (points < 4 || !(says_failure || facts.format || header.has_failure_subject)) return false;
  return !is_persons_mail(facts) && is_report_enough(facts);
}

}  // namespace backstop::response
