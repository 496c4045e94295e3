#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "app/program.h"
#include "base/folder_fixture.h"

namespace backstop::app {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  int status;
  std::string out;
  std::string err;
};

Outcome run(std::vector<std::string> words) {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  CommandContext context{out, err, in, false};
  std::vector<const char*> argv{"backstop"};
  for (const auto& word : words) argv.push_back(word.c_str());
  const int status = run_program(static_cast<int>(argv.size()), argv.data(), context);
  return {status, out.str(), err.str()};
}

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream in{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

struct CommandRow {
  const char* name;
  std::string_view line;
  int want_status;
  std::string_view want_out;  // the whole of it; empty: nothing
  std::string_view want_err;  // in it; empty: nothing
};

TEST(TagCommand, Answers) {
  const CommandRow rows[] = {
      {"sign", "tag sign userx@test.ex --secret 0:secret --lifetime 7 --at 2026-11-23", 0,
       "prvs=0787c97471=userx@test.ex\n", ""},
      {"sign with the second key given",
       "tag sign userx@test.ex --secret 1:secret --secret 0:x --lifetime 7 --at 2027-06-24", 0,
       "prvs=100092054d=userx@test.ex\n", ""},
      {"sign in angle brackets", "tag sign <userx@test.ex> --secret 0:secret --lifetime 7 --at 2026-11-23", 0,
       "prvs=0787c97471=userx@test.ex\n", ""},
      {"sign on a date as mail has it",
       "tag sign userx@test.ex --secret 0:secret --lifetime 7 --at 2026-11-23T23:59:59Z", 0,
       "prvs=0787c97471=userx@test.ex\n", ""},
      {"sign a sub-address",
       "tag sign userx@test.ex --secret 0:secret --lifetime 7 --at 2026-11-23 --sub-address --delimiter -", 0,
       "userx-prvs=0787c97471@test.ex\n", ""},
      {"sign for three days", "tag sign userx@test.ex --secret 0:secret --at 2027-06-29 --lifetime 3", 0,
       "prvs=0001cbf462=userx@test.ex\n", ""},
      {"sign nothing", "tag sign <> --secret 0:secret", 1, "", "the null reverse path is never tagged"},
      {"sign twice", "tag sign prvs=0787c97471=userx@test.ex --secret 0:secret", 1, "", "has a tag already"},
      {"verify", "tag verify prvs=0787c97471=userx@test.ex --secret 0:secret --at 2026-11-30", 0,
       "The address prvs=0787c97471=userx@test.ex carries our tag, made with key 0 and good until "
       "2026-11-30.\n",
       ""},
      {"verify, expired", "tag verify prvs=0787c97471=userx@test.ex --secret 0:secret --at 2026-12-01", 1,
       "The address prvs=0787c97471=userx@test.ex carries our tag, made with key 0, but it was good only "
       "until "
       "2026-11-30.\n",
       ""},
      {"verify, forged",
       "tag verify prvs=0787c97472=userx@test.ex --secret 0:secret --lifetime 7 --at 2026-11-23", 1,
       "The tag in the address prvs=0787c97472=userx@test.ex was not made with our key 0: it is forged, or "
       "was "
       "damaged.\n",
       ""},
      {"verify, no tag", "tag verify userx@test.ex --secret 0:secret", 1,
       "The address userx@test.ex carries no tag.\n", ""},
      {"verify, null", "tag verify <> --secret 0:secret", 1, "The null path carries no tag.\n", ""},
      {"verify indimail's",
       "tag verify prvs=0891a9abd5=test@example.com --indimail 1632203830 --lifetime 7 --at 2021-09-21", 0,
       "The address prvs=0891a9abd5=test@example.com carries our tag, made with key 0 and good until "
       "2021-09-28.\n",
       ""},
      {"lint, good", "tag lint prvs=0787c97471=userx@test.ex --at 2026-11-23", 0,
       "prvs=0787c97471=userx@test.ex carries a tag of Exim's family: 0787c97471, for userx@test.ex.\n"
       "Nothing is wrong with it.\n",
       ""},
      {"lint, foreign", "tag lint btv1==760cdc7c545==userx@test.ex", 1,
       "btv1==760cdc7c545==userx@test.ex carries a tag of Barracuda's mail gateway: 760cdc7c545, for "
       "userx@test.ex.\n"
       "foreign: This is a tag of Barracuda's mail gateway, which nobody else can check.\n",
       ""},
      {"lint, untagged", "tag lint userx@test.ex", 0, "userx@test.ex carries no tag.\nIt could be tagged.\n",
       ""},
      {"lint with a key", "tag lint prvs=0787000000=u@test.ex --secret 0:secret --lifetime 7 --at 2026-11-23",
       1,
       "prvs=0787000000=u@test.ex carries a tag of Exim's family: 0787000000, for u@test.ex.\n"
       "bad-mac: The tag in the address prvs=0787000000=u@test.ex was not made with our key 0: it is forged, "
       "or was "
       "damaged.\n",
       ""},
      {"lint, no address", "tag lint userx", 1,
       "userx carries no tag.\nno-address: \"userx\" is no mail address: an \"@\" is missing.\n", ""},
  };
  for (const auto& row : rows) {
    const auto outcome = run(words_of(row.line));
    EXPECT_EQ(outcome.status, row.want_status) << row.name << outcome.err;
    EXPECT_EQ(outcome.out, row.want_out) << row.name;
    if (row.want_err.empty()) {
      EXPECT_EQ(outcome.err, "") << row.name;
    } else {
      EXPECT_NE(outcome.err.find(row.want_err), std::string::npos) << row.name << ": " << outcome.err;
    }
  }
}

TEST(TagCommand, RefusesWrongUse) {
  const CommandRow rows[] = {
      {"no address", "tag sign --secret 0:secret", kExitUsage, "", "ADDRESS is required"},
      {"no action", "tag", kExitUsage, "", "sign, verify, lint"},
      {"no key", "tag sign u@test.ex", kExitUsage, "", "a key is needed"},
      {"two sorts of keys", "tag sign u@test.ex --secret 0:secret --keys keys", kExitUsage, "", "excludes"},
      {"secret without a number", "tag sign u@test.ex --secret secret", kExitUsage, "", "NUMBER:SECRET"},
      {"secret without a secret", "tag sign u@test.ex --secret 0:", kExitUsage, "", "NUMBER:SECRET"},
      {"number twice", "tag sign u@test.ex --secret 0:a --secret 0:b", kExitUsage, "", "twice"},
      {"no address at all", "tag verify user --secret 0:secret", kExitUsage, "", "is no mail address"},
      {"no date", "tag verify u@test.ex --secret 0:secret --at soon", kExitUsage, "", "is no date"},
      {"lifetime of 0", "tag sign u@test.ex --secret 0:secret --lifetime 0", kExitUsage, "", "1 to 500 days"},
      {"lifetime of 501", "tag sign u@test.ex --secret 0:secret --lifetime 501", kExitUsage, "",
       "1 to 500 days"},
      {"two delimiters", "tag sign u@test.ex --secret 0:secret --delimiter ++", kExitUsage, "",
       "one character"},
      {"letter as delimiter", "tag sign u@test.ex --secret 0:secret --delimiter a", kExitUsage, "",
       "delimiter"},
      {"no such key file", "tag sign u@test.ex --keys /nonexistent/keys", kExitNoInput, "",
       "/nonexistent/keys"},
      {"keys of no file", "keys list /nonexistent/keys", kExitNoInput, "", "/nonexistent/keys"},
      {"keys where none can be made", "keys new /nonexistent/keys", kExitCantCreate, "", "/nonexistent/keys"},
  };
  for (const auto& row : rows) {
    const auto outcome = run(words_of(row.line));
    EXPECT_EQ(outcome.status, row.want_status) << row.name;
    EXPECT_EQ(outcome.out, "") << row.name;
    EXPECT_NE(outcome.err.find(row.want_err), std::string::npos) << row.name << ": " << outcome.err;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << row.name << ": " << outcome.err;
  }
}

struct JsonRow {
  const char* name;
  std::string_view line;
  std::string_view want;
};

TEST(TagCommand, WritesJson) {
  const JsonRow rows[] = {
      {"sign", "tag sign userx@test.ex --secret 0:secret --lifetime 7 --at 2026-11-23 --json",
       R"({"address":"userx@test.ex","signed":"prvs=0787c97471=userx@test.ex","last_good_day":"2026-11-30",)"
       R"("refused":null,"detail":null})"},
      {"sign, refused", "tag sign SRS0=a=b=c=d@test.ex --secret 0:secret --json",
       R"({"address":"SRS0=a=b=c=d@test.ex","signed":null,"last_good_day":null,"refused":"srs",)"
       R"("detail":"it was rewritten by a forwarder (SRS), which takes the answers back itself"})"},
      {"verify",
       "tag verify prvs=0787eda7de=Andrew.Smith@Example.COM --secret 0:secret --at 2026-11-23 --json",
       R"({"address":"prvs=0787eda7de=Andrew.Smith@Example.COM","outcome":"good","shape":"prvs",)"
       R"("product":"Exim's family","tag":"0787eda7de","plain":"Andrew.Smith@Example.COM","key":0,"family":"exim",)"
       R"("mac_over":"as-given","last_good_day":"2026-11-30","detail":"The address )"
       R"(prvs=0787eda7de=Andrew.Smith@Example.COM carries our tag, made with key 0 and good until 2026-11-30."})"},
      {"verify, no tag", "tag verify u@test.ex --secret 0:secret --json",
       R"({"address":"u@test.ex","outcome":"no-tag","shape":null,"product":null,"tag":null,"plain":null,"key":null,)"
       R"("family":null,"mac_over":null,"last_good_day":null,"detail":"The address u@test.ex carries no tag."})"},
      {"lint", "tag lint msprvs1=20676xgz=u@test.ex --json",
       R"({"address":"msprvs1=20676xgz=u@test.ex","shape":"sparkpost","product":"SparkPost","tag":"20676xgz",)"
       R"("plain":"u@test.ex","key":null,"findings":[{"name":"foreign",)"
       R"("detail":"This is a tag of SparkPost, which nobody else can check."}]})"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(run(words_of(row.line)).out, std::string(row.want) + "\n") << row.name;
}

class KeysCommand : public testing::Test {
 protected:
  std::string text() const {
    std::ifstream in(file_);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  base::TemporaryFolder folder_;
  std::string file_ = folder_.path("keys");
};

TEST_F(KeysCommand, MakesARingThatBeginsWithAnyNumber) {
  std::set<char> numbers;
  for (int i = 0; i < 100; ++i) {
    fs::remove(file_);
    const auto made = run({"keys", "new", file_});
    ASSERT_EQ(made.status, 0) << made.err;
    const std::string begin = "Made " + file_ + " with key ";
    ASSERT_TRUE(made.out.starts_with(begin)) << made.out;
    numbers.insert(made.out[begin.size()]);
  }
  // That one of ten numbers is missing after a hundred draws happens once in 3700 runs; two, once in 10
  // million.
  EXPECT_GE(numbers.size(), 9u);
}

TEST_F(KeysCommand, RotatesAndLists) {
  std::ofstream(file_) << "4 exim sign 2026-06-01 a\n";
  ASSERT_EQ(::chmod(file_.c_str(), 0600), 0);
  const auto signed_before = run({"tag", "sign", "u@test.ex", "--keys", file_, "--at", "2026-11-23"});
  ASSERT_EQ(signed_before.status, 0) << signed_before.err;
  const auto address = signed_before.out.substr(0, signed_before.out.find('\n'));

  const auto rotated = run({"keys", "rotate", file_, "--at", "2026-11-23"});
  EXPECT_EQ(rotated.status, 0) << rotated.err;
  EXPECT_EQ(rotated.out, "Key 5 signs from now on.\nKey 4 goes on verifying until 2027-01-07.\n");
  EXPECT_EQ(run({"tag", "sign", "u@test.ex", "--keys", file_, "--at", "2026-11-23"}).out.substr(0, 6),
            "prvs=5");
  EXPECT_EQ(run({"tag", "verify", address, "--keys", file_, "--at", "2026-12-07"}).status, 0);
  EXPECT_EQ(run({"tag", "verify", "prvs=0891a9abd5=test@example.com", "--keys", file_, "--indimail",
                 "1632203830", "--at", "2021-09-21"})
                .status,
            0);
  const auto stale = run({"tag", "verify", address, "--keys", file_, "--at", "2026-12-08"});
  EXPECT_EQ(stale.status, 1);
  EXPECT_NE(stale.out.find("it was good only until 2026-12-07"), std::string::npos) << stale.out;
  const auto later = run({"tag", "verify", address, "--keys", file_, "--at", "2027-01-08"});
  EXPECT_EQ(later.status, 1);
  EXPECT_NE(later.out.find("names key 4, which our key ring does not have"), std::string::npos) << later.out;

  const auto list = run({"keys", "list", file_, "--at", "2026-11-25"}).out;
  EXPECT_TRUE(std::regex_match(
      list, std::regex("KEY  FAMILY    FINGERPRINT  MADE ON     LAST DAY    STATE\n"
                       "4    exim      dc6634c6     2026-06-01  2027-01-07  retired, verifies still\n"
                       "5    exim      [0-9a-f]{8}     2026-11-23              signs and verifies\n")))
      << list;
}

TEST_F(KeysCommand, NeverShowsASecret) {
  ASSERT_EQ(run({"keys", "new", file_}).status, 0);
  const auto line = text().substr(text().rfind(" exim sign ") + 1);
  const auto secret = line.substr(line.rfind(' ') + 1, 64);
  ASSERT_EQ(secret.find_first_not_of("0123456789abcdef"), std::string::npos);
  for (const auto& outcome : {run({"keys", "list", file_}), run({"keys", "list", file_, "--json"}),
                              run({"keys", "rotate", file_}), run({"keys", "new", file_})}) {
    EXPECT_EQ((outcome.out + outcome.err).find(secret), std::string::npos) << outcome.out << outcome.err;
  }
}

TEST_F(KeysCommand, ListsAsJson) {
  std::ofstream(file_) << "0 exim retired:2026-11-23 2026-06-01 a\n1 exim sign 2026-11-23 b\n";
  ASSERT_EQ(::chmod(file_.c_str(), 0600), 0);
  const auto report = boost::json::parse(run({"keys", "list", file_, "--json", "--at", "2027-01-08"}).out);
  const auto want = boost::json::parse(R"({"file":"","keys":[
      {"number":0,"family":"exim","use":"retired","fingerprint":"dc6634c6","created":"2026-06-01",
       "retired":"2026-11-23","last_day":"2027-01-07","verifies":false,"needed":null},
      {"number":1,"family":"exim","use":"sign","fingerprint":"a22f8819","created":"2026-11-23","retired":null,
       "last_day":null,"verifies":true,"needed":null}]})");
  EXPECT_EQ(report.at("file").as_string(), file_);
  EXPECT_EQ(report.at("keys"), want.at("keys"));
}

TEST_F(KeysCommand, SaysHowToMendTheMode) {
  ASSERT_EQ(run({"keys", "new", file_}).status, 0);
  ASSERT_EQ(::chmod(file_.c_str(), 0644), 0);
  for (const auto& outcome : {run({"keys", "list", file_}), run({"keys", "rotate", file_}),
                              run({"tag", "sign", "u@test.ex", "--keys", file_})}) {
    EXPECT_EQ(outcome.status, kExitNoInput);
    EXPECT_NE(outcome.err.find("0644; run: chmod 600 " + file_), std::string::npos) << outcome.err;
  }
}

TEST_F(KeysCommand, NeverOverwrites) {
  ASSERT_EQ(run({"keys", "new", file_}).status, 0);
  const auto before = text();
  EXPECT_EQ(run({"keys", "new", file_}).status, kExitCantCreate);
  EXPECT_EQ(text(), before);
}

}  // namespace
}  // namespace backstop::app
