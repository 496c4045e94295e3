#include "directory/recipient_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/address_syntax.h"

namespace backstop::directory {

namespace {

constexpr std::string_view domain_of(std::string_view key) {
  return key.substr(key.rfind('@') + 1);
}

/// Exchange writes "SMTP:" before an address, and "smtp:" before a further one.
std::string_view without_scheme(std::string_view key) {
  constexpr std::string_view kSmtp = "smtp:";
  return base::istarts_with(key, kSmtp) ? key.substr(kSmtp.size()) : key;
}

/// Returns the form in which it is kept, or nullopt if it is no address.
std::optional<std::string> folded(std::string_view word) {
  if (word.starts_with('@')) {
    const auto domain = word.substr(1);
    return mail::is_domain(domain) ? std::optional("@" + base::domain_key(domain)) : std::nullopt;
  }
  const auto address = mail::parse_address(word);
  return address && !address->domain.empty() ? std::optional(address->folded()) : std::nullopt;
}

/// What the entries of a text are, beside recipients and mistakes.
struct Seen {
  bool is_full = false;    ///< there is one recipient too many
  bool has_names = false;  ///< local parts alone
};

void add_entry(PostfixMap::Entry entry, RecipientReading& reading, Seen& seen) {
  const auto key = without_scheme(without_brackets(take_word(entry.text)));
  if (key.empty() || is_domain_line(key)) return;
  if (key.starts_with("*@")) {
    return reading.mistake(entry.line, fmt::format("{} has no meaning here; all addresses of a domain are {}",
                                                   shown(key), shown(key.substr(1))));
  }
  const auto recipient = folded(key);
  if (!recipient) {
    seen.has_names |= !key.contains('@');
    return reading.mistake(entry.line, fmt::format("{} is no address", shown(key)));
  }
  if (entry.text.starts_with(',')) {
    reading.mistake(entry.line,
                    fmt::format("what follows {} is no recipient, since an entry has one", shown(key)));
  }
  if (!reading.list.add(*recipient)) seen.is_full = true;
}

std::unexpected<base::Error> refuse(std::string what) {
  return std::unexpected(base::Error{std::move(what)});
}

}  // namespace

RecipientList::RecipientList(std::size_t bytes)
    : text_(std::make_unique<std::string>()), keys_(0, Hash{text_.get()}, Equal{text_.get()}) {
  text_->reserve(bytes);
}

bool RecipientList::insert(std::string_view key) {
  if (has(key) || text_->size() + key.size() >= std::numeric_limits<std::uint32_t>::max()) return false;
  const auto offset = static_cast<std::uint32_t>(text_->size());
  text_->append(key).append(1, '\0');
  keys_.insert(offset);
  return true;
}

bool RecipientList::add(std::string_view key) {
  if (has(key)) return true;
  if (size_ >= kMost) return false;
  (void)insert(domain_of(key));
  if (!insert(key)) return false;
  ++size_;
  return true;
}

void RecipientList::finish() {
  text_->shrink_to_fit();
  keys_.rehash(0);
}

bool RecipientList::contains(const Question& question) const {
  if (has(question.recipient.folded()) || has(question.mailbox.folded())) return true;
  return has("@" + base::domain_key(question.recipient.domain));
}

bool RecipientList::has_domain(std::string_view domain) const {
  return has(base::domain_key(domain));
}

std::size_t RecipientList::bytes() const {
  return text_->capacity() + keys_.bucket_count() * (sizeof(std::uint32_t) + 1);
}

base::Result<RecipientReading> read_recipients(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (base::trim(text).empty()) return refuse("it is empty");
  if (!text.ends_with('\n')) return refuse("it doesn't end with a line end, so it may be half-written");
  RecipientReading reading{{}, RecipientList(text.size())};
  Seen seen;
  PostfixMap map(text);
  for (auto entry = map.next(); entry; entry = map.next()) add_entry(*entry, reading, seen);
  if (seen.is_full) return refuse(fmt::format("it has more than {} recipients", RecipientList::kMost));
  if (reading.list.size() == 0) {
    return refuse(seen.has_names ? "it has no recipients: a name needs its domain, as in ann@example.org"
                                 : "it has no recipients");
  }
  reading.list.finish();
  return reading;
}

}  // namespace backstop::directory
