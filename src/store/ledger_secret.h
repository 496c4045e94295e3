// The secrets that ledger keys are made with: one for each month (UTC), random, and destroyed with the last
// table that was made with it. They lie apart from the database, in a file of mode 0600, so that a copy of
// the database alone says nothing.
//
// The file is text: a line `secret MONTH ID HEX` for each, as in `secret 2026-11 00c0ffee00c0ffee 9f...`.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/ledger_hash.h"
#include "store/ledger_key.h"

namespace backstop::store {

using Month = std::chrono::year_month;

/// Thread-safe.
class LedgerSecret {
 public:
  static constexpr std::size_t kBytes = 32;
  using Bytes = std::array<unsigned char, kBytes>;

  /// `id` names the secret in the database; it is random and says nothing.
  LedgerSecret(Month month, std::int64_t id, const Bytes& bytes);
  ~LedgerSecret();
  LedgerSecret(const LedgerSecret&) = delete;
  LedgerSecret& operator=(const LedgerSecret&) = delete;

  /// Returns a new random one; an error if OpenSSL has no random numbers.
  static base::Result<std::shared_ptr<const LedgerSecret>> make(Month month);

  Month month() const { return month_; }
  std::int64_t id() const { return id_; }
  const Bytes& bytes() const { return bytes_; }

 private:
  friend class KeyMaker;

  OwnerRange range(std::string_view owner) const;

  const Month month_;
  const std::int64_t id_;
  Bytes bytes_;
  const LedgerHash hash_;
  const OwnerRange nobodys_;  ///< of the rows without an owner: each mail has one
};

/// Makes keys with one secret, and remembers the last owner's part. For one thread; the secret must outlive
/// it.
class KeyMaker {
 public:
  explicit KeyMaker(const LedgerSecret& secret) : secret_(secret) {}
  KeyMaker(const KeyMaker&) = delete;
  KeyMaker& operator=(const KeyMaker&) = delete;

  LedgerKey key(const RowKey& row);
  const OwnerRange& range(std::string_view owner);

 private:
  const LedgerSecret& secret_;
  std::string text_;   ///< room for what is hashed
  std::string owner_;  ///< whose range_ is; empty: nobody's yet
  OwnerRange range_;
};

/// The secrets of one ledger and their file. Thread-safe. What is made exists in memory at once; save() must
/// succeed before anything made with it is committed.
class LedgerSecrets {
 public:
  static constexpr std::size_t kMostText = 64UZ * 1024;

  explicit LedgerSecrets(std::string path) : path_(std::move(path)) {}

  /// Adds what the file has; a file that isn't there has none. Errors: a line that can't be read, or a file
  /// that others than its owner can reach.
  base::Result<void> read();
  /// Writes the file if it lacks something or is gone, together with what another process added to it. Only
  /// one process may do this at a time.
  base::Result<void> save();
  /// Destroys those of months before `month` that `is_used` denies, in memory and in the file.
  base::Result<void> destroy(Month month, const std::function<bool(std::int64_t id)>& is_used);

  /// Returns the secret of the month, which is made if there is none; an error if OpenSSL can't.
  base::Result<std::shared_ptr<const LedgerSecret>> of(Month month);
  /// Returns null if there is no such secret.
  std::shared_ptr<const LedgerSecret> find(std::int64_t id) const;
  /// Returns all, the newest month first.
  std::vector<std::shared_ptr<const LedgerSecret>> all() const;

 private:
  base::Result<void> merge_file();
  base::Result<void> write_file() const;
  void add(std::shared_ptr<const LedgerSecret> secret);

  const std::string path_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const LedgerSecret>> secrets_;
  bool is_unsaved_ = false;
};

/// Reads the text of the file. Errors name the line and never show a secret.
base::Result<std::vector<std::shared_ptr<const LedgerSecret>>> parse_secrets(std::string_view text);
std::string serialize_secrets(const std::vector<std::shared_ptr<const LedgerSecret>>& secrets);

}  // namespace backstop::store
