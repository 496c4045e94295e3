// The marks by which responses that are no bounces are recognised: auto-replies, challenges, filter notices and list
// notices. One row a mark; a new product is a new row and a fixture. The engine is reader.cc; the phrases of the text
// zones are part of its one Hyperscan database.
#pragma once

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
  Body,          ///< in the human-readable text, UTF-8, before the returned original begins; white space runs are
                 ///< collapsed to one space, so a phrase may run over line ends
};

/// What a mark is worth. FACTS.md 7: a subject or a body alone never makes an auto-reply.
enum class Strength : std::uint8_t {
  Decides,          ///< this mark alone: a header that only this product writes, or a text that nobody else sends
  WithMachineMark,  ///< decides where the header shows that a program wrote the mail: null sender, Auto-Submitted other
                    ///< than "no", an auto-response field of FACTS.md 6, Precedence auto_reply|bulk|junk, a daemon's From
  WithNullSender,   ///< decides only where the envelope sender is null (or MAILER-DAEMON)
  MachineMark,      ///< decides nothing by itself but is such a machine mark
};

struct Sign {
  Kind kind = Kind::None;
  std::string_view product;  ///< for people: "cPanel BoxTrapper", "vacation (German)"
  Zone zone = Zone::Subject;
  mail::FieldName field = mail::FieldName::Other;  ///< of Zone::Field
  std::string_view phrase;   ///< lower case where ASCII, UTF-8; matched without regard to case as a literal, no regex
  Strength strength = Strength::WithMachineMark;
};

std::span<const Sign> auto_reply_signs();
std::span<const Sign> challenge_signs();
std::span<const Sign> filter_notice_signs();
std::span<const Sign> list_notice_signs();

}  // namespace backstop::response
