// A mail is on the disk before the answer is yes: the order of the calls that bring it there, and each of
// them failing. In a program of its own, since it replaces them.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <expected>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/folder_fixture.h"
#include "next_hop/maildir.h"

namespace {

namespace fs = std::filesystem;

struct Calls {
  fs::path root;                  ///< only what is in here is recorded
  std::vector<std::string> made;  ///< failed ones too
  std::size_t failing = 0;        ///< the number of the one that fails, from 1; 0: none does
  int error = EIO;
};
Calls calls;

// Below the root. Names of mails are of no interest, only that it is one.
std::string shown(const fs::path& path) {
  auto below = path.lexically_relative(calls.root);
  if (below.has_parent_path() && below.filename().string().ends_with(".mx.test")) {
    below.replace_filename("mail");
  }
  return below.string();
}

// False if this call must fail.
bool record(std::string call) {
  calls.made.push_back(std::move(call));
  if (calls.made.size() != calls.failing) return true;
  errno = calls.error;
  return false;
}

bool is_ours(const fs::path& path) {
  return !calls.root.empty() && path.string().starts_with(calls.root.string());
}

}  // namespace

extern "C" {

int fsync(int fd) {
  std::error_code unknown;
  const auto path = fs::read_symlink(fmt::format("/proc/self/fd/{}", fd), unknown);
  struct stat found{};
  if (is_ours(path) && ::fstat(fd, &found) == 0) {
    const std::string size = S_ISREG(found.st_mode) ? fmt::format(" of {}", found.st_size) : "";
    if (!record("sync " + shown(path) + size)) return -1;
  }
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

int mkdir(const char* path, mode_t mode) noexcept {
  if (is_ours(path) && !record("mkdir " + shown(path))) return -1;
  return static_cast<int>(::syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}

int link(const char* from, const char* to) noexcept {
  if (is_ours(from) && !record("link " + shown(from) + " " + shown(to))) return -1;
  return static_cast<int>(::syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int unlink(const char* path) noexcept {
  if (is_ours(path) && !record("unlink " + shown(path))) return -1;
  return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}

}  // extern "C"

namespace backstop::next_hop {
namespace {

using testing::ElementsAre;

class MaildirSyncTest : public testing::Test {
 protected:
  MaildirSyncTest() {
    calls = {};
    calls.root = folder_.path();
  }
  ~MaildirSyncTest() override { calls = {}; }

  static fs::path box() { return calls.root / "bob"; }
  static std::ptrdiff_t count(std::string_view part) {
    if (!fs::exists(box() / part)) return 0;
    return std::distance(fs::directory_iterator(box() / part), {});
  }
  static std::expected<void, Failed> mail() {
    auto file = MaildirFile::create(box().string(), "mx.test");
    if (!file) return std::unexpected(file.error());
    if (auto written = file->write("Subject: a\r\n\r\nb\r\n"); !written) return written;
    return file->deliver();
  }
  /// A mail whose call `number` fails with `error`.
  static std::expected<void, Failed> fail_at(std::size_t number, int error = EIO) {
    calls.made.clear();
    calls.failing = number;
    calls.error = error;
    auto delivered = mail();
    calls.failing = 0;
    return delivered;
  }

 private:
  base::TemporaryFolder folder_;
};

TEST_F(MaildirSyncTest, AllIsOnTheDiskBeforeTheAnswer) {
  ASSERT_TRUE(mail());
  EXPECT_THAT(calls.made,
              ElementsAre("mkdir bob/cur", "mkdir bob", "sync .", "mkdir bob/cur", "sync bob",
                          "mkdir bob/new", "sync bob", "mkdir bob/tmp", "sync bob", "sync bob/tmp/mail of 14",
                          "link bob/tmp/mail bob/new/mail", "sync bob/new", "unlink bob/tmp/mail"));
  calls.made.clear();
  ASSERT_TRUE(mail());
  EXPECT_THAT(calls.made, ElementsAre("sync bob/tmp/mail of 14", "link bob/tmp/mail bob/new/mail",
                                      "sync bob/new", "unlink bob/tmp/mail"));
  EXPECT_EQ(count("new"), 2);
}

struct FailingRow {
  std::size_t number;
  std::string_view want_detail;
};

const FailingRow kFailing[] = {
    {1, "can't sync the file: Input/output error"},
    {2, "can't link it into new: Input/output error"},
    {3, "can't sync the folder: Input/output error"},
};

TEST_F(MaildirSyncTest, AFailureLeavesNothing) {
  ASSERT_TRUE(mail());
  for (const auto& row : kFailing) {
    const auto delivered = fail_at(row.number);
    ASSERT_FALSE(delivered) << row.want_detail;
    EXPECT_EQ(delivered.error().trouble, Trouble::Maildir) << row.want_detail;
    EXPECT_EQ(delivered.error().detail, row.want_detail);
    EXPECT_EQ(count("new"), 1) << row.want_detail << "; the one of before";
    EXPECT_EQ(count("tmp"), 0) << row.want_detail;
    EXPECT_GT(calls.made.size(), row.number) << "it is cleared away";
  }
}

TEST_F(MaildirSyncTest, AFullDiskIsToldAsOne) {
  ASSERT_TRUE(mail());
  for (const auto& row : kFailing) {
    for (const int error : {ENOSPC, EDQUOT}) {
      const auto delivered = fail_at(row.number, error);
      ASSERT_FALSE(delivered) << row.want_detail;
      EXPECT_EQ(delivered.error().trouble, Trouble::MaildirFull) << row.want_detail;
    }
  }
  EXPECT_EQ(count("new"), 1);
  EXPECT_EQ(count("tmp"), 0);
}

// Past the folder's sync the mail is there to stay; what is left in tmp is a second name of it.
TEST_F(MaildirSyncTest, ANameInTmpThatStaysCostsNothing) {
  ASSERT_TRUE(mail());
  EXPECT_TRUE(fail_at(4));
  EXPECT_THAT(calls.made, testing::SizeIs(4));
  EXPECT_EQ(count("new"), 2);
  EXPECT_EQ(count("tmp"), 1);
}

// Each call that makes a folder, and each that brings it to the disk.
TEST_F(MaildirSyncTest, AFolderThatCantBeKeptTakesNoMail) {
  constexpr std::size_t kOfFolders = 9;
  for (std::size_t number = 1; number <= kOfFolders; ++number) {
    const auto delivered = fail_at(number);
    ASSERT_FALSE(delivered) << number;
    EXPECT_EQ(delivered.error().detail, "can't make the folder: Input/output error") << number;
    EXPECT_THAT(calls.made, testing::SizeIs(number)) << "nothing after it";
    EXPECT_EQ(count("new") + count("tmp"), 0) << number;
    const std::string failed = calls.made.back();
    calls.made.clear();
    EXPECT_TRUE(mail()) << "once it can be kept";
    EXPECT_THAT(calls.made, testing::Contains(failed)) << "made up for";
    EXPECT_EQ(count("new"), 1);
    fs::remove_all(box());
  }
}

}  // namespace
}  // namespace backstop::next_hop
