// [socketmap]: what is read, and what is said of it as a whole.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "config/reader.h"

namespace backstop::config {
namespace {

constexpr std::string_view kStart =
    "[server]\nhostname = \"mx.example.org\"\n[milter]\nlisten = [\"unix:/run/m\"]\n";
constexpr std::string_view kDomain = "[[domain]]\nname = \"example.org\"\n";
constexpr std::string_view kKeys = "[keys]\nfile = \"/keys\"\ntags = true\nform = \"prefix\"\n";

std::string lines(const Reading& reading) {
  std::string text;
  for (const auto& finding : reading.findings) text += finding_line(reading.file, finding) + "\n";
  return text;
}

Reading read(std::string_view socketmap, std::string_view keys = kKeys, std::string_view domain = kDomain) {
  std::string text(kStart);
  text.append("[socketmap]\n").append(socketmap).append(domain).append(keys);
  return read_config(text, "f");
}

TEST(SocketmapConfig, IsRead) {
  const auto reading = read(
      "listen = [\"unix:/run/s\", \"inet:127.0.0.1:8892\"]\nmode = \"0600\"\ngroup = \"postfix\"\npeers = "
      "[\"127.0.0.1\"]\nconnections = 7\n");
  EXPECT_EQ(lines(reading),
            "f:9:9: warning: peers: every user of these hosts can connect and try tags until one is good; a "
            "socket of the file system lets the mail server in alone\n");
  const auto& map = reading.config.socketmap;
  ASSERT_EQ(map.listen.size(), 2u);
  EXPECT_EQ(map.listen[0], (net::Place{.path = "/run/s"}));
  EXPECT_EQ(map.listen[1].text(), "inet:127.0.0.1:8892");
  EXPECT_EQ(map.mode, 0600u);
  EXPECT_EQ(map.group, "postfix");
  EXPECT_EQ(map.peers.size(), 1u);
  EXPECT_EQ(map.connections, 7u);
  EXPECT_EQ(reading.config.milter.mode, 0660u) << "the milter has its own";
  EXPECT_EQ(reading.config.milter.listen.size(), 1u);
}

struct Row {
  std::string_view name;
  std::string socketmap;
  std::string_view want;
  std::string_view keys = kKeys;
  std::string_view domain = kDomain;
};

TEST(SocketmapConfig, SaysWhatIsWrong) {
  const Row rows[] = {
      {"nothing is wrong", "listen = [\"unix:/run/s\"]\n", ""},
      {"nothing but a section", "", ""},
      {"no place", "connections = 7\n",
       "f:5:1: listen: there is no place at which a mail server could ask it\n"},
      {"a relative path", "listen = [\"unix:run/s\"]\n",
       "f:6:11: listen: the path behind \"unix:\" must begin with \"/\"\n"},
      {"a path that is too long", "listen = [\"unix:/" + std::string(107, 'x') + "\"]\n",
       "f:6:11: listen: the path has 108 bytes, and that of a socket may have 107\n"},
      {"an address without peers", "listen = [\"inet:127.0.0.1:8892\"]\n",
       "f:6:10: listen: an address takes \"peers\": the hosts that may connect, such as peers = "
       "[\"127.0.0.1\"]\n"},
      {"a place of the milter", "listen = [\"unix:/run/s\", \"unix:/run/m\"]\n",
       "f:6:26: listen: unix:/run/m is a place of [milter], too; they speak different protocols\n"},
      {"a mode for everybody", "listen = [\"unix:/run/s\"]\nmode = \"0666\"\n",
       "f:7:8: mode: found the text \"0666\"; it must be \"0600\", \"0660\" or another mode that lets not "
       "everybody in\n"},
      {"no keys", "listen = [\"unix:/run/s\"]\n",
       "f:6:10: warning: listen: without a key file no tag is ours, so nothing is found\n", ""},
      {"tags in the sub-address", "listen = [\"unix:/run/s\"]\n",
       "f:6:10: warning: listen: tags are in the sub-address, by which Postfix finds the mailbox itself; "
       "write form = \"prefix\" in [keys] if they are to be in front\n",
       "[keys]\nfile = \"/keys\"\ntags = true\n"},
      {"no domain", "listen = [\"unix:/run/s\"]\n",
       "f:3:1: the milter judges mail to our domains, and there is no [[domain]]\n"
       "f:5:1: the socketmap knows recipients of our domains, and there is no [[domain]]\n",
       kKeys, ""},
      {"its name is no gateway's", "listen = [\"unix:/run/s\"]\n",
       "f:8:8: name: the socketmap is called so; give the gateway another name\n", kKeys,
       "[[gateway]]\nname = \"socketmap\"\ndirection = \"inbound\"\nlisten = [\"127.0.0.1:2525\"]\nnext_hop "
       "= "
       "\"smtp://192.0.2.25:25\"\n[[domain]]\nname = \"example.org\"\n"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(lines(read(row.socketmap, row.keys, row.domain)), row.want) << row.name;
}

TEST(SocketmapConfig, AloneIsNothingToDo) {
  EXPECT_EQ(lines(read_config("[server]\nhostname = \"mx.example.org\"\n[socketmap]\nlisten = "
                              "[\"unix:/run/s\"]\n[[domain]]\nname = \"example.org\"\n[keys]\nfile = \"/k\"\n"
                              "tags = true\n",
                              "f")),
            "f:1:1: there is no [[gateway]] and no [milter], so there is nothing to do\n");
}

}  // namespace
}  // namespace backstop::config
