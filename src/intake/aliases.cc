#include "intake/aliases.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/domain_key.h"
#include "directory/postfix_map.h"
#include "mail/address.h"
#include "mail/address_syntax.h"
#include "origin/owner.h"

namespace backstop::intake {

namespace {

using directory::is_domain_line;
using directory::shown;
using directory::take_word;
using directory::without_brackets;

/// Returns the word in the form in which aliases are kept, or nullopt if it is no address.
std::optional<std::string> folded(std::string_view word, char delimiter) {
  if (word.starts_with('@')) {
    const auto domain = word.substr(1);
    return mail::is_domain(domain) ? std::optional("@" + base::domain_key(domain)) : std::nullopt;
  }
  if (word.contains('@')) {
    const auto address = mail::parse_address(word);
    return address ? std::optional(origin::owner_of(*address, delimiter).text()) : std::nullopt;
  }
  const bool is_command_or_file = word.starts_with('|') || word.starts_with('/');
  if (is_command_or_file || word.size() > mail::kLocalMost || !mail::is_dot_string(word)) return std::nullopt;
  return origin::owner_of({std::string(word), {}}, delimiter).local;
}

std::string_view local_of(std::string_view address) {
  return address.substr(0, address.rfind('@'));
}

/// Adds the entries of one text.
class Reader {
 public:
  explicit Reader(char delimiter) : delimiter_(delimiter) {}

  /// `line` is where the entry begins.
  void entry(std::string_view text, std::size_t line) {
    const auto key = take_word(text);
    if (key.empty() || is_domain_line(key)) return;
    const auto source = folded(key, delimiter_);
    if (!source) return mistake(line, fmt::format("{} is no address", shown(key)));
    bool has_any = false;
    for (auto word = take_word(text); !word.empty(); word = take_word(text)) {
      has_any = true;
      add(*source, without_brackets(word), line);
    }
    if (!has_any) mistake(line, fmt::format("{} has no destination", shown(key)));
  }

  AliasReading finish() {
    reading_.aliases.sort();
    return std::move(reading_);
  }

 private:
  void add(const std::string& source, std::string_view word, std::size_t line) {
    auto target = folded(word, delimiter_);
    if (!target) return mistake(line, fmt::format("the destination {} is no address", shown(word)));
    // "ann@example.org @example.net" goes to ann@example.net.
    if (target->starts_with('@') && !source.starts_with('@')) target->insert(0, local_of(source));
    if (reading_.aliases.add(source, std::move(*target)) || is_full_) return;
    is_full_ = true;
    mistake(line,
            fmt::format("only the first {} aliases are taken, and this is one more", Aliases::kMostPairs));
  }

  void mistake(std::size_t line, std::string what) { reading_.mistake(line, std::move(what)); }

  char delimiter_;
  bool is_full_ = false;
  AliasReading reading_;
};

/// Goes from an owner back to all that leads to it.
class Search {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  Search(const Pairs& pairs, std::string_view owner)
      : pairs_(pairs), domain_(origin::at_domain_of(owner)), found_({std::string(owner)}) {}

  std::vector<std::string> run() {
    for (std::size_t i = 0; i < found_.size() && !is_full(); ++i) {
      const std::string address = found_[i];
      take_sources(address, {});
      if (address.starts_with('@')) continue;
      take_sources(origin::at_domain_of(address), local_of(address));
      if (origin::at_domain_of(address) == domain_) take_sources(local_of(address), {});
    }
    found_.erase(found_.begin());
    return std::move(found_);
  }

 private:
  bool is_full() const { return found_.size() > Aliases::kMostOfOwner; }

  /// `local` is put before a source that is a whole domain.
  void take_sources(std::string_view target, std::string_view local) {
    auto at = std::ranges::lower_bound(pairs_, target, {}, &Pairs::value_type::first);
    for (; at != pairs_.end() && at->first == target && !is_full(); ++at) {
      take(at->second.starts_with('@') ? std::string(local) + at->second : at->second);
    }
  }

  void take(std::string address) {
    if (!address.contains('@')) address += domain_;
    if (std::ranges::find(found_, address) == found_.end()) found_.push_back(std::move(address));
  }

  const Pairs& pairs_;
  std::string_view domain_;
  std::vector<std::string> found_;  ///< the owner first
};

}  // namespace

bool Aliases::add(std::string source, std::string target) {
  // A mailbox that is named as its own destination is only kept from a catch-all by that.
  if (source == target) return true;
  if (pairs_.size() >= kMostPairs) return false;
  pairs_.emplace_back(std::move(target), std::move(source));
  return true;
}

void Aliases::sort() {
  std::ranges::sort(pairs_);
  const auto rest = std::ranges::unique(pairs_);
  pairs_.erase(rest.begin(), rest.end());
  pairs_.shrink_to_fit();
}

std::vector<std::string> Aliases::of(std::string_view owner) const {
  Search search(pairs_, owner);
  return search.run();
}

AliasReading read_aliases(std::string_view text, char delimiter) {
  Reader reader(delimiter);
  directory::PostfixMap map(text);
  while (const auto entry = map.next()) reader.entry(entry->text, entry->line);
  return reader.finish();
}

AliasTable::AliasTable(Aliases aliases, std::string stamp)
    : aliases_(std::make_shared<const Aliases>(std::move(aliases))), stamp_(std::move(stamp)) {}

std::shared_ptr<const Aliases> AliasTable::get() const {
  const std::lock_guard lock(mutex_);
  return aliases_;
}

std::string AliasTable::stamp() const {
  const std::lock_guard lock(mutex_);
  return stamp_;
}

void AliasTable::replace(Aliases aliases, std::string stamp) {
  auto made = std::make_shared<const Aliases>(std::move(aliases));
  const std::lock_guard lock(mutex_);
  aliases_.swap(made);
  stamp_ = std::move(stamp);
}

}  // namespace backstop::intake
