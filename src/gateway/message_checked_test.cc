// A message whose sender is checked: its body is hashed as it passes, its header gets the results, and DMARC
// may refuse it before its last bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "auth/zone_fixture.h"
#include "dkim/digest.h"
#include "dkim/sign_fixture.h"
#include "gateway/message_path_fixture.h"
#include "intake/arrival_checks.h"
#include "intake/message_checks.h"

namespace backstop::gateway {
namespace {

using intake::AuthResults;
using intake::AuthUse;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kBody = "..dots\r\nand more\r\n.\r\nthe end\r\n";
constexpr std::string_view kForged = "Authentication-Results: mx.test; dkim=pass header.d=example.org\r\n";

const dkim::Signer& signer() {
  static const dkim::Signer one;
  return one;
}

std::string unsigned_mail(std::string_view fields = {}) {
  return std::string(fields) + "From: ann@example.org\r\n\r\n" + std::string(kBody);
}

std::string signed_mail() {
  return signer().sign_as("From: ann@example.org\r\n\r\n", "from", {.body = kBody}) + std::string(kBody);
}

class MessageCheckedTest : public MessagePathTest {
 protected:
  MessageCheckedTest() {
    zone_ = auth::Zone({{"else.test", "TXT", "v=spf1 ip4:192.0.2.1 -all"},
                        {"_dmarc.example.org", "TXT", "v=DMARC1; p=reject"},
                        {"s._domainkey.example.org", "TXT", signer().record()}});
    settings_.auth.dmarc = AuthUse::Reject;
  }

  void begin_checked(next_hop::MessageForm form, Sender sender = Sender::Somebody) {
    begin(form, sender);
    transaction_.client.address = client_;
    transaction_.checks = std::make_shared<intake::ArrivalChecks>(
        loop_.context().get_executor(), transaction_, intake::plan_of(transaction_), "c.test",
        intake::CheckSources{zone_.ask(), &missing_});
  }
  void send_checked(std::string_view mail, next_hop::MessageForm form) {
    begin_checked(form);
    send(mail);
  }
  std::string last_call() const { return delivery_->calls.empty() ? "none" : delivery_->calls.back(); }

  auth::Zone zone_;
  intake::MissingDomains missing_;
};

constexpr std::string_view kSpf =
    "Authentication-Results: mx.test;\r\n\tspf=pass smtp.mailfrom=else.test\r\n";

TEST_F(MessageCheckedTest, TheBodyIsHashedInAnyPieces) {
  const std::string good = signed_mail();
  for (const auto form : kForms) {
    smtp::in_pieces(on_the_wire(good, form), [&](const smtp::Pieces& pieces, const std::string& what) {
      begin_checked(form);
      send(pieces);
      EXPECT_EQ(answer(), "250 2.0.0 taken") << what;
      EXPECT_EQ(behind_trace(kSpf), on_the_wire(good, form)) << what;
    });
  }
}

TEST_F(MessageCheckedTest, DmarcRefusesBeforeTheEndInAnyPieces) {
  for (const auto& mail : {unsigned_mail(), signed_mail() + "changed\r\n"}) {
    for (const auto form : kForms) {
      smtp::in_pieces(on_the_wire(mail, form), [&](const smtp::Pieces& pieces, const std::string& what) {
        begin_checked(form);
        send(pieces);
        EXPECT_THAT(answer(), StartsWith("550 5.7.26 ")) << what;
        EXPECT_FALSE(delivery_->is_taken) << what;
        EXPECT_THAT(delivery_->calls, Not(testing::Contains("finish"))) << what;
        ASSERT_NE(path_->author_verdict(), nullptr) << what;
        EXPECT_EQ(path_->author_verdict()->cause, policy::Cause::DmarcFail) << what;
      });
    }
  }
}

TEST_F(MessageCheckedTest, AMailThatCameWholeIsRefusedBeforeData) {
  send_checked(unsigned_mail(), next_hop::MessageForm::Plain);
  EXPECT_EQ(last_call(), "none");
  begin_checked(next_hop::MessageForm::Plain);
  take(unsigned_mail(), false);
  take({}, true);
  EXPECT_EQ(last_call(), "abandon") << "the next hop has its start";
}

TEST_F(MessageCheckedTest, WithoutDnsItIsDeferred) {
  zone_ = auth::Zone(std::vector<auth::ZoneRow>{{"_dmarc.example.org", "FAILED"}});
  send_checked(unsigned_mail(), next_hop::MessageForm::Plain);
  EXPECT_THAT(answer(), StartsWith("451 4.4.3 "));
}

struct ExcuseRow {
  const char* name;
  void (*change)(Transaction&, Settings&);
};

// Each of them gets the same mail as above.
TEST_F(MessageCheckedTest, NotEveryMailIsRefused) {
  const ExcuseRow rows[] = {
      {"recorded", [](Transaction&, Settings& settings) { settings.auth.dmarc = AuthUse::Record; }},
      {"exempt", [](Transaction& one, Settings&) { one.recipients[0].is_exempt = true; }},
      {"a relay", [](Transaction& one, Settings&) { one.is_from_relay = true; }},
  };
  for (const auto& row : rows) {
    settings_.auth.dmarc = AuthUse::Reject;
    Transaction nobody;
    nobody.recipients.resize(1);
    row.change(nobody, settings_);
    settings_.auth.results = AuthResults::Whole;
    begin_checked(next_hop::MessageForm::Plain);
    row.change(transaction_, settings_);
    send(unsigned_mail());
    EXPECT_EQ(answer(), "250 2.0.0 taken") << row.name;
  }
}

TEST_F(MessageCheckedTest, AProofOutranksDmarc) {
  zone_.add({"_dmarc.mail.else.test", "TXT", "v=DMARC1; p=reject"});
  std::string bounce(kBounce);
  bounce.replace(bounce.find("@else.test"), 10, "@mail.else.test");
  for (const bool is_tagged : {false, true}) {
    settings_.domains = {{.name = "example.org"}};
    begin_checked(next_hop::MessageForm::Plain, Sender::Nobody);
    if (is_tagged) {
      transaction_.recipients.clear();
      add_recipient(
          *origin::sign(mail::Path{mail::Address{"bob", "example.org"}}, settings_.keys, kToday, {}));
    }
    send(bounce);
    EXPECT_THAT(answer(), StartsWith(is_tagged ? "250" : "550 5.7.26")) << is_tagged;
  }
}

TEST_F(MessageCheckedTest, AStreamedMailHasSpfInItsField) {
  settings_.auth.spf = AuthUse::Reject;
  settings_.auth.dmarc = AuthUse::Off;
  send_checked(unsigned_mail(kForged), next_hop::MessageForm::Plain);
  EXPECT_EQ(behind_trace(kSpf), unsigned_mail());
  settings_.auth.results = AuthResults::None;
  send_checked(unsigned_mail(kForged), next_hop::MessageForm::Plain);
  EXPECT_EQ(behind_trace(), unsigned_mail(kForged));
}

TEST_F(MessageCheckedTest, AMailIsHeldForTheWholeField) {
  settings_.auth.results = AuthResults::Whole;
  const std::string mail = signed_mail();
  smtp::in_pieces(on_the_wire(mail, next_hop::MessageForm::Stuffed), [&](const smtp::Pieces& pieces,
                                                                         const std::string& what) {
    begin_checked(next_hop::MessageForm::Stuffed);
    send(pieces);
    EXPECT_THAT(delivery_->taken,
                HasSubstr("spf=pass smtp.mailfrom=else.test;\r\n\tdkim=pass header.d=example.org"))
        << what;
    EXPECT_THAT(delivery_->taken, HasSubstr("dmarc=pass header.from=example.org")) << what;
    EXPECT_EQ(memory_.total(), 0u) << what;
  });
}

// At the cap and one past it.
TEST_F(MessageCheckedTest, ALongerMailHasTheFieldOfAStreamedOne) {
  settings_.auth.results = AuthResults::Whole;
  const std::string mail = signed_mail();
  for (const std::size_t past : {0UZ, 1UZ}) {
    settings_.limits.held = mail.size() - past;
    begin_checked(next_hop::MessageForm::Plain);
    take(mail.substr(0, mail.size() - 5), false);
    EXPECT_EQ(memory_.total(), mail.size() - 5);
    take(mail.substr(mail.size() - 5), false);
    take({}, true);
    EXPECT_EQ(answer(), "250 2.0.0 taken");
    if (past == 1) {
      EXPECT_EQ(behind_trace(kSpf), mail);
    } else {
      EXPECT_THAT(delivery_->taken, HasSubstr("dmarc=pass"));
    }
  }
}

TEST_F(MessageCheckedTest, WithoutMemoryTheMailStreams) {
  settings_.auth.results = AuthResults::Whole;
  settings_.limits.held_total = 0;
  settings_.limits.held = 1000;
  const std::string mail = signed_mail();
  begin_checked(next_hop::MessageForm::Plain);
  take(mail.substr(0, mail.size() - 5), false);
  take(mail.substr(mail.size() - 5), true);
  EXPECT_EQ(behind_trace(kSpf), mail);
}

struct IdRow {
  const char* name;
  bool is_checked;
  bool is_relay;
  std::vector<std::string> trusted;
  std::string id;
  bool want_taken_out;
};

TEST_F(MessageCheckedTest, FieldsThatOnlyWeMayWriteAreTakenOut) {
  const IdRow rows[] = {
      {"our id", true, false, {}, "MX.test", true},
      {"our id, and no field of ours", false, false, {}, "mx.test", false},
      {"another id", true, false, {}, "else.test", false},
      {"a trusted id of a stranger", false, false, {"front.test"}, "front.test", true},
      {"a trusted id of a relay", false, true, {"front.test"}, "front.test", false},
      {"our id, trusted, of a relay", true, true, {"mx.test"}, "mx.test", false},
      {"our id, of a relay that is not believed", false, true, {}, "mx.test", true},
      {"our id, of a relay that is believed with another", false, true, {"front.test"}, "mx.test", true},
  };
  settings_.auth.dmarc = AuthUse::Record;
  settings_.auth.spf = AuthUse::Reject;
  for (const auto& row : rows) {
    const auto mail = unsigned_mail("Authentication-Results: " + row.id + "; spf=pass\r\n");
    begin_checked(next_hop::MessageForm::Plain);
    if (!row.is_checked) transaction_.checks.reset();
    transaction_.trusted_authserv = row.trusted;
    transaction_.is_from_relay = row.is_relay;
    send(mail);
    const bool is_left = delivery_->taken.contains(row.id);
    EXPECT_EQ(!is_left || (row.id == "mx.test" && !delivery_->taken.contains("mx.test; spf=pass\r\n")),
              row.want_taken_out)
        << row.name << delivery_->taken;
  }
}

TEST_F(MessageCheckedTest, WhatSpeaksForAHostOfOursIsNotChecked) {
  settings_.domains = {{.name = "example.org"}};
  settings_.domains = {{.name = "example.org", .local_hosts = {net::Network::parse("192.0.2.0/24").value()}}};
  send_checked(unsigned_mail(), next_hop::MessageForm::Plain);
  EXPECT_EQ(answer(), "250 2.0.0 taken");
  EXPECT_EQ(transaction_.checks, nullptr);
}

}  // namespace
}  // namespace backstop::gateway
