#include "store/ledger_key.h"

#include <algorithm>
#include <iterator>

namespace backstop::store {

namespace {

struct KindRow {
  RowKind kind;
  Life life;
  bool adds_up;
};

constexpr KindRow kKinds[] = {
    {RowKind::SentId, Life::Ids, true},
    {RowKind::ImportedId, Life::Ids, false},
    {RowKind::Addressee, Life::Ids, false},
    {RowKind::Pair, Life::Pairs, false},
    {RowKind::WayOut, Life::Ids, false},
    {RowKind::SentAs, Life::Ids, false},
    {RowKind::DayRecipients, Life::Pairs, true},
    {RowKind::ArrivalByReceived, Life::Arrivals, false},
    {RowKind::ArrivalByMessage, Life::Arrivals, false},
    {RowKind::Digest, Life::Digests, true},
    {RowKind::Uses, Life::Ids, true},  // counters have a table of their own, and a life of their own
    {RowKind::NeverAnswered, Life::Arrivals, false},
};

constexpr const KindRow& row_of(RowKind kind) {
  return kKinds[static_cast<std::size_t>(kind) - 1];
}

static_assert(std::ranges::all_of(kKinds, [](const KindRow& row) { return &row_of(row.kind) == &row; }));

}  // namespace

Life life_of(RowKind kind) {
  return row_of(kind).life;
}

bool adds_up(RowKind kind) {
  return row_of(kind).adds_up;
}

}  // namespace backstop::store
