// What a request becomes, whole, byte by byte, and cut.
#include "http/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace backstop::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr std::string_view kGet =
    "GET /api/events?address=ann%2Bx@example.org&q=a+b HTTP/1.1\r\nHost: localhost:8580\r\n"
    "Cookie: a=1; backstop=xyz\r\nAccept-Encoding: br, gzip;q=0.5\r\nX-CSRF-Token: t\r\n\r\n";
constexpr std::string_view kPost =
    "POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: Application/JSON; charset=utf-8\r\n"
    "Content-Length: 5\r\nConnection: close\r\n\r\nhello";

/// Puts all of it in pieces of that size.
void put_in_pieces(RequestReader& reader, std::string_view text, std::size_t size) {
  std::string waiting;
  for (std::size_t i = 0; i < text.size(); i += size) {
    waiting += text.substr(i, size);
    waiting.erase(0, reader.put(waiting));
  }
}

class RequestTest : public testing::TestWithParam<std::size_t> {};

TEST_P(RequestTest, IsReadInAnyPieces) {
  RequestReader reader;
  put_in_pieces(reader, kGet, GetParam());
  ASSERT_EQ(reader.state(), RequestReader::State::Ready);
  const auto get = reader.take();
  EXPECT_EQ(get.method, Method::Get);
  EXPECT_EQ(get.path, "/api/events");
  EXPECT_THAT(get.query, ElementsAre(Pair("address", "ann+x@example.org"), Pair("q", "a b")));
  EXPECT_EQ(get.parameter("q"), "a b");
  EXPECT_EQ(get.parameter("no"), std::nullopt);
  EXPECT_EQ(get.host, "localhost:8580");
  EXPECT_EQ(get.cookie, "a=1; backstop=xyz");
  EXPECT_EQ(get.csrf_token, "t");
  EXPECT_TRUE(get.takes_gzip);
  EXPECT_TRUE(get.stays_open);
  EXPECT_FALSE(get.is_forwarded);
  EXPECT_FALSE(reader.has_begun());

  put_in_pieces(reader, kPost, GetParam());
  ASSERT_EQ(reader.state(), RequestReader::State::Ready);
  const auto post = reader.take();
  EXPECT_EQ(post.method, Method::Post);
  EXPECT_EQ(post.content_type, "application/json");
  EXPECT_EQ(post.body, "hello");
  EXPECT_FALSE(post.stays_open);
}

INSTANTIATE_TEST_SUITE_P(Pieces, RequestTest, testing::Values(1, 2, 7, 50, 10'000));

TEST(Request, ThatIsCutWaitsForMore) {
  for (std::size_t size = 0; size < kPost.size(); ++size) {
    RequestReader reader;
    put_in_pieces(reader, kPost.substr(0, size), 10'000);
    EXPECT_EQ(reader.state(), RequestReader::State::NeedsMore) << size;
    EXPECT_EQ(reader.has_begun(), size > 0) << size;
  }
}

TEST(Request, LeavesTheNextOneAlone) {
  RequestReader reader;
  const auto both = std::string(kPost) + std::string(kGet);
  EXPECT_EQ(reader.put(both), kPost.size());
  EXPECT_EQ(reader.take().body, "hello");
}

TEST(Request, TellsThatItWasPassedOn) {
  for (const std::string_view field :
       {"Forwarded: for=192.0.2.1", "X-Forwarded-For: 203.0.113.9, 192.0.2.1", "Via: 1.1 proxy",
        "x-real-ip: 192.0.2.1", "X-Forwarded-Proto: https"}) {
    RequestReader reader;
    reader.put("GET / HTTP/1.1\r\nHost: x\r\n" + std::string(field) + "\r\n\r\n");
    ASSERT_EQ(reader.state(), RequestReader::State::Ready) << field;
    const auto request = reader.take();
    EXPECT_TRUE(request.is_forwarded) << field;
    EXPECT_EQ(request.forwarded_for, field.starts_with("X-Forwarded-For") ? "192.0.2.1" : "") << field;
  }
}

TEST(Request, MayNameTheWholeUrl) {
  for (const std::string_view target : {"http://x/a", "https://y:8580/a", "http://x"}) {
    RequestReader reader;
    reader.put("GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_EQ(reader.state(), RequestReader::State::Ready) << target;
    EXPECT_EQ(reader.take().path, target == "http://x" ? "/" : "/a");
  }
}

TEST(Request, AsksOnceWhetherToGoOn) {
  RequestReader reader;
  reader.put("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_TRUE(reader.take_expectation());
  EXPECT_FALSE(reader.take_expectation());
  reader.put("abc");
  EXPECT_EQ(reader.take().body, "abc");
}

struct BadRow {
  std::string name;
  std::string text;
  unsigned want_status;
};

TEST(Request, ThatIsWrongIsRefused) {
  const std::string host = "Host: x\r\n";
  const std::vector<BadRow> rows = {
      {"no HTTP", "EHLO mx.example.org\r\n\r\n", 400},
      {"another method", "DELETE / HTTP/1.1\r\n" + host + "\r\n", 405},
      {"another version", "GET / HTTP/3.0\r\n" + host + "\r\n", 505},
      {"two hosts", "GET / HTTP/1.1\r\n" + host + host + "\r\n", 400},
      {"two lengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
      {"length and chunks",
       "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"a header without end", "GET / HTTP/1.1\r\n" + host + "X: " + std::string(20'000, 'x'), 431},
      {"many fields",
       "GET / HTTP/1.1\r\n" + std::string(5000, 'a') + ": b\r\n" + std::string(12'000, 'c') + ": d\r\n\r\n",
       431},
      {"a body that is too long", "POST / HTTP/1.1\r\n" + host + "Content-Length: 9999999\r\n\r\n", 413},
      {"another expectation", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nExpect: gold\r\n\r\n",
       417},
      {"a broken escape", "GET /%zz HTTP/1.1\r\n" + host + "\r\n", 400},
      {"a NUL", "GET /%00 HTTP/1.1\r\n" + host + "\r\n", 400},
      {"no UTF-8", "GET /?a=%ff HTTP/1.1\r\n" + host + "\r\n", 400},
      {"an authority", "GET x:80 HTTP/1.1\r\n" + host + "\r\n", 400},
  };
  for (const auto& row : rows) {
    RequestReader reader;
    put_in_pieces(reader, row.text, 100);
    ASSERT_EQ(reader.state(), RequestReader::State::Failed) << row.name;
    EXPECT_EQ(reader.refusal().status, row.want_status) << row.name << reader.refusal().body;
    EXPECT_THAT(reader.refusal().body, HasSubstr("found")) << row.name;
  }
}

TEST(Request, HasAsManyParametersAsItMay) {
  const auto with = [](std::size_t count) {
    std::string text = "GET /?";
    for (std::size_t i = 0; i < count; ++i) text += "a=1&";
    RequestReader reader;
    reader.put(text + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return reader.state();
  };
  EXPECT_EQ(with(RequestLimits{}.parameters), RequestReader::State::Ready);
  EXPECT_EQ(with(RequestLimits{}.parameters + 1), RequestReader::State::Failed);
}

TEST(Reply, HasALengthAndForbidsEverythingElse) {
  std::string out;
  append_reply(error_reply(400, "a \"b\"", "c"), false, true, out);
  EXPECT_THAT(out, testing::StartsWith("HTTP/1.1 400 Bad Request\r\nContent-Length: 42\r\n"));
  EXPECT_THAT(out, HasSubstr("\r\nContent-Security-Policy: default-src 'self'; "));
  EXPECT_THAT(out, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(out, testing::EndsWith("\r\n\r\n{\"error\":{\"found\":\"a \\\"b\\\"\",\"wanted\":\"c\"}}"));
  std::string head;
  append_reply(error_reply(400, "a \"b\"", "c"), true, false, head);
  EXPECT_THAT(head, HasSubstr("Content-Length: 42\r\n"));
  EXPECT_THAT(head, testing::EndsWith("Connection: close\r\n\r\n"));
}

}  // namespace
}  // namespace backstop::http
