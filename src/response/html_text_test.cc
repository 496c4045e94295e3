#include "response/html_text.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace backstop::response {
namespace {

struct Row {
  const char* name;
  std::string html;
  std::string want_text;
};

const Row kRows[] = {
    {"empty", "", ""},
    {"text", "no tags", "no tags"},
    {"inline tags leave nothing", "un<b>deliver</b>able", "undeliverable"},
    {"blocks end lines", "<p>a</p><div>b</div>c<br>d<BR/>e", "\na\n\nb\nc\nd\ne"},
    {"rows and cells end lines", "<tr><td>a</td><td>b</td></tr>", "\n\na\n\nb\n\n"},
    {"attributes", "<a href=\"http://example.org/?a=1&b=2\">text</a>", "text"},
    {"style and script are left out", "<style>p { color: red }</style>a<script>x < 1</script>b", "ab"},
    {"style in capitals", "<STYLE type=a>x</StYlE>b", "b"},
    {"comment", "a<!-- <p>hidden</p> -->b", "ab"},
    {"comment that never ends", "a<!-- b", "a"},
    {"style that never ends", "a<style>b", "a"},
    {"tag that never ends", "a<b", "a<b"},
    {"angle bracket at the end", "a<", "a<"},
    {"angle bracket that is no tag", "1 < 2 > 0", "1 < 2 > 0"},
    {"address that nobody escaped", "to <user@example.org> failed", "to <user@example.org> failed"},
    {"link with an address in it is a tag", "<a href=mailto:user@example.org>user</a>", "user"},
    {"numbers around the space", "&#31;&#32;&#33;", "  !"},
    {"number cut after its sign", "a&#", "a&#"},
    {"number cut after its x", "a&#x", "a&#x"},
    {"a hex digit ends a decimal number", "&#64A;", "@A;"},
    {"named entities", "&lt;a&gt;&amp;&quot;&apos;&nbsp;&uuml;", "<a>&\"' ü"},
    {"numbered entities", "&#64;&#x40;&#X4A;&#8364;&#128231;", "@@J€📧"},
    {"no-break space by number", "a&#160;b&#xA0;c", "a b c"},
    {"controls by number are spaces", "a&#7;b&#0;c&#10;d", "a b c\nd"},
    {"surrogates by number", "&#xD800;&#xDFFF;", "\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"past the last code point", "a&#x110000;b",
     "a\xEF\xBF\xBD"
     "b"},
    {"unknown entity stays", "&bogus; & &;", "&bogus; & &;"},
    {"entity that never ends", "&lt", "&lt"},
    {"number of no digits", "&#x;&#;", "&#x;&#;"},
    {"number that a letter ends", "&#65z;", "Az;"},
    {"number without its semicolon", "a&#66", "aB"},
    {"number as long as an entity may be", "&#000000000000000000065;", "A"},
    {"number too long for an entity", "&#0000000000000000000065;", "&#0000000000000000000065;"},
    {"number far past the last code point", "&#99999999999999999999;", "\xEF\xBF\xBD"},
    {"hidden characters by name", "a&shy;b&zwnj;c&zwj;d&lrm;e&rlm;f&ZeroWidthSpace;g&NoBreak;h", "abcdefgh"},
    {"spaces by name", "a&ensp;b&emsp;c&thinsp;d", "a b c d"},
    {"Word's namespace tags", "a<o:p></o:p>b", "ab"},
};

TEST(HtmlText, KeepsWhatAReaderSees) {
  for (const Row& row : kRows) {
    std::string out;
    append_html_text(row.html, out);
    EXPECT_EQ(out, row.want_text) << row.name;
  }
}

TEST(HtmlText, Appends) {
  std::string out = "kept ";
  append_html_text("<i>b</i>", out);
  EXPECT_EQ(out, "kept b");
}

TEST(HtmlText, IsWellFormedAndNoLongerWhereverItIsCut) {
  for (const Row& row : kRows) {
    for (std::size_t length = 0; length <= row.html.size(); ++length) {
      const std::string_view html = std::string_view(row.html).substr(0, length);
      if (!base::is_utf8(html)) continue;
      std::string out;
      append_html_text(html, out);
      ASSERT_TRUE(base::is_utf8(out)) << row.name << " cut at " << length;
      ASSERT_LE(out.size(), html.size()) << row.name << " cut at " << length;
    }
  }
}

TEST(HtmlText, TakesATagPastItsCapForText) {
  for (const std::size_t size : {64 * 1024 - 3, 64 * 1024 - 2}) {
    std::string out;
    append_html_text("<a " + std::string(size - 1, 'x') + ">b", out);
    EXPECT_EQ(out == "b", size == 64 * 1024 - 3) << size << ": " << out.substr(0, 10);
  }
}

}  // namespace
}  // namespace backstop::response
