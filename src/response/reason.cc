#include "response/reason.h"

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>

#include "base/text.h"
#include "response/reason_phrases.h"
#include "response/server_words.h"
#include "response/status.h"

namespace backstop::response {
namespace {

// The codes of RFC 3463 3 and those that RFC 4954, 5248, 7372, 7504 and 7505 added, without their class,
// since the reason is the same for a delay. Codes that products use for everything
// (0.0, 1.0, 2.0, 5.0, 7.0, 7.1) are left out.
struct StatusReason {
  std::string_view detail;
  Reason reason;
};

constexpr std::array kStatusReasons = std::to_array<StatusReason>({
    {"1.1", Reason::UserUnknown},
    {"1.2", Reason::DomainUnknown},
    {"1.3", Reason::UserUnknown},
    {"1.4", Reason::UserUnknown},
    {"1.6", Reason::MailboxDisabled},
    {"1.7", Reason::Policy},
    {"1.8", Reason::SenderReputation},
    {"1.9", Reason::SystemError},
    {"1.10", Reason::NotAcceptingMail},
    {"2.1", Reason::MailboxDisabled},
    {"2.2", Reason::MailboxFull},
    {"2.3", Reason::TooLarge},
    {"2.4", Reason::SystemError},
    {"3.1", Reason::SystemError},
    {"3.2", Reason::NotAcceptingMail},
    {"3.3", Reason::SystemError},
    {"3.4", Reason::TooLarge},
    {"3.5", Reason::SystemError},
    {"4.1", Reason::NetworkError},
    {"4.2", Reason::NetworkError},
    {"4.3", Reason::SystemError},
    {"4.4", Reason::DomainUnknown},
    {"4.5", Reason::SystemError},
    {"4.6", Reason::RoutingLoop},
    {"4.7", Reason::Expired},
    {"4.8", Reason::RoutingLoop},
    {"5.1", Reason::SystemError},
    {"5.2", Reason::SystemError},
    {"5.3", Reason::Policy},
    {"5.4", Reason::SystemError},
    {"6.0", Reason::ContentRejected},
    {"6.1", Reason::ContentRejected},
    {"6.2", Reason::ContentRejected},
    {"6.3", Reason::ContentRejected},
    {"6.4", Reason::ContentRejected},
    {"6.5", Reason::ContentRejected},
    {"6.7", Reason::ContentRejected},
    {"7.2", Reason::Policy},
    {"7.3", Reason::Policy},
    {"7.8", Reason::AuthenticationFailed},
    {"7.9", Reason::AuthenticationFailed},
    {"7.10", Reason::TlsRequired},
    {"7.11", Reason::TlsRequired},
    {"7.17", Reason::MailboxDisabled},
    {"7.20", Reason::AuthenticationFailed},
    {"7.21", Reason::AuthenticationFailed},
    {"7.22", Reason::AuthenticationFailed},
    {"7.23", Reason::AuthenticationFailed},
    {"7.24", Reason::AuthenticationFailed},
    {"7.25", Reason::AuthenticationFailed},
    {"7.26", Reason::AuthenticationFailed},
    {"7.27", Reason::SenderReputation},
    {"7.28", Reason::RateLimited},
    {"7.29", Reason::AuthenticationFailed},
    {"7.30", Reason::TlsRequired},
    {"7.57", Reason::AuthenticationFailed},
    {"7.64", Reason::RelayDenied},
    // What Microsoft's servers write beyond the registry.
    {"1.20", Reason::ContentRejected},
    {"1.90", Reason::RateLimited},
    {"2.121", Reason::RateLimited},
    {"2.122", Reason::RateLimited},
    {"4.14", Reason::RoutingLoop},
    {"4.300", Reason::Expired},
    {"4.310", Reason::DomainUnknown},
    {"4.312", Reason::DomainUnknown},
    {"6.11", Reason::ContentRejected},
    {"7.124", Reason::Policy},
    {"7.133", Reason::Policy},
    {"7.134", Reason::Policy},
    {"7.135", Reason::Policy},
    {"7.136", Reason::Policy},
    {"7.233", Reason::RateLimited},
    {"7.321", Reason::TlsRequired},
    {"7.322", Reason::TlsRequired},
    {"7.323", Reason::TlsRequired},
    {"7.324", Reason::TlsRequired},
    {"7.501", Reason::SenderReputation},
    {"7.502", Reason::SenderReputation},
    {"7.503", Reason::SenderReputation},
    {"7.506", Reason::SenderReputation},
    {"7.508", Reason::RateLimited},
    {"7.509", Reason::AuthenticationFailed},
    {"7.511", Reason::SenderReputation},
    {"7.512", Reason::ContentRejected},
    {"7.513", Reason::SenderReputation},
    {"7.515", Reason::AuthenticationFailed},
    {"7.606", Reason::SenderReputation},
    {"7.705", Reason::RateLimited},
    {"7.708", Reason::SenderReputation},
    {"7.750", Reason::SenderReputation},
});

// A row needs a phrase of its `phrases`, and of its `near` if it has one.
struct Place {
  std::uint32_t row = 0;
  bool is_near = false;
};

// How far the two phrases of a row may be apart, in bytes from the end of one to the start of the other.
constexpr std::size_t kNear = 60;

}  // namespace

// The phrases of all rows, and where they are in the table.
struct ReasonWords {
  std::vector<std::vector<Place>> places;  // by phrase
  PhraseSet set;

  static const ReasonWords& get();

 private:
  explicit ReasonWords(std::span<const std::string_view> phrases);
};

ReasonWords::ReasonWords(std::span<const std::string_view> phrases) : places(phrases.size()), set(phrases) {
  std::unordered_map<std::string_view, std::size_t> index;
  index.reserve(phrases.size());
  for (std::size_t i = 0; i < phrases.size(); ++i) index.emplace(phrases[i], i);
  const auto rows = reason_rows();
  for (std::uint32_t row = 0; row < rows.size(); ++row) {
    const auto add = [&](bool is_near) {
      return [&, is_near](std::string_view phrase) { places[index.at(phrase)].push_back({row, is_near}); };
    };
    for_each_phrase(rows[row].phrases, add(false));
    for_each_phrase(rows[row].near, add(true));
  }
}

const ReasonWords& ReasonWords::get() {
  static const ReasonWords words(reason_phrase_texts());
  return words;
}

namespace {

// Reply codes that name a reason by themselves (RFC 5321 4.2.3, RFC 7504).
Reason reason_of_reply(int code) {
  switch (code) {
    case 552:
      return Reason::MailboxFull;
    case 551:
      return Reason::MailboxDisabled;
    case 553:
      return Reason::UserUnknown;
    case 521:
    case 556:
      return Reason::NotAcceptingMail;
    case 530:
    case 535:
      return Reason::AuthenticationFailed;
    case 452:
      return Reason::SystemError;
    default:
      return Reason::Unknown;
  }
}

}  // namespace

Reason reason_of_status(std::string_view status) {
  if (status.size() < 3) return Reason::Unknown;
  const auto row = std::ranges::find(kStatusReasons, status.substr(2), &StatusReason::detail);
  return row == kStatusReasons.end() ? Reason::Unknown : row->reason;
}

// Goes through the hits by their ends, and remembers for each row where the last of each of its two halves
// was.
ReasonFinder::Best ReasonFinder::best_rows(bool is_delayed) {
  const auto rows = reason_rows();
  pairs_.assign(rows.size(), Pair{});
  Best best;
  for (const PhraseHit& hit : hits_) {
    for (const auto& place : words_->places[hit.phrase]) {
      const ReasonRow& row = rows[place.row];
      if (!row.near.empty()) {
        auto& pair = pairs_[place.row];
        auto& own = place.is_near ? pair.near_end : pair.phrase_end;
        const auto other = place.is_near ? pair.phrase_end : pair.near_end;
        own = hit.end;
        if (other == Pair::kNone || hit.begin > other + kNear) continue;
      }
      const bool gives_way = is_delayed && row.reason == Reason::Expired;
      auto& rank = gives_way ? best.time : row.weight == ReasonWeight::Names ? best.names : best.suggests;
      rank = std::min<std::size_t>(rank, place.row);
    }
  }
  return best;
}

Reason ReasonFinder::find(std::string_view words, std::string_view status, int reply_code, bool is_delayed) {
  // What the server said outweighs the label that IronPort puts before it.
  if (const auto quoted = quoted_reply(words); !quoted.empty()) {
    const Reason reason = find_in(quoted, status, reply_code, is_delayed);
    if (reason != Reason::Unknown && reason != Reason::Policy) return reason;
  }
  return find_in(words, status, reply_code, is_delayed);
}

Reason ReasonFinder::find_in(std::string_view words, std::string_view status, int reply_code,
                             bool is_delayed) {
  const auto rows = reason_rows();
  // The status is a word among others: Microsoft's "5.4.1 ... Access denied" means an unknown user.
  text_.assign(status).append(" ");
  append_server_words(words, text_);
  if (words_ == nullptr) {
    words_ = &ReasonWords::get();
    scratch_ = words_->set.make_scratch();
  }
  words_->set.find(text_, *scratch_, hits_);
  const Best best = best_rows(is_delayed);
  if (best.names < rows.size()) return rows[best.names].reason;
  Reason by_status = reason_of_status(status);
  // Many systems report X.0.0 although the server gave a code of its own.
  if (by_status == Reason::Unknown) by_status = reason_of_status(find_enhanced_status(words));
  if (by_status != Reason::Unknown) return by_status;
  if (best.suggests < rows.size()) return rows[best.suggests].reason;
  if (best.time < rows.size()) return rows[best.time].reason;
  return reason_of_reply(reply_code);
}

}  // namespace backstop::response
