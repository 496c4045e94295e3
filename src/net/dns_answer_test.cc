#include "net/dns_answer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "net/dns_fixture.h"

namespace backstop::net {
namespace {

using Way = TestDns::Way;

std::span<const unsigned char> bytes_of(std::string_view text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

/// The name, the texts in brackets and the time to live, or why it failed.
std::string shown(const TxtAnswer& answer) {
  std::string text(name(answer.kind));
  for (const auto& one : answer.texts)
    text += one.size() > 40 ? fmt::format("[{} bytes]", one.size()) : "[" + one + "]";
  if (answer.kind != TxtAnswer::Kind::Failed) return text + fmt::format(" {}", answer.ttl.count());
  return text + ": " + answer.why;
}

std::string answer_to(const TestDns::Row& row) {
  const TestDns server({{"a.test", row}});
  return server.answer(dns_question("a.test"), true);
}

TEST(DnsAnswer, IsRead) {
  struct Row {
    const char* name;
    TestDns::Row row;
    std::string want;
  };
  const std::string long_text(1000, 'x');
  const Row rows[] = {
      {"one", {.texts = {"v=DKIM1"}}, "found[v=DKIM1] 300"},
      {"two", {.texts = {"a", "b"}, .ttl = 5}, "found[a][b] 5"},
      {"empty", {.texts = {""}}, "found[] 300"},
      {"in four strings", {.texts = {long_text}}, "found[1000 bytes] 300"},
      {"any bytes", {.texts = {std::string("\0\xFF", 2)}}, std::string("found[\0\xFF] 300", 13)},
      {"an alias", {.texts = {"x"}, .target = "b.test"}, "found[x] 300"},
      {"an alias without records", {.way = Way::NoData, .target = "b.test"}, "none 60"},
      {"no data", {.way = Way::NoData}, "none 60"},
      {"no name", {.way = Way::NoName}, "none 60"},
      {"no data, nor a SOA", {}, "none 0"},
      {"an alias of itself", {.way = Way::Loops}, "failed: CNAME records lead on and on"},
      {"server failure", {.way = Way::Fails}, "failed: the server says error 2"},
      {"garbage", {.way = Way::Garbage}, "failed: the answer can't be read"},
      {"kept for a week at most", {.texts = {"x"}, .ttl = 0x7FFFFFFF}, "found[x] 604800"},
      {"a time to live with the highest bit", {.texts = {"x"}, .ttl = 0x80000000}, "found[x] 0"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(shown(read_txt_answer(bytes_of(answer_to(row.row)), "A.test")), row.want) << row.name;
}

TEST(DnsAnswer, RecordsOfOtherNamesDontCount) {
  const std::string message = answer_to({.texts = {"x"}});
  EXPECT_EQ(shown(read_txt_answer(bytes_of(message), "a.test.")), "found[x] 300");
  EXPECT_EQ(shown(read_txt_answer(bytes_of(message), "b.test")), "none 0");
}

TEST(DnsAnswer, HasCaps) {
  const auto of_records = [](std::size_t count) {
    return answer_to({.texts = std::vector<std::string>(count, "x")});
  };
  EXPECT_TRUE(shown(read_txt_answer(bytes_of(of_records(kMostDnsRecords)), "a.test")).starts_with("found"));
  EXPECT_EQ(shown(read_txt_answer(bytes_of(of_records(kMostDnsRecords + 1)), "a.test")),
            "failed: the answer can't be read, or has too many records");
  // A record has a head of 18 bytes, and a byte more for each 255 of its text; the message a head of 24.
  const auto of_size = [](std::size_t size) {
    std::string message = answer_to({.texts = {std::string(30000, 'x')}});
    return message + answer_to({.texts = {std::string(size - message.size() - 18 - 11, 'x')}}).substr(24);
  };
  std::string message = of_size(kMostDnsAnswer);
  ASSERT_EQ(message.size(), kMostDnsAnswer);
  message[7] = 2;
  EXPECT_TRUE(shown(read_txt_answer(bytes_of(message), "a.test")).starts_with("found"));
  message = of_size(kMostDnsAnswer + 1);
  message[7] = 2;
  EXPECT_EQ(shown(read_txt_answer(bytes_of(message), "a.test")), "failed: the answer has 32769 bytes");
}

TEST(DnsAnswer, CutAnywhereItIsNoAnswer) {
  const std::string message = answer_to({.texts = {"v=DKIM1", "p="}, .target = "b.test"});
  for (std::size_t size = 0; size < message.size(); ++size) {
    EXPECT_EQ(read_txt_answer(bytes_of(message).first(size), "a.test").kind, TxtAnswer::Kind::Failed) << size;
  }
}

}  // namespace
}  // namespace backstop::net
