#include "auth/dmarc.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "auth/zone_fixture.h"

namespace backstop::auth {
namespace {

constexpr auto kPass = MethodResult::Pass;
constexpr auto kFail = MethodResult::Fail;
constexpr auto kTempError = MethodResult::TempError;

ZoneRow policy(const std::string& domain, const std::string& tags) {
  return {"_dmarc." + domain, "TXT", "v=DMARC1; " + tags};
}

struct Row {
  std::string name;
  std::string author;
  std::vector<ZoneRow> zone;
  Identifier spf;
  std::vector<Identifier> dkim;
  std::string want;            ///< result, what is aligned, and the policy with its place
  std::size_t want_asked = 0;  ///< questions; 0: any
};

std::string shown(const DmarcResult& result) {
  constexpr std::string_view kAligned[] = {"", " dkim", " spf"};
  std::string text(name(result.result));
  text += kAligned[static_cast<std::size_t>(result.aligned)];
  if (!result.policy_domain.empty()) {
    text += fmt::format(" {} of {}", name(result.policy), result.policy_domain);
  }
  return text + (result.is_test ? " test" : "");
}

DmarcInput input_of(const Row& row) {
  return {.author = {.domain = row.author}, .spf = row.spf, .dkim = row.dkim};
}

void check(const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    Zone zone(row.zone);
    const auto result = run(check_dmarc(input_of(row), zone.ask()));
    EXPECT_EQ(shown(result), row.want) << row.name;
    EXPECT_EQ(result.author_domain, row.author) << row.name;
    EXPECT_EQ(result.why.empty(), result.result == kPass) << row.name;
    if (row.want_asked > 0) EXPECT_EQ(zone.asked.size(), row.want_asked) << row.name;
    // DNS may fail at any question: then nothing but TempError may differ.
    for (std::size_t failing = 0; failing < zone.asked.size(); ++failing) {
      std::size_t count = 0;
      const auto fails_once = [&](net::Question question) -> net::Task<net::DnsAnswer> {
        struct Reply {
          static net::Task<net::DnsAnswer> with(net::DnsAnswer answer) { co_return answer; }
        };
        if (count++ == failing) return Reply::with({.why = "silence"});
        return Reply::with(zone.answer(question));
      };
      const auto other = run(check_dmarc(input_of(row), fails_once)).result;
      EXPECT_TRUE(other == result.result || other == kTempError) << row.name << ", question " << failing;
    }
  }
}

TEST(Dmarc, Alignment) {
  const auto reject = policy("example.org", "p=reject");
  check({
      {"no policy", "example.org", {}, {kPass, "example.org"}, {}, "none", 2},
      {"nothing passed", "example.org", {reject}, {}, {}, "fail reject of example.org", 1},
      {"SPF", "example.org", {reject}, {kPass, "example.org"}, {}, "pass spf reject of example.org", 1},
      {"SPF that failed",
       "example.org",
       {reject},
       {kFail, "example.org"},
       {},
       "fail reject of example.org",
       1},
      {"SPF of a subdomain",
       "example.org",
       {reject},
       {kPass, "m.example.org"},
       {},
       "pass spf reject of example.org",
       3},
      {"SPF of a stranger",
       "example.org",
       {reject},
       {kPass, "example.net"},
       {},
       "fail reject of example.org",
       1},
      {"SPF of a stranger below the same top",
       "example.org",
       {reject},
       {kPass, "example2.org"},
       {},
       "fail reject of example.org",
       2},
      {"a name that ends alike",
       "example.org",
       {reject},
       {kPass, "anexample.org"},
       {},
       "fail reject of example.org"},
      {"DKIM", "example.org", {reject}, {}, {{kPass, "example.org"}}, "pass dkim reject of example.org", 1},
      {"both",
       "example.org",
       {reject},
       {kPass, "example.org"},
       {{kPass, "example.org"}},
       "pass dkim reject of example.org",
       1},
      {"DKIM of a stranger",
       "example.org",
       {reject},
       {kPass, "example.org"},
       {{kPass, "example.net"}},
       "pass spf reject of example.org",
       1},
      {"the second signature",
       "example.org",
       {reject},
       {},
       {{kPass, "m.example.org"}, {kPass, "example.org"}},
       "pass dkim reject of example.org",
       1},
      {"the author below",
       "m.example.org",
       {reject},
       {},
       {{kPass, "example.org"}},
       "pass dkim reject of example.org",
       4},
      {"sisters",
       "a.example.org",
       {reject},
       {},
       {{kPass, "b.example.org"}},
       "pass dkim reject of example.org",
       4},
      {"strict",
       "example.org",
       {policy("example.org", "p=none; adkim=s")},
       {},
       {{kPass, "m.example.org"}},
       "fail none of example.org",
       1},
      {"strict, the same",
       "example.org",
       {policy("example.org", "p=none; adkim=s")},
       {},
       {{kPass, "example.org"}},
       "pass dkim none of example.org",
       1},
      {"strict for the other method",
       "example.org",
       {policy("example.org", "aspf=s")},
       {},
       {{kPass, "m.example.org"}},
       "pass dkim none of example.org"},
      {"strict SPF",
       "example.org",
       {policy("example.org", "aspf=s")},
       {kPass, "m.example.org"},
       {},
       "fail none of example.org"},
      {"d= is a top-level domain",
       "example.org",
       {reject},
       {},
       {{kPass, "org"}},
       "fail reject of example.org",
       2},
      {"two organizations by psd=n",
       "a.example.org",
       {reject, policy("b.example.org", "psd=n")},
       {},
       {{kPass, "b.example.org"}},
       "fail reject of example.org"},
      {"SPF without answer",
       "example.org",
       {reject},
       {kTempError, "m.example.org"},
       {},
       "temperror reject of example.org"},
      {"of a stranger",
       "example.org",
       {reject},
       {kTempError, "example.net"},
       {},
       "fail reject of example.org"},
      {"DKIM without answer, and SPF",
       "example.org",
       {reject},
       {kPass, "example.org"},
       {{kTempError, "example.org"}},
       "pass spf reject of example.org"},
      {"no domain of SPF", "example.org", {reject}, {kPass, ""}, {}, "fail reject of example.org"},
  });
}

TEST(Dmarc, Policy) {
  const auto other = ZoneRow{"a.example.org", "A", "192.0.2.1"};
  check({
      {"p",
       "example.org",
       {policy("example.org", "p=quarantine; sp=reject; np=reject")},
       {},
       {},
       "fail quarantine of example.org",
       1},
      {"sp",
       "a.example.org",
       {policy("example.org", "p=reject; sp=quarantine")},
       {},
       {},
       "fail quarantine of example.org",
       3},
      {"no sp", "a.example.org", {policy("example.org", "p=reject")}, {}, {}, "fail reject of example.org"},
      {"np",
       "a.example.org",
       {policy("example.org", "p=none; np=reject")},
       {},
       {},
       "fail reject of example.org",
       4},
      {"np, and the domain exists",
       "a.example.org",
       {policy("example.org", "p=none; np=reject"), other},
       {},
       {},
       "fail none of example.org",
       4},
      {"np says the same",
       "a.example.org",
       {policy("example.org", "sp=reject; np=reject")},
       {},
       {},
       "fail reject of example.org",
       3},
      {"np, and it passes",
       "a.example.org",
       {policy("example.org", "np=reject")},
       {kPass, "a.example.org"},
       {},
       "pass spf none of example.org",
       3},
      {"one's own first",
       "a.example.org",
       {policy("a.example.org", "p=none"), policy("example.org", "p=reject")},
       {},
       {},
       "fail none of a.example.org",
       1},
      {"not the one between",
       "b.a.example.org",
       {policy("a.example.org", "p=none"), policy("example.org", "p=reject")},
       {},
       {},
       "fail reject of example.org"},
      {"psd=n between",
       "b.a.example.org",
       {policy("a.example.org", "p=none; psd=n"), policy("example.org", "p=reject")},
       {},
       {},
       "fail none of a.example.org",
       2},
      {"of the top",
       "example.org",
       {policy("org", "p=reject; sp=quarantine; psd=y")},
       {},
       {},
       "fail quarantine of org",
       2},
      {"of the top, with an organization",
       "a.example.org",
       {policy("org", "p=reject; psd=y"), policy("example.org", "sp=none")},
       {},
       {},
       "fail none of example.org"},
      {"of the top, past one between",
       "b.a.example.org",
       {policy("org", "p=reject; psd=y"), policy("a.example.org", "p=none")},
       {},
       {},
       "fail reject of org"},
      {"the top itself",
       "org",
       {policy("org", "p=reject; sp=none; psd=y")},
       {kPass, "org"},
       {},
       "pass spf reject of org",
       1},
      {"test of reject",
       "example.org",
       {policy("example.org", "p=reject; t=y")},
       {},
       {},
       "fail quarantine of example.org test"},
      {"test of quarantine",
       "example.org",
       {policy("example.org", "p=quarantine; t=y")},
       {},
       {},
       "fail none of example.org test"},
      {"test of none",
       "example.org",
       {policy("example.org", "p=none; t=y")},
       {},
       {},
       "fail none of example.org"},
      {"test of np",
       "a.example.org",
       {policy("example.org", "np=reject; t=y")},
       {},
       {},
       "fail quarantine of example.org test"},
      {"two records",
       "example.org",
       {policy("example.org", "p=reject"), policy("example.org", "p=none")},
       {},
       {},
       "none",
       2},
      {"a record and another text",
       "example.org",
       {policy("example.org", "p=reject"), {"_dmarc.example.org", "TXT", "x"}},
       {},
       {},
       "fail reject of example.org"},
      {"a record that can't be read",
       "example.org",
       {policy("example.org", "p=x")},
       {kPass, "example.org"},
       {},
       "permerror none of example.org"},
      {"DNS fails",
       "example.org",
       {{"_dmarc.example.org", "FAILED"}},
       {kPass, "example.org"},
       {},
       "temperror"},
      {"DNS fails above", "example.org", {{"_dmarc.org", "FAILED"}}, {kPass, "example.org"}, {}, "temperror"},
      {"DNS fails above a policy",
       "example.org",
       {policy("example.org", ""), {"_dmarc.org", "FAILED"}},
       {kPass, "example.org"},
       {},
       "pass spf none of example.org"},
      {"and it matters",
       "example.org",
       {policy("example.org", ""), {"_dmarc.org", "FAILED"}},
       {kPass, "a.example.org"},
       {},
       "temperror none of example.org"},
  });
}

TEST(Dmarc, AuthorsWithoutDomain) {
  Zone zone;
  const auto result = run(check_dmarc({.author = {.why = "there is no From"}}, zone.ask()));
  EXPECT_EQ(result.result, MethodResult::PermError);
  EXPECT_EQ(result.why, "there is no From");
  EXPECT_TRUE(zone.asked.empty());
}

}  // namespace
}  // namespace backstop::auth
