#include "gateway/worker_dns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "net/dns_fixture.h"
#include "net/loop_fixture.h"

namespace backstop::gateway {
namespace {

class WorkerDnsTest : public net::LoopTest {
 protected:
  WorkerDnsTest() {
    Settings settings;
    settings.resolvers = {server_.endpoint()};
    dns_.use(settings);
  }
  void ask(const auth::Ask& ask, std::string name) {
    net::asio::co_spawn(
        loop_.context(), ask({net::RecordType::Txt, std::move(name)}),
        [this](const std::exception_ptr&, net::DnsAnswer answer) {
          answers_.push_back(answer.why.empty() ? std::string(net::name(answer.kind)) : answer.why);
        });
  }

  net::TestDns server_{
      {{"silent.test", {.way = net::TestDns::Way::Silent}}, {"good.test", {.texts = {"x"}}}}};
  intake::KeyMemory keys_;
  auth::AnswerCache cache_;
  WorkerDns dns_{loop_.context(), keys_, cache_};
  std::vector<std::string> answers_;
};

TEST_F(WorkerDnsTest, AClientHasAnEighthOfTheQuestions) {
  const auto count = std::make_shared<std::atomic<std::size_t>>(0);
  const auto busy = dns_.ask_for(count);
  for (std::size_t i = 0; i <= WorkerDns::kMostOfClient; ++i) ask(busy, "silent.test");
  ask(dns_.ask_for(std::make_shared<std::atomic<std::size_t>>(0)), "good.test");
  ask(dns_.ask_for(nullptr), "good.test");
  while (answers_.size() < 3) loop_.context().run_one();
  EXPECT_THAT(answers_, testing::UnorderedElementsAre("too many questions about one client's mail are open",
                                                      "found", "found"));
  EXPECT_EQ(*count, WorkerDns::kMostOfClient);
  dns_.stop();
  while (*count > 0) loop_.context().run_one();
  EXPECT_EQ(answers_.size(), WorkerDns::kMostOfClient + 3);
}

}  // namespace
}  // namespace backstop::gateway
