#include "app/proof_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/folder_fixture.h"

namespace backstop::app {
namespace {

using testing::HasSubstr;

constexpr std::string_view kConfig =
    "[server]\nhostname = \"mx.example.org\"\n[keys]\nfile = \"keys\"\n[[gateway]]\nname = \"in\"\n"
    "direction = \"inbound\"\nlisten = [\"127.0.0.1:0\"]\nnext_hop = \"smtp://127.0.0.1:25\"\n"
    "[[domain]]\nname = \"example.org\"\n";

/// A folder with a key file, a folder of DKIM keys, a ledger that is nothing, and a configuration.
class ProofOptionsTest : public testing::Test {
 protected:
  ProofOptionsTest() {
    write("keys", "4 exim sign 2026-01-01 secret\n");
    ::chmod(folder_.path("keys").c_str(), 0600);
    std::filesystem::create_directory(folder_.path("dkim"));
    std::filesystem::copy(std::string(BACKSTOP_SOURCE_DIR) + "/src/dkim/fixtures/rsa._domainkey.example.org",
                          folder_.path("dkim"));
    write("other", "no ledger, and no folder of keys");
    write("config", kConfig);
  }
  void write(const char* name, std::string_view text) { std::ofstream(folder_.path(name)) << text; }

  /// "$" in a word is the folder. Returns the status of the command line, or of the settings.
  int run(std::vector<std::string> words) {
    for (auto& word : words) {
      if (const auto at = word.find('$'); at != std::string::npos)
        word.replace(at, 1, folder_.path().string());
    }
    std::ranges::reverse(words);
    CLI::App command;
    ProofOptions options;
    add_proof_options(command, options);
    try {
      command.parse(words);
    } catch (const CLI::ParseError& error) {
      err_ << error.what();
      return kExitUsage;
    }
    std::ostringstream out;
    std::istringstream in;
    CommandContext context{out, err_, in, false};
    settings_ = proof_settings(options, context);
    return context.exit_status;
  }
  std::string shown() const;

  base::TemporaryFolder folder_;
  std::optional<report::ExaminerSettings> settings_;
  std::ostringstream err_;
};

std::string ProofOptionsTest::shown() const {
  const auto& site = settings_->site;
  std::string text;
  const auto add = [&](bool holds, const std::string& what) {
    if (holds) text += (text.empty() ? "" : " ") + what;
  };
  for (const auto& one : site.domains) add(true, one.name);
  add(!site.hostname.empty(), "at:" + site.hostname);
  for (const auto& one : site.own_hosts) add(true, "host:" + one);
  for (const auto& one : site.keys.keys()) add(true, "key:" + std::to_string(one.number));
  add(site.watermark_keys.signing_number().has_value(), "watermarks");
  add(site.is_tagging(), "tags:" + std::to_string(site.tags.lifetime.count()) + site.tags.delimiter);
  add(site.dkim_keys != nullptr, "dkim");
  add(settings_->ledger != nullptr, "ledger");
  add(settings_->is_now_given, base::format_time(settings_->now));
  add(!settings_->has_proofs(), "nothing");
  return text;
}

struct GoodRow {
  const char* name;
  std::vector<std::string> words;
  const char* want;
};

TEST_F(ProofOptionsTest, MakeASite) {
  const GoodRow rows[] = {
      {"none", {}, "nothing"},
      {"keys", {"--keys", "$/keys"}, "key:4 watermarks tags:14+"},
      {"keys and how their tags are made",
       {"--keys", "$/keys", "--lifetime", "30", "--delimiter", "-"},
       "key:4 watermarks tags:30-"},
      {"DKIM keys", {"--dkim-keys", "$/dkim"}, "dkim"},
      {"domains",
       {"--own-domain", "example.org", "--own-domain", "*.example.net"},
       "example.org *.example.net nothing"},
      {"hosts", {"--own-host", "mx1.example.org", "--own-host", "mx2"}, "host:mx1.example.org host:mx2"},
      {"a moment in UTC", {"--at", "2026-11-23T10:00:00Z"}, "2026-11-23T10:00:00.000Z nothing"},
      {"a date of mail", {"--at", "Mon, 23 Nov 2026 11:00:00 +0100"}, "2026-11-23T10:00:00.000Z nothing"},
      {"all but a ledger",
       {"--keys", "$/keys", "--dkim-keys", "$/dkim", "--own-domain", "example.org", "--own-host", "mx",
        "--at", "2026-11-23Z"},
       "example.org host:mx key:4 watermarks tags:14+ dkim 2026-11-23T00:00:00.000Z"},
      {"a configuration", {"-c", "$/config"}, "example.org at:mx.example.org key:4 watermarks"},
      {"a configuration and a moment",
       {"-c", "$/config", "--at", "2026-11-23Z"},
       "example.org at:mx.example.org key:4 watermarks 2026-11-23T00:00:00.000Z"},
  };
  for (const auto& row : rows) {
    ASSERT_EQ(run(row.words), 0) << row.name << ": " << err_.str();
    ASSERT_TRUE(settings_) << row.name;
    EXPECT_EQ(shown(), row.want) << row.name;
  }
}

struct BadRow {
  const char* name;
  std::vector<std::string> words;
  int want_status;
  std::vector<const char*> want_err;
};

TEST_F(ProofOptionsTest, SayWhatWouldBeRight) {
  const BadRow rows[] = {
      {"no key file", {"--keys", "$/none"}, kExitNoInput, {"/none: "}},
      {"no DKIM folder", {"--dkim-keys", "$/none"}, kExitNoInput, {"no such folder", "a file for each key"}},
      {"a folder of something else",
       {"--dkim-keys", "$"},
       kExitNoInput,
       {"it must be named SELECTOR._domainkey.DOMAIN", "keys dkim-import"}},
      {"a file", {"--dkim-keys", "$/other"}, kExitNoInput, {"can't read the folder", "wants a folder"}},
      {"no ledger",
       {"--ledger", "$/none"},
       kExitNoInput,
       {"there is no such file", "backstop ledger import"}},
      {"no ledger in there",
       {"--ledger", "sqlite:$/other"},
       kExitNoInput,
       {"/other: ", "backstop ledger import"}},
      {"no date", {"--at", "Shrove Tuesday"}, kExitUsage, {"7d, 2026-11-23", "or as in mail"}},
      {"no domain",
       {"--own-domain", "ann@example.org"},
       kExitUsage,
       {"is no domain; write it as example.org"}},
      {"an empty folder name", {"--dkim-keys", ""}, kExitUsage, {"it is empty"}},
      {"a delimiter of two", {"--delimiter", "--"}, kExitUsage, {"--delimiter: it must be one character"}},
      {"two sources",
       {"-c", "$/config", "--keys", "$/keys"},
       kExitUsage,
       {"--keys: the configuration of -c"}},
      {"no configuration", {"-c", "$/none"}, kExitNoInput, {"no such file"}},
      {"a mistaken configuration", {"-c", "$/other"}, kExitData, {"/other:1:"}},
  };
  for (const auto& row : rows) {
    err_.str({});
    settings_.reset();
    EXPECT_EQ(run(row.words), row.want_status) << row.name;
    EXPECT_FALSE(settings_) << row.name;
    for (const char* const want : row.want_err) EXPECT_THAT(err_.str(), HasSubstr(want)) << row.name;
  }
}

}  // namespace
}  // namespace backstop::app
