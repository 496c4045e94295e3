#include "mailbox/folder_walk.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/folder_fixture.h"

namespace backstop::mailbox {
namespace {

namespace fs = std::filesystem;

class Folder : public base::TemporaryFolder {
 public:
  void file(const std::string& name) const {
    fs::create_directories((path() / name).parent_path());
    std::ofstream(path() / name) << "x";
  }
};

std::string walk(const fs::path& path, const WalkLimits& limits = {}) {
  std::string seen;
  FolderVisitor visitor;
  const auto inner = [&](const std::string& found) { return found.substr(path.string().size() + 1); };
  visitor.file = [&](const FoundFile& file) { seen += inner(file.path) + (file.is_in_maildir ? "* " : " "); };
  visitor.unreadable = [&](const std::string& which, int error) {
    seen += "!" + inner(which) + ":" + std::to_string(error) + " ";
  };
  visitor.no_file = [&](const std::string& which) { seen += "?" + inner(which) + " "; };
  walk_folder(path.string(), visitor, limits);
  return seen;
}

struct FolderRow {
  const char* name;
  std::vector<std::string> files;
  std::string want;
};

TEST(FolderWalk, FindsTheMails) {
  const FolderRow rows[] = {
      {"plain, by name", {"c", "a", "b"}, "a b c "},
      {"files before folders", {"b/y", "a/x", "z"}, "z a/x b/y "},
      {"hidden left out", {".a", ".b/c", "d"}, "d "},
      {"Maildir", {"cur/2:2,S", "new/1", "tmp/3", "subscriptions"}, "cur/2:2,S* new/1* "},
      {"Maildir++",
       {"cur/1", "new/2", ".Sent/cur/3", ".Sent/new/4", ".Sent/tmp/5"},
       ".Sent/cur/3* .Sent/new/4* cur/1* new/2* "},
      {"Maildirs in a folder",
       {"ann/cur/1", "ann/new/2", "bob/cur/3", "bob/new/4"},
       "ann/cur/1* ann/new/2* bob/cur/3* bob/new/4* "},
  };
  for (const auto& row : rows) {
    const Folder folder;
    for (const auto& file : row.files) folder.file(file);
    EXPECT_EQ(walk(folder.path()), row.want) << row.name;
  }
}

TEST(FolderWalk, SmallBatchesFindTheSame) {
  const Folder folder;
  for (int i = 0; i < 100; ++i) folder.file(std::to_string(i));
  const std::string seen = walk(folder.path(), {.depth = 32, .folders = 100, .batch = 7});
  EXPECT_EQ(std::ranges::count(seen, ' '), 100);
}

TEST(FolderWalk, FollowsNoLinkToAFolder) {
  const Folder folder;
  folder.file("inner/a");
  fs::create_directory_symlink(folder.path(), folder.path() / "inner/loop");
  fs::create_symlink(folder.path() / "inner/a", folder.path() / "link");
  fs::create_symlink(folder.path() / "gone", folder.path() / "dangling");
  EXPECT_EQ(walk(folder.path()), "!dangling:2 link inner/a ");
}

TEST(FolderWalk, TellsWhatIsNoFile) {
  const Folder folder;
  folder.file("a");
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  fs::create_symlink("/dev/null", folder.path() / "device");
  EXPECT_EQ(walk(folder.path()), "a ?device ?pipe ");
}

TEST(FolderWalk, DepthAtTheLimitAndPastIt) {
  const Folder folder;
  folder.file("1/2/3/a");
  EXPECT_EQ(walk(folder.path(), {.depth = 3, .folders = 100, .batch = 100}), "1/2/3/a ");
  EXPECT_EQ(walk(folder.path(), {.depth = 2, .folders = 100, .batch = 100}), "!1/2/3:0 ");
}

}  // namespace
}  // namespace backstop::mailbox
