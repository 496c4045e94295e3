#include "gateway/offer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

#include "next_hop/hop_fixture.h"

namespace backstop::gateway {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::IsEmpty;

/// All that an offer depends on.
struct Case {
  smtp::Extensions next_hops;
  Settings settings;
  GatewaySettings gateway;
  OfferFacts facts;
};

smtp::Extensions offer_of(const Case& of) {
  return offer_for(of.next_hops, of.settings, of.gateway, of.facts);
}

net::TlsContext some_context() {
  return std::make_shared<net::asio::ssl::context>(net::asio::ssl::context::tls_server);
}

/// One fact more than nothing, and what it adds to the offer.
struct OfferRow {
  std::string_view name;
  void (*change)(Case& of);
  void (*want)(smtp::Extensions& offer);
};

void nothing(smtp::Extensions&) {}

const OfferRow kOffers[] = {
    {"nothing", [](Case&) {}, nothing},
    // Of the next hops.
    {"8BITMIME of the next hops", [](Case& of) { of.next_hops.eight_bit_mime = true; },
     [](auto& offer) { offer.eight_bit_mime = true; }},
    {"SMTPUTF8 of the next hops", [](Case& of) { of.next_hops.smtputf8 = true; },
     [](auto& offer) { offer.smtputf8 = true; }},
    {"DSN of the next hops, inbound", [](Case& of) { of.next_hops.dsn = true; }, nothing},
    {"DSN of the next hops, outbound",
     [](Case& of) {
       of.next_hops.dsn = true;
       of.gateway.direction = Direction::Outbound;
     },
     [](auto& offer) { offer.dsn = true; }},
    {"outbound, without DSN", [](Case& of) { of.gateway.direction = Direction::Outbound; }, nothing},
    {"what the next hops offer to us alone",
     [](Case& of) {
       of.next_hops.xclient = of.next_hops.xforward = "NAME ADDR";
       of.next_hops.starttls = true;
       of.next_hops.auth = "PLAIN";
       of.next_hops.most_mails = 5;
     },
     nothing},
    {"AUTH of the next hops",
     [](Case& of) {
       of.next_hops.auth = "PLAIN LOGIN";
       of.facts.may_authenticate = true;
     },
     [](auto& offer) { offer.auth = "PLAIN LOGIN"; }},
    {"AUTH that no next hop has", [](Case& of) { of.facts.may_authenticate = true; }, nothing},
    // Of our own.
    {"TLS", [](Case& of) { of.settings.tls = some_context(), of.gateway.tls = ListenTls::StartTls; },
     [](auto& offer) { offer.starttls = true; }},
    {"TLS that is required",
     [](Case& of) { of.settings.tls = some_context(), of.gateway.tls = ListenTls::Required; },
     [](auto& offer) { offer.starttls = true; }},
    {"TLS that this gateway does not want", [](Case& of) { of.settings.tls = some_context(); }, nothing},
    {"TLS without a certificate", [](Case& of) { of.gateway.tls = ListenTls::StartTls; }, nothing},
    {"TLS that has begun",
     [](Case& of) {
       of.settings.tls = some_context();
       of.gateway.tls = ListenTls::StartTls;
       of.facts.is_tls = true;
     },
     nothing},
    {"a front end", [](Case& of) { of.facts.is_front_end = true; },
     [](auto& offer) {
       offer.xclient = "NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT";
       offer.xforward = "NAME ADDR PORT PROTO HELO IDENT SOURCE";
     }},
    // Sizes and counts: the smaller one.
    {"our size", [](Case& of) { of.settings.limits.message = 99; },
     [](auto& offer) { offer.most_size = 99; }},
    {"no size of ours", [](Case& of) { of.settings.limits.message = 0; },
     [](auto& offer) { offer.most_size = 0; }},
    {"a smaller size of the next hops", [](Case& of) { of.next_hops.most_size = 99; },
     [](auto& offer) { offer.most_size = 99; }},
    {"a larger size of the next hops", [](Case& of) { of.next_hops.most_size = 1ULL << 40; }, nothing},
    {"a size of the next hops alone",
     [](Case& of) {
       of.settings.limits.message = 0;
       of.next_hops.most_size = 99;
     },
     [](auto& offer) { offer.most_size = 99; }},
    {"our recipients", [](Case& of) { of.settings.limits.recipients = 200; },
     [](auto& offer) { offer.most_recipients = 200; }},
    {"fewer recipients of the next hops", [](Case& of) { of.next_hops.most_recipients = 200; },
     [](auto& offer) { offer.most_recipients = 200; }},
    {"more recipients of the next hops", [](Case& of) { of.next_hops.most_recipients = 2000; }, nothing},
    {"LMTP", [](Case& of) { of.gateway.next_hop.protocol = next_hop::Protocol::Lmtp; },
     [](auto& offer) { offer.most_recipients = 1; }},
    {"a Maildir", [](Case& of) { of.gateway.next_hop.protocol = next_hop::Protocol::Maildir; },
     [](auto& offer) { offer.most_recipients = 1; }},
};

TEST(Offer, EachFactAddsWhatItAllows) {
  for (const auto& row : kOffers) {
    Case of;
    row.change(of);
    smtp::Extensions want{.pipelining = true,
                          .chunking = true,
                          .enhanced_status_codes = true,
                          .size = true,
                          .most_size = 50ULL << 20,
                          .most_recipients = 1000};
    row.want(want);
    EXPECT_EQ(smtp::extensions_reply(offer_of(of), "mx.test").text(),
              smtp::extensions_reply(want, "mx.test").text())
        << row.name;
    EXPECT_EQ(offer_of(of), want) << row.name;
  }
}

// Asking the next hops.

class OfferTest : public next_hop::HopTest {
 protected:
  OfferTest() {
    settings_.hostname = "mx.test";
    settings_.limits.next_hop_connect = settings_.limits.next_hop_reply = 5s;
    gateway_.next_hop = fake_.hop();
    other_.answer("EHLO", {"250-other.test\r\n250-PIPELINING\r\n250-SMTPUTF8\r\n250 8BITMIME"});
  }

  smtp::Extensions ask() {
    return wait(ask_next_hops(settings_, gateway_, directory_, pool_, client_, true, nullptr));
  }
  void add_domain(const next_hop::NextHop& hop) {
    settings_.domains.push_back({.name = "d" + std::to_string(settings_.domains.size()) + ".test",
                                 .next_hop = std::make_shared<const next_hop::NextHop>(hop)});
  }

  next_hop::FakeHop other_{loop_};
  Settings settings_;
  GatewaySettings gateway_;
  Client client_{*net::parse_endpoint("192.0.2.1:1001"), *net::parse_endpoint("192.0.2.25:25")};
};

const smtp::Extensions kUnknown{.eight_bit_mime = true, .smtputf8 = true};

TEST_F(OfferTest, ANextHopIsAskedOnce) {
  const auto offer = ask();
  EXPECT_TRUE(offer.dsn && offer.eight_bit_mime && offer.pipelining);
  EXPECT_FALSE(offer.smtputf8);
  EXPECT_EQ(ask(), offer);
  EXPECT_EQ(fake_.connections, 1) << "it is known from now on";
}

TEST_F(OfferTest, WhatAllCanDoIsOffered) {
  settings_.domains.push_back({.name = "example.org"});
  add_domain(other_.hop());
  const auto offer = ask();
  EXPECT_TRUE(offer.eight_bit_mime && offer.pipelining);
  EXPECT_FALSE(offer.dsn) << "of the gateway's alone";
  EXPECT_FALSE(offer.smtputf8) << "of the domain's alone";
  EXPECT_EQ(fake_.connections, 1);
  EXPECT_EQ(other_.connections, 1);
}

TEST_F(OfferTest, OutboundMailHasOneNextHop) {
  gateway_.direction = Direction::Outbound;
  add_domain(other_.hop());
  EXPECT_TRUE(ask().dsn);
  EXPECT_EQ(other_.connections, 0);
}

TEST_F(OfferTest, ANextHopThatDoesNotAnswerIsNoReasonToGiveMailUp) {
  fake_.answer("EHLO", {""});
  EXPECT_EQ(ask(), kUnknown);
  EXPECT_THAT(fake_.commands, Contains("EHLO mx.test"));
}

TEST_F(OfferTest, ANextHopThatIsSilentIsNotWaitedForTwice) {
  const auto now = next_hop::Directory::Clock::now();
  directory_.miss(gateway_.next_hop, now - next_hop::Directory::kPause, now);
  add_domain(other_.hop());
  const auto offer = ask();
  EXPECT_EQ(fake_.connections, 0);
  EXPECT_EQ(other_.connections, 1) << "the others are asked";
  EXPECT_EQ(offer, kUnknown) << "and both can do that";
}

TEST_F(OfferTest, ASilentNextHopTakesNoLongerThanItMay) {
  settings_.limits.next_hop_reply = 0s;
  fake_.answer("EHLO", {std::string(next_hop::FakeHop::kSilence)});
  EXPECT_EQ(ask(), kUnknown);
  EXPECT_EQ(fake_.connections, 1);
  fake_.answer("EHLO", {"250 hop.test"});
  EXPECT_EQ(ask(), kUnknown);
  EXPECT_LE(fake_.connections, 2);
}

TEST_F(OfferTest, ANextHopIsToldWhoAsks) {
  gateway_.next_hop.identity = next_hop::Identity::Proxy;
  fake_.answer("PROXY", {std::string(next_hop::FakeHop::kSilence)});
  EXPECT_TRUE(ask().dsn);
  EXPECT_THAT(fake_.commands, Contains("PROXY TCP4 192.0.2.1 192.0.2.25 1001 25"));
}

}  // namespace
}  // namespace backstop::gateway
