#include "store/batch_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace backstop::store {
namespace {

using std::chrono::milliseconds;
using testing::Each;
using testing::ElementsAre;
using testing::Le;
using testing::SizeIs;

constexpr std::chrono::seconds kLong{60};

constexpr int kAlways = 1'000'000'000;  // steps of tidying

struct Entry {
  int number;
};

using EntryWriter = BatchWriter<Entry>;

/// A database that can be shut, so that a write waits, and broken, so that a write fails.
class Database {
 public:
  base::Result<void> write(const std::list<Entry>& batch) {
    std::unique_lock lock(mutex_);
    const std::uint64_t aside = aside_.recorded;
    ++attempts_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !is_shut_; });
    if (is_broken_) return std::unexpected(base::Error{"broken"});
    batches_.push_back(batch.size());
    for (const Entry& entry : batch) numbers_.push_back(entry.number);
    aside_.written = aside;
    changed_.notify_all();
    return {};
  }
  base::Result<bool> tidy() {
    const std::lock_guard lock(mutex_);
    ++tidied_;
    changed_.notify_all();
    if (untidy_ < 0) return std::unexpected(base::Error{"can't tidy"});
    if (untidy_ > 0) --untidy_;
    return untidy_ > 0;
  }

  void shut(bool is_shut) {
    change([&] { is_shut_ = is_shut; });
  }
  void break_it(bool is_broken) {
    change([&] { is_broken_ = is_broken; });
  }
  void set_untidy(int steps) {
    change([&] { untidy_ = steps; });
  }
  void add_aside(std::uint64_t count) {
    change([&] { aside_.recorded += count; });
  }
  void lose_aside(std::uint64_t count) {
    change([&] { aside_.lost += count; });
  }
  void wait_for_aside(std::uint64_t written) {
    wait([&] { return aside_.written >= written; });
  }
  void warn(std::string line) {
    change([&] { warnings_.push_back(std::move(line)); });
  }

  void wait_for_attempts(int attempts) {
    wait([&] { return attempts_ >= attempts; });
  }
  void wait_for_tidied(int steps) {
    wait([&] { return tidied_ >= steps; });
  }
  void wait_for_warnings(std::size_t lines) {
    wait([&] { return warnings_.size() >= lines; });
  }

  int attempts() {
    const std::lock_guard lock(mutex_);
    return attempts_;
  }
  template <typename T>
  T get(T Database::* member) {
    const std::lock_guard lock(mutex_);
    return this->*member;
  }

  std::vector<int> numbers_;
  std::vector<std::size_t> batches_;
  std::vector<std::string> warnings_;
  int tidied_ = 0;
  BatchCounters aside_;  ///< what the sink is said to gather by itself

 private:
  template <typename Change>
  void change(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }
  template <typename Condition>
  void wait(Condition is_met) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, kLong, is_met));
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_shut_ = false;
  bool is_broken_ = false;
  int attempts_ = 0;
  int untidy_ = 0;
};

class Sink : public BatchSink<Entry> {
 public:
  explicit Sink(Database& database) : database_(database) {}
  base::Result<void> write(const std::list<Entry>& batch) override { return database_.write(batch); }
  base::Result<bool> tidy() override { return database_.tidy(); }
  BatchCounters aside() const override { return database_.get(&Database::aside_); }

 private:
  Database& database_;
};

class Writer : public testing::Test {
 protected:
  EntryWriter& open(std::size_t buffer = 10'000, milliseconds gather = milliseconds(1)) {
    writer_ = std::make_unique<EntryWriter>(
        std::make_unique<Sink>(database_),
        BatchSettings{.buffer = buffer,
                      .gather = gather,
                      .words = {"entry", "entries", "old entries can't be deleted"}},
        [this](std::string line) { database_.warn(std::move(line)); });
    return *writer_;
  }
  void record(int first, int last) {
    for (int i = first; i <= last; ++i) writer_->record({i});
  }

  Database database_;
  std::unique_ptr<EntryWriter> writer_;
};

TEST_F(Writer, RecordDoesNotWaitForADatabaseThatHangs) {
  open();
  database_.shut(true);
  record(1, 1);
  database_.wait_for_attempts(1);
  record(2, 5000);
  EXPECT_EQ(writer_->counters().recorded, 5000u);
  EXPECT_EQ(writer_->counters().written, 0u);
  EXPECT_FALSE(writer_->flush(milliseconds(1)));
  database_.shut(false);
  EXPECT_TRUE(writer_->flush(kLong));
  EXPECT_EQ(writer_->counters().written, 5000u);
  const auto numbers = database_.get(&Database::numbers_);
  ASSERT_THAT(numbers, SizeIs(5000));
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(numbers[static_cast<std::size_t>(i)], i + 1);
}

TEST_F(Writer, SaysWhyWritingFailsUntilItWorks) {
  open();
  EXPECT_EQ(writer_->counters().trouble, "");
  database_.break_it(true);
  record(1, 1);
  database_.wait_for_attempts(2);
  EXPECT_EQ(writer_->counters().trouble, "broken");
  database_.break_it(false);
  ASSERT_TRUE(writer_->flush(kLong));
  EXPECT_EQ(writer_->counters().trouble, "");
}

TEST_F(Writer, BatchesHaveALimit) {
  open();
  database_.shut(true);
  record(0, 0);
  database_.wait_for_attempts(1);
  record(1, 2 * EntryWriter::kMostBatch);
  record(0, 0);
  database_.shut(false);
  ASSERT_TRUE(writer_->flush(kLong));
  EXPECT_THAT(database_.get(&Database::batches_),
              ElementsAre(1, EntryWriter::kMostBatch, EntryWriter::kMostBatch, 1));
}

// The batch that is being written counts, too.
TEST_F(Writer, TheBufferHasALimit) {
  open(100);
  database_.shut(true);
  record(1, 1);
  database_.wait_for_attempts(1);
  record(2, 100);
  EXPECT_EQ(writer_->counters().lost, 0u);
  record(101, 103);
  EXPECT_EQ(writer_->counters().recorded, 100u);
  EXPECT_EQ(writer_->counters().lost, 3u);
  database_.shut(false);
  ASSERT_TRUE(writer_->flush(kLong));
  record(104, 203);
  ASSERT_TRUE(writer_->flush(kLong));
  EXPECT_EQ(writer_->counters().written, 200u);
  EXPECT_EQ(writer_->counters().lost, 3u);
  EXPECT_EQ(database_.get(&Database::numbers_)[100], 104);
  writer_.reset();
  EXPECT_THAT(database_.get(&Database::warnings_), ElementsAre("3 entries were lost: the buffer was full"));
}

// Losses are reported once a minute at most, and the rest at the end.
TEST_F(Writer, ReportsTheRestOfTheLossesAtTheEnd) {
  open(1);
  for (const int round : {1, 2}) {
    database_.shut(true);
    record(round, round);
    database_.wait_for_attempts(round);
    record(10, 10 + round);
    database_.shut(false);
    ASSERT_TRUE(writer_->flush(kLong));
  }
  writer_.reset();
  EXPECT_THAT(database_.get(&Database::warnings_), ElementsAre("2 entries were lost: the buffer was full",
                                                               "3 entries were lost: the buffer was full"));
}

TEST_F(Writer, WithoutABufferAllIsLost) {
  open(0);
  record(1, 2);
  EXPECT_TRUE(writer_->flush(kLong));
  EXPECT_EQ(writer_->counters().lost, 2u);
}

// A full batch, a flush and the end cut the time of gathering short.
TEST_F(Writer, GathersNoLongerThanIsUseful) {
  open(10'000, std::chrono::hours(1));
  for (int i = 1; i <= static_cast<int>(EntryWriter::kMostBatch); ++i) {
    record(i, i);
    std::this_thread::yield();  // so that the writer already gathers when the batch becomes full
  }
  database_.wait_for_attempts(1);
  record(1, 10);
  EXPECT_TRUE(writer_->flush(kLong));
  record(11, 20);
  writer_.reset();
  EXPECT_THAT(database_.get(&Database::numbers_), SizeIs(EntryWriter::kMostBatch + 20));
  EXPECT_THAT(database_.get(&Database::batches_), Each(Le(EntryWriter::kMostBatch)));
}

TEST_F(Writer, TriesAgainByItself) {
  open();
  database_.break_it(true);
  record(1, 3);
  database_.wait_for_attempts(2);
  EXPECT_THAT(database_.get(&Database::warnings_),
              ElementsAre("broken; entries wait in memory, mail is not delayed"));
  database_.break_it(false);
  database_.wait_for_warnings(2);
  EXPECT_THAT(database_.get(&Database::numbers_), ElementsAre(1, 2, 3));
  EXPECT_EQ(database_.get(&Database::warnings_)[1], "writing works again; no entry was lost");
}

TEST_F(Writer, TriesAgainWhenItIsDestroyed) {
  open();
  database_.break_it(true);
  record(1, 3);
  database_.wait_for_attempts(1);
  database_.break_it(false);
  record(4, 4);
  writer_.reset();
  EXPECT_THAT(database_.get(&Database::numbers_), ElementsAre(1, 2, 3, 4));
}

TEST_F(Writer, GoesOnTryingWhileItIsDestroyed) {
  open();
  database_.break_it(true);
  record(1, 3);
  database_.wait_for_attempts(1);
  const std::jthread mender([&] {
    database_.wait_for_attempts(3);
    database_.break_it(false);
  });
  writer_.reset();
  EXPECT_THAT(database_.get(&Database::numbers_), ElementsAre(1, 2, 3));
}

TEST_F(Writer, GivesUpInTheEnd) {
  open();
  database_.break_it(true);
  record(1, 3);
  database_.wait_for_attempts(1);
  writer_.reset();
  EXPECT_THAT(database_.get(&Database::warnings_),
              ElementsAre("broken; entries wait in memory, mail is not delayed",
                          "3 entries were lost: the program stopped before they could be written"));
}

TEST_F(Writer, TidiesUntilNothingIsLeft) {
  database_.set_untidy(50);
  open();
  database_.wait_for_tidied(50);
  record(1, 1);
  EXPECT_TRUE(writer_->flush(kLong));
  database_.wait_for_tidied(51);
}

// The look for old items, which the writer begins with and takes once a minute, writes it.
TEST_F(Writer, WritesWhatIsAsideByItself) {
  database_.add_aside(3);
  open();
  database_.wait_for_aside(3);
  EXPECT_THAT(database_.get(&Database::batches_), ElementsAre(0));
}

TEST_F(Writer, AFlushWritesWhatIsAside) {
  open(10'000, std::chrono::hours(1));
  for (std::uint64_t count = 1; count <= 3; ++count) {
    database_.add_aside(1);
    ASSERT_TRUE(writer_->flush(kLong));
    EXPECT_EQ(database_.get(&Database::aside_).written, count);
  }
  database_.add_aside(1);
  record(1, 1);
  ASSERT_TRUE(writer_->flush(kLong));
  EXPECT_EQ(database_.get(&Database::aside_).written, 4u);
  EXPECT_EQ(writer_->counters().written, 1u);
}

// A write that began before takes nothing of what is added during it.
TEST_F(Writer, AFlushDuringAWriteWaitsForTheNextOne) {
  open();
  database_.shut(true);
  record(1, 1);
  database_.wait_for_attempts(1);
  database_.add_aside(1);
  EXPECT_FALSE(writer_->flush(milliseconds(1)));
  database_.shut(false);
  EXPECT_TRUE(writer_->flush(kLong));
  EXPECT_EQ(database_.get(&Database::aside_).written, 1u);
}

TEST_F(Writer, TriesAgainToWriteWhatIsAside) {
  database_.break_it(true);
  database_.set_untidy(-1);
  database_.add_aside(2);
  open();
  database_.wait_for_attempts(3);
  EXPECT_THAT(database_.get(&Database::warnings_),
              ElementsAre("broken; entries wait in memory, mail is not delayed"))
      << "the cause is the same for what can't be tidied";
  database_.set_untidy(0);
  database_.break_it(false);
  database_.wait_for_aside(2);
  database_.wait_for_warnings(2);
  EXPECT_EQ(database_.get(&Database::warnings_)[1], "writing works again; no entry was lost");
}

TEST_F(Writer, WritesWhatIsAsideWhenItIsDestroyed) {
  open();
  ASSERT_TRUE(writer_->flush(kLong));
  database_.break_it(true);
  database_.add_aside(2);
  const int attempts = database_.attempts();
  const std::jthread mender([&] {
    database_.wait_for_attempts(attempts + 2);
    database_.break_it(false);
  });
  writer_.reset();
  EXPECT_EQ(database_.get(&Database::aside_).written, 2u);
  EXPECT_EQ(database_.get(&Database::warnings_)[0], "broken; entries wait in memory, mail is not delayed");
}

TEST_F(Writer, CountsWhatIsLostAside) {
  open();
  database_.lose_aside(2);
  EXPECT_EQ(writer_->counters().lost, 2u);
  database_.break_it(true);
  record(1, 3);
  database_.wait_for_attempts(1);
  database_.add_aside(4);
  writer_.reset();
  EXPECT_THAT(database_.get(&Database::warnings_),
              ElementsAre("broken; entries wait in memory, mail is not delayed",
                          "9 entries were lost: the program stopped before they could be written"));
}

// Deleting may be what makes room.
TEST_F(Writer, TidiesThoughWritingFails) {
  database_.set_untidy(kAlways);
  open();
  database_.break_it(true);
  record(1, 1);
  database_.wait_for_attempts(1);
  database_.wait_for_tidied(database_.get(&Database::tidied_) + 3);
}

// The cause is that of the write, which is reported.
TEST_F(Writer, DoesNotReportThatItCannotTidyWhileWritingFails) {
  database_.set_untidy(kAlways);
  open();
  database_.break_it(true);
  record(1, 1);
  database_.wait_for_attempts(1);
  database_.set_untidy(-1);
  database_.wait_for_tidied(database_.get(&Database::tidied_) + 1);
  database_.break_it(false);
  database_.wait_for_warnings(3);
  EXPECT_THAT(
      database_.get(&Database::warnings_),
      ElementsAre("broken; entries wait in memory, mail is not delayed",
                  "writing works again; no entry was lost", "old entries can't be deleted: can't tidy"));
}

TEST_F(Writer, SaysThatItCannotTidy) {
  database_.set_untidy(-1);
  open();
  database_.wait_for_warnings(1);
  record(1, 1);
  EXPECT_TRUE(writer_->flush(kLong));
  EXPECT_THAT(database_.get(&Database::warnings_), ElementsAre("old entries can't be deleted: can't tidy"));
}

}  // namespace
}  // namespace backstop::store
