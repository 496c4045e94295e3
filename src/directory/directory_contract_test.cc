// What every directory does, whatever source is behind it.
#include <gtest/gtest.h>

#include <chrono>

#include "directory/directory_contract_fixture.h"
#include "net/loop_fixture.h"

namespace backstop::directory {
namespace {

class DirectoryContract : public net::LoopTest, public testing::WithParamInterface<DirectoryBackend> {
 protected:
  Answer ask(std::string_view recipient, std::string_view mailbox) {
    run(ask_it({*mail::parse_address(recipient), *mail::parse_address(mailbox)}));
    return answer_;
  }

  std::unique_ptr<DirectoryPlace> place_ = GetParam().make();

 private:
  net::Task<void> ask_it(Question question) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    answer_ = co_await place_->directory().look_up(std::move(question), deadline);
  }

  Answer answer_;
};

INSTANTIATE_TEST_SUITE_P(Directory, DirectoryContract, testing::ValuesIn(directory_backends()),
                         [](const auto& backend) { return std::string(backend.param.name); });

struct Row {
  const char* name;
  std::string_view recipient;
  std::string_view mailbox;
  Existence want;
};

constexpr auto kExists = Existence::Exists;
constexpr auto kUnknown = Existence::Unknown;

const Row kRows[] = {
    {"as it is listed", "ann@example.org", "ann@example.org", kExists},
    {"in another case", "ANN@Example.ORG", "ann@example.org", kExists},
    {"listed in another case", "ben@example.org", "ben@example.org", kExists},
    {"with a sub-address", "ann+shop@example.org", "ann@example.org", kExists},
    {"listed with its sub-address", "desk+open@example.org", "desk@example.org", kExists},
    {"listed with another sub-address", "desk+shut@example.org", "desk@example.org", kUnknown},
    {"listed with a sub-address alone", "desk@example.org", "desk@example.org", kUnknown},
    {"not listed", "zoe@example.org", "zoe@example.org", kUnknown},
    {"the start of a name", "an@example.org", "an@example.org", kUnknown},
    {"a longer name", "anna@example.org", "anna@example.org", kUnknown},
    {"the name of another domain", "ann@example.net", "ann@example.net", kUnknown},
    {"any name of a whole domain", "zoe@whole.example", "zoe@whole.example", kExists},
    {"a domain below it", "zoe@sub.whole.example", "zoe@sub.whole.example", kUnknown},
    {"a U-label listed as its A-label",
     "ann@b\xC3\xBC"
     "cher.example",
     "ann@xn--bcher-kva.example", kExists},
    {"an A-label", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example", kExists},
    {"quoted", "\"ann b\"@example.org", "\"ann b\"@example.org", kExists},
    {"quotes that are not needed", "\"ann\"@example.org", "ann@example.org", kExists},
};

TEST_P(DirectoryContract, KnowsWhoExists) {
  place_->put({"ann@example.org", "BEN@example.ORG", "desk+open@example.org", "@Whole.example",
               "ann@xn--bcher-kva.example", "\"ann b\"@example.org"});
  for (const auto& row : kRows) {
    const auto answer = ask(row.recipient, row.mailbox);
    EXPECT_EQ(answer.existence, row.want) << row.name;
    EXPECT_EQ(answer.why, "") << row.name;
  }
}

TEST_P(DirectoryContract, SaysWhyItHasNoAnswer) {
  place_->fail();
  const auto answer = ask("ann@example.org", "ann@example.org");
  EXPECT_EQ(answer.existence, Existence::Failed);
  EXPECT_NE(answer.why, "");
  EXPECT_FALSE(answer.why.ends_with('.'));
}

TEST_P(DirectoryContract, AnswersByWhatIsThereNow) {
  place_->put({"ann@example.org"});
  EXPECT_EQ(ask("ben@example.org", "ben@example.org").existence, kUnknown);
  place_->put({"ben@example.org"});
  EXPECT_EQ(ask("ben@example.org", "ben@example.org").existence, kExists);
  EXPECT_EQ(ask("ann@example.org", "ann@example.org").existence, kUnknown);
}

}  // namespace
}  // namespace backstop::directory
