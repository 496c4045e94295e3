#include "response/sign_verdict.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "response/address_scan.h"
#include "response/goods.h"
#include "response/original.h"
#include "response/person.h"
#include "response/quarantine_digest.h"
#include "response/receipt_in_words.h"
#include "response/text_bounce.h"

namespace backstop::response {
namespace {

// Returns whether the mark is the name of a mail system or of a role in From, which a person may have too.
bool is_role_mark(const Sign& sign) {
  return sign.zone == Zone::From && sign.kind == Kind::None;
}

// Returns whether the mail says that it answers another one.
bool is_answer(const HeaderFacts& header) {
  return header.is_null_sender || header.has_references || header.has_reply_subject || header.is_auto_replied;
}

// Returns whether the mail answers another one by more than "Re:", which much spam has.
bool is_sure_answer(const HeaderFacts& header) {
  return header.is_null_sender || header.has_references || header.is_auto_replied;
}

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

// Returns all marks of the mail, those of the header and those of the text.
std::vector<const Sign*> all_signs(const KindFacts& facts) {
  std::vector<const Sign*> signs = facts.header.signs;
  facts.hits.append_signs(signs);
  return signs;
}

// Returns whether the product of an InPair mark has another one in another zone. A receipt may have two
// languages.
bool is_paired(const Sign& sign, const std::vector<const Sign*>& signs) {
  return std::ranges::any_of(signs, [&](const Sign* other) {
    return other->strength == Strength::InPair && other->zone != sign.zone &&
           (other->product == sign.product || (other->kind == Kind::Mdn && sign.kind == Kind::Mdn));
  });
}

bool is_subject(Zone zone) {
  return zone == Zone::Subject || zone == Zone::SubjectStart || zone == Zone::SubjectFirst;
}

// Returns whether the sender is a program that sends notices of the mark's kind.
bool names_program(const Sign& sign, const std::vector<const Sign*>& signs) {
  return std::ranges::any_of(signs, [&](const Sign* other) {
    return other->kind == sign.kind && other->strength == Strength::Program;
  });
}

// Returns whether another zone has a mark of the same kind that is worth more than a machine's mark.
bool is_seen_elsewhere(const Sign& sign, const std::vector<const Sign*>& signs) {
  return std::ranges::any_of(
      signs, [&](const Sign* other) { return other->kind == sign.kind && other->zone != sign.zone; });
}

bool is_precedence(const Sign& sign) {
  return sign.field == mail::FieldName::Precedence || sign.field == mail::FieldName::XPrecedence ||
         sign.field == mail::FieldName::Preference;
}

// Returns whether the field is one that only auto-responders write, and spam that wants to be taken for one.
bool is_responders_field(const Sign& sign) {
  using enum mail::FieldName;
  constexpr std::array kFields = {XAutorespond, XAutoresponse, XAutoresponder, XAutoReplyFrom, XVacation};
  return std::ranges::find(kFields, sign.field) != kFields.end();
}

// Returns whether a WithAnswer mark has another mark of its kind beside it; those of Precedence count once.
// Who forges one field of an auto-reply forges two, so these don't count for each other, except for the
// Precedence that auto-responders write beside their own field.
bool is_seconded(const Sign& sign, const std::vector<const Sign*>& signs) {
  const bool is_responders = is_responders_field(sign);
  return std::ranges::any_of(signs, [&](const Sign* other) {
    if (is_responders && is_precedence(*other) && other->phrase.starts_with("auto")) return true;
    if (other->kind == Kind::AutoReply && other->strength == Strength::WithAnswer) return false;
    return other->kind == sign.kind && other->field != sign.field && !is_precedence(*other);
  });
}

// Spam copies a challenge's fields to look like one. Then its other fields prove nothing either.
bool has_copied_challenge(const KindFacts& facts, const std::vector<const Sign*>& signs) {
  return std::ranges::any_of(facts.header.signs, [&](const Sign* sign) {
    return sign->kind == Kind::Challenge && sign->zone == Zone::Field &&
           (sign->strength == Strength::InPair ? !is_paired(*sign, signs)
                                               : sign->strength == Strength::WithAnswer &&
                                                     !is_answer(facts.header) && !is_seconded(*sign, signs));
  });
}

// Shops and parcel services confirm an order in the words by which programs confirm a mail. What a program
// repeats of the subject that it answers doesn't count.
bool confirms_an_order(const Sign& sign, const KindFacts& facts) {
  const HeaderFacts& header = facts.header;
  constexpr std::array kGoods = std::to_array<std::string_view>(
      {"order",   "parcel",   "booking", "payment",   "bestellung",  "auftrag",  "paket",     "buchung",
       "zahlung", "commande", "colis",   "paiement",  "réservation", "pedido",   "compra",    "paquete",
       "pago",    "reserva",  "ordine",  "pagamento", "bestelling",  "betaling", "encomenda", "zamówieni"});
  const std::string_view own = header.own_subject();
  const std::string_view subject =
      header.has_references ? own.substr(0, own.find(':')) : std::string_view(header.subject);
  if (!sign.product.starts_with("ticket acknowledgement") && !sign.product.starts_with("receipt"))
    return false;
  if (std::ranges::any_of(kGoods, [&](std::string_view word) { return base::icontains(subject, word); }))
    return true;
  return !header.has_references && !header.is_auto_replied && is_about_goods(header, facts.text);
}

// Returns whether the mark shows that a program wrote this mail.
bool is_mark_of_machine(const Sign& sign, const HeaderFacts& header) {
  return sign.strength == Strength::MachineMark ||
         (sign.strength == Strength::MachineMarkOffList && !header.is_list_mail) ||
         ((sign.strength == Strength::Decides || sign.strength == Strength::WithAnswer) &&
          sign.zone == Zone::Field);
}

// Returns whether nothing but Precedence shows that a program wrote the mail. Newsletters and mails to all
// staff have it, too, and some are about holidays or ask to confirm something.
bool is_only_bulk(const HeaderFacts& header) {
  if (!header.is_ordinary_sender || header.is_auto_replied || header.is_daemon_sender) return false;
  return std::ranges::none_of(header.signs, [&](const Sign* sign) {
    return is_mark_of_machine(*sign, header) && !is_precedence(*sign);
  });
}

// Returns whether the mail looks like one that a distribution list of Exchange passed on with the null
// sender: somebody wrote to a group, began the thread, or answered in one. Exchange writes no "Re:" into the
// subjects of its automatic replies.
bool is_passed_on(const KindFacts& facts) {
  const auto& header = facts.header;
  if (header.is_auto_submitted) return false;
  if (header.has_reply_subject && has_topic(facts.message)) return true;
  if (header.has_references) return false;
  return greets_a_group(facts.text) || has_own_topic(facts.message, header.subject);
}

// Returns whether nothing but a name in From shows that a program wrote the mail.
bool is_only_named(const HeaderFacts& header) {
  return !header.is_null_sender && !header.is_auto_submitted &&
         std::ranges::none_of(header.signs, [](const Sign* sign) {
           return sign->zone == Zone::Field && sign->strength != Strength::Program;
         });
}

// Returns whether the words tell about a virus in general, and not in the words of a product.
bool is_general(const Sign& sign) {
  return sign.product.starts_with("virus notice") || sign.product.starts_with("content notice") ||
         sign.product.starts_with("mail policy");
}

bool quotes_a_mail(const KindFacts& facts) {
  return !facts.text.header_blocks().empty() || has_own_part(facts.message, mail::MediaType::MessageRfc822) ||
         has_own_part(facts.message, mail::MediaType::TextRfc822Headers);
}

// Returns whether the mark counts as no answer of a mailbox. In a tracker's mail the subject is that of the
// bug or task, and the text has comments. An office tells its people from noreply@ that their leave is
// approved.
bool is_about_absences(const Sign& sign, const KindFacts& facts) {
  const HeaderFacts& header = facts.header;
  if (sign.kind != Kind::AutoReply || header.is_auto_replied || !sign.product.starts_with("vacation"))
    return false;
  if (is_of_tracker(facts.message)) return true;
  constexpr std::array kNobody = std::to_array<std::string_view>(
      {"noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "nepasrepondre", "ne-pas-repondre",
       "nicht-antworten", "nichtantworten", "keine-antwort", "noresponder", "no-responder", "nao-responda",
       "naoresponda", "nonrispondere", "non-rispondere"});
  const bool is_nobody =
      std::ranges::any_of(kNobody, [&](std::string_view word) { return base::icontains(header.from, word); });
  return is_nobody && (!header.has_references || sign.zone == Zone::Body);
}

// Returns whether a phrase says only that a program wrote the mail, as monitors and shops also say.
bool says_only_automatic(std::string_view phrase) {
  constexpr std::array kAutomatic = std::to_array<std::string_view>(
      {"auto", "outomat", "avtom", "自动", "自動", "자동", "автомат", "сформирован", "אוטומט"});
  return std::ranges::any_of(kAutomatic,
                             [&](std::string_view word) { return base::icontains(phrase, word); });
}

// Returns whether the mark counts as with the null sender, since the mail says in its header that a program
// answers, and opens with the words of the mark. Help desks and Notes write "auto-generated" for the answers
// of the program, and so do trackers for the comments of people.
bool opens_automatic_answer(const Sign& sign, const KindFacts& facts) {
  constexpr std::size_t kOpening = 300;
  const HeaderFacts& header = facts.header;
  if (sign.kind != Kind::AutoReply || !header.is_auto_submitted || !header.has_references ||
      header.has_reply_subject || header.is_list_mail || is_of_tracker(facts.message) ||
      has_mail_program(facts.message))
    return false;
  // Agents give thanks, too.
  const bool is_weak = sign.strength == Strength::WithNullAnswer;
  if (sign.zone != Zone::Body) return !is_weak;
  if (is_weak && says_only_automatic(sign.phrase)) return false;
  return facts.hits.begin_of(sign) < kOpening;  // kNotFound is larger
}

// Returns whether a person may write to the reader under the name of a role. Filters write so without a mark,
// too, but people are postmasters and tell others about a virus. A filter quotes the mail.
bool is_by_role(const Sign& sign, const KindFacts& facts) {
  const HeaderFacts& header = facts.header;
  if (!is_only_named(header)) return false;
  if (is_letter(facts.message, header.from, facts.text)) return true;
  return is_general(sign) && header.is_ordinary_sender && header.is_postmaster && !header.is_mailer_daemon &&
         !quotes_a_mail(facts);
}

// Returns whether a program with an ordinary sender says something general about viruses and files, and
// nothing of a mail. Banks warn of viruses, and chats refuse files; a filter says to whom the mail went.
bool is_about_no_mail(const Sign& sign, const KindFacts& facts, const std::vector<const Sign*>& signs) {
  constexpr std::array kMails =
      std::to_array<std::string_view>({"message", "mail", "nachricht", "mensaje", "messaggio", "mensagem"});
  const HeaderFacts& header = facts.header;
  if (std::ranges::any_of(kMails, [&](auto word) { return sign.phrase.contains(word); })) return false;
  return is_general(sign) && header.is_ordinary_sender && !header.is_postmaster && !header.is_daemon_sender &&
         !quotes_a_mail(facts) && !names_a_mail(facts) && !is_seen_elsewhere(sign, signs);
}

// Returns whether a subject that says "read" has what a receipt has beside it. Schools and services for
// letters write such subjects from the null sender.
bool is_receipt_borne_out(const KindFacts& facts, const std::vector<const Sign*>& signs) {
  constexpr std::size_t kStart = 2000;
  const HeaderFacts& header = facts.header;
  return header.has_references || header.is_report || header.is_auto_replied || quotes_a_mail(facts) ||
         can_be_receipt(facts, signs) || !find_address(facts.text.flat().substr(0, kStart)).text.empty();
}

// Returns whether the mail is for its reader and no notice about a mail of the reader's: a digest of what a
// filter held, or advertising of a filter's vendor.
bool is_for_reader(const KindFacts& facts) {
  const HeaderFacts& header = facts.header;
  return is_quarantine_digest(header, facts.text) ||
         (!header.is_null_sender && !header.is_mailer_daemon && !quotes_a_mail(facts) &&
          offers_to_unsubscribe(facts.text));
}

// Returns whether the words of an auto-reply have a second sign: the mail says that it answers another,
// returns that one, says that a program wrote it, or has the subject of an auto-reply. Parcel services,
// schools and calendars write the same words from the null sender.
bool has_second_sign(const Sign& sign, const KindFacts& facts, const std::vector<const Sign*>& signs) {
  const HeaderFacts& header = facts.header;
  if (header.is_reply || header.is_auto_submitted || is_seen_elsewhere(sign, signs)) return true;
  if (quotes_a_mail(facts)) return true;
  const mail::Message& message = facts.message;
  if (message.find(message.parts[0], mail::FieldName::XAutoResponseSuppress) != nullptr) return true;
  return std::ranges::any_of(header.signs, [&](const Sign* other) {
    return other->zone != Zone::From && is_mark_of_machine(*other, header);
  });
}

// Returns whether a code comes after the words of a challenge, "[qurb #1234]" or "verify:AbCd12", or the
// address of the person who asks.
bool has_code(const Sign& sign, const HeaderFacts& header) {
  constexpr std::size_t kShortest = 4;
  constexpr std::size_t kLongest = 64;
  const std::size_t at = base::ifind(header.subject, sign.phrase);
  if (at == std::string::npos) return false;
  std::string_view rest = std::string_view(header.subject).substr(at + sign.phrase.size(), kLongest);
  while (!rest.empty() && std::string_view("#: ").contains(rest.front())) rest.remove_prefix(1);
  if (const auto address = find_address(rest).text; !address.empty())
    return rest.starts_with(address) && base::icontains(header.from, address);
  const auto is_other = [](char c) { return !base::is_alpha(c) && !base::is_digit(c) && c != '-'; };
  const auto end = std::ranges::find_if(rest, is_other);
  const std::string_view code(rest.begin(), end);
  return code.size() >= kShortest && std::ranges::any_of(code, [](char c) { return base::is_digit(c); });
}

// Returns whether a mark that decides has what its kind needs beside it. People write to those who sell a
// filter, about the words of a challenge, and newsletters come from a list program's address.
bool is_borne_out(const Sign& sign, const KindFacts& facts, const std::vector<const Sign*>& signs,
                  bool has_mark) {
  const HeaderFacts& header = facts.header;
  if (sign.zone == Zone::Field) return true;
  if (sign.zone == Zone::From && is_only_named(header) && ends_with_writers_name(header.from, facts.text))
    return false;
  const auto is_elsewhere = [&] {
    return std::ranges::any_of(signs, [&](const Sign* other) {
      return other->kind == sign.kind && other->zone != sign.zone && other->strength != Strength::Program &&
             other->strength != Strength::ProgramOffList;
    });
  };
  if (sign.kind == Kind::Challenge) {
    if (!is_subject(sign.zone)) return true;
    return has_mark || header.has_references || is_elsewhere() || has_code(sign, header);
  }
  if (sign.kind == Kind::ListNotice && sign.zone == Zone::From && sign.phrase.ends_with('@')) {
    const bool has_display_name = header.from.find_first_of("<\"(") != std::string::npos;
    return !has_display_name || is_elsewhere() || header.is_null_sender || header.is_reply ||
           header.is_auto_submitted || std::ranges::any_of(header.signs, [&](const Sign* other) {
             return other->zone == Zone::Field && is_mark_of_machine(*other, header);
           });
  }
  return true;
}

// Returns whether a person may have written the mail, whatever its subject and its text say. Challenges greet
// their reader.
bool is_by_person(const KindFacts& facts, Kind kind) {
  const HeaderFacts& header = facts.header;
  if (has_mail_program(facts.message)) return true;
  if (header.is_null_sender || header.is_auto_submitted) return false;
  return header.has_references ||
         (kind != Kind::Challenge && header.is_ordinary_sender && begins_with_greeting(facts.text));
}

// Returns whether anything but the words of the mark shows that a program wrote the mail. A filter also says
// to whom the mail went; a challenge has its cookie.
bool is_from_program(const KindFacts& facts, Kind kind, bool has_mark) {
  const HeaderFacts& header = facts.header;
  if (kind == Kind::Challenge || has_mark || header.is_auto_submitted || header.is_postmaster) return true;
  const bool is_sender = std::ranges::any_of(header.signs, [&](const Sign* sign) {
    return sign->kind == kind && (sign->zone == Zone::From || sign->zone == Zone::ReversePath ||
                                  (sign->zone == Zone::Field && sign->strength == Strength::Program));
  });
  return is_sender || (kind == Kind::FilterNotice && !header.is_list_mail && names_a_mail(facts));
}

// Returns whether the mark counts by what else the mail has. Fields are a program's. Subjects and texts are
// words, and people write them, too: "MailMarshal has blocked my mail to you". So are names in From.
bool is_programs_word(const Sign& sign, const KindFacts& facts, bool has_mark) {
  switch (sign.zone) {
    case Zone::Field:
      return true;
    case Zone::From:
    case Zone::ReversePath:
      return !(sign.phrase.contains('@') ? has_mail_program(facts.message) : is_by_person(facts, sign.kind));
    case Zone::Subject:
    case Zone::SubjectStart:
    case Zone::SubjectFirst:
    case Zone::Body:
      return !is_by_person(facts, sign.kind) && is_from_program(facts, sign.kind, has_mark);
  }
  return true;
}

}  // namespace

bool has_machine_mark(const KindFacts& facts) {
  const HeaderFacts& header = facts.header;
  const auto is_mark = [&](const Sign* sign) { return is_mark_of_machine(*sign, header); };
  if (header.is_auto_replied) return true;
  if (!has_mail_program(facts.message)) {
    return header.is_null_sender || header.is_daemon_sender || std::ranges::any_of(header.signs, is_mark);
  }
  // A distribution list of Exchange sends what people write with the null sender.
  return std::ranges::any_of(header.signs,
                             [&](const Sign* sign) { return is_mark(sign) && !is_role_mark(*sign); });
}

namespace {

// Returns whether a field of an auto-reply is in a person's post: lists such as Sympa add it to what they
// pass on, so that no vacation program answers.
bool is_of_list_post(const Sign& sign, const KindFacts& facts) {
  const HeaderFacts& header = facts.header;
  if (sign.kind != Kind::AutoReply || sign.zone != Zone::Field || !header.is_list_mail ||
      header.is_null_sender)
    return false;
  const bool has_subject = std::ranges::any_of(header.signs, [](const Sign* other) {
    return other->kind == Kind::AutoReply && is_subject(other->zone) && other->zone != Zone::Subject;
  });
  if (has_subject && !header.has_reply_subject) return false;
  return header.has_reply_subject || has_mail_program(facts.message) ||
         is_letter(facts.message, header.from, facts.text);
}

// Returns whether a person may have written through a list of Exchange, whose mails have the null sender: a
// program that says somebody is away doesn't greet its reader by name.
bool is_by_colleague(const Sign& sign, const KindFacts& facts) {
  return sign.kind == Kind::AutoReply && sign.zone == Zone::Body && sign.product.starts_with("vacation") &&
         !facts.header.is_auto_submitted && greets_reader_by_name(facts.message, facts.text);
}

}  // namespace

SignVerdict judge_signs(const KindFacts& facts) {
  const auto signs = all_signs(facts);
  if (signs.empty()) return {};
  const bool has_mark = has_machine_mark(facts);
  const bool is_copied = has_copied_challenge(facts, signs);
  const bool is_of_group = is_passed_on(facts);
  SignVerdict best;
  for (const Sign* sign : signs) {
    if (is_copied && sign->zone == Zone::Field && !is_sure_answer(facts.header)) continue;
    if (sign->kind == Kind::AutoReply && confirms_an_order(*sign, facts)) continue;
    const bool is_of_null_sender =
        sign->strength == Strength::WithNullSender || sign->strength == Strength::WithNullAnswer;
    const bool is_text_of_reply = sign->kind == Kind::AutoReply && sign->zone == Zone::Body;
    if (is_text_of_reply && is_of_null_sender && !has_second_sign(*sign, facts, signs)) continue;
    if (sign->kind == Kind::Challenge && sign->strength == Strength::WithMachineMark &&
        sign->zone != Zone::Field && !facts.header.is_null_sender && offers_to_unsubscribe(facts.text))
      continue;
    if (sign->kind == Kind::FilterNotice && sign->zone != Zone::Field && sign->strength != Strength::InPair &&
        (sign->strength != Strength::Decides || !facts.header.is_null_sender) && is_for_reader(facts))
      continue;
    if (is_about_absences(*sign, facts) || is_of_list_post(*sign, facts) || is_by_colleague(*sign, facts))
      continue;
    if (sign->kind == Kind::FilterNotice && sign->zone != Zone::Field &&
        is_about_no_mail(*sign, facts, signs))
      continue;
    if (sign->kind == Kind::Mdn && is_of_null_sender && is_subject(sign->zone) &&
        !is_receipt_borne_out(facts, signs))
      continue;
    // Forums and shops want to know that their members are human.
    if (sign->kind == Kind::Challenge && is_of_null_sender && sign->zone == Zone::Body &&
        sign->phrase.contains("human") && !facts.header.is_reply && !quotes_a_mail(facts) &&
        !is_seen_elsewhere(*sign, signs))
      continue;
    switch (sign->strength) {
      case Strength::Decides:
        if (!is_programs_word(*sign, facts, has_mark)) continue;
        if (!is_borne_out(*sign, facts, signs, has_mark)) continue;
        break;
      case Strength::WithMachineMark:
        if (!has_mark || (sign->kind == Kind::FilterNotice && is_by_role(*sign, facts))) continue;
        if (is_text_of_reply && is_only_named(facts.header) && facts.header.is_postmaster) continue;
        if ((sign->kind == Kind::AutoReply || sign->kind == Kind::Challenge) && is_subject(sign->zone) &&
            is_only_bulk(facts.header) && !is_answer(facts.header) && !is_seen_elsewhere(*sign, signs))
          continue;
        break;
      case Strength::WithNullSender:
        if (opens_automatic_answer(*sign, facts)) break;
        if (sign->kind == Kind::Mdn && facts.header.is_auto_replied && !facts.header.is_list_mail) break;
        if (!facts.header.is_null_sender || !has_mark) continue;
        if (sign->kind == Kind::AutoReply && is_of_group) continue;
        break;
      case Strength::WithNullAnswer:
        if (opens_automatic_answer(*sign, facts)) break;
        if (!facts.header.is_null_sender || !has_mark) continue;
        if (sign->kind == Kind::AutoReply && is_of_group) continue;
        if (!facts.header.is_reply && !is_seen_elsewhere(*sign, signs)) continue;
        break;
      case Strength::InPair:
        if (!is_paired(*sign, signs)) continue;
        if ((sign->kind == Kind::FilterNotice || sign->kind == Kind::ListNotice) &&
            is_by_person(facts, sign->kind) && !names_program(*sign, signs))
          continue;
        if (sign->kind == Kind::AutoReply &&
            (facts.header.has_reply_subject || has_mail_program(facts.message)))
          continue;
        if (sign->kind == Kind::Mdn && !can_be_receipt(facts, signs)) continue;
        // People welcome others to their list, too.
        if (sign->kind == Kind::ListNotice && is_subject(sign->zone) && !has_mark &&
            !names_program(*sign, signs))
          continue;
        break;
      case Strength::WithAnswer:
        if (!is_answer(facts.header) && !is_seconded(*sign, signs)) continue;
        break;
      case Strength::MachineMark:
      case Strength::MachineMarkOffList:
      case Strength::Program:
      case Strength::ProgramOffList:
      case Strength::ProgramNullSender:
        continue;
    }
    const bool is_decisive = sign->strength == Strength::Decides || sign->strength == Strength::InPair ||
                             sign->strength == Strength::WithAnswer;
    if (std::pair(rank(sign->kind), is_decisive) > std::pair(rank(best.kind), best.is_decisive)) {
      best = {sign->kind, is_decisive, sign->product};
    }
  }
  return best;
}

}  // namespace backstop::response
