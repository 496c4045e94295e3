#include "intake/header_scan.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace backstop::intake {
namespace {

constexpr auto kNone = std::string_view::npos;

struct EndRow {
  std::string_view name;
  std::string_view message;
  std::size_t want_end;
};

constexpr EndRow kEnds[] = {
    {"nothing yet", "", kNone},
    {"no field at all", "\r\nbody\r\n", 2},
    {"one field", "A: b\r\n\r\nbody", 8},
    {"two fields", "A: b\r\nC: d\r\n\r\n", 14},
    {"an empty line in the body", "A: b\r\n\r\nbody\r\n\r\n", 8},
    {"not ended", "A: b\r\nC: d\r\n", kNone},
    {"a line of white space is none", "A: b\r\n \r\nC: d\r\n\r\n", 17},
    {"only the start of the line end", "\r", kNone},
    {"line ends of Unix are none here", "A: b\n\nbody", kNone},
    {"a dot is no empty line", "A: b\r\n.\r\n", kNone},
};

TEST(HeaderEdit, FindsTheEndOfTheHeader) {
  for (const auto& row : kEnds) {
    EXPECT_EQ(find_header_end(row.message), row.want_end) << row.name;
  }
}

// As it is searched while it grows: from three octets before what is new, since the end may have begun there.
TEST(HeaderEdit, FindsTheEndInAnyPieces) {
  for (const auto& row : kEnds) {
    for (std::size_t cut = 0; cut <= row.message.size(); ++cut) {
      if (find_header_end(row.message.substr(0, cut)) != kNone) continue;
      EXPECT_EQ(find_header_end(row.message, cut < 3 ? 0 : cut - 3), row.want_end) << row.name << " " << cut;
    }
  }
}

struct ScanRow {
  std::string_view name;
  std::string_view header;
  std::string_view want_left;  ///< without what only we may write
  std::size_t want_received = 0;
  std::string_view want_id = {};
};

constexpr ScanRow kPlain[] = {
    {"nothing", "", ""},
    {"no field", "\r\n", "\r\n"},
    {"ordinary fields", "From: a\r\nTo: b\r\n\r\n", "From: a\r\nTo: b\r\n\r\n"},
    {"ours alone", "Backstop-Verdict: a\r\n\r\n", "\r\n"},
    {"ours first", "Backstop-Verdict: a\r\nTo: b\r\n\r\n", "To: b\r\n\r\n"},
    {"ours last", "To: b\r\nBackstop-Verdict: a\r\n\r\n", "To: b\r\n\r\n"},
    {"ours twice", "Backstop-Verdict: a\r\nTo: b\r\nBackstop-Verdict: c\r\n\r\n", "To: b\r\n\r\n"},
    {"ours folded", "Backstop-Verdict:\r\n a\r\n\tb\r\nTo: b\r\n\r\n", "To: b\r\n\r\n"},
    {"ours, folded to white space", "Backstop-Verdict: a\r\n \r\nTo: b\r\n\r\n", "To: b\r\n\r\n"},
    {"ours in any case", "bAcKsToP-vErDiCt: a\r\n\r\n", "\r\n"},
    {"ours with white space before the colon", "Backstop-Verdict \t : a\r\n\r\n", "\r\n"},
    {"ours without value", "Backstop-Verdict:\r\n\r\n", "\r\n"},
    {"ours cut short", "Backstop-Verdict: a", ""},
    {"a longer name", "Backstop-Verdicts: a\r\n\r\n", "Backstop-Verdicts: a\r\n\r\n"},
    {"a shorter name", "Backstop: a\r\n\r\n", "Backstop: a\r\n\r\n"},
    {"no colon", "Backstop-Verdict a\r\n\r\n", "Backstop-Verdict a\r\n\r\n"},
    {"within another field", "To: b\r\n Backstop-Verdict: a\r\n\r\n",
     "To: b\r\n Backstop-Verdict: a\r\n\r\n"},
    {"behind a dot", ".Backstop-Verdict: a\r\n\r\n", ".Backstop-Verdict: a\r\n\r\n"},
    {"Received", "Received: a\r\nRECEIVED: b\r\n c\r\nreceived :d\r\n\r\n",
     "Received: a\r\nRECEIVED: b\r\n c\r\nreceived :d\r\n\r\n", 3},
    {"what only looks like Received", "Received-SPF: a\r\nX-Received: b\r\nTo: c\r\n Received: d\r\n\r\n",
     "Received-SPF: a\r\nX-Received: b\r\nTo: c\r\n Received: d\r\n\r\n"},
    {"Message-ID", "Message-ID: <a@b>\r\n\r\n", "Message-ID: <a@b>\r\n\r\n", 0, "a@b"},
    {"Message-ID folded", "message-id:\r\n <a@b>\r\n\r\n", "message-id:\r\n <a@b>\r\n\r\n", 0, "a@b"},
    {"Message-ID without brackets", "Message-ID: a@b\r\n\r\n", "Message-ID: a@b\r\n\r\n"},
    {"Message-ID never closed", "Message-ID: <a@b\r\n\r\n", "Message-ID: <a@b\r\n\r\n"},
    {"Message-ID closed before it opens", "Message-ID: >a<b>\r\n\r\n", "Message-ID: >a<b>\r\n\r\n", 0, "b"},
    {"two of them", "Message-ID: <a@b>\r\nMessage-ID: <c@d>\r\n\r\n",
     "Message-ID: <a@b>\r\nMessage-ID: <c@d>\r\n\r\n", 0, "a@b"},
    {"no header at all", "Hello,\r\nhow are you?\r\n\r\n", "Hello,\r\nhow are you?\r\n\r\n"},
};

// The receiver takes a dot at the start of a line away, whatever follows it.
constexpr ScanRow kStuffed[] = {
    {"ours behind a dot", ".Backstop-Verdict: a\r\nTo: b\r\n\r\n", "To: b\r\n\r\n"},
    {"ours behind two", "..Backstop-Verdict: a\r\n\r\n", "..Backstop-Verdict: a\r\n\r\n"},
    {"ours, folded behind a dot", "Backstop-Verdict: a\r\n. b\r\n.\tc\r\nTo: b\r\n\r\n", "To: b\r\n\r\n"},
    {"within another field", "To: b\r\n. Backstop-Verdict: a\r\n\r\n",
     "To: b\r\n. Backstop-Verdict: a\r\n\r\n"},
    {"Received", ".Received: a\r\n\r\n", ".Received: a\r\n\r\n", 1},
    {"the end of data behind ours", "Backstop-Verdict: a\r\n.\r\n", ".\r\n"},
    {"the end of data alone", ".\r\n", ".\r\n"},
    {"a dot alone", ".", "."},
    {"without dots", "Backstop-Verdict: a\r\nReceived: b\r\nMessage-ID: <c>\r\n\r\n",
     "Received: b\r\nMessage-ID: <c>\r\n\r\n", 1, "c"},
};

void expect_scan(const ScanRow& row, bool is_stuffed) {
  const auto scan = scan_header(row.header, is_stuffed);
  std::string left = "before ";
  append_without(row.header, scan, left);
  EXPECT_EQ(left, "before " + std::string(row.want_left)) << row.name;
  EXPECT_EQ(scan.received_fields, row.want_received) << row.name;
  EXPECT_EQ(scan.message_id, row.want_id) << row.name;
}

TEST(HeaderEdit, ScansPlainHeaders) {
  for (const auto& row : kPlain) expect_scan(row, false);
}

TEST(HeaderEdit, FindsFromAndSignaturesOfMailThatLeaves) {
  constexpr std::string_view header =
      "Date: x\r\nDKIM-Signature: v=1;\r\n b=x\r\nFrom : ann\r\n <a@b>\r\nfrom: second\r\nDKIM-Signatures: "
      "n\r\n"
      "dkim-signature:c\r\nFromage: d\r\n\r\n";
  const auto text = [&](const auto& place) { return header.substr(place.first, place.second); };
  const auto scan = scan_header(header, false, true);
  EXPECT_EQ(text(scan.from), " ann\r\n <a@b>\r\n");
  ASSERT_EQ(scan.signatures.size(), 2u);
  EXPECT_EQ(text(scan.signatures[0]), "DKIM-Signature: v=1;\r\n b=x\r\n");
  EXPECT_EQ(text(scan.signatures[1]), "dkim-signature:c\r\n");
  const auto coming = scan_header(header, false);
  EXPECT_EQ(text(coming.from), " ann\r\n <a@b>\r\n");
  EXPECT_TRUE(coming.signatures.empty());
  EXPECT_FALSE(coming.is_never_answered);
  for (const char* field : {"Auto-Submitted: auto-replied", "List-Id: <a.b>", "Precedence: bulk",
                            "X-Auto-Response-Suppress: All"}) {
    EXPECT_TRUE(scan_header("To: a\r\n" + std::string(field) + "\r\n\r\n", false).is_never_answered) << field;
  }
}

TEST(HeaderEdit, CountsFields) {
  EXPECT_EQ(scan_header("To: a\r\n b\r\nX: c\r\n\r\n", false).fields, 2u);
  EXPECT_EQ(scan_header("", false).fields, 0u);
}

TEST(HeaderEdit, ScansStuffedHeaders) {
  for (const auto& row : kStuffed) expect_scan(row, true);
}

// The end of a message can cut every header short. Removing fields never makes a header longer.
TEST(HeaderEdit, TakesHeadersThatAreCutAnywhere) {
  for (const auto& row : kPlain) {
    for (std::size_t cut = 0; cut <= row.header.size(); ++cut) {
      for (const bool is_stuffed : {false, true}) {
        const std::string_view part = row.header.substr(0, cut);
        std::string left;
        append_without(part, scan_header(part, is_stuffed), left);
        EXPECT_LE(left.size(), part.size()) << row.name << " " << cut;
      }
    }
  }
}

struct ValueRow {
  std::string_view name;
  std::string_view header;
  bool is_stuffed;
  std::string_view want_message_id;
  std::string_view want_from;
};

constexpr ValueRow kValues[] = {
    {"neither", "To: a\r\nX-From: b\r\nFromage: c\r\n\r\n", false, "", ""},
    {"both", "From: a\r\nMessage-ID: <b>\r\n\r\n", false, " <b>\r\n", " a\r\n"},
    {"the first of each", "Message-ID: 1\r\nFROM : a\r\nmessage-id:2\r\nFrom:b\r\n\r\n", false, " 1\r\n",
     " a\r\n"},
    {"folded", "From:\r\n a\r\n\tb\r\nTo: c\r\n\r\n", false, "", "\r\n a\r\n\tb\r\n"},
    {"behind a dot", ".From: a\r\n.Message-ID: b\r\n\r\n", true, " b\r\n", " a\r\n"},
    {"cut short", "From: a", false, "", " a"},
};

TEST(HeaderEdit, FindsTheValuesThatTheLedgerIsToldOf) {
  for (const auto& row : kValues) {
    const auto scan = scan_header(row.header, row.is_stuffed, true);
    const auto text = [&](std::pair<std::size_t, std::size_t> place) {
      return std::string_view(row.header).substr(place.first, place.second);
    };
    EXPECT_EQ(text(scan.message_id_at), row.want_message_id) << row.name;
    EXPECT_EQ(text(scan.from), row.want_from) << row.name;
  }
}

TEST(HeaderEdit, AMessageIdIsPrintableAndNotEndless) {
  const auto scan = scan_header("Message-ID: <a\x1b[2Jb" + std::string(5000, 'x') + ">\r\n\r\n", false);
  EXPECT_EQ(scan.message_id.find('\x1b'), std::string::npos);
  EXPECT_LE(scan.message_id.size(), 1010u);
}

}  // namespace
}  // namespace backstop::intake
