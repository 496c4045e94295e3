#include "directory/file_directory.h"

#include <gtest/gtest.h>

namespace backstop::directory {
namespace {

TEST(FileDirectory, KeepsTheListThatSomebodyStillReads) {
  FileDirectory directory("/etc/postfix/relay_recipients");
  EXPECT_EQ(directory.get(), nullptr);
  EXPECT_EQ(directory.stamp(), "");
  directory.replace(std::move(read_recipients("ann@example.org\n")->list), "1");
  const auto before = directory.get();
  directory.replace(std::move(read_recipients("a@example.org\nb@example.org\n")->list), "2");
  EXPECT_EQ(before->size(), 1u);
  EXPECT_EQ(directory.get()->size(), 2u);
  EXPECT_EQ(directory.stamp(), "2");
  EXPECT_EQ(directory.path(), "/etc/postfix/relay_recipients");
}

}  // namespace
}  // namespace backstop::directory
