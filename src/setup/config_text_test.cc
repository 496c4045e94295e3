#include "setup/config_text.h"

#include <gtest/gtest.h>

#include <string>

#include "config/toml_tree.h"

namespace backstop::setup {
namespace {

ConfigFacts facts() {
  ConfigFacts facts;
  facts.hostname = "mx.example.org";
  facts.user = "backstop";
  facts.key_file = "/etc/backstop/keys";
  facts.data_folder = "/var/lib/backstop";
  facts.milter_socket = "/var/spool/postfix/backstop/milter.sock";
  facts.internal_socket = "/var/spool/postfix/backstop/internal.sock";
  facts.mail_group = "postfix";
  facts.domains = {"example.org", "*.example.net"};
  return facts;
}

TEST(ConfigText, IsWhatTheProgramReads) {
  auto more = facts();
  more.dkim_folder = "/etc/backstop/dkim";
  more.aliases = "/etc/postfix/vir\"tual\\";
  more.delimiter = "-";
  more.trusted = {"127.0.0.0/8", "::1/128"};
  more.daemons = {"MSA", "ORIGINATING"};
  const auto tree = config::parse_toml(config_text(more));
  ASSERT_TRUE(tree) << tree.error().message;
  EXPECT_EQ(tree->find("server")->find("hostname")->text, "mx.example.org");
  const auto& milter = *tree->find("milter");
  EXPECT_EQ(milter.find("listen")->children.at(0).text, "unix:/var/spool/postfix/backstop/milter.sock");
  EXPECT_EQ(milter.find("internal")->children.at(0).text, "unix:/var/spool/postfix/backstop/internal.sock");
  EXPECT_EQ(milter.find("trusted")->children.size(), 2U);
  EXPECT_EQ(milter.find("outbound_daemons")->children.at(0).text, "MSA");
  const auto& domains = tree->find("domain")->children;
  ASSERT_EQ(domains.size(), 2U);
  EXPECT_EQ(domains[1].find("name")->text, "*.example.net");
  EXPECT_EQ(domains[1].find("stage")->text, "observe");
  EXPECT_EQ(domains[0].find("aliases")->text, more.aliases);
  EXPECT_EQ(tree->find("keys")->find("delimiter")->text, "-");
  EXPECT_FALSE(tree->find("keys")->find("tags")->is_true);
  EXPECT_EQ(tree->find("proofs")->find("dkim_keys")->text, "/etc/backstop/dkim");
  EXPECT_EQ(tree->find("ledger")->find("url")->text, "sqlite:/var/lib/backstop/ledger.db");
}

TEST(ConfigText, LeavesOutWhatWasNotFound) {
  const auto text = config_text(facts());
  const auto tree = config::parse_toml(text);
  ASSERT_TRUE(tree) << tree.error().message;
  for (const std::string part : {"trusted", "outbound_daemons", "aliases", "delimiter", "proofs"}) {
    EXPECT_EQ(text.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace backstop::setup
