// All phrases that are looked for in the text of a report, in one PhraseSet: signatures and sections of the
// bounce formats, failures, delays, the lines before a returned original, the words of notices, the Body
// marks of signs.h, and the phrases that dialogue.h and expansion.h begin with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "response/formats.h"
#include "response/phrases.h"
#include "response/signs.h"

namespace backstop::response {

using PhraseId = std::uint32_t;
inline constexpr PhraseId kNoPhrase = UINT32_MAX;
inline constexpr std::uint32_t kNotFound = UINT32_MAX;

/// Phrases that are asked for together.
class PhraseList {
 public:
  PhraseList() = default;
  explicit PhraseList(std::vector<PhraseId> phrases);
  std::vector<PhraseId>::const_iterator begin() const { return phrases_.begin(); }
  std::vector<PhraseId>::const_iterator end() const { return phrases_.end(); }
  /// Returns where the phrase is in the list, or kNotFound.
  std::uint32_t place_of(PhraseId phrase) const {
    return phrase < places_.size() ? places_[phrase] : kNotFound;
  }

 private:
  std::vector<PhraseId> phrases_;
  std::vector<std::uint32_t> places_;  // by phrase
};

/// A row of formats.h with its phrases as ids.
struct CompiledFormat {
  const BounceFormat* row = nullptr;
  std::vector<PhraseId> signature;
  std::vector<PhraseId> begin;
  std::vector<PhraseId> end;
  std::vector<PhraseId> diagnostic_begin;
};

/// A row of notice_words.h with its phrases as ids.
struct NoticePhrases {
  Kind kind = Kind::None;
  PhraseList claims;
  PhraseList topics;
  PhraseList weak_topics;
};

struct BodyPhrases {
  std::vector<std::string_view> phrases;
  std::unique_ptr<PhraseSet> set;
  std::vector<CompiledFormat> formats;
  std::vector<std::vector<const Sign*>> signs_of;  ///< by phrase: the signs of Zone::Body that it is
  std::vector<std::uint32_t>
      format_of;  ///< by phrase: the first of `formats` whose signature it is, or kNotFound
  PhraseList failures;
  PhraseList delays;
  std::vector<PhraseId> original_markers;
  PhraseList dialogue;   ///< of dialogue.h
  PhraseList expansion;  ///< of expansion.h
  std::vector<NoticePhrases> notices;

  /// Loaded at the first call, once a process. Thread-safe.
  static const BodyPhrases& get();
};

/// The phrases that one text has. Holds scratch memory: each thread needs its own. The tables are loaded when
/// the first text comes; find() comes before all other calls.
class BodyHits {
 public:
  void find(std::string_view text);
  bool has(PhraseId phrase) const { return phrase != kNoPhrase && begin_[phrase] != kNotFound; }
  bool has_any(const PhraseList& phrases) const;
  /// Appends the signs of Zone::Body that were found.
  void append_signs(std::vector<const Sign*>& signs) const;
  /// Returns the offset of a sign of Zone::Body, or kNotFound.
  std::uint32_t begin_of(const Sign& sign) const;
  /// Returns the first row of the table whose signature was found, or null.
  const CompiledFormat* format() const;
  /// Return the offset of the first occurrence, and the one past its end.
  std::uint32_t begin_of(PhraseId phrase) const { return begin_[phrase]; }
  std::uint32_t end_of(PhraseId phrase) const {
    return begin_[phrase] + static_cast<std::uint32_t>(BodyPhrases::get().phrases[phrase].size());
  }
  /// Returns the one of `phrases` that comes first in the text, or kNoPhrase.
  PhraseId first_of(const std::vector<PhraseId>& phrases) const;
  PhraseId first_of(const PhraseList& phrases) const;
  /// Returns the first of `phrases` that was found at all, or kNoPhrase.
  PhraseId first_listed_of(const std::vector<PhraseId>& phrases) const;

 private:
  PhraseSet::ScratchPtr scratch_;
  std::vector<PhraseHit> hits_;
  std::vector<std::uint32_t> begin_;  // by phrase
};

}  // namespace backstop::response
