#include "response/dialogue.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "response/phrases.h"

namespace backstop::response {
namespace {

/// What must be around a phrase before it tells a step.
enum class Needs : std::uint8_t {
  Nothing,   ///< the sentence says it all
  Lead,      ///< a lead comes before it
  Capitals,  ///< also an English word: a lead, and capitals or the word "command" after it
  Host,      ///< the name of a host comes after it
  Network,   ///< a host's address comes before it, or "by" or "with" after it
  Colon,     ///< a colon comes after it, and no lead is needed
};

struct Row {
  std::string_view phrase;
  Command command;
  Needs needs = Needs::Lead;
  Telling telling = Telling::Product;  // of a sentence
  /// Separated by '|': one of these is in every text in which the row matches. If empty, the phrase is. A
  /// common word stands here with its leads.
  std::string_view among = {};
};

constexpr std::string_view kAmongData =
    "data command|after data|after pipelined data|in reply to data|response to data|sending data|(data)|"
    ">>> data|--> data|in: data|sent: data|smtp command data|smtp command: data|rejected data|in data";

// Sorted by the first letter, so that a word is compared with few rows.
constexpr std::array kRows = std::to_array<Row>({
    {"auth", Command::Auth, Needs::Capitals, Telling::Product,
     "auth command|after auth|reply to auth|response to auth|>>> auth|--> auth"},
    {"bdat", Command::Bdat},
    {"but greeting failed", Command::Connect, Needs::Nothing},    // qmail, as the next two
    {"but my name was rejected", Command::Helo, Needs::Nothing},  // it greets with HELO
    {"but sender was rejected", Command::Mail, Needs::Nothing},
    {"cannot start tls", Command::StartTls, Needs::Nothing},
    {"connect to ", Command::Connect, Needs::Host},
    {"connection refused", Command::Connect, Needs::Network},
    {"connection timed out", Command::Connect, Needs::Network},
    {"data", Command::Data, Needs::Capitals, Telling::Product, kAmongData},
    {"did not accept our requests to connect", Command::Connect, Needs::Nothing},  // Gmail
    {"does not like recipient", Command::Rcpt, Needs::Nothing},                    // qmail
    {"ehlo", Command::Ehlo},
    {"end of data", Command::Data},
    {"end-of-data", Command::Data},
    {"establish an smtp connection", Command::Connect, Needs::Nothing},          // qmail
    {"failed after i sent the message", Command::Data, Needs::Nothing},          // qmail
    {"failed to connect", Command::Connect, Needs::Nothing, Telling::Likeness},  // Exchange
    {"greeting", Command::Connect, Needs::Lead, Telling::Product,
     "in greeting|initial greeting|the greeting"},
    {"helo", Command::Helo},
    {"initial connection", Command::Connect},
    {"initial greeting", Command::Connect},
    {"initial server greeting", Command::Connect},
    {"lhlo", Command::Lhlo},
    {"mail from", Command::Mail},
    {"mail command", Command::Mail},
    {"mail_from]", Command::Mail, Needs::Nothing},  // Yahoo
    {"message body", Command::Data},
    {"network is unreachable", Command::Connect, Needs::Network},
    {"no route to host", Command::Connect, Needs::Network},
    {"quit", Command::Quit, Needs::Capitals, Telling::Product,
     "quit command|after quit|reply to quit|sending quit"},
    {"rcpt", Command::Rcpt},
    {"rcpt to", Command::Rcpt, Needs::Colon, Telling::Likeness},
    {"rcpt_to]", Command::Rcpt, Needs::Nothing},                  // Yahoo
    {"refused to talk to me", Command::Connect, Needs::Nothing},  // Postfix
    {"rset", Command::Rset, Needs::Capitals, Telling::Product,
     "rset command|after rset|reply to rset|sending rset"},
    {"sasl authentication failed", Command::Auth, Needs::Nothing},  // Postfix
    {"sent: . remote server", Command::Data, Needs::Nothing},       // hMailServer
    {"smtp:rcpt host", Command::Rcpt, Needs::Nothing},
    {"sending data block", Command::Data},  // Exim
    {"starttls", Command::StartTls},
    {"state 14)", Command::Rcpt, Needs::Nothing},  // Gmail: "550 550 no such user (state 14)."
    {"state 18)", Command::Data, Needs::Nothing},
    {"text command", Command::Data},  // 1&1
    {"tls connect failed", Command::StartTls, Needs::Nothing},
});
// Where the rows of each letter begin, and, one past the last letter, where all end.
constexpr auto kFirstRow = [] {
  std::array<std::uint8_t, 27> first{};
  for (std::size_t letter = 0; letter < first.size(); ++letter) {
    std::uint8_t row = 0;
    while (row < kRows.size() && kRows[row].phrase.front() < static_cast<char>('a' + letter)) ++row;
    first[letter] = row;
  }
  return first;
}();

// What a byte is for the search, which looks at each one.
enum ByteClass : std::uint8_t { OfWord = 1, Begins = 2, Bracket = 4 };
constexpr auto kByteClass = [] {
  std::array<std::uint8_t, 256> all{};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const char c = static_cast<char>(i);
    const char lower = base::ascii_lower(c);
    if (base::is_alpha(c) || base::is_digit(c) || c == '_' || i >= 0x80) all[i] = OfWord;
    if (std::ranges::any_of(kRows, [lower](const Row& row) { return row.phrase.front() == lower; }) ||
        lower == 'o')
      all[i] |= Begins;
    if (c == '<') all[i] |= Bracket;
  }
  return all;
}();

static_assert(std::ranges::is_sorted(kRows, {}, [](const Row& row) { return row.phrase.front(); }));

struct Lead {
  std::string_view words;
  Telling telling;
};

constexpr std::array kLeads = std::to_array<Lead>({
    {"in reply to", Telling::Product},
    {"in response to", Telling::Product},
    {"response to", Telling::Product},
    {"reply to", Telling::Product},
    {"while sending", Telling::Product},
    {"when sending", Telling::Product},
    {"while performing", Telling::Product},
    {"while receiving", Telling::Product},
    {"while waiting for", Telling::Product},
    {"remote server for", Telling::Product},
    {"remote server in", Telling::Product},
    {"most progress was", Telling::Product},
    {"after sending", Telling::Session},
    {"after", Telling::Session},
    {"following", Telling::Session},
    {"sent:", Telling::Session},
    {"smtp command", Telling::Session},
    {"smtp command:", Telling::Session},
    {"command was:", Telling::Session},
    {"during", Telling::Mention},
    {"rejected", Telling::Mention},
    {"failed on", Telling::Mention},
    {"in", Telling::Mention},
    {"at", Telling::Mention},
});

// How a transcript marks what was sent: Sendmail and Courier, MDaemon, and Postfix's letters to postmaster.
constexpr std::array kSent = std::to_array<std::string_view>({">>>", "-->", "in:"});
constexpr std::array kReceived = std::to_array<std::string_view>({"<<<", "<--", "out:"});

// Words that may come between a lead and a command.
constexpr std::array kFillers =
    std::to_array<std::string_view>({"the", "a", "an", "my", "our", "pipelined", "final", "smtp", "lmtp"});

std::string_view without_trailing(std::string_view text, std::string_view marks) {
  const std::size_t last = text.find_last_not_of(marks);
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

bool iends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && base::iequals(text.substr(text.size() - end.size()), end);
}

bool is_word_character(char c) {
  return base::is_alpha(c) || base::is_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// Returns whether `text` ends with `words`, and no word goes on into them from before.
bool ends_with_words(std::string_view text, std::string_view words) {
  if (!iends_with(text, words)) return false;
  const bool begins_with_letter = base::is_alpha(words.front());
  return !begins_with_letter || text.size() == words.size() ||
         !is_word_character(text[text.size() - words.size() - 1]);
}

// Returns the reply code at the start of `text`, or 0.
int leading_code(std::string_view text) {
  text = text.substr(std::min(text.size(), text.find_first_not_of(' ')));
  if (text.size() < 3 || text[0] < '2' || text[0] > '5' || !base::is_digit(text[1]) ||
      !base::is_digit(text[2]) || (text.size() > 3 && is_word_character(text[3])))
    return 0;
  return (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
}

class StepReader {
 public:
  StepReader(std::string_view words, bool wants_surest) : words_(words), wants_surest_(wants_surest) {}

  std::vector<Step> read(std::size_t from) {
    std::size_t at = from;
    if (at > 0 && at < words_.size() && is_word_character(words_[at - 1])) at = end_of_word(at);
    while (at < words_.size()) {
      const auto byte = kByteClass[static_cast<unsigned char>(words_[at])];
      if ((byte & (Begins | Bracket)) != 0) {
        if (byte == Bracket) {
          read_reply(at);
        } else {
          read_word(at);
        }
        if (is_done()) break;
      }
      at = (byte & OfWord) != 0 ? end_of_word(at + 1) : at + 1;
    }
    // The session ended without a reply.
    if (sent_ != Command::None && sent_ != Command::Quit && !has_refusal_)
      add(sent_, Telling::Mention, true, sent_at_, words_.size());
    return std::move(steps_);
  }

 private:
  std::size_t end_of_word(std::size_t at) const {
    while (at < words_.size() && (kByteClass[static_cast<unsigned char>(words_[at])] & OfWord) != 0) ++at;
    return at;
  }

  bool is_done() const {
    return steps_.size() >= kMostSteps ||
           (wants_surest_ && !steps_.empty() && steps_.back().telling == Telling::Product);
  }

  void add(Command command, Telling telling, bool is_transcript, std::size_t begin, std::size_t end) {
    if (steps_.size() >= kMostSteps) return;
    steps_.push_back({command, telling, is_transcript, static_cast<std::uint32_t>(begin),
                      static_cast<std::uint32_t>(std::min(end, words_.size()))});
  }

  // Reads "<<< 550 ..." at `at`.
  void read_reply(std::size_t at) {
    const std::string_view rest = words_.substr(at);
    for (const auto mark : kReceived) {
      if (!base::istarts_with(rest, mark)) continue;
      const int code = leading_code(rest.substr(mark.size(), 8));
      if (code >= 400 && sent_ != Command::None) refuse(code, at);
      return;
    }
  }

  // Returns whether a reply to DATA says that there are no recipients.
  static bool lacks_recipients(int code, std::string_view reply) {
    constexpr int kBadSequence = 503;
    return code == kBadSequence || base::icontains(reply, "no valid recipients") ||
           base::icontains(reply, "need rcpt") || base::icontains(reply, "no recipients");
  }

  void refuse(int code, std::size_t at) {
    constexpr std::size_t kLongestReply = 400;
    const bool is_first = at > sent_at_ && !has_refusal_of_sent_;
    // With pipelining, Sendmail shows the replies to RCPT behind DATA, for which then nobody is left.
    if (sent_ == Command::Data && has_refusal_of_sent_ && lacks_recipients(code, words_.substr(at, 80))) {
      for (auto& step : steps_) {
        if (step.is_transcript && step.command == Command::Data && step.begin >= sent_at_)
          step.command = Command::Rcpt;
      }
      return;
    }
    const std::size_t next = words_.substr(at + 3, kLongestReply).find_first_of("<>", 2);
    std::size_t end = at + kLongestReply;
    // The reply ends with the next mark of the transcript, which is not the bracket of an address.
    for (std::size_t i = next == std::string_view::npos ? end : at + 3 + next; i < end && i < words_.size();
         ++i) {
      if (words_[i] != '<' && words_[i] != '>' && words_[i] != '-') continue;
      const auto here = words_.substr(i, 3);
      if (here == "<<<" || here == ">>>" || here == "<--" || here == "-->") end = i;
    }
    add(sent_, Telling::Session, true, is_first ? sent_at_ : at, end);
    has_refusal_ = true;
    has_refusal_of_sent_ = true;
  }

  void read_word(std::size_t at) {
    const char first = base::ascii_lower(words_[at]);
    const std::string_view rest = words_.substr(at);
    if (rest.size() < 2) return;
    const char second = base::ascii_lower(rest[1]);
    if (first == 'o') {  // "out: 550 ..."
      if (second == 'u') read_reply(at);
      return;
    }
    const auto letter = static_cast<std::size_t>(first - 'a');
    for (std::size_t i = kFirstRow[letter]; i < kFirstRow[letter + 1]; ++i) {
      const Row& row = kRows[i];
      if (row.phrase[1] == second && base::istarts_with(rest, row.phrase) && read_row(row, at)) return;
    }
  }

  // Takes the row's phrase at `at` if what it needs is there; returns whether it did.
  bool read_row(const Row& row, std::size_t at) {
    const std::size_t end = at + row.phrase.size();
    const std::string_view after = words_.substr(end);
    const bool ends_word =
        !is_word_character(row.phrase.back()) || after.empty() || !is_word_character(after.front());
    if (!ends_word) return false;
    switch (row.needs) {
      case Needs::Nothing:
        add(row.command, row.telling, false, at, end);
        return true;
      case Needs::Lead:
        return read_led(row, at, end);
      case Needs::Capitals:
        return (is_in_capitals(at, row.phrase.size()) || base::istarts_with(after, " command")) &&
               read_led(row, at, end);
      case Needs::Host:
        return read_host(row, at, end);
      case Needs::Network:
        if (!is_of_network(at, after)) return false;
        add(row.command, Telling::Mention, false, at, end);
        return true;
      case Needs::Colon:
        if (!after.starts_with(':')) return false;
        add(row.command, row.telling, false, at, end);
        return true;
    }
    return false;
  }

  bool is_in_capitals(std::size_t at, std::size_t size) const {
    return std::ranges::none_of(words_.substr(at, size), [](char c) { return c >= 'a' && c <= 'z'; });
  }

  // "connect to mx.example.org[192.0.2.1]:25: Connection refused" is Postfix's; without the bracket it may be
  // advice: "connect to smtp.example.org to send".
  bool read_host(const Row& row, std::size_t at, std::size_t end) {
    constexpr std::size_t kLongestHost = 255;
    const std::string_view after = words_.substr(end, kLongestHost);
    const std::string_view host = after.substr(0, after.find_first_of(" [(:,;"));
    const bool has_address = after.size() > host.size() && after[host.size()] == '[';
    if (!has_address && host.find('.') == std::string_view::npos) return false;
    add(row.command, has_address ? Telling::Product : Telling::Likeness, false, at, end);
    return true;
  }

  bool is_of_network(std::size_t at, std::string_view after) const {
    constexpr std::size_t kPort = 10;  // "]:25: "
    const std::string_view before = words_.substr(at < kPort ? 0 : at - kPort, std::min(at, kPort));
    return before.find(']') != std::string_view::npos || base::istarts_with(after, " by ") ||
           base::istarts_with(after, " with ");
  }

  bool read_led(const Row& row, std::size_t at, std::size_t end) {
    constexpr std::size_t kLongestLead = 40;
    std::string_view before =
        words_.substr(at < kLongestLead ? 0 : at - kLongestLead, std::min(at, kLongestLead));
    if (before.ends_with('(') && words_.substr(end, 1) == ")") {  // "refused to accept your message (DATA)"
      add(row.command, Telling::Mention, false, at, end);
      return true;
    }
    before = without_trailing(before, " \"'`");
    for (const auto mark : kSent) {
      if (!ends_with_words(before, mark)) continue;
      sent_ = row.command;
      sent_at_ = at;
      has_refusal_of_sent_ = false;
      return true;
    }
    for (bool has_filler = true; has_filler;) {
      has_filler = false;
      for (const auto filler : kFillers) {
        if (!ends_with_words(before, filler)) continue;
        before = without_trailing(before.substr(0, before.size() - filler.size()), " \"'`");
        has_filler = true;
      }
    }
    for (const auto& lead : kLeads) {
      if (!ends_with_words(before, lead.words)) continue;
      add(row.command, lead.telling, false, at, end);
      return true;
    }
    return false;
  }

  std::string_view words_;
  bool wants_surest_;
  std::vector<Step> steps_;
  // Of the transcript: the command that was sent last, and whether replies refused it, or any before it.
  Command sent_ = Command::None;
  std::size_t sent_at_ = 0;
  bool has_refusal_of_sent_ = false;
  bool has_refusal_ = false;
};

const Step* surest(std::span<const Step> steps) {
  const auto best = std::ranges::min_element(steps, {}, &Step::telling);
  return best == steps.end() ? nullptr : &*best;
}

// Returns the words among which the recipients of a step are named.
std::string_view words_around(const ReportText& text, const Step& step) {
  constexpr std::size_t kMostAround = 1000;
  std::size_t begin = step.begin;
  std::size_t end = step.end;
  const auto& lines = text.lines();
  if (!step.is_transcript && !lines.empty()) {
    std::size_t first = text.line_at(step.begin);
    std::size_t last = first;
    while (first > 0 && !lines[first].is_after_blank && step.begin - lines[first].begin < kMostAround)
      --first;
    while (last + 1 < lines.size() && !lines[last + 1].is_after_blank &&
           lines[last].end < step.end + kMostAround)
      ++last;
    begin = std::max<std::size_t>(lines[first].begin, begin - std::min(begin, kMostAround));
    end = std::min<std::size_t>(lines[last].end, end + kMostAround);
  }
  return text.flat().substr(begin, std::max(end, begin) - begin);
}

}  // namespace

std::span<const std::string_view> dialogue_phrases() {
  static const std::vector<std::string_view> phrases = [] {
    std::vector<std::string_view> all;
    for (const auto& row : kRows) {
      if (row.among.empty()) all.push_back(row.phrase);
      for_each_phrase(row.among, [&](std::string_view phrase) { all.push_back(phrase); });
    }
    return all;
  }();
  return phrases;
}

std::vector<Step> find_steps(std::string_view words, std::size_t from) {
  return StepReader(words, false).read(from);
}

std::vector<Step> find_surest_step(std::string_view words, std::size_t from) {
  return StepReader(words, true).read(from);
}

Command find_command(std::string_view words) {
  const auto steps = find_surest_step(words);
  const Step* const step = surest(steps);
  return step == nullptr ? Command::None : step->command;
}

Command command_for(const ReportText& text, std::span<const Step> steps, std::string_view address,
                    bool is_alone) {
  if (is_alone) {
    const Step* const any = surest(steps);
    return any == nullptr ? Command::None : any->command;
  }
  const Step* best = nullptr;
  for (const auto& step : steps) {
    if (best != nullptr && best->telling <= step.telling) continue;
    if (!address.empty() && base::icontains(words_around(text, step), address)) best = &step;
  }
  return best == nullptr ? Command::None : best->command;
}

}  // namespace backstop::response
