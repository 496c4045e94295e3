#include "store/event_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <vector>

#include "store/history_place_test.h"

namespace backstop::store {
namespace {

using std::chrono::milliseconds;
using testing::Each;
using testing::ElementsAre;
using testing::Le;
using testing::SizeIs;

/// A database that can be shut, so that whoever writes waits, and broken, so that writing fails.
class Database {
 public:
  base::Result<void> write(const std::list<Event>& batch) {
    std::unique_lock lock(mutex_);
    ++attempts_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !is_shut_; });
    if (is_broken_) return std::unexpected(base::Error{"broken"});
    batches_.push_back(batch.size());
    for (const Event& event : batch) ids_.push_back(event.id);
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

  template <typename T>
  T get(T Database::* member) {
    const std::lock_guard lock(mutex_);
    return this->*member;
  }

  std::vector<std::string> ids_;
  std::vector<std::size_t> batches_;
  std::vector<std::string> warnings_;

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
  int tidied_ = 0;
};

class Sink : public EventSink {
 public:
  explicit Sink(Database& database) : database_(database) {}
  base::Result<void> write(const std::list<Event>& batch) override { return database_.write(batch); }
  base::Result<bool> tidy() override { return database_.tidy(); }

 private:
  Database& database_;
};

class Writer : public testing::Test {
 protected:
  EventWriter& open(std::size_t buffer = 10'000, milliseconds batch = milliseconds(1)) {
    writer_ = std::make_unique<EventWriter>(std::make_unique<Sink>(database_), buffer, batch,
                                            [this](std::string line) { database_.warn(std::move(line)); });
    return *writer_;
  }
  void record(int first, int last) {
    for (int i = first; i <= last; ++i) writer_->record(make_event(i));
  }

  Database database_;
  std::unique_ptr<EventWriter> writer_;
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
  const auto ids = database_.get(&Database::ids_);
  ASSERT_THAT(ids, SizeIs(5000));
  for (std::size_t i = 0; i < ids.size(); ++i) ASSERT_EQ(ids[i], "id" + std::to_string(i + 1));
}

TEST_F(Writer, BatchesHaveALimit) {
  open();
  database_.shut(true);
  record(0, 0);
  database_.wait_for_attempts(1);
  record(1, 2 * EventWriter::kMostBatch);
  record(0, 0);
  database_.shut(false);
  ASSERT_TRUE(writer_->flush(kLong));
  EXPECT_THAT(database_.get(&Database::batches_),
              ElementsAre(1, EventWriter::kMostBatch, EventWriter::kMostBatch, 1));
}

// What the writer has in its hands counts, too.
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
  EXPECT_EQ(database_.get(&Database::ids_)[100], "id104");
  writer_.reset();
  EXPECT_THAT(database_.get(&Database::warnings_), ElementsAre("3 events were lost: the buffer was full"));
}

// Losses are not said more often than once a minute, but none goes unsaid.
TEST_F(Writer, SaysInTheEndWhatItHasNotYetSaid) {
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
  EXPECT_THAT(database_.get(&Database::warnings_), ElementsAre("2 events were lost: the buffer was full",
                                                               "3 events were lost: the buffer was full"));
}

TEST_F(Writer, WithoutABufferAllIsLost) {
  open(0);
  record(1, 2);
  EXPECT_TRUE(writer_->flush(kLong));
  EXPECT_EQ(writer_->counters().lost, 2u);
}

// Neither a full batch nor a flush waits for the time of gathering.
TEST_F(Writer, GathersNoLongerThanIsOfUse) {
  open(10'000, std::chrono::hours(1));
  record(1, static_cast<int>(EventWriter::kMostBatch));
  database_.wait_for_attempts(1);
  record(1, 10);
  EXPECT_TRUE(writer_->flush(kLong));
  record(11, 20);
  writer_.reset();
  EXPECT_THAT(database_.get(&Database::ids_), SizeIs(EventWriter::kMostBatch + 20));
  EXPECT_THAT(database_.get(&Database::batches_), Each(Le(EventWriter::kMostBatch)));
}

TEST_F(Writer, TriesAgainByItself) {
  open();
  database_.break_it(true);
  record(1, 3);
  database_.wait_for_attempts(2);
  EXPECT_THAT(database_.get(&Database::warnings_),
              ElementsAre("broken; events wait in memory, mail goes on"));
  database_.break_it(false);
  database_.wait_for_warnings(2);
  EXPECT_THAT(database_.get(&Database::ids_), ElementsAre("id1", "id2", "id3"));
  EXPECT_EQ(database_.get(&Database::warnings_)[1], "writing works again; no event was lost");
}

TEST_F(Writer, TriesAgainWhenItIsDestroyed) {
  open();
  database_.break_it(true);
  record(1, 3);
  database_.wait_for_attempts(1);
  database_.break_it(false);
  record(4, 4);
  writer_.reset();
  EXPECT_THAT(database_.get(&Database::ids_), ElementsAre("id1", "id2", "id3", "id4"));
}

TEST_F(Writer, GivesUpInTheEnd) {
  open();
  database_.break_it(true);
  record(1, 3);
  database_.wait_for_attempts(1);
  writer_.reset();
  EXPECT_THAT(database_.get(&Database::warnings_),
              ElementsAre("broken; events wait in memory, mail goes on",
                          "3 events were lost: the end came before they could be written"));
}

TEST_F(Writer, TidiesUntilNothingIsLeft) {
  database_.set_untidy(50);
  open();
  database_.wait_for_tidied(50);
  record(1, 1);
  EXPECT_TRUE(writer_->flush(kLong));
  database_.wait_for_tidied(51);
}

// Deleting may be what makes room.
TEST_F(Writer, TidiesThoughWritingFails) {
  database_.break_it(true);
  database_.set_untidy(3);
  open();
  record(1, 1);
  database_.wait_for_tidied(3);
}

TEST_F(Writer, SaysThatItCannotTidy) {
  database_.set_untidy(-1);
  open();
  database_.wait_for_warnings(1);
  record(1, 1);
  EXPECT_TRUE(writer_->flush(kLong));
  EXPECT_THAT(database_.get(&Database::warnings_), ElementsAre("old events can't be deleted: can't tidy"));
}

}  // namespace
}  // namespace backstop::store
