#include "intake/shared.h"

namespace backstop::intake {

void begin(Transaction& transaction, Shared& shared) {
  transaction.begun = std::chrono::steady_clock::now();
  transaction.now = std::chrono::floor<std::chrono::seconds>(shared.clock());
  transaction.today = std::chrono::floor<std::chrono::days>(transaction.now);
  transaction.ready = &shared.ready;
  transaction.hints = &shared.hints;
  transaction.ledger = shared.ledger;
  transaction.uses = &shared.uses;
  if (shared.ledger != nullptr) transaction.uses = shared.ledger;
  transaction.clock = shared.clock;
  transaction.keeper = shared.keeper.get();
  transaction.held_keeper = shared.held_keeper.get();
  transaction.surges = &shared.surges;
  transaction.waiting_answers = &shared.waiting_answers;
  transaction.pending_arrivals = &shared.pending_arrivals;
}

}  // namespace backstop::intake
