#include "intake/shared_sender.h"

#include <gtest/gtest.h>

#include <vector>

namespace backstop::intake {
namespace {

struct Row {
  std::vector<std::string> through;
  bool want;
};

const Row kRows[] = {
    {{"spf.protection.outlook.com"}, true},
    {{"SPF.Protection.Outlook.COM"}, true},
    {{"_spf.google.com"}, true},
    {{"1.2.0.192.in-addr.example.org.spf.has.pphosted.com"}, true},
    {{"amazonses.com"}, true},
    {{"_spf-eu.ionos.com"}, true},
    {{"_spf.perfora.net"}, true},
    {{"spf.kasserver.com"}, true},
    {{"_spf.hosteurope.de"}, true},
    {{"_spf.aruba.it"}, true},
    {{"aruba.it"}, false},
    {{"_custspf.one.com"}, true},
    {{"_mailcust.gandi.net"}, true},
    {{"bluehost.com"}, true},
    {{"spf.own.example"}, true},
    {{"a.spf.own.example"}, true},
    {{"amazonses.com", "spf.example.net"}, true},
    {{"host.example.com", "amazonses.com", "spf.example.net"}, true},
    {{"host.example.com", "spf.example.net"}, false},
    {{"notspf.own.example"}, false},
    {{"notamazonses.com"}, false},
    {{"amazonses.com.evil.example"}, false},
    {{""}, false},
    {{}, false},
};

TEST(SharedSender, IsKnownByTheDomainsOfThePass) {
  const std::vector<std::string> more = {"SPF.own.example"};
  for (const auto& row : kRows)
    EXPECT_EQ(is_shared_sender(row.through, more), row.want) << testing::PrintToString(row.through);
  const std::vector<std::string> own = {"spf.own.example"};
  EXPECT_FALSE(is_shared_sender(own, {}));
}

}  // namespace
}  // namespace backstop::intake
