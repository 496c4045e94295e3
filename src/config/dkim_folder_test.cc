#include "config/dkim_folder.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/day.h"
#include "base/folder_fixture.h"
#include "dkim/mail_fixture.h"

namespace backstop::config {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRecord = "v=DKIM1; k=ed25519; p=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n";

class DkimFolder : public testing::Test {
 protected:
  std::string path() const { return folder_.path().string(); }
  void write(std::string_view name, std::string_view text) const {
    std::ofstream(folder_.path(name), std::ios::binary) << text;
  }
  /// The number of keys, or what is wrong without the folder's name.
  std::string read() const {
    const auto store = read_dkim_folder(path());
    return store ? fmt::format("{} keys", (*store)->size())
                 : dkim::replaced(store.error().message, path(), "F");
  }

  base::TemporaryFolder folder_;
};

TEST_F(DkimFolder, IsRead) {
  for (const auto* const name :
       {"rsa._domainkey.example.org", "ed._domainkey.example.org", "old._domainkey.example.org"}) {
    write(name, dkim::fixture(name));
  }
  write(".hidden", "no key");
  write("2026.a_b._domainkey.xn--bcher-kva.example", kRecord);
  const auto store = read_dkim_folder(path());
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ((*store)->size(), 4u);
  const auto* const old = (*store)->find("old", "example.org");
  ASSERT_NE(old, nullptr);
  EXPECT_EQ(old->key.description(), "RSA 1536");
  EXPECT_EQ(old->from, base::parse_day("2026-01-31"));
  EXPECT_EQ(old->until, base::parse_day("2026-11-30"));
  EXPECT_NE((*store)->find("2026.a_b", "xn--bcher-kva.example"), nullptr);
}

TEST_F(DkimFolder, MayBeEmpty) {
  EXPECT_EQ(read(), "0 keys");
}

TEST_F(DkimFolder, TellsWhatIsWrong) {
  struct Row {
    const char* name;
    std::string file;
    std::string text;
    std::string want;
  };
  const std::string name_error = "it must be named SELECTOR._domainkey.DOMAIN, as A-labels in lower case";
  const Row rows[] = {
      {"another name", "README", "hello", "F/README: " + name_error},
      {"upper case", "S1._domainkey.example.org", std::string(kRecord),
       "F/S1._domainkey.example.org: " + name_error},
      {"a U-label",
       "s1._domainkey.b\xC3\xBC"
       "cher.example",
       std::string(kRecord),
       "F/s1._domainkey.b\xC3\xBC"
       "cher.example: " +
           name_error},
      {"an ending", "s1._domainkey.example.org~", std::string(kRecord),
       "F/s1._domainkey.example.org~: " + name_error},
      {"a revoked key", "s1._domainkey.example.org", "# gone\nv=DKIM1; p=\n",
       "F/s1._domainkey.example.org: line 2: p= is empty: the key is revoked"},
      {"too long", "s1._domainkey.example.org", std::string(kRecord) + std::string(20000, '#'),
       "F/s1._domainkey.example.org: line 1: longer than 16384 bytes: no key file"},
  };
  for (const auto& row : rows) {
    write(row.file, row.text);
    EXPECT_EQ(read(), row.want) << row.name;
    fs::remove(folder_.path(row.file));
  }
  fs::create_directory(folder_.path("s1._domainkey.example.org"));
  EXPECT_EQ(read(), "F/s1._domainkey.example.org: it is no plain file");
  fs::remove(folder_.path("s1._domainkey.example.org"));
  ASSERT_EQ(::mkfifo(folder_.path("s1._domainkey.example.org").c_str(), 0600), 0);
  EXPECT_EQ(read(), "F/s1._domainkey.example.org: it is no plain file");
  EXPECT_EQ(read_dkim_folder(path() + "/gone").error().message, path() + "/gone: no such folder");
}

TEST_F(DkimFolder, NobodyElseMayWriteIt) {
  const std::string file = folder_.path("s1._domainkey.example.org");
  write("s1._domainkey.example.org", kRecord);
  ASSERT_EQ(::chmod(file.c_str(), 0664), 0);
  EXPECT_EQ(read(), "1 keys");
  ASSERT_EQ(::chmod(file.c_str(), 0666), 0);
  EXPECT_EQ(
      read(),
      "F/s1._domainkey.example.org: everybody can write it; run: chmod o-w F/s1._domainkey.example.org");
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  ASSERT_EQ(::chmod(path().c_str(), 0777), 0);
  EXPECT_EQ(read(), "F: everybody can write it; run: chmod o-w F");
}

TEST_F(DkimFolder, HasAMostOfFiles) {
  write("s0._domainkey.example.org", kRecord);
  for (std::size_t i = 1; i < kMostDkimFiles; ++i) {
    fs::create_hard_link(folder_.path("s0._domainkey.example.org"),
                         folder_.path(fmt::format("s{}._domainkey.example.org", i)));
  }
  EXPECT_EQ(read(), "10000 keys");
  write("more._domainkey.example.org", kRecord);
  EXPECT_EQ(read(), "F: more than 10000 files");
}

TEST_F(DkimFolder, TakesANewKey) {
  const dkim::KeyName name{"s1", "example.org"};
  const auto made = add_dkim_key(path(), name, kRecord);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(*made, folder_.path("s1._domainkey.example.org"));
  EXPECT_EQ(read(), "1 keys");
  const auto again = add_dkim_key(path(), name, kRecord);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, testing::HasSubstr("it is there already; remove it first"));
  EXPECT_THAT(add_dkim_key(path() + "/gone", name, kRecord).error().message,
              testing::HasSubstr("No such file or directory"));
}

}  // namespace
}  // namespace backstop::config
