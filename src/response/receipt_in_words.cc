#include "response/receipt_in_words.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "response/person.h"

namespace backstop::response {
namespace {

// Returns whether a time or a date is in the text, as in "10:05", "10.05" and "3/5/2026".
bool has_time(std::string_view text, std::string_view between = ":./-h") {
  constexpr std::size_t kMost = 2000;
  text = text.substr(0, kMost);
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (between.contains(text[i]) && base::is_digit(text[i - 1]) && base::is_digit(text[i + 1])) return true;
  }
  return false;
}

// Returns whether the subject and the text are those of one mail program that writes its receipts in words
// and names itself in them: Pegasus Mail, The Bat!.
bool is_of_mail_program(const std::vector<const Sign*>& signs) {
  return std::ranges::any_of(signs, [&](const Sign* sign) {
    return sign->kind == Kind::Mdn && sign->zone == Zone::Body && !sign->product.starts_with("receipt") &&
           std::ranges::any_of(signs, [&](const Sign* other) {
             return other->zone == Zone::SubjectFirst && other->product == sign->product;
           });
  });
}

}  // namespace

// Returns whether a mail whose subject and text say "read" may be a receipt. People send "Read: chapter 4",
// and shops "Read: what is new". A receipt repeats the subject of the mail that was read, or has its id, and
// has no ordinary sender unless Exchange marks it. It also says when.
bool can_be_receipt(const KindFacts& facts, const std::vector<const Sign*>& signs) {
  constexpr std::size_t kShortest = 3;
  constexpr std::size_t kLongest = 60;
  const HeaderFacts& header = facts.header;
  const bool is_marked =
      std::ranges::any_of(facts.message.fields_of(facts.message.parts[0]), [](const mail::Field& field) {
        return field.id == mail::FieldName::Other && base::iequals(field.name, "Content-Class") &&
               base::icontains(field.value, "content-classes:mdn");
      });
  if (is_marked) return true;
  if (header.is_list_mail) return false;
  if (is_of_mail_program(signs)) return true;
  if (header.is_ordinary_sender) return false;
  // Outlook names itself in its own receipts. A person who writes through a list of Exchange greets or signs.
  if (has_mail_program(facts.message) &&
      (is_letter(facts.message, header.from, facts.text) || !has_time(facts.text.flat())))
    return false;
  const std::size_t colon = header.subject.find(':');
  if (colon == std::string::npos) return header.has_references || has_time(facts.text.flat(), ":h");
  const std::string_view answered =
      base::trim(std::string_view(header.subject).substr(colon + 1)).substr(0, kLongest);
  if (answered.size() < kShortest || base::icontains(facts.text.raw(), answered)) return true;
  return header.has_references && has_time(facts.text.flat());
}

}  // namespace backstop::response
