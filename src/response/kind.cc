#include "response/kind.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "mail/encoding.h"
#include "mail/header_text.h"
#include "response/certified_mail.h"
#include "response/notice_in_words.h"
#include "response/original.h"
#include "response/person.h"
#include "response/sign_verdict.h"
#include "response/text_bounce.h"
#include "response/tnef.h"

namespace backstop::response {
namespace {

using mail::MediaType;

Kind kind_of_actions(const KindFacts& facts) {
  const auto count = [&](std::initializer_list<Action> actions) {
    return std::ranges::count_if(facts.recipients, [&](const Recipient& recipient) {
      return std::ranges::find(actions, recipient.action) != actions.end();
    });
  };
  if (count({Action::Failed}) > 0) return Kind::DsnFailed;
  if (count({Action::Delayed}) > 0) return Kind::DsnDelayed;
  if (count({Action::Delivered, Action::Relayed, Action::Expanded}) > 0) return Kind::DsnDelivered;
  return Kind::None;
}

// Returns the kind of the status codes, for a report without an Action field.
Kind kind_of_statuses(const KindFacts& facts) {
  const auto starts = [&](char c) {
    return std::ranges::any_of(facts.recipients, [c](const Recipient& r) { return r.status.starts_with(c); });
  };
  if (starts('5')) return Kind::DsnFailed;
  if (starts('2')) return Kind::DsnDelivered;
  return Kind::None;
}

bool says_delay(const KindFacts& facts) {
  if (facts.header.has_delay_subject) return true;
  return facts.hits.has_any(BodyPhrases::get().delays);
}

// Returns the value of a field that has no id.
std::string_view other_field(const mail::Message& message, std::string_view name) {
  for (const auto& field : message.fields_of(message.parts[0])) {
    if (field.id == mail::FieldName::Other && base::iequals(field.name, name)) return base::trim(field.value);
  }
  return {};
}

// Returns whether the text is white space. French has a no-break space before its colon.
bool is_blank(std::string_view text) {
  constexpr std::array kNoBreakSpaces = std::to_array<std::string_view>({"\u00A0", "\u202F"});
  for (text = base::trim(text); !text.empty();) {
    const auto space =
        std::ranges::find_if(kNoBreakSpaces, [&](std::string_view each) { return text.starts_with(each); });
    if (space == kNoBreakSpaces.end()) return false;
    text = base::trim(text.substr(space->size()));
  }
  return true;
}

// Returns whether the words before the colon say that a program answers. Some say only that somebody is away,
// as people do.
bool says_automatic(std::string_view prefix) {
  constexpr std::array kAutomatic = std::to_array<std::string_view>(
      {"auto",    "outomat", "avtom",   "awtom",    "otomat",   "tự động", "samodejn", "sjálfvirk",
       "автомат", "автоот",  "автов",   "Автов",    "аўтамат",  "αυτόματ", "Αυτόματ",  "אוטומט",
       "تلقائي",  "خودکار",  "स्वचालित", "স্বয়ংক্রিয়", "தானியங்கு", "อัตโนมัติ",  "自动",     "自動",
       "자동",    "автомт",  "Автомат", "Автоот",   "uatho",    "awtomat"});
  return std::ranges::any_of(kAutomatic,
                             [&](std::string_view word) { return base::icontains(prefix, word); });
}

// Returns whether Exchange wrote one of the fields that it leaves empty in its automatic replies.
bool is_of_exchange(const mail::Message& message) {
  return std::ranges::any_of(message.fields_of(message.parts[0]), [](const mail::Field& field) {
    return field.id == mail::FieldName::Other && base::trim(field.value).empty() &&
           (base::iequals(field.name, "X-MS-Has-Attach") ||
            base::iequals(field.name, "X-MS-TNEF-Correlator"));
  });
}

// Returns whether the text says that somebody is away, or that a mail came in.
bool says_reply(const KindFacts& facts) {
  std::vector<const Sign*> signs;
  facts.hits.append_signs(signs);
  return std::ranges::any_of(signs, [](const Sign* sign) { return sign->kind == Kind::AutoReply; });
}

// Returns whether the subject is like "Automatic reply: offer", as Exchange, Gmail and others write it, in a
// mail that lost every mark of a machine on its way. The words before the colon are the program's; the rest
// is the subject of the answered mail, which Exchange repeats in Thread-Topic. In a person's mail that field
// has the whole subject.
bool is_prefixed_reply(const KindFacts& facts) {
  constexpr std::size_t kLongestRest = 40;  // of the prefix, such as "d'absence du bureau"
  constexpr std::string_view kWideColon = "：";
  const auto& header = facts.header;
  if (header.is_list_mail || has_mail_program(facts.message)) return false;
  const std::string_view subject = base::trim(header.subject);
  for (const Sign* sign : header.signs) {
    if (sign->kind != Kind::AutoReply || sign->zone != Zone::SubjectFirst) continue;
    const std::string_view rest = subject.substr(std::min(sign->phrase.size(), subject.size()));
    const std::size_t wide_colon = rest.find(kWideColon);
    const std::size_t colon = std::min(rest.find(':'), wide_colon);
    if (colon > kLongestRest) continue;  // or there is none
    const std::string_view answered =
        base::trim(rest.substr(colon + (colon == wide_colon ? kWideColon.size() : 1)));
    if (answered.empty()) continue;
    const std::string_view written = other_field(facts.message, "Thread-Topic");
    if (!written.empty()) {
      // Exchange repeats "RE: offer", and names the thread without it.
      const std::string topic = mail::decode_header(written);
      if (base::iequals(without_reply_prefix(topic), without_reply_prefix(answered))) return true;
      continue;
    }
    // In a thread, people write "Out of office: 3 to 5 May", and ask about the text of an automatic reply.
    const bool is_answer =
        (header.has_references && (is_of_exchange(facts.message) || says_reply(facts))) ||
        facts.message.find(facts.message.parts[0], mail::FieldName::XAutoResponseSuppress) != nullptr;
    if (says_automatic(sign->phrase) && is_answer && is_blank(rest.substr(0, colon))) return true;
  }
  return false;
}

// Returns whether the text begins with a sentence in which a program says that it answers. A person who asks
// about such a sentence quotes it.
bool opens_as_reply(const KindFacts& facts) {
  constexpr std::size_t kOpening = 200;
  constexpr std::array kClaims = std::to_array<std::string_view>({"this is an auto",
                                                                  "this is a automat",
                                                                  "this message was sent automatically",
                                                                  "this message was generated automatically",
                                                                  "this email was sent automatically",
                                                                  "this reply was sent automatically",
                                                                  "this reply was generated automatically",
                                                                  "this is a system-generated",
                                                                  "dies ist eine auto",
                                                                  "das ist eine auto",
                                                                  "diese nachricht wurde automatisch",
                                                                  "diese e-mail wurde automatisch",
                                                                  "diese antwort wurde automatisch",
                                                                  "diese mail wurde automatisch",
                                                                  "ceci est une réponse auto",
                                                                  "ceci est un message auto",
                                                                  "cette réponse est auto",
                                                                  "ce message est auto",
                                                                  "esta es una respuesta auto",
                                                                  "este es un mensaje auto",
                                                                  "questa è una risposta auto",
                                                                  "questo è un messaggio auto",
                                                                  "esta é uma resposta auto",
                                                                  "esta é uma mensagem auto",
                                                                  "dit is een auto",
                                                                  "detta är ett auto",
                                                                  "dette er et auto",
                                                                  "tämä on auto",
                                                                  "to jest auto",
                                                                  "to jest wiadomość auto",
                                                                  "ta wiadomość została wygenerowana auto",
                                                                  "toto je auto",
                                                                  "tento e-mail byl vygenerován auto",
                                                                  "ez egy auto",
                                                                  "acesta este un mesaj auto",
                                                                  "acesta este un răspuns auto",
                                                                  "bu otomatik",
                                                                  "bu bir otomatik",
                                                                  "это автоматическ",
                                                                  "Это автоматическ",
                                                                  "это автоответ",
                                                                  "Это автоответ",
                                                                  "это письмо создано автоматически",
                                                                  "Это письмо создано автоматически",
                                                                  "это письмо отправлено автоматически",
                                                                  "Это письмо отправлено автоматически",
                                                                  "это сообщение отправлено автоматически",
                                                                  "Это сообщение отправлено автоматически",
                                                                  "це автоматичн",
                                                                  "Це автоматичн",
                                                                  "це автовідповід",
                                                                  "Це автовідповід",
                                                                  "това е автоматич",
                                                                  "Това е автоматич",
                                                                  "αυτή είναι μια αυτόματη",
                                                                  "Αυτή είναι μια αυτόματη",
                                                                  "αυτό είναι ένα αυτόματο",
                                                                  "Αυτό είναι ένα αυτόματο",
                                                                  "这是一封自动",
                                                                  "这是自动",
                                                                  "此邮件为自动",
                                                                  "此邮件由系统自动",
                                                                  "本邮件为自动",
                                                                  "本邮件由系统自动",
                                                                  "此为自动",
                                                                  "此為自動",
                                                                  "這是一封自動",
                                                                  "這是自動",
                                                                  "本郵件為自動",
                                                                  "このメールは自動",
                                                                  "本メールは自動",
                                                                  "これは自動",
                                                                  "이 메일은 자동",
                                                                  "본 메일은 자동",
                                                                  "자동 응답 메일입니다",
                                                                  "자동응답 메일입니다",
                                                                  "자동으로 발송된",
                                                                  "자동 회신입니다",
                                                                  "자동회신입니다"});
  const std::string_view opening = facts.text.flat().substr(0, kOpening);
  // Who asks something wants an answer.
  if (opening.contains('?') || opening.contains("？")) return false;
  const auto is_said = [&](std::size_t at) {
    constexpr std::array kQuotes =
        std::to_array<std::string_view>({":", "\"", "'", "“", "„", "«", "‘", "「", "『", "‚", "》", "《"});
    const std::string_view before = base::trim(facts.text.flat().substr(0, at));
    return std::ranges::none_of(kQuotes, [&](std::string_view quote) { return before.ends_with(quote); });
  };
  for (const auto claim : kClaims) {
    if (const std::size_t at = base::ifind(opening, claim); at != std::string_view::npos && is_said(at))
      return true;
  }
  std::vector<const Sign*> signs;
  facts.hits.append_signs(signs);
  return std::ranges::any_of(signs, [&](const Sign* sign) {
    if (sign->kind != Kind::AutoReply || sign->zone != Zone::Body) return false;
    const std::size_t at = facts.hits.begin_of(*sign);
    return at < kOpening && is_said(at);
  });
}

// Returns whether the program of the mail is a mail service's on the Web, which answers by itself as well.
bool is_web_mailer(const mail::Message& message) {
  constexpr std::array kServices =
      std::to_array<std::string_view>({"coremail", "qqmail", "yamail", "mail.ru", "naver", "seznam"});
  return std::ranges::any_of(message.fields_of(message.parts[0]), [&](const mail::Field& field) {
    return field.id == mail::FieldName::XMailer && std::ranges::any_of(kServices, [&](std::string_view name) {
             return base::icontains(field.value, name);
           });
  });
}

// Returns whether the subject is "Automatic reply: offer" and the text begins by saying so. Mail services for
// everybody send such answers from the user's address and without a mark.
bool is_reply_by_both(const KindFacts& facts) {
  constexpr std::string_view kWideColon = "：";
  const auto& header = facts.header;
  if (header.is_list_mail || header.has_reply_subject ||
      (has_mail_program(facts.message) && !is_web_mailer(facts.message)) ||
      !other_field(facts.message, "Thread-Topic").empty() ||
      begins_with_readers_name(facts.message, facts.text))
    return false;
  const std::string_view subject = base::trim(header.subject);
  const bool is_prefixed = std::ranges::any_of(header.signs, [&](const Sign* sign) {
    if (sign->kind != Kind::AutoReply || sign->zone != Zone::SubjectFirst || !says_automatic(sign->phrase))
      return false;
    const std::string_view rest = subject.substr(std::min(sign->phrase.size(), subject.size()));
    const std::size_t wide_colon = rest.find(kWideColon);
    const std::size_t colon = std::min(rest.find(':'), wide_colon);
    if (colon == std::string_view::npos || !is_blank(rest.substr(0, colon))) return false;
    return !base::trim(rest.substr(colon + (colon == wide_colon ? kWideColon.size() : 1))).empty();
  });
  return is_prefixed && opens_as_reply(facts);
}

Kind kind_of_message_class(std::string_view name) {
  struct Class {
    std::string_view begin;
    std::string_view end;
    Kind kind;
  };
  // TNEF has names of its own for two of them.
  constexpr std::array kClasses = std::to_array<Class>({
      {"IPM.Microsoft Mail.Read Receipt", "", Kind::Mdn},
      {"IPM.Microsoft Mail.Non-Delivery", "", Kind::DsnFailed},
      {"REPORT.", ".IPNRN", Kind::Mdn},
      {"REPORT.", ".IPNNRN", Kind::Mdn},
      {"REPORT.", ".NDR", Kind::DsnFailed},
      {"REPORT.", ".DR", Kind::DsnDelivered},
      {"IPM.Note.Rules.OofTemplate", "", Kind::AutoReply},
      {"IPM.Note.Rules.ReplyTemplate", "", Kind::AutoReply},
  });
  for (const auto& known : kClasses) {
    if (name.size() >= known.end.size() && base::istarts_with(name, known.begin) &&
        base::iequals(name.substr(name.size() - known.end.size()), known.end))
      return known.kind;
  }
  return Kind::None;
}

// Returns whether the part is a winmail.dat. Its registered name is application/vnd.ms-tnef, but Exchange
// writes the older one.
bool is_tnef(const mail::Part& part) {
  if (!base::iequals(part.type, "application")) return false;
  return base::iequals(part.subtype, "ms-tnef") || base::iequals(part.subtype, "vnd.ms-tnef") ||
         base::icontains(part.content_type_parameters, "winmail.dat");
}

// Returns the kind of a message that Exchange wrapped into a winmail.dat, by its class (MS-OXCMSG, MS-OXTNEF
// 2.1.3.3). One that somebody attached to a mail of their own says nothing.
Kind kind_of_tnef(const KindFacts& facts) {
  constexpr std::size_t kStart = 8192;  // of the stream as it is encoded
  const mail::Message& message = facts.message;
  const bool is_own = facts.header.is_null_sender || !other_field(message, "X-MS-TNEF-Correlator").empty();
  for (std::size_t i = 0; i < message.parts.size(); ++i) {
    const auto& part = message.parts[i];
    if (!is_tnef(part) || is_inside_message(message, part)) continue;
    // Outlook names itself in its own receipts; a person who forwards one has a sender.
    if (i > 0 && (!is_own || (has_mail_program(message) && !facts.header.is_null_sender))) continue;
    std::string start;
    mail::decode(part.encoding, message.body_of(part).substr(0, kStart), start);
    if (const Kind kind = kind_of_message_class(tnef_message_class(start)); kind != Kind::None) return kind;
  }
  return Kind::None;
}

// Returns whether the text says that the mail was delivered, and of nobody that it was not.
bool says_delivered(const KindFacts& facts) {
  // A server's own words come first in its reports of both kinds, so all rows are asked.
  const auto& phrases = BodyPhrases::get();
  const bool is_said = std::ranges::any_of(phrases.formats, [&](const CompiledFormat& format) {
    return format.row->kind == Kind::DsnDelivered &&
           std::ranges::any_of(format.signature, [&](PhraseId phrase) { return facts.hits.has(phrase); });
  });
  if (!is_said) return false;
  return std::ranges::none_of(phrases.failures, [&](PhraseId failure) {
    return facts.hits.has(failure) && phrases.phrases[failure] != "delivery status notification" &&
           phrases.phrases[failure] != "transcript of session";
  });
}

Kind bounce_kind(const KindFacts& facts) {
  if (says_delivered(facts)) return Kind::DsnDelivered;
  return says_delay(facts) ? Kind::DsnDelayed : Kind::DsnFailed;
}

// Returns whether a mail system says that it answers, as an auto-reply does, and opens with what it could not
// do. An auto-reply may repeat a subject that speaks of a failure.
bool answers_as_bounce(const KindFacts& facts) {
  constexpr std::size_t kOpening = 300;
  const HeaderFacts& header = facts.header;
  if (!header.is_auto_replied || header.is_list_mail || header.has_reply_subject || says_reply(facts) ||
      is_persons_address(header.from))
    return false;
  if (!header.has_failure_subject && !header.has_delay_subject) return false;
  const auto is_early = [&](PhraseId phrase) {
    return phrase != kNoPhrase && facts.hits.begin_of(phrase) <= kOpening;
  };
  return is_early(facts.hits.first_of(BodyPhrases::get().failures)) ||
         is_early(facts.hits.first_of(BodyPhrases::get().delays));
}

Kind kind_of_report(const KindFacts& facts) {
  if (const Kind kind = kind_of_actions(facts); kind != Kind::None) return kind;
  if (const Kind kind = kind_of_statuses(facts); kind != Kind::None) return kind;
  return bounce_kind(facts);
}

// Sets `signs` to what the marks say, if they are asked.
Kind kind_by_all_signs(const KindFacts& facts, SignVerdict& signs) {
  if (has_own_part(facts.message, MediaType::MessageFeedbackReport)) return Kind::FeedbackReport;
  if (has_own_part(facts.message, MediaType::MessageDispositionNotification)) return Kind::Mdn;
  signs = judge_signs(facts);
  if (facts.header.has_mailscanner_mark) signs = {Kind::FilterNotice, true, "MailScanner"};
  if (facts.message.find(facts.message.parts[0], mail::FieldName::XAppleUnsubscribe)) return Kind::None;
  const bool is_moved = facts.header.is_mailer_daemon && !facts.header.is_ordinary_sender;
  const bool is_attached_by_hand =
      !facts.header.is_report && !has_machine_mark(facts) && !is_moved &&
      (has_mail_program(facts.message) || begins_with_greeting(facts.text) ||
       (!facts.header.is_postmaster && facts.header.has_reply_subject) ||
       (!facts.header.is_postmaster && !facts.header.has_failure_subject && !facts.header.has_delay_subject));
  if (has_own_part(facts.message, MediaType::MessageDeliveryStatus) && !is_attached_by_hand) {
    // amavis and Barracuda wrap their own notices in a report. A report that only mentions a filter is still
    // a report.
    if (signs.kind == Kind::FilterNotice && signs.is_decisive) return Kind::FilterNotice;
    return kind_of_report(facts);
  }
  if (is_calendar_mail(facts.message)) return Kind::None;
  if (facts.header.certified != Action::None && !facts.header.has_reply_subject &&
      !facts.header.is_list_mail && !has_mail_program(facts.message))
    return certified_kind(facts.header.certified);
  const bool is_bounce = is_text_bounce(facts);
  if (signs.kind == Kind::None || signs.kind == Kind::AutoReply) {
    if (const Kind kind = notice_in_words(facts, is_bounce); kind != Kind::None) signs = {kind, false, {}};
  }
  if (!is_bounce && signs.kind != Kind::None) return signs.kind;
  if (!is_bounce) {
    if (const Kind kind = kind_of_tnef(facts); kind != Kind::None) return kind;
    return is_prefixed_reply(facts) || is_reply_by_both(facts) ? Kind::AutoReply : Kind::None;
  }
  if (signs.kind == Kind::FilterNotice) return signs.kind;
  // A bounce may quote a list notice, and many have an auto-reply's marks. Neither an auto-reply nor a list
  // notice has a bounce's header.
  const auto& header = facts.header;
  const bool is_bounce_by_header =
      header.has_leading_failure_subject || header.is_mailer_daemon || header.has_failed_recipients ||
      (header.has_failure_subject && (header.is_daemon_sender || header.is_postmaster));
  if (signs.kind == Kind::AutoReply && answers_as_bounce(facts)) return bounce_kind(facts);
  // Mercury's bounce begins "This is an automated response". No postmaster's auto-reply returns the mail.
  const bool is_returned_by_postmaster =
      header.is_null_sender && header.is_postmaster && !signs.is_decisive && signs.kind == Kind::AutoReply &&
      (!facts.text.header_blocks().empty() || has_own_part(facts.message, MediaType::MessageRfc822));
  if (is_bounce_by_header || is_returned_by_postmaster || signs.kind == Kind::None) return bounce_kind(facts);
  return signs.kind;
}

}  // namespace

Kind decide_kind(const KindFacts& facts, std::string_view* product) {
  SignVerdict signs;
  const Kind kind = kind_by_all_signs(facts, signs);
  const bool is_settled = is_dsn(kind) || kind == Kind::FilterNotice;
  if (facts.is_shown && !is_settled) return kind_of_report(facts);
  if (product != nullptr && kind == signs.kind) *product = signs.product;
  return kind;
}

}  // namespace backstop::response
