#include "gateway/opening.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "gateway/connection_fixture.h"
#include "net/certificate_fixture.h"

namespace backstop::gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kOldHeader = "PROXY TCP4 198.51.100.9 192.0.2.26 1001 25\r\n";
// LOCAL: the balancer speaks for itself.
constexpr std::string_view kLocalHeader{"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16};
constexpr std::string_view kNewHeader{
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc6\x33\x64\x09\xc0\0\x02\x1a\x03\xe9\0\x19", 28};

class OpeningTest : public net::LoopTest {
 protected:
  OpeningTest() { begin(); }

  void begin() {
    opening_.reset();
    client_ = Client(*net::parse_endpoint("192.0.2.1:7"), *net::parse_endpoint("192.0.2.25:25"));
    ends_ = std::make_unique<ClientEnds>(loop_);
    ends_->connection.stream().expires_after(60s);
    opening_ = std::make_unique<Opening>(ends_->connection, client_);
    is_over_ = has_come_ = false;
  }
  net::Task<void> read(bool is_exact) {
    has_come_ = co_await opening_->read_proxy_header(is_exact);
    is_over_ = true;
  }
  bool reads(smtp::Pieces pieces, bool is_exact) {
    begin();
    run(read(is_exact), send_slowly(*ends_, 0, std::move(pieces), is_over_));
    EXPECT_FALSE(opening_->is_waiting());
    return has_come_;
  }
  net::Task<void> accept(net::TlsContext context) {
    has_come_ = co_await opening_->accept_tls(std::move(context));
    is_over_ = true;
  }
  net::TlsContext context() const {
    auto made = net::server_tls(files_.certificate, files_.key);
    EXPECT_TRUE(made);
    return *made;
  }
  net::Task<void> interrupt_later(bool& was_waiting) {
    co_await tick();
    was_waiting = opening_->is_waiting();
    ends_->connection.stream().interrupt();
  }
  net::Task<void> read_and_accept() {
    EXPECT_TRUE(co_await opening_->read_proxy_header(true));
    co_await accept(context());
  }
  std::string_view input() const { return ends_->connection.input(); }

  net::TestAuthority authority_;
  net::CertificateFiles files_ = authority_.issue("server", "DNS:mx.test");
  Client client_{{}, {}};
  std::unique_ptr<ClientEnds> ends_;
  std::unique_ptr<Opening> opening_;
  bool is_over_ = false;
  bool has_come_ = false;
};

const struct {
  std::string_view name;
  std::string_view header;
  std::string_view want_client;
} kHeaders[] = {
    {"version 1", kOldHeader, "198.51.100.9"},
    {"version 2", kNewHeader, "198.51.100.9"},
    {"version 2, LOCAL", kLocalHeader, "192.0.2.1"},
};

TEST_F(OpeningTest, ReadsAProxyHeaderInPieces) {
  for (const auto& row : kHeaders) {
    for (const bool is_exact : {false, true}) {
      smtp::in_pieces(row.header, [&](const smtp::Pieces& pieces, const std::string& how) {
        EXPECT_TRUE(reads(pieces, is_exact)) << row.name << ", " << how;
        EXPECT_EQ(client_.text(), row.want_client) << row.name << ", " << how;
        EXPECT_EQ(input(), "") << row.name << ", " << how;
      });
    }
  }
}

TEST_F(OpeningTest, LeavesWhatFollowsTheHeader) {
  for (const auto& row : kHeaders) {
    const std::string all = std::string(row.header) + "EHLO a.test\r\n";
    EXPECT_TRUE(reads({all}, false)) << row.name;
    EXPECT_EQ(input(), "EHLO a.test\r\n") << row.name;
    EXPECT_TRUE(reads({all}, true)) << row.name;
    EXPECT_EQ(input(), "") << row.name << ": it stays in the socket";
    std::string rest;
    const auto take = [](net::Stream& stream, std::string& into) -> net::Task<void> {
      into = co_await net::read_exactly(stream, 13);
    };
    run(take(ends_->connection.stream(), rest));
    EXPECT_EQ(rest, "EHLO a.test\r\n") << row.name;
  }
}

TEST_F(OpeningTest, FailsWithoutAHeader) {
  for (const bool is_exact : {false, true}) {
    for (const std::string_view bytes : {"EHLO a.test\r\n", "\r\nEHLO a.test\r\n", "PROXY nonsense\r\n"}) {
      EXPECT_FALSE(reads({bytes}, is_exact)) << bytes;
      EXPECT_EQ(client_.text(), "192.0.2.1");
    }
    begin();
    ends_->far.send(kOldHeader.substr(0, 10));
    ends_->far.close();
    run(read(is_exact));
    EXPECT_FALSE(has_come_) << "closed in the middle";
    begin();
    ends_->connection.stream().expires_after(0s);
    run(read(is_exact));
    EXPECT_FALSE(has_come_) << "nothing came in time";
    EXPECT_FALSE(opening_->is_waiting());
  }
}

TEST_F(OpeningTest, IsWaitingWhileItReads) {
  bool was_waiting = false;
  run(read(false), interrupt_later(was_waiting));
  EXPECT_TRUE(was_waiting);
  EXPECT_FALSE(has_come_);
  was_waiting = false;
  run(accept(context()), interrupt_later(was_waiting));
  EXPECT_TRUE(was_waiting);
  EXPECT_FALSE(has_come_);
  EXPECT_FALSE(opening_->is_waiting());
}

TEST_F(OpeningTest, TlsFollowsAHeaderAtOnce) {
  const auto far = stream_of(net::Peer(ends_->far.release()));
  const auto speak = [](net::Stream& stream, net::TlsContext tls) -> net::Task<void> {
    EXPECT_TRUE(co_await stream.write(kNewHeader));
    EXPECT_TRUE(co_await stream.connect_tls(std::move(tls), "mx.test"));
  };
  far->expires_after(60s);
  auto trusting = net::client_tls(net::TlsVerify::Yes, authority_.ca_file());
  ASSERT_TRUE(trusting);
  run(read_and_accept(), speak(*far, *trusting));
  EXPECT_TRUE(has_come_) << opening_->why();
  EXPECT_EQ(client_.text(), "198.51.100.9");
  EXPECT_FALSE(opening_->is_waiting());
  EXPECT_EQ(opening_->why(), "");
}

TEST_F(OpeningTest, SaysWhyThereIsNoTls) {
  ends_->far.send("EHLO a.test\r\n");
  run(accept(context()));
  EXPECT_FALSE(has_come_);
  EXPECT_NE(opening_->why(), "") << "OpenSSL's words";
  EXPECT_NE(opening_->why(), net::explain(net::Failure::Tls));
  begin();
  ends_->connection.stream().expires_after(0s);
  run(accept(context()));
  EXPECT_FALSE(has_come_);
  EXPECT_EQ(opening_->why(), net::explain(net::Failure::TimedOut));
}

}  // namespace
}  // namespace backstop::gateway
