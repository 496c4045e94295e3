// Nothing in a mail makes reading it quadratic: each input below grows tenfold, with every cap lifted, and
// the work grows about tenfold too. Work is CPU time; quadratic work would grow a hundredfold.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

#include "base/growth_fixture.h"
#include "mail/encoding.h"
#include "mail/message.h"
#include "mail/parameter.h"

namespace backstop::mail {
namespace {

constexpr std::size_t kNoCap = std::numeric_limits<std::uint32_t>::max() - 1;
constexpr Limits kNoLimits{.header_bytes = kNoCap, .fields = kNoCap, .nesting = kNoCap, .parts = kNoCap};

std::string repeated(std::string_view piece, std::size_t count) {
  std::string text;
  text.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

struct Row {
  const char* name;
  std::function<std::string(std::size_t)> mail;
  std::size_t count;  ///< of the smaller mail
  Limits limits = kNoLimits;
};

std::string multipart(std::string_view body) {
  return "Content-Type: multipart/mixed; boundary=b\n\n" + std::string(body);
}

std::string nested(std::size_t depth) {
  std::string mail;
  for (std::size_t i = 0; i < depth; ++i) {
    mail += fmt::format("Content-Type: multipart/mixed; boundary=b{0}\n\n--b{0}\n", i);
  }
  return mail;
}

const Row kRows[] = {
    {"many fields", [](std::size_t n) { return repeated("X-A: b\n", n); }, 10000},
    {"many content types", [](std::size_t n) { return repeated("Content-Type: a/b\n", n); }, 5000},
    {"one field of many lines", [](std::size_t n) { return "A: b\n" + repeated(" c\n", n); }, 20000},
    {"one huge line", [](std::size_t n) { return "A: " + std::string(n, 'b'); }, 50000},
    {"one huge name", [](std::size_t n) { return std::string(n, 'b'); }, 100000},
    {"many mbox lines", [](std::size_t n) { return repeated("From a b\n", n); }, 10000},
    {"many blank lines", [](std::size_t n) { return repeated(" \n", n) + "Text"; }, 50000},
    {"many stray lines", [](std::size_t n) { return repeated("stray line\nstray line\nX-A: b\n", n); }, 3000},
    {"many lines of dashes", [](std::size_t n) { return multipart(repeated("--\n", n)); }, 30000},
    {"many lines that are almost the boundary",
     [](std::size_t n) { return multipart(repeated("--bb\n", n)); }, 20000},
    {"delimiter with a long tail", [](std::size_t n) { return multipart("--b" + std::string(n, ' ') + "x"); },
     50000},
    {"many tiny parts", [](std::size_t n) { return multipart(repeated("--b\n", n)); }, 5000},
    {"many tiny parts with fields", [](std::size_t n) { return multipart(repeated("--b\nA: b\n\n\n", n)); },
     5000},
    {"many close delimiters",
     [](std::size_t n) {
       return multipart("--b\nContent-Type: multipart/mixed; boundary=c\n\n" + repeated("--c--\n", n));
     },
     20000},
    {"mails in mails", [](std::size_t n) { return repeated("Content-Type: message/rfc822\n\n", n); }, 2000},
    // Only the cap keeps these two from comparing each line with as many boundaries as there are lines.
    {"multiparts in multiparts", nested, 2000, {.header_bytes = kNoCap, .fields = kNoCap, .parts = kNoCap}},
    {"many lines under nested multiparts",
     [](std::size_t n) { return nested(32) + "\n" + repeated("--b\n", n); },
     10000,
     {.header_bytes = kNoCap, .fields = kNoCap, .parts = kNoCap}},
    {"many parameters",
     [](std::size_t n) { return "Content-Type: multipart/mixed" + repeated("; a=b", n) + "\n\n"; }, 5000},
    {"many sections",
     [](std::size_t n) { return "Content-Type: multipart/mixed" + repeated("; boundary*1=b", n) + "\n\n"; },
     5000},
    {"many comments",
     [](std::size_t n) { return "Content-Type: multipart/mixed;" + repeated("(", n) + "\n\n"; }, 50000},
    {"quoted parameter that never ends",
     [](std::size_t n) {
       return "Content-Type: multipart/mixed; boundary=\"" + std::string(n, 'b') + "\n\n";
     },
     100000},
    {"many quotes that are escaped",
     [](std::size_t n) {
       return "Content-Type: multipart/mixed; boundary=\"" + repeated("\\\"", n) + "\n\n";
     },
     50000},
    {"base64 of padding",
     [](std::size_t n) { return "Content-Transfer-Encoding: base64\n\n" + std::string(n, '='); }, 100000},
    {"quoted-printable of equals signs",
     [](std::size_t n) { return "Content-Transfer-Encoding: quoted-printable\n\n" + std::string(n, '='); },
     50000},
    {"quoted-printable of blanks",
     [](std::size_t n) {
       return "Content-Transfer-Encoding: quoted-printable\n\n" + repeated("a ", n) + "\n";
     },
     50000},
    {"uuencode of begins",
     [](std::size_t n) {
       return "Content-Transfer-Encoding: x-uuencode\n\n" + repeated("begin 644 a\nend\n", n);
     },
     10000},
};

void read_whole(const std::string& mail, const Limits& limits, Message& message) {
  walk(mail, message, limits);
  std::string decoded;
  for (const Part& part : message.parts) {
    parameter(part.content_type_parameters, "boundary");
    decoded.clear();
    if (part.encoding != TransferEncoding::Identity) decode(part.encoding, message.body_of(part), decoded);
  }
}

TEST(Growth, IsLinear) {
  Message message;
  for (const Row& row : kRows) {
    const std::string small = row.mail(row.count);
    const std::string large = row.mail(row.count * 10);
    ASSERT_GT(large.size(), small.size() * 9) << row.name;
    EXPECT_LT(base::growth([&] { read_whole(small, row.limits, message); },
                           [&] { read_whole(large, row.limits, message); }),
              30)
        << row.name;
  }
}

}  // namespace
}  // namespace backstop::mail
