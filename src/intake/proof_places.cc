#include "intake/proof_places.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "origin/message_proof.h"

namespace backstop::intake {

namespace {

using origin::Evidence;
using origin::Level;

// A response is counted under texts of the sender, so the parts of a counter's name are set apart by a
// character that none of them has.
std::string joined(std::string_view first, std::string_view second) {
  return fmt::format("{}\n{}", first, second);
}

std::string in_hour(const CountedResponse& response, std::string_view id) {
  const auto hour = std::chrono::floor<std::chrono::hours>(response.now).time_since_epoch().count();
  return fmt::format("{}\n{}\n{}", id, response.network, hour);
}

}  // namespace

ProofPlaces::ProofPlaces(ProofPlaces&& other) noexcept
    : counter_(other.counter_),
      ledger_(other.ledger_),
      places_(std::exchange(other.places_, {})),
      seen_(std::exchange(other.seen_, {})) {}

ProofPlaces& ProofPlaces::operator=(ProofPlaces&& other) noexcept {
  std::swap(counter_, other.counter_);
  std::swap(ledger_, other.ledger_);
  places_.swap(other.places_);
  seen_.swap(other.seen_);
  return *this;
}

void ProofPlaces::give_back(std::size_t from) {
  for (; places_.size() > from; places_.pop_back()) counter_->give_back(places_.back());
}

void ProofPlaces::keep() {
  for (const auto& place : places_) counter_->keep(place);
  places_.clear();
  for (const auto& one : seen_) {
    const std::array row{store::Row{store::response(one.owner, one.digest)}};
    ledger_->record(row);
  }
  seen_.clear();
}

net::Task<bool> ProofPlaces::take(std::string owner, std::string what, std::uint32_t limit,
                                  std::chrono::seconds life) {
  const auto place = co_await counter_->take(store::uses(owner, what), limit, life);
  if (place) places_.push_back(*place);
  co_return place.has_value();
}

// True if the response was delivered already, and may be so again without taking another place. Repeats have
// places of their own, so that of many at the same moment only kRepeats are free.
net::Task<bool> ProofPlaces::is_free(const std::string& owner, const std::string& digest) {
  const std::array question{store::response(owner, digest)};
  const auto answer = co_await ledger_->look_up(question);
  if (!answer || answer->front() == 0) co_return false;
  co_return co_await take(owner, joined("repeat", digest), ProofCaps::kRepeats, ProofCaps::kRepeatTime);
}

net::Task<bool> ProofPlaces::has_place(const Evidence& proof, const std::string& owner,
                                       const CountedResponse& response, std::uint32_t tag_recipients) {
  if (ledger_ == nullptr || response.digest.empty())
    co_return co_await take_places(proof, owner, response, tag_recipients);
  const std::string digest = joined(proof.use.id, response.digest);
  const bool has_one =
      co_await is_free(owner, digest) || co_await take_places(proof, owner, response, tag_recipients);
  if (has_one) seen_.push_back({owner, digest});
  co_return has_one;
}

// A proof in a message has one count, whoever gets the response: its owner set may have many addresses.
net::Task<bool> ProofPlaces::take_places(const Evidence& proof, const std::string& owner,
                                         const CountedResponse& response, std::uint32_t tag_recipients) {
  const auto& use = proof.use;
  const bool is_tag = proof.level == Level::C;
  const std::string counted_for = is_tag ? owner : std::string();
  if (!use.addressees.empty()) {
    bool has_one = false;
    for (const auto& addressee : use.addressees) {
      has_one |=
          co_await take(counted_for, joined(use.id, addressee), ProofCaps::kAddressee, origin::kProofLife);
    }
    co_return has_one;
  }
  const std::uint32_t most =
      is_tag ? std::max(ProofCaps::kTag, ProofCaps::kTagRecipient * tag_recipients)
             : std::max(ProofCaps::kUnrecorded, use.recipients / ProofCaps::kRecipientsAPlace);
  const std::uint32_t most_in_hour = is_tag ? ProofCaps::kTagHour : ProofCaps::kUnrecordedHour;
  const std::size_t before = places_.size();
  const bool has_place =
      co_await take(counted_for, use.id, most, origin::kProofLife) &&
      co_await take(counted_for, in_hour(response, use.id), most_in_hour, std::chrono::hours(1));
  if (!has_place) give_back(before);
  co_return has_place;
}

net::Task<void> ProofPlaces::weigh(std::span<Evidence> evidence, std::string owner, CountedResponse response,
                                   std::uint32_t tag_recipients) {
  if (counter_ == nullptr) co_return;
  for (const Level level : {Level::A, Level::B, Level::C}) {
    bool is_proved = false;
    const Evidence* before = nullptr;
    for (auto& one : evidence) {
      if (one.finding != origin::Finding::Proves || one.level != level) continue;
      // A host of our own, which nobody can copy, is enough. It is in front of the other proofs of its level.
      if (one.use.id.empty()) co_return;
      // At the highest level all proofs of a mail are counted as one.
      one.is_worn = before != nullptr && before->use == one.use
                        ? before->is_worn
                        : !co_await has_place(one, owner, response, tag_recipients);
      before = &one;
      is_proved |= !one.is_worn;
    }
    if (is_proved) co_return;
  }
}

}  // namespace backstop::intake
