#include "os/byte_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <string>

#include "base/folder_fixture.h"

namespace backstop::os {
namespace {

using std::chrono::milliseconds;

std::string text_of(FileDescriptor file) {
  FileSource source(std::move(file));
  std::string text;
  EXPECT_TRUE(read_up_to(source, 100, text).value());
  return text;
}

TEST(OpenToRead, ReadsAFile) {
  const base::TemporaryFolder folder;
  const std::string path = folder.path() / "file";
  std::ofstream(path) << "text";
  FileDescriptor file = open_to_read(path);
  ASSERT_TRUE(file.is_open());
  EXPECT_TRUE(is_ready_to_read(file, milliseconds(0)));
  EXPECT_EQ(text_of(std::move(file)), "text");
}

TEST(OpenToRead, TellsWhyNot) {
  const base::TemporaryFolder folder;
  EXPECT_FALSE(open_to_read(folder.path() / "none").is_open());
  EXPECT_EQ(errno, ENOENT);
}

TEST(OpenToRead, WaitsForTheWriterOfAPipe) {
  const base::TemporaryFolder folder;
  const std::string path = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  FileDescriptor file = open_to_read(path);
  ASSERT_TRUE(file.is_open());
  EXPECT_FALSE(is_ready_to_read(file, milliseconds(0)));
  EXPECT_FALSE(is_ready_to_read(file, milliseconds(1)));
  {
    std::ofstream(path) << "text";
  }
  EXPECT_TRUE(is_ready_to_read(file, milliseconds(-1)));
  EXPECT_EQ(text_of(std::move(file)), "text");
}

TEST(OpenToRead, APipeWhoseWriterLeftIsEmpty) {
  const base::TemporaryFolder folder;
  const std::string path = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  FileDescriptor file = open_to_read(path);
  {
    const FileDescriptor writer(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  }
  EXPECT_TRUE(is_ready_to_read(file, milliseconds(-1)));
  EXPECT_EQ(text_of(std::move(file)), "");
}

}  // namespace
}  // namespace backstop::os
