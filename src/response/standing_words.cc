#include "response/standing_words.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"

namespace backstop::response {
namespace {

// In lower case, with single spaces, and without apostrophes, of which there are two.
constexpr std::array kSentences = std::to_array<std::string_view>({
    // Postfix
    "this is the mail system at host",
    "sorry to have to inform you that your message could not be delivered to one or more recipients",
    "for further assistance, please send mail to postmaster",
    "if you do so, please include this problem report",
    "you can delete your own text from the attached returned message",
    "s attached below",
    // Exim
    "this message was created automatically by mail delivery software",
    "a message that you sent could not be delivered to one or more of its recipients",
    // qmail and James
    "this is a permanent error",
    "below i include the list of recipients and the reason why i was unable to deliver your message",
    // Sendmail
    "554 5.0.0 service unavailable",
    "the following addresses had permanent fatal errors",
    "the following addresses had transient non-fatal errors",
    "this is a warning message only",
    "you do not need to resend your message",
    // Exchange
    "delivery has failed to these recipients or",
    "despite repeated attempts to deliver your message",
    "mail system refused to accept it",
    "refused to accept your message",
    "rejected your message",
    "this message was rejected by the recipient email system",
    "this message was rejected by the recipient e-mail system",
    "please check the recipient",
    "and try resending your message",
    "a problem occurred during the delivery of this message",
    "the following organization",
    "the e-mail system was unable to deliver the message, but did not report a specific reason",
    "check the address and try again",
    "diagnostic information for administrators",
    // Gmail
    "it was rejected by the server for the recipient domain",
    "we recommend contacting the other email provider for further information about the cause of this error",
    // MDaemon
    "after one or more unsuccessful delivery attempts the attached message has been removed from the mail",
    "after one or more unsuccessful delivery attempts",
    "the attached message has been removed",
    "the number and frequency of delivery attempts are determined by local configuration",
    "the attached message had permanent fatal delivery errors",
});

constexpr auto kFirst = [] {
  std::array<bool, 256> first{};
  for (const auto sentence : kSentences) {
    const auto c = static_cast<unsigned char>(sentence.front());
    first[c] = true;
    if (base::is_alpha(sentence.front())) first[c - 'a' + 'A'] = true;
  }
  return first;
}();

// Returns the length of the sentence at the start of `text`, or 0.
std::size_t sentence_length(std::string_view text) {
  for (const auto sentence : kSentences) {
    if (base::istarts_with(text, sentence)) return sentence.size();
  }
  return 0;
}

}  // namespace

std::string without_standing_words(std::string_view report) {
  std::string out;
  out.reserve(report.size());
  for (std::size_t i = 0; i < report.size(); ++i) {
    const bool begins_word = i == 0 || !base::is_alpha(report[i - 1]);
    const bool may_begin = begins_word && kFirst[static_cast<unsigned char>(report[i])];
    const std::size_t length = may_begin ? sentence_length(report.substr(i)) : 0;
    if (length == 0) {
      out += report[i];
    } else {
      out += ' ';
      i += length - 1;
    }
  }
  return out;
}

}  // namespace backstop::response
