#include "store/sqlite/ledger_search.h"

#include <utility>

namespace backstop::store::sqlite {

LedgerSearch::~LedgerSearch() {
  if (connection_) connections_.put_back(std::move(connection_));
}

Outcome<std::uint32_t> LedgerSearch::find(const RowKey& question) {
  ++question_;
  const Life life = life_of(question.kind);
  const bool is_sum = adds_up(question.kind);
  std::uint32_t value = 0;
  for (const auto& table : tables_->open_of(life)) {
    value = joined(value, table->find(key_under(*table->secret(), question)), is_sum);
  }
  for (const auto& table : tables_->sealed_of(life)) {
    table->filter.prefetch(key_under(*table->secret, question));
  }
  for (const auto& table : tables_->sealed_of(life)) {
    const LedgerKey& key = key_under(*table->secret, question);
    if (!table->filter.may_hold(key)) continue;
    const auto found = find_sealed(table->number, key);
    if (!found) return found;
    value = joined(value, *found, is_sum);
  }
  return value;
}

const LedgerKey& LedgerSearch::key_under(const LedgerSecret& secret, const RowKey& question) {
  // Tables that follow each other nearly always share their secret.
  if (last_secret_ != &secret) {
    last_secret_ = &secret;
    last_ = &asked_[&secret];
    if (!last_->maker) last_->maker = std::make_unique<KeyMaker>(secret);
  }
  if (last_->question != question_) {
    last_->key = last_->maker->key(question);
    last_->question = question_;
  }
  return last_->key;
}

Outcome<std::uint32_t> LedgerSearch::find_sealed(std::int64_t table, const LedgerKey& key) {
  if (!connection_) {
    auto connection = connections_.take(tables_->file);
    if (!connection) return std::unexpected(connection.error());
    connection_ = std::move(*connection);
  }
  const auto found = connection_->find(table, key);
  if (!found) connection_.reset();
  return found;
}

}  // namespace backstop::store::sqlite
