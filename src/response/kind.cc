#include "response/kind.h"

#include <algorithm>
#include <array>
#include <ranges>

#include "base/text.h"
#include "mail/address.h"
#include "mail/encoding.h"
#include "mail/header_text.h"
#include "response/address_scan.h"
#include "response/original.h"

namespace backstop::response {
namespace {

using mail::MediaType;

bool has_part(const mail::Message& message, MediaType type) {
  return std::ranges::any_of(message.parts, [&](const mail::Part& part) {
    return part.media_type == type && !is_inside_message(message, part);
  });
}

// Programs that people write mail with, as User-Agent and X-Mailer name them. Not here: those that are a mail
// server as well (GroupWise, Lotus Notes, Internet Mail Service, CommuniGate Pro).
constexpr std::array kMailPrograms = std::to_array<std::string_view>(
    {"outlook",    "thunderbird",  "apple mail", "iphone mail",  "ipad mail",  "mutt",      "the bat!",
     "evolution",  "kmail",        "roundcube",  "squirrelmail", "eudora",     "pegasus",   "becky",
     "claws mail", "sylpheed",     "mailmate",   "airmail",      "em client",  "foxmail",   "webmail",
     "mailclient", "mailspring",   "gnus",       "alpine",       "opera mail", "seamonkey", "horde",
     "imp ",       "windows mail", "live mail",  "android",      "zimbra",     "sogo",      "rainloop",
     "snappymail", "k-9 mail",     "fairemail",  "trojita",      "geary",      "icedove",   "netscape",
     "betterbird", "postbox",      "mozilla",    "emacs",        "neomutt",    "mailbird",  "spark"});

// A person's mail program sent the mail.
bool has_mail_program(const mail::Message& message) {
  return std::ranges::any_of(message.fields_of(message.parts[0]), [](const mail::Field& field) {
    return (field.id == mail::FieldName::UserAgent || field.id == mail::FieldName::XMailer) &&
           std::ranges::any_of(kMailPrograms,
                               [&](std::string_view name) { return base::icontains(field.value, name); });
  });
}

// The name of a mail system or of a role in From, which a person may bear, too.
bool is_role_mark(const Sign& sign) {
  return sign.zone == Zone::From && sign.kind == Kind::None;
}

// A program wrote the mail (signs.h, WithMachineMark).
bool has_machine_mark(const KindFacts& facts) {
  const HeaderFacts& header = facts.header;
  const auto is_mark = [&](const Sign* sign) {
    return sign->strength == Strength::MachineMark ||
           (sign->strength == Strength::MachineMarkOffList && !header.is_list_mail) ||
           ((sign->strength == Strength::Decides || sign->strength == Strength::WithAnswer) &&
            sign->zone == Zone::Field);
  };
  if (header.is_auto_replied) return true;
  if (!has_mail_program(facts.message)) {
    return header.is_null_sender || header.is_daemon_sender || std::ranges::any_of(header.signs, is_mark);
  }
  // A distribution list of Exchange sends what people write with the null sender.
  return std::ranges::any_of(header.signs,
                             [&](const Sign* sign) { return is_mark(sign) && !is_role_mark(*sign); });
}

// The mail says that it answers another one.
bool is_answer(const HeaderFacts& header) {
  return header.is_null_sender || header.has_references || header.has_reply_subject || header.is_auto_replied;
}

// A calendar's program answers or asks for its owner (RFC 6047), also from the null sender.
bool is_calendar_mail(const mail::Message& message) {
  return std::ranges::any_of(message.parts, [&](const mail::Part& part) {
    const bool is_calendar = (base::iequals(part.type, "text") && base::iequals(part.subtype, "calendar")) ||
                             (base::iequals(part.type, "application") && base::iequals(part.subtype, "ics"));
    return is_calendar && !is_inside_message(message, part);
  });
}

// The kind that the marks of signs.h decide, the strongest mark first; of equals a challenge before a list
// notice before a filter notice before an auto-reply, since the more particular programs also wear the marks
// of the general.
struct SignVerdict {
  Kind kind = Kind::None;
  bool is_decisive = false;
};

int rank(Kind kind) {
  switch (kind) {
    case Kind::FeedbackReport:
      return 6;
    case Kind::Challenge:
      return 5;
    case Kind::ListNotice:
      return 4;
    case Kind::FilterNotice:
      return 3;
    case Kind::Mdn:
      return 2;
    case Kind::AutoReply:
      return 1;
    default:
      return 0;
  }
}

// Every mark that stands in the mail, in the header and in the text.
std::vector<const Sign*> all_signs(const KindFacts& facts) {
  std::vector<const Sign*> signs = facts.header.signs;
  for (const auto& row : BodyPhrases::get().signs) {
    if (facts.hits.has(row.phrase)) signs.push_back(row.sign);
  }
  return signs;
}

// An InPair mark whose product has another one in another zone.
bool is_paired(const Sign& sign, const std::vector<const Sign*>& signs) {
  return std::ranges::any_of(signs, [&](const Sign* other) {
    return other->strength == Strength::InPair && other->product == sign.product &&
           (other->zone != sign.zone || other->field != sign.field);
  });
}

bool is_precedence(const Sign& sign) {
  return sign.field == mail::FieldName::Precedence || sign.field == mail::FieldName::XPrecedence ||
         sign.field == mail::FieldName::Preference;
}

// A WithAnswer mark beside which another mark of its kind stands; those of Precedence are one.
bool is_seconded(const Sign& sign, const std::vector<const Sign*>& signs) {
  return std::ranges::any_of(signs, [&](const Sign* other) {
    return other->kind == sign.kind && other->field != sign.field && !is_precedence(*other);
  });
}

// Spam copies the fields of a challenge to pass as one; then the rest of its marks proves nothing, either.
bool has_copied_challenge(const KindFacts& facts, const std::vector<const Sign*>& signs) {
  return std::ranges::any_of(facts.header.signs, [&](const Sign* sign) {
    return sign->kind == Kind::Challenge && sign->zone == Zone::Field &&
           (sign->strength == Strength::InPair ? !is_paired(*sign, signs)
                                               : sign->strength == Strength::WithAnswer &&
                                                     !is_answer(facts.header) && !is_seconded(*sign, signs));
  });
}

// A shop or a parcel service confirms an order, in the words of those that confirm a mail.
bool confirms_an_order(const Sign& sign, const HeaderFacts& header) {
  constexpr std::array kGoods = std::to_array<std::string_view>(
      {"order",   "parcel",   "booking", "payment",   "bestellung",  "auftrag",  "paket",     "buchung",
       "zahlung", "commande", "colis",   "paiement",  "réservation", "pedido",   "compra",    "paquete",
       "pago",    "reserva",  "ordine",  "pagamento", "bestelling",  "betaling", "encomenda", "zamówieni"});
  return (sign.product.starts_with("ticket acknowledgement") || sign.product.starts_with("receipt")) &&
         std::ranges::any_of(kGoods,
                             [&](std::string_view word) { return base::icontains(header.subject, word); });
}

SignVerdict judge_signs(const KindFacts& facts) {
  const auto signs = all_signs(facts);
  if (signs.empty()) return {};
  const bool has_mark = has_machine_mark(facts);
  const bool is_copied = has_copied_challenge(facts, signs);
  SignVerdict best;
  for (const Sign* sign : signs) {
    if (is_copied && sign->zone == Zone::Field && !is_answer(facts.header)) continue;
    if (sign->kind == Kind::AutoReply && confirms_an_order(*sign, facts.header)) continue;
    switch (sign->strength) {
      case Strength::Decides:
        break;
      case Strength::WithMachineMark:
        if (!has_mark) continue;
        break;
      case Strength::WithNullSender:
        if (!facts.header.is_null_sender || !has_mark) continue;
        break;
      case Strength::InPair:
        if (!is_paired(*sign, signs)) continue;
        // People send "Read: chapter 4"; a receipt has no sender.
        if (sign->kind == Kind::Mdn && facts.header.is_ordinary_sender) continue;
        break;
      case Strength::WithAnswer:
        if (!is_answer(facts.header) && !is_seconded(*sign, signs)) continue;
        break;
      case Strength::MachineMark:
      case Strength::MachineMarkOffList:
        continue;
    }
    const bool is_decisive = sign->strength == Strength::Decides || sign->strength == Strength::InPair ||
                             sign->strength == Strength::WithAnswer;
    if (std::pair(rank(sign->kind), is_decisive) > std::pair(rank(best.kind), best.is_decisive)) {
      best = {sign->kind, is_decisive};
    }
  }
  return best;
}

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

// The status codes of a report whose Action field is missing.
Kind kind_of_statuses(const KindFacts& facts) {
  const auto starts = [&](char c) {
    return std::ranges::any_of(facts.recipients, [c](const Recipient& r) { return r.status.starts_with(c); });
  };
  if (starts('5')) return Kind::DsnFailed;
  if (starts('2')) return Kind::DsnDelivered;
  return Kind::None;
}

bool says_delay(const KindFacts& facts) {
  if (facts.format && facts.format->row->kind == Kind::DsnDelayed) return true;
  if (facts.header.has_delay_subject) return true;
  return facts.hits.has_any(BodyPhrases::get().delays);
}

// A text of a few lines that opens with a failure and has an address alone on a line: nobody writes so by
// hand.
bool is_terse_notice(const KindFacts& facts) {
  constexpr std::size_t kMostText = 800;
  constexpr std::size_t kOpening = 200;
  // A header block in the text is what somebody forwards.
  if (facts.text.flat().size() > kMostText || !facts.text.header_blocks().empty()) return false;
  const PhraseId failure = facts.hits.first_of(BodyPhrases::get().failures);
  if (failure == kNoPhrase || facts.hits.begin_of(failure) > kOpening) return false;
  return std::ranges::any_of(facts.text.lines(), [&](const ReportText::Line& line) {
    return mail::looks_like_address(facts.text.text_of(line));
  });
}

// The original came back, as a part or in the text.
bool returns_original(const KindFacts& facts) {
  return has_part(facts.message, MediaType::MessageRfc822) ||
         has_part(facts.message, MediaType::MessageGlobal) ||
         has_part(facts.message, MediaType::TextRfc822Headers) ||
         has_part(facts.message, MediaType::MessageGlobalHeaders) || !facts.text.header_blocks().empty();
}

// A signature or the footer of a list begins here.
bool is_footer(std::string_view line) {
  constexpr std::size_t kRule = 8;
  return line == "--" || (line.size() >= kRule && line.find_first_not_of('_') == std::string_view::npos);
}

// A mail that answers another brings it along or names an address that is neither its reader's nor its own.
// Parcel services and monitors write from null senders too, and say that something was not delivered.
bool names_a_mail(const KindFacts& facts) {
  constexpr std::size_t kMostLines = 200;
  if (returns_original(facts)) return true;
  const std::string_view to = facts.message.value(facts.message.parts[0], mail::FieldName::To);
  for (const auto& line : facts.text.lines() | std::views::take(kMostLines)) {
    const std::string_view text = facts.text.text_of(line);
    if (is_footer(text)) return false;
    const std::string_view address = find_address(text).text;
    if (address.empty() || is_service_address(address)) continue;
    if (!base::icontains(to, address) && !base::icontains(facts.header.from, address)) return true;
  }
  return false;
}

// What comes back is announced: "The first 50 lines of your original message follow". Not the line that mail
// programs set above what they quote.
bool announces_original(const KindFacts& facts) {
  const auto& phrases = BodyPhrases::get();
  return std::ranges::any_of(phrases.original_markers, [&](PhraseId marker) {
    const std::string_view words = phrases.phrases[marker];
    return facts.hits.has(marker) &&
           (words.find("follow") != words.npos || words.find("copy of") != words.npos);
  });
}

// An address that is neither its reader's nor its own stands beside the words of a failure, in their line or
// in the next.
bool names_failed_address(const KindFacts& facts) {
  const auto& phrases = BodyPhrases::get();
  const auto& lines = facts.text.lines();
  const std::string_view to = facts.message.value(facts.message.parts[0], mail::FieldName::To);
  const auto is_named = [&](std::size_t line) {
    if (line >= lines.size()) return false;
    const std::string_view address = find_address(facts.text.text_of(lines[line])).text;
    return !address.empty() && !is_service_address(address) && !base::icontains(to, address) &&
           !base::icontains(facts.header.from, address);
  };
  const auto is_beside = [&](PhraseId phrase) {
    if (!facts.hits.has(phrase)) return false;
    const std::size_t line = facts.text.line_at(facts.hits.begin_of(phrase));
    return is_named(line) || is_named(line + 1);
  };
  return std::ranges::any_of(phrases.failures, is_beside) || std::ranges::any_of(phrases.delays, is_beside);
}

// A report opens with its news; a person who quotes one first says why.
bool opens_with_failure(const KindFacts& facts, std::size_t within) {
  const auto& phrases = BodyPhrases::get();
  const auto is_early = [&](PhraseId phrase) {
    return phrase != kNoPhrase && facts.hits.begin_of(phrase) <= within;
  };
  return is_early(facts.hits.first_of(phrases.failures)) || is_early(facts.hits.first_of(phrases.delays)) ||
         (facts.format && is_early(facts.hits.first_of(facts.format->signature)));
}

// The product's words stand in the text, and not only its name or a phrase that people use ("hMailServer",
// "couldn't be delivered to").
bool has_products_words(const KindFacts& facts) {
  constexpr std::size_t kShortest = 25;
  return facts.format && std::ranges::any_of(facts.format->signature, [&](PhraseId phrase) {
           return facts.hits.has(phrase) && BodyPhrases::get().phrases[phrase].size() >= kShortest;
         });
}

// "Hello Ann," alone in the first line: a person begins, or a program that writes as one.
bool begins_with_greeting(const KindFacts& facts) {
  constexpr std::size_t kLongest = 48;
  constexpr std::array kGreetings = std::to_array<std::string_view>(
      {"hi",           "hello",       "hey",       "dear",      "good ",       "hallo",     "guten ",
       "sehr geehrte", "liebe",       "moin",      "servus",    "bonjour",     "bonsoir",   "salut",
       "chère",        "cher ",       "madame",    "hola",      "buenos ",     "buenas ",   "estimad",
       "ciao",         "buongiorno",  "buonasera", "gentile",   "olá",         "bom dia",   "boa tarde",
       "prezad",       "caro ",       "beste",     "geachte",   "goedemorgen", "goedendag", "hej",
       "god dag",      "dzień dobry", "szanown",   "dobrý den", "colleagues",  "folks",     "all,",
       "team,"});
  if (facts.text.lines().empty()) return false;
  const std::string_view line = facts.text.text_of(facts.text.lines()[0]);
  if (line.size() > kLongest || line.ends_with('.')) return false;
  return std::ranges::any_of(kGreetings,
                             [&](std::string_view word) { return base::istarts_with(line, word); });
}

// What is returned is a mail, and not a report that somebody passes on.
bool returns_a_report(const mail::Message& message) {
  return std::ranges::any_of(message.parts, [&](const mail::Part& part) {
    return part.media_type == MediaType::MultipartReport && part.parent != mail::Part::kNoParent &&
           message.parts[part.parent].media_type == MediaType::MessageRfc822;
  });
}

// A mark that a mail system left beside its name, which people bear too, and beside Precedence, which a list
// writes.
bool has_system_mark(const HeaderFacts& header) {
  return std::ranges::any_of(header.signs, [](const Sign* sign) {
    return (sign->zone == Zone::Field || sign->product == "auto-responder") &&
           (sign->strength == Strength::MachineMark || sign->strength == Strength::Decides);
  });
}

// Who a text bounce comes from decides how much of a report it must hold: everybody can take the name
// MAILER-DAEMON, a postmaster writes himself, and a distribution list sends people's mail with the null
// sender.
bool is_report_enough(const KindFacts& facts) {
  constexpr std::size_t kFirstWords = 40;
  constexpr std::size_t kOpening = 300;
  const auto& header = facts.header;
  const bool is_system = header.is_mailer_daemon || header.is_daemon_sender;
  const bool is_returned =
      (returns_original(facts) && !returns_a_report(facts.message)) || announces_original(facts);
  const bool has_report = facts.format || is_returned;
  const bool has_words = has_products_words(facts) && !begins_with_greeting(facts);
  if (header.is_list_mail) {
    if (is_system) return has_report || (header.is_mailer_daemon && names_failed_address(facts));
    if (header.is_null_sender) return facts.format;
    return (has_system_mark(header) && (facts.format || names_failed_address(facts))) ||
           (has_words && opens_with_failure(facts, kFirstWords)) ||
           (is_returned && opens_with_failure(facts, kOpening));
  }
  if (header.is_auto_replied) return facts.format || names_a_mail(facts);
  if (header.is_null_sender && (is_system || header.is_postmaster))
    return header.is_mailer_daemon || facts.format || names_a_mail(facts);
  if (header.is_null_sender) return has_words || is_returned;
  if (is_system && !header.is_ordinary_sender) return facts.format || names_a_mail(facts);
  if (is_system) return has_report || (header.is_mailer_daemon && names_failed_address(facts));
  return (has_words || is_returned) && opens_with_failure(facts, kOpening);
}

// A person wrote the mail, whatever it says of a bounce.
bool is_persons_mail(const KindFacts& facts) {
  const auto& header = facts.header;
  if (header.is_auto_replied) return false;
  // Somebody may have moved a bounce with a mail program.
  if (header.is_mailer_daemon && !header.is_ordinary_sender && facts.format) return false;
  if (header.is_mailer_daemon || header.is_daemon_sender)
    return !header.is_null_sender && has_mail_program(facts.message);
  if (header.is_null_sender && header.is_postmaster) return false;
  return header.has_reply_subject || (header.has_references && !header.is_null_sender) ||
         has_mail_program(facts.message);
}

// How much speaks for a bounce that has no fields to read. Four points and a machine's mark are enough.
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
  if (facts.format) points += 2;
  if (says_failure) points += 1;
  const bool is_machine =
      header.is_null_sender || header.is_daemon_sender || header.is_postmaster || header.is_auto_replied;
  if (!is_machine) {
    if (header.is_list_mail || has_mail_program(facts.message)) return false;
    // A product without any mark in its header: only a subject that begins as bounces do, and not in a
    // conversation.
    if (header.has_failure_subject && !header.has_references && is_terse_notice(facts)) return true;
    return header.has_leading_failure_subject && !header.is_reply && facts.format && points >= 4;
  }
  if (points < 4 || !(says_failure || facts.format || header.has_failure_subject)) return false;
  return !is_persons_mail(facts) && is_report_enough(facts);
}

// The value of a field that has no id.
std::string_view other_field(const mail::Message& message, std::string_view name) {
  for (const auto& field : message.fields_of(message.parts[0])) {
    if (field.id == mail::FieldName::Other && base::iequals(field.name, name)) return base::trim(field.value);
  }
  return {};
}

// "Automatic reply: offer", as Exchange, Gmail and others write it, in a mail that lost every mark of a
// machine on its way to a mailbox. The words before the colon are the program's; the rest is the subject of
// the mail that is answered, which Exchange repeats in Thread-Topic. In a person's mail that field has the
// whole subject.
bool is_prefixed_reply(const KindFacts& facts) {
  constexpr std::size_t kLongestRest = 40;  // of the prefix: "d'absence du bureau"
  const auto& header = facts.header;
  if (header.is_list_mail || has_mail_program(facts.message)) return false;
  const std::string_view subject = base::trim(header.subject);
  for (const Sign* sign : header.signs) {
    if (sign->kind != Kind::AutoReply || sign->zone != Zone::SubjectFirst) continue;
    const std::string_view rest = subject.substr(std::min(sign->phrase.size(), subject.size()));
    const std::size_t colon = std::min(rest.find(':'), rest.find("："));
    if (colon == std::string_view::npos || colon > kLongestRest) continue;
    const std::string_view answered =
        base::trim(rest.substr(colon + (rest[colon] == ':' ? 1 : std::string_view("：").size())));
    if (answered.empty()) continue;
    const std::string_view written = other_field(facts.message, "Thread-Topic");
    if (!written.empty()) {
      if (base::iequals(mail::decode_header(written), answered)) return true;
      continue;
    }
    // "Out of office: 3 to 5 May" is what people write in a thread.
    const bool is_automatic = base::icontains(sign->phrase, "auto");
    if (is_automatic && header.has_references && base::trim(rest.substr(0, colon)).empty()) return true;
  }
  return false;
}

// MailScanner writes the name of the site into that of its field: "X-Example-Org-MailScanner: generated".
// On mail that it scanned the value is another.
bool is_mailscanner_notice(const mail::Message& message) {
  static constexpr std::string_view kEnd = "-MailScanner";
  return std::ranges::any_of(message.fields_of(message.parts[0]), [](const mail::Field& field) {
    return field.name.size() > kEnd.size() &&
           base::iequals(field.name.substr(field.name.size() - kEnd.size()), kEnd) &&
           base::iequals(base::trim(field.value), "generated");
  });
}

// The class of a message that Exchange wrapped into a winmail.dat (MS-OXTNEF 2.2.2.3), which stands near its
// start.
Kind kind_of_tnef(const mail::Message& message) {
  struct Class {
    std::string_view name;
    Kind kind;
  };
  constexpr std::array kClasses = std::to_array<Class>({
      {"IPM.Microsoft Mail.Read Receipt", Kind::Mdn},
      {"IPM.Microsoft Mail.Non-Delivery", Kind::DsnFailed},
      {".IPNRN", Kind::Mdn},
      {".IPNNRN", Kind::Mdn},
      {".NDR", Kind::DsnFailed},
      {"IPM.Note.Rules.OofTemplate", Kind::AutoReply},
  });
  constexpr std::size_t kStart = 4096;
  for (const auto& part : message.parts) {
    if (!base::iequals(part.type, "application") || !base::iequals(part.subtype, "ms-tnef") ||
        is_inside_message(message, part))
      continue;
    std::string start;
    mail::decode(part.encoding, message.body_of(part).substr(0, kStart), start);
    for (const auto& known : kClasses) {
      if (base::icontains(start, known.name)) return known.kind;
    }
  }
  return Kind::None;
}

// RFC 3834 wants "auto-replied" and ticket systems write "auto-generated": from a null sender, with the name
// of the mail that it answers, that is the same.
bool is_automatic_answer(const HeaderFacts& header) {
  return header.is_null_sender && header.is_auto_submitted && header.has_references && !header.is_list_mail;
}

// A report without fields that names those who got the mail, and nobody who did not.
bool says_delivered(const KindFacts& facts) {
  if (!facts.format || facts.format->row->kind != Kind::DsnDelivered) return false;
  const auto& phrases = BodyPhrases::get();
  return std::ranges::none_of(phrases.failures, [&](PhraseId failure) {
    return facts.hits.has(failure) && phrases.phrases[failure] != "delivery status notification";
  });
}

Kind bounce_kind(const KindFacts& facts) {
  if (says_delivered(facts)) return Kind::DsnDelivered;
  return says_delay(facts) ? Kind::DsnDelayed : Kind::DsnFailed;
}

}  // namespace

Kind decide_kind(const KindFacts& facts) {
  SignVerdict signs = judge_signs(facts);
  if (is_mailscanner_notice(facts.message)) signs = {Kind::FilterNotice, true};
  if (has_part(facts.message, MediaType::MessageFeedbackReport)) return Kind::FeedbackReport;
  if (has_part(facts.message, MediaType::MessageDispositionNotification)) return Kind::Mdn;
  if (facts.message.find(facts.message.parts[0], mail::FieldName::XAppleUnsubscribe)) return Kind::None;
  const bool is_moved = facts.header.is_mailer_daemon && !facts.header.is_ordinary_sender;
  const bool is_attached_by_hand =
      !facts.header.is_report && !has_machine_mark(facts) && !is_moved &&
      (has_mail_program(facts.message) ||
       (!facts.header.is_postmaster && !facts.header.has_failure_subject && !facts.header.has_delay_subject));
  if (has_part(facts.message, MediaType::MessageDeliveryStatus) && !is_attached_by_hand) {
    // amavis and Barracuda wrap their own notices in a report; one that merely mentions a filter stays a
    // report.
    if (signs.kind == Kind::FilterNotice && signs.is_decisive) return Kind::FilterNotice;
    if (const Kind kind = kind_of_actions(facts); kind != Kind::None) return kind;
    if (const Kind kind = kind_of_statuses(facts); kind != Kind::None) return kind;
    return bounce_kind(facts);
  }
  if (is_calendar_mail(facts.message)) return Kind::None;
  const bool is_bounce = is_text_bounce(facts);
  if (!is_bounce && signs.kind != Kind::None) return signs.kind;
  if (!is_bounce) {
    if (const Kind kind = kind_of_tnef(facts.message); kind != Kind::None) return kind;
    const bool is_reply = is_automatic_answer(facts.header) || is_prefixed_reply(facts);
    return is_reply ? Kind::AutoReply : Kind::None;
  }
  if (signs.kind == Kind::FilterNotice) return signs.kind;
  // A bounce may quote a list notice, and many wear an auto-reply's marks; none of them bounces from a
  // daemon.
  const auto& header = facts.header;
  const bool is_bounce_by_header =
      header.has_leading_failure_subject || header.is_mailer_daemon || header.has_failed_recipients ||
      (header.has_failure_subject && (header.is_daemon_sender || header.is_postmaster));
  if (is_bounce_by_header || signs.kind == Kind::None) return bounce_kind(facts);
  return signs.kind;
}

}  // namespace backstop::response
