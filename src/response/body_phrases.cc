#include "response/body_phrases.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "response/dialogue.h"
#include "response/expansion.h"
#include "response/notice_words.h"
#include "response/report_phrases.h"

namespace backstop::response {

PhraseList::PhraseList(std::vector<PhraseId> phrases) : phrases_(std::move(phrases)) {
  if (phrases_.empty()) return;
  places_.assign(*std::ranges::max_element(phrases_) + std::size_t{1}, kNotFound);
  for (std::uint32_t i = 0; i < phrases_.size(); ++i) {
    auto& place = places_[phrases_[i]];
    place = std::min(place, i);
  }
}

namespace {

class Builder {
 public:
  Builder() { ids_.reserve(kManyPhrases); }
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
    all_.failures = PhraseList(ids(failure_phrases()));
    all_.delays = PhraseList(ids(delay_phrases()));
    all_.original_markers = ids(original_markers());
    all_.dialogue = PhraseList(ids(dialogue_phrases()));
    all_.expansion = PhraseList(ids(expansion_phrases()));
    for (const auto& words : notice_words())
      all_.notices.push_back({words.kind, PhraseList(ids(words.claims)), PhraseList(ids(words.topics)),
                              PhraseList(ids(words.weak_topics))});
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
  static constexpr std::size_t kManyPhrases = 8192;

  BodyPhrases all_;
  std::unordered_map<std::string_view, PhraseId> ids_;
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

std::uint32_t BodyHits::begin_of(const Sign& sign) const {
  const auto& phrases = BodyPhrases::get();
  const auto hit = std::ranges::find_if(hits_, [&](const PhraseHit& each) {
    const auto& signs = phrases.signs_of[each.phrase];
    return std::ranges::find(signs, &sign) != signs.end();
  });
  return hit == hits_.end() ? kNotFound : hit->begin;
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

PhraseId BodyHits::first_of(const PhraseList& phrases) const {
  PhraseId first = kNoPhrase;
  for (const auto& hit : hits_) {
    const std::uint32_t place = phrases.place_of(hit.phrase);
    if (place == kNotFound) continue;
    if (first == kNoPhrase || std::pair(hit.begin, place) < std::pair(begin_[first], phrases.place_of(first)))
      first = hit.phrase;
  }
  return first;
}

bool BodyHits::has_any(const PhraseList& phrases) const {
  return std::ranges::any_of(hits_,
                             [&](const PhraseHit& hit) { return phrases.place_of(hit.phrase) != kNotFound; });
}

PhraseId BodyHits::first_listed_of(const std::vector<PhraseId>& phrases) const {
  const auto first = std::ranges::find_if(phrases, [this](PhraseId phrase) { return has(phrase); });
  return first == phrases.end() ? kNoPhrase : *first;
}

}  // namespace backstop::response
