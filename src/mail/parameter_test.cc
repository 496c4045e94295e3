#include "mail/parameter.h"

#include <gtest/gtest.h>

namespace backstop::mail {
namespace {

struct Row {
  const char* name;
  std::string_view parameters;
  std::optional<std::string_view> want_plain;
  std::optional<std::string_view> want;
  std::string_view want_charset = "";
};

// All rows ask for "boundary".
const Row kRows[] = {
    {"token", "; boundary=abc", "abc", "abc"},
    {"quoted", "; boundary=\"a b\"; x=y", "a b", "a b"},
    {"other case", "; BOUNDARY=abc", "abc", "abc"},
    {"absent", "; charset=us-ascii", {}, {}},
    {"nothing", "", {}, {}},
    {"empty", "; boundary=; x=y", "", ""},
    {"empty quoted", "; boundary=\"\"", "", ""},
    {"after others", "; report-type=delivery-status; boundary=abc;", "abc", "abc"},
    {"folded", ";\r\n\tboundary=\"abc\"\r\n", "abc", "abc"},
    {"spaces around the equals sign", "; boundary = \"abc\"", "abc", "abc"},
    {"no semicolon", " boundary=abc", "abc", "abc"},
    {"semicolons doubled", ";; ; boundary=abc", "abc", "abc"},
    {"name as the end of another", "; xboundary=no; boundary=abc", "abc", "abc"},
    {"name as the begin of another", "; boundary2=no; boundary=abc", "abc", "abc"},
    {"first of two", "; boundary=a; boundary=b", "a", "a"},
    {"tspecials unquoted", "; boundary=----=_Part/1:2?3; x=y", "----=_Part/1:2?3", "----=_Part/1:2?3"},
    {"in another's quotes", "; x=\"; boundary=no\"; boundary=abc", "abc", "abc"},
    {"name without a value", "; x; boundary=abc", "abc", "abc"},
    {"value without a name", "; =x; \"y\"; boundary=abc", "abc", "abc"},
    {"comment before", "(one (two) \\)) ; (x) boundary (y) = (z) abc", "abc", "abc"},
    {"comment after", "; boundary=abc (the boundary)", "abc", "abc"},
    {"comment that never ends", "; boundary=abc; ((", "abc", "abc"},
    {"quote that never ends", "; boundary=\"abc; x=y", "abc; x=y", "abc; x=y"},
    {"escape at the end", "; boundary=\"abc\\", {}, "abc\\"},
    {"escaped quote", "; boundary=\"a\\\"b\"", {}, "a\"b"},
    {"folded within quotes", "; boundary=\"ab\r\n c\"", {}, "ab c"},
    {"text after the quotes", "; boundary=\"abc\"def; x=y", "abc", "abc"},

    {"charset", "; boundary*=utf-8'en'a%20b%C3%A9", {}, "a b\xC3\xA9", "utf-8"},
    {"charset and language empty", "; boundary*=''a%41", {}, "aA"},
    {"encoded without quotes signs", "; boundary*=a%41", {}, "aA"},
    {"percent without digits", "; boundary*=''100%", {}, "100%"},
    {"percent with wrong digits", "; boundary*=''%zz%4", {}, "%zz%4"},
    {"sections", "; boundary*0=\"ab\"; boundary*1=cd", {}, "abcd"},
    {"sections out of order", "; boundary*1=cd; boundary*0=ab", {}, "abcd"},
    {"sections mixed", "; boundary*0*=utf-8''a%20; boundary*1=%20; boundary*2*=%21", {}, "a %20!", "utf-8"},
    {"sections with a gap", "; boundary*0=ab; boundary*2=ef", {}, "ab"},
    {"sections without the first", "; boundary*1=cd", {}, {}},
    {"section twice", "; boundary*0=ab; boundary*0=xx", {}, "ab"},
    {"section past the cap", "; boundary*0=ab; boundary*100=x", {}, "ab"},
    {"section that is no number", "; boundary*x=ab; boundary=abc", "abc", "abc"},
    {"both forms", "; boundary=plain; boundary*=''extended", {}, "extended"},
};

TEST(Parameter, Rows) {
  for (const Row& row : kRows) {
    EXPECT_EQ(plain_parameter(row.parameters, "boundary"), row.want_plain) << row.name;
    const auto bytes = parameter_bytes(row.parameters, "boundary");
    ASSERT_EQ(bytes.has_value(), row.want.has_value()) << row.name;
    if (!bytes) continue;
    EXPECT_EQ(bytes->bytes, *row.want) << row.name;
    EXPECT_EQ(bytes->charset, row.want_charset) << row.name;
  }
}

TEST(Parameter, RowsCutAtEveryPosition) {
  for (const Row& row : kRows) {
    for (std::size_t cut = 0; cut <= row.parameters.size(); ++cut) {
      const std::string text(row.parameters.substr(0, cut));
      const auto plain = plain_parameter(text, "boundary");
      const auto bytes = parameter_bytes(text, "boundary");
      if (!plain) continue;
      ASSERT_TRUE(bytes.has_value()) << row.name << " cut at " << cut;
      EXPECT_EQ(*plain, bytes->bytes) << row.name << " cut at " << cut;
    }
  }
}

TEST(Parameter, IsUtf8) {
  EXPECT_EQ(parameter("; x*=iso-8859-1''gr%FC%DF", "x"), "gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(parameter("; x*0*=iso-8859-15''%A4; x*1*=%A4", "x"), "\xE2\x82\xAC\xE2\x82\xAC");
  EXPECT_EQ(parameter("; x=\"gr\xFC\xDF\"", "x"), "gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(parameter("; x=y", "z"), std::nullopt);
}

TEST(Parameter, ValueIsCapped) {
  const std::string most(16 * 1024, 'a');
  for (const char* form : {"; x=\"%s\"", "; x*=''%s", "; x*0=\"%s\"; x*1=b"}) {
    std::string text(form);
    const std::string longer = most + "a";
    std::string at_cap = text;
    at_cap.replace(at_cap.find("%s"), 2, most);
    text.replace(text.find("%s"), 2, longer);
    EXPECT_EQ(parameter_bytes(at_cap, "x")->bytes, most) << form;
    EXPECT_EQ(parameter_bytes(text, "x")->bytes, most) << form;
  }
}

}  // namespace
}  // namespace backstop::mail
