#include "setup/mail_way.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace backstop::setup {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kServices =
    "smtp       inet  n       -       y       -       1       postscreen\n"
    "smtpd      pass  -       -       y       -       -       smtpd -o content_filter=smtp-amavis:x\n"
    "submission inet  n       -       y       -       -       smtpd -o smtpd_milters=inet:a:1\n"
    "127.0.0.1:10025 inet n   -       n       -       -       smtpd -o content_filter=\n"
    "cleanup    unix  n       -       y       -       0       cleanup\n"
    "smtp       unix  -       -       y       -       -       smtp\n";

Service smtpd(std::map<std::string, std::string, std::less<>> options, std::string name = "smtp") {
  return {std::move(name), "inet", "smtpd", std::move(options)};
}

TEST(MailWay, ReadsServices) {
  const auto services =
      parse_services(kServices,
                     "smtpd/pass/content_filter = smtp-amavis:x\nsubmission/inet/smtpd_milters = inet:a:1\n"
                     "127.0.0.1:10025/inet/content_filter =\nsmtp/unix/syslog_name = postfix/relay\n");
  ASSERT_EQ(services.size(), 6U);
  EXPECT_EQ(services[0].label(), "smtp/inet");
  EXPECT_EQ(services[0].command, "postscreen");
  EXPECT_EQ(services[1].option("content_filter", ""), "smtp-amavis:x");
  EXPECT_EQ(services[2].option("smtpd_milters", ""), "inet:a:1");
  EXPECT_EQ(services[3].option("content_filter", "x"), "");
  EXPECT_EQ(services[3].option("smtpd_proxy_filter", "x"), "x");
  EXPECT_EQ(services[5].option("syslog_name", ""), "postfix/relay");
  EXPECT_TRUE(parse_services("nonsense\n", "a/b/c = d\nnonsense\n").empty());
}

TEST(MailWay, Notes) {
  struct Row {
    std::string_view name;
    std::vector<Service> services;
    MainSettings main;
    std::vector<std::string> want;  ///< a part of each note
  };
  const Row rows[] = {
      {"plain", {smtpd({})}, {}, {}},
      {"has ours", {smtpd({{"smtpd_milters", "{ unix:backstop/milter.sock, x=y } inet:a:1"}})}, {}, {}},
      {"milters of its own",
       {smtpd({{"smtpd_milters", "inet:a:1"}}, "submission")},
       {},
       {"submission/inet: it has milters of its own"}},
      {"no milters",
       {smtpd({{"receive_override_options", "no_address_mappings,no_milters"}})},
       {},
       {"smtp/inet: mail that comes there is shown to no milter"}},
      {"amavis as documented",
       {smtpd({}), smtpd({{"content_filter", ""}, {"smtpd_milters", ""}}, "127.0.0.1:10025")},
       {.content_filter = "smtp-amavis:[127.0.0.1]:10024"},
       {"127.0.0.1:10025/inet: it has milters of its own"}},
      {"amavis, twice",
       {smtpd({}), smtpd({{"content_filter", ""}}, "127.0.0.1:10025")},
       {.content_filter = "smtp-amavis:[127.0.0.1]:10024"},
       {"Mail is seen twice: it is shown to Backstop at smtp/inet and, when the content filter has brought "
        "it back, at 127.0.0.1:10025/inet"}},
      {"amavis, not at all",
       {smtpd({{"smtpd_milters", ""}}), smtpd({{"content_filter", ""}, {"smtpd_milters", ""}}, "10025")},
       {.content_filter = "a"},
       {"smtp/inet: it has", "10025/inet: it has", "Mail is not seen at all: neither smtp/inet"}},
      {"a proxy filter",
       {smtpd({{"smtpd_proxy_filter", "127.0.0.1:10024"}})},
       {},
       {"smtp/inet: smtpd_proxy_filter takes the mail"}},
      {"cleanup",
       {{"cleanup", "unix", "cleanup", {{"non_smtpd_milters", ""}}}},
       {},
       {"cleanup/unix: it has its own non_smtpd_milters"}},
      {"a map", {smtpd({})}, {.smtpd_milter_maps = "cidr:/x"}, {"smtpd_milter_maps (cidr:/x)"}},
  };
  for (const auto& row : rows) {
    std::vector<testing::Matcher<std::string>> want;
    for (const auto& part : row.want) want.emplace_back(HasSubstr(part));
    EXPECT_THAT(way_notes(row.services, row.main), testing::ElementsAreArray(want)) << row.name;
  }
}

TEST(MailWay, SeenBehindAFilterAlone) {
  const MainSettings main{.content_filter = "amavis"};
  const auto back = smtpd({{"content_filter", ""}}, "10025");
  const auto blind = smtpd({{"smtpd_milters", ""}});
  EXPECT_TRUE(is_seen_behind_filter({blind, back}, main));
  EXPECT_FALSE(is_seen_behind_filter({smtpd({}), back}, main));
  EXPECT_FALSE(is_seen_behind_filter({smtpd({})}, {}));
}

TEST(MailWay, WhereATestMailGoes) {
  struct Row {
    std::string_view name;
    std::vector<Service> services;
    std::string_view interfaces;
    SmtpPlace want;
  };
  const Row rows[] = {
      {"port 25", {smtpd({})}, "all", {"127.0.0.1", "smtp"}},
      {"an interface", {smtpd({})}, "192.0.2.1, 127.0.0.1", {"192.0.2.1", "smtp"}},
      {"postscreen", {{"smtp", "inet", "postscreen", {}}}, "all", {"127.0.0.1", "smtp"}},
      {"not where it isn't seen",
       {smtpd({{"smtpd_milters", ""}}), smtpd({}, "[::1]:2525")},
       "all",
       {"::1", "2525"}},
      {"not where TLS comes first",
       {smtpd({{"smtpd_tls_wrappermode", "yes"}}, "smtps"), smtpd({}, "localhost:2525")},
       "all",
       {"127.0.0.1", "2525"}},
      {"not before a proxy filter", {smtpd({{"smtpd_proxy_filter", "x"}})}, "all", {"", ""}},
      {"nowhere", {{"smtp", "unix", "smtp", {}}}, "all", {"", ""}},
  };
  for (const auto& row : rows) EXPECT_EQ(test_place(row.services, {}, row.interfaces), row.want) << row.name;
}

}  // namespace
}  // namespace backstop::setup
