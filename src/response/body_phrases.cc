#include "response/body_phrases.h"

#include <algorithm>
#include <map>

#include "response/dialogue.h"
#include "response/expansion.h"
#include "response/notice_words.h"
#include "response/report_phrases.h"

namespace backstop::response {
namespace {

class Builder {
 public:
  PhraseId id(std::string_view phrase) {
    if (phrase.empty()) return kNoPhrase;
    const auto [row, is_new] = ids_.try_emplace(phrase, static_cast<PhraseId>(all_.phrases.size()));
    if (is_new) all_.phrases.push_back(phrase);
    return row->second;
  }
  std::vector<PhraseId> ids(std::span<const std::string_view> phrases) {
    std::vector<PhraseId> all;
    for (const auto phrase : phrases) all.push_back(id(phrase));
    return all;
  }
  std::vector<PhraseId> ids_of_list(std::string_view list) {
    std::vector<PhraseId> all;
    for_each_phrase(list, [&](std::string_view phrase) { all.push_back(id(phrase)); });
    return all;
  }
  BodyPhrases build() {
    for (const auto& row : bounce_formats()) {
      all_.formats.push_back({&row, ids_of_list(row.signature), ids_of_list(row.begin), ids_of_list(row.end),
                              ids_of_list(row.diagnostic_begin)});
    }
    for (const auto signs : sign_tables()) {
      for (const auto& sign : signs) {
        if (sign.zone != Zone::Body || sign.phrase.empty()) continue;
        const PhraseId phrase = id(sign.phrase);
        all_.signs_of.resize(all_.phrases.size());
        all_.signs_of[phrase].push_back(&sign);
      }
    }
    all_.failures = ids(failure_phrases());
    all_.delays = ids(delay_phrases());
    all_.original_markers = ids(original_markers());
    all_.dialogue = ids(dialogue_phrases());
    all_.expansion = ids(expansion_phrases());
    for (const auto& words : notice_words())
      all_.notices.push_back({words.kind, ids(words.claims), ids(words.topics), ids(words.weak_topics)});
    all_.format_of.assign(all_.phrases.size(), kNotFound);
    for (std::uint32_t i = 0; i < all_.formats.size(); ++i) {
      for (const auto phrase : all_.formats[i].signature)
        all_.format_of[phrase] = std::min(all_.format_of[phrase], i);
    }
    all_.signs_of.resize(all_.phrases.size());
    all_.set = std::make_unique<PhraseSet>(all_.phrases);
    return std::move(all_);
  }

 private:
  BodyPhrases all_;
  std::map<std::string_view, PhraseId> ids_;
};

}  // namespace

const BodyPhrases& BodyPhrases::get() {
  static const BodyPhrases phrases = Builder().build();
  return phrases;
}

void BodyHits::find(std::string_view text) {
  const BodyPhrases& phrases = BodyPhrases::get();
  if (!scratch_) {
    scratch_ = phrases.set->make_scratch();
    begin_.assign(phrases.phrases.size(), kNotFound);
  }
  for (const auto& hit : hits_) begin_[hit.phrase] = kNotFound;
  phrases.set->find(text, *scratch_, hits_);
  for (const auto& hit : hits_) begin_[hit.phrase] = hit.begin;
}

void BodyHits::append_signs(std::vector<const Sign*>& signs) const {
  const auto& phrases = BodyPhrases::get();
  for (const auto& hit : hits_) {
    const auto& found = phrases.signs_of[hit.phrase];
    signs.insert(signs.end(), found.begin(), found.end());
  }
}

const CompiledFormat* BodyHits::format() const {
  const auto& phrases = BodyPhrases::get();
  std::uint32_t first = kNotFound;
  for (const auto& hit : hits_) first = std::min(first, phrases.format_of[hit.phrase]);
  return first == kNotFound ? nullptr : &phrases.formats[first];
}

PhraseId BodyHits::first_of(const std::vector<PhraseId>& phrases) const {
  PhraseId first = kNoPhrase;
  for (const auto phrase : phrases) {
    if (has(phrase) && (first == kNoPhrase || begin_[phrase] < begin_[first])) first = phrase;
  }
  return first;
}

PhraseId BodyHits::first_listed_of(const std::vector<PhraseId>& phrases) const {
  const auto first = std::ranges::find_if(phrases, [this](PhraseId phrase) { return has(phrase); });
  return first == phrases.end() ? kNoPhrase : *first;
}

}  // namespace backstop::response
