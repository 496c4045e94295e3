#include "filter/changes.h"

#include "filter/filter_fixture.h"

namespace backstop::filter {
namespace {

std::vector<std::string> packets_of(const Changes& changes, std::uint32_t actions = kAllActions,
                                    std::uint32_t steps = kAllSteps) {
  std::string out;
  changes.append({6, actions, steps}, out);
  return take_shown(out);
}

Changes all_of_them() {
  const std::string header = "X: 1\r\nBackstop-Verdict: a\r\n\r\n";
  Changes changes;
  changes.insert_fields("A: 1\r\n\t2\r\nB: 3\r\n");
  changes.delete_fields(header, intake::scan_header(header, false));
  changes.change_sender("<t@example.org>");
  changes.replace_recipient("<a+tag@example.org>", "<a@example.org>", "NOTIFY=NEVER");
  changes.replace_recipient("b+tag@example.org", "<b@example.org>", "");
  return changes;
}

// A recipient is deleted before it is added, and the last field goes in first, since each goes on top.
TEST(Changes, AreSentInTheOrderThatServersNeed) {
  EXPECT_THAT(packets_of(all_of_them()),
              ElementsAre("- <a+tag@example.org>", "2 <a@example.org>|NOTIFY=NEVER", "- b+tag@example.org",
                          "+ <b@example.org>", "e <t@example.org>", "m #1 Backstop-Verdict|", "i #0 B| 3",
                          "i #0 A| 1\n\t2"));
}

struct RightsRow {
  const char* name;
  std::uint32_t actions;
  std::vector<std::string> want;
};

const RightsRow kRights[] = {
    {"none", 0, {}},
    {"add a field", milter::action::kAddHeader, {"i #0 B| 3", "i #0 A| 1\n\t2"}},
    {"change a field", milter::action::kChangeHeader, {"m #1 Backstop-Verdict|"}},
    {"the sender", milter::action::kChangeSender, {"e <t@example.org>"}},
    {"only add recipients", milter::action::kAddRecipient | milter::action::kAddRecipientWithParameters, {}},
    {"only delete recipients", milter::action::kDeleteRecipient, {}},
    {"recipients without parameters",
     milter::action::kAddRecipient | milter::action::kDeleteRecipient,
     {"- <a+tag@example.org>", "+ <a@example.org>", "- b+tag@example.org", "+ <b@example.org>"}},
};

TEST(Changes, AreOnlyThoseThatTheServerLetsUsDo) {
  for (const auto& row : kRights) {
    EXPECT_EQ(packets_of(all_of_them(), row.actions), row.want) << row.name;
  }
}

TEST(Changes, AValueHasItsFirstSpaceOnlyIfThatWasAgreedOn) {
  Changes changes;
  changes.insert_field("A:  b\r\n");
  EXPECT_THAT(packets_of(changes), ElementsAre("i #0 A|  b"));
  EXPECT_THAT(packets_of(changes, kAllActions, 0), ElementsAre("i #0 A| b"));
}

// Fields are counted by name in any case. From the last one on, an index fits whether or not the server
// counts anew after each.
TEST(Changes, FieldsAreDeletedByTheirIndexFromTheLastOn) {
  const std::string header =
      "Authentication-Results: other.test; spf=pass\r\nBackstop-Verdict: a\r\n b\r\n"
      "Subject: c\r\nauthentication-results: mx.test;\r\n\tspf=pass\r\nbackstop-verdict : d\r\n"
      "Authentication-Results: mx.test; none\r\n\r\n";
  auto scan = intake::scan_header(header, false, false, true);
  const std::vector<std::string> ids = {"mx.test"};
  intake::take_out_results(header, false, ids, scan);
  Changes changes;
  changes.delete_fields(header, scan);
  EXPECT_THAT(packets_of(changes), ElementsAre("m #3 Authentication-Results|", "m #2 backstop-verdict|",
                                               "m #2 authentication-results|", "m #1 Backstop-Verdict|"));
}

TEST(Changes, AreEmptyUntilSomethingChanges) {
  const std::string header = "Subject: a\r\n\r\n";
  Changes changes;
  changes.delete_fields(header, intake::scan_header(header, false));
  EXPECT_TRUE(changes.is_empty());
  EXPECT_THAT(packets_of(changes), IsEmpty());
  EXPECT_FALSE(all_of_them().is_empty());
  changes.replace_recipient("<a>", "<b>", "");
  EXPECT_FALSE(changes.is_empty());
}

}  // namespace
}  // namespace backstop::filter
