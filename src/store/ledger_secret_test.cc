#include "store/ledger_secret.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/folder_fixture.h"

namespace backstop::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr Month kNovember = std::chrono::year(2026) / std::chrono::November;
constexpr Month kDecember = std::chrono::year(2026) / std::chrono::December;

std::shared_ptr<const LedgerSecret> must_make(Month month) {
  auto secret = LedgerSecret::make(month);
  EXPECT_TRUE(secret);
  return *secret;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(KeyMaker, TheSameRowHasTheSameKeyUnderOneSecretOnly) {
  const auto one = must_make(kNovember);
  const auto other = must_make(kNovember);
  const auto again = std::make_shared<const LedgerSecret>(kNovember, one->id(), one->bytes());
  const RowKey row = sent_to("ann@example.org", "1@example.org", "zoe@example.com");
  const LedgerKey key = KeyMaker(*one).key(row);
  EXPECT_EQ(KeyMaker(*one).key(row), key);
  EXPECT_EQ(KeyMaker(*again).key(row), key);
  EXPECT_NE(KeyMaker(*other).key(row), key);
  EXPECT_NE(KeyMaker(*other).key(row).owner(), key.owner());
}

// The format: rows that are on a disk must be found by a later version.
TEST(KeyMaker, AKnownKey) {
  LedgerSecret::Bytes bytes{};
  bytes.fill(1);
  const LedgerSecret secret(kNovember, 1, bytes);
  const LedgerKey key = KeyMaker(secret).key(sent_id("ann@example.org", "1@example.org"));
  std::string hex;
  for (const auto byte : key.bytes) {
    hex += "0123456789abcdef"[byte >> 4U];
    hex += "0123456789abcdef"[byte & 15U];
  }
  EXPECT_EQ(hex, "d2eb911607d231151a9d026cda92b4f8");
}

TEST(KeyMaker, AllOfAnOwnerAreInItsRange) {
  const auto secret = must_make(kNovember);
  KeyMaker maker(*secret);
  const OwnerRange range = maker.range("ann@example.org");
  EXPECT_TRUE(range.holds(maker.key(sent_id("ann@example.org", "1"))));
  EXPECT_FALSE(range.holds(maker.key(sent_id("ben@example.org", "1"))));
  EXPECT_TRUE(range.holds(maker.key(pair("ann@example.org", "zoe@example.com"))));
  EXPECT_TRUE(range.holds(maker.key(way_out("example.org", "ann@example.org"))));
  EXPECT_FALSE(range.holds(maker.key(imported_id("1")))) << "it has no owner";
}

TEST(LedgerSecrets, GoThroughTheirText) {
  const std::vector secrets = {must_make(kDecember), must_make(kNovember)};
  const auto again = parse_secrets(serialize_secrets(secrets));
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_EQ(again->size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ((*again)[i]->month(), secrets[i]->month());
    EXPECT_EQ((*again)[i]->id(), secrets[i]->id());
    EXPECT_EQ((*again)[i]->bytes(), secrets[i]->bytes());
  }
}

struct TextRow {
  const char* name;
  std::string text;
  std::string want;  ///< in the error; empty: none
};

TEST(LedgerSecrets, AWrongLineIsNamedAndNoSecretShown) {
  const std::string hex(64, 'a');
  const std::string good = "secret 2026-11 00000000000000ff " + hex;
  const TextRow rows[] = {
      {"empty", "", ""},
      {"good", good + "\n", ""},
      {"comments and empty lines", "# x\n\n" + good, ""},
      {"other word", "\nkey 2026-11 00000000000000ff " + hex, "line 2"},
      {"month 13", "secret 2026-13 00000000000000ff " + hex, "line 1"},
      {"month 00", "secret 2026-00 00000000000000ff " + hex, "line 1"},
      {"no month", "secret 2026-1x 00000000000000ff " + hex, "line 1"},
      {"id 0", "secret 2026-11 0000000000000000 " + hex, "line 1"},
      {"negative id", "secret 2026-11 -00000000000000f " + hex, "line 1"},
      {"id too large", "secret 2026-11 ffffffffffffffff " + hex, "line 1"},
      {"short", "secret 2026-11 00000000000000ff " + hex.substr(1), "line 1"},
      {"long", "secret 2026-11 00000000000000ff " + hex + "a", "line 1"},
      {"no hex", "secret 2026-11 00000000000000ff " + hex.substr(1) + "g", "line 1"},
      {"cut", "secret 2026-11 00000000", "line 1"},
  };
  for (const auto& row : rows) {
    const auto secrets = parse_secrets(row.text);
    EXPECT_EQ(secrets.has_value(), row.want.empty()) << row.name;
    if (secrets) continue;
    EXPECT_THAT(secrets.error().message, HasSubstr(row.want)) << row.name;
    EXPECT_THAT(secrets.error().message, testing::Not(HasSubstr("aaaa"))) << row.name;
  }
  for (std::size_t cut = 1; cut < good.size(); ++cut) EXPECT_FALSE(parse_secrets(good.substr(0, cut))) << cut;
}

TEST(LedgerSecrets, TheFileIsPrivateAndWrittenWhenSomethingIsNew) {
  const base::TemporaryFolder folder;
  const std::string path = folder.path("ledger.db.keys");
  LedgerSecrets secrets(path);
  ASSERT_TRUE(secrets.read()) << "no file is no error";
  ASSERT_TRUE(secrets.save());
  EXPECT_FALSE(fs::exists(path)) << "nothing to write";
  const auto november = secrets.of(kNovember);
  ASSERT_TRUE(november);
  EXPECT_EQ(*secrets.of(kNovember), *november);
  ASSERT_TRUE(secrets.save());
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
  LedgerSecrets again(path);
  ASSERT_TRUE(again.read());
  ASSERT_TRUE(again.find((*november)->id()));
  EXPECT_EQ(again.find((*november)->id())->bytes(), (*november)->bytes());
  EXPECT_FALSE(again.find((*november)->id() ^ 2));
}

TEST(LedgerSecrets, TwoProgramsKeepEachOthersSecrets) {
  const base::TemporaryFolder folder;
  LedgerSecrets one(folder.path("keys"));
  LedgerSecrets other(folder.path("keys"));
  const auto ones = *one.of(kNovember);
  const auto others = *other.of(kNovember);
  ASSERT_TRUE(one.save());
  ASSERT_TRUE(other.save());
  LedgerSecrets third(folder.path("keys"));
  ASSERT_TRUE(third.read());
  EXPECT_TRUE(third.find(ones->id()) && third.find(others->id()));
}

TEST(LedgerSecrets, AFileThatIsGoneOrOlderIsWrittenAgain) {
  const base::TemporaryFolder folder;
  const std::string path = folder.path("keys");
  LedgerSecrets secrets(path);
  ASSERT_TRUE(secrets.of(kNovember));
  ASSERT_TRUE(secrets.save());
  const std::string older = text_of(path);
  ASSERT_TRUE(secrets.of(kDecember));
  ASSERT_TRUE(secrets.save());
  const std::string newer = text_of(path);
  fs::remove(path);
  ASSERT_TRUE(secrets.save());
  EXPECT_EQ(text_of(path), newer);
  std::ofstream(path) << older;
  ASSERT_TRUE(secrets.read());
  ASSERT_TRUE(secrets.save());
  EXPECT_EQ(text_of(path), newer);
}

TEST(LedgerSecrets, AnOldOneIsDestroyedWithItsLastTable) {
  const base::TemporaryFolder folder;
  const std::string path = folder.path("keys");
  LedgerSecrets secrets(path);
  const auto november = *secrets.of(kNovember);
  const auto december = *secrets.of(kDecember);
  ASSERT_TRUE(secrets.save());
  const std::string before = text_of(path);
  ASSERT_TRUE(secrets.destroy(kDecember, [](std::int64_t) { return true; }));
  ASSERT_TRUE(secrets.destroy(kNovember, [](std::int64_t) { return false; }));
  EXPECT_EQ(text_of(path), before) << "used, or not old enough";
  ASSERT_TRUE(secrets.destroy(kDecember, [](std::int64_t) { return false; }));
  EXPECT_FALSE(secrets.find(november->id()));
  EXPECT_TRUE(secrets.find(december->id()));
  EXPECT_EQ(text_of(path), serialize_secrets({december}));
}

TEST(LedgerSecrets, AFileThatOthersCanReachIsRefused) {
  const base::TemporaryFolder folder;
  const std::string path = folder.path("keys");
  LedgerSecrets secrets(path);
  ASSERT_TRUE(secrets.of(kNovember));
  ASSERT_TRUE(secrets.save());
  for (const ::mode_t mode : {0640U, 0604U, 0620U}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    const auto done = LedgerSecrets(path).read();
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().message, HasSubstr("chmod 600 " + path));
  }
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  EXPECT_TRUE(LedgerSecrets(path).read());
  fs::resize_file(path, LedgerSecrets::kMostText + 1);
  EXPECT_FALSE(LedgerSecrets(path).read());
  fs::remove(path);
  fs::create_directory(path);
  EXPECT_FALSE(LedgerSecrets(path).read());
}

}  // namespace
}  // namespace backstop::store
