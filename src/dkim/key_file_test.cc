#include "dkim/key_file.h"

#include <gtest/gtest.h>

#include <string>

#include "base/day.h"
#include "dkim/mail_fixture.h"

namespace backstop::dkim {
namespace {

constexpr std::string_view kKey = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const std::string kRecord = "v=DKIM1; k=ed25519; p=" + std::string(kKey);

TEST(KeyFile, Valid) {
  const std::string quoted = "\"v=DKIM1; k=ed25519; \" \"p=" + std::string(kKey) + "\"";
  struct Row {
    const char* name;
    std::string text;
    std::string want_record;
    std::string want_from;
    std::string want_until;
  };
  const Row rows[] = {
      {"plain", kRecord, kRecord, "", ""},
      {"plain, in lines", "v=DKIM1;\r\n  k=ed25519;\n\np=AQEBAQEBAQEBAQEBAQEBAQEBAQEB\nAQEBAQEBAQEBAQE=\n",
       "v=DKIM1; k=ed25519; p=AQEBAQEBAQEBAQEBAQEBAQEBAQEB AQEBAQEBAQEBAQE=", "", ""},
      {"comments and days", "# of ann\nfrom: 2026-01-31\n\nuntil:2026-11-30\n" + kRecord + "\n", kRecord,
       "2026-01-31", "2026-11-30"},
      {"days last", kRecord + "\nuntil: 2026-11-30\nfrom: 2026-11-30", kRecord, "2026-11-30", "2026-11-30"},
      {"quoted", quoted, kRecord, "", ""},
      {"a zone file",
       "s1._domainkey 3600 IN TXT ( \"v=DKIM1; k=ed25519; \" ; of \"ann\"\n\t\"p=" + std::string(kKey) +
           "\" )  ; ----\n; end\n",
       kRecord, "", ""},
      {"escapes", "\"n=\\\"\\097\\; k=ed25519; p=" + std::string(kKey) + "\"",
       "n=\"a; k=ed25519; p=" + std::string(kKey), "", ""},
  };
  for (const auto& row : rows) {
    const auto file = parse_key_file(row.text);
    ASSERT_TRUE(file) << row.name << ": " << file.error().message;
    EXPECT_EQ(file->record, row.want_record) << row.name;
    EXPECT_EQ(file->key.from, base::parse_day(row.want_from)) << row.name;
    EXPECT_EQ(file->key.until, base::parse_day(row.want_until)) << row.name;
    EXPECT_EQ(file->key.key.description(), "ed25519") << row.name;
  }
}

TEST(KeyFile, Invalid) {
  struct Row {
    const char* name;
    std::string text;
    std::string want;
  };
  const Row rows[] = {
      {"empty", "", "line 1: there is no record"},
      {"days alone", "from: 2026-01-31\n", "line 1: there is no record"},
      {"no day", kRecord + "\nfrom: 31.1.2026\n", "line 2: \"31.1.2026\" is no day; write it as 2026-11-30"},
      {"a day that is not there", "until: 2026-02-30\n" + kRecord,
       "line 1: \"2026-02-30\" is no day; write it as 2026-11-30"},
      {"twice", "from: 2026-01-31\nfrom: 2026-01-31\n" + kRecord, "line 2: \"from:\" is there twice"},
      {"the wrong way round", "from: 2026-12-01\nuntil: 2026-11-30\n" + kRecord,
       "line 1: \"until:\" is before \"from:\""},
      {"a revoked key", "# x\nv=DKIM1; p=\n", "line 2: p= is empty: the key is revoked"},
      {"a private key", "-----BEGIN PRIVATE KEY-----\nMIIE\n",
       "line 1: this is a private key, which nobody but the signer needs; put in the text of the TXT record, "
       "\"v=DKIM1; ...\""},
      {"a public key in PEM", "-----BEGIN PUBLIC KEY-----\nMIIB\n",
       "line 1: this is PEM; put in the text of the TXT record, \"v=DKIM1; ...\""},
      {"something else", "\n\nHello\n", "line 3: \"Hello\" has no \"=\""},
      {"an open quote", "\"v=DKIM1;\n", "line 1: a quoted string has no end"},
      {"text behind a string", "\"v=DKIM1;\" p=x\n", "line 1: there is text behind a quoted string"},
      {"an escape of two digits", "\"\\12\"\n", "line 1: a \"\\\" escapes nothing"},
      {"an escape of two digits at the end", "\"\\12", "line 1: a \"\\\" escapes nothing"},
      {"an escape past 255", "\"\\256\"\n", "line 1: a \"\\\" escapes nothing"},
      {"a backslash at the end", "\"\\", "line 1: a \"\\\" escapes nothing"},
  };
  for (const auto& row : rows) {
    const auto file = parse_key_file(row.text);
    ASSERT_FALSE(file) << row.name;
    EXPECT_EQ(file.error().message, row.want) << row.name;
  }
}

TEST(KeyFile, HasACap) {
  const std::string head = kRecord + "\n#";
  EXPECT_TRUE(parse_key_file(head + std::string(kMostKeyFile - head.size(), 'x')));
  EXPECT_EQ(parse_key_file(head + std::string(kMostKeyFile - head.size() + 1, 'x')).error().message,
            "line 1: longer than 16384 bytes: no key file");
}

TEST(KeyFile, IsReadAsItWasWritten) {
  const std::string records[] = {
      kRecord,
      "n=a \"note\" \\ \xC3\xBC\n\tfrom: 2026-01-01; " + kRecord.substr(9),
      "n=" + std::string(300, 'x') + "; " + kRecord.substr(9),
      parse_key_file(fixture("rsa._domainkey.example.org"))->record,
  };
  for (const auto& record : records) {
    for (const auto* const day : {"", "2026-11-30"}) {
      const std::string text = key_file_text(record, base::parse_day(day), base::parse_day(day));
      const auto file = parse_key_file(text);
      ASSERT_TRUE(file) << text << file.error().message;
      EXPECT_EQ(file->record, record);
      EXPECT_EQ(file->key.from, base::parse_day(day));
      EXPECT_EQ(file->key.until, base::parse_day(day));
    }
  }
  EXPECT_EQ(key_file_text("a\"b", {}, base::parse_day("2026-11-30")), "until: 2026-11-30\n\"a\\\"b\"\n");
}

}  // namespace
}  // namespace backstop::dkim
