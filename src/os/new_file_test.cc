#include "os/new_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/folder_fixture.h"

namespace backstop::os {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(NewFile, IsMadeWhole) {
  const base::TemporaryFolder folder;
  const std::string path = folder.path("a");
  ASSERT_TRUE(create_file(path, "text", 0640));
  EXPECT_EQ(content_of(path), "text");
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0640u);
  EXPECT_EQ(status.st_nlink, 1u) << "the temporary name is gone";
}

TEST(NewFile, IsNeverWrittenOver) {
  const base::TemporaryFolder folder;
  const std::string path = folder.path("a");
  ASSERT_TRUE(create_file(path, "first", 0600));
  const auto again = create_file(path, "second", 0600);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, "can't make it: File exists");
  EXPECT_EQ(content_of(path), "first");
  const auto nowhere = create_file(folder.path("gone/a"), "x", 0600);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().message, "can't write in its folder: No such file or directory");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace backstop::os
