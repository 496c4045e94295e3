#include "origin/key_ring.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/day.h"
#include "base/text.h"

namespace backstop::origin {

namespace {

constexpr std::string_view kFileHead =
    "# Keys for the tags in mail addresses (BATV). Anybody who can read this file can forge them: keep its "
    "mode 0600.\n"
    "# One key a line: NUMBER FAMILY USE CREATED SECRET\n"
    "#   NUMBER   0 to 9, the first digit of the tag\n"
    "#   FAMILY   exim, or indimail (verified only, number 0)\n"
    "#   USE      sign (one key), verify, or retired:YYYY-MM-DD\n"
    "#   CREATED  YYYY-MM-DD\n"
    "#   SECRET   the rest of the line\n";
constexpr std::string_view kRetired = "retired:";

base::Error error_in_line(int line, std::string_view what) {
  return {fmt::format("line {}: {}", line, what)};
}

/// Returns the next word of `rest`, and moves `rest` past it.
std::string_view next_word(std::string_view& rest) {
  rest = base::trim(rest);
  const auto end = std::min(rest.find_first_of(" \t"), rest.size());
  const auto word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

template <typename Enum, std::size_t N>
std::optional<Enum> by_name(const std::array<std::string_view, N>& names, std::string_view word) {
  const auto* const found = std::ranges::find(names, word);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

bool read_use(std::string_view word, Key& key) {
  if (word.starts_with(kRetired)) {
    const auto day = base::parse_day(word.substr(kRetired.size()));
    if (!day) return false;
    key.use = KeyUse::Retired;
    key.retired = *day;
    return true;
  }
  const auto use = by_name<KeyUse>(kKeyUseNames, word);
  if (!use || *use == KeyUse::Retired) return false;
  key.use = *use;
  return true;
}

base::Result<Key> parse_key(std::string_view line) {
  Key key;
  const auto number = next_word(line);
  if (number.size() != 1 || !base::is_digit(number[0])) {
    return std::unexpected(base::Error{"the key number must be one digit, 0 to 9"});
  }
  key.number = number[0] - '0';
  const auto family = by_name<TagFamily>(kTagFamilyNames, next_word(line));
  if (!family) return std::unexpected(base::Error{"the family must be exim or indimail"});
  key.family = *family;
  if (!read_use(next_word(line), key)) {
    return std::unexpected(base::Error{"the use must be sign, verify or retired:YYYY-MM-DD"});
  }
  const auto created = base::parse_day(next_word(line));
  if (!created) return std::unexpected(base::Error{"the day it was made must be YYYY-MM-DD"});
  key.created = *created;
  key.secret = base::trim(line);
  return key;
}

bool is_number_in_use(const Key& key, KeyNumbers in_use) {
  return key.family == TagFamily::Exim && in_use.test(static_cast<std::size_t>(key.number));
}

/// True if serialize() can write it and parse() reads it back: no line ends, no white space at the ends.
bool is_writable(std::string_view secret) {
  return base::trim(secret).size() == secret.size() && std::ranges::none_of(secret, [](char c) {
           return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
         });
}

}  // namespace

base::Result<KeyRing> KeyRing::parse(std::string_view text) {
  if (text.size() > kMostText) {
    return std::unexpected(base::Error{fmt::format("longer than {} bytes: no key file", kMostText)});
  }
  KeyRing ring;
  std::string_view line;
  for (int number = 1; base::next_line(text, line); ++number) {
    line = base::trim(line);
    if (line.empty() || line.front() == '#') continue;
    auto key = parse_key(line);
    if (!key) return std::unexpected(error_in_line(number, key.error().message));
    if (auto added = ring.add(std::move(*key)); !added) {
      return std::unexpected(error_in_line(number, added.error().message));
    }
  }
  if (ring.keys_.empty()) return std::unexpected(base::Error{"holds no key"});
  return ring;
}

std::string KeyRing::serialize() const {
  std::string text(kFileHead);
  for (const auto& key : keys_) {
    const std::string use = key.use == KeyUse::Retired
                                ? fmt::format("{}{}", kRetired, base::format_day(key.retired))
                                : std::string(name(key.use));
    text += fmt::format("{} {} {} {} {}\n", key.number, name(key.family), use, base::format_day(key.created),
                        key.secret);
  }
  return text;
}

base::Result<void> KeyRing::add(Key key, KeyNumbers in_use) {
  const auto refuse = [](std::string message) { return std::unexpected(base::Error{std::move(message)}); };
  if (key.secret.empty()) return refuse("the secret is missing");
  if (key.secret.size() > kMostSecret) {
    return refuse(fmt::format("the secret is longer than {} bytes", kMostSecret));
  }
  if (!is_writable(key.secret)) return refuse("the secret has control characters, or spaces at its ends");
  if (key.number < 0 || key.number >= kNumbers) return refuse("the key number must be 0 to 9");
  if (key.family == TagFamily::Indimail && (key.number != 0 || key.use == KeyUse::Sign)) {
    return refuse("an indimail key has the number 0 and can't sign");
  }
  if (is_taken(key.number, key.family)) return refuse(fmt::format("key {} is there twice", key.number));
  if (is_number_in_use(key, in_use)) {
    return refuse(fmt::format("something is still encrypted with an earlier key {}", key.number));
  }
  if (key.use == KeyUse::Sign && signing_key() != nullptr) {
    return refuse(fmt::format("key {} signs already: only one can", signing_key()->number));
  }
  keys_.push_back(std::move(key));
  return {};
}

base::Result<int> KeyRing::rotate(std::string secret, std::chrono::sys_days today, std::chrono::days lifetime,
                                  int first, KeyNumbers in_use) {
  KeyRing next = *this;
  std::erase_if(next.keys_, [&](const Key& key) {
    return !is_accepted(key, today, lifetime) && !is_number_in_use(key, in_use);
  });
  int number = first;
  for (auto& key : next.keys_) {
    if (key.use != KeyUse::Sign) continue;
    key.use = KeyUse::Retired;
    key.retired = today;
    number = (key.number + 1) % kNumbers;
  }
  const auto is_free = [&](int one) {
    return !next.is_taken(one, TagFamily::Exim) && !in_use.test(static_cast<std::size_t>(one));
  };
  for (int tried = 0; !is_free(number); ++tried) {
    if (tried == kNumbers) {
      return std::unexpected(base::Error{fmt::format(
          "all ten key numbers are in use: a number is free again 45 days after its key was retired{}",
          in_use.any() ? ", unless something is still encrypted with it" : "")});
    }
    number = (number + 1) % kNumbers;
  }
  auto added = next.add({.number = number,
                         .family = TagFamily::Exim,
                         .use = KeyUse::Sign,
                         .created = today,
                         .retired = {},
                         .secret = std::move(secret)},
                        in_use);
  if (!added) return std::unexpected(added.error());
  *this = std::move(next);
  return number;
}

const Key* KeyRing::signing_key() const {
  const auto found = std::ranges::find(keys_, KeyUse::Sign, &Key::use);
  return found == keys_.end() ? nullptr : &*found;
}

std::optional<std::chrono::sys_days> KeyRing::first_created() const {
  const auto oldest = std::ranges::min_element(keys_, {}, &Key::created);
  if (oldest == keys_.end()) return std::nullopt;
  return oldest->created;
}

bool KeyRing::is_young(std::chrono::sys_days today) const {
  const auto first = first_created();
  return !first || today < *first + kMemory;
}

bool KeyRing::is_taken(int number, TagFamily family) const {
  return std::ranges::any_of(keys_,
                             [&](const Key& key) { return key.number == number && key.family == family; });
}

std::chrono::sys_days last_day(const Key& retired, std::chrono::days lifetime) {
  return retired.retired + std::max(lifetime, kMemory);
}

std::string fingerprint(const Key& key) {
  const std::string source = fmt::format("backstop key {} {}", name(key.family), key.secret);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  if (EVP_Digest(source.data(), source.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) return "";
  return fmt::format("{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3]);
}

bool is_accepted(const Key& key, std::chrono::sys_days today, std::chrono::days lifetime) {
  return key.use != KeyUse::Retired || today <= last_day(key, lifetime);
}

}  // namespace backstop::origin
