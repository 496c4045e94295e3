// The marks by which responses other than bounces are recognised: auto-replies, challenges, filter notices,
// list notices, receipts and feedback reports. Each row is one mark; a new product is a new row and a
// fixture. sign_verdict.cc weighs the marks that were found.
//
// The most specific kind wins, in this order:
//
// 1. A filter notice, by a row that Decides or by a pair. amavis and Barracuda wrap theirs in an RFC 3464
//    report, so these rows come before the structure.
// 2. The structure and the bounce formats. A bounce that says "virus" or "not a member" in its diagnostics is
//    still a bounce, and many bounces have "Auto-Submitted: auto-replied".
// 3. Challenge, list notice, filter notice, receipt, auto-reply. Many of the first three have the header
//    fields of an auto-reply as well: BoxTrapper writes X-Autorespond.
//
// No row decides by the body alone: if the header has neither a mark of these tables nor a machine's mark,
// none of them can match. A "no-reply" sender is not a mark, since every shop writes from one.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "mail/field_name.h"
#include "response/response.h"

namespace backstop::response {

/// Where a mark is looked for.
enum class Zone : std::uint8_t {
  Field,         ///< a header field: `phrase` in its value, or any value if `phrase` is empty
  From,          ///< the From field, decoded: display name and address
  ReversePath,   ///< the envelope sender, or Return-Path
  Subject,       ///< anywhere in the decoded subject
  SubjectStart,  ///< at its start, after "Re:", "[list]" and white space
  Body,  ///< in ReportText::flat(): the text for people, before the returned original, without what is
         ///< quoted; a phrase may run over line ends
  SubjectFirst,  ///< at the very start of the subject, after white space only: people answer these mails and
                 ///< bug trackers name them, and "Re: Automatic reply: x" is not an automatic reply
};

/// What a mark is worth. A subject or a body alone never makes an auto-reply.
enum class Strength : std::uint8_t {
  Decides,  ///< this mark alone: a header that only this product writes, or a text that nobody else sends.
            ///< Words of a challenge and the address of a list program need a second sign (sign_verdict.cc)
  WithMachineMark,     ///< decides if the header shows that a program wrote the mail: null sender,
                       ///< Auto-Submitted other than "no", an auto-response field, Precedence
                       ///< auto_reply|bulk|junk, a daemon's From
  WithNullSender,      ///< decides only if the envelope sender is null (or MAILER-DAEMON)
  WithNullAnswer,      ///< the same, and only if the mail also says that it answers another (In-Reply-To,
                       ///< References, "Re:"), or has another mark of its kind in another zone
  MachineMark,         ///< decides nothing, but is such a mark of a machine
  MachineMarkOffList,  ///< the same, but only if the mail has none of kListFields: every post of a list may
                       ///< have "Precedence: bulk"
  InPair,      ///< decides beside a second InPair row of the same product in another zone; for programs that
               ///< write no mark into the header, such as the Notes agents
  WithAnswer,  ///< a header field that spam copies and shops write: decides if the mail answers another
               ///< (null sender, In-Reply-To, References, "Re:", Auto-Submitted: auto-replied), or beside a
               ///< second row of its kind that is not such a field
  Program,     ///< decides nothing, but names a program that sends notices of this kind: then the words of
               ///< notice_words.h decide
  ProgramOffList,  ///< the same, but only if the mail has none of kListFields: the address also sends digests
  ProgramNullSender,  ///< the same, but only with the null sender and a field of a program as well, since
                      ///< people have addresses like it
};

/// The fields of mailing lists, newsletters and bug trackers, whose mails have a program's marks and a
/// person's text.
inline constexpr mail::FieldName kListFields[] = {mail::FieldName::ListId,
                                                  mail::FieldName::ListPost,
                                                  mail::FieldName::ListUnsubscribe,
                                                  mail::FieldName::MailingList,
                                                  mail::FieldName::XMailingList,
                                                  mail::FieldName::XBeenThere,
                                                  mail::FieldName::XBugzillaReason,
                                                  mail::FieldName::XTracProject,
                                                  mail::FieldName::XLaunchpadMessageRationale};

struct Sign {
  Kind kind = Kind::None;
  std::string_view product;  ///< for people: "cPanel BoxTrapper", "vacation (German)"
  Zone zone = Zone::Subject;
  mail::FieldName field = mail::FieldName::Other;  ///< if `zone` is Field
  /// A literal in UTF-8, its ASCII letters in lower case; phrases.h says which other spellings match.
  std::string_view phrase;
  Strength strength = Strength::WithMachineMark;
};

/// Makes the rows of a table: each takes one line, and the kind is named once a file.
template <Kind kKind>
struct SignRow {
  static constexpr Sign field(std::string_view product, mail::FieldName name, std::string_view phrase,
                              Strength strength) {
    return {kKind, product, Zone::Field, name, phrase, strength};
  }
  static constexpr Sign text(std::string_view product, Zone zone, std::string_view phrase,
                             Strength strength) {
    return {kKind, product, zone, mail::FieldName::Other, phrase, strength};
  }
};

std::span<const Sign> auto_reply_signs();
std::span<const Sign> absence_signs();
std::span<const Sign> notes_signs();
std::span<const Sign> acknowledgement_signs();
std::span<const Sign> challenge_signs();
std::span<const Sign> filter_notice_signs();
std::span<const Sign> list_notice_signs();
std::span<const Sign> feedback_signs();
std::span<const Sign> receipt_signs();
std::span<const Sign> machine_signs();

inline std::array<std::span<const Sign>, 10> sign_tables() {
  return {auto_reply_signs(), absence_signs(),       notes_signs(),       acknowledgement_signs(),
          challenge_signs(),  filter_notice_signs(), list_notice_signs(), feedback_signs(),
          receipt_signs(),    machine_signs()};
}

}  // namespace backstop::response
