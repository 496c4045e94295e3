// Who writes decides how much of a report a text bounce must hold. Each sender meets each text; the fixtures
// have the mails of real products.
#include "response/text_bounce.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "response/reader.h"

namespace backstop::response {
namespace {

constexpr std::string_view kNothing = "Nine messages could not be delivered. Sign in: http://x.test/\n";
constexpr std::string_view kNames = "Your message to carl@example.com could not be delivered.\n";
constexpr std::string_view kProduct =
    "This is the mail system at host mx.example.net.\n\n<carl@example.com>: 550 no such user\n";
constexpr std::string_view kGreeted =
    "Hello Anna,\n\nThis is the mail system at host mx.example.net.\n<carl@example.com>: 550 no such user\n";
constexpr std::string_view kReturned =
    "Your mail could not be delivered. The headers of your original message follow\n\nFrom: "
    "anna@example.org\nTo: carl@example.com\nSubject: offer\nMessage-ID: <offer@example.org>\nDate: Thu, 14 "
    "May 2026 09:12:11 +0200\n";

struct Row {
  const char* name;
  std::optional<std::string_view> reverse_path;
  std::string_view from;
  std::string_view more = {};  // of the header
  // Is it a bounce with each of the texts?
  bool want_nothing = false;
  bool want_names = false;
  bool want_product = false;
  bool want_greeted = false;
  bool want_returned = false;
};

constexpr std::string_view kDaemon = "MAILER-DAEMON@mx.example.net";
constexpr std::string_view kName = "Mail Delivery System <relay@example.net>";
constexpr std::string_view kPostmaster = "Postmaster <postmaster@example.net>";
constexpr std::string_view kPerson = "Jo Doe <jo@example.net>";
constexpr std::string_view kOrdinary = "jo@example.net";

const Row kRows[] = {
    {"a daemon, null", "", kDaemon, "", true, true, true, true, true},
    {"a daemon, path unknown", std::nullopt, kDaemon, "", false, true, true, true, true},
    {"a daemon, its own path", kOrdinary, kDaemon, "", false, true, true, true, true},
    {"a daemon by name, null", "", kName, "", false, true, true, true, true},
    {"a daemon by name, path unknown", std::nullopt, kName, "", false, true, true, true, true},
    {"a daemon by name, its own path", kOrdinary, kName, "", false, false, true, true, true},
    {"a postmaster, null", "", kPostmaster, "", false, true, true, true, true},
    {"a postmaster, path unknown", std::nullopt, kPostmaster, "", false, false, true, false, true},
    {"a postmaster, his own path", "postmaster@example.net", kPostmaster, "", false, false, true, false,
     true},
    {"a person, null", "", kPerson, "", false, false, true, false, true},
    {"a person with a mail program, null", "", kPerson, "User-Agent: Mutt/2.2\n", false, false, false, false,
     false},
    {"a postmaster with a mail program", kOrdinary, kPostmaster, "X-Mailer: Apple Mail (2.3)\n", false, false,
     false, false, false},
    {"a postmaster in a conversation", kOrdinary, kPostmaster, "In-Reply-To: <1@example.org>\n", false, false,
     false, false, false},
    {"a daemon through a list", kOrdinary, kDaemon, "List-Id: <l.example.net>\n", false, true, true, true,
     true},
    {"a daemon by name through a list", kOrdinary, kName, "List-Id: <l.example.net>\n", false, false, true,
     true, true},
    {"a postmaster on a list", kOrdinary, kPostmaster, "List-Id: <l.example.net>\n", false, false, true,
     false, true},
};

class TextBounce : public testing::TestWithParam<Row> {};

TEST_P(TextBounce, NeedsAReportAfterItsSender) {
  const Row& row = GetParam();
  Reader reader;
  const auto is_bounce = [&](std::string_view text) {
    std::string mail = "From: ";
    mail.append(row.from).append("\nTo: anna@example.org\nSubject: Undeliverable mail\n").append(row.more);
    mail.append("\n").append(text);
    Envelope envelope;
    if (row.reverse_path) envelope.reverse_path = *row.reverse_path;
    return reader.read(mail, envelope).kind == Kind::DsnFailed;
  };
  EXPECT_EQ(is_bounce(kNothing), row.want_nothing);
  EXPECT_EQ(is_bounce(kNames), row.want_names);
  EXPECT_EQ(is_bounce(kProduct), row.want_product);
  EXPECT_EQ(is_bounce(kGreeted), row.want_greeted);
  EXPECT_EQ(is_bounce(kReturned), row.want_returned);
}

INSTANTIATE_TEST_SUITE_P(Senders, TextBounce, testing::ValuesIn(kRows), [](const auto& info) {
  std::string name;
  for (const char c : std::string_view(info.param.name)) {
    if (c == ' ') name += '_';
    if (c != ' ' && c != ',') name += c;
  }
  return name;
});

}  // namespace
}  // namespace backstop::response
