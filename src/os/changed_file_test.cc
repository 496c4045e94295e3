#include "os/changed_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>
#include <vector>

#include "base/folder_fixture.h"

namespace backstop::os {
namespace {

using testing::HasSubstr;

constexpr std::size_t kMost = 1000;

class ChangedFileTest : public testing::Test {
 protected:
  std::string path() const { return folder_.path("small"); }
  base::TemporaryFolder folder_;

  static auto adding(std::string_view text) {
    return
        [text](std::string_view old) -> base::Result<std::string> { return std::string(old).append(text); };
  }
};

TEST_F(ChangedFileTest, IsMadeAndReplaced) {
  EXPECT_EQ(read_small_file(path(), kMost, 0600).value(), "");
  ASSERT_TRUE(change_file(path(), kMost, 0600, adding("one\n")));
  ASSERT_TRUE(change_file(path(), kMost, 0600, adding("two\n")));
  EXPECT_EQ(read_small_file(path(), kMost, 0600).value(), "one\ntwo\n");
  struct stat status{};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600u);
}

TEST_F(ChangedFileTest, StaysAsItIsIfTheChangeFails) {
  ASSERT_TRUE(change_file(path(), kMost, 0600, adding("one\n")));
  const auto done = change_file(path(), kMost, 0600, [](std::string_view) -> base::Result<std::string> {
    return std::unexpected(base::Error{"no"});
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "no");
  const auto long_one = change_file(path(), kMost, 0600, adding(std::string(kMost, 'x')));
  ASSERT_FALSE(long_one);
  EXPECT_EQ(long_one.error().message, "it would have more than 1000 bytes");
  EXPECT_EQ(read_small_file(path(), kMost, 0600).value(), "one\n");
}

TEST_F(ChangedFileTest, IsRefusedIfOthersCanReachItOrIfItIsNoFile) {
  std::ofstream(path()) << "text";
  ASSERT_EQ(::chmod(path().c_str(), 0644), 0);
  EXPECT_EQ(read_small_file(path(), kMost, 0600).error().message,
            "its mode is 0644; it must be 0600 or less");
  EXPECT_EQ(read_small_file(folder_.path().string(), kMost, 0777).error().message, "it is no plain file");
  EXPECT_THAT(change_file(folder_.path("no/small"), kMost, 0600, adding("x")).error().message,
              HasSubstr("No such file or directory"));
}

TEST_F(ChangedFileTest, LosesNoneOfManyChangesAtOnce) {
  std::vector<std::jthread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([this] {
      for (int k = 0; k < 5; ++k) EXPECT_TRUE(change_file(path(), kMost, 0600, adding("x")));
    });
  }
  threads.clear();
  EXPECT_EQ(read_small_file(path(), kMost, 0600).value(), std::string(40, 'x'));
}

}  // namespace
}  // namespace backstop::os
