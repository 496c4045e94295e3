#include "mail/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mail/address_list.h"

namespace backstop::mail {
namespace {

using testing::ElementsAreArray;

std::string repeated(std::size_t count, const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

// Returns a domain name of exactly `size` octets, in labels of 62.
std::string long_domain(std::size_t size) {
  std::string out = repeated(size / 63 + 1, std::string(62, 'd') + ".").substr(0, size);
  if (out.ends_with('.')) out.back() = 'd';
  return out;
}

struct PathRow {
  const char* name;
  std::string text;
  Address want;
};

const PathRow kPaths[] = {
    {"plain", "<user@example.org>", {"user", "example.org"}},
    {"no brackets", "user@example.org", {"user", "example.org"}},
    {"case is kept", "<User.Name@Example.ORG>", {"User.Name", "Example.ORG"}},
    {"every atext", "<!#$%&'*+-/=?^_`{|}~@example.org>", {"!#$%&'*+-/=?^_`{|}~", "example.org"}},
    {"tagged", "<prvs=0787c97471=userx@test.ex>", {"prvs=0787c97471=userx", "test.ex"}},
    {"one label", "<root@localhost>", {"root", "localhost"}},
    {"digits", "<1@2.example>", {"1", "2.example"}},
    {"underscore in the domain", "<root@my_host.example>", {"root", "my_host.example"}},
    {"quoted", "<\"john doe\"@example.org>", {"john doe", "example.org"}},
    {"quoted at sign", "<\"a@b\"@example.org>", {"a@b", "example.org"}},
    {"quoted brackets", "<\"<>\"@example.org>", {"<>", "example.org"}},
    {"escaped", R"(<"a\"b\\c\d"@example.org>)", {"a\"b\\cd", "example.org"}},
    {"quoted without need", "<\"user\"@example.org>", {"user", "example.org"}},
    {"quoted and empty", "<\"\"@example.org>", {"", "example.org"}},
    {"IPv4 literal", "<user@[192.0.2.1]>", {"user", "[192.0.2.1]"}},
    {"IPv4 literal, leading zeros", "<user@[192.000.002.001]>", {"user", "[192.000.002.001]"}},
    {"IPv6 literal", "<user@[IPv6:2001:db8:0:0:0:0:0:1]>", {"user", "[IPv6:2001:db8:0:0:0:0:0:1]"}},
    {"IPv6 literal, gap", "<user@[ipv6:2001:DB8::1]>", {"user", "[ipv6:2001:DB8::1]"}},
    {"IPv6 literal, only a gap", "<user@[IPv6:::]>", {"user", "[IPv6:::]"}},
    {"IPv6 literal, gap at the end", "<user@[IPv6:2001:db8::]>", {"user", "[IPv6:2001:db8::]"}},
    {"IPv6 literal with IPv4", "<user@[IPv6:::ffff:192.0.2.1]>", {"user", "[IPv6:::ffff:192.0.2.1]"}},
    {"IPv6 literal, full with IPv4",
     "<u@[IPv6:0:0:0:0:0:ffff:192.0.2.1]>",
     {"u", "[IPv6:0:0:0:0:0:ffff:192.0.2.1]"}},
    {"source route", "<@relay.example:user@example.org>", {"user", "example.org"}},
    {"long source route", "<@a.example,@b.example,@c:user@example.org>", {"user", "example.org"}},
    {"source route of literals", "<@[192.0.2.1],@[IPv6:::1]:user@example.org>", {"user", "example.org"}},
    {"postmaster", "<postmaster>", {"postmaster", ""}},
    {"Postmaster without brackets", "PostMaster", {"PostMaster", ""}},
    {"UTF-8", "<grüße@bücher.example>", {"grüße", "bücher.example"}},
    {"UTF-8, quoted", "<\"жук жук\"@пример.example>", {"жук жук", "пример.example"}},
    {"local part of 64", "<" + std::string(64, 'a') + "@example.org>", {std::string(64, 'a'), "example.org"}},
    {"quoted local part of 64",
     "<\"" + std::string(62, ' ') + "\"@example.org>",
     {std::string(62, ' '), "example.org"}},
    {"label of 63", "<a@" + std::string(63, 'd') + ".example>", {"a", std::string(63, 'd') + ".example"}},
    {"label in UTF-8 past 63",
     "<a@" + repeated(40, "ü") + ".example>",
     {"a", repeated(40, "ü") + ".example"}},
    {"path of 256", "<a@" + long_domain(252) + ">", {"a", long_domain(252)}},
    {"path of 256 with its route", "<@r:a@" + long_domain(249) + ">", {"a", long_domain(249)}},
};

TEST(Address, ReadsPaths) {
  for (const auto& row : kPaths) {
    const auto path = parse_path(row.text);
    ASSERT_TRUE(path) << row.name << ": " << path.error().message;
    ASSERT_TRUE(path->address) << row.name;
    EXPECT_EQ(path->address->local, row.want.local) << row.name;
    EXPECT_EQ(path->address->domain, row.want.domain) << row.name;
    const auto again = parse_address(path->address->text());
    ASSERT_TRUE(again) << row.name << ": " << again.error().message;
    EXPECT_EQ(*again, *path->address) << row.name;
  }
}

TEST(Address, NullPathIsNoAddress) {
  const auto path = parse_path("<>");
  ASSERT_TRUE(path);
  EXPECT_TRUE(path->is_null());
}

struct BadRow {
  const char* name;
  std::string text;
  const char* want;  ///< the end of the error
};

const BadRow kBadPaths[] = {
    {"empty", "", "it is empty"},
    {"only spaces", " ", "no name of a mailbox"},
    {"no at sign", "<user>", "an \"@\" is missing"},
    {"no local part", "<@example.org>", "its source route is broken"},
    {"no domain", "<user@>", "no domain"},
    {"two at signs", "<a@b@c>", "no domain"},
    {"opened only", "<user@example.org", "no name of a mailbox"},
    {"closed only", "user@example.org>", "no domain"},
    {"twice in brackets", "<<user@example.org>>", "no name of a mailbox"},
    {"text behind", "<user@example.org> SIZE=1", "no name of a mailbox"},
    {"space before", "< user@example.org>", "no name of a mailbox"},
    {"space in the local part", "<john doe@example.org>", "no name of a mailbox"},
    {"leading dot", "<.user@example.org>", "no name of a mailbox"},
    {"trailing dot", "<user.@example.org>", "no name of a mailbox"},
    {"two dots", "<a..b@example.org>", "no name of a mailbox"},
    {"backslash outside of quotes", "<a\\b@example.org>", "no name of a mailbox"},
    {"quote not closed", "<\"user@example.org>", "no name of a mailbox"},
    {"escape at the end", "<\"user\\", "no name of a mailbox"},
    {"text after the quote", "<\"user\"x@example.org>", "an \"@\" is missing"},
    {"tab in quotes", "<\"a\tb\"@example.org>", "no name of a mailbox"},
    {"escaped control", "<\"a\\\x01\"@example.org>", "no name of a mailbox"},
    {"NUL", std::string("<a\0b@example.org>", 17), "no name of a mailbox"},
    {"CRLF", "<user\r\n@example.org>", "no name of a mailbox"},
    {"domain of dots", "<foo@..>", "no domain"},
    {"trailing dot in the domain", "<user@example.org.>", "no domain"},
    {"leading dot in the domain", "<user@.example.org>", "no domain"},
    {"hyphen first", "<user@-example.org>", "no domain"},
    {"hyphen last", "<user@example-.org>", "no domain"},
    {"space in the domain", "<user@example .org>", "no domain"},
    {"comment", "<user@example.org(x)>", "no domain"},
    {"literal not closed", "<user@[192.0.2.1>", "no domain"},
    {"literal of three", "<user@[192.0.2]>", "no domain"},
    {"literal of five", "<user@[192.0.2.1.1]>", "no domain"},
    {"literal past 255", "<user@[192.0.2.256]>", "no domain"},
    {"literal of four digits", "<user@[192.0.2.0001]>", "no domain"},
    {"empty literal", "<user@[]>", "no domain"},
    {"IPv6 without its tag", "<user@[2001:db8::1]>", "no domain"},
    {"IPv6 of seven groups", "<user@[IPv6:1:2:3:4:5:6:7]>", "no domain"},
    {"IPv6 of nine groups", "<user@[IPv6:1:2:3:4:5:6:7:8:9]>", "no domain"},
    {"IPv6 of two gaps", "<user@[IPv6:1::2::3]>", "no domain"},
    {"IPv6 with a gap for one group", "<user@[IPv6:1::3:4:5:6:7:8]>", "no domain"},
    {"IPv6 with a colon at the end", "<user@[IPv6:1:2:3:4:5:6:7:]>", "no domain"},
    {"IPv6 group of five", "<user@[IPv6:12345::]>", "no domain"},
    {"IPv6, IPv4 first", "<user@[IPv6:192.0.2.1::]>", "no domain"},
    {"unregistered literal", "<user@[x400:abc]>", "no domain"},
    {"route not ended", "<@relay.example,user@example.org>", "its source route is broken"},
    {"route without an address", "<@relay.example:>", "it is empty"},
    {"route of an empty domain", "<@:user@example.org>", "its source route is broken"},
    {"latin-1", "<gr\xFC@example.org>", "it is neither ASCII nor UTF-8"},
    {"overlong UTF-8", "<a\xC0\xAF@example.org>", "it is neither ASCII nor UTF-8"},
    {"local part of 65", "<" + std::string(65, 'a') + "@example.org>", "longer than 64 bytes"},
    {"quoted local part of 65", "<\"" + std::string(63, ' ') + "\"@example.org>", "longer than 64 bytes"},
    {"label of 64", "<a@" + std::string(64, 'd') + ".example>", "no domain"},
    {"path of 257", "<a@" + long_domain(253) + ">", "it is longer than 256 bytes"},
    {"path of 257 with its route", "<@r:a@" + long_domain(250) + ">", "it is longer than 256 bytes"},
};

TEST(Address, RefusesPathsAndSaysWhy) {
  for (const auto& row : kBadPaths) {
    const auto path = parse_path(row.text);
    ASSERT_FALSE(path) << row.name;
    EXPECT_TRUE(path.error().message.ends_with(row.want)) << row.name << ": " << path.error().message;
    EXPECT_EQ(path.error().message.find_first_of("\r\n"), std::string::npos) << row.name;
  }
}

struct FormRow {
  const char* name;
  Address address;
  std::string want_text;
  std::string want_folded;
};

TEST(Address, WritesTheFormOfTheEnvelope) {
  const FormRow rows[] = {
      {"plain", {"User", "Example.Org"}, "User@Example.Org", "user@example.org"},
      {"quoted", {"John Doe", "example.org"}, "\"John Doe\"@example.org", "\"john doe\"@example.org"},
      {"escaped", {"a\"b\\", "example.org"}, R"("a\"b\\"@example.org)", R"("a\"b\\"@example.org)"},
      {"dots", {"a..b", "example.org"}, "\"a..b\"@example.org", "\"a..b\"@example.org"},
      {"empty", {"", "example.org"}, "\"\"@example.org", "\"\"@example.org"},
      {"postmaster", {"Postmaster", ""}, "Postmaster", "postmaster"},
      {"UTF-8", {"Ünal", "example.org"}, "Ünal@example.org", "Ünal@example.org"},
      {"a u-label", {"Ann", "BÜCHER.example"}, "Ann@BÜCHER.example", "ann@xn--bcher-kva.example"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(row.address.text(), row.want_text) << row.name;
    EXPECT_EQ(row.address.folded(), row.want_folded) << row.name;
  }
}

struct ListRow {
  const char* name;
  std::string value;
  std::vector<std::string> want;
};

const ListRow kLists[] = {
    {"empty", "", {}},
    {"one", "user@example.org", {"user@example.org"}},
    {"angle brackets", "<user@example.org>", {"user@example.org"}},
    {"display name", "John Doe <john@example.org>", {"john@example.org"}},
    {"quoted display name", "\"Doe, John\" <john@example.org>", {"john@example.org"}},
    {"address as display name", "\"x@y.test\" <john@example.org>", {"john@example.org"}},
    {"bare address as display name", "x@y.test <john@example.org>", {"john@example.org"}},
    {"escaped quote in the display name", R"("a\"b, <c@d>" <john@example.org>)", {"john@example.org"}},
    {"encoded word", "=?utf-8?Q?J=C3=B6rg?= <j@example.org>", {"j@example.org"}},
    {"encoded words, folded", "=?utf-8?B?SsO2cmc=?=\r\n =?utf-8?Q?_x?= <j@example.org>", {"j@example.org"}},
    {"two", "a@example.org, b@example.net", {"a@example.org", "b@example.net"}},
    {"semicolons, as some clients write",
     "a@example.org; b@example.net;",
     {"a@example.org", "b@example.net"}},
    {"A.1.2, From to Bcc",
     "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
     {"mary@x.test", "jdoe@example.org", "one@y.test"}},
    {"A.1.2, quotes",
     "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
     {"boss@nil.test", "sysservices@example.net"}},
    {"A.1.3, group",
     "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
     {"c@a.test", "joe@where.test", "jdoe@one.test"}},
    {"A.1.3, empty group", "Undisclosed recipients:;", {}},
    {"A.5, comments everywhere",
     "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
     {"pete@silly.test"}},
    {"A.5, group with comments",
     "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n         "
     "joe@example.org,\r\n  "
     "John <jdoe@one.test> (my dear friend); (the end of the group)",
     {"c@public.example", "joe@example.org", "jdoe@one.test"}},
    {"A.5, hidden group", "(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", {}},
    {"A.6.1, dots in a name", "Joe Q. Public <john.q.public@example.com>", {"john.q.public@example.com"}},
    {"A.6.1, route and empty members",
     "Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
     {"mary@example.net", "jdoe@test.example"}},
    {"spaces around the dots", "<john . q . public @ example . com>", {"john.q.public@example.com"}},
    {"quoted word among dots", "<john.\"q r\".public@example.com>", {"\"john.q r.public\"@example.com"}},
    {"long route", "<@a.test,@b.test:user@example.org>, x@y.test", {"user@example.org", "x@y.test"}},
    {"route without an address", "<@a.test>, x@y.test", {"x@y.test"}},
    {"two groups", "a: x@y.test; b: z@y.test;", {"x@y.test", "z@y.test"}},
    {"group then address", "a: x@y.test;, z@y.test", {"x@y.test", "z@y.test"}},
    {"quoted local part", "\"john doe\"@example.org", {"\"john doe\"@example.org"}},
    {"literal", "user@[192.0.2.1]", {"user@[192.0.2.1]"}},
    {"nested comments", "(a (b (c) d) e) user@example.org (f)", {"user@example.org"}},
    {"address in a comment", "user@example.org (other@example.net)", {"user@example.org"}},
    {"comment never closed", "a@example.org (x, b@example.org", {"a@example.org", "b@example.org"}},
    {"quote never closed", "\"John <a@example.org>, b@example.org", {"a@example.org", "b@example.org"}},
    {"third quote", "\"John\" Doe\" <a@example.org>", {"a@example.org"}},
    {"bracket never closed", "John <a@example.org, b@example.org", {"a@example.org", "b@example.org"}},
    {"bracket never opened", "a@example.org>, b@example.org", {"a@example.org", "b@example.org"}},
    {"two in one member", "<a@example.org> <b@example.org>", {"a@example.org", "b@example.org"}},
    {"words behind", "a@example.org is mine", {"a@example.org"}},
    {"mailto", "<mailto:a@example.org>", {"a@example.org"}},
    {"single quotes", "'a@example.org'", {"a@example.org"}},
    {"single quotes in brackets", "\"'a@example.org'\" <'a@example.org'>", {"a@example.org"}},
    {"dot at the end of the domain", "a@example.org.", {"a@example.org"}},
    {"dots that a carrier gave out", "a..b.@example.org", {"\"a..b.\"@example.org"}},
    {"folded", "John\r\n <a@example.org>,\r\n\tb@example.org", {"a@example.org", "b@example.org"}},
    {"UTF-8", "Jörg <jörg@bücher.example>", {"jörg@bücher.example"}},
    {"raw latin-1 name", "J\xF6rg <j@example.org>", {"j@example.org"}},
    {"raw ISO-2022-JP name", "\x1B$B%F%9%H\x1B(B <j@example.org> (x)", {"j@example.org"}},
    {"local part past 64", std::string(100, 'a') + "@example.org", {std::string(100, 'a') + "@example.org"}},
    {"address of 254", "a@" + long_domain(252), {"a@" + long_domain(252)}},
    {"address of 255", "a@" + long_domain(253) + ", b@example.org", {"b@example.org"}},
    {"no addresses",
     "John Doe, @x.test, a@b@c, x@, <>, foo@.., raw\xFF@example.org, a@[1.2], \"a\tb\"@x.test",
     {}},
};

TEST(Address, ReadsLists) {
  for (const auto& row : kLists) {
    std::vector<std::string> found;
    for (const Address& address : parse_address_list(row.value)) found.push_back(address.text());
    EXPECT_THAT(found, ElementsAreArray(row.want)) << row.name;
  }
}

TEST(Address, ListStopsAtTheCap) {
  const std::string value = repeated(101, "a@example.org,");
  EXPECT_EQ(parse_address_list(value).size(), 100u);
  EXPECT_EQ(parse_address_list(value, 101).size(), 101u);
  EXPECT_EQ(parse_address_list(value, 3).size(), 3u);
  EXPECT_EQ(parse_address_list(value, 0).size(), 0u);
}

struct LooksRow {
  const char* name;
  std::string text;
  bool want;
};

TEST(Address, LooksLikeOne) {
  const LooksRow rows[] = {
      {"plain", "user@example.org", true},
      {"one label", "user@localhost", true},
      {"literal", "user@[192.0.2.1]", true},
      {"quoted", "\"john doe\"@example.org", true},
      {"quoted at sign", "\"a@b\"@example.org", true},
      {"dots of carriers", "a..b.@example.org", true},
      {"tagged", "prvs=0787c97471=userx@test.ex", true},
      {"UTF-8", "jörg@пример.example", true},
      {"of 254", "a@" + long_domain(252), true},
      {"of 255", "a@" + long_domain(253), false},
      {"empty", "", false},
      {"no at sign", "example.org", false},
      {"only an at sign", "@", false},
      {"no domain", "user@", false},
      {"no local part", "@x", false},
      {"two at signs", "a@b@c", false},
      {"dots", "foo@..", false},
      {"leading dot", ".user@example.org", false},
      {"full stop behind", "user@example.org.", false},
      {"comma behind", "user@example.org,", false},
      {"colon behind", "user@example.org:", false},
      {"parenthesis behind", "user@example.org)", false},
      {"brackets around", "<user@example.org>", false},
      {"single quotes around", "'user@example.org'", false},
      {"quotes around", "\"user@example.org\"", false},
      {"mailto", "mailto:user@example.org", false},
      {"space inside", "user @example.org", false},
      {"space around", " user@example.org", false},
      {"open quote", "\"user@example.org", false},
      {"quote and text", "\"user\"x@example.org", false},
      {"full-width bracket", "（user@example.org", false},
      {"full-width bracket behind", "user@example.org）", false},
      {"guillemets", "«user@example.org", false},
      {"no UTF-8", "us\xE9r@example.org", false},
      {"broken literal", "user@[192.0.2]", false},
  };
  for (const auto& row : rows) EXPECT_EQ(looks_like_address(row.text), row.want) << row.name;
}

struct SeenRow {
  const char* name;
  std::string_view address;
  bool want;
};

TEST(IsSeenWhole, TakesWhatPeopleSee) {
  using namespace std::string_view_literals;
  const SeenRow rows[] = {
      {"ASCII", "user@example.org", true},
      {"letters of other scripts", "jürgen.用户@grün.example", true},
      {"an emoji", "📧@example.org", true},
      {"empty", "", true},
      {"NUL", "user@example.org\0.example.net"sv, false},
      {"escape sequence", "\x1B[8muser\x1B[0m@example.org", false},
      {"DEL",
       "us\x7F"
       "er@example.org",
       false},
      {"C1 control", "us\u009Ber@example.org", false},
      {"tab", "us\ter@example.org", false},
      {"right-to-left override", "\u202Eresu\u202C@example.org", false},
      {"isolate", "\u2066user@example.org", false},
      {"mark of direction", "user@example.org\u200E", false},
      {"zero-width space", "us\u200Ber@example.org", false},
      {"soft hyphen", "us\u00ADer@example.org", false},
      {"byte order mark", "\uFEFFuser@example.org", false},
      {"no-break space", "user@example.org\u00A0.example.net", false},
      {"ideographic space", "us\u3000er@example.org", false},
      {"a space in a quoted local part", "\"us er\"@example.org", true},
      {"line separator", "user\u2028@example.org", false},
      {"not UTF-8",
       "us\xFF"
       "er@example.org",
       false},
      {"non-joiner between Persian letters", "نامه\u200Cای@example.org", true},
      {"non-joiner between Latin letters", "us\u200Cer@example.org", false},
      {"non-joiner behind a letter that joins nothing", "را\u200Cه@example.org", false},
      {"non-joiner at the beginning", "\u200Cه@example.org", false},
      {"non-joiner at the end", "ه\u200C", false},
      {"joiner behind a virama", "क्\u200Dष@example.org", true},
      {"joiner between Persian letters", "نامه\u200Dای@example.org", false},
  };
  for (const auto& row : rows) EXPECT_EQ(is_seen_whole(row.address), row.want) << row.name;
}

}  // namespace
}  // namespace backstop::mail
