// The page that refusals link to, and that it names what can be refused.
#include "http/why_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "http/assets.h"
#include "policy/verdict.h"

namespace backstop::http {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(WhyPage, IsHtmlOfTheText) {
  const auto page = why_html(
      "# A <b>\n\nOne\ntwo & three.\n\n## B\n\n| code | x | y |\n|---|---|---|\n| `c` | found. | do. |\n",
      "");
  EXPECT_THAT(page, HasSubstr("<main>\n<h1>A &lt;b&gt;</h1>\n<p>One\ntwo &amp; three.</p>\n<h2>B</h2>\n<dl>\n"
                              "<dt><code>c</code></dt><dd>found. do.</dd>\n</dl>\n</main>"));
}

TEST(WhyPage, HasTheCauseOnTop) {
  const auto page = why_html(why_text(), "missing");
  EXPECT_THAT(page, HasSubstr("</h1>\n<section class=\"why\"><p>This mail was refused with the code "
                              "<code>missing</code>. The bounce"));
  for (const std::string_view cause : {"", "nothing", "<script>", "code"})
    EXPECT_THAT(why_html(why_text(), cause), Not(HasSubstr("class=\"why\""))) << cause;
}

TEST(WhyPage, KnowsEachCauseThatRefuses) {
  for (const auto& row : policy::causes()) {
    if (policy::verdict_at(policy::Stage::Reject, row.cause).action != policy::Action::Refuse) continue;
    EXPECT_THAT(why_html(why_text(), policy::name(row.cause)), HasSubstr("class=\"why\""))
        << policy::name(row.cause);
  }
}

}  // namespace
}  // namespace backstop::http
