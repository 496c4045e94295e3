#include "config/effective.h"

#include <gtest/gtest.h>

#include <string_view>

#include "config/documents.h"
#include "config/finding.h"
#include "config/reader.h"

namespace backstop::config {
namespace {

constexpr std::string_view kNeeded =
    "[server]\nhostname = \"mx.example.org\"\n\n[[gateway]]\nname = \"in\"\ndirection = \"inbound\"\n"
    "listen = [\"127.0.0.1:25\"]\nnext_hop = \"smtp://127.0.0.1:10025\"\n\n"
    "[[domain]]\nname = \"example.org\"\n";

std::string effective_of(const std::string& text) {
  const Draft draft = read_settings(text, "/etc/backstop.toml");
  EXPECT_FALSE(has_mistakes(draft.findings)) << text;
  return effective_text(draft);
}

struct EffectiveRow {
  const char* name;
  std::string_view more;  ///< behind what is needed
  std::string_view want;  ///< the same
};

TEST(Effective, OnlyWhatDiffersIsShown) {
  const EffectiveRow rows[] = {
      {"nothing more", "", ""},
      {"a default that is given", "stage = \"observe\"\n[history]\nkeep = \"90d\"\n", ""},
      {"another value", "stage = \"reject\"\n", "stage = \"reject\"\n"},
      {"a default in another spelling", "[history]\nkeep = \"2160h\"\n", ""},
      {"another value in another spelling", "[history]\nkeep = \"48h\"\nenabled = true\n",
       "\n[history]\nkeep = \"2d\"\n"},
      {"a relative path", "[keys]\nfile = \"keys\"\ntags = true\n",
       "\n[keys]\nfile = \"/etc/keys\"\ntags = true\n"},
      {"a second domain", "[[domain]]\nname = \"EXAMPLE.net\"\nexempt = []\n",
       "\n[[domain]]\nname = \"example.net\"\nexempt = []\n"},
      {"characters that nobody sees", "[log]\nfile = \"/a\\u001B[31m\\u202E\\U000E0001\\\"b\"\n",
       "\n[log]\nfile = \"/a\\u001B[31m\\u202E\\U000E0001\\\"b\"\n"},
      {"comments", "# nothing\n[limits]\n", ""},
  };
  for (const EffectiveRow& row : rows) {
    const std::string want = std::string(kNeeded) + std::string(row.want);
    const std::string got = effective_of(std::string(kNeeded) + std::string(row.more));
    EXPECT_EQ(got, want) << row.name;
    EXPECT_EQ(effective_of(got), got) << row.name << ": what is shown is a configuration of the same meaning";
  }
}

// Every setting, with the value of its example or its default.
TEST(Effective, TheExampleOfAllSettingsIsShownAsItself) {
  std::string text;
  std::string example = example_config();
  std::string_view rest = example;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const bool is_setting = line.starts_with('#') && !line.starts_with("# ") && line.contains(" = ");
    text += std::string(is_setting ? line.substr(1) : line) + '\n';
  }
  const Draft draft = read_settings(text, "/etc/backstop.toml");
  const std::string first = effective_text(draft);
  const Draft again = read_settings(first, "/etc/backstop.toml");
  EXPECT_EQ(effective_text(again), first);
  EXPECT_GT(first.size(), 1000u);
}

}  // namespace
}  // namespace backstop::config
