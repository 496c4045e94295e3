#include "service/map_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/folder_fixture.h"
#include "config/map_file.h"
#include "mail/address.h"

namespace backstop::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class MapLookTest : public testing::Test {
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
    maps.look(settings);
    return told;
  }
  std::vector<std::string> of_ann() { return table->get()->of("ann@example.org"); }

  base::TemporaryFolder folder;
  const std::string path = folder.path("virtual");
  std::shared_ptr<intake::AliasTable> table;
  gateway::Settings settings;
  std::vector<std::string> told;
  MapLook maps{[this](os::LogLevel, const std::string& line) { told.push_back(line); }};
};

TEST_F(MapLookTest, ReadsWhatHasChangedAndNothingElse) {
  EXPECT_THAT(look(), IsEmpty());
  write("bb@example.org ann@example.org\na@@b c@example.org\n");
  EXPECT_THAT(look(), ElementsAre("aliases in " + path + " have changed, and are read: 1",
                                  path + ", line 2: \"a@@b\" is no address"));
  EXPECT_THAT(of_ann(), ElementsAre("bb@example.org"));
  EXPECT_THAT(look(), IsEmpty());
}

TEST_F(MapLookTest, KeepsWhatItHasIfTheFileCanNotBeRead) {
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

class RecipientLookTest : public testing::Test {
 protected:
  void SetUp() override {
    write("ann@example.org x\nann@example.net x\n");
    auto file = config::read_recipient_file(path);
    ASSERT_TRUE(file);
    directory->replace(std::move(file->reading.list), file->stamp);
    settings.domains.push_back({.name = "example.org", .recipient_directory = directory});
    settings.domains.push_back({.name = "example.net", .recipient_directory = directory});
  }
  void write(std::string_view text) { std::ofstream(path) << text; }
  /// Two looks: at the first, a file that has changed is left alone.
  std::vector<std::string> look() {
    told.clear();
    maps.look(settings);
    EXPECT_THAT(told, IsEmpty());
    maps.look(settings);
    return told;
  }
  bool knows(std::string_view address) const {
    const auto parsed = *mail::parse_address(address);
    return directory->get()->contains({parsed, parsed});
  }
  std::string stay(std::string_view why) const {
    return "recipients in " + path + " stay as they were: " + std::string(why);
  }
  static std::string many(std::size_t count) {
    std::string text = "ann@example.net\n";
    for (std::size_t i = 1; i < count; ++i) text += std::to_string(i) + "@example.org\n";
    return text;
  }

  base::TemporaryFolder folder;
  const std::string path = folder.path("relay_recipients");
  std::shared_ptr<directory::FileDirectory> directory = std::make_shared<directory::FileDirectory>(path);
  gateway::Settings settings;
  std::vector<std::string> told;
  MapLook maps{[this](os::LogLevel, const std::string& line) { told.push_back(line); }};
};

TEST_F(RecipientLookTest, ReadsWhatHasSettled) {
  EXPECT_THAT(look(), IsEmpty());
  write("ben@example.org x\nann@example.net x\nzoe\n");
  EXPECT_THAT(look(), ElementsAre("recipients in " + path + " have changed, and are read: 2",
                                  path + ", line 3: \"zoe\" is no address"));
  EXPECT_TRUE(knows("ben@example.org"));
  EXPECT_FALSE(knows("ann@example.org"));
  EXPECT_THAT(look(), IsEmpty());
}

TEST_F(RecipientLookTest, AFileThatIsStillWrittenToIsLeftAlone) {
  for (const auto* const text : {"b@example.org\n", "bb@example.org\n", "bbb@example.org\n"}) {
    write(text);
    maps.look(settings);
  }
  EXPECT_THAT(told, IsEmpty());
  EXPECT_TRUE(knows("ann@example.org"));
}

TEST_F(RecipientLookTest, AMistakeRefusesNobody) {
  const struct {
    std::string_view text;
    std::string_view why;
  } rows[] = {
      {"", "it is empty"},
      {"# nobody\n", "it has no recipients"},
      {"ann@example.net\nben@exam", "it doesn't end with a line end, so it may be half-written"},
      {"ann@example.net\n", "it has no recipient of example.org"},
  };
  for (const auto& row : rows) {
    write(row.text);
    EXPECT_THAT(look(), ElementsAre(stay(row.why)));
    EXPECT_THAT(look(), IsEmpty()) << "it is told once";
    EXPECT_TRUE(knows("ann@example.org")) << row.why;
  }
  std::filesystem::remove(path);
  maps.look(settings);
  maps.look(settings);
  EXPECT_THAT(told, ElementsAre(stay("can't open it: No such file or directory")));
  EXPECT_TRUE(knows("ann@example.org"));
}

TEST_F(RecipientLookTest, HalfOfManyIsTheLeast) {
  const struct {
    std::size_t before;
    std::size_t after;
    bool want;
  } rows[] = {{100, 50, true},  {100, 49, false}, {101, 51, true},
              {101, 50, false}, {99, 2, true},    {200, 400, true}};
  for (const auto& row : rows) {
    auto reading = directory::read_recipients(many(row.before));
    ASSERT_TRUE(reading);
    directory->replace(std::move(reading->list), "another");
    write(many(row.after) + "#" + std::to_string(row.before) + "\n");
    maps.look(settings);
    maps.look(settings);
    EXPECT_EQ(directory->get()->size(), row.want ? row.after : row.before) << row.before << " " << row.after;
  }
  EXPECT_THAT(told,
              testing::Contains(stay("it has only 49 recipients in place of 100; if that is right, reload "
                                     "(SIGHUP)")));
}

}  // namespace
}  // namespace backstop::service
