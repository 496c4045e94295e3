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

Question txt(std::string_view name) {
  return {RecordType::Txt, std::string(name)};
}

/// The name, the texts in brackets and the time to live, or why it failed.
std::string shown(const DnsAnswer& answer) {
  std::string text(name(answer.kind));
  for (const auto& one : answer.texts)
    text += one.size() > 40 ? fmt::format("[{} bytes]", one.size()) : "[" + one + "]";
  for (const auto& one : answer.addresses) text += "[" + one.to_string() + "]";
  for (const auto& one : answer.hosts) text += fmt::format("[{} {}]", one.preference, one.name);
  if (answer.kind != DnsAnswer::Kind::Failed) return text + fmt::format(" {}", answer.ttl.count());
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
      {"an alias without records", {.way = Way::NoData, .target = "b.test"}, "no-data 60"},
      {"no data", {.way = Way::NoData}, "no-data 60"},
      {"no name", {.way = Way::NoName}, "no-name 60"},
      {"no data, nor a SOA", {}, "no-data 0"},
      {"an alias of itself", {.way = Way::Loops}, "failed: CNAME records lead on and on"},
      {"server failure", {.way = Way::Fails}, "failed: the server says error 2"},
      {"garbage", {.way = Way::Garbage}, "failed: the answer can't be read"},
      {"kept for a week at most", {.texts = {"x"}, .ttl = 0x7FFFFFFF}, "found[x] 604800"},
      {"a time to live with the highest bit", {.texts = {"x"}, .ttl = 0x80000000}, "found[x] 0"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(shown(read_dns_answer(bytes_of(answer_to(row.row)), txt("A.test"))), row.want) << row.name;
}

TEST(DnsAnswer, RecordsOfEachTypeAreRead) {
  struct Row {
    const char* name;
    RecordType type;
    TestDns::Row row;
    std::string want;
  };
  const Row rows[] = {
      {"addresses",
       RecordType::A,
       {.addresses = {"192.0.2.1", "2001:db8::1", "192.0.2.2"}},
       "found[192.0.2.1][192.0.2.2] 300"},
      {"of IPv6",
       RecordType::Aaaa,
       {.addresses = {"192.0.2.1", "::ffff:192.0.2.9"}},
       "found[::ffff:192.0.2.9] 300"},
      {"no address", RecordType::A, {.way = Way::NoName}, "no-name 60"},
      {"exchanges",
       RecordType::Mx,
       {.hosts = {{20, "B.test"}, {10, "a.test"}}},
       "found[20 b.test][10 a.test] 300"},
      {"an alias",
       RecordType::Mx,
       {.target = "b.test", .hosts = {{0xFFFF, "a.test"}}},
       "found[65535 a.test] 300"},
      {"the null MX", RecordType::Mx, {.hosts = {{0, ""}}}, "found[0 ] 300"},
      {"pointers",
       RecordType::Ptr,
       {.hosts = {{0, "a.test"}, {0, "b.test"}}},
       "found[0 a.test][0 b.test] 300"},
      {"texts are no addresses", RecordType::A, {.texts = {"x"}}, "no-data 0"},
  };
  for (const auto& row : rows) {
    const TestDns server({{"a.test", row.row}});
    const std::string message = server.answer(dns_question("a.test", row.type), true);
    EXPECT_EQ(shown(read_dns_answer(bytes_of(message), {row.type, "a.test"})), row.want) << row.name;
    for (std::size_t size = 0; size < message.size(); ++size) {
      EXPECT_EQ(read_dns_answer(bytes_of(message).first(size), {row.type, "a.test"}).kind,
                DnsAnswer::Kind::Failed)
          << row.name << ", cut at " << size;
    }
  }
}

TEST(DnsAnswer, RecordsOfTheWrongSizeCantBeRead) {
  // A TXT record that is made one of another type: it has two bytes, the first is 1.
  for (const auto type : {RecordType::A, RecordType::Aaaa, RecordType::Mx, RecordType::Ptr}) {
    std::string message = answer_to({.texts = {"x"}});
    const std::size_t at = message.rfind(std::string("\0\x10\0\x01", 4)) + 1;
    message[at] = static_cast<char>(type);
    EXPECT_EQ(shown(read_dns_answer(bytes_of(message), {type, "a.test"})),
              fmt::format("failed: a record of type {} can't be read", name(type)));
  }
}

TEST(DnsAnswer, RecordsOfOtherNamesDontCount) {
  const std::string message = answer_to({.texts = {"x"}});
  EXPECT_EQ(shown(read_dns_answer(bytes_of(message), txt("a.test."))), "found[x] 300");
  EXPECT_EQ(shown(read_dns_answer(bytes_of(message), txt("b.test"))), "no-data 0");
}

TEST(DnsAnswer, HasCaps) {
  const auto of_records = [](std::size_t count) {
    return answer_to({.texts = std::vector<std::string>(count, "x")});
  };
  EXPECT_TRUE(
      shown(read_dns_answer(bytes_of(of_records(kMostDnsRecords)), txt("a.test"))).starts_with("found"));
  EXPECT_EQ(shown(read_dns_answer(bytes_of(of_records(kMostDnsRecords + 1)), txt("a.test"))),
            "failed: the answer can't be read, or has too many records");
  // A record has a head of 18 bytes, and a byte more for each 255 of its text; the message a head of 24.
  const auto of_size = [](std::size_t size) {
    std::string message = answer_to({.texts = {std::string(30000, 'x')}});
    return message + answer_to({.texts = {std::string(size - message.size() - 18 - 11, 'x')}}).substr(24);
  };
  std::string message = of_size(kMostDnsAnswer);
  ASSERT_EQ(message.size(), kMostDnsAnswer);
  message[7] = 2;
  EXPECT_TRUE(shown(read_dns_answer(bytes_of(message), txt("a.test"))).starts_with("found"));
  message = of_size(kMostDnsAnswer + 1);
  message[7] = 2;
  EXPECT_EQ(shown(read_dns_answer(bytes_of(message), txt("a.test"))), "failed: the answer has 32769 bytes");
}

TEST(DnsAnswer, CutAnywhereItIsNoAnswer) {
  const std::string message = answer_to({.texts = {"v=DKIM1", "p="}, .target = "b.test"});
  for (std::size_t size = 0; size < message.size(); ++size) {
    EXPECT_EQ(read_dns_answer(bytes_of(message).first(size), txt("a.test")).kind, DnsAnswer::Kind::Failed)
        << size;
  }
}

}  // namespace
}  // namespace backstop::net
