#include "auth/spf_macro.h"

#include <gtest/gtest.h>

#include <string>

#include "net/endpoint.h"

namespace backstop::auth {
namespace {

using Grammar = SpfMacroText::Grammar;

SpfMacroValues values(const char* client = "192.0.2.3") {
  return {.local = "strong-bad",
          .origin = "email.example.com",
          .domain = "email.example.com",
          .client = net::asio::ip::make_address(client),
          .client_name = "mx.example.org",
          .helo = "helo.example.org",
          .receiver = "here.test",
          .time = std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000))};
}

std::string expanded(std::string_view text, const SpfMacroValues& with,
                     Grammar grammar = Grammar::Explanation) {
  const auto parsed = SpfMacroText::parse(text, grammar);
  return parsed ? parsed->expand(with).value_or("none") : "error: " + parsed.error().message;
}

struct Row {
  std::string_view text;
  std::string want;
};

TEST(SpfMacro, ExamplesOfRfc7208) {  // 7.4
  const Row rows[] = {
      {"%{s}", "strong-bad@email.example.com"},
      {"%{o}", "email.example.com"},
      {"%{d}", "email.example.com"},
      {"%{d4}", "email.example.com"},
      {"%{d3}", "email.example.com"},
      {"%{d2}", "example.com"},
      {"%{d1}", "com"},
      {"%{dr}", "com.example.email"},
      {"%{d2r}", "example.email"},
      {"%{l}", "strong-bad"},
      {"%{l-}", "strong.bad"},
      {"%{lr}", "strong-bad"},
      {"%{lr-}", "bad.strong"},
      {"%{l1r-}", "strong"},
      {"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
      {"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
      {"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
      {"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"},
      {"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"},
  };
  for (const auto& row : rows) EXPECT_EQ(expanded(row.text, values(), Grammar::Text), row.want) << row.text;
  EXPECT_EQ(expanded("%{ir}.%{v}._spf.%{d2}", values("2001:db8::cb01")),
            "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com");
}

TEST(SpfMacro, OtherLettersAndEscapes) {
  const Row rows[] = {
      {"", ""},
      {"plain", "plain"},
      {"a%%b%_c%-d", "a%b c%20d"},
      {"%{p}, %{P1R}", "mx.example.org, mx"},
      {"%{h} %{r} %{t} %{c}", "helo.example.org here.test 1700000000 192.0.2.3"},
      {"%{S}", "strong-bad%40email.example.com"},
      {"%{L-}", "strong.bad"},
      {"%{l128}%{d99999999999999999999}", "strong-bademail.example.com"},
      {"%{o.-+,/_=}", "email.example.com"},
      {"%{sr@}", "error: a macro has no end"},
      {"%{d0}", "error: a macro takes 0 parts"},
      {"%{d2rr}", "error: a macro has no end"},
      {"%{d", "error: a macro has no end"},
      {"%{", "error: a macro has no letter that is allowed"},
      {"%{z}", "error: a macro has no letter that is allowed"},
      {"%", "error: a \"%\" begins no macro"},
      {"100%!", "error: a \"%\" begins no macro"},
      {"\t", "error: a character that is not allowed"},
      {"\xC3\xBC", "error: a character that is not allowed"},
      {"\x7F", "error: a character that is not allowed"},
  };
  for (const auto& row : rows) EXPECT_EQ(expanded(row.text, values()), row.want) << row.text;
}

TEST(SpfMacro, ARecordHasFewerLettersAndNoSpaces) {
  for (const std::string_view text : {"%{c}", "%{r}", "%{t}", "a b"}) {
    EXPECT_FALSE(SpfMacroText::parse(text, Grammar::Text)) << text;
    EXPECT_TRUE(SpfMacroText::parse(text, Grammar::Explanation)) << text;
  }
}

TEST(SpfMacro, AnExpansionHasACap) {
  auto with = values();
  with.local = std::string(64, 'a');
  std::string text;
  for (std::size_t i = 0; i < SpfMacroText::kMostExpanded / 64; ++i) text += "%{l}";
  EXPECT_EQ(expanded(text, with).size(), SpfMacroText::kMostExpanded);
  EXPECT_EQ(expanded(text + "x", with), "none");
}

TEST(SpfMacro, AnExpansionIsPrintableAscii) {
  for (const std::string& local :
       {std::string("\xC3\xBC"), std::string("a\rb"), std::string("\x7F"), std::string(1, 0)}) {
    auto with = values();
    with.local = local;
    EXPECT_EQ(expanded("%{l}", with), "none");
    EXPECT_EQ(expanded("%{d}", with), "email.example.com");
  }
}

TEST(SpfMacro, ADomainEndsAsOne) {
  for (const std::string_view text : {"a.test", "a.test.", ".test", "%{d}", "x%%", "%{d}.test", "a.t-1",
                                      "a.1a", "a:b.test", "_spf.a.xn--p1ai"}) {
    EXPECT_TRUE(SpfMacroText::parse_domain(text)) << text;
  }
  for (const std::string_view text : {"", "test", "test.", "a.", "a..", ".", "a.1", "a.-a", "a.a-",
                                      "%{d}test", "%{d}.1", "a.te_st", "a.test/24"}) {
    EXPECT_FALSE(SpfMacroText::parse_domain(text)) << text;
  }
}

TEST(SpfMacro, KnowsWhatItUses) {
  EXPECT_TRUE(SpfMacroText::parse("a.%{I}.test")->uses("ip"));
  EXPECT_TRUE(SpfMacroText::parse("%{p}")->uses("ip"));
  EXPECT_FALSE(SpfMacroText::parse("ip.%{d}%%i")->uses("ip"));
}

TEST(SpfMacro, NamesThatAreAskedFor) {
  const std::string label(63, 'a');
  const std::string three = label + "." + label + "." + label + ".";
  struct NameRow {
    const char* name;
    std::string expanded;
    std::string want;  ///< empty: none
  };
  const NameRow rows[] = {
      {"as it is", "a.B.test", "a.B.test"},
      {"a dot at its end", "a.test.", "a.test"},
      {"as long as may be", three + std::string(61, 'b'), three + std::string(61, 'b')},
      {"one label too long", "x." + three + std::string(60, 'b'), three.substr(0) + std::string(60, 'b')},
      {"several labels", "x.y.z." + three + std::string(61, 'b'), three + std::string(61, 'b')},
      {"a label of 64", label + "a.test", ""},
      {"long, without dots", std::string(300, 'a'), ""},
      {"an empty label", "a..test", ""},
      {"an empty label in front", ".test", ""},
      {"two dots at its end", "a.test..", ""},
      {"nothing", "", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(spf_target_name(row.expanded).value_or(""), row.want) << row.name;
}

}  // namespace
}  // namespace backstop::auth
