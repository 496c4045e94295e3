// What all front doors of the process remember together, from mail to mail: counts, checks that still run,
// the ledger, the answers of DNS. Thread-safe throughout, but for what is set before the workers start.
#pragma once

#include <chrono>
#include <memory>

#include "auth/resolver.h"
#include "intake/bad_tags.h"
#include "intake/event_of.h"
#include "intake/held_memory.h"
#include "intake/hint_counts.h"
#include "intake/journal.h"
#include "intake/keeper.h"
#include "intake/key_look_ups.h"
#include "intake/missing_domains.h"
#include "intake/pending_arrivals.h"
#include "intake/ready_table.h"
#include "intake/surge.h"
#include "intake/transaction.h"
#include "intake/waiting_answers.h"
#include "store/ledger.h"
#include "store/use_counter.h"

namespace backstop::intake {

struct Shared {
  explicit Shared(Journal& journal)
      : events(journal),
        surges([&journal](const SurgeChange& change) { journal.record(event_of(change)); }) {}

  Journal& events;
  HeldMemory held;
  BadTags bad_tags;  ///< of clients
  HintCounts hints;
  store::NodeUses uses;       ///< of proofs, while there is no ledger
  KeyMemory dkim_keys;        ///< that were looked up
  auth::AnswerCache answers;  ///< of DNS
  MissingDomains missing;     ///< sender domains
  ReadyTable ready;
  Surges surges;
  WaitingAnswers waiting_answers;
  PendingArrivals pending_arrivals;
  WallClock clock = &std::chrono::system_clock::now;
  // Set before the workers start.
  store::LedgerWriter* ledger = nullptr;  ///< null: there is none
  std::unique_ptr<Keeper> keeper;         ///< null: there is no quarantine
  std::unique_ptr<Keeper> held_keeper;    ///< null: there is no held store
};

/// Gives a transaction that begins now what is shared. Its site, its mail and its client are the caller's.
void begin(Transaction& transaction, Shared& shared);

}  // namespace backstop::intake
