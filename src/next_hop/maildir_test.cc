#include "next_hop/maildir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/folder_fixture.h"

namespace backstop::next_hop {
namespace {

namespace fs = std::filesystem;

struct PathRow {
  std::string_view name;
  std::string_view form;
  mail::Address recipient;
  std::string_view want;
};

const PathRow kPaths[] = {
    {"both parts", "/mail/%d/%n", {"bob", "example.org"}, "/mail/example.org/bob"},
    {"in lower case", "/mail/%d/%n", {"Bob", "Example.ORG"}, "/mail/example.org/bob"},
    {"a u-label", "/mail/%d/%n", {"bob", "BÜCHER.example"}, "/mail/xn--bcher-kva.example/bob"},
    {"an a-label", "/mail/%d/%n", {"bob", "XN--BCHER-KVA.example"}, "/mail/xn--bcher-kva.example/bob"},
    {"neither", "/mail/all", {"bob", "example.org"}, "/mail/all"},
    {"a part twice, and within a name", "%n/x-%n.box", {"bob", "example.org"}, "bob/x-bob.box"},
    {"a lone percent sign", "/mail/%x%", {"bob", "example.org"}, "/mail/%x%"},
    {"per cent signs", "/100%%/%%d/%%%n%%", {"bob", "example.org"}, "/100%/%d/%bob%"},
    {"what is no mark in a local part", "/mail/%n", {"%d", "example.org"}, "/mail/%d"},
    {"dots within", "/mail/%n", {"a.b..c.", "example.org"}, "/mail/a.b..c."},
    {"UTF-8",
     "/mail/%n",
     {"b\xc3\xb6"
      "b",
      "example.org"},
     "/mail/b\xc3\xb6"
     "b"},
    {"a space", "/mail/%n", {"a b", "example.org"}, "/mail/a b"},
    {"as long as a name may be", "%n", {std::string(200, 'x'), "example.org"}, ""},
};

TEST(MaildirPath, IsMadeOfTheRecipient) {
  for (const auto& row : kPaths) {
    const auto path = maildir_path(row.form, row.recipient);
    ASSERT_TRUE(path) << row.name;
    EXPECT_EQ(*path, row.want.empty() ? row.recipient.local : row.want) << row.name;
  }
}

struct BadPathRow {
  std::string_view name;
  mail::Address recipient;
};

const BadPathRow kBadPaths[] = {
    {"no local part", {"", "example.org"}},
    {"the folder itself", {".", "example.org"}},
    {"the folder above", {"..", "example.org"}},
    {"hidden", {".bob", "example.org"}},
    {"a way out", {"../../etc", "example.org"}},
    {"a slash", {"a/b", "example.org"}},
    {"NUL", {std::string("a\0b", 3), "example.org"}},
    {"a control character", {"a\nb", "example.org"}},
    {"DEL", {"a\x7f", "example.org"}},
    {"one past the longest name", {std::string(201, 'x'), "example.org"}},
    {"no domain", {"postmaster", ""}},
    {"a domain that leads out", {"bob", ".."}},
};

TEST(MaildirPath, RefusesPartsThatCantBeNames) {
  for (const auto& row : kBadPaths) {
    EXPECT_FALSE(maildir_path("/mail/%d/%n", row.recipient)) << row.name;
  }
  EXPECT_TRUE(maildir_path("/mail/%n", {"postmaster", ""})) << "what is not asked for need not be there";
}

class MaildirTest : public testing::Test {
 protected:
  fs::path box() const { return root_ / "example.org" / "bob"; }
  std::vector<fs::path> files(std::string_view part) const {
    if (!fs::exists(box() / part)) return {};
    return {fs::directory_iterator(box() / part), {}};
  }
  MaildirFile create() const { return std::move(*MaildirFile::create(box().string(), "mx.test")); }

  base::TemporaryFolder folder_;
  const fs::path root_ = folder_.path();
};

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

mode_t mode_of(const fs::path& path) {
  struct stat found{};
  EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
  return found.st_mode & 07777U;
}

TEST_F(MaildirTest, AMailIsDelivered) {
  auto file = MaildirFile::create(box().string(), "mx.test");
  ASSERT_TRUE(file);
  EXPECT_EQ(files("tmp").size(), 1u);
  ASSERT_TRUE(file->write("Subject: a\r\n\r\n"));
  ASSERT_TRUE(file->write("one\r\ntw"));
  ASSERT_TRUE(file->write("o\r\n\xff\r\n"));
  EXPECT_EQ(files("new").size(), 0u) << "not before it is whole";
  ASSERT_TRUE(file->deliver());
  ASSERT_EQ(files("new").size(), 1u);
  EXPECT_EQ(content(files("new").front()), "Subject: a\n\none\ntwo\n\xff\n");
}

TEST_F(MaildirTest, OnlyTheOwnerMayRead) {
  {
    auto file = create();
    ASSERT_TRUE(file.deliver());
  }
  EXPECT_EQ(mode_of(files("new").front()), 0600u);
  for (const auto* const folder : {"", "tmp", "new", "cur"})
    EXPECT_EQ(mode_of(box() / folder), 0700u) << folder;
}

TEST_F(MaildirTest, AnExistingFolderIsLeftAsItIs) {
  fs::create_directories(box());
  fs::permissions(box(), fs::perms(0750));
  fs::create_directory(box() / "new");
  std::ofstream(box() / "new" / "old") << "old";
  auto file = create();
  ASSERT_TRUE(file.deliver());
  EXPECT_EQ(files("new").size(), 2u);
  EXPECT_EQ(mode_of(box()), 0750u);
}

TEST_F(MaildirTest, TmpIsEmptyInTheEnd) {
  {
    const auto given_up = create();
  }
  {
    auto written = create();
    ASSERT_TRUE(written.write("x"));
  }
  {
    auto moved_from = create();
    auto delivered = std::move(moved_from);
    ASSERT_TRUE(delivered.deliver());
  }
  EXPECT_EQ(files("tmp").size(), 0u);
  EXPECT_EQ(files("new").size(), 1u);
}

TEST_F(MaildirTest, NamesAreUniqueAndHoldNoSpecialCharacter) {
  std::set<std::string> names;
  for (int i = 0; i < 100; ++i) {
    auto file = MaildirFile::create(box().string(), "mx:a/b.test");
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->deliver());
  }
  for (const auto& path : files("new")) names.insert(path.filename());
  EXPECT_EQ(names.size(), 100u);
  for (const auto& name : names) {
    EXPECT_EQ(name.find_first_of(":/"), std::string::npos) << name;
    EXPECT_TRUE(name.ends_with(".mx\\072a\\057b.test")) << name;
  }
}

TEST_F(MaildirTest, AFolderThatCantBeMade) {
  std::ofstream(root_ / "example.org") << "a file in its place";
  const auto file = MaildirFile::create(box().string(), "mx.test");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().trouble, Trouble::Maildir);
  EXPECT_THAT(file.error().detail, testing::HasSubstr("Not a directory"));
}

TEST_F(MaildirTest, ALinkThatLeadsNowhere) {
  fs::create_symlink(root_ / "nowhere", root_ / "example.org");
  EXPECT_FALSE(MaildirFile::create(box().string(), "mx.test"));
}

TEST_F(MaildirTest, AFolderThatGoesAway) {
  auto file = create();
  fs::remove(box() / "new");
  const auto delivered = file.deliver();
  ASSERT_FALSE(delivered);
  EXPECT_EQ(delivered.error().trouble, Trouble::Maildir);
  EXPECT_FALSE(fs::exists(box() / "new"));
}

TEST_F(MaildirTest, ARelativePath) {
  const fs::path before = fs::current_path();
  fs::current_path(root_);
  {
    auto file = MaildirFile::create("example.org/bob", "mx.test");
    EXPECT_TRUE(file);
    EXPECT_TRUE(file && file->deliver());
  }
  fs::current_path(before);
  EXPECT_EQ(files("new").size(), 1u);
}

// Acts as a full disk would: files of this process may have at most 100 bytes.
class SmallFiles {
 public:
  SmallFiles() {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{100, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
  }
  ~SmallFiles() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST_F(MaildirTest, AFileThatMayNotGrow) {
  const SmallFiles small;
  auto fits = create();
  EXPECT_TRUE(fits.write(std::string(100, 'x')));
  auto file = create();
  const auto written = file.write(std::string(101, 'x'));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().trouble, Trouble::Maildir);
  EXPECT_THAT(written.error().detail, testing::HasSubstr("can't write"));
}

}  // namespace
}  // namespace backstop::next_hop
