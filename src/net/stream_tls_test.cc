#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <string>

#include "net/certificate_fixture.h"
#include "net/loop_fixture.h"
#include "net/stream.h"
#include "net/tls.h"

namespace backstop::net {
namespace {

using namespace std::chrono_literals;

constexpr const char* kHost = "mail.example.org";

class StreamTlsTest : public LoopTest {
 protected:
  StreamTlsTest() : server_(context_for("DNS:mail.example.org,IP:192.0.2.1,IP:2001:db8::1")) {
    std::tie(near_, far_) = streams();
  }

  static TlsContext context_for(const std::string& names, int days = 30) {
    static int number = 0;
    const auto files = authority().issue("server" + std::to_string(++number), names, days);
    return *server_tls(files.certificate, files.key);
  }
  static TestAuthority& authority() {
    static TestAuthority one;
    return one;
  }
  static TlsContext trusting() { return *client_tls(TlsVerify::Yes, authority().ca_file()); }
  static TlsContext not_asking() { return *client_tls(TlsVerify::No); }

  static Task<void> accept(Stream& stream, TlsContext context, Outcome<void>& done) {
    done = co_await stream.accept_tls(std::move(context));
    if (!done) stream.close();
  }
  static Task<void> connect(Stream& stream, TlsContext context, std::string host, Outcome<void>& done) {
    done = co_await stream.connect_tls(std::move(context), std::move(host));
    if (!done) stream.close();
  }

  // near_ is the client.
  void shake_hands(TlsContext client, const std::string& host) {
    run(accept(*far_, server_, accepted_), connect(*near_, std::move(client), host, connected_));
  }
  void encrypt() {
    shake_hands(trusting(), kHost);
    ASSERT_TRUE(connected_) << near_->why();
    ASSERT_TRUE(accepted_) << far_->why();
  }

  TlsContext server_;
  std::unique_ptr<Stream> near_;
  std::unique_ptr<Stream> far_;
  Outcome<void> accepted_;
  Outcome<void> connected_;
};

Task<void> send(Stream& stream, std::string first, std::string second) {
  EXPECT_TRUE(co_await stream.write(first, second)) << stream.why();
  co_await stream.shut_down();
}

Task<void> expect_bytes(Stream& stream, std::string want) {
  EXPECT_EQ(co_await read_exactly(stream, want.size()), want);
}

Task<void> expect_end(Stream& stream, Failure want) {
  EXPECT_EQ(co_await how_it_ends(stream), want);
}

Task<void> write_only(Stream& stream, std::string bytes) {
  EXPECT_TRUE(co_await stream.write(bytes));
}

TEST_F(StreamTlsTest, CarriesBytesBothWays) {
  encrypt();
  EXPECT_TRUE(near_->is_tls());
  EXPECT_TRUE(near_->tls_description().starts_with("TLSv1.3 with cipher TLS_")) << near_->tls_description();
  EXPECT_EQ(near_->tls_description(), far_->tls_description());
  run(write_only(*near_, "EHLO a.example\r\n"), expect_bytes(*far_, "EHLO a.example\r\n"));
  run(write_only(*far_, "250 b.example\r\n"), expect_bytes(*near_, "250 b.example\r\n"));
}

TEST_F(StreamTlsTest, SpeaksTls12) {
  SSL_CTX_set_max_proto_version(server_->native_handle(), TLS1_2_VERSION);
  encrypt();
  EXPECT_TRUE(near_->tls_description().starts_with("TLSv1.2 with cipher ")) << near_->tls_description();
  run(write_only(*near_, "NOOP\r\n"), expect_bytes(*far_, "NOOP\r\n"));
}

TEST_F(StreamTlsTest, RefusesOlderTls) {
  auto old = not_asking();
  SSL_CTX_set_min_proto_version(old->native_handle(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(old->native_handle(), TLS1_1_VERSION);
  SSL_CTX_set_security_level(old->native_handle(), 0);
  shake_hands(old, kHost);
  EXPECT_EQ(accepted_, std::unexpected(Failure::Tls));
  EXPECT_FALSE(connected_);
  EXPECT_FALSE(far_->is_tls());
  EXPECT_EQ(far_->why(), "unsupported protocol");
}

TEST_F(StreamTlsTest, WritesMoreThanTheSocketsHold) {
  struct Row {
    const char* name;
    std::size_t first, second;
  };
  constexpr std::size_t kRecord = 16384;
  for (const auto& row :
       {Row{"two pieces of one record", kRecord - 10, 10}, Row{"one byte too many", kRecord - 10, 11},
        Row{"one piece", 8 << 20, 0}, Row{"the second alone", 0, 100},
        Row{"two large ones", 4 << 20, 4 << 20}, Row{"nothing", 0, 0}}) {
    std::tie(near_, far_) = streams();
    encrypt();
    const auto first = long_text(row.first);
    const auto second = long_text(row.second);
    std::string got;
    Failure end = Failure::Tls;
    run(send(*near_, first, second), read_to_end(*far_, got, end));
    EXPECT_EQ(end, Failure::Closed) << row.name;
    EXPECT_TRUE(got == first + second) << row.name;
  }
}

TEST_F(StreamTlsTest, ReadsByteByByte) {
  encrypt();
  auto read = [](Stream& stream, std::string want) -> Task<void> {
    std::string got;
    while (got.size() < want.size()) {
      char byte = 0;
      const auto size = co_await stream.read_some({&byte, 1});
      EXPECT_EQ(size, 1u);
      if (!size) break;
      got += byte;
    }
    EXPECT_EQ(got, want);
  };
  const auto text = long_text(40000);
  run(write_only(*near_, text), read(*far_, text));
}

TEST_F(StreamTlsTest, BothWriteAtOnce) {
  encrypt();
  const auto there = long_text(4 << 20);
  const auto back = long_text(3 << 20);
  run(write_only(*near_, there), write_only(*far_, back), expect_bytes(*near_, back),
      expect_bytes(*far_, there));
}

TEST_F(StreamTlsTest, VerifiesTheHost) {
  struct Row {
    const char* name;
    std::string host;
    std::string want_why;  ///< empty: verified
  };
  const Row rows[] = {
      {"its name", "mail.example.org", ""},
      {"its name in capitals", "MAIL.example.ORG", ""},
      {"its IPv4 address", "192.0.2.1", ""},
      {"its IPv6 address", "2001:db8::1", ""},
      {"the address in other words", "2001:DB8:0::1", ""},
      {"another name", "example.org", "certificate verify failed: hostname mismatch"},
      {"a name below", "a.mail.example.org", "certificate verify failed: hostname mismatch"},
      {"another address", "192.0.2.2", "certificate verify failed: IP address mismatch"},
      {"no name", "", "the certificate can't be checked against the host name ''"},
  };
  for (const auto& row : rows) {
    std::tie(near_, far_) = streams();
    shake_hands(trusting(), row.host);
    EXPECT_EQ(connected_.has_value(), row.want_why.empty()) << row.name;
    EXPECT_EQ(near_->why(), row.want_why) << row.name;
    if (!connected_) EXPECT_EQ(connected_.error(), Failure::Tls) << row.name;
  }
}

TEST_F(StreamTlsTest, TakesAWildcardForOneLabelAlone) {
  server_ = context_for("DNS:*.example.net,DNS:w*.example.com");
  struct Row {
    std::string host;
    bool want;
  };
  for (const auto& row : {Row{"mail.example.net", true}, Row{"example.net", false},
                          Row{"a.b.example.net", false}, Row{"www.example.com", false}}) {
    std::tie(near_, far_) = streams();
    shake_hands(trusting(), row.host);
    EXPECT_EQ(connected_.has_value(), row.want) << row.host;
  }
}

// The certificates of the tests have the common name "server".
TEST_F(StreamTlsTest, DoesNotTakeTheCommonName) {
  server_ = context_for("IP:192.0.2.1");
  shake_hands(trusting(), "server");
  EXPECT_EQ(connected_, std::unexpected(Failure::Tls));
}

TEST_F(StreamTlsTest, DoesNotTakeAnotherAuthority) {
  const TestAuthority other;
  shake_hands(*client_tls(TlsVerify::Yes, other.ca_file()), kHost);
  EXPECT_EQ(connected_, std::unexpected(Failure::Tls));
  EXPECT_TRUE(near_->why().starts_with("certificate verify failed: ")) << near_->why();
  EXPECT_FALSE(near_->is_tls());
}

// In TLS 1.3 the server has finished its side of the handshake before it hears of the refusal.
TEST_F(StreamTlsTest, ARefusedServerHearsWhy) {
  SSL_CTX_set_max_proto_version(server_->native_handle(), TLS1_2_VERSION);
  const TestAuthority other;
  shake_hands(*client_tls(TlsVerify::Yes, other.ca_file()), kHost);
  EXPECT_EQ(accepted_, std::unexpected(Failure::Tls));
  EXPECT_EQ(far_->why(), "tlsv1 alert unknown ca");
}

TEST_F(StreamTlsTest, DoesNotTakeAnExpiredCertificate) {
  server_ = context_for("DNS:mail.example.org", -1);
  shake_hands(trusting(), kHost);
  EXPECT_EQ(connected_, std::unexpected(Failure::Tls));
  EXPECT_EQ(near_->why(), "certificate verify failed: certificate has expired");
}

TEST_F(StreamTlsTest, TakesAnyCertificateUnlessItAsks) {
  server_ = context_for("DNS:other.example.org", -1);
  shake_hands(not_asking(), kHost);
  EXPECT_TRUE(connected_) << near_->why();
  EXPECT_TRUE(accepted_);
}

TEST_F(StreamTlsTest, SendsTheNameButNoAddress) {
  struct Row {
    const char* name;
    std::string host;
    std::string want;
  };
  for (const auto& row :
       {Row{"a name", kHost, kHost}, Row{"an address", "192.0.2.1", ""}, Row{"nothing", "", ""}}) {
    std::tie(near_, far_) = streams();
    std::string seen = "not asked";
    auto* const handle = server_->native_handle();
    SSL_CTX_set_tlsext_servername_arg(handle, &seen);
    SSL_CTX_set_tlsext_servername_callback(
        handle, +[](SSL* ssl, int*, void* into) {
          const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
          *static_cast<std::string*>(into) = name ? name : "";
          return SSL_TLSEXT_ERR_OK;
        });
    shake_hands(not_asking(), row.host);
    ASSERT_TRUE(connected_) << row.name;
    EXPECT_EQ(seen, row.want) << row.name;
  }
}

TEST_F(StreamTlsTest, StartsWithinAPlainSession) {
  run(write_only(*near_, "STARTTLS\r\n"), expect_bytes(*far_, "STARTTLS\r\n"));
  run(write_only(*far_, "220 Go\r\n"), expect_bytes(*near_, "220 Go\r\n"));
  EXPECT_FALSE(near_->is_tls());
  EXPECT_EQ(near_->tls_description(), "");
  EXPECT_EQ(near_->why(), "");
  encrypt();
  run(write_only(*near_, "EHLO a.example\r\n"), expect_bytes(*far_, "EHLO a.example\r\n"));
}

TEST_F(StreamTlsTest, BytesThatAreNoHandshakeAreAFault) {
  auto [server, peer] = stream_and_peer();
  peer.send("EHLO a.example\r\n");
  run(accept(*server, server_, accepted_));
  EXPECT_EQ(accepted_, std::unexpected(Failure::Tls));
  EXPECT_FALSE(server->is_tls());
  EXPECT_FALSE(server->why().empty());
}

TEST_F(StreamTlsTest, NothingGoesInTheClearAfterAFault) {
  auto [server, peer] = stream_and_peer();
  peer.send("EHLO a.example\r\n");
  auto fail = [](Stream& stream, TlsContext context) -> Task<void> {
    EXPECT_FALSE(co_await stream.accept_tls(std::move(context)));
    EXPECT_EQ(co_await stream.write("250 secret\r\n"), std::unexpected(Failure::Tls));
    EXPECT_EQ(co_await how_it_ends(stream), Failure::Tls);
    co_await stream.shut_down();
  };
  run(fail(*server, server_));
  server.reset();
  EXPECT_FALSE(peer.receive().contains("secret"));
}

TEST_F(StreamTlsTest, AHandshakeMeetsItsDeadline) {
  auto [server, peer] = stream_and_peer();
  server->expires_after(1ms);
  run(accept(*server, server_, accepted_));
  EXPECT_EQ(accepted_, std::unexpected(Failure::TimedOut));
}

TEST_F(StreamTlsTest, AHandshakeIsCutShort) {
  auto [server, peer] = stream_and_peer();
  peer.send("\x16\x03\x01");
  peer.close();
  run(accept(*server, server_, accepted_));
  EXPECT_EQ(accepted_, std::unexpected(Failure::Reset));
}

TEST_F(StreamTlsTest, AReadMeetsItsDeadlineAndTheStreamGoesOn) {
  encrypt();
  far_->expires_after(1ms);
  run(expect_end(*far_, Failure::TimedOut));
  far_->expires_after(1h);
  run(send(*far_, "421 too slow\r\n", ""), expect_bytes(*near_, "421 too slow\r\n"));
}

TEST_F(StreamTlsTest, AWriteMeetsItsDeadline) {
  encrypt();
  near_->expires_after(1ms);
  auto write = [](Stream& stream) -> Task<void> {
    const auto text = long_text(20 << 20);
    EXPECT_EQ(co_await stream.write(text), std::unexpected(Failure::TimedOut));
  };
  run(write(*near_));
}

TEST_F(StreamTlsTest, AnInterruptedWaitLosesNothing) {
  encrypt();
  auto interrupt = [](Stream& stream) -> Task<void> {
    stream.interrupt();
    co_return;
  };
  run(expect_end(*far_, Failure::Interrupted), interrupt(*far_));
  run(write_only(*near_, "NOOP\r\n"), expect_bytes(*far_, "NOOP\r\n"));
}

TEST_F(StreamTlsTest, TellsAnEndFromACut) {
  encrypt();
  run(near_->shut_down(), expect_end(*far_, Failure::Closed));
  std::tie(near_, far_) = streams();
  encrypt();
  near_->close();  // without close_notify
  run(expect_end(*far_, Failure::Reset));
}

TEST_F(StreamTlsTest, ACloseEndsTheWaitInProgress) {
  encrypt();
  auto close = [](Stream& stream) -> Task<void> {
    stream.close();
    co_return;
  };
  run(expect_end(*far_, Failure::Reset), close(*far_));
  run(expect_end(*far_, Failure::Reset), far_->shut_down());
  EXPECT_FALSE(far_->is_quiet());
  EXPECT_TRUE(far_->is_peer_gone());
}

// The tickets of TLS 1.3 come after the handshake, and are no bytes for the reader.
TEST_F(StreamTlsTest, IsQuietAfterTheHandshake) {
  encrypt();
  EXPECT_TRUE(near_->is_quiet());
  EXPECT_TRUE(near_->is_quiet());
  EXPECT_TRUE(far_->is_quiet());
  run(write_only(*near_, "NOOP\r\n"), expect_bytes(*far_, "NOOP\r\n"));
  EXPECT_TRUE(far_->is_quiet());
}

TEST_F(StreamTlsTest, IsNotQuietWithBytesThatNobodyRead) {
  encrypt();
  run(write_only(*far_, "421 idle for too long\r\n"));
  EXPECT_FALSE(near_->is_quiet()) << "they stand in the socket";
  EXPECT_FALSE(near_->is_quiet()) << "they stand in OpenSSL";
  run(expect_bytes(*near_, "421"));
  EXPECT_FALSE(near_->is_quiet()) << "a rest stands in OpenSSL";
  run(expect_bytes(*near_, " idle for too long\r\n"));
  EXPECT_TRUE(near_->is_quiet());
}

TEST_F(StreamTlsTest, IsNotQuietAfterThePeersEnd) {
  encrypt();
  EXPECT_FALSE(near_->is_peer_gone());
  run(far_->shut_down());
  EXPECT_FALSE(near_->is_quiet());
  EXPECT_TRUE(near_->is_peer_gone());
}

}  // namespace
}  // namespace backstop::net
