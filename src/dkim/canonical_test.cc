#include "dkim/canonical.h"

#include <gtest/gtest.h>

#include <string>

#include "dkim/mail_fixture.h"

namespace backstop::dkim {
namespace {

std::string canonical(Canonical form, std::string_view field) {
  std::string out;
  append_canonical(form, field, out);
  return out;
}

// The first rows are those of RFC 6376 3.4.5.
TEST(Canonical, Fields) {
  struct Row {
    const char* name;
    std::string_view field;
    std::string_view want_simple;
    std::string_view want_relaxed;
  };
  const Row rows[] = {
      {"A", "A: X", "A: X", "a:X"},
      {"B", "B : Y\t\r\n\tZ  ", "B : Y\t\r\n\tZ  ", "b:Y Z"},
      {"LF", "B : Y\t\n\tZ  ", "B : Y\t\r\n\tZ  ", "b:Y Z"},
      {"both line ends", "B: 1\n 2\r\n 3", "B: 1\r\n 2\r\n 3", "b:1 2 3"},
      {"no value", "Subject:", "Subject:", "subject:"},
      {"white space alone", "Subject: \t", "Subject: \t", "subject:"},
      {"folded white space", "Subject:\r\n \r\n\t", "Subject:\r\n \r\n\t", "subject:"},
      {"no space at the colon", "x-CASE:no", "x-CASE:no", "x-case:no"},
      {"a fold in a word keeps it two words", "A: b\r\n c", "A: b\r\n c", "a:b c"},
      {"a colon in the value", "A: b : c", "A: b : c", "a:b : c"},
      {"a CR alone is a byte", "A: b\rc", "A: b\rc", "a:b\rc"},
      {"a CR at the end", "A: b\r", "A: b\r", "a:b\r"},
      {"beyond ASCII", "\xC3\x84: \xC3\x84", "\xC3\x84: \xC3\x84", "\xC3\x84:\xC3\x84"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(canonical(Canonical::Simple, row.field), row.want_simple) << row.name;
    EXPECT_EQ(canonical(Canonical::Relaxed, row.field), row.want_relaxed) << row.name;
    EXPECT_EQ(canonical(Canonical::Relaxed, row.want_relaxed), row.want_relaxed) << row.name << " again";
  }
}

TEST(Canonical, TheSignatureItself) {
  const std::string head =
      "DKIM-Signature: v=1; a=rsa-sha256; d=a.test; s=s; h=From;\r\n "
      "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
  const std::string relaxed =
      "dkim-signature:v=1; a=rsa-sha256; d=a.test; s=s; h=From; "
      "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
  struct Row {
    const char* name;
    std::string_view rest;
    std::string_view want_simple;
    std::string_view want_relaxed;
  };
  const Row rows[] = {
      {"at the end", ";\r\n\tb=QUJD\r\n\t QUJD", ";\r\n\tb=", "; b="},
      {"white space around", "; b \t=\r\n QUJD\r\n ; t=1", "; b \t=; t=1", "; b =; t=1"},
      {"a semicolon at the end", "; b=QUJD;", "; b=;", "; b=;"},
      {"white space at the end", "; b=QUJD; \t", "; b=; \t", "; b=;"},
  };
  for (const auto& row : rows) {
    for (const bool is_relaxed : {false, true}) {
      std::string field = head + (is_relaxed ? "; c=relaxed" : "; c=simple") + std::string(row.rest);
      const auto signature = parse_signature(field);
      ASSERT_TRUE(signature) << row.name << ": " << signature.error().why;
      const std::string want = is_relaxed ? relaxed + "; c=relaxed" + std::string(row.want_relaxed)
                                          : head + "; c=simple" + std::string(row.want_simple);
      EXPECT_EQ(canonical_signature_field(*signature), want) << row.name;
    }
  }
}

}  // namespace
}  // namespace backstop::dkim
