#include "setup/apply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "setup/machine_fixture.h"
#include "setup/undo.h"

namespace backstop::setup {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

SetupSettings settings() {
  SetupSettings settings;
  settings.start = "start";
  settings.stop = "stop";
  return settings;
}

base::Result<void> apply(MemoryMachine& machine) {
  const auto given = settings();
  const auto plan = make_plan(machine, given);
  if (!plan) return std::unexpected(plan.error());
  if (!plan->obstacles.empty()) return std::unexpected(base::Error{plan->obstacles.front()});
  return Apply(machine, given, *plan, [](std::string_view) {}).run();
}

base::Result<void> undo(MemoryMachine& machine, std::string* page = nullptr, std::string* told = nullptr) {
  Undo undo(machine, settings().state_folder, [&](std::string_view line) {
    if (told != nullptr) told->append(line).append("\n");
  });
  if (auto opened = undo.open(); !opened) return opened;
  if (page != nullptr) *page = undo.page();
  return undo.run();
}

std::string main_cf(const MemoryMachine& machine) {
  return machine.files.at(std::string(MemoryMachine::kMainCf));
}

TEST(Apply, DoesAllAndUndoTakesItBack) {
  MemoryMachine machine;
  const auto files = machine.files;
  const auto folders = machine.folders;
  const auto done = apply(machine);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(main_cf(machine), HasSubstr("smtpd_milters = { unix:backstop/milter.sock"));
  EXPECT_TRUE(machine.files.contains("/etc/backstop/keys"));
  EXPECT_TRUE(machine.files.contains("/etc/backstop/backstop.toml"));
  EXPECT_THAT(machine.ran, Contains("backstop check-config --offline /etc/backstop/backstop.toml"));
  EXPECT_THAT(machine.ran, Contains("postfix check"));
  EXPECT_THAT(machine.ran, Contains("postfix reload"));
  const auto undone = undo(machine);
  ASSERT_TRUE(undone) << undone.error().message;
  EXPECT_EQ(machine.files, files);
  EXPECT_EQ(machine.folders, folders);
  EXPECT_FALSE(machine.is_listening);
}

TEST(Apply, PutsMainCfBackIfPostfixFails) {
  for (const std::string command : {"postfix check", "postfix reload", "postqueue -j"}) {
    MemoryMachine machine;
    machine.failures[command] = "it is broken";
    const std::string before = main_cf(machine);
    const auto done = apply(machine);
    ASSERT_FALSE(done) << command;
    EXPECT_THAT(done.error().message, HasSubstr("it is broken; main.cf is what it was")) << command;
    EXPECT_EQ(main_cf(machine), before) << command;
    machine.failures.clear();
    EXPECT_TRUE(apply(machine)) << command;
    EXPECT_THAT(main_cf(machine), Not(before)) << command;
  }
}

TEST(Apply, ChangesNothingOfPostfixWithoutAMilter) {
  MemoryMachine machine;
  machine.failures["/bin/sh -c start"] = "no such service";
  const std::string before = main_cf(machine);
  EXPECT_THAT(apply(machine).error().message, HasSubstr("the service doesn't start: no such service"));
  machine.failures.clear();
  machine.failures["backstop check-config --offline /etc/backstop/backstop.toml"] = "a mistake";
  machine.is_listening = false;
  EXPECT_THAT(apply(machine).error().message, HasSubstr("check-config: a mistake"));
  EXPECT_EQ(main_cf(machine), before);
  EXPECT_THAT(machine.ran, Not(Contains("postfix reload")));
}

TEST(Apply, PutsMainCfBackIfBackstopSeesNothing) {
  MemoryMachine machine;
  const std::string history = "backstop history -c /etc/backstop/backstop.toml --id 4ABC --json";
  machine.answers[history] = "";
  const std::string before = main_cf(machine);
  EXPECT_THAT(
      apply(machine).error().message,
      HasSubstr("Postfix took the test mail 4ABC, but Backstop has not seen it; main.cf is what it was"));
  EXPECT_EQ(main_cf(machine), before);
  machine.answers[history] = "{}\n";
  EXPECT_TRUE(apply(machine));
}

TEST(Apply, StartsAUnitOfSystemd) {
  for (const bool ran : {false, true}) {
    MemoryMachine machine;
    machine.folders.insert({"/run/systemd/system", "/etc/systemd/system"});
    if (!ran) machine.failures["systemctl is-active --quiet backstop"] = "inactive";
    SetupSettings given;
    const auto plan = make_plan(machine, given);
    ASSERT_TRUE(plan);
    ASSERT_TRUE(plan->has_systemd);
    const auto done = Apply(machine, given, *plan, [](std::string_view) {}).run();
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_THAT(machine.files["/etc/systemd/system/backstop.service.d/milter.conf"],
                HasSubstr("ReadWritePaths=-/var/spool/postfix/backstop\nSupplementaryGroups=postfix\n"));
    EXPECT_THAT(machine.ran, Contains("systemctl enable backstop"));
    ASSERT_TRUE(undo(machine));
    EXPECT_EQ(machine.is_listening, ran);
    EXPECT_FALSE(machine.folders.contains("/etc/systemd/system/backstop.service.d"));
    EXPECT_TRUE(machine.folders.contains("/etc/systemd/system"));
  }
}

TEST(Apply, MakesNoKeysForAConfigurationThatIsThere) {
  MemoryMachine machine;
  machine.folders.insert("/etc/backstop");
  machine.files["/etc/backstop/backstop.toml"] =
      "[milter]\nlisten = [\"unix:/var/spool/postfix/backstop/milter.sock\"]\ninternal = "
      "[\"unix:/var/spool/postfix/backstop/internal.sock\"]\n";
  const auto files = machine.files;
  ASSERT_TRUE(apply(machine));
  EXPECT_FALSE(machine.files.contains("/etc/backstop/keys"));
  ASSERT_TRUE(undo(machine));
  EXPECT_EQ(machine.files, files);
}

// Whatever operation fails, the next run goes on, and an undo leaves nothing.
TEST(Apply, FailsAtEachOperation) {
  MemoryMachine whole;
  const auto files = whole.files;
  ASSERT_TRUE(apply(whole));
  const int operations = whole.operations;
  ASSERT_GT(operations, 20);
  for (int at = 0; at < operations; ++at) {
    for (const bool goes_on : {true, false}) {
      MemoryMachine machine;
      machine.fails_at = at;
      static_cast<void>(apply(machine));
      machine.fails_at = -1;
      if (goes_on) {
        const auto done = apply(machine);
        ASSERT_TRUE(done) << at << ": " << done.error().message;
        EXPECT_EQ(main_cf(machine), main_cf(whole)) << at;
      }
      if (machine.is_there(settings().state_folder + "/setup.json")) {
        ASSERT_TRUE(undo(machine)) << at;
      }
      EXPECT_EQ(machine.files, files) << at;
    }
  }
}

TEST(Undo, FailsAtEachOperation) {
  MemoryMachine whole;
  const auto files = whole.files;
  ASSERT_TRUE(apply(whole));
  const int before = whole.operations;
  ASSERT_TRUE(undo(whole));
  for (int at = before; at < whole.operations; ++at) {
    MemoryMachine machine;
    ASSERT_TRUE(apply(machine));
    machine.fails_at = at;
    static_cast<void>(undo(machine));
    machine.fails_at = -1;
    if (machine.is_there(settings().state_folder + "/setup.json")) {
      const auto done = undo(machine);
      ASSERT_TRUE(done) << at << ": " << done.error().message;
    }
    EXPECT_EQ(machine.files, files) << at;
  }
}

TEST(Undo, LeavesWhatWasChangedSinceAndNamesIt) {
  MemoryMachine machine;
  ASSERT_TRUE(apply(machine));
  const std::string main(MemoryMachine::kMainCf);
  machine.files[main] += "mydestination = more.example\n";
  machine.files["/etc/backstop/backstop.toml"] += "# mine\n";
  std::string page;
  std::string told;
  ASSERT_TRUE(undo(machine, &page, &told));
  EXPECT_THAT(page, HasSubstr("/etc/backstop/backstop.toml: it was changed since"));
  EXPECT_THAT(page, HasSubstr("+mydestination = more.example\n"));
  EXPECT_THAT(told, HasSubstr("/etc/backstop stays: it is not empty"));
  EXPECT_EQ(
      machine.files[main],
      "myhostname = mx.example.org\nvirtual_mailbox_domains = example.org\nmydestination = more.example\n");
  EXPECT_TRUE(machine.files.contains("/etc/backstop/backstop.toml"));
  EXPECT_FALSE(machine.files.contains("/etc/backstop/keys"));
  // main.cf isn't what the copy has.
  EXPECT_TRUE(machine.files.contains("/etc/postfix/main.cf.backstop-20261201T000000Z"));
  EXPECT_THAT(undo(machine).error().message, HasSubstr("there is no such file"));
}

TEST(Undo, LeavesFilesOfAPersonAlone) {
  MemoryMachine machine;
  machine.folders.insert("/etc/backstop");
  machine.files["/etc/backstop/keys"] = "mine";
  ASSERT_TRUE(apply(machine));
  ASSERT_TRUE(undo(machine));
  EXPECT_EQ(machine.files.at("/etc/backstop/keys"), "mine");
  EXPECT_TRUE(machine.folders.contains("/etc/backstop"));
}

}  // namespace
}  // namespace backstop::setup
