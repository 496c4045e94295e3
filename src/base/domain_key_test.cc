#include "base/domain_key.h"

#include <gtest/gtest.h>

#include <string>

namespace backstop::base {
namespace {

struct Row {
  const char* name;
  std::string_view domain;
  std::string_view want;
};

// Spellings of domains, and the A-labels that are wanted for them.
constexpr Row kMapped[] = {
    {"a u-label", "bücher.example", "xn--bcher-kva.example"},
    {"in capitals", "BÜCHER.EXAMPLE", "xn--bcher-kva.example"},
    {"decomposed", "bu\u0308cher.example", "xn--bcher-kva.example"},
    {"decomposed and in capitals", "BU\u0308CHER.example", "xn--bcher-kva.example"},
    {"fullwidth letters", "ｂｕ\u0308ｃｈｅｒ.example", "xn--bcher-kva.example"},
    {"an ideographic full stop", "bücher。example", "xn--bcher-kva.example"},
    {"a fullwidth full stop", "bücher．example", "xn--bcher-kva.example"},
    {"a halfwidth ideographic full stop", "bücher｡example", "xn--bcher-kva.example"},
    {"only the full stop is beyond ascii", "Mail。Example", "mail.example"},
    {"a soft hyphen", "bü\u00ADcher.example", "xn--bcher-kva.example"},
    {"a zero-width space", "bü\u200Bcher.example", "xn--bcher-kva.example"},
    {"an a-label beside a u-label", "XN--BCHER-KVA.bücher.example", "xn--bcher-kva.xn--bcher-kva.example"},
    {"sharp s is a letter of its own", "straße.example", "xn--strae-oqa.example"},
    {"final sigma is a letter of its own", "βόλος.example", "xn--nxasmm1c.example"},
    {"greek capitals", "ΒΌΛΟΣ.example", "xn--nxasmq6b.example"},
    {"from right to left", "דוגמה.example", "xn--6dbbec0c.example"},
    {"an emoji", "📧.example", "xn--du8h.example"},
    {"three scripts", "例え.テスト", "xn--r8jz45g.xn--zckzah"},
    {"hyphens where registries want none", "r3---a.bücher.example", "r3---a.xn--bcher-kva.example"},
    {"an underscore", "_dmarc.bücher.example", "_dmarc.xn--bcher-kva.example"},
};

TEST(DomainKey, IsTheALabelInLowerCase) {
  for (const Row& row : kMapped) EXPECT_EQ(domain_key(row.domain), row.want) << row.name;
}

// Names that have no A-label, or are one: their key is the name itself, in lower case.
constexpr Row kOwn[] = {
    {"empty", "", ""},
    {"ascii", "Mail.Example.ORG", "mail.example.org"},
    {"an a-label", "XN--BCHER-KVA.example", "xn--bcher-kva.example"},
    {"a broken a-label", "XN--\x7F.example", "xn--\x7F.example"},
    {"an a-label of ascii", "xn--Mail-.example", "xn--mail-.example"},
    {"an address literal", "[IPv6:2001:DB8::1]", "[ipv6:2001:db8::1]"},
    {"a broken a-label beside a u-label", "XN--A-ECP.bücher.example", "xn--a-ecp.bücher.example"},
    {"not utf-8",
     "B\xFC"
     "cher.Example",
     "b\xFC"
     "cher.example"},
    {"a slash that a character hides", "℀.Example", "℀.example"},
    {"a character that no name may have", "A\u2028ü.example", "a\u2028ü.example"},
    {"nothing is left of a label", "\u00AD.Example", "\u00AD.example"},
};

TEST(DomainKey, IsTheNameItselfIfThereIsNoALabel) {
  for (const Row& row : kOwn) EXPECT_EQ(domain_key(row.domain), row.want) << row.name;
}

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

TEST(DomainKey, TakesAsManyOctetsAsADomainHas) {
  DomainBuffer buffer;
  const std::string most = repeated("A", kDomainMost);
  EXPECT_EQ(domain_key(most, buffer), repeated("a", kDomainMost));
  EXPECT_EQ(domain_key(most + "A", buffer), "");
  EXPECT_EQ(domain_key(most + "A"), repeated("a", kDomainMost + 1));
  EXPECT_EQ(domain_key("", buffer), "");
}

// An A-label may be longer than its U-label. A label past 63 octets, or a name past 253, has no A-label.
TEST(DomainKey, HasTheLimitsOfALabels) {
  const std::string longest = domain_key(repeated("aü", 20));
  EXPECT_TRUE(longest.starts_with("xn--aaaaa") && longest.size() > 60 - 20) << longest;
  const std::string too_long = repeated("aü", 30);
  EXPECT_EQ(domain_key(too_long), too_long);
  const std::string many = repeated("ü.", 80) + "example";
  EXPECT_EQ(domain_key(many), many);
}

// Hostile names are as long as a domain may be; no longer name is mapped at all.
TEST(DomainKey, IsStableForEveryPrefixOfAHostileName) {
  const std::string hostile = repeated("\u00ADü\u0308。\u0327Ａ", 40);
  for (std::size_t size = 0; size <= hostile.size(); ++size) {
    const std::string key = domain_key(std::string_view(hostile).substr(0, size));
    EXPECT_EQ(domain_key(key), key) << size;
  }
}

TEST(AddressKey, FoldsBothParts) {
  constexpr Row kRows[] = {
      {"ascii", "Ann@Example.ORG", "ann@example.org"},
      {"a u-label", "Ann@BÜCHER.example", "ann@xn--bcher-kva.example"},
      {"the last sign counts", "\"Ann@Home\"@BÜCHER.example", "\"ann@home\"@xn--bcher-kva.example"},
      {"the local part keeps what is beyond ascii", "Änn@example.org", "Änn@example.org"},
      {"no domain", "Postmaster", "postmaster"},
      {"an empty domain", "Ann@", "ann@"},
  };
  for (const Row& row : kRows) EXPECT_EQ(address_key(row.domain), row.want) << row.name;
}

}  // namespace
}  // namespace backstop::base
