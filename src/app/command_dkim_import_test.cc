#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "app/program.h"
#include "base/day.h"
#include "base/folder_fixture.h"
#include "config/dkim_folder.h"
#include "dkim/mail_fixture.h"
#include "net/dns_fixture.h"

namespace backstop::app {
namespace {

using testing::HasSubstr;
using Way = net::TestDns::Way;

const std::string kEd = "k=ed25519; p=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

class DkimImport : public testing::Test {
 protected:
  struct Outcome {
    int status;
    std::string out;
    std::string err;
  };

  Outcome run(std::vector<std::string> words) const {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    CommandContext context{out, err, in, false};
    std::vector<std::string> all = {"backstop", "keys", "dkim-import", "--into", folder()};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<const char*> argv;
    for (const auto& word : all) argv.push_back(word.c_str());
    const int status = run_program(static_cast<int>(argv.size()), argv.data(), context);
    return {status, out.str(), err.str()};
  }
  Outcome look_up(std::string selector, std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"--server", server_.endpoint().text(), std::move(selector),
                                      "example.test"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  std::string folder() const { return folder_.path().string(); }
  std::string write(std::string_view name, std::string_view text) const {
    std::ofstream(files_.path(name)) << text;
    return files_.path(name);
  }

  const std::string rsa_ = dkim::parse_key_file(dkim::fixture("rsa._domainkey.example.org"))->record;
  base::TemporaryFolder folder_;
  base::TemporaryFolder files_;
  net::TestDns server_{{
      {"rsa._domainkey.example.test", {.texts = {rsa_}}},
      {"ed._domainkey.example.test", {.texts = {"v=spf1 -all", kEd + "; t=y"}}},
      {"revoked._domainkey.example.test", {.texts = {"v=DKIM1; p="}}},
      {"short._domainkey.example.test", {.texts = {dkim::fixture("short.txt")}}},
      {"fails._domainkey.example.test", {.way = Way::Fails}},
  }};
};

TEST_F(DkimImport, FromDns) {
  const auto outcome = look_up("RSA", {"--from", "2026-01-31", "--until", "2026-11-30"});
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.out, "Wrote " + folder() + "/rsa._domainkey.example.test: RSA 2048.\n");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(look_up("ed").out,
            "Wrote " + folder() + "/ed._domainkey.example.test: ed25519, marked by its domain as a test.\n");
  const auto store = config::read_dkim_folder(folder());
  ASSERT_TRUE(store) << store.error().message;
  const auto* const key = (*store)->find("rsa", "example.test");
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->from, base::parse_day("2026-01-31"));
  EXPECT_EQ(key->until, base::parse_day("2026-11-30"));
}

TEST_F(DkimImport, FromAFile) {
  const auto zone = write("zone", dkim::fixture("rsa._domainkey.example.org"));
  EXPECT_EQ(run({"--file", zone, "s1",
                 "B\xC3\x9C"
                 "CHER.example"})
                .out,
            "Wrote " + folder() + "/s1._domainkey.xn--bcher-kva.example: RSA 2048.\n");
  const auto dated = write("dated", dkim::fixture("old._domainkey.example.org"));
  EXPECT_EQ(run({"--file", dated, "--until", "2026-12-24", "old", "example.org"}).status, 0);
  const auto store = config::read_dkim_folder(folder());
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ((*store)->find("old", "example.org")->from, base::parse_day("2026-01-31")) << "of the file";
  EXPECT_EQ((*store)->find("old", "example.org")->until, base::parse_day("2026-12-24")) << "of the option";
}

TEST_F(DkimImport, Fails) {
  const auto short_key = write("short", dkim::fixture("short.txt"));
  const auto good = write("good", kEd);
  struct Row {
    const char* name;
    Outcome outcome;
    int want_status;
    std::string want;
  };
  const Row rows[] = {
      {"no record", look_up("gone"), kExitNoInput, "gone._domainkey.example.test: there is no TXT record"},
      {"a look-up that fails", look_up("fails"), kExitInput,
       "fails._domainkey.example.test: the look-up failed: "},
      {"a revoked key", look_up("revoked"), kExitData,
       "revoked._domainkey.example.test: p= is empty: the key is revoked"},
      {"a short key", look_up("short"), kExitData, "the key is RSA of 768 bits, and 1024 are the least"},
      {"a short key in a file", run({"--file", short_key, "s", "example.org"}), kExitData,
       "line 1: the key is RSA of 768 bits"},
      {"no file", run({"--file", files_.path("gone"), "s", "example.org"}), kExitNoInput,
       "can't open it: No such file"},
      {"no selector", run({"--file", good, "a b", "example.org"}), kExitUsage,
       "are no names that DNS can have"},
      {"selector and domain the wrong way round", run({"--file", good, "example.org", "s2026"}), kExitUsage,
       "\"s2026\" is no domain: the selector comes first, as in: dkim-import ... s2026 example.org"},
      {"no server", run({"--server", "localhost", "s", "example.org"}), kExitUsage, "--server: "},
      {"no day", run({"--file", good, "--from", "yesterday", "s", "example.org"}), kExitUsage,
       "--from: \"yesterday\" is no day"},
      {"days the wrong way round",
       run({"--file", good, "--from", "2026-12-01", "--until", "2026-11-30", "s", "example.org"}), kExitUsage,
       "--until is before --from"},
      {"both sources", run({"--file", good, "--server", "127.0.0.1:53", "s", "example.org"}), kExitUsage,
       "--server"},
      {"too few words", run({"s"}), kExitUsage, "domain"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(row.outcome.status, row.want_status) << row.name;
    EXPECT_THAT(row.outcome.err, HasSubstr(row.want)) << row.name;
    EXPECT_EQ(row.outcome.out, "") << row.name;
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  EXPECT_EQ(run({"--file", good, "s", "example.org"}).status, 0);
  const auto again = run({"--file", good, "s", "example.org"});
  EXPECT_EQ(again.status, kExitCantCreate);
  EXPECT_THAT(again.err, HasSubstr("it is there already"));
}

}  // namespace
}  // namespace backstop::app
