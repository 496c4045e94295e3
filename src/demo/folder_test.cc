#include "demo/folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/folder_fixture.h"
#include "config/key_file.h"
#include "config/load.h"
#include "next_hop/maildir.h"

namespace backstop::demo {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::sys_days kToday{std::chrono::days(20780)};

class DemoFolderTest : public testing::Test {
 protected:
  std::string path(std::string_view name) const { return place_.path(name); }

  base::TemporaryFolder place_;
};

TEST_F(DemoFolderTest, ConfigurationIsGoodAndHasNoWarning) {
  const auto folder = make_demo_folder(path("demo"), kToday, "forged\n");
  ASSERT_TRUE(folder) << folder.error().message;
  const auto loaded = config::load_config(folder->config());
  ASSERT_TRUE(loaded) << loaded.error().lines.front();
  EXPECT_THAT(loaded->warnings, testing::IsEmpty());
  const config::Config& config = loaded->config;
  ASSERT_EQ(config.gateway.gateways.size(), 2u);
  EXPECT_EQ(config.gateway.gateways[0].next_hop.maildir, folder->users() + "/%d/%n");
  EXPECT_EQ(config.gateway.gateways[1].next_hop.maildir, folder->outside() + "/%d/%n");
  for (const auto& gateway : config.gateway.gateways) {
    ASSERT_EQ(gateway.listen.size(), 1u);
    EXPECT_TRUE(gateway.listen[0].address.is_loopback());
    EXPECT_EQ(gateway.listen[0].port, 0);
  }
  ASSERT_EQ(config.gateway.domains.size(), 1u);
  EXPECT_EQ(config.gateway.domains[0].stage, policy::Stage::Reject);
  ASSERT_TRUE(config.gateway.domains[0].ready_since);
  EXPECT_LE(*config.gateway.domains[0].ready_since, kToday);
  EXPECT_TRUE(config.gateway.has_tags);
  EXPECT_TRUE(config.history_ordinary);
  EXPECT_EQ(config.history.url, "sqlite:" + folder->history());
}

// In the path of a Maildir it begins a placeholder.
TEST_F(DemoFolderTest, APerCentSignInTheNameOfTheFolderIsKept) {
  for (const auto* const name : {"50%d", "%n", "100%", "a%%b", "%20"}) {
    const auto folder = make_demo_folder(path(name), kToday, "");
    ASSERT_TRUE(folder) << folder.error().message;
    EXPECT_EQ(folder->path, path(name));
    const auto loaded = config::load_config(folder->config());
    ASSERT_TRUE(loaded) << loaded.error().lines.front();
    const auto& form = loaded->config.gateway.gateways[0].next_hop.maildir;
    const auto box = next_hop::maildir_path(form, {"ann", "example.org"});
    ASSERT_TRUE(box);
    EXPECT_EQ(*box, folder->ann());
    EXPECT_EQ(loaded->config.history.url, "sqlite:" + folder->history());
  }
}

TEST_F(DemoFolderTest, KeyIsMadeAnewAndOfToday) {
  const auto one = make_demo_folder(path("one"), kToday, "");
  const auto other = make_demo_folder(path("other"), kToday, "");
  ASSERT_TRUE(one && other);
  const auto ring = config::read_key_file(one->keys());
  ASSERT_TRUE(ring && ring->signing_key() != nullptr);
  EXPECT_EQ(ring->signing_key()->created, kToday);
  EXPECT_NE(ring->signing_key()->secret, config::read_key_file(other->keys())->signing_key()->secret);
}

TEST_F(DemoFolderTest, FreshOneIsForItsOwnerAlone) {
  ::setenv("TMPDIR", place_.path().c_str(), 1);
  const auto folder = make_demo_folder("", kToday, "");
  ::unsetenv("TMPDIR");
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_THAT(folder->path, testing::StartsWith(path("backstop-demo.")));
  struct stat status{};
  ASSERT_EQ(::stat(folder->path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0700U);
}

TEST_F(DemoFolderTest, EmptyOneIsTaken) {
  fs::create_directory(path("empty"));
  const auto folder = make_demo_folder(path("empty"), kToday, "forged\n");
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_EQ(folder->path, path("empty"));
  std::ifstream forged(folder->forged());
  std::string line;
  EXPECT_TRUE(std::getline(forged, line));
  EXPECT_EQ(line, "forged");
}

struct RefusedRow {
  const char* name;
  const char* want;
};

TEST_F(DemoFolderTest, OthersAreRefused) {
  fs::create_directories(path("full/inside"));
  std::ofstream(path("file")) << "x";
  const RefusedRow rows[] = {
      {"full", "full: the folder is not empty"},
      {"file", "file: it is no folder"},
      {"gone/below", "gone/below: this folder can't be made: the folder above it is not there"},
      {"file/below", "file/below: this folder can't be made: what it would be in is no folder"},
  };
  for (const auto& row : rows) {
    const auto folder = make_demo_folder(path(row.name), kToday, "");
    ASSERT_FALSE(folder) << row.name;
    EXPECT_THAT(folder.error().message, testing::EndsWith(row.want)) << row.name;
  }
}

}  // namespace
}  // namespace backstop::demo
