// How much of a report a text bounce must have depends on who sent it. The first table has each sender with
// each text; in the others, each row has one fact more or less. The fixtures have the mails of real products.
#include "response/text_bounce.h"

#include <gtest/gtest.h>

#include <optional>
#include <span>
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
  // Whether the mail is a bounce with each of the texts.
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

TEST_P(TextBounce, NeedsAReportThatFitsItsSender) {
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

struct FactRow {
  std::string name;
  std::optional<std::string_view> reverse_path;
  std::string header;
  std::string text;
  bool want_bounce;
};

class Facts {
 public:
  void check(std::span<const FactRow> rows) {
    for (const FactRow& row : rows) {
      Envelope envelope;
      if (row.reverse_path) envelope.reverse_path = *row.reverse_path;
      // The first From and the first Subject count.
      const std::string mail =
          row.header + "From: Jo Doe <jo@example.net>\nTo: anna@example.org\nSubject: Plans\n\n" + row.text;
      EXPECT_EQ(is_dsn(reader_.read(mail, envelope).kind), row.want_bounce) << row.name;
    }
  }

 private:
  Reader reader_;
};

const std::string kBlock =
    "\nFrom: anna@example.org\nTo: carl@example.com\nSubject: offer\nDate: Thu, 14 May 2026 09:12:11 +0200\n";
const std::string kFailedBlock = "It could not be delivered.\n" + kBlock;
const std::string kSystem = "This is the mail system at host mx.example.net.\n";
const std::string kFailure = "Subject: Undeliverable mail\n";

// Four points are enough, three are not. Only with the right number for each fact do all rows hold.
TEST(TextBounceFacts, NeedsFourPoints) {
  const std::string daemon = "From: Mail Delivery System <relay@example.net>\n";
  const std::string postmaster = "From: Postmaster <a@example.net>\n";
  const FactRow rows[] = {
      {"null sender 2, words 1", "", "", kFailedBlock, false},
      {"and a report 1", "", "Content-Type: text/plain; report-type=x\n", kFailedBlock, true},
      {"and a postmaster 1", "", postmaster, kFailedBlock, true},
      {"and a failure in the subject 2", "", kFailure, kFailedBlock, true},
      {"and a delay in the subject 2", "", "Subject: Delivery delayed\n", kFailedBlock, true},
      {"null sender 2, product 2", "", "", kSystem, true},
      {"daemon 2, subject 2", std::nullopt, daemon + kFailure, "carl@example.com\n", true},
      {"daemon 2, words 1", std::nullopt, daemon, "carl@example.com: over quota\n", false},
      {"daemon 2, its address 1, words 1", std::nullopt, "From: MAILER-DAEMON@example.net\n",
       "carl@example.com: over quota\n", true},
      {"postmaster 1, subject 2, words 1", std::nullopt, postmaster + kFailure, kFailedBlock, true},
      {"postmaster 1, words 1", std::nullopt, postmaster, kFailedBlock, false},
      {"postmaster 1, product 2, words 1", std::nullopt, postmaster,
       kSystem + "It could not be delivered.\n" + kBlock, true},
      {"auto-replied 0, product 2, words 1", "jo@example.net", "Auto-Submitted: auto-replied\n",
       kSystem + "carl@example.com: over quota\n", false},
  };
  Facts().check(rows);
}

// Without words of a failure, points are not enough.
TEST(TextBounceFacts, SaysThatSomethingFailed) {
  const std::string daemon = "From: MAILER-DAEMON@example.net\n";
  const FactRow rows[] = {
      {"nothing", "", daemon, "About carl@example.com.\n", false},
      {"a delay in the subject alone", "", daemon + "Subject: Delivery delayed\n",
       "About carl@example.com.\n", false},
      {"a failure in the subject", "", daemon + kFailure, "About carl@example.com.\n", true},
      {"a failure in the text", "", daemon, "carl@example.com: over quota\n", true},
      {"a delay in the text", "", daemon, "carl@example.com: still trying\n", true},
      {"a product", "", daemon, kSystem, true},
  };
  Facts().check(rows);
}

TEST(TextBounceFacts, NeedsAFailureBesideFailedRecipients) {
  const std::string failed = "X-Failed-Recipients: carl@example.com\n";
  const FactRow rows[] = {
      {"alone", "jo@example.net", failed, "See you.\n", false},
      {"a failure in the text", "jo@example.net", failed, "It could not be delivered.\n", true},
      {"a delay in the text", "jo@example.net", failed, "It is still trying.\n", true},
      {"a failure in the subject", "jo@example.net", failed + kFailure, "See you.\n", true},
      {"a delay in the subject", "jo@example.net", failed + "Subject: Delivery delayed\n", "See you.\n",
       false},
      {"words without the field", "jo@example.net", "", "It could not be delivered.\n", false},
  };
  Facts().check(rows);
}

// A person who quotes a report says something before it.
TEST(TextBounceFacts, OpensWithTheProductsWords) {
  const auto path = "jo@example.net";
  const std::string postmaster = "From: Postmaster <a@example.net>\n" + kFailure;
  const std::string relay = "From: Relay <relay@example.net>\n" + kFailure;
  const auto after = [](std::size_t bytes, std::string_view more = "") {
    std::string text = bytes == 0 ? "" : std::string(bytes - 1, 'x') + "\n";
    return text.append(kSystem).append("carl@example.com: over quota\n").append(more);
  };
  const FactRow rows[] = {
      {"a postmaster, first", path, postmaster, after(0), true},
      {"a postmaster, 100 bytes before it", path, postmaster, after(100), true},
      {"a postmaster, 101 bytes before it", path, postmaster, after(101), false},
      {"a postmaster, 101 bytes before it, and the mail", path, postmaster, after(101, kBlock), true},
      {"no mark, first", path, relay, after(0), true},
      {"no mark, 100 bytes before it", path, relay, after(100), true},
      {"no mark, 101 bytes before it", path, relay, after(101), false},
      {"no mark, a greeting", path, relay, "Hello Ann,\n\n" + after(0), false},
  };
  Facts().check(rows);
}

const std::string kRelay = "From: Relay <relay@example.net>\n";
const std::string kRelays = kRelay + kFailure;

// The header has no mark. The text is a few lines that open with a failure and have an address alone.
TEST(TextBounceFacts, KnowsATerseNotice) {
  const std::string terse = "It could not be delivered to:\n\ncarl@example.com\n";
  const auto sized = [&](std::size_t size) { return terse + std::string(size - terse.size(), 'x') + "\n"; };
  const auto opened = [&](std::size_t offset) {
    return std::string(offset - 1, 'x') + "\nover quota:\n\ncarl@example.com\n";
  };
  const auto path = "jo@example.net";
  const FactRow rows[] = {
      {"terse", path, kRelays, terse, true},
      {"another subject", path, kRelay, terse, false},
      {"a failure at the end of the subject", path, kRelay + "Subject: Plans: undeliverable\n", terse, true},
      {"800 bytes", path, kRelays, sized(800), true},
      {"801 bytes", path, kRelays, sized(801), false},
      {"200 bytes before the failure", path, kRelays, opened(200), true},
      {"201 bytes before the failure", path, kRelays, opened(201), false},
      {"no failure", path, kRelays, "About:\n\ncarl@example.com\n", false},
      {"no address", path, kRelays, "It could not be delivered.\n", false},
      {"an address within a line", path, kRelays, "It could not be delivered to carl@example.com.\n", false},
      {"a header block", path, kRelays, terse + kBlock, false},
      {"a greeting", path, kRelays, "Hello Anna,\n" + terse, false},
      {"a monitor's", path, kRelays + "Auto-Submitted: auto-generated\n", terse, false},
      {"in a conversation", path, kRelays + "References: <1@example.org>\n", terse, false},
      {"as a reply", path, kRelay + "Subject: Re: Undeliverable mail\n", terse, true},
      {"from a person's address", path, kFailure, terse, false},
      {"from a person's address, in words", path, kFailure,
       "This did not go to Bob:\n\nbob@example.com\n\nIt could not be delivered. I will phone him.\n", false},
      {"signed", path, "From: Jo Doe <x7@example.net>\n" + kFailure, terse + "Jo\n", false},
      {"to its reader by name", path, kRelays, "Anna,\n" + terse, false},
      {"signed, in German", path, "From: Karl <x7@example.net>\nSubject: Unzustellbar: Protokoll\n",
       "konnte nicht zugestellt werden an\n\nbob@example.com\n\nKarl\n", false},
      {"through a list", path, kRelays + "List-Id: <l.example.org>\n", terse, false},
      {"from a mail program", path, kRelays + "X-Mailer: Thunderbird\n", terse, false},
  };
  Facts().check(rows);
}

TEST(TextBounceFacts, KnowsAProductByItsSubject) {
  const auto path = "jo@example.net";
  const FactRow rows[] = {
      {"product and subject", path, kRelays, kSystem, true},
      {"from a person's address", path, kFailure, kSystem, false},
      {"signed", path, "From: Jo Doe <x7@example.net>\n" + kFailure, kSystem + "Jo\n", false},
      {"no product", path, kRelays, "It could not be delivered.\n", false},
      {"the subject begins otherwise", path, kRelay + "Subject: Plans: undeliverable\n", kSystem, false},
      {"another subject", path, kRelay, kSystem, false},
      {"as a reply", path, kRelay + "Subject: Re: Undeliverable mail\n", kSystem, false},
      {"in a conversation", path, kRelays + "References: <1@example.org>\n", kSystem, false},
      {"through a list", path, kRelays + "List-Id: <l.example.org>\n", kSystem, false},
      {"from a mail program", path, kRelays + "X-Mailer: Thunderbird\n", kSystem, false},
  };
  Facts().check(rows);
}

// A daemon's name with an unknown envelope needs a stranger's address.
TEST(TextBounceFacts, NeedsAStrangersAddress) {
  const std::string daemon = "From: Mail Delivery System <relay@example.net>\n" + kFailure;
  const auto lines = [](int before) {
    std::string text;
    for (int i = 0; i < before; ++i) text += "x\n";
    return text + "carl@example.com\n";
  };
  // To is searched for 4096 bytes.
  const auto readers = [&](std::size_t begin) {
    return daemon + "To: " + std::string(begin - 2, 'x') + ", carl@example.com\n";
  };
  const std::string address = "carl@example.com";
  const FactRow rows[] = {
      {"a stranger", std::nullopt, daemon, "carl@example.com\n", true},
      {"nobody", std::nullopt, daemon, "It failed.\n", false},
      {"its reader", std::nullopt, daemon, "anna@example.org\n", false},
      {"itself", std::nullopt, daemon, "relay@example.net\n", false},
      {"an address for questions", std::nullopt, daemon, "postmaster@example.com\n", false},
      {"in line 200", std::nullopt, daemon, lines(199), true},
      {"in line 201", std::nullopt, daemon, lines(200), false},
      {"below a signature", std::nullopt, daemon, "It failed.\n--\ncarl@example.com\n", false},
      {"below what is no signature", std::nullopt, daemon, "It failed.\n---\ncarl@example.com\n", true},
      {"below a rule of 8", std::nullopt, daemon, "It failed.\n________\ncarl@example.com\n", false},
      {"below a rule of 7", std::nullopt, daemon, "It failed.\n_______\ncarl@example.com\n", true},
      {"below a rule of other marks", std::nullopt, daemon, "It failed.\n_______=\ncarl@example.com\n", true},
      {"a reader at the end of what is looked at", std::nullopt, readers(4096 - address.size()),
       "carl@example.com\n", false},
      {"a reader behind it", std::nullopt, readers(4097 - address.size()), "carl@example.com\n", true},
      {"nobody, but the mail", std::nullopt, daemon, "It failed.\n" + kBlock, true},
  };
  Facts().check(rows);
}

// A daemon's address with an ordinary envelope needs a stranger's address beside the failure.
TEST(TextBounceFacts, NeedsTheFailedAddress) {
  const std::string header = "From: MAILER-DAEMON@example.net\n" + kFailure;
  const auto path = "jo@example.net";
  const FactRow rows[] = {
      {"in its line", path, header, "carl@example.com: over quota\n", true},
      {"in the next", path, header, "Over quota:\ncarl@example.com\n", true},
      {"past an empty line", path, header, "Over quota:\n\ncarl@example.com\n", true},
      {"in the one after the next", path, header, "Over quota:\nx\ncarl@example.com\n", false},
      {"in the one before", path, header, "carl@example.com\nover quota\n", false},
      {"beside a delay", path, header, "carl@example.com: still trying\n", true},
      {"its reader", path, header, "anna@example.org: over quota\n", false},
      {"under a name that is no address", path, "From: Mail Delivery System <relay@example.net>\n" + kFailure,
       "carl@example.com: over quota\n", false},
      {"a product", path, header, kSystem, true},
      {"the mail that came back", path, header, kFailedBlock, true},
      {"a mail that is announced", path, header, "It could not be delivered. Original message follows.\n",
       true},
      {"a copy that is announced", path, header,
       "It could not be delivered. This is a copy of the message.\n", true},
      {"what a mail program sets above a quote", path, header,
       "It could not be delivered.\n----- Original Message -----\n", false},
  };
  Facts().check(rows);
}

TEST(TextBounceFacts, ReturnsAMailInAPart) {
  const std::string header = "From: MAILER-DAEMON@example.net\n" + kFailure;
  const auto path = "jo@example.net";
  const auto with = [&](std::string_view name, std::string_view part, bool want) {
    std::string text = "--b\n\nIt could not be delivered.\n\n--b\nContent-Type: ";
    text.append(part).append("\n\n--b--\n");
    return FactRow{std::string(name), path, header + "Content-Type: multipart/mixed; boundary=b\n", text,
                   want};
  };
  const FactRow rows[] = {
      with("message/rfc822", "message/rfc822\n\nSubject: x\n\nx", true),
      with("message/global", "message/global\n\nSubject: x\n\nx", true),
      with("text/rfc822-headers", "text/rfc822-headers\n\nSubject: x\n", true),
      with("message/global-headers", "message/global-headers\n\nSubject: x\n", true),
      with("another", "application/pdf\n\nx", false),
      with("a report that somebody passes on",
           "message/rfc822\n\nContent-Type: multipart/report; boundary=c\n\n--c\n\nx\n--c--\n", false),
      with("a report beside it",
           "message/rfc822\n\nSubject: x\n\nx\n--b\nContent-Type: multipart/report; "
           "boundary=c\n\n--c\n\nx\n--c--\n",
           true),
  };
  Facts().check(rows);
}

// Words of 25 bytes are a product's own; people write shorter ones.
TEST(TextBounceFacts, NeedsLongWordsOfAProduct) {
  const FactRow rows[] = {
      {"25 bytes", "", kFailure, "The phone number is incorrect.\n", true},
      {"24 bytes", "", kFailure, "It couldn't be delivered to anybody.\n", false},
      {"after a greeting", "", kFailure, "Hello Anna,\nthe phone number is incorrect.\n", false},
  };
  Facts().check(rows);
}

TEST(TextBounceFacts, OpensWithItsNews) {
  const std::string postmaster = "From: Postmaster <a@example.net>\n" + kFailure;
  const auto path = "postmaster@example.net";
  const auto at = [](std::size_t offset, std::string_view words) {
    return std::string(offset - 1, 'x') + " " + std::string(words) + "\n" + kBlock;
  };
  const std::string list = "List-Id: <l.example.org>\n";
  const FactRow rows[] = {
      {"a failure at 300", path, postmaster, at(300, "over quota"), true},
      {"a failure at 301", path, postmaster, at(301, "over quota"), false},
      {"a delay at 300", path, postmaster, at(300, "still trying"), true},
      {"a delay at 301", path, postmaster, at(301, "still trying"), false},
      {"a product at 300", path, postmaster, at(300, kSystem), true},
      {"a product at 301", path, postmaster, at(301, kSystem), false},
      {"a product's words with an address", path, postmaster, kSystem + "carl@example.com\n", true},
      {"a product's words without one", path, postmaster, kSystem, false},
      {"on a list, a product at 40", path, postmaster + list, std::string(39, 'x') + " " + kSystem, true},
      {"on a list, a product at 41", path, postmaster + list, std::string(40, 'x') + " " + kSystem, false},
      {"on a list, a mail back and a failure at 300", path, postmaster + list, at(300, "over quota"), true},
      {"on a list, a mail back and a failure at 301", path, postmaster + list, at(301, "over quota"), false},
  };
  Facts().check(rows);
}

TEST(TextBounceFacts, IsNoLogAndNoWarningOfTheReadersOwn) {
  const std::string postmaster = "From: Postmaster <a@example.net>\n";
  const std::string system = "From: Mail Delivery System <a@example.net>\n";
  const std::string named = "The mail could not be delivered.\n\ncarl@example.com\n";
  const std::string late = std::string(200, 'x') + "\n";
  const FactRow rows[] = {
      {"the failure first, and an address", "", postmaster, named, true},
      {"the address elsewhere", "", postmaster,
       "It could not be delivered.\nSee below.\n\ncarl@example.com\n", false},
      {"the address in a sentence", "", postmaster,
       "It could not be delivered.\nAsk carl@example.com again.\n", false},
      {"the address in a sentence, with a code", "", postmaster,
       "It could not be delivered: 550 5.1.1.\nAsk carl@example.com again.\n", true},
      {"the failure late", "", postmaster, late + named, false},
      {"the failure late, with its subject", "", postmaster + kFailure, late + named, true},
      {"a log", "", system + "Subject: Statistics of Monday\n", named, false},
      {"a log of MAILER-DAEMON", "", "From: MAILER-DAEMON@mx.example.net\nSubject: Statistics of Monday\n",
       named, true},
      {"a log that came back", "", system + "Subject: Undeliverable: statistics\n", named, true},
      {"the reader's mailbox", "", system, "Your mailbox is full.\n" + named, false},
      {"the reader's mailbox in the subject", "", system + "Subject: Your mailbox\n", named, false},
      {"a subject about it that came back", "", system + "Subject: Undeliverable: your mailbox\n", named,
       true},
      {"the reader's mailbox at the end", "", system, named + late + "Your mailbox has the copy.\n", true},
  };
  Facts().check(rows);
}

// A list forwards what people write, and may replace their sender by the null one.
// Posts and couriers write from postmaster@ and the null sender, too.
TEST(TextBounceFacts, IsNotAboutAParcel) {
  const std::string post = "From: Post <postmaster@example.net>\n";
  const FactRow rows[] = {
      {"a mail", "", post + kFailure, "It was refused: carl@example.com\n", true},
      {"an item", "", post + "Subject: Undeliverable item\n",
       "Your item could not be delivered. carl@example.com will contact you.\n", false},
      {"a parcel, in Polish", "", post + "Subject: Paczka niedostarczona\n",
       "Nie dostarczono: carl@example.com\n", false},
      {"a parcel, in German", "", post + "Subject: Zustellung fehlgeschlagen\n",
       "Ihr Paket konnte nicht zugestellt werden: carl@example.com\n", false},
      {"a parcel, in Japanese", "", post + "Subject: 送信できません\n",
       "お荷物を配達できません。 carl@example.com\n", false},
      {"a mail about a parcel", "", post + "Subject: Undeliverable: your parcel\n",
       "It was refused: carl@example.com\n", true},
      {"signed by a person", "", "From: Eva <x7@example.net>\nSubject: Message\n",
       "Your message could not be delivered to carl@example.com, I hear.\nEva\n", false},
  };
  Facts().check(rows);
}

TEST(TextBounceFacts, NeedsMoreOnAList) {
  const std::string list = "List-Id: <l.example.org>\n" + kFailure;
  const std::string named = "carl@example.com: over quota\n";
  const std::string late_product = std::string(400, 'x') + "\n" + kSystem;
  const FactRow rows[] = {
      {"null sender", "", list, named, false},
      {"null sender and a product", "", list, late_product, true},
      {"auto-replied", "jo@example.net", list + "Auto-Submitted: auto-replied\n", named, false},
      {"a postmaster", std::nullopt, "From: Postmaster <a@example.net>\n" + list, named, false},
      {"a postmaster and a product", std::nullopt, "From: Postmaster <a@example.net>\n" + list, late_product,
       false},
      {"a postmaster with a mark", std::nullopt,
       "From: Postmaster <a@example.net>\nX-Auto-Generated: yes\n" + list, named, true},
      {"a postmaster with a mark and a product", std::nullopt,
       "From: Postmaster <a@example.net>\nX-Auto-Generated: yes\n" + list, late_product, true},
      {"a postmaster with a mark, and nobody named", std::nullopt,
       "From: Postmaster <a@example.net>\nX-Auto-Generated: yes\n" + list, "It is over quota.\n", false},
      {"a postmaster and bulk", std::nullopt, "From: Postmaster <a@example.net>\nPrecedence: bulk\n" + list,
       named, false},
      {"a daemon's address", std::nullopt, "From: MAILER-DAEMON@example.net\n" + list, named, true},
      {"a daemon's name", std::nullopt, "From: Mail Router <a@example.net>\n" + list, named, false},
      {"a daemon's name and a product", std::nullopt, "From: Mail Router <a@example.net>\n" + list,
       late_product, true},
      {"a daemon's name and the mail", std::nullopt, "From: Mail Router <a@example.net>\n" + list,
       kFailedBlock, true},
  };
  Facts().check(rows);
}

TEST(TextBounceFacts, NeedsANamedMailInAnAutomaticAnswer) {
  const std::string header = "From: Postmaster <a@example.net>\nAuto-Submitted: auto-replied\n" + kFailure;
  const std::string late = std::string(400, 'x') + "\n";
  const FactRow rows[] = {
      {"an address", std::nullopt, header, late + "carl@example.com: over quota\n", true},
      {"a product", std::nullopt, header, late + kSystem, true},
      {"neither", std::nullopt, header, late + "over quota\n", false},
  };
  Facts().check(rows);
}

TEST(TextBounceFacts, IsNotAPersonsMail) {
  const std::string daemon = "From: MAILER-DAEMON@example.net\n" + kFailure;
  const std::string postmaster = "From: Postmaster <a@example.net>\n";
  const std::string text = kSystem + "carl@example.com: over quota\n";
  const std::string program = "X-Mailer: Thunderbird\n";
  const FactRow rows[] = {
      {"a daemon with a mail program", std::nullopt, daemon + program, "carl@example.com: over quota\n",
       false},
      {"the same of a product", std::nullopt, daemon + program, text, true},
      {"the same from an ordinary sender", "jo@example.net", daemon + program, text, false},
      {"the same from a null sender, of no product", "", daemon + program, "carl@example.com: over quota\n",
       true},
      {"the same with a greeting", "", daemon + program, "Hi,\n\nto carl@example.com: over quota\n", false},
      {"the same from the daemon's address", "mailer-daemon@example.net", daemon + program,
       "Hello Ann,\n\nto carl@example.com: over quota\n", false},
      {"a daemon that greets, without a mail program", "", daemon, "Hi,\n\nto carl@example.com: over quota\n",
       true},
      {"a daemon by name with a mail program", std::nullopt,
       "From: Mail Router <a@example.net>\n" + kFailure + program, text, false},
      {"a daemon by name in a conversation", std::nullopt,
       "From: Mail Router <a@example.net>\nReferences: <1@example.org>\n" + kFailure, text, true},
      {"a postmaster's null sender with a mail program", "", postmaster + kFailure + program, text, true},
      {"a postmaster's null sender in a conversation", "",
       postmaster + kFailure + "References: <1@example.org>\n", text, true},
      {"a postmaster's reply", std::nullopt, postmaster + "Subject: Re: Undeliverable mail\n", text, false},
      {"a person's null sender, as a reply", "", "Subject: Re: Undeliverable mail\n", text, false},
      {"a person's null sender, in a conversation", "", kFailure + "References: <1@example.org>\n", text,
       true},
      {"a postmaster in a conversation", std::nullopt,
       postmaster + kFailure + "References: <1@example.org>\n", text, false},
      {"the same, auto-replied", std::nullopt,
       postmaster + kFailure + "References: <1@example.org>\nAuto-Submitted: auto-replied\n", text, true},
      {"a postmaster with a mail program", std::nullopt, postmaster + kFailure + program, text, false},
      {"the same, auto-replied with a mail program", std::nullopt,
       postmaster + kFailure + program + "Auto-Submitted: auto-replied\n", text, true},
  };
  Facts().check(rows);
}

TEST(TextBounceFacts, AsksForAMailBesideGeneralWords) {
  constexpr std::string_view kGeneral = "It could not be delivered to the following recipients:\n\n";
  const struct {
    const char* name;
    std::string_view from;
    std::string_view subject;
    std::string_view recipients;
    bool want;
  } rows[] = {
      {"a short message", kPerson, "Your message", "+49 170 1234567 (Bob)\n", false},
      {"a document", kPerson, "Contract", "carl@example.com\n", false},
      {"a code", kPerson, "Contract", "carl@example.com 550 5.1.1 no such user\n", true},
      {"a subject", kPerson, "Undelivered Mail Returned to Sender", "carl@example.com\n", true},
      {"a subject without an address", kPerson, "Delivery failed", "Carl\n", false},
      {"a mail's subject without an address", kPerson, "Undelivered Mail", "Carl\n", true},
      {"a postmaster", kPostmaster, "Your message", "Bob\n", false},
      {"a postmaster and a code", kPostmaster, "Your message", "carl@example.com 550 5.1.1\n", true},
      {"a daemon", kDaemon, "Your message", "Carl\n", true},
  };
  Reader reader;
  for (const auto& row : rows) {
    std::string mail("From: ");
    mail.append(row.from).append("\nTo: anna@example.org\nSubject: ").append(row.subject).append("\n\n");
    mail.append(kGeneral).append(row.recipients);
    EXPECT_EQ(is_dsn(reader.read(mail, {.reverse_path = "", .recipient = ""}).kind), row.want) << row.name;
  }
}

TEST(TextBounceFacts, KnowsAForward) {
  constexpr std::string_view kText = "Ihre Nachricht konnte nicht zugestellt werden:\n\ncarl@example.com\n";
  const struct {
    const char* name;
    std::string_view subject;
    std::string_view before;
    bool want;
  } rows[] = {
      {"a notice", "Unzustellbar: Angebot", "", true},
      {"a prefix", "WG: Unzustellbar: Angebot", "", false},
      {"an unusual prefix", "ПЕРЕСЛ: Unzustellbar: Angebot", "", false},
      {"the subject that is answered", "Re: Angebot: Zustellung fehlgeschlagen", "", true},
      {"a quoted header", "Unzustellbar: Angebot", "Von: Outlook\nBetreff: Unzustellbar\n\n", false},
      {"a French one", "Unzustellbar: Angebot", "De : Outlook\nObjet : Non remis\n\n", false},
      {"a Japanese one", "Unzustellbar: Angebot", "差出人: Outlook\n件名: 配信不能\n\n", false},
      {"a sender alone", "Unzustellbar: Angebot", "Von: Outlook\n\n", true},
  };
  Reader reader;
  for (const auto& row : rows) {
    std::string mail("From: IT-Support <support@example.net>\nTo: anna@example.org\nSubject: ");
    mail.append(row.subject).append("\nContent-Type: text/plain; charset=utf-8\n\n");
    mail.append(row.before).append(kText);
    const Envelope envelope{.reverse_path = "support@example.net", .recipient = ""};
    EXPECT_EQ(is_dsn(reader.read(mail, envelope).kind), row.want) << row.name;
  }
}

}  // namespace
}  // namespace backstop::response
