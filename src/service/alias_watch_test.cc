#include "service/alias_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/folder_fixture.h"
#include "config/alias_file.h"

namespace backstop::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AliasLookTest : public testing::Test {
 protected:
  void SetUp() override {
    write("a@example.org ann@example.org\n");
    auto file = config::read_alias_file(path, '+');
    ASSERT_TRUE(file);
    table = std::make_shared<intake::AliasTable>(std::move(file->reading.aliases), file->stamp);
    settings.domains.push_back({.name = "example.org", .alias_file = path, .aliases = table});
    settings.domains.push_back({.name = "example.com", .alias_file = path, .aliases = table});
    settings.domains.push_back({.name = "example.net"});
  }
  void write(std::string_view text) { std::ofstream(path) << text; }
  std::vector<std::string> look() {
    told.clear();
    aliases.look(settings);
    return told;
  }
  std::vector<std::string> of_ann() { return table->get()->of("ann@example.org"); }

  base::TemporaryFolder folder;
  const std::string path = folder.path("virtual");
  std::shared_ptr<intake::AliasTable> table;
  gateway::Settings settings;
  std::vector<std::string> told;
  AliasLook aliases{[this](os::LogLevel, const std::string& line) { told.push_back(line); }};
};

TEST_F(AliasLookTest, ReadsWhatHasChangedAndNothingElse) {
  EXPECT_THAT(look(), IsEmpty());
  write("bb@example.org ann@example.org\na@@b c@example.org\n");
  EXPECT_THAT(look(), ElementsAre("aliases in " + path + " have changed, and are read: 1",
                                  path + ", line 2: \"a@@b\" is no address"));
  EXPECT_THAT(of_ann(), ElementsAre("bb@example.org"));
  EXPECT_THAT(look(), IsEmpty());
}

TEST_F(AliasLookTest, KeepsWhatItHasIfTheFileCanNotBeRead) {
  std::filesystem::remove(path);
  EXPECT_THAT(look(), ElementsAre("aliases in " + path +
                                  " stay as they were: can't open it: No such file or directory"));
  EXPECT_THAT(look(), IsEmpty()) << "it is told once";
  EXPECT_THAT(of_ann(), ElementsAre("a@example.org"));
  write(std::string("\0", 1));
  EXPECT_EQ(look().size(), 1u) << "another state of the file";
  write("ccc@example.org ann@example.org");
  EXPECT_EQ(look().size(), 1u);
  EXPECT_THAT(of_ann(), ElementsAre("ccc@example.org"));
}

}  // namespace
}  // namespace backstop::service
