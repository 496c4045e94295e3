#include "milter/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace backstop::milter {
namespace {

using namespace std::string_literals;

struct AnswerRow {
  const char* name;
  void (*append)(std::string& out);
  std::string want;
};

const AnswerRow kAnswers[] = {
    {"continue", [](std::string& out) { append_answer(Answer::Continue, out); }, "\0\0\0\1c"s},
    {"discard", [](std::string& out) { append_answer(Answer::Discard, out); }, "\0\0\0\1d"s},
    {"a sender", [](std::string& out) { append_change_sender("<a@b.example>", "", out); },
     "\0\0\0\x0f"
     "e<a@b.example>\0"s},
    {"a sender with parameters", [](std::string& out) { append_change_sender("<a@b>", "RET=HDRS", out); },
     "\0\0\0\x10"
     "e<a@b>\0RET=HDRS\0"s},
    {"a recipient", [](std::string& out) { append_add_recipient("<a@b>", out); }, "\0\0\0\7+<a@b>\0"s},
    {"a recipient with parameters",
     [](std::string& out) { append_add_recipient("<a@b>", "NOTIFY=NEVER", out); },
     "\0\0\0\x14"
     "2<a@b>\0NOTIFY=NEVER\0"s},
    {"a recipient less", [](std::string& out) { append_delete_recipient("<a@b>", out); },
     "\0\0\0\7-<a@b>\0"s},
    {"a field on top", [](std::string& out) { append_insert_header(0, "X-A", " b", out); },
     "\0\0\0\x0ci\0\0\0\0X-A\0 b\0"s},
    {"another value", [](std::string& out) { append_change_header(1, "X-A", "", out); },
     "\0\0\0\x0am\0\0\0\1X-A\0\0"s},
    {"quarantine", [](std::string& out) { append_quarantine("why", out); }, "\0\0\0\5qwhy\0"s},
};

TEST(Answer, IsAPacket) {
  for (const AnswerRow& row : kAnswers) {
    std::string out;
    row.append(out);
    EXPECT_EQ(out, row.want) << row.name;
  }
}

struct RefusalRow {
  const char* name;
  smtp::Reply reply;
  std::string want;  // without the frame
};

smtp::Reply lines_of(int code, std::string_view status, std::vector<std::string> lines) {
  smtp::Reply reply(code, status, "");
  reply.lines = std::move(lines);
  return reply;
}

const RefusalRow kRefusals[] = {
    {"one line", {550, "5.7.1", "no"}, "y550 5.7.1 no\0"s},
    {"two lines", lines_of(451, "4.7.1", {"a", "b"}), "y451-4.7.1 a\r\n451 4.7.1 b\0"s},
    {"a percent sign", {550, "5.7.1", "100% and %s"}, "y550 5.7.1 100%% and %%s\0"s},
    {"octets that a reply can't have", {550, "5.7.1", "a\nb\x80"}, "y550 5.7.1 a?b?\0"s},
};

TEST(Answer, HoldsARefusal) {
  for (const RefusalRow& row : kRefusals) {
    std::string out;
    append_refusal(row.reply, out);
    EXPECT_EQ(out.substr(4), row.want) << row.name;
  }
}

TEST(Answer, CutsALongRefusal) {
  std::string out;
  append_refusal({550, "5.7.1", std::string(1000, 'a')}, out);
  EXPECT_EQ(out.substr(4), "y550 5.7.1 " + std::string(500, 'a') + '\0');
}

}  // namespace
}  // namespace backstop::milter
