#include "smtp/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "smtp/pieces_test.h"

namespace backstop::smtp {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

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
    // RFC 5321 4.2.1: the space SHOULD be sent even where no text follows.
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

// All replies that the pieces hold, or what is wrong.
base::Result<std::vector<Reply>> read(const Pieces& pieces) {
  ReplyParser parser;
  std::vector<Reply> replies;
  for (std::string_view piece : pieces) {
    while (!piece.empty()) {
      const auto taken = parser.feed(piece);
      if (!taken) return std::unexpected(taken.error());
      piece.remove_prefix(*taken);
      if (!parser.is_complete()) continue;
      // Nothing more is taken before take().
      const auto none = parser.feed("250 more\r\n");
      EXPECT_TRUE(none && *none == 0);
      replies.push_back(parser.take());
    }
  }
  EXPECT_FALSE(parser.is_complete());
  return replies;
}

struct ReadRow {
  const char* name;
  std::string wire;
  std::vector<Reply> want;
};

const std::string kLongestChallenge = "334 " + std::string(12282, 'a');

const ReadRow kRead[] = {
    {"one line", "250 2.1.0 Ok\r\n", {{250, "2.1.0", "Ok"}}},
    {"LF alone", "250 2.1.0 Ok\n", {{250, "2.1.0", "Ok"}}},
    {"greeting", "220 mx.example.org ESMTP\r\n", {{220, "", "mx.example.org ESMTP"}}},
    {"no text", "250\r\n", {{250, "", ""}}},
    {"a space and no text", "250 \r\n", {{250, "", ""}}},
    {"lowest code", "200 \r\n", {{200, "", ""}}},
    {"highest code", "599 \r\n", {{599, "", ""}}},
    {"lines", "250-a\r\n250-b\r\n250 c\r\n", {reply_of(250, "", {"a", "b", "c"})}},
    {"last line without text", "250-a\r\n250\r\n", {reply_of(250, "", {"a", ""})}},
    {"first line without text", "250-\r\n250 b\r\n", {reply_of(250, "", {"", "b"})}},
    {"two replies", "250 a\r\n550 5.1.1 b\r\n", {{250, "", "a"}, {550, "5.1.1", "b"}}},
    {"three of a pipeline, of lines",
     "250-a\r\n250 b\r\n550-c\r\n550 d\r\n354 e\r\n",
     {reply_of(250, "", {"a", "b"}), reply_of(550, "", {"c", "d"}), {354, "", "e"}}},
    {"text is kept as it is", "250  a \t\x01ü\xFF \r\n", {{250, "", " a \t\x01ü\xFF "}}},

    {"status on every line",
     "550-5.7.1 first\r\n550-5.7.1 second\r\n550 5.7.1 third\r\n",
     {reply_of(550, "5.7.1", {"first", "second", "third"})}},
    {"status on the first line",
     "550-5.7.1 first\r\n550 second\r\n",
     {reply_of(550, "5.7.1", {"first", "second"})}},
    {"status on the last line only is text",
     "550-first\r\n550 5.7.1 second\r\n",
     {reply_of(550, "", {"first", "5.7.1 second"})}},
    {"another status on the next line is text",
     "550-5.7.1 first\r\n550 5.7.26 second\r\n",
     {reply_of(550, "5.7.1", {"first", "5.7.26 second"})}},
    {"a longer one that begins the same",
     "550-5.1.1 first\r\n550 5.1.10 second\r\n",
     {reply_of(550, "5.1.1", {"first", "5.1.10 second"})}},
    {"status and no text", "250 2.0.0\r\n", {{250, "2.0.0", ""}}},
    {"status, a space and no text", "250 2.0.0 \r\n", {{250, "2.0.0", ""}}},
    {"status of the next line and no text",
     "250-2.0.0 a\r\n250 2.0.0\r\n",
     {reply_of(250, "2.0.0", {"a", ""})}},
    {"longest status", "450 4.123.456 a\r\n", {{450, "4.123.456", "a"}}},
    {"status of another class is text", "550 4.7.1 a\r\n", {{550, "", "4.7.1 a"}}},
    {"there is no status of class 3", "354 3.0.0 a\r\n", {{354, "", "3.0.0 a"}}},
    {"status with a number of four digits is text", "550 5.7.1234 a\r\n", {{550, "", "5.7.1234 a"}}},
    {"status of two numbers is text", "550 5.7 a\r\n", {{550, "", "5.7 a"}}},
    {"status of four numbers is text", "550 5.7.1.2 a\r\n", {{550, "", "5.7.1.2 a"}}},
    {"status with an empty number is text", "550 5..1 a\r\n", {{550, "", "5..1 a"}}},
    {"status with an empty last number is text", "550 5.7. a\r\n", {{550, "", "5.7. a"}}},
    {"status with a letter behind is text", "550 5.7.1a\r\n", {{550, "", "5.7.1a"}}},
    {"an address is text", "550 5.7.1.2 5.7.1\r\n", {{550, "", "5.7.1.2 5.7.1"}}},

    {"line of 2048", "250 " + std::string(2042, 'a') + "\r\n", {{250, "", std::string(2042, 'a')}}},
    {"challenge of 12288", kLongestChallenge + "\r\n", {{334, "", kLongestChallenge.substr(4)}}},
    {"challenge of 12288 with LF", kLongestChallenge + "a\n", {{334, "", kLongestChallenge.substr(4) + "a"}}},
};

TEST(ReplyParser, ReadsReplies) {
  for (const auto& row : kRead) {
    in_pieces(row.wire, [&](const Pieces& pieces, const std::string& how) {
      const auto replies = read(pieces);
      ASSERT_TRUE(replies) << row.name << ", " << how << ": " << replies.error().message;
      EXPECT_EQ(*replies, row.want) << row.name << ", " << how;
    });
  }
}

struct BadRow {
  const char* name;
  std::string wire;
  const char* want;
};

constexpr const char* kNoCode = "does not begin with a code from 200 to 599";
constexpr const char* kNoSeparator = "has neither a space nor a hyphen after its code";
constexpr const char* kBareCr = "holds a carriage return without line feed";
constexpr const char* kTooLong = "is longer than 2048 octets";
constexpr const char* kTooLongAChallenge = "is longer than 12288 octets";

const BadRow kBad[] = {
    {"empty line", "\r\n", kNoCode},
    {"LF", "\n", kNoCode},
    {"two digits", "25 a\r\n", kNoCode},
    {"code below", "199 a\r\n", kNoCode},
    {"code above", "600 a\r\n", kNoCode},
    {"letters", "abc\r\n", kNoCode},
    {"letter in the code", "2a0 a\r\n", kNoCode},
    {"space before", " 250 a\r\n", kNoCode},
    {"sign before", "+250 a\r\n", kNoCode},
    {"another protocol", "HTTP/1.1 400 Bad Request\r\n", kNoCode},
    {"IMAP", "* OK IMAP4rev1\r\n", kNoCode},
    {"TLS where none is spoken", "\x15\x03\x03\n", kNoCode},
    {"four digits", "2500 a\r\n", kNoSeparator},
    {"letter after the code", "250a\r\n", kNoSeparator},
    {"tab after the code", "250\ta\r\n", kNoSeparator},
    {"underscore after the code", "250_a\r\n", kNoSeparator},
    {"another code", "250-a\r\n251 b\r\n", "continues a reply with the code 250"},
    {"continued without code", "250-a\r\nb\r\n", kNoCode},
    {"CR in the text", "250 a\rb\r\n", kBareCr},
    {"CR twice", "250 a\r\r\n", kBareCr},
    {"CR hides a reply", "250 a\r550 b\r\n", kBareCr},
    {"NUL", "250 a\0b\r\n"s, "holds a NUL byte"},
    {"NUL in the code", "2\0000 a\r\n"s, "holds a NUL byte"},
    {"line of 2049", "250 " + std::string(2043, 'a') + "\r\n", kTooLong},
    {"line of 2049 with LF", "250 " + std::string(2044, 'a') + "\n", kTooLong},
    {"line without end", std::string(2048, '2'), kTooLong},
    {"challenge of 12289", kLongestChallenge + "a\r\n", kTooLongAChallenge},
    {"challenge of 12289 with LF", kLongestChallenge + "aa\n", kTooLongAChallenge},
    {"challenge without end", kLongestChallenge + "aa", kTooLongAChallenge},
    {"line before the last of a challenge", "334-" + std::string(2043, 'a') + "\r\n334 b\r\n", kTooLong},
    {"another code of class 3", "354 " + std::string(2043, 'a') + "\r\n", kTooLong},
    {"a code that begins as a challenge", "335 " + std::string(2043, 'a') + "\r\n", kTooLong},
    {"fault behind a good reply", "250 a\r\n\r\n", kNoCode},
};

TEST(ReplyParser, RefusesWhatIsNone) {
  for (const auto& row : kBad) {
    std::string whole;
    in_pieces(row.wire, [&](const Pieces& pieces, const std::string& how) {
      const auto replies = read(pieces);
      ASSERT_FALSE(replies) << row.name << ", " << how;
      EXPECT_THAT(replies.error().message, HasSubstr(row.want)) << row.name << ", " << how;
      EXPECT_EQ(replies.error().message.find_first_of("\r\n"), std::string::npos) << row.name;
      if (whole.empty()) whole = replies.error().message;
      EXPECT_EQ(replies.error().message, whole) << row.name << ", " << how;
    });
  }
}

TEST(ReplyParser, SaysWhatItFound) {
  const auto replies = read({"HTTP/1.1 400 Bad Request\r\n"});
  ASSERT_FALSE(replies);
  EXPECT_EQ(replies.error().message,
            "the reply \"HTTP/1.1 400 Bad Request\" does not begin with a code from 200 to 599");
}

TEST(ReplyParser, KeepsToItsLines) {
  std::string most;
  for (std::size_t i = 1; i < ReplyParser::kMostLines; ++i) most += "250-a\r\n";
  const auto at_limit = read({most + "250 a\r\n"});
  ASSERT_TRUE(at_limit) << at_limit.error().message;
  ASSERT_EQ(at_limit->size(), 1U);
  EXPECT_EQ(at_limit->front().lines.size(), ReplyParser::kMostLines);
  const auto past_limit = read({most + "250-a\r\n250 a\r\n"});
  ASSERT_FALSE(past_limit);
  EXPECT_THAT(past_limit.error().message, HasSubstr("continues a reply of 128 lines"));
}

TEST(ReplyParser, AnErrorIsFinal) {
  ReplyParser parser;
  ASSERT_FALSE(parser.feed("nonsense\r\n"));
  const auto again = parser.feed("250 a\r\n");
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, HasSubstr("nonsense"));
  EXPECT_FALSE(parser.is_complete());
}

TEST(ReplyParser, ReadsWhatIsWritten) {
  for (const auto& row : kWritten) {
    std::string wire;
    append_reply(row.reply, wire, row.utf8);
    const auto replies = read({wire});
    ASSERT_TRUE(replies) << row.name << ": " << replies.error().message;
    ASSERT_EQ(replies->size(), 1U) << row.name;
    std::string again;
    append_reply(replies->front(), again, row.utf8);
    EXPECT_EQ(again, wire) << row.name;
  }
}

}  // namespace
}  // namespace backstop::smtp
