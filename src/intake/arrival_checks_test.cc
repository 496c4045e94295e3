#include "intake/arrival_checks.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <functional>
#include <optional>
#include <string>

#include "auth/zone_fixture.h"
#include "dkim/sign_fixture.h"
#include "net/deadlines.h"

namespace backstop::intake {
namespace {

using store::Authentication;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'800'000'000)};
constexpr std::string_view kHeader =
    "From: Ann <ann@example.org>\r\nDate: Mon, 23 Nov 2026 09:15:00 +0100\r\n\r\n";

const dkim::Signer& signer() {
  static const dkim::Signer one;
  return one;
}

auth::Zone zone() {
  return auth::Zone({{"example.org", "TXT", "v=spf1 ip4:192.0.2.1 -all"},
                     {"_dmarc.example.org", "TXT", "v=DMARC1; p=reject"},
                     {"s._domainkey.example.org", "TXT", signer().record()},
                     {"slow._domainkey.example.org", "FAILED"},
                     {"shared.test", "TXT", "v=spf1 include:amazonses.com -all"},
                     {"redirects.test", "TXT", "v=spf1 redirect=amazonses.com"},
                     {"chain.test", "TXT", "v=spf1 include:redirects.test -all"},
                     {"own.test", "TXT", "v=spf1 redirect=included.own.test"},
                     {"included.own.test", "TXT", "v=spf1 ip4:192.0.2.0/24 -all"},
                     {"amazonses.com", "TXT", "v=spf1 ip4:192.0.2.0/24 -all"},
                     {"open.test", "TXT", "v=spf1 +all"},
                     {"fails.test", "TXT", "v=spf1 -all exp=why.fails.test"},
                     {"why.fails.test", "TXT", "ask our postmaster"},
                     {"bare.test", "A", "192.0.2.9"},
                     {"null.test", "MX", "0 ."},
                     {"gone.test", "FAILED"},
                     {"c.test", "TXT", "v=spf1 -all"},
                     {"1.2.0.192.bl.test", "A", "127.0.0.2"},
                     {"listed.test.dbl.test", "A", "127.0.1.2"},
                     {"listed.test", "A", "192.0.2.9"},
                     {"1.2.0.192.refusing.test", "A", "127.255.255.254"},
                     {"1.2.0.192.down.test", "FAILED"}});
}

/// Stands for every signature's mark.
constexpr auto kSigned = store::signed_by(1);

Authentication without_mark(Authentication value) {
  return store::mark_of(static_cast<std::uint32_t>(value)) > 0 ? kSigned : value;
}

class ArrivalChecksTest : public testing::Test {
 protected:
  ArrivalChecksTest() {
    transaction_.site = &site_;
    transaction_.now = kNow;
    transaction_.client.address = net::asio::ip::make_address("192.0.2.1");
    send_as("ann", "example.org");
  }

  void send_as(std::string local, std::string domain) {
    transaction_.mail.reverse_path = {mail::Address{std::move(local), std::move(domain)}};
  }

  ArrivalChecks& begin(ArrivalPlan plan) {
    checks_.emplace(loop_.get_executor(), transaction_, plan, "c.test",
                    CheckSources{[this](net::Question question) { return answer(std::move(question)); },
                                 &missing_, &dns_silence_, &unfinished_});
    if (is_stranger_) checks_->begin();
    return *checks_;
  }
  ArrivalChecks& begin_all() { return begin({.spf = true, .signatures = true}); }

  Authentication value(std::string_view header, std::string_view address) {
    return without_mark(check(header).value_for(address));
  }

  /// A whole mail, with all questions answered.
  ArrivalChecks& check(std::string_view header, std::string_view body = {}) {
    auto& checks = begin_all();
    checks.take_header(header);
    checks.take_body(body);
    checks.end_body();
    run();
    return checks;
  }

  void run() {
    loop_.restart();
    loop_.run();
  }
  template <typename Value>
  Value wait_for(net::Task<Value> task) {
    std::optional<Value> value;
    net::asio::co_spawn(loop_.get_executor(), std::move(task),
                        [&](std::exception_ptr, Value done) { value = std::move(done); });
    run();
    return std::move(value.value());
  }
  void wait_for_nothing(net::Task<void> task) {
    bool is_done = false;
    net::asio::co_spawn(loop_.get_executor(), std::move(task), [&](std::exception_ptr) { is_done = true; });
    loop_.poll();
    EXPECT_TRUE(is_done);
    loop_.restart();
  }
  /// Returns what sender() finds, as "trouble: detail".
  std::string sender() {
    constexpr std::string_view kNames[] = {"none",          "spf",    "null-mx",   "no-domain",
                                           "no-domain-yet", "listed", "unanswered"};
    const auto found = wait_for(checks_->sender());
    std::string text(kNames[static_cast<std::size_t>(found.trouble)]);
    return found.detail.empty() ? text : text + ": " + found.detail;
  }

  net::Task<net::DnsAnswer> answer(net::Question question) {
    if (is_silent_) co_await silence_.async_wait(net::kUseTask);
    co_return co_await zone_.ask()(std::move(question));
  }

  static std::string signed_header(std::string_view selector = "s") {
    return signer().sign(kHeader, "from:date", selector);
  }

  Site site_;
  Transaction transaction_;
  auth::Zone zone_ = zone();
  MissingDomains missing_;
  DnsSilence dns_silence_;
  UnfinishedChecks unfinished_;
  bool is_stranger_ = true;  ///< the checks begin before the header
  bool is_silent_ = false;   ///< questions wait for silence_
  net::asio::io_context loop_;
  net::Timer silence_{loop_.get_executor(), net::Timer::time_point::max()};
  std::optional<ArrivalChecks> checks_;
};

struct ValueRow {
  const char* name;
  std::string domain;  ///< of the reverse path
  std::string header;
  std::string address;
  Authentication want;
};

TEST_F(ArrivalChecksTest, EachAddressHasItsValue) {
  const std::string plain(kHeader);
  const std::string other = "From: eve@bare.test\r\n\r\n";
  const ValueRow rows[] = {
      {"SPF", "example.org", plain, "ann@example.org", Authentication::Passed},
      {"SPF, by +all", "open.test", plain, "ann@open.test", Authentication::Failed},
      {"SPF of a shared sender", "shared.test", plain, "ann@shared.test", Authentication::SharedSpf},
      {"SPF redirected to one", "redirects.test", plain, "ann@redirects.test", Authentication::SharedSpf},
      {"SPF through one, deeper", "chain.test", plain, "ann@chain.test", Authentication::SharedSpf},
      {"SPF redirected to its own", "own.test", plain, "ann@own.test", Authentication::Passed},
      {"SPF fails", "fails.test", plain, "ann@fails.test", Authentication::Failed},
      {"nothing to check", "bare.test", other, "ann@bare.test", Authentication::Failed},
      {"and in From", "example.org", other, "eve@bare.test", Authentication::Failed},
      {"DNS fails", "gone.test", plain, "ann@gone.test", Authentication::Unknown},
      {"DKIM", "bare.test", signed_header(), "ann@example.org", kSigned},
      {"DKIM of another", "bare.test", signed_header(), "ann@bare.test", Authentication::Failed},
      {"no key now", "bare.test", signed_header("slow"), "ann@example.org", Authentication::Unknown},
      {"no key at all", "bare.test", signed_header("none"), "ann@example.org", Authentication::Failed},
  };
  for (const auto& row : rows) {
    send_as("ann", row.domain);
    EXPECT_EQ(value(row.header, row.address), row.want) << row.name;
  }
}

// A signed mail is sent again by somebody else, with another reverse path in the signer's domain.
TEST_F(ArrivalChecksTest, ASignatureCoversTheReversePathOfItsAuthor) {
  transaction_.client.address = net::asio::ip::make_address("192.0.2.99");
  const std::pair<const char*, Authentication> rows[] = {
      {"ann", kSigned},
      {"Ann+news", kSigned},
      {"prvs=1234567890=ann", kSigned},
      {"anna", Authentication::SharedSpf},
      {"bounces+ann=example.org", Authentication::SharedSpf}};
  for (const auto& [local, want] : rows) {
    send_as(local, "example.org");
    const auto path = transaction_.mail.reverse_path.address->folded();
    EXPECT_EQ(value(signed_header(), path), want) << path;
  }
}

TEST_F(ArrivalChecksTest, EachSignatureHasItsMark) {
  send_as("ann", "bare.test");
  const auto one = signed_header();
  const auto other = signer().sign("From: ann@example.org\r\nDate: x\r\n\r\n", "from:date", "s");
  const auto mark = check(one).value_for("ann@example.org");
  EXPECT_EQ(check(one).value_for("ann@example.org"), mark);
  EXPECT_NE(check(other).value_for("ann@example.org"), mark);
}

// Nobody can send it again from the sender's own hosts.
TEST_F(ArrivalChecksTest, SpfOfItsOwnCountsMoreThanASignature) {
  EXPECT_EQ(check(signed_header()).value_for("ann@example.org"), Authentication::Passed);
}

TEST_F(ArrivalChecksTest, AChangedBodyFails) {
  send_as("ann", "bare.test");
  EXPECT_EQ(value(signed_header(), "ann@example.org"), kSigned);
  EXPECT_EQ(check(signed_header(), "changed\r\n").value_for("ann@example.org"), Authentication::Failed);
}

TEST_F(ArrivalChecksTest, ArePendingUntilAllIsKnown) {
  is_silent_ = true;
  auto& checks = begin_all();
  loop_.poll();
  EXPECT_FALSE(checks.is_complete());
  EXPECT_EQ(checks.value_for("ann@example.org"), Authentication::Pending);
  EXPECT_THAT(checks.evidence(), IsEmpty());
  silence_.cancel();
  is_silent_ = false;
  run();
  EXPECT_EQ(checks.spf(), auth::MethodResult::Pass);
  EXPECT_FALSE(checks.is_complete()) << "the header is still to come";
  checks.take_header(kHeader);
  run();
  EXPECT_FALSE(checks.is_complete()) << "the body is still to come";
  checks.end_body();
  run();
  EXPECT_TRUE(checks.is_complete());
}

TEST_F(ArrivalChecksTest, RecordOnceAndOutliveTheSession) {
  is_silent_ = true;
  auto& checks = begin_all();
  checks.take_header(kHeader);
  checks.end_body();
  std::vector<Authentication> recorded;
  checks.record_when_done(
      [&](const ArrivalChecks::Value& value_for) { recorded.push_back(value_for("ann@example.org")); });
  loop_.poll();
  EXPECT_THAT(recorded, IsEmpty());
  checks_.reset();
  is_silent_ = false;
  silence_.cancel();
  run();
  EXPECT_THAT(recorded, ElementsAre(Authentication::Passed));
}

// The first recipient is not of a domain of which the client is a host.
TEST_F(ArrivalChecksTest, AskNothingBeforeTheyBegin) {
  is_stranger_ = false;
  auto& checks = begin({.spf = true, .sender_domain = true});
  wait_for_nothing(checks.wait_for_spf());
  EXPECT_THAT(zone_.asked, IsEmpty());
  checks.begin();
  checks.begin();
  run();
  EXPECT_EQ(checks.spf(), auth::MethodResult::Pass);
  const auto asked = zone_.asked;
  EXPECT_EQ(std::ranges::count(asked, "TXT example.org"), 1);
}

TEST_F(ArrivalChecksTest, AStopLeavesNothingPending) {
  is_silent_ = true;
  std::vector<Authentication> recorded;
  const auto record = [&](const ArrivalChecks::Value& value_for) {
    recorded.push_back(value_for("ann@example.org"));
  };
  auto& checks = begin_all();
  checks.take_header(kHeader);
  checks.end_body();
  checks.record_when_done(record);
  loop_.poll();
  checks_.reset();
  EXPECT_THAT(recorded, IsEmpty());
  unfinished_.end();
  EXPECT_THAT(recorded, ElementsAre(Authentication::Unknown));
  is_silent_ = false;
  silence_.cancel();
  run();
  EXPECT_THAT(recorded, ElementsAre(Authentication::Unknown)) << "once";
  is_silent_ = true;
  begin_all().record_when_done(record);
  EXPECT_THAT(recorded, ElementsAre(Authentication::Unknown, Authentication::Unknown)) << "at once by then";
}

TEST_F(ArrivalChecksTest, WhatIsCompleteIsNotGivenUp) {
  std::vector<Authentication> recorded;
  check(kHeader).record_when_done(
      [&](const ArrivalChecks::Value& value_for) { recorded.push_back(value_for("ann@example.org")); });
  unfinished_.end();
  EXPECT_THAT(recorded, ElementsAre(Authentication::Passed));
}

// The wait is of the loop's timer, so the one that is done first was the shorter one.
TEST_F(ArrivalChecksTest, TheFieldWaitsLessWhileDnsIsSilent) {
  is_silent_ = true;
  auto& checks = begin({.spf = true});
  std::vector<std::string> done;
  const auto wait = [&](const char* name) {
    net::asio::co_spawn(loop_.get_executor(), checks.wait_for_spf(),
                        [&done, name](std::exception_ptr) { done.emplace_back(name); });
  };
  wait("before");
  for (int i = 0; i < DnsSilence::kFew; ++i)
    dns_silence_.note(false, std::chrono::seconds(3), DnsSilence::Clock::now());
  wait("in silence");
  while (done.empty()) loop_.run_one();
  EXPECT_THAT(done, ElementsAre("in silence"));
}

TEST_F(ArrivalChecksTest, RecordAtOnceIfAllIsKnown) {
  std::vector<Authentication> recorded;
  check(kHeader).record_when_done(
      [&](const ArrivalChecks::Value& value_for) { recorded.push_back(value_for("ann@example.org")); });
  EXPECT_THAT(recorded, ElementsAre(Authentication::Passed));
}

// A mail that was given up asks nothing more.
TEST_F(ArrivalChecksTest, AskNothingMoreOnceTheSessionIsGone) {
  send_as("ann", "shared.test");
  is_silent_ = true;
  begin_all();
  loop_.poll();
  checks_.reset();
  is_silent_ = false;
  silence_.cancel();
  run();
  EXPECT_THAT(zone_.asked, ElementsAre("TXT shared.test")) << "the include is not asked for";
}

struct SenderRow {
  const char* name;
  std::string domain;  ///< of the reverse path; empty: the null path
  std::function<void(AuthSettings&)> set;
  std::string_view want;
};

constexpr ArrivalPlan kSender{.spf = true, .sender_domain = true, .lists = true};
using Asked = AuthList::Asked;

void reject_all(AuthSettings& auth) {
  auth.spf = auth.sender_domain = AuthUse::Reject;
}

auto with_list(AuthList list) {
  return [list](AuthSettings& auth) { auth.lists = {list}; };
}

TEST_F(ArrivalChecksTest, TellWhatIsWrongWithASender) {
  const SenderRow rows[] = {
      {"SPF passes", "example.org", reject_all, "none"},
      {"SPF fails", "fails.test", reject_all, "spf: fails.test says: ask our postmaster"},
      {"SPF fails, and is recorded", "fails.test", [](auto&) {}, "none"},
      {"SPF has none", "bare.test", reject_all, "none"},
      {"DNS fails", "gone.test", reject_all, "unanswered"},
      {"DNS fails, and SPF is recorded", "gone.test",
       [](auto& auth) { auth.sender_domain = AuthUse::Reject; }, "none"},
      {"null MX", "null.test", reject_all, "null-mx: null.test"},
      {"null MX, and it is recorded", "null.test", [](auto& auth) { auth.spf = AuthUse::Reject; }, "none"},
      {"no such domain", "none.test", reject_all, "no-domain-yet: none.test"},
      {"HELO's SPF fails", "", reject_all, "none"},
      {"listed", "bare.test", with_list({.zone = "bl.test", .is_rejecting = true}),
       "listed: bl.test lists 192.0.2.1"},
      {"listed, and it is recorded", "bare.test", with_list({.zone = "bl.test"}), "none"},
      {"domain listed", "listed.test",
       with_list({.zone = "dbl.test", .ask = Asked::Domain, .is_rejecting = true}),
       "listed: dbl.test lists listed.test"},
      {"domain not listed", "bare.test",
       with_list({.zone = "dbl.test", .ask = Asked::Domain, .is_rejecting = true}), "none"},
      {"no domain", "", with_list({.zone = "dbl.test", .ask = Asked::Domain, .is_rejecting = true}), "none"},
      {"backscatterer", "", with_list({.zone = "bl.test", .is_rejecting = true, .is_null_sender_only = true}),
       "listed: bl.test lists 192.0.2.1"},
      {"backscatterer with a sender", "bare.test",
       with_list({.zone = "bl.test", .is_rejecting = true, .is_null_sender_only = true}), "none"},
      {"list refuses us", "bare.test", with_list({.zone = "refusing.test", .is_rejecting = true}), "none"},
      {"list is down", "bare.test", with_list({.zone = "down.test", .is_rejecting = true}), "none"},
  };
  for (const auto& row : rows) {
    site_.auth = {};
    row.set(site_.auth);
    transaction_.mail.reverse_path = {};
    if (!row.domain.empty()) send_as("ann", row.domain);
    auto plan = kSender;
    plan.sender_domain = !row.domain.empty();
    begin(plan);
    EXPECT_EQ(sender(), row.want) << row.name;
  }
}

TEST_F(ArrivalChecksTest, AMissingDomainIsBelievedAMinuteLater) {
  site_.auth.sender_domain = AuthUse::Reject;
  send_as("ann", "none.test");
  begin({.sender_domain = true});
  EXPECT_EQ(sender(), "no-domain-yet: none.test");
  transaction_.now = kNow + std::chrono::seconds(60);
  begin({.sender_domain = true});
  EXPECT_EQ(sender(), "no-domain: none.test");
  zone_.add({"none.test", "A", "192.0.2.3"});
  begin({.sender_domain = true});
  EXPECT_EQ(sender(), "none") << "it exists";
}

// A session waits only for what can refuse.
TEST_F(ArrivalChecksTest, NobodyWaitsForWhatIsRecorded) {
  is_silent_ = true;
  auto& checks = begin({.spf = true, .sender_domain = true});
  EXPECT_FALSE(checks.may_refuse_sender());
  bool is_done = false;
  net::asio::co_spawn(loop_.get_executor(), checks.sender(),
                      [&](std::exception_ptr, const SenderFinding&) { is_done = true; });
  loop_.poll();
  EXPECT_TRUE(is_done);
}

TEST_F(ArrivalChecksTest, ASilentResolverIsNoAnswer) {
  site_.auth.spf = AuthUse::Reject;
  site_.auth.time = std::chrono::seconds(0);
  is_silent_ = true;
  begin({.spf = true});
  EXPECT_TRUE(checks_->may_refuse_sender());
  bool is_done = false;
  SenderFinding found;
  net::asio::co_spawn(loop_.get_executor(), checks_->sender(), [&](std::exception_ptr, SenderFinding one) {
    found = std::move(one);
    is_done = true;
  });
  loop_.poll();
  ASSERT_TRUE(is_done);
  EXPECT_EQ(found.trouble, policy::SenderTrouble::Unanswered);
}

struct AuthorRow {
  const char* name;
  std::string header;
  AuthUse use;
  std::string_view want;
};

TEST_F(ArrivalChecksTest, TellWhatDmarcWants) {
  const std::string none = "From: ann@bare.test\r\n\r\n";
  const AuthorRow rows[] = {
      {"fails", std::string(kHeader), AuthUse::Reject, "rejected"},
      {"fails, and it is recorded", std::string(kHeader), AuthUse::Record, "fine"},
      {"passes", signed_header(), AuthUse::Reject, "fine"},
      {"has no policy", none, AuthUse::Reject, "fine"},
      {"no key now", signed_header("slow"), AuthUse::Reject, "unanswered"},
      {"no author", "Subject: x\r\n\r\n", AuthUse::Reject, "fine"},
  };
  send_as("eve", "bare.test");
  for (const auto& row : rows) {
    site_.auth.dmarc = row.use;
    const auto facts = check(row.header).author();
    EXPECT_EQ(facts.is_rejected     ? "rejected"
              : facts.is_unanswered ? "unanswered"
                                    : "fine",
              row.want)
        << row.name;
    EXPECT_EQ(checks_->may_refuse_author(), row.use == AuthUse::Reject) << row.name;
  }
}

TEST_F(ArrivalChecksTest, TellWhatWasFound) {
  auto& checks = check(signed_header());
  EXPECT_THAT(checks.evidence(), ElementsAre(store::EventEvidence{"auth-spf", "pass", "example.org"},
                                             store::EventEvidence{"auth-dkim", "pass", "example.org"},
                                             store::EventEvidence{"auth-dmarc", "pass", "example.org"}));
}

// What a relay brings: only a field under an id of ours counts.
TEST_F(ArrivalChecksTest, BelieveAHopOfOurs) {
  site_.auth.dmarc = AuthUse::Reject;
  const std::vector<std::string> ids = {"mx.example.org"};
  const std::string fields =
      "Authentication-Results: mx.example.org; dkim=pass header.d=example.org; spf=pass "
      "smtp.mailfrom=bare.test\r\n"
      "Authentication-Results: evil.test; dkim=pass header.d=evil.test\r\n";
  const auto with = [](std::string_view results) {
    return fmt::format("Authentication-Results: mx.example.org; {}\r\n", results);
  };
  const ValueRow rows[] = {
      {"a signature", {}, fields, "ann@example.org", kSigned},
      {"of another author", {}, fields, "eve@example.org", Authentication::SharedSpf},
      {"SPF alone", {}, fields, "ann@bare.test", Authentication::SharedSpf},
      {"of another id", {}, fields, "ann@evil.test", Authentication::Failed},
      {"SPF's failure alone",
       {},
       with("spf=fail smtp.mailfrom=bare.test"),
       "ann@bare.test",
       Authentication::Unknown},
      {"nothing of DKIM, which DMARC looked at",
       {},
       with("spf=fail smtp.mailfrom=bare.test; dmarc=none header.from=bare.test"),
       "ann@bare.test",
       Authentication::Failed},
      {"no field", {}, {}, "ann@example.org", Authentication::Unknown},
  };
  for (const auto& row : rows) {
    send_as(row.address.substr(0, 3), row.address.substr(4));
    auto& checks = begin_all();
    checks.believe(row.header + std::string(kHeader), ids);
    EXPECT_TRUE(checks.is_complete()) << row.name;
    EXPECT_EQ(without_mark(checks.value_for(row.address)), row.want) << row.name;
    EXPECT_FALSE(checks.may_refuse_author()) << row.name;
    run();
  }
}

// One author may have named the others, and each of them would have answers of their own.
TEST_F(ArrivalChecksTest, ASignatureOfSeveralAuthorsIsShared) {
  const std::string authors = "From: ann@example.org, eve@example.org\r\n\r\n";
  const std::vector<std::string> ids = {"mx.example.org"};
  send_as("ann", "bare.test");
  const auto header = signer().sign(authors, "from", "s");
  for (const auto* const address : {"ann@example.org", "eve@example.org"}) {
    EXPECT_EQ(value(header, address), Authentication::SharedSpf) << address;
    auto& checks = begin_all();
    checks.believe("Authentication-Results: mx.example.org; dkim=pass header.d=example.org\r\n" + authors,
                   ids);
    EXPECT_EQ(checks.value_for(address), Authentication::SharedSpf) << address;
    run();
  }
}

}  // namespace
}  // namespace backstop::intake
