#include "net/proxy_header.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace backstop::net {
namespace {

using namespace std::string_literals;

const std::string kSignature("\r\n\r\n\0\r\nQUIT\n", 12);

Endpoint endpoint(const char* address, std::uint16_t port) {
  return {asio::ip::make_address(address), port};
}

// Returns the fixed part of version 2 and `body`; `size` is the value of the length field.
std::string binary(unsigned command, unsigned family, const std::string& body, std::size_t size) {
  return kSignature + static_cast<char>(command) + static_cast<char>(family) + static_cast<char>(size >> 8) +
         static_cast<char>(size & 0xff) + body;
}
std::string binary(unsigned command, unsigned family, const std::string& body) {
  return binary(command, family, body, body.size());
}

const std::string kTcp4 = "\xc0\x00\x02\x01\xc6\x33\x64\x02\x9c\x40\x00\x19"s;
const std::string kTcp6 = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x01" + "\x20\x01\x0d\xb8"s +
                          std::string(11, '\0') + "\x02" + "\xff\xff\x00\x19"s;
const std::string kMapped6 = std::string(10, '\0') + "\xff\xff\xc0\x00\x02\x01"s + std::string(10, '\0') +
                             "\xff\xff\xc6\x33\x64\x02"s + "\x9c\x40\x00\x19"s;
// PP2_TYPE_AUTHORITY, PP2_TYPE_NOOP.
const std::string kTlvs = "\x02\x00\x04mail\x04\x00\x03\x00\x00\x00"s;

struct GoodRow {
  const char* name;
  std::string bytes;
  std::optional<Endpoint> want_source;
  std::optional<Endpoint> want_destination;
};

std::vector<GoodRow> good_rows() {
  const auto source = endpoint("192.0.2.1", 40000);
  const auto destination = endpoint("198.51.100.2", 25);
  return {
      {"version 1, IPv4", "PROXY TCP4 192.0.2.1 198.51.100.2 40000 25\r\n", source, destination},
      {"version 1, IPv6", "PROXY TCP6 2001:db8::1 2001:db8::2 65535 25\r\n", endpoint("2001:db8::1", 65535),
       endpoint("2001:db8::2", 25)},
      {"version 1, the longest addresses",
       "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 "
       "65535\r\n",
       endpoint("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535),
       endpoint("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535)},
      {"version 1, mapped addresses", "PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.2 40000 25\r\n", source,
       destination},
      {"version 1, port 0", "PROXY TCP4 192.0.2.1 198.51.100.2 0 0\r\n", endpoint("192.0.2.1", 0),
       endpoint("198.51.100.2", 0)},
      {"version 1, unknown", "PROXY UNKNOWN\r\n", {}, {}},
      {"version 1, unknown with addresses", "PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", {}, {}},
      {"version 1, unknown with anything", "PROXY UNKNOWN \x01\xff what is this?\r\n", {}, {}},
      {"version 1, 107 bytes", "PROXY UNKNOWN " + std::string(91, 'x') + "\r\n", {}, {}},
      {"version 2, TCP over IPv4", binary(0x21, 0x11, kTcp4), source, destination},
      {"version 2, TCP over IPv6", binary(0x21, 0x21, kTcp6), endpoint("2001:db8::1", 65535),
       endpoint("2001:db8::2", 25)},
      {"version 2, mapped addresses", binary(0x21, 0x21, kMapped6), source, destination},
      {"version 2, IPv4 with TLVs", binary(0x21, 0x11, kTcp4 + kTlvs), source, destination},
      {"version 2, IPv6 with TLVs", binary(0x21, 0x21, kTcp6 + kTlvs), endpoint("2001:db8::1", 65535),
       endpoint("2001:db8::2", 25)},
      {"version 2, the longest", binary(0x21, 0x11, kTcp4 + std::string(4096 - 12, 'x')), source,
       destination},
      {"version 2, LOCAL", binary(0x20, 0x00, ""), {}, {}},
      {"version 2, LOCAL with addresses", binary(0x20, 0x11, kTcp4), {}, {}},
      {"version 2, LOCAL with a family of the future", binary(0x20, 0xff, "x"), {}, {}},
      {"version 2, unspecified", binary(0x21, 0x00, ""), {}, {}},
      {"version 2, unspecified with TLVs", binary(0x21, 0x00, kTlvs), {}, {}},
      {"version 2, UDP over IPv4", binary(0x21, 0x12, kTcp4), {}, {}},
      {"version 2, UDP over IPv6", binary(0x21, 0x22, kTcp6), {}, {}},
      {"version 2, IPv4 without a transport", binary(0x21, 0x10, kTcp4), {}, {}},
      {"version 2, Unix", binary(0x21, 0x31, std::string(216, 'x')), {}, {}},
      {"version 2, Unix datagrams", binary(0x21, 0x32, std::string(216, '\0') + kTlvs), {}, {}},
  };
}

TEST(ProxyHeader, IsRead) {
  for (const auto& row : good_rows()) {
    for (const auto& after : {""s, "EHLO a.example\r\n"s, row.bytes}) {
      const auto parsed = parse_proxy_header(row.bytes + after);
      ASSERT_TRUE(parsed) << row.name << ": " << parsed.error().message;
      ASSERT_TRUE(parsed->header) << row.name;
      EXPECT_EQ(parsed->size, row.bytes.size()) << row.name;
      EXPECT_EQ(parsed->header->source, row.want_source) << row.name;
      EXPECT_EQ(parsed->header->destination, row.want_destination) << row.name;
    }
  }
}

TEST(ProxyHeader, WantsMoreAtEveryCut) {
  for (const auto& row : good_rows()) {
    for (std::size_t cut = 0; cut < row.bytes.size(); ++cut) {
      const auto parsed = parse_proxy_header(std::string_view(row.bytes).substr(0, cut));
      ASSERT_TRUE(parsed) << row.name << " cut at " << cut << ": " << parsed.error().message;
      EXPECT_FALSE(parsed->header) << row.name << " cut at " << cut;
      EXPECT_EQ(parsed->size, 0u) << row.name << " cut at " << cut;
    }
  }
}

struct BadRow {
  const char* name;
  std::string bytes;
  std::size_t want_enough;  ///< so many of the bytes are refused, and one fewer is not
};

// Each is refused at the byte that shows the fault, whatever follows.
TEST(ProxyHeader, IsRefused) {
  const BadRow rows[] = {
      {"another protocol", "EHLO a.example\r\n", 1},
      {"a TLS handshake", "\x16\x03\x01", 1},
      {"lower case", "proxy TCP4", 1},
      {"a word that goes on", "PROXYS", 6},
      {"a tab", "PROXY\t", 6},
      {"no protocol", "PROXY \r\n", 7},
      {"another transport", "PROXY UDP4 192.0.2.1 198.51.100.2 40000 25\r\n", 8},
      {"TCP5", "PROXY TCP5", 10},
      {"two spaces", "PROXY  TCP4", 7},
      {"unknown and more", "PROXY UNKNOWNS", 14},
      {"unknown and a bare LF", "PROXY UNKNOWN\n", 14},
      {"unknown and a bare CR", "PROXY UNKNOWN\rx", 15},
      {"no addresses", "PROXY TCP4 \r\n", 12},
      {"too few words", "PROXY TCP4 192.0.2.1 198.51.100.2 40000\r\n", 40},
      {"too many words", "PROXY TCP4 192.0.2.1 198.51.100.2 40000 25 1\r\n", 45},
      {"a space at the end", "PROXY TCP4 192.0.2.1 198.51.100.2 40000 25 \r\n", 44},
      {"a space too many", "PROXY TCP4 192.0.2.1  198.51.100.2 40000\r\n", 41},
      {"no such address", "PROXY TCP4 192.0.2.256 198.51.100.2 1 2\r\n", 40},
      {"no such destination", "PROXY TCP4 192.0.2.1 a.example 1 2\r\n", 35},
      {"IPv6 in TCP4", "PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n", 39},
      {"mapped in TCP4", "PROXY TCP4 ::ffff:192.0.2.1 192.0.2.1 1 2\r\n", 42},
      {"IPv4 in TCP6", "PROXY TCP6 192.0.2.1 198.51.100.2 1 2\r\n", 38},
      {"a mixture", "PROXY TCP6 2001:db8::1 198.51.100.2 1 2\r\n", 40},
      {"a zone", "PROXY TCP6 fe80::1%1 fe80::2 1 2\r\n", 33},
      {"a port past the last", "PROXY TCP4 192.0.2.1 198.51.100.2 65536 25\r\n", 43},
      {"a port with a zero", "PROXY TCP4 192.0.2.1 198.51.100.2 040 25\r\n", 41},
      {"a negative port", "PROXY TCP4 192.0.2.1 198.51.100.2 1 -2\r\n", 39},
      {"a bare LF", "PROXY TCP4 192.0.2.1 198.51.100.2 40000 25\n", 43},
      {"a bare CR", "PROXY TCP4 192.0.2.1 198.51.100.2 40000 25\rx", 44},
      {"108 bytes", "PROXY UNKNOWN " + std::string(92, 'x') + "\r\n", 106},
      {"a line without an end", "PROXY TCP4 " + std::string(200, '1'), 106},
      {"another signature", "\r\n\r\n\0\r\nQUIT\r"s, 12},
      {"version 1 in binary", binary(0x11, 0x11, kTcp4), 13},
      {"version 3", binary(0x31, 0x11, kTcp4), 13},
      {"a command of the future", binary(0x22, 0x11, kTcp4), 13},
      {"a family of the future", binary(0x21, 0x41, kTcp4), 14},
      {"a transport of the future", binary(0x21, 0x13, kTcp4), 14},
      {"IPv4 with one byte too few", binary(0x21, 0x11, kTcp4, 11), 16},
      {"IPv6 with one byte too few", binary(0x21, 0x21, kTcp6, 35), 16},
      {"Unix with one byte too few", binary(0x21, 0x31, std::string(216, 'x'), 215), 16},
      {"IPv4 with nothing", binary(0x21, 0x11, ""), 16},
      {"one byte past the longest", binary(0x21, 0x11, kTcp4, 4097), 16},
      {"the longest that can be said", binary(0x20, 0x00, "", 65535), 16},
  };
  for (const auto& row : rows) {
    for (std::size_t size = 0; size <= row.bytes.size(); ++size) {
      const auto parsed = parse_proxy_header(std::string_view(row.bytes).substr(0, size));
      ASSERT_EQ(parsed.has_value(), size < row.want_enough) << row.name << ", " << size << " bytes";
      if (parsed) {
        EXPECT_FALSE(parsed->header) << row.name << ", " << size << " bytes";
      } else {
        EXPECT_TRUE(parsed.error().message.starts_with("no PROXY header: ")) << parsed.error().message;
        EXPECT_FALSE(parsed.error().message.contains('\n')) << row.name;
      }
    }
  }
}

struct LineRow {
  const char* source;
  const char* destination;
  const char* want;
};

TEST(ProxyLine, IsWrittenAndReadAgain) {
  const LineRow rows[] = {
      {"192.0.2.1", "198.51.100.2", "PROXY TCP4 192.0.2.1 198.51.100.2 40000 25\r\n"},
      {"2001:db8::1", "2001:db8::2", "PROXY TCP6 2001:db8::1 2001:db8::2 40000 25\r\n"},
      {"192.0.2.1", "2001:db8::2", "PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 40000 25\r\n"},
      {"2001:db8::1", "198.51.100.2", "PROXY TCP6 2001:db8::1 ::ffff:198.51.100.2 40000 25\r\n"},
  };
  for (const auto& row : rows) {
    const auto source = endpoint(row.source, 40000);
    const auto destination = endpoint(row.destination, 25);
    const auto line = proxy_line(source, destination);
    EXPECT_EQ(line, row.want);
    const auto parsed = parse_proxy_header(line);
    ASSERT_TRUE(parsed && parsed->header) << line;
    EXPECT_EQ(parsed->header->source, source);
    EXPECT_EQ(parsed->header->destination, destination);
    EXPECT_EQ(parsed->size, line.size());
  }
}

}  // namespace
}  // namespace backstop::net
