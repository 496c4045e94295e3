#include "smtp/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "smtp/reply_parser.h"

namespace backstop::smtp {
namespace {

using namespace std::string_literals;

Reply reply_of(int code, std::string_view status, std::vector<std::string> lines) {
  Reply reply(code, status, "");
  reply.lines = std::move(lines);
  return reply;
}

struct WriteRow {
  const char* name;
  Reply reply;
  bool utf8;
  std::string want;
};

const WriteRow kWritten[] = {
    {"one line", {250, "2.0.0", "Ok"}, false, "250 2.0.0 Ok\r\n"},
    {"without status", {354, "", "go on"}, false, "354 go on\r\n"},
    {"three lines", reply_of(550, "5.7.1", {"first", "second", "third"}), false,
     "550-5.7.1 first\r\n550-5.7.1 second\r\n550 5.7.1 third\r\n"},
    {"EHLO", reply_of(250, "", {"mx.example.org", "SIZE 10"}), false,
     "250-mx.example.org\r\n250 SIZE 10\r\n"},
    // RFC 5321 4.2.1: the space SHOULD be sent even if no text follows.
    {"no text", {250, "", ""}, false, "250 \r\n"},
    {"no text but a status", {250, "2.0.0", ""}, false, "250 2.0.0 \r\n"},
    {"no lines", reply_of(221, "2.0.0", {}), false, "221 2.0.0 \r\n"},
    {"empty line between", reply_of(214, "", {"a", "", "b"}), false, "214-a\r\n214-\r\n214 b\r\n"},
    {"line ends within", {550, "5.7.1", "a\r\n250 b"}, false, "550 5.7.1 a??250 b\r\n"},
    {"controls", {550, "", "\0\x01\x1B\x7F\t~"s}, false, "550 ????\t~\r\n"},
    {"line end in the status", {550, "5.7\r\n1", "a"}, false, "550 5.7??1 a\r\n"},
    {"UTF-8 where it may not be", {550, "", "für"}, false, "550 f??r\r\n"},
    {"UTF-8 where it may be", {550, "", "für"}, true, "550 für\r\n"},
    {"no UTF-8 where it may be", {550, "", "f\xFCr"}, true, "550 f?r\r\n"},
    {"controls beside UTF-8", {550, "", "ü\n"}, true, "550 ü?\r\n"},
    {"terminal controls beyond ASCII",
     {550, "",
      "a\xC2\x9B"
      "2J"},
     true,
     "550 a??2J\r\n"},
    {"a text that turns the line round", {550, "", "ü\u202Eb"}, true, "550 ?????b\r\n"},
    {"a tab beside UTF-8", {550, "", "ü\tb"}, true, "550 ü\tb\r\n"},
    {"line of 512",
     {550, "5.7.1", std::string(500, 'a')},
     false,
     "550 5.7.1 " + std::string(500, 'a') + "\r\n"},
    {"line of 513",
     {550, "5.7.1", std::string(501, 'a')},
     false,
     "550 5.7.1 " + std::string(500, 'a') + "\r\n"},
    {"challenge of 12288",
     {334, "", std::string(12282, 'a')},
     false,
     "334 " + std::string(12282, 'a') + "\r\n"},
    {"challenge of 12289",
     {334, "", std::string(12283, 'a')},
     false,
     "334 " + std::string(12282, 'a') + "\r\n"},
    {"line before the last of a challenge", reply_of(334, "", {std::string(507, 'a'), "b"}), false,
     "334-" + std::string(506, 'a') + "\r\n334 b\r\n"},
    {"another code of class 3",
     {354, "", std::string(507, 'a')},
     false,
     "354 " + std::string(506, 'a') + "\r\n"},
    {"each line is cut for itself", reply_of(550, "", {std::string(600, 'a'), std::string(506, 'b')}), false,
     "550-" + std::string(506, 'a') + "\r\n550 " + std::string(506, 'b') + "\r\n"},
    {"cut before a character",
     {550, "", std::string(505, 'a') + "ü"},
     true,
     "550 " + std::string(505, 'a') + "\r\n"},
    {"cut behind a character",
     {550, "", std::string(504, 'a') + "üü"},
     true,
     "550 " + std::string(504, 'a') + "ü\r\n"},
};

TEST(Reply, IsWritten) {
  for (const auto& row : kWritten) {
    std::string out = "before";
    append_reply(row.reply, out, row.utf8);
    EXPECT_EQ(out, "before" + row.want) << row.name;
  }
}

TEST(Reply, IsReadAsItIsWritten) {
  for (const auto& row : kWritten) {
    std::string wire;
    append_reply(row.reply, wire, row.utf8);
    ReplyParser parser;
    const auto taken = parser.feed(wire);
    ASSERT_TRUE(taken) << row.name << ": " << taken.error().message;
    ASSERT_EQ(*taken, wire.size()) << row.name;
    ASSERT_TRUE(parser.is_complete()) << row.name;
    std::string again;
    append_reply(parser.take(), again, row.utf8);
    EXPECT_EQ(again, wire) << row.name;
  }
}

TEST(Reply, AsOneLine) {
  struct TextRow {
    const char* name;
    Reply reply;
    std::string want;
  };
  const TextRow rows[] = {
      {"status", {550, "5.7.1", "no"}, "550 5.7.1 no"},
      {"no status", {354, "", "go on"}, "354 go on"},
      {"lines", reply_of(550, "5.7.1", {"first", "", "second"}), "550 5.7.1 first second"},
      {"no text", {250, "", ""}, "250"},
      {"none", Reply(), "000"},
      {"controls", {250, "", "a\r\nb\x1B"}, "250 a  b\uFFFD"},
      {"500 bytes", {250, "", std::string(496, 'a')}, "250 " + std::string(496, 'a')},
      {"501 bytes", {250, "", std::string(497, 'a')}, "250 " + std::string(496, 'a') + "…"},
  };
  for (const auto& row : rows) EXPECT_EQ(row.reply.text(), row.want) << row.name;
}

TEST(Reply, HasAClass) {
  for (const int code : {250, 354, 451, 550}) {
    const Reply reply(code, "", "");
    EXPECT_EQ(reply.is_positive(), code == 250);
    EXPECT_EQ(reply.is_intermediate(), code == 354);
    EXPECT_EQ(reply.is_transient(), code == 451);
    EXPECT_EQ(reply.is_permanent(), code == 550);
  }
}

}  // namespace
}  // namespace backstop::smtp
