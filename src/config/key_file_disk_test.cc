// A key file is on the disk before anybody is told that it is there, and of two rotations at once only one
// happens. In a program of its own, since it replaces the calls that it watches.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/folder_fixture.h"
#include "config/key_file.h"

namespace {

namespace fs = std::filesystem;

struct Calls {
  fs::path root;                      ///< only what is in here is recorded
  std::vector<std::string> made;      ///< failed ones too
  std::size_t failing = 0;            ///< the number of the one that fails, from 1; 0: none does
  std::function<void()> before_lock;  ///< what another process does just before the file is locked
};
Calls calls;

bool is_ours(const fs::path& path) {
  return !calls.root.empty() && path.string().starts_with(calls.root.string());
}

// Returns false if this call must fail.
bool record(std::string call) {
  calls.made.push_back(std::move(call));
  if (calls.made.size() != calls.failing) return true;
  errno = EIO;
  return false;
}

}  // namespace

extern "C" {

int fsync(int fd) {
  std::error_code unknown;
  const auto path = fs::read_symlink(fmt::format("/proc/self/fd/{}", fd), unknown);
  struct stat found{};
  if (is_ours(path) && ::fstat(fd, &found) == 0) {
    if (!record(S_ISREG(found.st_mode) ? fmt::format("sync the file of {}", found.st_size)
                                       : "sync the folder"))
      return -1;
  }
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

int link(const char* from, const char* to) noexcept {
  if (is_ours(from) && !record("link")) return -1;
  return static_cast<int>(::syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int rename(const char* from, const char* to) noexcept {
  if (is_ours(from) && !record("rename")) return -1;
  return static_cast<int>(::syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to));
}

int flock(int fd, int operation) noexcept {
  if (calls.before_lock) std::exchange(calls.before_lock, nullptr)();
  return static_cast<int>(::syscall(SYS_flock, fd, operation));
}

}  // extern "C"

namespace backstop::config {
namespace {

using testing::ElementsAre;

constexpr std::chrono::sys_days kToday{std::chrono::days(20780)};
constexpr std::chrono::days kLifetime{7};

class KeyFileDisk : public testing::Test {
 protected:
  KeyFileDisk() {
    calls = {};
    calls.root = folder_.path();
  }
  ~KeyFileDisk() override { calls = {}; }

  static std::string path() { return (calls.root / "keys").string(); }
  static std::ptrdiff_t files() { return std::distance(fs::directory_iterator(calls.root), {}); }
  static origin::KeyRing ring() { return *origin::KeyRing::parse("0 exim sign 2026-01-01 secret\n"); }
  static std::string sync_of_file() { return fmt::format("sync the file of {}", fs::file_size(path())); }

 private:
  base::TemporaryFolder folder_;
};

TEST_F(KeyFileDisk, ANewFileIsOnTheDiskBeforeItHasItsName) {
  ASSERT_TRUE(create_key_file(path(), ring()));
  EXPECT_THAT(calls.made, ElementsAre(sync_of_file(), "link", "sync the folder"));
}

TEST_F(KeyFileDisk, ARotatedFileIsOnTheDiskBeforeItReplacesTheOld) {
  ASSERT_TRUE(create_key_file(path(), ring()));
  calls.made.clear();
  ASSERT_TRUE(rotate_key_file(path(), kToday, kLifetime));
  EXPECT_THAT(calls.made, ElementsAre(sync_of_file(), "rename", "sync the folder"));
}

TEST_F(KeyFileDisk, WithoutADiskThereIsNoNewFile) {
  for (const std::size_t number : {1UZ, 2UZ}) {
    calls.made.clear();
    calls.failing = number;
    EXPECT_FALSE(create_key_file(path(), ring())) << number;
    EXPECT_EQ(files(), 0) << number;
  }
}

TEST_F(KeyFileDisk, WithoutADiskTheOldFileStays) {
  ASSERT_TRUE(create_key_file(path(), ring()));
  for (const std::size_t number : {1UZ, 2UZ}) {
    calls.made.clear();
    calls.failing = number;
    EXPECT_FALSE(rotate_key_file(path(), kToday, kLifetime)) << number;
    EXPECT_EQ(files(), 1) << number;
    EXPECT_EQ(read_key_file(path())->serialize(), ring().serialize()) << number;
  }
}

TEST_F(KeyFileDisk, AFolderThatIsNotSyncedIsReported) {
  calls.failing = 3;
  EXPECT_FALSE(create_key_file(path(), ring()));
  calls.made.clear();
  EXPECT_FALSE(rotate_key_file(path(), kToday, kLifetime));
  EXPECT_THAT(calls.made, testing::SizeIs(3));
}

// The other rotation opened the file as well, and replaced it before we had the lock of the old one: ours
// would take its key away again.
TEST_F(KeyFileDisk, ARotationThatAnotherOvertookChangesNothing) {
  ASSERT_TRUE(create_key_file(path(), ring()));
  bool is_overtaken = false;
  calls.before_lock = [&] { is_overtaken = rotate_key_file(path(), kToday, kLifetime).has_value(); };
  const auto number = rotate_key_file(path(), kToday, kLifetime);
  ASSERT_TRUE(is_overtaken);
  ASSERT_FALSE(number);
  EXPECT_THAT(number.error().message, testing::EndsWith("somebody else changes it right now; try again"));
  EXPECT_EQ(read_key_file(path())->keys().size(), 2u);
  EXPECT_EQ(rotate_key_file(path(), kToday, kLifetime), 2) << "the second try sees the other's key";
}

}  // namespace
}  // namespace backstop::config
