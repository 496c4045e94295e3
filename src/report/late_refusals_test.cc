#include "report/late_refusals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "directory/file_directory.h"

namespace backstop::report {
namespace {

using store::Direction;
using testing::ElementsAre;

store::Event event(std::string recipient, std::string gateway, Direction direction = Direction::Inbound) {
  store::Event event;
  event.gateway = std::move(gateway);
  event.direction = direction;
  event.recipients = {std::move(recipient)};
  event.cause = store::kLateUnknown;
  return event;
}

TEST(LateRefusals, AreCountedByDomain) {
  intake::DomainTable domains = {{.name = "example.org"}, {.name = "*.example.org"}};
  domains.push_back({.name = "b\xC3\xBC"
                             "cher.example",
                     .recipient_directory = std::make_shared<directory::FileDirectory>("/x")});
  const store::Event events[] = {event("a@else.test", "in"),
                                 event("a@EXAMPLE.org", "in"),
                                 event("a@sub.example.org", "in"),
                                 event("b@sub.example.org", "in2"),
                                 event("c@sub.example.org", "out", Direction::Outbound),
                                 event("b@xn--bcher-kva.example", "out", Direction::Outbound),
                                 event("a@xn--bcher-kva.example", "out", Direction::Outbound),
                                 store::Event{}};
  std::vector<std::string> lines;
  for (const auto& one : late_refusals(events, domains)) lines.push_back(late_refusal_line(one));
  EXPECT_THAT(
      lines,
      ElementsAre(
          "sub.example.org: the next hop takes recipients that it later refuses or bounces: 3 in 7 days "
          "(gateway in, in2, out); give this domain a file of recipients (`recipients`)",
          "xn--bcher-kva.example: the next hop takes recipients that it later bounces: 2 in 7 days "
          "(gateway out); its file of recipients has some that the next hop doesn't know",
          "example.org: the next hop takes recipients that it later refuses: 1 in 7 days (gateway in); "
          "give this domain a file of recipients (`recipients`)"));
  EXPECT_EQ(
      boost::json::serialize(to_json(late_refusals(events, domains).front())),
      R"({"domain":"sub.example.org","gateways":["in","in2","out"],"refused":2,"bounced":1,"has_recipients":false})");
}

}  // namespace
}  // namespace backstop::report
