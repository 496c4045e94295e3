#include "response/expansion.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

#include "base/domain_key.h"
#include "base/text.h"
#include "response/address_scan.h"

namespace backstop::response {
namespace {

constexpr std::array kPhrases = std::to_array<std::string_view>({"expanded from", "generated from"});

constexpr std::size_t kMostExpansions = 1000;

using ByAddress = std::unordered_map<std::string, Recipient*>;

// Returns the last recipient that is named in the `before` of a phrase; null if none is.
Recipient* last_named(std::string_view before, const ByAddress& recipients) {
  Recipient* last = nullptr;
  for (FoundAddress found = find_address(before); !found.text.empty();
       found = find_address(before, found.end)) {
    const auto known = recipients.find(base::address_key(found.text));
    if (known != recipients.end()) last = known->second;
  }
  return last;
}

void read_at(std::string_view flat, std::size_t begin, std::size_t end, const ByAddress& recipients) {
  constexpr std::size_t kMostBefore = 500;
  constexpr std::size_t kMostAfter = 400;
  const std::string_view after = flat.substr(end, kMostAfter);
  const FoundAddress source = find_address(after);
  // Only ": <" may come between, else the address is somebody else's.
  if (source.text.empty() || after.substr(0, source.begin).find_first_not_of(": <") != std::string_view::npos)
    return;
  const std::size_t from = begin - std::min(begin, kMostBefore);
  Recipient* const recipient = last_named(flat.substr(from, begin - from), recipients);
  if (recipient != nullptr && recipient->original_address.empty() &&
      !base::iequals(recipient->address, source.text))
    recipient->original_address = source.text;
}

}  // namespace

std::span<const std::string_view> expansion_phrases() {
  return kPhrases;
}

bool is_after_expansion(std::string_view before) {
  constexpr std::size_t kMostMarks = 8;
  const std::size_t begin = before.size() - std::min(before.size(), kPhrases.back().size() + kMostMarks);
  before.remove_prefix(begin);
  const std::size_t last = before.find_last_not_of(": <");
  before = before.substr(0, last == std::string_view::npos ? 0 : last + 1);
  return std::ranges::any_of(kPhrases, [&](std::string_view phrase) {
    return before.size() >= phrase.size() &&
           base::iequals(before.substr(before.size() - phrase.size()), phrase);
  });
}

void find_expansions(const ReportText& text, std::vector<Recipient>& recipients) {
  ByAddress by_address;
  for (auto& recipient : recipients) by_address.try_emplace(base::address_key(recipient.address), &recipient);
  const std::string_view flat = text.flat();
  for (const auto phrase : kPhrases) {
    std::size_t at = base::ifind(flat, phrase);
    for (std::size_t n = 0; n < kMostExpansions && at != std::string_view::npos; ++n) {
      read_at(flat, at, at + phrase.size(), by_address);
      at = base::ifind(flat, phrase, at + phrase.size());
    }
  }
}

}  // namespace backstop::response
