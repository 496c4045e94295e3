// The marks by which responses that are no bounces are recognised: auto-replies, challenges, filter notices
// and list notices. One row a mark; a new product is a new row and a fixture. The engine is reader.cc; the
// phrases of the text zones are part of its Hyperscan databases.
//
// The most specific kind wins, in this order:
//
// 1. A filter notice by a row that Decides or by a pair. amavis and Barracuda wrap theirs in an RFC 3464
//    report, so these rows stand above the structure.
// 2. The structure and the bounce formats. A bounce may say "virus" or "not a member" in its diagnostics and
//    stays one, and bounces too are marked "Auto-Submitted: auto-replied".
// 3. Challenge, list notice, filter notice, auto-reply. Many of the first three carry the header fields of an
//    auto-reply as well: BoxTrapper writes X-Autorespond.
//
// No row decides by the body alone: where the header has neither a mark of these tables nor one of a machine,
// none of them can match. That a mail comes from a "no-reply" address is no mark; every shop writes from one.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "mail/field_name.h"
#include "response/response.h"

namespace backstop::response {

/// Where a mark stands.
enum class Zone : std::uint8_t {
  Field,         ///< a header field: `phrase` in its value, or any value where `phrase` is empty
  From,          ///< the From field, decoded: display name and address
  ReversePath,   ///< the envelope sender, or Return-Path
  Subject,       ///< anywhere in the decoded subject
  SubjectStart,  ///< at its start, after "Re:", "[list]" and white space
  Body,  ///< in the human-readable text, UTF-8, before the returned original begins; white space runs are
         ///< collapsed to one space, so a phrase may run over line ends; lines that start with ">" are what
         ///< somebody quotes and are left out
  SubjectFirst,  ///< at the very start of the subject, white space aside: people answer these mails and bug
                 ///< trackers name them, and "Re: Automatic reply: x" is none of them
};

/// What a mark is worth. A subject or a body alone never makes an auto-reply.
enum class Strength : std::uint8_t {
  Decides,  ///< this mark alone: a header that only this product writes, or a text that nobody else sends
  WithMachineMark,     ///< decides where the header shows that a program wrote the mail: null sender,
                       ///< Auto-Submitted other than "no", an auto-response field, Precedence
                       ///< auto_reply|bulk|junk, a daemon's From
  WithNullSender,      ///< decides only where the envelope sender is null (or MAILER-DAEMON)
  MachineMark,         ///< decides nothing by itself but is such a machine mark
  MachineMarkOffList,  ///< a machine mark only where the mail has none of kListFields: every post of a list
                       ///< may carry "Precedence: bulk"
  InPair,      ///< decides where a second InPair row of the same product stands too, in another zone; for
               ///< programs that write no mark into the header, as the Notes agents
  WithAnswer,  ///< a header field that spam copies and shops write: decides where the mail answers another
               ///< (null sender, In-Reply-To, References, "Re:", Auto-Submitted: auto-replied), or where a
               ///< second row of its kind stands that is no such field
};

/// The fields of mailing lists, newsletters and bug trackers: their mails have a program's marks and a
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
  mail::FieldName field = mail::FieldName::Other;  ///< of Zone::Field
  /// A literal, ASCII in lower case, UTF-8. ASCII letters match in either case; a phrase that opens with a
  /// capital of another script may have a row for each case.
  std::string_view phrase;
  Strength strength = Strength::WithMachineMark;
};

/// Writes the rows of a table: one line a row, the kind named once a file.
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
std::span<const Sign> challenge_signs();
std::span<const Sign> filter_notice_signs();
std::span<const Sign> list_notice_signs();
std::span<const Sign> feedback_signs();
std::span<const Sign> receipt_signs();

inline std::array<std::span<const Sign>, 6> sign_tables() {
  return {auto_reply_signs(),  challenge_signs(), filter_notice_signs(),
          list_notice_signs(), feedback_signs(),  receipt_signs()};
}

}  // namespace backstop::response
