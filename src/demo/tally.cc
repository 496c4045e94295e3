#include "demo/tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "policy/verdict.h"

namespace backstop::demo {

namespace {

struct LotWords {
  Lot lot;
  std::string_view what;
  std::string_view proof;
  std::string_view outcome;
};

constexpr std::array<LotWords, kLots> kWords = {{
    {Lot::Written, "Ann's own mail", "", ""},
    {Lot::Ordinary, "ordinary mail", "none needed", "as it is"},
    {Lot::Genuine, "answers to Ann's mail", "mark or tag", "labelled as genuine"},
    {Lot::Bounce, "bounces of the spam", "none", "refused"},
    {Lot::Other, "other answers to it", "none", "labelled as unproven"},
    {Lot::Elsewhere, "bounces from elsewhere", "none", "refused"},
}};
static_assert([] {
  for (std::size_t i = 0; i < kLots; ++i) {
    if (static_cast<std::size_t>(kWords[i].lot) != i) return false;
  }
  return true;
}());

const LotWords& words_of(Lot lot) {
  return kWords[static_cast<std::size_t>(lot)];
}

std::optional<Lot> lot_of(const store::Event& event) {
  if (event.direction == store::Direction::Outbound) return Lot::Written;
  if (event.helo == kServerElsewhere) return Lot::Elsewhere;
  constexpr std::pair<policy::Cause, Lot> kLotOfCause[] = {
      {policy::Cause::Ordinary, Lot::Ordinary}, {policy::Cause::Tag, Lot::Genuine},
      {policy::Cause::Watermark, Lot::Genuine}, {policy::Cause::Bare, Lot::Bounce},
      {policy::Cause::Missing, Lot::Bounce},    {policy::Cause::Ceiling, Lot::Other},
      {policy::Cause::Uncertain, Lot::Other}};
  for (const auto& [cause, lot] : kLotOfCause) {
    if (event.cause == name(cause)) return lot;
  }
  return std::nullopt;
}

void count_event(const store::Event& event, LotCount& into) {
  if (event.done == store::Done::Delivered || event.done == store::Done::Labelled) {
    ++into.accepted;
  } else if (event.done == store::Done::Refused) {
    ++into.refused;
  } else {
    ++into.put_off;
  }
}

std::string counts_text(const LotCount& count) {
  return fmt::format("{} accepted, {} refused, {} put off", count.accepted, count.refused, count.put_off);
}

std::string_view name_of(Lot lot) {
  return words_of(lot).what;
}

// Even if the three sides agree, a demo that lets a forged mail in has failed.
void add_wrong_outcome(Lot lot, const LotCount& told, std::vector<std::string>& found) {
  const std::size_t wrong = gets_through(lot) ? told.refused : told.accepted;
  if (wrong > 0) {
    found.push_back(fmt::format("Of {}, {} {}.", name_of(lot), wrong,
                                gets_through(lot) ? "did not get through" : "got in"));
  }
  if (told.put_off > 0) {
    found.push_back(
        fmt::format("Of {}, {} got no answer, or one to come again.", name_of(lot), told.put_off));
  }
}

void add_held(std::string_view where, std::size_t accepted, std::size_t held,
              std::vector<std::string>& found) {
  if (accepted == held) return;
  found.push_back(fmt::format("The clients were told that {} mails are accepted for {}, and it holds {}.",
                              accepted, where, held));
}

}  // namespace

void count(const next_hop::Result<smtp::Reply>& answer, LotCount& into) {
  if (answer && answer->is_positive()) {
    ++into.accepted;
  } else if (answer && answer->is_permanent()) {
    ++into.refused;
  } else {
    ++into.put_off;
  }
}

Recorded count_history(const std::vector<store::Event>& events) {
  Recorded recorded;
  for (const auto& event : events) {
    if (event.cause == store::kSurge || event.cause == store::kSurgeOver) continue;  // about no mail
    const auto lot = lot_of(event);
    if (!lot) {
      ++recorded.strange[event.cause];
      continue;
    }
    count_event(event, count_of(recorded.tally, *lot));
    if (*lot == Lot::Elsewhere) recorded.cause_elsewhere = event.cause;
    if (*lot == Lot::Other) ++recorded.labelled_kinds[event.kind];
    if (*lot != Lot::Bounce) continue;
    ++recorded.refused_kinds[event.kind];
    if (event.kind == "dsn-failed") recorded.example = event.reply;
  }
  return recorded;
}

std::vector<std::string> differences(const Tally& told, const Recorded& recorded, const Held& held) {
  std::vector<std::string> found;
  for (const auto& words : kWords) {
    const LotCount& clients = count_of(told, words.lot);
    const LotCount& history = count_of(recorded.tally, words.lot);
    add_wrong_outcome(words.lot, clients, found);
    if (clients == history) continue;
    found.push_back(fmt::format("Of {}, the clients were told {}; the history has {}.", name_of(words.lot),
                                counts_text(clients), counts_text(history)));
  }
  for (const auto& [cause, count] : recorded.strange) {
    found.push_back(fmt::format("The history has mails of no kind that was sent: {} \"{}\".", count, cause));
  }
  std::size_t inbound = 0;
  for (const auto& words : kWords) {
    if (words.lot != Lot::Written) inbound += count_of(told, words.lot).accepted;
  }
  add_held("Ann's Maildir", inbound, held.ann, found);
  add_held("the world's Maildirs", count_of(told, Lot::Written).accepted, held.outside, found);
  return found;
}

std::string tally_table(const Tally& tally) {
  std::string out = "  what came               proof         got in   refused   how\n";
  for (const auto& words : kWords) {
    if (words.lot == Lot::Written || words.lot == Lot::Elsewhere) continue;
    const LotCount& count = count_of(tally, words.lot);
    out += fmt::format("  {:<22}  {:<11}  {:>7}  {:>8}   {}\n", words.what, words.proof, count.accepted,
                       count.refused, words.outcome);
  }
  return out;
}

}  // namespace backstop::demo
