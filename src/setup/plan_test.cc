#include "setup/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "setup/machine_fixture.h"
#include "setup/page.h"

namespace backstop::setup {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

SetupSettings settings() {
  SetupSettings settings;
  settings.start = "start";
  settings.stop = "stop";
  return settings;
}

TEST(Plan, OfAPlainPostfix) {
  MemoryMachine machine;
  const auto plan = make_plan(machine, settings());
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_THAT(plan->obstacles, IsEmpty());
  EXPECT_THAT(plan->notes, IsEmpty());
  EXPECT_THAT(plan->domains.names, ElementsAre("example.org"));
  EXPECT_TRUE(plan->changes_main_cf());
  const auto page = plan_page(*plan, settings());
  EXPECT_THAT(page, HasSubstr("+smtpd_milters = { unix:backstop/milter.sock, default_action=accept }\n"));
  EXPECT_THAT(page, HasSubstr("+name = \"example.org\"\n"));
  EXPECT_THAT(page, HasSubstr("Will be started: start\n"));
  EXPECT_THAT(next_steps(*plan, settings(), "backstop"), HasSubstr("journalctl -u 'postfix*'"));
}

TEST(Plan, TakesDomainsFromListsAndTables) {
  MemoryMachine machine;
  machine.answer_with({{"mydestination", "mx.example.org, localhost"},
                       {"virtual_alias_domains", "hash:/etc/postfix/virtual"},
                       {"virtual_alias_maps", "hash:/etc/postfix/virtual, ldap:/x, hash:/etc/postfix/more"},
                       {"virtual_mailbox_domains", "proxy:mysql:/etc/postfix/d.cf /etc/postfix/list"},
                       {"relay_domains", "example.net"},
                       {"parent_domain_matches_subdomains", "debug_peer_list,relay_domains"},
                       {"myorigin", "sql.example"}});
  machine.files["/etc/postfix/virtual"] = machine.files["/etc/postfix/more"] = "x";
  machine.files["/etc/postfix/list"] = "# ours\nlisted.example\n";
  machine.answers["postmap -s hash:/etc/postfix/virtual"] =
      "aliases.example\tanything\nann@aliases.example\tann\n";
  machine.answers["postmap -q sql.example mysql:/etc/postfix/d.cf"] = "1\n";
  auto given = settings();
  given.domains = {"given.example"};
  const auto plan = make_plan(machine, given);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_THAT(plan->domains.names,
              ElementsAre("mx.example.org", "aliases.example", "sql.example", "listed.example",
                          "*.example.net", "example.net", "given.example"));
  EXPECT_THAT(plan->domains.passed_over, ElementsAre("localhost"));
  EXPECT_EQ(plan->facts.aliases, "/etc/postfix/virtual");
  EXPECT_THAT(plan->notes, Contains(HasSubstr("virtual_alias_maps: ldap:/x is no text")));
  EXPECT_THAT(plan->notes, Contains(HasSubstr("only /etc/postfix/virtual is taken")));
  EXPECT_THAT(plan->notes, Contains(HasSubstr("mysql:/etc/postfix/d.cf answers questions")));
  EXPECT_THAT(plan->notes, Contains(HasSubstr("given.example is in none of Postfix's lists")));
}

TEST(Plan, TellsOfTablesThatCannotBeRead) {
  MemoryMachine machine;
  machine.answer_with({{"mydestination", "hash:/a mysql:/b"}, {"myorigin", "x.example"}});
  machine.failures["postmap -s hash:/a"] = "postmap: fatal: open /a.db: No such file";
  machine.failures["postmap -q x.example mysql:/b"] = "postmap: fatal: no server";
  const auto plan = make_plan(machine, settings());
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->notes,
              Contains("mydestination: hash:/a can't be listed: postmap: fatal: open /a.db: No such file"));
  EXPECT_THAT(plan->notes, Contains("mydestination: mysql:/b can't be asked: postmap: fatal: no server"));
}

TEST(Plan, FindsKeysByWhatSignersName) {
  MemoryMachine machine;
  const std::string record = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
  machine.files["/etc/opendkim.conf"] = "KeyTable refile:/etc/opendkim/keys\n";
  machine.files["/etc/opendkim/keys"] = "a example.org:s1:/etc/dkimkeys/private\nb other.example:s2:/x\n";
  machine.folders.insert("/etc/rspamd");
  machine.files["/etc/rspamd/local.d/dkim_signing.conf"] = "selector = \"s3\";\n";
  machine.records["s1._domainkey.example.org"] = {record};
  machine.records["s3._domainkey.example.org"] = {"v=DKIM1; p="};
  const auto plan = make_plan(machine, settings());
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->keys.keys.size(), 1U);
  EXPECT_EQ(plan->keys.keys[0].name, "s1._domainkey.example.org");
  EXPECT_EQ(plan->keys.keys[0].record, record);
  EXPECT_THAT(plan->notes, Contains("DKIM: s2._domainkey.other.example: DNS has no such key"));
  EXPECT_THAT(plan->notes, Contains(HasSubstr("DKIM: s3._domainkey.example.org: ")));
  EXPECT_EQ(plan->facts.dkim_folder, "/etc/backstop/dkim");
}

TEST(Plan, TrustsNoContentFilterThatBringsMailOfStrangers) {
  MemoryMachine machine;
  machine.answer_with({{"content_filter", "amavis"}, {"mynetworks", "127.0.0.0/8 [::1]/128 192.0.2.0/24"}});
  machine.answers["postconf -M"] = "smtp inet n - y - - smtpd\n127.0.0.1:10025 inet n - y - - smtpd\n";
  machine.answers["postconf -Px"] = "smtp/inet/smtpd_milters =\n127.0.0.1:10025/inet/content_filter =\n";
  const auto plan = make_plan(machine, settings());
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->facts.trusted, ElementsAre("192.0.2.0/24"));
  EXPECT_THAT(plan->notes, Contains(HasSubstr("doesn't know then who brought it")));
}

TEST(Plan, Obstacles) {
  struct Row {
    const char* name;
    std::function<void(MemoryMachine&)> change;
    const char* want;
  };
  const Row rows[] = {
      {"no user", [](MemoryMachine& machine) { machine.users.erase("backstop"); },
       "there is no user backstop"},
      {"Postfix is down", [](MemoryMachine& machine) { machine.failures["postfix status"] = "not running"; },
       "Postfix doesn't run"},
      {"no domain", [](MemoryMachine& machine) { machine.answer_with({{"virtual_mailbox_domains", ""}}); },
       "no domain is known"},
      {"a configuration without us",
       [](MemoryMachine& machine) { machine.files["/etc/backstop/backstop.toml"] = "[server]\n"; },
       "is never written over; put this in it, and run this again:\n\n[milter]\nlisten = "
       "[\"unix:/var/spool/postfix/backstop/milter.sock\"]"},
      {"a configuration that is broken",
       [](MemoryMachine& machine) { machine.files["/etc/backstop/backstop.toml"] = "[server\n"; },
       "/etc/backstop/backstop.toml:1: "},
      {"a list in a way that can't be changed",
       [](MemoryMachine& machine) {
         machine.failures
             ["postconf -xh -o smtpd_milters={ unix:backstop/milter.sock, default_action=accept } -o "
              "non_smtpd_milters={ unix:backstop/internal.sock, default_action=accept } -o "
              "internal_mail_filter_classes=bounce smtpd_milters"] = "broken";
       },
       "main.cf: postconf: broken"},
  };
  for (const auto& row : rows) {
    MemoryMachine machine;
    row.change(machine);
    const auto plan = make_plan(machine, settings());
    ASSERT_TRUE(plan) << row.name;
    EXPECT_THAT(plan->obstacles, ElementsAre(HasSubstr(row.want))) << row.name;
    EXPECT_THAT(plan_page(*plan, settings()), HasSubstr(row.want)) << row.name;
  }
}

TEST(Plan, TakesAConfigurationThatListensAtOurSockets) {
  MemoryMachine machine;
  machine.files["/etc/backstop/backstop.toml"] =
      "[milter]\nlisten = [\"unix:/var/spool/postfix/backstop/milter.sock\"]\ninternal = "
      "[\"unix:/var/spool/postfix/backstop/internal.sock\"]\n";
  const auto plan = make_plan(machine, settings());
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->has_config);
  EXPECT_THAT(plan->obstacles, IsEmpty());
  EXPECT_THAT(plan_page(*plan, settings()), testing::Not(HasSubstr("+++ /etc/backstop/backstop.toml")));
}

TEST(Plan, RefusesAnOldPostfixAndNone) {
  MemoryMachine machine;
  machine.answer_with({{"mail_version", "2.11.3"}});
  EXPECT_THAT(make_plan(machine, settings()).error().message, HasSubstr("this is Postfix 2.11.3"));
  machine.answer_with({{"mail_owner", "nobodyatall"}});
  EXPECT_THAT(make_plan(machine, settings()).error().message, HasSubstr("mail_owner is nobodyatall"));
  machine.answer_with({});
  machine.files.clear();
  EXPECT_EQ(make_plan(machine, settings()).error().message, "/etc/postfix/main.cf: no such file");
}

}  // namespace
}  // namespace backstop::setup
