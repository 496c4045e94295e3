#include "dkim/key_name.h"

#include <gtest/gtest.h>

#include <string>

namespace backstop::dkim {
namespace {

std::string made(std::string_view selector, std::string_view domain) {
  const auto name = make_key_name(selector, domain);
  return name ? name->text() : "none";
}

TEST(KeyName, IsComparedAsALabels) {
  const std::string label(63, 'a');
  const std::string domain = label + "." + label + "." + label;  // 191 octets; with "._domainkey." 203
  EXPECT_EQ(made("S1", "Example.ORG"), "s1._domainkey.example.org");
  EXPECT_EQ(made("mail.2026_a",
                 "b\xC3\xBC"
                 "cher.example"),
            "mail.2026_a._domainkey.xn--bcher-kva.example");
  EXPECT_EQ(made(label, "example.org"), label + "._domainkey.example.org");
  EXPECT_EQ(made(label + "a", "example.org"), "none") << "a label has at most 63 octets";
  EXPECT_EQ(made(std::string(50, 's'), domain), std::string(50, 's') + "._domainkey." + domain);
  EXPECT_EQ(made(std::string(51, 's'), domain), "none") << "a name has at most 253 octets";
  for (const auto* const bad : {"", ".", "a.", ".a", "a..b", "a b", "a/b", "..", "a\n", "*", "a;b"}) {
    EXPECT_EQ(made(bad, "example.org"), "none") << bad;
    EXPECT_EQ(made("s1", bad), "none") << bad;
  }
}

TEST(KeyName, IsRead) {
  const auto name = parse_key_name("a.b._domainkey.example.org");
  ASSERT_TRUE(name);
  EXPECT_EQ(*name, (KeyName{"a.b", "example.org"}));
  EXPECT_EQ(parse_key_name("A._DomainKey.Example.org")->text(), "a._domainkey.example.org");
  for (const auto* const bad :
       {"", "_domainkey.example.org", "a._domainkey", "a._domainkey.", "a.domainkey.example.org",
        "a._domainkey.example.org.", "._domainkey.example.org"}) {
    EXPECT_FALSE(parse_key_name(bad)) << bad;
  }
}

}  // namespace
}  // namespace backstop::dkim
