#include "response/phrases.h"

#include <hs/hs.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/text.h"

namespace backstop::response {

struct PhraseSet::Database {
  hs_database_t* compiled = nullptr;
  PhraseSpellings spellings;  // by Hyperscan's id
  std::size_t phrase_count = 0;
  bool is_loaded = false;
  ~Database() { hs_free_database(compiled); }
};

class PhraseSet::Scratch {
 public:
  hs_scratch_t* memory = nullptr;
  std::vector<bool> seen;  // by phrase
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { hs_free_scratch(memory); }
};

void PhraseSet::ScratchDeleter::operator()(Scratch* scratch) const {
  delete scratch;
}

namespace {

// Returns the spellings of a phrase that are looked for: Hyperscan ignores the case of ASCII letters only.
std::vector<std::string> spellings(std::string_view phrase) {
  std::vector<std::string> all{std::string(phrase)};
  if (std::ranges::all_of(phrase, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return all;
  const auto text =
      icu::UnicodeString::fromUTF8(icu::StringPiece(phrase.data(), static_cast<int>(phrase.size())));
  auto first = text;
  first.replace(0, 1, icu::UnicodeString(text, 0, 1).toUpper(icu::Locale::getRoot()));
  auto upper = text;
  upper.toUpper(icu::Locale::getRoot());
  for (const auto& spelling : {first, upper}) {
    std::string utf8;
    spelling.toUTF8String(utf8);
    if (std::ranges::find(all, utf8) == all.end()) all.push_back(std::move(utf8));
  }
  return all;
}

[[noreturn]] void die(const char* what) {
  std::fprintf(stderr, "backstop: the phrase tables can't be compiled: %s\n", what);
  std::abort();
}

bool is_word(char c) {
  return base::is_alpha(c) || base::is_digit(c);
}

// Compiles the phrases for the processor `platform`, or for the one that we run on if it is null. Returns
// null if there are no phrases.
hs_database_t* compile(std::span<const std::string_view> phrases, const hs_platform_info_t* platform,
                       PhraseSpellings& made) {
  std::vector<std::string> literals;
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    if (phrases[i].empty()) die("an empty phrase");
    for (auto& spelling : spellings(phrases[i])) {
      made.phrase_of.push_back(static_cast<std::uint32_t>(i));
      made.length_of.push_back(static_cast<std::uint32_t>(spelling.size()));
      literals.push_back(std::move(spelling));
    }
  }
  if (literals.empty()) return nullptr;
  std::vector<const char*> expressions;
  std::vector<std::size_t> lengths;
  std::vector<unsigned> ids;
  for (const auto& literal : literals) {
    ids.push_back(static_cast<unsigned>(expressions.size()));
    expressions.push_back(literal.data());
    lengths.push_back(literal.size());
  }
  const std::vector<unsigned> flags(literals.size(), HS_FLAG_CASELESS);
  hs_database_t* compiled = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile_lit_multi(expressions.data(), flags.data(), ids.data(), lengths.data(),
                           static_cast<unsigned>(literals.size()), HS_MODE_BLOCK, platform, &compiled,
                           &error) != HS_SUCCESS) {
    die(error->message);
  }
  return compiled;
}

// Returns null if another version of the library made the database, or if it is for another processor.
hs_database_t* load(std::string_view serialized) {
  hs_database_t* loaded = nullptr;
  return hs_deserialize_database(serialized.data(), serialized.size(), &loaded) == HS_SUCCESS ? loaded
                                                                                              : nullptr;
}

struct Found {
  std::string_view text;
  const std::vector<std::uint32_t>& phrase_of;
  const std::vector<std::uint32_t>& length_of;
  std::vector<bool>& seen;
  std::vector<PhraseHit>& hits;
};

int on_match(unsigned id, unsigned long long /*from*/, unsigned long long to, unsigned /*flags*/,
             void* context) {
  auto& found = *static_cast<Found*>(context);
  const std::uint32_t phrase = found.phrase_of[id];
  if (found.seen[phrase]) return 0;
  const auto end = static_cast<std::uint32_t>(to);
  const std::uint32_t begin = end - found.length_of[id];
  if (begin > 0 && is_word(found.text[begin]) && is_word(found.text[begin - 1])) return 0;
  found.seen[phrase] = true;
  found.hits.push_back({phrase, begin, end});
  return 0;
}

}  // namespace

PhraseSet::PhraseSet(std::span<const std::string_view> phrases, std::string_view databases)
    : database_(std::make_unique<Database>()) {
  database_->phrase_count = phrases.size();
  if (auto built = find_database(phrases, databases)) {
    database_->compiled = load(built->serialized);
    database_->is_loaded = database_->compiled != nullptr;
    if (database_->is_loaded) database_->spellings = std::move(built->spellings);
  }
  if (!database_->is_loaded) database_->compiled = compile(phrases, nullptr, database_->spellings);
}

void PhraseSet::append_compiled(std::span<const std::string_view> phrases, std::string& databases) {
  // The generic tuning with no features: what this machine could do more, another may not.
  const hs_platform_info_t simplest{};
  PhraseSpellings spellings;
  hs_database_t* const compiled = compile(phrases, &simplest, spellings);
  if (!compiled) return;
  char* bytes = nullptr;
  std::size_t length = 0;
  if (hs_serialize_database(compiled, &bytes, &length) != HS_SUCCESS) die("no memory");
  append_database(phrases, spellings, {bytes, length}, databases);
  std::free(bytes);
  hs_free_database(compiled);
}

bool PhraseSet::is_loaded() const {
  return database_->is_loaded;
}

PhraseSet::~PhraseSet() = default;

PhraseSet::ScratchPtr PhraseSet::make_scratch() const {
  ScratchPtr scratch(new Scratch);
  scratch->seen.resize(database_->phrase_count);
  if (database_->compiled && hs_alloc_scratch(database_->compiled, &scratch->memory) != HS_SUCCESS) {
    die("no memory");
  }
  return scratch;
}

void PhraseSet::find(std::string_view text, Scratch& scratch, std::vector<PhraseHit>& hits) const {
  hits.clear();
  if (!database_->compiled || text.empty()) return;
  Found found{text, database_->spellings.phrase_of, database_->spellings.length_of, scratch.seen, hits};
  const auto length = static_cast<unsigned>(std::min<std::size_t>(text.size(), UINT32_MAX));
  hs_scan(database_->compiled, text.data(), length, 0, scratch.memory, on_match, &found);
  for (const auto& hit : hits) scratch.seen[hit.phrase] = false;
}

}  // namespace backstop::response
