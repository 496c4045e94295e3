#include "response/notice_in_words.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "response/goods.h"
#include "response/person.h"
#include "response/quarantine_digest.h"
#include "response/status.h"
#include "response/text_bounce.h"

namespace backstop::response {
namespace {

constexpr std::size_t kOpening = 600;  // bytes in which the claim must begin
constexpr std::size_t kReach = 400;    // bytes between the claim and the topic

// Returns whether a field of the header is a program's.
bool has_program_field(const HeaderFacts& header) {
  return header.is_auto_submitted || std::ranges::any_of(header.signs, [](const Sign* sign) {
           return sign->zone == Zone::Field &&
                  (sign->strength == Strength::MachineMark || sign->strength == Strength::MachineMarkOffList);
         });
}

bool has_program(const HeaderFacts& header, Kind kind) {
  return std::ranges::any_of(header.signs, [&](const Sign* sign) {
    if (sign->kind != kind) return false;
    return sign->strength == Strength::Program ||
           (sign->strength == Strength::ProgramOffList && !header.is_list_mail) ||
           (sign->strength == Strength::ProgramNullSender && !header.is_list_mail && header.is_null_sender &&
            has_program_field(header));
  });
}

// Returns whether a program left a mark other than a name in From.
bool is_automatic(const KindFacts& facts) {
  return facts.header.is_null_sender || has_program_field(facts.header);
}

// Returns whether a person may have written the mail. A list's gateway repeats the subject of the post that
// it writes about, with "Re:".
bool is_by_hand(const KindFacts& facts, Kind kind) {
  const HeaderFacts& header = facts.header;
  if (has_mail_program(facts.message)) return true;
  const bool is_repeated = header.is_auto_replied ||
                           (kind == Kind::ListNotice && header.is_null_sender && has_program_field(header));
  if (header.has_reply_subject && !is_repeated) return true;
  // An address to which nobody can write greets as well.
  const bool is_nobody = std::ranges::any_of(header.signs, [kind](const Sign* sign) {
    return sign->kind == kind && sign->strength == Strength::ProgramOffList;
  });
  return !is_automatic(facts) &&
         (header.has_references || (!is_nobody && is_letter(facts.message, header.from, facts.text)));
}

// A vacation reply may mention anything.
bool is_auto_reply_by_subject(const HeaderFacts& header) {
  return std::ranges::any_of(header.signs, [](const Sign* sign) {
    return sign->kind == Kind::AutoReply && (sign->zone == Zone::SubjectFirst ||
                                             sign->zone == Zone::SubjectStart || sign->zone == Zone::Subject);
  });
}

// Returns whether the subject counts as a digest's does in every language: "talk Digest, Vol 12, Issue 3".
bool has_volume_and_issue(std::string_view subject) {
  const std::size_t first = subject.find(',');
  if (first == std::string_view::npos) return false;
  const std::size_t second = subject.find(',', first + 1);
  if (second == std::string_view::npos) return false;
  const auto has_digit = [](std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return base::is_digit(c); });
  };
  return has_digit(subject.substr(first, second - first)) && has_digit(subject.substr(second));
}

// Returns the subject without what a notice repeats after a colon, which may be a digest's.
std::string_view before_colon(const HeaderFacts& header) {
  const std::string_view subject = header.own_subject();
  return subject.substr(0, subject.find(": "));
}

// A digest has what many people wrote, and the sender of a notice.
bool is_digest(const KindFacts& facts) {
  const std::string_view subject = before_colon(facts.header);
  if (base::icontains(subject, "digest") || has_volume_and_issue(subject)) return true;
  return std::ranges::any_of(facts.message.parts, [](const mail::Part& part) {
    return base::iequals(part.type, "multipart") && base::iequals(part.subtype, "digest");
  });
}

// Returns whether the text quotes the fields of a mail, as a program does and a person who writes about one
// doesn't.
bool quotes_fields(const KindFacts& facts) {
  return !facts.text.header_blocks().empty();
}

// Returns whether an owner or moderator of a list writes to the list. The list's program has the same
// address, but no name beside it, or the null sender, or a field of a program; or it quotes the held mail.
bool is_of_owner(const KindFacts& facts) {
  const HeaderFacts& header = facts.header;
  if (!header.is_list_mail || header.is_null_sender || header.is_auto_submitted || quotes_fields(facts))
    return false;
  const std::size_t bracket = header.from.find('<');
  if (bracket == std::string::npos || bracket == 0) return false;
  const bool is_field = std::ranges::any_of(header.signs, [](const Sign* sign) {
    return sign->kind == Kind::ListNotice && sign->zone == Zone::Field;
  });
  const std::string_view address = std::string_view(header.from).substr(bracket);
  return !is_field && !base::trim(std::string_view(header.from).substr(0, bracket)).contains('@') &&
         (base::icontains(address, "owner@") || base::icontains(address, "moderator"));
}

bool is_believed(const KindFacts& facts, Kind kind) {
  const HeaderFacts& header = facts.header;
  if (is_by_hand(facts, kind) || is_auto_reply_by_subject(header)) return false;
  if (kind == Kind::ListNotice) return has_program(header, kind) && !is_digest(facts) && !is_of_owner(facts);
  if (header.is_list_mail || is_quarantine_digest(header, facts.text)) return false;
  // Vendors of filters advertise in the same words.
  if (header.is_ordinary_sender && offers_to_unsubscribe(facts.text) && !quotes_fields(facts)) return false;
  // Shops and backups also write that they checked what somebody sent. A filter says to whom it went, or has
  // a mail system's name.
  const bool is_program = has_program(header, kind);
  const bool is_role = header.is_postmaster || header.is_daemon_sender;
  if (kind == Kind::Challenge) {
    // A challenge answers a mail, and forums ask their members the same.
    return (header.is_auto_submitted || header.is_null_sender) &&
           (header.is_auto_replied || header.has_references || names_a_mail(facts)) &&
           !is_about_goods(header, facts.text);
  }
  if (is_automatic(facts)) {
    if (is_program || is_role) return true;
    return names_a_mail(facts) && (quotes_fields(facts) || !is_about_goods(facts.header, facts.text));
  }
  if (is_role && (is_program || !header.is_ordinary_sender || quotes_fields(facts))) return true;
  return is_program && names_a_mail(facts);
}

bool is_near(std::uint32_t claim, std::uint32_t topic) {
  return claim < topic ? topic - claim <= kReach : claim - topic <= kReach;
}

bool has_words(const KindFacts& facts, const NoticePhrases& phrases, const PhraseList& topics) {
  const BodyHits* const subject = facts.subject_hits;
  const bool is_claim_in_subject = subject && subject->has_any(phrases.claims);
  const bool is_topic_in_subject = subject && subject->has_any(topics);
  if (is_claim_in_subject && is_topic_in_subject) return true;
  if (!is_claim_in_subject && !facts.hits.has_any(phrases.claims)) return false;
  if (!is_topic_in_subject && !facts.hits.has_any(topics)) return false;
  const auto is_topic = [&](std::uint32_t claim) {
    return std::ranges::any_of(topics, [&](PhraseId topic) {
      return facts.hits.has(topic) && is_near(claim, facts.hits.begin_of(topic));
    });
  };
  if (is_claim_in_subject && is_topic(0)) return true;
  return std::ranges::any_of(phrases.claims, [&](PhraseId claim) {
    if (!facts.hits.has(claim) || facts.hits.begin_of(claim) > kOpening) return false;
    return is_topic_in_subject || is_topic(facts.hits.begin_of(claim));
  });
}

// Returns whether the words of a mail server are in the text: its bounce may quote what a filter said.
bool quotes_a_server(const KindFacts& facts) {
  constexpr std::size_t kMost = 4096;
  const std::string_view text = facts.text.flat().substr(0, kMost);
  return facts.format != nullptr || !find_enhanced_status(text).empty() || find_reply_code(text) != 0;
}

}  // namespace

Kind notice_in_words(const KindFacts& facts, bool is_bounce) {
  bool is_subject_read = facts.subject_hits == nullptr;
  for (const auto& phrases : BodyPhrases::get().notices) {
    if (!is_believed(facts, phrases.kind)) continue;
    if (!std::exchange(is_subject_read, true)) facts.subject_hits->find(facts.header.own_subject());
    const bool is_weak_enough = !is_bounce && has_program(facts.header, phrases.kind) && names_a_mail(facts);
    if (!has_words(facts, phrases, phrases.topics) &&
        !(is_weak_enough && has_words(facts, phrases, phrases.weak_topics)))
      continue;
    if (is_bounce && quotes_a_server(facts)) continue;
    return phrases.kind;
  }
  return Kind::None;
}

}  // namespace backstop::response
