#include "net/endpoint.h"

#include <gtest/gtest.h>
#include <sys/un.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <string>
#include <vector>

namespace backstop::net {
namespace {

asio::ip::address address(const char* text) {
  return asio::ip::make_address(text);
}

struct GoodEndpoint {
  const char* text;
  const char* want_address;
  std::uint16_t want_port;
  const char* want_text;
};

TEST(Endpoint, IsRead) {
  const GoodEndpoint rows[] = {
      {"127.0.0.1:2525", "127.0.0.1", 2525, "127.0.0.1:2525"},
      {"0.0.0.0:0", "0.0.0.0", 0, "0.0.0.0:0"},
      {"255.255.255.255:65535", "255.255.255.255", 65535, "255.255.255.255:65535"},
      {"[::1]:25", "::1", 25, "[::1]:25"},
      {"[::]:25", "::", 25, "[::]:25"},
      {"[2001:DB8::1]:25", "2001:db8::1", 25, "[2001:db8::1]:25"},
      {"[::ffff:192.0.2.1]:25", "192.0.2.1", 25, "192.0.2.1:25"},
      {"[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1,
       "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:1"},
  };
  for (const auto& row : rows) {
    const auto endpoint = parse_endpoint(row.text);
    ASSERT_TRUE(endpoint) << row.text;
    EXPECT_EQ(*endpoint, (Endpoint{address(row.want_address), row.want_port})) << row.text;
    EXPECT_EQ(endpoint->text(), row.want_text);
  }
}

TEST(Endpoint, IsRefused) {
  using namespace std::string_literals;
  const std::string rows[] = {
      "",
      ":",
      ":25",
      "25",
      "127.0.0.1",
      "127.0.0.1:",
      "127.0.0.1:-1",
      "127.0.0.1:+1",
      "127.0.0.1: 1",
      "127.0.0.1:1 ",
      "127.0.0.1:025",
      "127.0.0.1:65536",
      "127.0.0.1:100000",
      "127.0.0.1:0x19",
      "127.0.0.1:smtp",
      "127.0.0.1\0:25"s,
      "127.0.0:25",
      "127.1:25",
      "127.0.0.256:25",
      "127.0.0.01:25",
      " 127.0.0.1:25",
      "localhost:25",
      "*:25",
      "::1:25",
      "[::1]",
      "[::1]25",
      "[::1:25",
      "::1]:25",
      "[]:25",
      "[127.0.0.1]:25",
      "[[::1]]:25",
      "[fe80::1%lo]:25",
      "[1::2::3]:25",
      "[" + std::string(1000, '1') + "]:25",
  };
  for (const auto& row : rows) {
    const auto endpoint = parse_endpoint(row);
    ASSERT_FALSE(endpoint) << row;
    EXPECT_TRUE(endpoint.error().message.contains("write 127.0.0.1:25 or [::1]:25")) << row;
  }
  EXPECT_TRUE(parse_endpoint("a\r\nb:25").error().message.find('\n') == std::string::npos);
}

TEST(Endpoint, OfASocketAddress) {
  using asio::ip::tcp;
  const asio::generic::stream_protocol::endpoint ipv4(tcp::endpoint(address("192.0.2.1"), 25));
  EXPECT_EQ(endpoint_of(ipv4), (Endpoint{address("192.0.2.1"), 25}));
  const asio::generic::stream_protocol::endpoint ipv6(tcp::endpoint(address("2001:db8::1"), 65535));
  EXPECT_EQ(endpoint_of(ipv6), (Endpoint{address("2001:db8::1"), 65535}));
  const asio::generic::stream_protocol::endpoint mapped(tcp::endpoint(address("::ffff:192.0.2.1"), 25));
  EXPECT_EQ(endpoint_of(mapped), (Endpoint{address("192.0.2.1"), 25}));
  EXPECT_EQ(endpoint_of(asio::local::stream_protocol::endpoint("/run/lmtp")), std::nullopt);
}

struct NetworkRow {
  const char* network;
  const char* want_text;
  std::vector<const char*> want_in;
  std::vector<const char*> want_out;
};

TEST(Network, ContainsItsAddresses) {
  const NetworkRow rows[] = {
      {"192.0.2.0/24",
       "192.0.2.0/24",
       {"192.0.2.0", "192.0.2.255", "::ffff:192.0.2.7"},
       {"192.0.1.255", "192.0.3.0", "::192.0.2.7", "::1"}},
      {"192.0.2.128/25", "192.0.2.128/25", {"192.0.2.128", "192.0.2.255"}, {"192.0.2.127", "192.0.3.128"}},
      {"192.0.2.1/32", "192.0.2.1", {"192.0.2.1"}, {"192.0.2.0", "192.0.2.2"}},
      {"192.0.2.1", "192.0.2.1", {"192.0.2.1", "::ffff:192.0.2.1"}, {"192.0.2.0", "192.0.2.3"}},
      {"192.0.2.2/31", "192.0.2.2/31", {"192.0.2.2", "192.0.2.3"}, {"192.0.2.1", "192.0.2.4"}},
      {"128.0.0.0/1", "128.0.0.0/1", {"128.0.0.0", "255.255.255.255"}, {"127.255.255.255"}},
      {"0.0.0.0/0", "0.0.0.0/0", {"0.0.0.0", "255.255.255.255"}, {"::", "::1"}},
      {"::/0", "::/0", {"::", "2001:db8::1"}, {"0.0.0.0", "::ffff:192.0.2.1"}},
      {"2001:db8::/32",
       "2001:db8::/32",
       {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"},
       {"2001:db7:ffff::", "2001:db9::", "32.1.13.184"}},
      {"2001:db8:8000::/33",
       "2001:db8:8000::/33",
       {"2001:db8:8000::", "2001:db8:ffff::"},
       {"2001:db8:7fff::"}},
      {"2001:db8::1/128", "2001:db8::1", {"2001:db8::1"}, {"2001:db8::", "2001:db8::2"}},
      {"::1", "::1", {"::1"}, {"::", "127.0.0.1"}},
      {"::ffff:192.0.2.0/120", "192.0.2.0/24", {"192.0.2.9", "::ffff:192.0.2.9"}, {"192.0.3.0"}},
      {"::ffff:0:0/96", "0.0.0.0/0", {"192.0.2.1"}, {"::1"}},
  };
  for (const auto& row : rows) {
    const auto network = Network::parse(row.network);
    ASSERT_TRUE(network) << row.network << ": " << network.error().message;
    EXPECT_EQ(network->text(), row.want_text);
    for (const char* in : row.want_in)
      EXPECT_TRUE(network->contains(address(in))) << row.network << " " << in;
    for (const char* out : row.want_out)
      EXPECT_FALSE(network->contains(address(out))) << row.network << " " << out;
  }
}

TEST(Network, IsRefused) {
  struct Row {
    const char* text;
    const char* want;
  };
  const Row rows[] = {
      {"", "is no network"},
      {"/", "is no network"},
      {"/24", "is no network"},
      {"192.0.2.0/", "is no network"},
      {"192.0.2.0/33", "is no network"},
      {"192.0.2.0/-1", "is no network"},
      {"192.0.2.0/024", "is no network"},
      {"192.0.2.0/24/24", "is no network"},
      {"192.0.2.0/255.255.255.0", "is no network"},
      {"192.0.2/24", "is no network"},
      {"2001:db8::/129", "is no network"},
      {"[::1]", "is no network"},
      {"fe80::%lo/64", "is no network"},
      {"::ffff:192.0.2.0/24", "is no network"},
      {"::ffff:192.0.2.0/129", "is no network"},
      {"example.org", "is no network"},
      {"192.0.2.1/24", "has bits past its length; write 192.0.2.0/24"},
      {"192.0.2.1/31", "has bits past its length; write 192.0.2.0/31"},
      {"192.0.2.1/0", "has bits past its length; write 0.0.0.0/0"},
      {"2001:db8::1/64", "has bits past its length; write 2001:db8::/64"},
      {"::ffff:192.0.2.1/120", "has bits past its length; write 192.0.2.0/24"},
  };
  for (const auto& row : rows) {
    const auto network = Network::parse(row.text);
    ASSERT_FALSE(network) << row.text;
    EXPECT_TRUE(network.error().message.contains(row.want)) << row.text << ": " << network.error().message;
  }
}

TEST(Network, AnyOfSeveral) {
  const std::vector networks{*Network::parse("192.0.2.0/24"), *Network::parse("::1")};
  EXPECT_TRUE(contains(networks, address("192.0.2.1")));
  EXPECT_TRUE(contains(networks, address("::1")));
  EXPECT_FALSE(contains(networks, address("192.0.3.1")));
  EXPECT_FALSE(contains({}, address("192.0.2.1")));
}

TEST(Address, CountsAsAClient) {
  struct Row {
    const char* text;
    const char* want;
  };
  for (const auto& row : {Row{"192.0.2.1", "192.0.2.1"}, Row{"::ffff:192.0.2.1", "192.0.2.1"},
                          Row{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
                          Row{"2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"},
                          Row{"2001:db8:1:3::", "2001:db8:1:3::"}, Row{"::1", "::"}}) {
    EXPECT_EQ(client_key(address(row.text)), address(row.want)) << row.text;
  }
}

TEST(Network, CountsByTheSmallestThatIsRouted) {
  struct Row {
    const char* text;
    const char* want;
  };
  for (const auto& row :
       {Row{"192.0.2.1", "192.0.2.0"}, Row{"192.0.2.255", "192.0.2.0"}, Row{"192.0.3.0", "192.0.3.0"},
        Row{"::ffff:192.0.2.1", "192.0.2.0"}, Row{"2001:db8:1:2:3:4:5:6", "2001:db8:1::"},
        Row{"2001:db8:1:ffff:ffff:ffff:ffff:ffff", "2001:db8:1::"}, Row{"2001:db8:2::", "2001:db8:2::"},
        Row{"::1", "::"}}) {
    EXPECT_EQ(network_key(address(row.text)), address(row.want)) << row.text;
  }
}

TEST(Address, IsWrittenAsALiteral) {
  EXPECT_EQ(address_literal(address("192.0.2.1")), "[192.0.2.1]");
  EXPECT_EQ(address_literal(address("2001:db8::1")), "[IPv6:2001:db8::1]");
  EXPECT_EQ(address_literal(address("::ffff:192.0.2.1")), "[192.0.2.1]");
}

TEST(Port, IsRead) {
  EXPECT_EQ(parse_port("0"), 0);
  EXPECT_EQ(parse_port("65535"), 65535);
  for (const char* text : {"", "00", "01", "65536", "99999", "123456", "-1", "+1", " 1", "1 ", "1a", "a"}) {
    EXPECT_EQ(parse_port(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace backstop::net
