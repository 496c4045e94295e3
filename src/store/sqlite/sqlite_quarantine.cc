#include "store/sqlite/sqlite_quarantine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/units.h"
#include "store/compression.h"
#include "store/kept_json.h"

namespace backstop::store::sqlite {

namespace {

constexpr std::chrono::milliseconds kPatience{2000};

constexpr Schema schema_of(KeptPlace place) {
  return {.name = name(place),
          .application_id = place == KeptPlace::Held ? kHeldApplicationId : kQuarantineApplicationId,
          .version = 1,
          .tables = kQuarantineSchema,
          .mode = 0600};
}

// Each step holds the lock for some milliseconds, and responses that are kept meanwhile wait for it.
constexpr int kRowsAStep = 200;
constexpr int kPagesAStep = 1000;

std::string about(std::string_view id, std::string_view part) {
  return fmt::format("{} {}", part, id);
}

std::unexpected<Failure> refuse(std::string why) {
  return std::unexpected(Failure{SQLITE_ERROR, std::move(why)});
}

/// A response as its row has it.
struct Sealed {
  std::string envelope;
  std::string message;
};

base::Result<Sealed> seal_all(const KeptResponse& response, const SealKey& key) {
  const auto& id = response.envelope.id;
  if (response.message.size() > Quarantine::kMostMessage)
    return std::unexpected(base::Error{"it is too long"});
  const auto json = kept_to_json(response.envelope);
  if (!json) return std::unexpected(json.error());
  auto envelope = seal(*json, key, about(id, "envelope"));
  if (!envelope) return std::unexpected(envelope.error());
  const auto frame = compress(response.message);
  if (!frame) return std::unexpected(frame.error());
  auto message = seal(*frame, key, about(id, "message"));
  if (!message) return std::unexpected(message.error());
  return Sealed{std::move(*envelope), std::move(*message)};
}

base::Result<std::string> unseal_part(std::string_view sealed, std::int64_t number,
                                      std::span<const SealKey> keys, std::string_view about_it) {
  const auto key = std::ranges::find(keys, number, &SealKey::number);
  if (key == keys.end()) {
    return std::unexpected(
        base::Error{fmt::format("it was encrypted with key {}, which the key file doesn't have", number)});
  }
  return unseal(sealed, *key, about_it);
}

// The columns of a row, in the order of the statements below.
enum Column : int { Id, Time, Size, Told, Key, Envelope, Dictionary, Message };
constexpr std::string_view kColumns = "id, time, size, told, key, envelope";

base::Result<KeptEnvelope> envelope_of(const Statement& row, std::span<const SealKey> keys) {
  std::string id(row.text(Id));
  const auto json = unseal_part(row.blob(Envelope), row.number(Key), keys, about(id, "envelope"));
  if (!json) return std::unexpected(json.error());
  auto envelope = kept_from_json(*json);
  if (!envelope) return std::unexpected(envelope.error());
  envelope->id = std::move(id);
  envelope->time = KeptTime(std::chrono::milliseconds(row.number(Time)));
  envelope->size = static_cast<std::uint64_t>(row.number(Size));
  envelope->is_told = row.number(Told) != 0;
  return envelope;
}

base::Result<KeptResponse> response_of(const Statement& row, std::span<const SealKey> keys) {
  auto envelope = envelope_of(row, keys);
  if (!envelope) return std::unexpected(envelope.error());
  const auto frame = unseal_part(row.blob(Message), row.number(Key), keys, about(envelope->id, "message"));
  if (!frame) return std::unexpected(frame.error());
  auto message = decompress(*frame, static_cast<unsigned>(row.number(Dictionary)), Quarantine::kMostMessage);
  if (!message) return std::unexpected(message.error());
  return KeptResponse{std::move(*envelope), std::move(*message)};
}

/// A lock on one byte of a file, which the system frees when the process ends.
class ByteLock : public Quarantine::Claim {
 public:
  /// Returns null if somebody else has that byte.
  static Outcome<std::unique_ptr<ByteLock>> take(const std::string& path, std::int64_t at) {
    std::unique_ptr<ByteLock> lock(new ByteLock(path));
    if (lock->file_ < 0) return refuse("its lock can't be made");
    struct flock byte{};
    byte.l_type = F_WRLCK;
    byte.l_whence = SEEK_SET;
    byte.l_start = at;
    byte.l_len = 1;
    if (::fcntl(lock->file_, F_OFD_SETLK, &byte) == 0) return lock;
    if (errno == EAGAIN || errno == EACCES) return nullptr;
    return refuse("it can't be locked");
  }
  ~ByteLock() override {
    if (file_ >= 0) ::close(file_);
  }
  ByteLock(const ByteLock&) = delete;
  ByteLock& operator=(const ByteLock&) = delete;

 private:
  explicit ByteLock(const std::string& path)
      : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600)) {}

  const int file_;
};

// A file that was just made is found after a crash only if its folder is on the disk, too.
void sync_folder_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  const int folder = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);
  ::close(folder);
}

class FileQuarantine : public Quarantine {
 public:
  FileQuarantine(std::string path, const QuarantineSettings& settings, FileUse use)
      : schema_(schema_of(settings.place)),
        path_(std::move(path)),
        keep_(settings.keep),
        most_bytes_(settings.most_bytes),
        use_(use) {}

  Outcome<void> open() {
    const std::lock_guard lock(mutex_);
    return ensure_open();
  }

  std::string about_file(std::string_view what) const {
    return fmt::format("{} {}: {}", schema_.name, base::printable(path_, 4096), what);
  }

  base::Result<void> keep(const KeptResponse& response, const SealKey& key) override {
    return ask<void>([&] { return insert(response, key); });
  }

  base::Result<KeptList> list(std::span<const SealKey> keys, KeptTime now, std::size_t most) override {
    return ask<KeptList>([&] { return select(keys, now, most); });
  }

  base::Result<std::optional<KeptResponse>> find(std::string_view id, std::span<const SealKey> keys,
                                                 KeptTime now) override {
    return ask<std::optional<KeptResponse>>([&] { return select_one(id, keys, now); });
  }

  base::Result<bool> remove(std::string_view id) override {
    return ask<bool>([&] { return remove_one(id); });
  }

  base::Result<std::unique_ptr<Claim>> claim(std::string_view id) override {
    return ask<std::unique_ptr<Claim>>([&] { return lock_one(id); });
  }

  base::Result<void> expire(KeptTime now) override {
    // The lock is let go between the steps.
    for (bool has_more = true; has_more;) {
      const auto step = ask<bool>([&] { return expire_some(now); });
      if (!step) return std::unexpected(step.error());
      has_more = *step;
    }
    return {};
  }

  base::Result<std::uint64_t> count(KeptTime now) override {
    return ask<std::uint64_t>([&] { return count_all(now); });
  }

  base::Result<std::vector<int>> keys_in_use() override {
    return ask<std::vector<int>>([&] { return select_keys(); });
  }

  base::Result<bool> begin_digest(std::chrono::sys_days today) override {
    return ask<bool>([&] { return take_day(today.time_since_epoch().count()); });
  }

  base::Result<void> set_told(std::span<const std::string> ids) override {
    return ask<void>([&] { return mark(ids); });
  }

 private:
  /// Runs one call on the open file. It throws nothing, since nobody would catch it on the thread of a pool.
  template <typename Answer, typename Call>
  base::Result<Answer> ask(const Call& call) {
    try {
      return to_result(run<Answer>(call), [&](std::string_view what) { return about_file(what); });
    } catch (const std::bad_alloc&) {
      // So short that it takes none.
      return std::unexpected(base::Error{"no memory left"});
    }
  }

  template <typename Answer, typename Call>
  Outcome<Answer> run(const Call& call) {
    const std::lock_guard lock(mutex_);
    if (database_ && is_elsewhere()) database_.reset();
    if (auto opened = ensure_open(); !opened) return std::unexpected(opened.error());
    Outcome<Answer> answer = call();
    log_inode_ = log_inode(path_);
    return answer;
  }

  /// Returns true if what is written now would go to a file that has no name any more.
  bool is_elsewhere() {
    if (database_->has_moved()) return true;
    if (log_inode_ == 0 || log_inode(path_) == log_inode_) return false;
    // Only the log is gone. The connection still has it; another one may be open, so closing would not do
    // this.
    static_cast<void>(database_->run("PRAGMA wal_checkpoint(PASSIVE)"));
    return true;
  }

  Outcome<void> ensure_open() {
    if (database_) return {};
    if (use_ == FileUse::Existing) {
      if (auto there = open_for_reading(path_, kPatience, schema_); !there)
        return std::unexpected(there.error());
    }
    auto opened = open_for_writing(path_, kPatience, schema_);
    if (!opened) return std::unexpected(opened.error());
    // A commit is on the disk when it returns, and goes from the log to the database at once: a log that is
    // damaged or removed loses nothing.
    if (auto done = opened->run("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1"); !done)
      return done;
    sync_folder_of(path_);
    database_.emplace(std::move(*opened));
    return {};
  }

  Outcome<void> check_room(std::size_t wanted) {
    const auto used = database_->number(
        "SELECT (page_count - freelist_count) * page_size "
        "FROM pragma_page_count, pragma_freelist_count, pragma_page_size");
    if (!used) return std::unexpected(used.error());
    if (static_cast<std::uint64_t>(*used) + wanted <= most_bytes_) return {};
    return refuse(fmt::format("it is full: it may have {}", base::format_size(most_bytes_)));
  }

  /// What is too old goes first, if it is in the way.
  Outcome<void> make_room(std::size_t wanted, KeptTime now) {
    for (;;) {
      auto room = check_room(wanted);
      if (room) return room;
      const auto is_less = delete_old(now);
      if (!is_less) return std::unexpected(is_less.error());
      if (!*is_less) return room;
    }
  }

  Outcome<void> insert(const KeptResponse& response, const SealKey& key) {
    const auto sealed = seal_all(response, key);
    if (!sealed) return refuse(sealed.error().message);
    const auto wanted = sealed->envelope.size() + sealed->message.size();
    if (auto room = make_room(wanted, response.envelope.time); !room) return room;
    auto statement = database_->prepare("INSERT INTO kept VALUES (?, ?, ?, 0, ?, ?, ?, ?)");
    if (!statement) return std::unexpected(statement.error());
    statement->bind(1, response.envelope.id);
    statement->bind(2, response.envelope.time.time_since_epoch().count());
    statement->bind(3, to_column(response.envelope.size));
    statement->bind(4, std::int64_t{key.number});
    statement->bind(5, std::int64_t{current_dictionary()});
    statement->bind_blob(6, sealed->envelope);
    statement->bind_blob(7, sealed->message);
    return statement->run();
  }

  std::int64_t oldest(KeptTime now) const {
    return (now - std::chrono::milliseconds(keep_)).time_since_epoch().count();
  }

  Outcome<KeptList> select(std::span<const SealKey> keys, KeptTime now, std::size_t most) {
    auto row = database_->prepare(
        fmt::format("SELECT {} FROM kept WHERE time >= ? ORDER BY time DESC, id DESC LIMIT ?", kColumns));
    if (!row) return std::unexpected(row.error());
    row->bind(1, oldest(now));
    row->bind(2, to_column(most));
    KeptList list;
    for (;;) {
      const auto is_row = row->step();
      if (!is_row) return std::unexpected(is_row.error());
      if (!*is_row) return list;
      auto envelope = envelope_of(*row, keys);
      if (envelope) {
        list.kept.push_back(std::move(*envelope));
      } else {
        if (list.unreadable.empty()) list.why = std::move(envelope.error().message);
        list.unreadable.emplace_back(row->text(Id));
      }
    }
  }

  Outcome<std::optional<KeptResponse>> select_one(std::string_view id, std::span<const SealKey> keys,
                                                  KeptTime now) {
    auto row = database_->prepare(
        fmt::format("SELECT {}, dictionary, message FROM kept WHERE id = ? AND time >= ?", kColumns));
    if (!row) return std::unexpected(row.error());
    row->bind(1, id);
    row->bind(2, oldest(now));
    const auto is_row = row->step();
    if (!is_row) return std::unexpected(is_row.error());
    if (!*is_row) return std::nullopt;
    auto response = response_of(*row, keys);
    if (!response) return refuse(std::move(response.error().message));
    return std::move(*response);
  }

  Outcome<bool> remove_one(std::string_view id) {
    auto statement = database_->prepare("DELETE FROM kept WHERE id = ?");
    if (!statement) return std::unexpected(statement.error());
    statement->bind(1, id);
    if (auto done = statement->run(); !done) return std::unexpected(done.error());
    return sqlite3_changes(database_->handle()) > 0;
  }

  Outcome<std::unique_ptr<Claim>> lock_one(std::string_view id) {
    auto row = database_->prepare("SELECT rowid FROM kept WHERE id = ?");
    if (!row) return std::unexpected(row.error());
    row->bind(1, id);
    const auto is_row = row->step();
    if (!is_row) return std::unexpected(is_row.error());
    if (!*is_row) return nullptr;
    return ByteLock::take(path_ + ".lock", row->number(0));
  }

  /// Deletes some of what is too old, and returns false if there was none.
  Outcome<bool> delete_old(KeptTime now) {
    auto statement = database_->prepare(
        "DELETE FROM kept WHERE rowid IN (SELECT rowid FROM kept WHERE time < ? ORDER BY time LIMIT ?)");
    if (!statement) return std::unexpected(statement.error());
    statement->bind(1, oldest(now));
    statement->bind(2, std::int64_t{kRowsAStep});
    if (auto done = statement->run(); !done) return std::unexpected(done.error());
    return sqlite3_changes(database_->handle()) > 0;
  }

  Outcome<bool> expire_some(KeptTime now) {
    const auto is_less = delete_old(now);
    if (!is_less || *is_less) return is_less;
    const auto free = database_->number("PRAGMA freelist_count");
    if (!free) return std::unexpected(free.error());
    if (*free == 0) return false;
    auto done = database_->run(fmt::format("PRAGMA incremental_vacuum({})", kPagesAStep).c_str());
    if (!done) return std::unexpected(done.error());
    const auto left = database_->number("PRAGMA freelist_count");
    if (!left) return std::unexpected(left.error());
    return *left > 0 && *left < *free;
  }

  Outcome<std::uint64_t> count_all(KeptTime now) {
    auto row = database_->prepare("SELECT count(*) FROM kept WHERE time >= ?");
    if (!row) return std::unexpected(row.error());
    row->bind(1, oldest(now));
    if (const auto is_row = row->step(); !is_row) return std::unexpected(is_row.error());
    return static_cast<std::uint64_t>(row->number(0));
  }

  Outcome<std::vector<int>> select_keys() {
    auto row = database_->prepare("SELECT DISTINCT key FROM kept ORDER BY key");
    if (!row) return std::unexpected(row.error());
    std::vector<int> keys;
    for (;;) {
      const auto is_row = row->step();
      if (!is_row) return std::unexpected(is_row.error());
      if (!*is_row) return keys;
      keys.push_back(static_cast<int>(row->number(0)));
    }
  }

  Outcome<bool> take_day(std::int64_t today) {
    Transaction transaction(*database_);
    if (auto begun = transaction.begin(); !begun) return std::unexpected(begun.error());
    const auto last = database_->number("SELECT value FROM state WHERE name = 'digest_day'");
    if (!last) return std::unexpected(last.error());
    if (*last >= today) return false;
    auto statement = database_->prepare("INSERT OR REPLACE INTO state VALUES ('digest_day', ?)");
    if (!statement) return std::unexpected(statement.error());
    statement->bind(1, today);
    if (auto done = statement->run(); !done) return std::unexpected(done.error());
    if (auto done = transaction.commit(); !done) return std::unexpected(done.error());
    return *last > 0;
  }

  Outcome<void> mark(std::span<const std::string> ids) {
    Transaction transaction(*database_);
    if (auto begun = transaction.begin(); !begun) return begun;
    auto statement = database_->prepare("UPDATE kept SET told = 1 WHERE id = ?");
    if (!statement) return std::unexpected(statement.error());
    for (const auto& id : ids) {
      statement->bind(1, id);
      if (auto done = statement->run(); !done) return done;
    }
    return transaction.commit();
  }

  const Schema schema_;
  const std::string path_;
  const std::chrono::hours keep_;
  const std::uint64_t most_bytes_;
  const FileUse use_;
  std::mutex mutex_;
  std::optional<Database> database_;
  ino_t log_inode_ = 0;  ///< after the last call
};

}  // namespace

base::Result<std::unique_ptr<Quarantine>> open_quarantine_file(const std::string& path,
                                                               const QuarantineSettings& settings,
                                                               FileUse use) {
  auto quarantine = std::make_unique<FileQuarantine>(path, settings, use);
  const auto opened = quarantine->open();
  const bool may_wait = use == FileUse::Make && !opened && opened.error().is_passing();
  if (!opened && !may_wait)
    return std::unexpected(base::Error{quarantine->about_file(opened.error().message)});
  return quarantine;
}

}  // namespace backstop::store::sqlite
