#include "smtp/reply_parser.h"

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

// Returns all replies in the pieces, or what is wrong.
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
constexpr const char* kBareCr = "has a carriage return without line feed";
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
    {"NUL", "250 a\0b\r\n"s, "has a NUL byte"},
    {"NUL in the code", "2\0000 a\r\n"s, "has a NUL byte"},
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

TEST(ReplyParser, RefusesWhatIsNoReply) {
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

}  // namespace
}  // namespace backstop::smtp
