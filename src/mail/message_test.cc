#include "mail/message.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "mail/sound_message.h"

namespace backstop::mail {
namespace {

// One line for each part: depth, type, fields, and the body with its line ends spelled out; only type and
// fields if the part has children.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      out += c;
    }
  }
  return out;
}

std::string dump(const Message& message) {
  std::string out;
  for (std::size_t i = 0; i < message.parts.size(); ++i) {
    const Part& part = message.parts[i];
    const bool is_leaf = i + 1 == message.parts.size() || message.parts[i + 1].parent != i;
    out += fmt::format("{}{}/{}", std::string(2 * part.depth, ' '), part.type, part.subtype);
    for (const Field& field : message.fields_of(part)) {
      if (field.id == FieldName::ContentType) continue;
      out += fmt::format(" {}:[{}]", field.name, escaped(field.value));
    }
    if (is_leaf) out += fmt::format(" <{}>", escaped(message.body_of(part)));
    out += '\n';
  }
  return out;
}

struct Row {
  const char* name;
  std::string_view mail;
  std::string_view want;
};

const Row kRows[] = {
    {"fields and body", "From: a@example.org\nSubject: Hello\n\nText\n",
     "text/plain From:[a@example.org] Subject:[Hello] <Text\\n>\n"},
    {"CRLF", "From: a\r\nSubject: Hello\r\n\r\nText\r\n",
     "text/plain From:[a] Subject:[Hello] <Text\\r\\n>\n"},
    {"mixed line ends", "From: a\nSubject: b\r\n\nText\r\n",
     "text/plain From:[a] Subject:[b] <Text\\r\\n>\n"},
    {"nothing", "", "text/plain <>\n"},
    {"one empty line", "\n", "text/plain <>\n"},
    {"no body", "From: a\n", "text/plain From:[a] <>\n"},
    {"no body, no line end", "From: a", "text/plain From:[a] <>\n"},
    {"empty body", "From: a\n\n", "text/plain From:[a] <>\n"},
    {"body without header", "Hello,\nNote: this is text\n", "text/plain <Hello,\\nNote: this is text\\n>\n"},
    {"empty line missing", "From: a\nHello, this is\nthe text\n",
     "text/plain From:[a] <Hello, this is\\nthe text\\n>\n"},
    {"stray line", "From: a\nbroken fold\nTo: b\n\nText", "text/plain From:[a] To:[b] <Text>\n"},
    {"folded", "Subject: one\r\n two\n\tthree\nTo: b\n\nText",
     "text/plain Subject:[one\\r\\n two\\n\tthree] To:[b] <Text>\n"},
    {"folded to an empty first line", "Subject:\r\n one\r\n\r\nText", "text/plain Subject:[one] <Text>\n"},
    {"folded with a blank line", "Subject: one\n \n two\n\nText",
     "text/plain Subject:[one\\n \\n two] <Text>\n"},
    {"continuation first", " one\nFrom: a\n\nText", "text/plain From:[a] <Text>\n"},
    {"continuation first, and no field", " one\n two\n\nText", "text/plain < one\\n two\\n\\nText>\n"},
    {"folds lost", "From: a\nReceived: from b\nby c\nwith d\nDate: e\n\nText",
     "text/plain From:[a] Received:[from b] Date:[e] <Text>\n"},
    {"folds lost, before a field that only shows that the header goes on",
     "From: a\nReceived: from b\nby c\nList-Help: d\n\nText",
     "text/plain From:[a] Received:[from b] List-Help:[d] <Text>\n"},
    {"empty line missing before text with a colon", "From: a\nHello\nNote: b\nBye\n\nText",
     "text/plain From:[a] <Hello\\nNote: b\\nBye\\n\\nText>\n"},
    {"empty line missing in a part",
     "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\nYour mail\nTo: a\n--b\n"
     "Content-Type: text/html;\ncharset=x\nContent-ID: <c>\n\nText\n--b--\n",
     "multipart/mixed\n  text/html <Your mail\\nTo: a>\n  text/html Content-ID:[<c>] <Text>\n"},
    {"empty value", "Subject:\nTo: b\n\nText", "text/plain Subject:[] To:[b] <Text>\n"},
    {"space before the colon", "Subject : one\nFrom\t: a\n\nText",
     "text/plain Subject:[one] From:[a] <Text>\n"},
    {"space after the value", "Subject: one \t\n\nText", "text/plain Subject:[one \t] <Text>\n"},
    {"colon without a name", "From: a\n: b\nText\n", "text/plain From:[a] <: b\\nText\\n>\n"},
    {"bare CR is no line end", "Subject: one\rTo: b\n\nText", "text/plain Subject:[one\\rTo: b] <Text>\n"},
    {"NUL in a value", std::string_view("Subject: o\0e\n\nText", 18),
     std::string_view("text/plain Subject:[o\0e] <Text>\n", 32)},
    {"mbox line", "From a@example.org Mon Jan  1 00:00:00 2024\nFrom: a\n\nText",
     "text/plain From:[a] <Text>\n"},
    {"mbox line quoted", "From a@example.org Mon\n>From b Mon\nTo: b\n\nText", "text/plain To:[b] <Text>\n"},
    {"byte order mark",
     "\xEF\xBB\xBF"
     "From: a\nTo: b\n\nText",
     "text/plain From:[a] To:[b] <Text>\n"},
    {"byte order mark after an mbox line",
     "From a@example.org Mon\n\xEF\xBB\xBF"
     "From: a\n\nText",
     "text/plain From:[a] <Text>\n"},
    {"byte order mark of a text",
     "\xEF\xBB\xBF"
     "Text",
     "text/plain <\xEF\xBB\xBF"
     "Text>\n"},
    {"mbox line alone", "From a@example.org Mon", "text/plain <>\n"},
    {"empty lines before the fields", "\r\n\nFrom: a\n\nText", "text/plain From:[a] <Text>\n"},
    {"blank lines before the fields", "  \t \r\n  \nFrom: a\n\nText", "text/plain From:[a] <Text>\n"},
    {"blank lines alone", "  \n  ", "text/plain <  \\n  >\n"},
    {"empty lines before text", "\n\nHello there\n", "text/plain <\\nHello there\\n>\n"},

    {"type", "Content-Type: TEXT/Html; charset=utf-8\n\n<p>", "TEXT/Html <<p>>\n"},
    {"type with comments", "Content-Type: (a) text (b) / (c) html (d)\n\nx", "text/html <x>\n"},
    {"type without a subtype", "Content-Type: text\n\nx", "text/plain <x>\n"},
    {"type that is none", "Content-Type: ;;\n\nx", "text/plain <x>\n"},
    {"first of two types", "Content-Type: a/b\nContent-Type: c/d\n\nx", "a/b <x>\n"},

    {"multipart",
     "Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\none\n--b\nContent-Type: "
     "text/html\n\ntwo\n--b--\n"
     "epilogue\n",
     "multipart/mixed\n  text/plain <one>\n  text/html <two>\n"},
    {"multipart with CRLF",
     "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\r\none\r\n\r\n--b\r\n\r\ntwo\r\n--b--\r\n",
     "multipart/mixed\n  text/plain <one\\r\\n>\n  text/plain <two>\n"},
    {"white space after the boundary",
     "Content-Type: multipart/mixed; boundary=b\n\n--b \t\r\n\none\n--b-- \n--b\n\nno",
     "multipart/mixed\n  text/plain <one>\n"},
    {"text after the boundary",
     "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--bb\n--b--b\n--b--",
     "multipart/mixed\n  text/plain <one\\n--bb\\n--b--b>\n"},
    {"close delimiter missing", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n",
     "multipart/mixed\n  text/plain <one>\n  text/plain <two\\n>\n"},
    {"no delimiter", "Content-Type: multipart/mixed; boundary=b\n\none\n", "multipart/mixed <one\\n>\n"},
    {"no boundary", "Content-Type: multipart/mixed\n\n--b\n\none\n--b--\n",
     "multipart/mixed <--b\\n\\none\\n--b--\\n>\n"},
    {"empty boundary", "Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\none\n",
     "multipart/mixed <--\\n\\none\\n>\n"},
    {"boundary escaped", "Content-Type: multipart/mixed; boundary=\"a\\\"b\"\n\n--a\"b\n\none\n--a\"b--\n",
     "multipart/mixed\n  text/plain <one>\n"},
    {"boundary in sections",
     "Content-Type: multipart/mixed; boundary*0=a; boundary*1=b\n\n--ab\n\none\n--ab--\n",
     "multipart/mixed\n  text/plain <one>\n"},
    {"boundary ends with dashes",
     "Content-Type: multipart/mixed; boundary=\"b--\"\n\n--b--\n\none\n--b----\n",
     "multipart/mixed\n  text/plain <one>\n"},
    {"delimiters without a line between", "Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n--b--\n",
     "multipart/mixed\n  text/plain <>\n  text/plain <>\n"},
    {"part with header only",
     "Content-Type: multipart/mixed; boundary=b\n\n--b\nSubject: x\n--b\nSubject: y\n\n--b--\n",
     "multipart/mixed\n  text/plain Subject:[x] <>\n  text/plain Subject:[y] <>\n"},
    {"part without header", "Content-Type: multipart/mixed; boundary=b\n\n--b\nHello, you\n--b--\n",
     "multipart/mixed\n  text/plain <Hello, you>\n"},
    {"close delimiter first", "Content-Type: multipart/mixed; boundary=b\n\n--b--\n--b\n\nno\n",
     "multipart/mixed <--b--\\n--b\\n\\nno\\n>\n"},
    {"nested",
     "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; "
     "boundary=b\n\n--b\n\none\n"
     "--b\n\ntwo\n--b--\n\n--a\n\nthree\n--a--\n",
     "multipart/mixed\n  multipart/alternative\n    text/plain <one>\n    text/plain <two>\n  text/plain "
     "<three>\n"},
    {"outer boundary ends the inner parts",
     "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; "
     "boundary=b\n\n--b\n\none\n--a\n\n"
     "two\n--b\n--a--\n",
     "multipart/mixed\n  multipart/mixed\n    text/plain <one>\n  text/plain <two\\n--b>\n"},
    {"inner boundary is the outer with a suffix",
     "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; "
     "boundary=a.1\n\n--a.1\n\none\n"
     "--a.1--\n--a\n\ntwo\n--a--\n",
     "multipart/mixed\n  multipart/mixed\n    text/plain <one>\n  text/plain <two>\n"},
    {"inner boundary is the outer's close delimiter",
     "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; "
     "boundary=\"a--\"\n\n--a--\n\none\n"
     "--a----\n--a\n\ntwo\n--a--\n",
     "multipart/mixed\n  multipart/mixed\n    text/plain <one>\n  text/plain <two>\n"},

    {"mail in a mail",
     "Content-Type: multipart/report; boundary=b\n\n--b\n\none\n--b\nContent-Type: message/rfc822\n\nFrom: "
     "c\n"
     "Content-Type: text/html\n\ntwo\n--b--\n",
     "multipart/report\n  text/plain <one>\n  message/rfc822\n    text/html From:[c] <two>\n"},
    {"mail in a mail in a mail",
     "Content-Type: message/rfc822\n\nContent-Type: message/global\n\nFrom: c\n\nx",
     "message/rfc822\n  message/global\n    text/plain From:[c] <x>\n"},
    {"mail in a mail, after an mbox line", "Content-Type: message/rfc822\n\n\n>From c Mon\nFrom: c\n\nx",
     "message/rfc822\n  text/plain From:[c] <x>\n"},
    {"mail in a mail, cut within its header",
     "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nFrom: c\nTo: "
     "d\n--b--\n",
     "multipart/report\n  message/rfc822\n    text/plain From:[c] To:[d] <>\n"},
    {"multipart in a mail in a mail, cut",
     "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nContent-Type: "
     "multipart/mixed; "
     "boundary=c\n\n--c\n\none\n--b--\n",
     "multipart/report\n  message/rfc822\n    multipart/mixed\n      text/plain <one>\n"},
    {"empty mail in a mail", "Content-Type: message/rfc822\n\n", "message/rfc822\n  text/plain <>\n"},
    {"encoded mail is a leaf",
     "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nRnJvbTogYw==\n",
     "message/rfc822 Content-Transfer-Encoding:[base64] <RnJvbTogYw==\\n>\n"},
    {"digest",
     "Content-Type: multipart/digest; boundary=b\n\n--b\n\nFrom: c\n\none\n--b\nContent-Type: "
     "text/plain\n\ntwo\n--b--\n",
     "multipart/digest\n  message/rfc822\n    text/plain From:[c] <one>\n  text/plain <two>\n"},
    {"report parts are leaves",
     "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: "
     "message/delivery-status\n\nReporting-MTA: x\n\n"
     "Action: failed\n--b\nContent-Type: text/rfc822-headers\n\nFrom: c\n--b--\n",
     "multipart/report\n  message/delivery-status <Reporting-MTA: x\\n\\nAction: failed>\n  "
     "text/rfc822-headers <From: "
     "c>\n"},
};

TEST(Message, Rows) {
  Message message;
  for (const Row& row : kRows) {
    walk(row.mail, message);
    EXPECT_EQ(dump(message), row.want) << row.name;
    EXPECT_EQ(message.truncated, Truncation::None) << row.name;
    EXPECT_EQ(unsoundness(message, {}), "") << row.name;
  }
}

TEST(Message, RowsCutAtEveryPosition) {
  Message message;
  for (const Row& row : kRows) {
    for (std::size_t cut = 0; cut <= row.mail.size(); ++cut) {
      const std::string mail(row.mail.substr(0, cut));
      walk(mail, message);
      EXPECT_EQ(unsoundness(message, {}), "") << row.name << " cut at " << cut;
    }
  }
}

TEST(Message, HeaderAloneIsTheFirstPart) {
  Message message;
  Message header;
  for (const Row& row : kRows) {
    walk(row.mail, message);
    walk_header(row.mail, header);
    ASSERT_EQ(header.parts.size(), 1u) << row.name;
    EXPECT_EQ(header.fields.size(), message.parts[0].field_count) << row.name;
    EXPECT_EQ(header.parts[0].body_begin, message.parts[0].body_begin) << row.name;
    EXPECT_EQ(header.parts[0].end, row.mail.size()) << row.name;
    EXPECT_EQ(header.parts[0].media_type, message.parts[0].media_type) << row.name;
  }
}

TEST(Message, HeaderAndBodyAreTheWhole) {
  Message message;
  Message whole;
  for (const Row& row : kRows) {
    for (std::size_t cut = 0; cut <= row.mail.size(); ++cut) {
      const std::string_view mail = row.mail.substr(0, cut);
      walk(mail, whole);
      walk_header(mail, message);
      walk_body(message);
      EXPECT_EQ(dump(message), dump(whole)) << row.name << " cut at " << cut;
      EXPECT_EQ(unsoundness(message, {}), "") << row.name << " cut at " << cut;
    }
  }
}

struct TypeRow {
  const char* name;
  std::string_view header;
  MediaType want_type;
  TransferEncoding want_encoding;
};

const TypeRow kTypeRows[] = {
    {"default", "", MediaType::TextPlain, TransferEncoding::Identity},
    {"html", "Content-Type: text/HTML;charset=x\n", MediaType::TextHtml, TransferEncoding::Identity},
    {"headers", "Content-Type: Text/RFC822-Headers\n", MediaType::TextRfc822Headers,
     TransferEncoding::Identity},
    {"report", "Content-Type: multipart/report\n", MediaType::MultipartReport, TransferEncoding::Identity},
    {"mixed", "Content-Type: multipart/mixed\n", MediaType::MultipartOther, TransferEncoding::Identity},
    {"global headers", "Content-Type: message/global-headers\n", MediaType::MessageGlobalHeaders,
     TransferEncoding::Identity},
    {"status", "Content-Type: message/delivery-status\n", MediaType::MessageDeliveryStatus,
     TransferEncoding::Identity},
    {"global status", "Content-Type: message/global-delivery-status\n", MediaType::MessageDeliveryStatus,
     TransferEncoding::Identity},
    {"disposition", "Content-Type: message/disposition-notification\n",
     MediaType::MessageDispositionNotification, TransferEncoding::Identity},
    {"feedback", "Content-Type: message/feedback-report\n", MediaType::MessageFeedbackReport,
     TransferEncoding::Identity},
    {"image", "Content-Type: image/plain\n", MediaType::Other, TransferEncoding::Identity},
    {"quoted-printable", "Content-Transfer-Encoding: Quoted-Printable\n", MediaType::TextPlain,
     TransferEncoding::QuotedPrintable},
    {"base64", "Content-Transfer-Encoding: (x) BASE64 (y)\n", MediaType::TextPlain, TransferEncoding::Base64},
    {"uuencode", "Content-Transfer-Encoding: x-uuencode\n", MediaType::TextPlain, TransferEncoding::Uuencode},
    {"8bit", "Content-Transfer-Encoding: 8bit\n", MediaType::TextPlain, TransferEncoding::Identity},
    {"unknown", "Content-Transfer-Encoding: base85\n", MediaType::TextPlain, TransferEncoding::Identity},
};

TEST(Message, TypesAndEncodings) {
  Message message;
  for (const TypeRow& row : kTypeRows) {
    const std::string mail = std::string(row.header) + "\nbody";
    walk(mail, message);
    EXPECT_EQ(message.parts[0].media_type, row.want_type) << row.name;
    EXPECT_EQ(message.parts[0].encoding, row.want_encoding) << row.name;
  }
}

TEST(Message, FindTakesTheFirstFieldOfThePart) {
  const std::string_view mail =
      "Subject: one\nSubject: two\nContent-Type: multipart/mixed; boundary=b\n\n--b\nTo: three\n\nx\n--b--\n";
  Message message;
  walk(mail, message);
  ASSERT_EQ(message.parts.size(), 2u);
  EXPECT_EQ(message.value(message.parts[0], FieldName::Subject), "one");
  EXPECT_EQ(message.find(message.parts[1], FieldName::Subject), nullptr);
  EXPECT_EQ(message.value(message.parts[1], FieldName::Subject), "");
  EXPECT_EQ(message.value(message.parts[1], FieldName::To), "three");
  EXPECT_EQ(message.header_of(message.parts[1]), "To: three\n\n");
}

// For each cap, a mail that reaches it exactly and a mail that exceeds it by one.
struct CapRow {
  const char* name;
  Limits limits;
  std::string_view mail;
  Truncation want_truncated;
  std::string_view want;
};

const CapRow kCapRows[] = {
    {"header bytes at the cap",
     {.header_bytes = 10},
     "A: 1\nB: 2\n\nx",
     Truncation::HeaderBytes,
     "text/plain A:[1] B:[2] <\\nx>\n"},
    {"header bytes",
     {.header_bytes = 11},
     "A: 1\nB: 2\n\nx",
     Truncation::None,
     "text/plain A:[1] B:[2] <x>\n"},
    {"header bytes within a field",
     {.header_bytes = 9},
     "A: 1\nB: 2\n\nx",
     Truncation::HeaderBytes,
     "text/plain A:[1] <B: 2\\n\\nx>\n"},
    {"header bytes of a part",
     {.header_bytes = 43},
     "Content-Type: multipart/mixed; boundary=b\n\n--b\nA: 1\n B: 2\n C: 3\n D: 4\n E: 5\n F: 6\n G: "
     "7890\n\nx",
     Truncation::HeaderBytes,
     "multipart/mixed\n  text/plain <A: 1\\n B: 2\\n C: 3\\n D: 4\\n E: 5\\n F: 6\\n G: 7890\\n\\nx>\n"},
    {"fields", {.fields = 2}, "A: 1\nB: 2\n\nx", Truncation::None, "text/plain A:[1] B:[2] <x>\n"},
    {"fields past the cap", {.fields = 1}, "A: 1\nB: 2\n\nx", Truncation::Fields, "text/plain A:[1] <x>\n"},
    {"nesting",
     {.nesting = 1},
     "Content-Type: message/rfc822\n\nA: 1\n\nx",
     Truncation::None,
     "message/rfc822\n  text/plain A:[1] <x>\n"},
    {"nesting past the cap, a mail",
     {.nesting = 0},
     "Content-Type: message/rfc822\n\nA: 1\n\nx",
     Truncation::Nesting,
     "message/rfc822 <A: 1\\n\\nx>\n"},
    {"nesting past the cap, a multipart",
     {.nesting = 1},
     "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; "
     "boundary=b\n\n--b\n\none\n--a\n\n"
     "two\n",
     Truncation::Nesting,
     "multipart/mixed\n  multipart/mixed <--b\\n\\none>\n  text/plain <two\\n>\n"},
    {"parts",
     {.parts = 3},
     "Content-Type: multipart/mixed; boundary=a\n\n--a\n\none\n--a\n\ntwo\n--a--\n",
     Truncation::None,
     "multipart/mixed\n  text/plain <one>\n  text/plain <two>\n"},
    {"parts past the cap",
     {.parts = 2},
     "Content-Type: multipart/mixed; boundary=a\n\n--a\n\none\n--a\n\ntwo\n--a--\n",
     Truncation::Parts,
     "multipart/mixed\n  text/plain <one>\n"},
    {"parts past the cap, a mail",
     {.parts = 1},
     "Content-Type: message/rfc822\n\nA: 1\n\nx",
     Truncation::Parts,
     "message/rfc822 <A: 1\\n\\nx>\n"},
};

TEST(Message, Caps) {
  Message message;
  for (const CapRow& row : kCapRows) {
    walk(row.mail, message, row.limits);
    EXPECT_EQ(dump(message), row.want) << row.name;
    EXPECT_EQ(message.truncated, row.want_truncated) << row.name;
    EXPECT_EQ(unsoundness(message, row.limits), "") << row.name;
  }
}

}  // namespace
}  // namespace backstop::mail
