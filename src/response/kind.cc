#include "response/kind.h"

#include <algorithm>
#include <array>
#include <ranges>

#include "base/text.h"
#include "mail/address.h"
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

// A program wrote the mail (signs.h, WithMachineMark).
bool has_machine_mark(const HeaderFacts& header) {
  return header.is_null_sender || header.is_daemon_sender || header.is_auto_replied ||
         std::ranges::any_of(header.signs, [&](const Sign* sign) {
           return sign->strength == Strength::MachineMark ||
                  (sign->strength == Strength::MachineMarkOffList && !header.is_list_mail) ||
                  (sign->strength == Strength::Decides && sign->zone == Zone::Field);
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
      return 5;
    case Kind::Challenge:
      return 4;
    case Kind::ListNotice:
      return 3;
    case Kind::FilterNotice:
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

SignVerdict judge_signs(const KindFacts& facts) {
  const auto signs = all_signs(facts);
  const bool has_mark = has_machine_mark(facts.header);
  SignVerdict best;
  for (const Sign* sign : signs) {
    switch (sign->strength) {
      case Strength::Decides:
        break;
      case Strength::WithMachineMark:
        if (!has_mark) continue;
        break;
      case Strength::WithNullSender:
        if (!facts.header.is_null_sender) continue;
        break;
      case Strength::InPair:
        if (!is_paired(*sign, signs)) continue;
        break;
      case Strength::MachineMark:
      case Strength::MachineMarkOffList:
        continue;
    }
    const bool is_decisive = sign->strength == Strength::Decides || sign->strength == Strength::InPair;
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

// A mail that answers another brings it along or names an address that is neither its reader's nor its own.
// Parcel services and monitors write from null senders too, and say that something was not delivered.
bool names_a_mail(const KindFacts& facts) {
  constexpr std::size_t kMostLines = 200;
  const auto& parts = facts.message.parts;
  if (has_part(facts.message, MediaType::MessageRfc822) ||
      has_part(facts.message, MediaType::MessageGlobal) ||
      has_part(facts.message, MediaType::TextRfc822Headers) ||
      has_part(facts.message, MediaType::MessageGlobalHeaders) || !facts.text.header_blocks().empty())
    return true;
  const std::string_view to = facts.message.value(parts[0], mail::FieldName::To);
  for (const auto& line : facts.text.lines() | std::views::take(kMostLines)) {
    const std::string_view address = find_address(facts.text.text_of(line)).text;
    if (address.empty() || is_service_address(address)) continue;
    if (!base::icontains(to, address) && !base::icontains(facts.header.from, address)) return true;
  }
  return false;
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
    // A product without any mark in its header: only a subject that begins as bounces do, and not in a
    // conversation.
    if (header.has_failure_subject && !header.has_references && !header.is_list_mail &&
        is_terse_notice(facts))
      return true;
    return header.has_leading_failure_subject && !header.is_reply && !header.is_list_mail && facts.format &&
           points >= 4;
  }
  if (header.is_reply && !header.is_null_sender && !header.is_daemon_sender) return false;
  if (!header.is_mailer_daemon && !facts.format && !names_a_mail(facts)) return false;
  return points >= 4 && (says_failure || facts.format || header.has_failure_subject);
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
  const SignVerdict signs = judge_signs(facts);
  if (has_part(facts.message, MediaType::MessageFeedbackReport)) return Kind::FeedbackReport;
  if (has_part(facts.message, MediaType::MessageDispositionNotification)) return Kind::Mdn;
  const bool is_attached_by_hand = !facts.header.is_report && !has_machine_mark(facts.header) &&
                                   !facts.header.is_postmaster && !facts.header.has_failure_subject &&
                                   !facts.header.has_delay_subject;
  if (has_part(facts.message, MediaType::MessageDeliveryStatus) && !is_attached_by_hand) {
    // amavis and Barracuda wrap their own notices in a report; one that merely mentions a filter stays a
    // report.
    if (signs.kind == Kind::FilterNotice && signs.is_decisive) return Kind::FilterNotice;
    if (const Kind kind = kind_of_actions(facts); kind != Kind::None) return kind;
    if (const Kind kind = kind_of_statuses(facts); kind != Kind::None) return kind;
    return bounce_kind(facts);
  }
  const bool is_bounce = is_text_bounce(facts);
  if (!is_bounce)
    return signs.kind == Kind::None && is_automatic_answer(facts.header) ? Kind::AutoReply : signs.kind;
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
