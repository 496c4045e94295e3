// [milter]: what is read, and what is said of it as a whole.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "config/reader.h"

namespace backstop::config {
namespace {

std::string lines(const Reading& reading) {
  std::string text;
  for (const auto& finding : reading.findings) text += finding_line(reading.file, finding) + "\n";
  return text;
}

Reading read(std::string_view milter) {
  return read_config(
      "[server]\nhostname = \"mx.example.org\"\n[[domain]]\nname = \"example.org\"\n" + std::string(milter),
      "f");
}

TEST(MilterConfig, IsEnoughWithoutAGateway) {
  const auto reading = read(
      "[milter]\nlisten = [\"unix:/run/m\", \"inet:127.0.0.1:8891\", \"inet6:[::1]:8891\"]\n"
      "internal = [\"unix:/run/i\"]\nmode = \"0600\"\ngroup = \"postfix\"\npeers = [\"127.0.0.1\", "
      "\"::1\"]\n");
  EXPECT_EQ(lines(reading),
            "f:10:9: warning: peers: every user of these hosts can connect and claim to have sent mail, so "
            "that a forged bounce counts as genuine; a socket of the file system lets the mail server in "
            "alone\n");
  const auto& milter = reading.config.milter;
  ASSERT_EQ(milter.listen.size(), 3u);
  EXPECT_EQ(milter.listen[0], (net::Place{.path = "/run/m"}));
  EXPECT_EQ(milter.listen[1].text(), "inet:127.0.0.1:8891");
  EXPECT_EQ(milter.listen[2].text(), "inet6:[::1]:8891");
  EXPECT_EQ(milter.internal, std::vector<net::Place>{{.path = "/run/i"}});
  EXPECT_EQ(milter.mode, 0600u);
  EXPECT_EQ(milter.group, "postfix");
  EXPECT_TRUE(milter.is_used());
}

TEST(MilterConfig, TagsAreInTheSubAddressWithoutAGateway) {
  constexpr std::string_view kMilter = "[milter]\nlisten = [\"unix:/run/m\"]\n";
  constexpr std::string_view kGateway =
      "[[gateway]]\nname = \"in\"\ndirection = \"inbound\"\nlisten = [\"127.0.0.1:2525\"]\nnext_hop = "
      "\"smtp://192.0.2.25:25\"\n";
  const auto form_of = [](const std::string& text) { return read(text).config.gateway.tags.form; };
  EXPECT_EQ(form_of(std::string(kMilter)), origin::TagForm::SubAddress);
  EXPECT_EQ(form_of(std::string(kMilter) + "[keys]\nform = \"prefix\"\n"), origin::TagForm::Prefix);
  EXPECT_EQ(form_of(std::string(kMilter) + std::string(kGateway)), origin::TagForm::Prefix);
  EXPECT_EQ(form_of(std::string(kGateway)), origin::TagForm::Prefix);
}

struct Row {
  std::string_view name;
  std::string milter;
  std::string_view want;
};

TEST(MilterConfig, SaysWhatIsWrong) {
  const Row rows[] = {
      {"nothing but a section", "[milter]\n",
       "f:1:1: there is no [[gateway]] and no [milter], so there is nothing to do\n"},
      {"no place", "[milter]\nconnections = 7\n",
       "f:1:1: there is no [[gateway]] and no [milter], so there is nothing to do\n"
       "f:5:1: listen: there is no place at which a mail server could ask it; give \"listen\", and "
       "\"internal\" for its own mail\n"},
      {"a text that is no place", "[milter]\nlisten = [\"/run/m\"]\n",
       "f:1:1: there is no [[gateway]] and no [milter], so there is nothing to do\n"
       "f:6:11: listen: found the text \"/run/m\"; it must be a place such as "
       "\"unix:/var/spool/postfix/backstop/milter.sock\" or \"inet:127.0.0.1:8891\"\n"},
      {"a relative path", "[milter]\nlisten = [\"unix:/run/m\", \"unix:run/m\"]\n",
       "f:6:26: listen: the path behind \"unix:\" must begin with \"/\"\n"},
      {"a path that is too long", "[milter]\nlisten = [\"unix:/" + std::string(107, 'x') + "\"]\n",
       "f:6:11: listen: the path has 108 bytes, and that of a socket may have 107\n"},
      {"an address without peers", "[milter]\nlisten = [\"inet:127.0.0.1:8891\"]\n",
       "f:6:10: listen: an address takes \"peers\": the hosts that may connect, such as peers = "
       "[\"127.0.0.1\"]\n"},
      {"one place twice", "[milter]\nlisten = [\"unix:/run/m\"]\ninternal = [\"unix:/run/m\"]\n",
       "f:7:13: internal: unix:/run/m is in \"listen\", too; mail of the server's own needs a place of its "
       "own\n"},
      {"a mode for everybody", "[milter]\nlisten = [\"unix:/run/m\"]\nmode = \"0666\"\n",
       "f:7:8: mode: found the text \"0666\"; it must be \"0600\", \"0660\" or another mode that lets not "
       "everybody in\n"},
      {"a mode that is no mode", "[milter]\nlisten = [\"unix:/run/m\"]\nmode = \"660\"\n",
       "f:7:8: mode: found the text \"660\"; it must be \"0600\", \"0660\" or another mode that lets not "
       "everybody in\n"},
  };
  for (const auto& row : rows) EXPECT_EQ(lines(read(row.milter)), row.want) << row.name;
}

TEST(MilterConfig, NeedsADomain) {
  EXPECT_EQ(lines(read_config(
                "[server]\nhostname = \"mx.example.org\"\n[milter]\nlisten = [\"unix:/run/m\"]\n", "f")),
            "f:3:1: the milter judges mail to our domains, and there is no [[domain]]\n");
}

TEST(MilterConfig, TheMiltersNameIsNoGateways) {
  EXPECT_EQ(lines(read("[milter]\nlisten = [\"unix:/run/m\"]\n[[gateway]]\nname = \"milter\"\ndirection = "
                       "\"inbound\"\nlisten = [\"127.0.0.1:2525\"]\nnext_hop = \"smtp://192.0.2.25:25\"\n")),
            "f:8:8: name: the history calls the milter so; give the gateway another name\n");
}

}  // namespace
}  // namespace backstop::config
