#include "config/map_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/folder_fixture.h"
#include "directory/file_directory.h"

namespace backstop::config {
namespace {

using testing::ElementsAre;

class MapFileTest : public testing::Test {
 protected:
  void write(std::string_view text) { std::ofstream(path) << text; }
  std::string error() {
    const auto file = read_alias_file(path, '+');
    return file ? "" : file.error().message;
  }

  base::TemporaryFolder folder;
  const std::string path = folder.path("virtual");
};

TEST_F(MapFileTest, IsRead) {
  write("info@example.org ann@example.org\na@@b c@example.org\n");
  const auto file = read_alias_file(path, '+');
  ASSERT_TRUE(file);
  EXPECT_THAT(file->reading.aliases.of("ann@example.org"), ElementsAre("info@example.org"));
  EXPECT_EQ(file->stamp, map_stamp(path));
  EXPECT_THAT(map_warnings(path, file->reading), ElementsAre(path + ", line 2: \"a@@b\" is no address"));
}

TEST_F(MapFileTest, HasAnotherStampWhenItChanges) {
  EXPECT_EQ(map_stamp(path), "");
  write("a");
  const auto before = map_stamp(path);
  write("ab");
  EXPECT_NE(map_stamp(path), before);
  write("a");
  const timespec times[] = {{.tv_sec = 1, .tv_nsec = 7}, {.tv_sec = 1, .tv_nsec = 7}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  EXPECT_NE(map_stamp(path), before);
}

TEST_F(MapFileTest, IsRefused) {
  EXPECT_EQ(error(), "can't open it: No such file or directory");
  write(std::string("a\0b", 3));
  EXPECT_EQ(error(), "it is no text; name the file that postmap reads");
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(error(), "it is no plain file");
}

TEST_F(MapFileTest, IsCapped) {
  write(std::string(kMostAliasFile, '#'));
  EXPECT_EQ(error(), "");
  write(std::string(kMostAliasFile + 1, '#'));
  EXPECT_EQ(error(), "it has more than 16777216 bytes");
}

TEST_F(MapFileTest, OfRecipientsIsRead) {
  write("info@example.org x\nann\n");
  const auto file = read_recipient_file(path);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->reading.list.size(), 1u);
  EXPECT_EQ(file->stamp, map_stamp(path));
  EXPECT_THAT(map_warnings(path, file->reading), ElementsAre(path + ", line 2: \"ann\" is no address"));
  write("");
  EXPECT_EQ(read_recipient_file(path).error().message, "it is empty");
  std::filesystem::remove(path);
  EXPECT_EQ(read_recipient_file(path).error().message, "can't open it: No such file or directory");
}

TEST_F(MapFileTest, FindsADomainOfWhichNobodyIsListed) {
  const auto reading = directory::read_recipients("a@example.org\n@example.net\n");
  ASSERT_TRUE(reading);
  const auto file = std::make_shared<directory::FileDirectory>("/x");
  const auto other = std::make_shared<directory::FileDirectory>("/y");
  intake::DomainTable domains = {{.name = "example.org", .recipient_directory = file},
                                 {.name = "Example.NET", .recipient_directory = file},
                                 {.name = "*.example.com", .recipient_directory = file},
                                 {.name = "b.example", .recipient_directory = other},
                                 {.name = "c.example"}};
  EXPECT_EQ(domain_without_recipients(reading->list, *file, domains), "");
  domains.push_back({.name = "d.example", .recipient_directory = file});
  EXPECT_EQ(domain_without_recipients(reading->list, *file, domains), "d.example");
}

TEST_F(MapFileTest, CountsTheMistakesThatItDoesNotShow) {
  std::string text;
  for (std::size_t i = 0; i < intake::AliasReading::kMostFindings + 2; ++i) text += "a@@b c@example.org\n";
  write(text);
  const auto lines = map_warnings(path, read_alias_file(path, '+')->reading);
  ASSERT_EQ(lines.size(), intake::AliasReading::kMostFindings + 1);
  EXPECT_EQ(lines.back(), path + ": 2 more mistakes");
}

}  // namespace
}  // namespace backstop::config
