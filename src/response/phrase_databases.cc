#include "response/phrase_databases.h"

#include <cstring>

namespace backstop::response {
namespace {

// Before each entry, in the byte order of the processor. Then come the two lists of its spellings and the
// serialized database.
struct EntryHead {
  std::uint64_t phrases = 0;  // hash_of() them
  std::uint32_t spellings = 0;
  std::uint32_t bytes = 0;  // of the database
};

// FNV-1a over the phrases and where each of them ends. An equal hash of another table would have to be made
// on purpose.
std::uint64_t hash_of(std::span<const std::string_view> phrases) {
  std::uint64_t hash = 0xCBF29CE484222325;
  const auto add = [&hash](unsigned char byte) { hash = (hash ^ byte) * 0x100000001B3; };
  for (const auto phrase : phrases) {
    for (const char c : phrase) add(static_cast<unsigned char>(c));
    add(0xFF);  // no byte of UTF-8
  }
  return hash;
}

void append_numbers(const std::vector<std::uint32_t>& numbers, std::string& out) {
  for (const std::uint32_t number : numbers) {
    char bytes[sizeof number];
    std::memcpy(bytes, &number, sizeof number);
    out.append(bytes, sizeof number);
  }
}

std::vector<std::uint32_t> numbers_at(std::string_view bytes, std::size_t count) {
  std::vector<std::uint32_t> numbers(count);
  if (count > 0) std::memcpy(numbers.data(), bytes.data(), count * sizeof(std::uint32_t));
  return numbers;
}

}  // namespace

void append_database(std::span<const std::string_view> phrases, const PhraseSpellings& spellings,
                     std::string_view serialized, std::string& databases) {
  const EntryHead head{.phrases = hash_of(phrases),
                       .spellings = static_cast<std::uint32_t>(spellings.phrase_of.size()),
                       .bytes = static_cast<std::uint32_t>(serialized.size())};
  char bytes[sizeof head];
  std::memcpy(bytes, &head, sizeof head);
  databases.append(bytes, sizeof head);
  append_numbers(spellings.phrase_of, databases);
  append_numbers(spellings.length_of, databases);
  databases += serialized;
}

std::optional<PhraseDatabase> find_database(std::span<const std::string_view> phrases,
                                            std::string_view databases) {
  if (databases.empty()) return std::nullopt;
  const std::uint64_t hash = hash_of(phrases);
  EntryHead head;
  while (databases.size() >= sizeof head) {
    std::memcpy(&head, databases.data(), sizeof head);
    databases.remove_prefix(sizeof head);
    const std::size_t list = std::size_t{head.spellings} * sizeof(std::uint32_t);
    if (databases.size() < 2 * list + head.bytes) return std::nullopt;
    if (head.phrases == hash) {
      return PhraseDatabase{{.phrase_of = numbers_at(databases, head.spellings),
                             .length_of = numbers_at(databases.substr(list), head.spellings)},
                            databases.substr(2 * list, head.bytes)};
    }
    databases.remove_prefix(2 * list + head.bytes);
  }
  return std::nullopt;
}

}  // namespace backstop::response
