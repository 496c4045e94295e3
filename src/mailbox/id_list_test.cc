#include "mailbox/id_list.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mailbox/log_fixture.h"

namespace backstop::mailbox {
namespace {

struct ListRow {
  const char* name;
  std::string text;
  std::vector<std::string> want;
};

const ListRow kValid[] = {
    {"nothing", "", {}},
    {"comments and empty lines", "# a\n\n  \n  # b\n", {}},
    {"with brackets", "<1@example.org>\n", {" > <1@example.org>"}},
    {"without brackets", "1@example.org\r\n", {" > <1@example.org>"}},
    {"an id of another form", "abc\n", {" > <abc>"}},
    {"with its owner", "<1@example.org> ann@example.org\n", {"ann@example.org > <1@example.org>"}},
    {"with its owner after a tab", "1@example.org\tAnn@Example.org\n", {"Ann@Example.org > <1@example.org>"}},
    {"with its owner in brackets",
     "  <1@example.org>  <ann@example.org>  \n",
     {"ann@example.org > <1@example.org>"}},
    {"with a comment",
     "<1@example.org> # a\n<2@example.org> ann@example.org # b c\n",
     {" > <1@example.org>", "ann@example.org > <2@example.org>"}},
    {"# within an id", "<1#2@example.org>\n", {" > <1#2@example.org>"}},
    {"spaces within an id", "<1 2@example.org> ann@example.org\n", {"ann@example.org > <12@example.org>"}},
    {"at the longest", std::string(998, 'a'), {" > <" + std::string(998, 'a') + ">"}},
};

TEST(IdList, ReadsEveryRow) {
  for (const auto& row : kValid) {
    for (const std::size_t piece : {1UZ, 4096UZ}) {
      const Gathered got = read_log(options_for(LogForm::Ids), row.text, piece);
      EXPECT_EQ(got.told, row.want) << row.name;
      EXPECT_EQ(got.counts.mails, row.want.size()) << row.name;
      EXPECT_EQ(got.counts.foreign_lines, 0) << row.name;
    }
  }
}

TEST(IdList, PassesOverALineThatIsNone) {
  for (const std::string& line : {
           std::string("<>"),
           std::string("<1@example.org"),
           std::string("<1@example.org> ann"),
           std::string("<1@example.org> <>"),
           std::string("<1@example.org> ann@"),
           std::string("<1@example.org> postmaster"),
           std::string("<1@example.org> ann@example.org ben@example.org"),
           std::string("1\x01@example.org"),
           std::string(999, 'a'),
       }) {
    const Gathered got = read_log(options_for(LogForm::Ids), line + "\nok@example.org\n");
    EXPECT_EQ(got.told, std::vector<std::string>{" > <ok@example.org>"}) << line;
    EXPECT_EQ(got.counts.foreign_lines, 1) << line;
  }
}

TEST(IdList, TheTimeIsThatOfTheFile) {
  LogOptions options = options_for(LogForm::Ids);
  EXPECT_EQ(read_log(options, "1@example.org").last.time, options.now);
  options.latest = options.now - std::chrono::hours(1);
  EXPECT_EQ(read_log(options, "1@example.org").last.time, options.latest);
}

}  // namespace
}  // namespace backstop::mailbox
