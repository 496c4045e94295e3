#include "milter/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "milter/answer.h"
#include "milter/macros.h"
#include "milter/packet.h"

namespace backstop::milter {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;

std::string_view data_of(std::string_view bytes, char letter) {
  const auto parsed = parse_packet(bytes);
  EXPECT_TRUE(parsed && parsed->packet && parsed->size == bytes.size());
  EXPECT_EQ(parsed->packet->letter, letter);
  return parsed->packet->data;
}

// What is written here must be what the server's side reads.
TEST(MilterClient, ConnectIsReadBack) {
  const Connect rows[] = {
      {.host = "mx.example.net", .family = '4', .port = 2525, .address = "192.0.2.1"},
      {.host = "[2001:db8::1]", .family = '6', .port = 65535, .address = "2001:db8::1"},
      {.host = "localhost", .family = 'L', .port = 0, .address = "/run/smtpd.sock"},
      {.host = "nobody", .family = 'U', .port = 0, .address = ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.host);
    std::string bytes;
    append_connect(row, bytes);
    const auto got = parse_connect(data_of(bytes, 'C'));
    ASSERT_TRUE(got);
    EXPECT_EQ(got->host, row.host);
    EXPECT_EQ(got->family, row.family);
    EXPECT_EQ(got->port, row.port);
    EXPECT_EQ(got->address, row.address);
  }
}

TEST(MilterClient, PathsTextsAndFieldsAreReadBack) {
  std::string mail;
  append_path('M', {.path = "<ann@example.org>", .parameters = {"SIZE=10", "RET=HDRS"}}, mail);
  const auto path = parse_path(data_of(mail, 'M'));
  ASSERT_TRUE(path);
  EXPECT_EQ(path->path, "<ann@example.org>");
  EXPECT_THAT(path->parameters, ElementsAre("SIZE=10", "RET=HDRS"));
  std::string hello;
  append_text('H', "client.example.net", hello);
  EXPECT_EQ(parse_text(data_of(hello, 'H')), "client.example.net");
  std::string header;
  append_header({.name = "Subject", .value = " one\n two"}, header);
  const auto field = parse_header(data_of(header, 'L'));
  ASSERT_TRUE(field);
  EXPECT_EQ(field->name, "Subject");
  EXPECT_EQ(field->value, " one\n two");
}

TEST(MilterClient, MacrosAreReadBack) {
  const MacroValue values[] = {{"i", "1f"}, {"auth_authen", "ann"}};
  std::string bytes;
  append_macros('M', values, bytes);
  EXPECT_EQ(bytes.substr(4), "DMi\0001f\0{auth_authen}\0ann\0"s);
  Macros macros;
  ASSERT_TRUE(macros.take(data_of(bytes, 'D')));
  EXPECT_EQ(macros.find("i"), "1f");
  EXPECT_EQ(macros.find("auth_authen"), "ann");
}

TEST(MilterClient, HeaderChangesAreRead) {
  std::string inserted;
  append_insert_header(3, "X-A", " b\n c", inserted);
  auto change = parse_header_change('i', data_of(inserted, 'i'));
  ASSERT_TRUE(change);
  EXPECT_EQ(change->index, 3U);
  EXPECT_EQ(change->name, "X-A");
  EXPECT_EQ(change->value, " b\n c");
  std::string deleted;
  append_change_header(2, "X-A", "", deleted);
  change = parse_header_change('m', data_of(deleted, 'm'));
  ASSERT_TRUE(change);
  EXPECT_EQ(change->index, 2U);
  EXPECT_EQ(change->value, "");
  ASSERT_TRUE(parse_header_change('h', "X-A\0b\0"s));
  for (const auto& data : {""s, "\0\0\0"s, "\0\0\0\1"s, "\0\0\0\1X-A"s, "\0\0\0\1X-A\0b"s, "\0\0\0\1\0b\0"s})
    EXPECT_FALSE(parse_header_change('i', data)) << data.size();
}

struct RefusalRow {
  const char* name;
  smtp::Reply reply;
  std::string want;
};

smtp::Reply lines(int code, std::string_view status, std::vector<std::string> texts) {
  smtp::Reply reply(code, status, "");
  reply.lines = std::move(texts);
  return reply;
}

const RefusalRow kRefusals[] = {
    {"one line", {550, "5.7.1", "No such mail"}, "550 5.7.1 No such mail"},
    {"no status", {451, "", "Later"}, "451 Later"},
    {"two lines", lines(550, "5.7.1", {"No such mail", "See example.org"}),
     "550 5.7.1 No such mail See example.org"},
    {"a percent sign", {550, "5.7.1", "100 % and %%"}, "550 5.7.1 100 % and %%"},
    {"a text like a status", {550, "5.7.1", "5.7.1 is the status"}, "550 5.7.1 5.7.1 is the status"},
};

TEST(MilterClient, RefusalsAreRead) {
  for (const auto& row : kRefusals) {
    SCOPED_TRACE(row.name);
    std::string bytes;
    append_refusal(row.reply, bytes);
    const auto got = parse_refusal(data_of(bytes, 'y'));
    ASSERT_TRUE(got);
    EXPECT_EQ(*got, row.want);
  }
}

TEST(MilterClient, WhatIsNoRefusalIsAnError) {
  for (const auto& data : {""s, "550 x"s, "250 ok\0"s, "55\0"s, "550\0"s, "5x0 no\0"s, "550no\0"s})
    EXPECT_FALSE(parse_refusal(data)) << data;
  EXPECT_EQ(parse_refusal("550 5.7.1 a\x01"s + "b\rc\0"s), "550 5.7.1 a b c");
}

}  // namespace
}  // namespace backstop::milter
