#include "next_hop/next_hop.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace backstop::next_hop {
namespace {

// "smtp mail.example.org 25", "lmtp /run/lmtp", "maildir var/%d".
std::string show(const NextHop& hop) {
  switch (hop.protocol) {
    case Protocol::Maildir:
      return "maildir " + hop.maildir;
    case Protocol::Smtp:
    case Protocol::Lmtp:
      break;
  }
  std::string out = hop.protocol == Protocol::Smtp ? "smtp" : "lmtp";
  if (hop.implicit_tls) out += " tls";
  if (!hop.target.path.empty()) return out + " " + hop.target.path;
  return out + " " + hop.target.host + " " + std::to_string(hop.target.port);
}

struct GoodRow {
  const char* name;
  std::string url;
  std::string want;
};

TEST(ParseNextHop, Good) {
  const std::string label(63, 'a');
  const std::string longest_host = label + "." + label + "." + label + "." + std::string(61, 'a');
  const GoodRow rows[] = {
      {"smtp", "smtp://mail.example.org:2525", "smtp mail.example.org 2525"},
      {"smtp without port", "smtp://mail.example.org", "smtp mail.example.org 25"},
      {"smtps", "smtps://mail.example.org:4465", "smtp tls mail.example.org 4465"},
      {"smtps without port", "smtps://mail.example.org", "smtp tls mail.example.org 465"},
      {"lmtp", "lmtp://127.0.0.1:2424", "lmtp 127.0.0.1 2424"},
      {"lmtp without port", "lmtp://localhost", "lmtp localhost 24"},
      {"lmtp socket", "lmtp:/run/dovecot/lmtp", "lmtp /run/dovecot/lmtp"},
      {"lmtp socket as Postfix spells it", "lmtp:unix:/run/dovecot/lmtp", "lmtp /run/dovecot/lmtp"},
      {"the same in capitals", "LMTP:UNIX:/run/lmtp", "lmtp /run/lmtp"},
      {"lmtp socket with a colon", "lmtp:/run/a:24", "lmtp /run/a:24"},
      {"IPv4", "smtp://192.0.2.1:25", "smtp 192.0.2.1 25"},
      {"IPv6", "smtp://[2001:db8::1]:2525", "smtp 2001:db8::1 2525"},
      {"IPv6 without port", "smtp://[::1]", "smtp ::1 25"},
      {"IPv6 in its short form", "smtp://[2001:DB8:0:0::1]", "smtp 2001:db8::1 25"},
      {"IPv6 by TLS", "smtps://[::1]", "smtp tls ::1 465"},
      {"one label", "smtp://relay:25", "smtp relay 25"},
      {"underscore", "smtp://mail_1.example.org", "smtp mail_1.example.org 25"},
      {"scheme in capitals", "SMTP://mail.example.org", "smtp mail.example.org 25"},
      {"first port", "smtp://a:1", "smtp a 1"},
      {"last port", "smtp://a:65535", "smtp a 65535"},
      {"longest host", "smtp://" + longest_host, "smtp " + longest_host + " 25"},
      {"maildir", "maildir:/var/mail/%d/%n", "maildir /var/mail/%d/%n"},
      {"maildir, relative", "maildir:var/mail/%n@%d", "maildir var/mail/%n@%d"},
      {"maildir without marks", "maildir:/var/mail/all", "maildir /var/mail/all"},
      {"maildir with per cent signs", "maildir:/var/100%%/%%d/%d", "maildir /var/100%%/%%d/%d"},
      {"maildir with a colon", "maildir:/var/a:b", "maildir /var/a:b"},
      {"longest socket as Postfix spells it", "lmtp:unix:/" + std::string(106, 'x'),
       "lmtp /" + std::string(106, 'x')},
      {"longest socket", "lmtp:/" + std::string(106, 'x'), "lmtp /" + std::string(106, 'x')},
      {"longest maildir", "maildir:/" + std::string(4094, 'x'), "maildir /" + std::string(4094, 'x')},
  };
  for (const auto& row : rows) {
    const auto hop = parse_next_hop(row.url);
    ASSERT_TRUE(hop) << row.name << ": " << hop.error().message;
    EXPECT_EQ(show(*hop), row.want) << row.name;
    EXPECT_EQ(hop->url, row.url) << row.name;
    EXPECT_EQ(hop->tls, Tls::Offered) << row.name;
    EXPECT_EQ(hop->identity, Identity::None) << row.name;
  }
}

struct BadRow {
  const char* name;
  std::string url;
  std::string_view want;  ///< stands in the error
};

TEST(ParseNextHop, Bad) {
  const std::string label(63, 'a');
  const std::string too_long_host = label + "." + label + "." + label + "." + std::string(62, 'a');
  const BadRow rows[] = {
      {"nothing", "", "smtp://host:port, smtps"},
      {"no scheme", "mail.example.org", "smtp://host:port, smtps"},
      {"a host and a port", "mail.example.org:25", "smtp://host:port, smtps"},
      {"unknown scheme", "http://mail.example.org", "smtp://host:port, smtps"},
      {"no slashes", "smtp:mail.example.org", "smtp://host:port is wanted"},
      {"one slash", "smtp:/run/socket", "smtp://host:port is wanted"},
      {"smtps to a socket", "smtps:/run/socket", "smtps://host:port is wanted"},
      {"no host", "smtp://", "the host \"\""},
      {"no host, but a port", "smtp://:25", "the host \"\""},
      {"no port behind the colon", "smtp://a:", "the port \"\": a number from 1 to 65535"},
      {"port 0", "smtp://a:0", "the port \"0\""},
      {"port past the last", "smtp://a:65536", "the port \"65536\""},
      {"port of another sign", "smtp://a:-25", "the port \"-25\""},
      {"port with a plus", "smtp://a:+25", "the port \"+25\""},
      {"port with a space", "smtp://a: 25", "the port \" 25\""},
      {"two ports", "smtp://a:25:26", "the port \"25:26\""},
      {"a folder behind the port", "smtp://a:25/", "the port \"25/\""},
      {"a folder behind the host", "smtp://a/", "the host \"a/\""},
      {"a user", "smtp://user@a", "the host \"user@a\""},
      {"IPv6 without brackets", "smtp://2001:db8::1", "the host \"2001\""},
      {"bracket not closed", "smtp://[::1", "not closed"},
      {"IPv4 in brackets", "smtp://[192.0.2.1]:25", "an IPv6 address is wanted between brackets"},
      {"name in brackets", "smtp://[mail.example.org]", "an IPv6 address is wanted between brackets"},
      {"text behind the bracket", "smtp://[::1]25", "only a colon and the port may follow"},
      {"no IPv4 address", "smtp://192.0.2.256", "the host \"192.0.2.256\""},
      {"three numbers", "smtp://192.0.2", "the host \"192.0.2\""},
      {"host with a space", "smtp://mail example", "the host \"mail example\""},
      {"host with an empty label", "smtp://mail..example.org", "the host"},
      {"host one too long", "smtp://" + too_long_host, "the host"},
      {"lmtp without a path", "lmtp:", "the path of a socket"},
      {"lmtp to a host without slashes", "lmtp:localhost:24", "from / on, or //host:port"},
      {"lmtp without a path, as Postfix spells it", "lmtp:unix:", "the path of a socket"},
      {"unix in front of no path", "lmtp:unix:private/lmtp", "from / on"},
      {"unix twice", "lmtp:unix:unix:/run/lmtp", "from / on"},
      {"smtp to a socket", "smtp:unix:/run/smtp", "smtp://host:port is wanted"},
      {"lmtp to a folder", "lmtp:/run/", "the path of a socket"},
      {"socket one too long", "lmtp:/" + std::string(107, 'x'), "at most 107 bytes"},
      {"maildir without a path", "maildir:", "a path is wanted"},
      {"maildir at the root", "maildir:/", "a path is wanted"},
      {"maildir with a host", "maildir://host/path", "without // in front"},
      {"maildir one too long", "maildir:/" + std::string(4095, 'x'), "at most 4095 bytes"},
      {"another mark", "maildir:/var/mail/%u", "the mark \"%u\""},
      {"a mark behind a per cent sign", "maildir:/var/mail/%%%u", "the mark \"%u\""},
      {"a space", "maildir:/var/100% sure/%n",
       "the mark \"%\": %d for the domain, %n for the local part and %% for"},
      {"a mark cut short", "maildir:/var/mail/%", "the mark \"%\""},
      {"a mark in capitals", "maildir:/var/%d/%N", "the mark \"%N\""},
      {"line end", "maildir:/var/mail\n", "smtp://host:port, smtps"},
      {"NUL", std::string("lmtp:/run/\0x", 12), "smtp://host:port, smtps"},
  };
  for (const auto& row : rows) {
    const auto hop = parse_next_hop(row.url);
    ASSERT_FALSE(hop) << row.name << ": " << show(*hop);
    EXPECT_NE(hop.error().message.find(row.want), std::string::npos)
        << row.name << ": " << hop.error().message;
    EXPECT_EQ(hop.error().message.find('\n'), std::string::npos) << row.name;
    EXPECT_FALSE(hop.error().message.ends_with('.')) << row.name;
  }
}

// How much of a URL may be missing at its end.
TEST(ParseNextHop, CutAtEveryPosition) {
  const struct {
    std::string_view url;
    std::vector<std::size_t> want;  ///< the sizes at which it is still a next hop
  } rows[] = {
      {"smtp://[2001:db8::1]:2525", {20, 22, 23, 24, 25}},
      {"lmtp:/run/ab", {7, 8, 9, 11, 12}},
      {"maildir:/v/%d", {10, 11, 13}},
      {"smtp://a.test", {8, 10, 11, 12, 13}},
  };
  for (const auto& row : rows) {
    std::vector<std::size_t> found;
    for (std::size_t size = 0; size <= row.url.size(); ++size) {
      if (parse_next_hop(row.url.substr(0, size))) found.push_back(size);
    }
    EXPECT_EQ(found, row.want) << row.url;
  }
}

}  // namespace
}  // namespace backstop::next_hop
