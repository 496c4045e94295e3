// The words in which filters, list programs and programs that ask for a confirmation tell somebody what
// became of their mail, in many languages. Templates are translated, edited by admins and written anew by
// each product, so a table of whole sentences never ends. What they all have is a claim ("the message you
// sent") and a topic ("contained a virus"). notice_in_words.h says when a claim and a topic make a notice.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "response/response.h"

namespace backstop::response {

/// Literals in UTF-8 as in signs.h. They are looked for in the text and in the subject.
struct NoticeWords {
  Kind kind = Kind::None;
  std::span<const std::string_view> claims;  ///< it was the reader's own mail
  std::span<const std::string_view> topics;  ///< what a notice of this kind is about
  /// Words that a bounce has, too: they count only if From names a program of this kind, the text names the
  /// mail and it isn't a bounce.
  std::span<const std::string_view> weak_topics = {};
};

/// One row for the claims of filters, and one for those of challenges alone.
std::array<NoticeWords, 2> challenge_notice_words();
NoticeWords filter_notice_words();
NoticeWords list_notice_words();

inline std::array<NoticeWords, 4> notice_words() {
  const auto challenges = challenge_notice_words();
  return {list_notice_words(), challenges[0], challenges[1], filter_notice_words()};
}

}  // namespace backstop::response
