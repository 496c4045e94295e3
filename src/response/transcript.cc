#include "response/transcript.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/domain_key.h"
#include "base/text.h"
#include "response/address_scan.h"
#include "response/reply_lines.h"

namespace backstop::response {
namespace {

// A date is the most that comes before the mark.
constexpr std::size_t kLongestStart = 60;

// Returns what follows the mark of a line, or an empty view. What a server says may have marks of its own, so
// that the first one counts.
std::string_view behind_mark(std::string_view line, std::string_view wanted) {
  constexpr std::array kMarks = std::to_array<std::string_view>({"--> ", ">>> ", "<-- ", "<<< "});
  const std::string_view start = line.substr(0, kLongestStart);
  std::size_t first = std::string_view::npos;
  std::string_view mark;
  for (const auto each : kMarks) {
    if (const std::size_t at = start.find(each); at < first) {
      first = at;
      mark = each;
    }
  }
  const bool is_wanted = mark.size() == wanted.size() + 1 && mark.starts_with(wanted);
  return is_wanted ? line.substr(first + mark.size()) : std::string_view{};
}

std::string_view either(std::string_view line, std::string_view one, std::string_view other) {
  const std::string_view found = behind_mark(line, one);
  return found.empty() ? behind_mark(line, other) : found;
}

// Returns whether the words are those with which a server greets: its name comes first (RFC 5321 4.2).
bool is_greeting(std::string_view words) {
  const std::string_view first = words.substr(0, words.find(' '));
  const bool has_letter = std::ranges::any_of(first, base::is_alpha);
  return (first.contains('.') && !first.ends_with('.') && !first.contains('@') && has_letter) ||
         base::icontains(words, " ESMTP");
}

// The session as far as it was read.
class Session {
 public:
  Session(std::size_t most, std::vector<Recipient>& refused) : most_(most), refused_(refused) {}

  void add_command(std::string_view command) {
    pending_.clear();
    is_data_ = base::istarts_with(command, "DATA") || base::istarts_with(command, "BDAT");
    if (base::istarts_with(command, "RCPT TO:")) pending_ = find_address(command).text;
  }

  void add_reply(std::string_view reply) {
    const bool is_refusal = starts_with_reply(reply);
    if (!pending_.empty()) {
      if (is_refusal) {
        add(pending_, reply);
      } else if (accepted_.size() < most_) {
        accepted_.emplace_back(pending_);
      }
      pending_.clear();
    } else if (is_refusal && is_data_ && !has_refused_) {
      for (const auto& address : accepted_) add(address, reply);
    }
  }

  bool is_full() const { return is_full_; }

 private:
  void add(std::string_view address, std::string_view reply) {
    has_refused_ = true;
    if (!known_.insert(base::address_key(address)).second) return;
    if (refused_.size() >= most_) {
      is_full_ = true;
      return;
    }
    auto& recipient = refused_.emplace_back();
    recipient.address = address;
    recipient.diagnostic = reply;
  }

  std::size_t most_;
  std::vector<Recipient>& refused_;
  std::unordered_set<std::string> known_;
  std::vector<std::string> accepted_;
  std::string pending_;  // the recipient of the last command
  bool is_data_ = false;
  bool has_refused_ = false;
  bool is_full_ = false;
};

}  // namespace

bool read_transcript(const ReportText& text, std::size_t most, std::vector<Recipient>& recipients) {
  Session session(most, recipients);
  for (std::size_t i = 0; i < std::min(text.footer(), text.lines().size()); ++i) {
    const std::string_view line = text.text_of(text.lines()[i]);
    if (const auto command = either(line, "-->", ">>>"); !command.empty()) {
      session.add_command(command);
    } else if (const auto reply = either(line, "<--", "<<<"); !reply.empty()) {
      session.add_reply(reply);
    }
  }
  return session.is_full();
}

std::string further_reply_lines(const ReportText& text, std::string_view diagnostic) {
  constexpr std::size_t kCode = 3;
  constexpr std::size_t kMostLines = 20;
  constexpr std::size_t kLongest = 2000;
  if (!starts_with_reply(diagnostic) || diagnostic.size() <= kCode || diagnostic[kCode] != '-') return {};
  if (!is_greeting(diagnostic.substr(kCode + 1))) return {};
  const std::string_view code = diagnostic.substr(0, kCode);
  std::string words;
  std::size_t count = 0;
  bool is_begun = false;
  for (std::size_t i = 0; i < std::min(text.footer(), text.lines().size()); ++i) {
    const std::string_view reply = either(text.text_of(text.lines()[i]), "<--", "<<<");
    if (!is_begun) {
      is_begun = reply == diagnostic;
      continue;
    }
    if (!reply.starts_with(code) || reply.size() < kCode + 1 || ++count > kMostLines) break;
    if (!words.empty()) words += ' ';
    words += base::utf8_prefix(reply.substr(kCode + 1), kLongest - std::min(kLongest, words.size()));
    if (reply[kCode] != '-') break;
  }
  return words;
}

}  // namespace backstop::response
