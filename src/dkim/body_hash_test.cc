#include "dkim/body_hash.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "dkim/mail_fixture.h"

namespace backstop::dkim {
namespace {

/// The hash of the body in one piece.
Digest hash_of(Canonical form, std::string_view body) {
  BodyHash hash(form);
  hash.take(body);
  hash.end();
  return hash.hash().value();
}

struct Row {
  std::string name;
  std::string body;
  std::string want_simple;
  std::string want_relaxed;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> table = {
      {"no body", "", "\r\n", ""},
      {"a line end", "\r\n", "\r\n", ""},
      {"line ends", "\r\n\r\n\r\n", "\r\n", ""},
      {"the RFC's example", " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n"},
      {"no line end", "a", "a\r\n", "a\r\n"},
      {"one line end", "a\r\n", "a\r\n", "a\r\n"},
      {"two line ends", "a\r\n\r\n", "a\r\n", "a\r\n"},
      {"empty lines between", "a\r\n\r\n\r\nb\r\n", "a\r\n\r\n\r\nb\r\n", "a\r\n\r\n\r\nb\r\n"},
      {"empty lines before", "\r\n\r\nb\r\n", "\r\n\r\nb\r\n", "\r\n\r\nb\r\n"},
      {"line ends of LF", "a\n\nb\n\n", "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n"},
      {"blanks", "a  b\tc \t d e", "a  b\tc \t d e\r\n", "a b c d e\r\n"},
      {"blanks at the ends", " \ta\t \r\n", " \ta\t \r\n", " a\r\n"},
      {"only blanks", " \t", " \t\r\n", ""},
      {"only blanks in a line", "a\r\n \r\n\t\r\n", "a\r\n \r\n\t\r\n", "a\r\n"},
      {"blanks in a line between", "a\r\n \r\nb\r\n", "a\r\n \r\nb\r\n", "a\r\n\r\nb\r\n"},
      {"a lone CR", "a\rb\r\n", "a\rb\r\n", "a\rb\r\n"},
      {"a lone CR after a blank", "a \rb", "a \rb\r\n", "a \rb\r\n"},
      {"a lone CR at the end", "a\r", "a\r\r\n", "a\r\r\n"},
      {"two CRs", "a\r\r\n", "a\r\r\n", "a\r\r\n"},
      {"a CR, a blank and a line end", "a\r \r\n", "a\r \r\n", "a\r\r\n"},
      {"only a CR", "\r", "\r\r\n", "\r\r\n"},
      {"any bytes", std::string("\0\xFF\r\n", 4), std::string("\0\xFF\r\n", 4), std::string("\0\xFF\r\n", 4)},
  };
  return table;
}

TEST(BodyHash, IsOfTheCanonicalBody) {
  for (const auto& row : rows()) {
    EXPECT_EQ(hash_of(Canonical::Simple, row.body), sha256(row.want_simple)) << row.name;
    EXPECT_EQ(hash_of(Canonical::Relaxed, row.body), sha256(row.want_relaxed)) << row.name;
  }
}

TEST(BodyHash, IsTheSameForAnySplit) {
  for (const auto& row : rows()) {
    for (const auto form : {Canonical::Simple, Canonical::Relaxed}) {
      const Digest want = hash_of(form, row.body);
      BodyHash bytes(form);
      for (const char c : row.body) bytes.take({&c, 1});
      bytes.end();
      EXPECT_EQ(bytes.hash(), want) << row.name;
      for (std::size_t cut = 0; cut <= row.body.size(); ++cut) {
        BodyHash halves(form);
        halves.take(std::string_view(row.body).substr(0, cut));
        halves.take(std::string_view(row.body).substr(cut));
        halves.end();
        EXPECT_EQ(halves.hash(), want) << row.name << ", cut at " << cut;
      }
    }
  }
}

TEST(BodyHash, LargeBodies) {
  std::mt19937 random(6376);
  std::string body;
  for (int i = 0; i < 200'000; ++i) body += "ab \t\r\n"[random() % 6];
  body.append(10'000, 'x').append("\r\n");
  std::string simple;  // By the words of the RFC, line by line.
  std::string relaxed;
  for (std::string_view rest = body, line; !rest.empty();) {
    const auto end = rest.find('\n');
    line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    simple.append(line).append("\r\n");
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool is_blank = line[i] == ' ' || line[i] == '\t';
      if (!is_blank) relaxed += line[i];
      if (is_blank && line.find_first_not_of(" \t", i) != line.npos && line[i + 1] != ' ' &&
          line[i + 1] != '\t')
        relaxed += ' ';
    }
    relaxed += "\r\n";
  }
  for (const auto form : {Canonical::Simple, Canonical::Relaxed}) {
    const std::string& canonical = form == Canonical::Simple ? simple : relaxed;
    BodyHash hash(form);
    const std::uint64_t lengths[] = {0, 1, 4095, 4096, 4097, 50'000, canonical.size(), canonical.size() + 1};
    for (const auto length : lengths) hash.mark(length);
    hash.mark(4096);
    for (std::string_view rest = body; !rest.empty();) {
      const auto size = std::min<std::size_t>(random() % 9000, rest.size());
      hash.take(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    hash.end();
    EXPECT_EQ(hash.size(), canonical.size());
    EXPECT_EQ(hash.hash(), sha256(canonical));
    for (const auto length : lengths) {
      if (length > canonical.size()) {
        EXPECT_EQ(hash.hash(length), std::nullopt);
      } else {
        EXPECT_EQ(hash.hash(length), sha256(canonical.substr(0, length))) << length;
      }
    }
    EXPECT_EQ(hash.hash(2), std::nullopt) << "not marked";
  }
}

TEST(BodyHash, LengthsOfAnEmptyBody) {
  BodyHash hash(Canonical::Relaxed);
  hash.mark(0);
  hash.mark(1);
  hash.end();
  EXPECT_EQ(hash.hash(0), sha256(""));
  EXPECT_EQ(hash.hash(1), std::nullopt);
}

TEST(BodyHash, WhatOthersSigned) {
  for (const char* name :
       {"dkimpy-rsa-relaxed.eml", "dkimpy-rsa-simple.eml", "dkimpy-ed25519-relaxed.eml",
        "dkimpy-ed25519-simple.eml", "opendkim-rsa-relaxed.eml", "opendkim-rsa-simple.eml"}) {
    const std::string mail = fixture(name);
    const HeaderBlock block(mail);
    const auto signature = top_signature(block).value();
    BodyHash hash(signature.body);
    hash.take(std::string_view(mail).substr(mail.find("\r\n\r\n") + 4));
    hash.end();
    EXPECT_EQ(hash.hash(), signature.body_hash) << name;
  }
}

}  // namespace
}  // namespace backstop::dkim
