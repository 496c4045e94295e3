#include "auth/authentication.h"

#include <gtest/gtest.h>

namespace backstop::auth {
namespace {

constexpr auto kPass = MethodResult::Pass;
constexpr auto kFail = MethodResult::Fail;
constexpr auto kTempError = MethodResult::TempError;
constexpr auto kPermError = MethodResult::PermError;
using Aligned = DmarcResult::Aligned;

struct Row {
  std::string name;
  Authentication found;
  Cover want_path;    ///< of ann@example.org
  Cover want_author;  ///< of the same
};

std::vector<DkimResult> signature(MethodResult result, std::string domain) {
  return {{.result = result, .domain = std::move(domain)}};
}

DmarcResult dmarc(MethodResult result, Aligned aligned = Aligned::Nothing,
                  std::string author = "example.org") {
  return {.result = result, .aligned = aligned, .author_domain = std::move(author)};
}

const std::vector<DkimResult> kUnsigned;

TEST(Authentication, CoversAddresses) {
  const SpfFinding none;
  const Row rows[] = {
      {"nothing was looked at", {}, Cover::Unknown, Cover::Unknown},
      {"nothing passed", {none, kUnsigned, DmarcResult{}}, Cover::No, Cover::No},
      {"SPF", {SpfFinding{kPass, "example.org"}, kUnsigned, DmarcResult{}}, Cover::SpfAlone, Cover::SpfAlone},
      {"SPF in another case of the path",
       {SpfFinding{kPass, "example.org"}, {}, {}},
       Cover::SpfAlone,
       Cover::SpfAlone},
      {"SPF that failed", {SpfFinding{kFail, "example.org"}, kUnsigned, DmarcResult{}}, Cover::No, Cover::No},
      {"SPF of a stranger",
       {SpfFinding{kPass, "example.net"}, kUnsigned, DmarcResult{}},
       Cover::No,
       Cover::No},
      {"SPF of HELO",
       {SpfFinding{.result = kPass, .domain = "example.org", .is_helo = true}, kUnsigned, DmarcResult{}},
       Cover::No,
       Cover::No},
      {"SPF by +all",
       {SpfFinding{.result = kPass, .domain = "example.org", .is_all = true}, kUnsigned, DmarcResult{}},
       Cover::No,
       Cover::No},
      {"SPF without answer",
       {SpfFinding{kTempError, "example.org"}, kUnsigned, DmarcResult{}},
       Cover::Unknown,
       Cover::Unknown},
      {"SPF not looked at", {{}, kUnsigned, DmarcResult{}}, Cover::Unknown, Cover::Unknown},
      {"DKIM", {none, signature(kPass, "example.org"), DmarcResult{}}, Cover::Yes, Cover::Yes},
      {"DKIM with a key in test",
       {none, std::vector{DkimResult{.result = kPass, .domain = "example.org", .is_testing = true}},
        DmarcResult{}},
       Cover::No,
       Cover::No},
      {"DKIM of a domain above", {none, signature(kPass, "org"), DmarcResult{}}, Cover::No, Cover::No},
      {"DKIM of a domain below",
       {none, signature(kPass, "a.example.org"), DmarcResult{}},
       Cover::No,
       Cover::No},
      {"DKIM that failed", {none, signature(kFail, "example.org"), DmarcResult{}}, Cover::No, Cover::No},
      {"DKIM without answer",
       {none, signature(kTempError, "example.org"), DmarcResult{}},
       Cover::Unknown,
       Cover::Unknown},
      {"DKIM of a stranger without answer",
       {none, signature(kTempError, "example.net"), DmarcResult{}},
       Cover::No,
       Cover::No},
      {"DKIM without answer, SPF passed",
       {SpfFinding{kPass, "example.org"}, signature(kTempError, "example.org"), DmarcResult{}},
       Cover::SpfAlone,
       Cover::SpfAlone},
      {"DKIM not looked at", {none, {}, DmarcResult{}}, Cover::Unknown, Cover::Unknown},
      {"DMARC by DKIM", {none, kUnsigned, dmarc(kPass, Aligned::Dkim)}, Cover::Yes, Cover::Yes},
      {"DMARC by SPF", {none, kUnsigned, dmarc(kPass, Aligned::Spf)}, Cover::SpfAlone, Cover::SpfAlone},
      {"DMARC by SPF with +all",
       {SpfFinding{.result = kPass, .domain = "example.org", .is_all = true}, kUnsigned,
        dmarc(kPass, Aligned::Spf)},
       Cover::No,
       Cover::No},
      {"DMARC of another author",
       {none, kUnsigned, dmarc(kPass, Aligned::Dkim, "example.net")},
       Cover::No,
       Cover::No},
      {"DMARC fails, since SPF must be strict",
       {SpfFinding{kPass, "example.org"}, kUnsigned, dmarc(kFail)},
       Cover::SpfAlone,
       Cover::No},
      {"DMARC without answer", {none, kUnsigned, dmarc(kTempError)}, Cover::Unknown, Cover::Unknown},
      {"DMARC without answer, DKIM passed",
       {none, signature(kPass, "example.org"), dmarc(kTempError)},
       Cover::Yes,
       Cover::Unknown},
      {"a policy that can't be read",
       {none, signature(kPass, "example.org"), dmarc(kPermError)},
       Cover::Yes,
       Cover::Yes},
      {"several authors",
       {none, signature(kPass, "example.org"), dmarc(kPermError, Aligned::Nothing, "")},
       Cover::Yes,
       Cover::No},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(covers_reverse_path(row.found, {"ann", "Example.ORG"}, true), row.want_path) << row.name;
    EXPECT_EQ(covers_reverse_path(row.found, {"ann", "Example.ORG"}, false),
              row.want_path == Cover::Yes ? Cover::Domain : row.want_path)
        << row.name;
    EXPECT_EQ(covers_author(row.found, {"ann", "Example.ORG"}), row.want_author) << row.name;
  }
}

TEST(Authentication, ADomainAboveSpeaksForThoseBelow) {
  const Authentication found{SpfFinding{}, signature(kPass, "example.org"), DmarcResult{}};
  EXPECT_EQ(covers_reverse_path(found, {"b", "bounces.example.org"}, true), Cover::Yes);
  EXPECT_EQ(covers_author(found, {"b", "a.b.example.org"}), Cover::Yes);
  EXPECT_EQ(covers_author(found, {"b", "anexample.org"}), Cover::No);
  EXPECT_EQ(covers_author(found, {"b", ""}), Cover::No);
}

TEST(Authentication, SpfSpeaksForThePathOfAMailOfAnotherAuthor) {
  const Authentication found{SpfFinding{kPass, "example.org"}, signature(kPass, "example.org"),
                             dmarc(kPass, Aligned::Dkim)};
  EXPECT_EQ(covers_reverse_path(found, {"ann", "example.org"}, true), Cover::Yes);
  EXPECT_EQ(covers_reverse_path(found, {"ann", "example.org"}, false), Cover::SpfAlone);
  EXPECT_EQ(covers_by_spf(found, {"ann", "example.org"}), Cover::SpfAlone);
  EXPECT_EQ(covers_by_spf(found, {"ann", "example.net"}), Cover::No);
}

TEST(Authentication, TheSignatureThatSpeaksForAnAddress) {
  const auto one = [](MethodResult result, std::string domain, std::string start) {
    return DkimResult{.result = result, .domain = std::move(domain), .signature_start = std::move(start)};
  };
  const Authentication found{
      {},
      std::vector{one(kFail, "example.org", "failed"), one(kPass, "example.net", "net"),
                  one(kPass, "mail.example.org", "below"), one(kPass, "example.org", "same")},
      {}};
  EXPECT_EQ(signature_for(found, {"ann", "Example.org"}), "below");
  EXPECT_EQ(signature_for(found, {"ann", "a.example.net"}), "net");
  EXPECT_EQ(signature_for(found, {"ann", "example.com"}), "");
  EXPECT_EQ(signature_for({}, {"ann", "example.org"}), "");
}

TEST(Authentication, AFindingHasTheWordOfSpf) {
  for (std::size_t i = 0; i < 7; ++i) {
    const auto result = static_cast<SpfResult>(i);
    EXPECT_EQ(name(finding_of({.result = result}, false).result), name(result));
  }
  const auto finding =
      finding_of({.result = SpfResult::Pass, .domain = "EXAMPLE.org", .is_open = true}, true);
  EXPECT_EQ(finding.domain, "example.org");
  EXPECT_TRUE(finding.is_helo);
  EXPECT_TRUE(finding.is_all);
}

}  // namespace
}  // namespace backstop::auth
