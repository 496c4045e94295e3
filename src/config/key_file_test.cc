#include "config/key_file.h"

#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "base/folder_fixture.h"

namespace backstop::config {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::sys_days kToday{std::chrono::days(20780)};
constexpr std::chrono::days kLifetime{7};

origin::KeyRing make_ring() {
  auto ring = origin::KeyRing::parse("0 exim sign 2026-01-01 secret\n");
  EXPECT_TRUE(ring);
  return *ring;
}

class KeyFile : public testing::Test {
 protected:
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_.path()), {}));
  }
  static unsigned mode_of(const std::string& path) {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 07777U;
  }

  base::TemporaryFolder folder_;
  std::string path_ = folder_.path("keys");
};

TEST_F(KeyFile, IsMadeForItsOwnerAlone) {
  const auto old_mask = ::umask(0);
  ASSERT_TRUE(create_key_file(path_, make_ring()));
  ::umask(old_mask);
  EXPECT_EQ(mode_of(path_), 0600u);
  EXPECT_EQ(files(), 1u);
  const auto ring = read_key_file(path_);
  ASSERT_TRUE(ring) << ring.error().message;
  EXPECT_EQ(ring->serialize(), make_ring().serialize());
}

TEST_F(KeyFile, IsNeverOverwritten) {
  ASSERT_TRUE(create_key_file(path_, make_ring()));
  const auto again = create_key_file(path_, *origin::KeyRing::parse("1 exim sign 2026-01-01 other\n"));
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message.find("there already"), std::string::npos) << again.error().message;
  EXPECT_EQ(read_key_file(path_)->serialize(), make_ring().serialize());
  EXPECT_EQ(files(), 1u) << "the temporary file is gone";
}

TEST_F(KeyFile, IsRefusedWhenOthersCanReachIt) {
  ASSERT_TRUE(create_key_file(path_, make_ring()));
  for (const unsigned mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0601U, 0644U}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    const auto ring = read_key_file(path_);
    ASSERT_FALSE(ring) << mode;
    char text[8];
    std::snprintf(text, sizeof text, "%04o", mode);
    EXPECT_NE(ring.error().message.find(text), std::string::npos) << ring.error().message;
    EXPECT_NE(ring.error().message.find("chmod 600 " + path_), std::string::npos) << ring.error().message;
    EXPECT_FALSE(rotate_key_file(path_, kToday, kLifetime)) << mode;
  }
  for (const unsigned mode : {0600U, 0400U}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    EXPECT_TRUE(read_key_file(path_)) << mode;
  }
}

TEST_F(KeyFile, RefusesWhatIsNoFile) {
  const auto missing = read_key_file(path_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message,
            "key file " + path_ + ": no such file; \"backstop keys new " + path_ + "\" makes it");
  EXPECT_FALSE(read_key_file(folder_.path().string())) << "a folder";
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_FALSE(read_key_file(path_)) << "a pipe must not block";
  const std::string gone = folder_.path("missing");
  const auto made = create_key_file(gone + "/keys", make_ring());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "key file " + gone + "/keys: there is no folder " + gone);
}

TEST_F(KeyFile, RefusesOtherText) {
  std::ofstream(path_) << "not a key file, password=hunter2\n";
  ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
  const auto ring = read_key_file(path_);
  ASSERT_FALSE(ring);
  EXPECT_NE(ring.error().message.find("line 1"), std::string::npos);
  EXPECT_EQ(ring.error().message.find("hunter2"), std::string::npos);
}

TEST_F(KeyFile, RotatesInPlace) {
  ASSERT_TRUE(create_key_file(path_, make_ring()));
  EXPECT_EQ(rotate_key_file(path_, kToday, kLifetime), 1);
  EXPECT_EQ(mode_of(path_), 0600u);
  EXPECT_EQ(files(), 1u);
  const auto ring = read_key_file(path_);
  ASSERT_TRUE(ring);
  ASSERT_EQ(ring->keys().size(), 2u);
  EXPECT_EQ(ring->keys()[0].use, origin::KeyUse::Retired);
  EXPECT_EQ(ring->signing_key()->secret.size(), 64u);
}

// The quarantine may need any of the keys.
TEST_F(KeyFile, DropsNoKeyUnlessItKnowsWhatIsInUse) {
  ASSERT_TRUE(create_key_file(path_, make_ring()));
  auto day = kToday;
  for (int i = 1; i < origin::KeyRing::kNumbers; ++i, day += std::chrono::days(100))
    EXPECT_EQ(rotate_key_file(path_, day, kLifetime), i);
  const auto refused = rotate_key_file(path_, day, kLifetime);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("give -c CONFIG"), std::string::npos) << refused.error().message;
  EXPECT_EQ(read_key_file(path_)->keys().size(), 10u);
  EXPECT_EQ(rotate_key_file(path_, day, kLifetime, origin::KeyNumbers(0b11)), 2);
  EXPECT_EQ(read_key_file(path_)->keys().size(), 4u) << "0 and 1 are in use, 9 was retired today, 2 is new";
}

TEST_F(KeyFile, RotatesBehindASymbolicLink) {
  ASSERT_TRUE(create_key_file(path_, make_ring()));
  const auto link = folder_.path() / "link";
  fs::create_symlink("keys", link);
  EXPECT_EQ(rotate_key_file(link.string(), kToday, kLifetime), 1);
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(read_key_file(path_)->keys().size(), 2u);
}

TEST_F(KeyFile, KeepsItsOwnerWhenRootRotates) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_TRUE(create_key_file(path_, make_ring()));
  ASSERT_EQ(::chown(path_.c_str(), 12345, 23456), 0);
  ASSERT_TRUE(rotate_key_file(path_, kToday, kLifetime));
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 12345u);
  EXPECT_EQ(status.st_gid, 23456u);
}

TEST_F(KeyFile, IsRotatedByOneAtATime) {
  ASSERT_TRUE(create_key_file(path_, make_ring()));
  const int other = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(::flock(other, LOCK_EX), 0);
  EXPECT_FALSE(rotate_key_file(path_, kToday, kLifetime));
  ::close(other);
  EXPECT_TRUE(rotate_key_file(path_, kToday, kLifetime));
}

TEST_F(KeyFile, StaysWhenNoNumberIsFree) {
  ASSERT_TRUE(create_key_file(path_, make_ring()));
  for (int i = 1; i < origin::KeyRing::kNumbers; ++i) ASSERT_EQ(rotate_key_file(path_, kToday, kLifetime), i);
  const auto before = read_key_file(path_)->serialize();
  EXPECT_FALSE(rotate_key_file(path_, kToday, kLifetime));
  EXPECT_EQ(read_key_file(path_)->serialize(), before);
}

TEST(Secret, IsLongAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto secret = make_secret();
    ASSERT_TRUE(secret);
    EXPECT_EQ(secret->size(), 64u);
    EXPECT_EQ(secret->find_first_not_of("0123456789abcdef"), std::string::npos);
    seen.insert(*secret);
  }
  EXPECT_EQ(seen.size(), 100u);
}

}  // namespace
}  // namespace backstop::config
