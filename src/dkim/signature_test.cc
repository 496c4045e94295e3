#include "dkim/signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "dkim/mail_fixture.h"

namespace backstop::dkim {
namespace {

using testing::ElementsAre;

constexpr std::string_view kHash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

std::string good() {
  return "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s1;\r\n\th=From:Date; bh=" +
         std::string(kHash) + "; b=QUJD";
}
std::string with(std::string_view tags) {
  return good() + "; " + std::string(tags);
}

std::string outcome_of(std::string_view field) {
  const auto signature = parse_signature(field);
  return signature ? "good" : std::string(name(signature.error().outcome)) + ": " + signature.error().why;
}

TEST(Signature, IsRead) {
  const std::string field =
      "dkim-signature : v=1; a=ed25519-sha256; c=relaxed/simple; d=Example.ORG; s=S1.a;\r\n"
      "\tt=1795993416; x=1795999999; l=12; q=dns/txt; i=ann@lists.example.org; zz=kept out;\r\n"
      " h=From : Date:\r\n\tMessage-ID; bh=" +
      std::string(kHash) + ";\r\n\tb=QU\r\n\t JD ;\r\n";
  const auto signature = parse_signature(field);
  ASSERT_TRUE(signature) << signature.error().why;
  EXPECT_EQ(signature->algorithm, Algorithm::Ed25519Sha256);
  EXPECT_EQ(signature->header, Canonical::Relaxed);
  EXPECT_EQ(signature->body, Canonical::Simple);
  EXPECT_EQ(signature->value, "ABC");
  EXPECT_EQ(signature->field.substr(signature->value_begin, signature->value_end - signature->value_begin),
            "QU\r\n\t JD ");
  EXPECT_EQ(signature->field, std::string_view(field).substr(0, field.size() - 2));
  EXPECT_EQ(signature->body_hash, sha256(""));
  EXPECT_EQ(signature->key, (KeyName{"s1.a", "example.org"}));
  EXPECT_EQ(signature->identity_domain, "lists.example.org");
  EXPECT_THAT(signature->names, ElementsAre("From", "Date", "Message-ID"));
  EXPECT_TRUE(signature->covers("message-id"));
  EXPECT_FALSE(signature->covers("message"));
  EXPECT_EQ(signature->body_length, 12u);
  EXPECT_EQ(signature->signed_at->time_since_epoch().count(), 1795993416);
  EXPECT_EQ(signature->expires->time_since_epoch().count(), 1795999999);
}

TEST(Signature, HasDefaults) {
  const std::string field = good();
  const auto signature = parse_signature(field);
  ASSERT_TRUE(signature) << signature.error().why;
  EXPECT_EQ(signature->header, Canonical::Simple);
  EXPECT_EQ(signature->body, Canonical::Simple);
  EXPECT_EQ(signature->identity_domain, "example.org");
  EXPECT_FALSE(signature->body_length || signature->signed_at || signature->expires);
}

TEST(Signature, Taken) {
  const std::string rows[] = {
      good() + "\n",
      with("c=relaxed"),
      with("i=@example.org"),
      with("i=@a.b.EXAMPLE.org"),
      with("i=\"a@b\"@example.org"),
      with("q=dns/other:dns/txt"),
      with("t=0"),
      with("t=999999999999"),
      with("l=" + std::string(76, '9')),
      with("x=1;t=2"),
      with("unknown=; another=x"),
  };
  for (const auto& row : rows) EXPECT_EQ(outcome_of(row), "good") << row;
  EXPECT_EQ(parse_signature(rows[8])->body_length, std::numeric_limits<std::uint64_t>::max());
}

TEST(Signature, Refused) {
  struct Row {
    std::string field;
    std::string want;
  };
  const Row rows[] = {
      {"", "malformed: it is no DKIM-Signature field"},
      {"DKIM-Signature", "malformed: it is no DKIM-Signature field"},
      {"X-" + good(), "malformed: it is no DKIM-Signature field"},
      {"DKIM-Signature:", "malformed: there is no tag"},
      {changed(good(), "v=1; ", ""), "malformed: v= is missing"},
      {changed(good(), "v=1", "v=2"), "malformed: v= is not 1"},
      {changed(good(), "v=1", "v=01"), "malformed: v= is not 1"},
      {with("v=1"), "malformed: v= is there twice"},
      {with("zz=1;zz=1"), "malformed: zz= is there twice"},
      {changed(good(), "a=rsa-sha256; ", ""), "malformed: a= is missing"},
      {changed(good(), "rsa-sha256", "rsa-sha1"), "wrong-algorithm: a=rsa-sha1 is not taken"},
      {changed(good(), "rsa-sha256", "RSA-SHA256"), "wrong-algorithm: a=RSA-SHA256 is not taken"},
      {changed(good(), "; b=QUJD", ""), "malformed: b= is missing"},
      {changed(good(), "b=QUJD", "b="), "malformed: b= is no base64"},
      {changed(good(), "b=QUJD", "b=QU?D"), "malformed: b= is no base64"},
      {changed(good(), std::string(kHash), "QUJD"), "malformed: bh= is no SHA-256 in base64"},
      {changed(good(), std::string(kHash), ""), "malformed: bh= is no SHA-256 in base64"},
      {changed(good(), "bh=", "bx="), "malformed: bh= is missing"},
      {changed(good(), "d=example.org; ", ""), "malformed: d= is missing"},
      {changed(good(), "example.org", "example..org"), "malformed: s= or d= is no name that DNS can have"},
      {changed(good(), "s=s1", "s="), "malformed: s= or d= is no name that DNS can have"},
      {changed(good(), "s=s1", "s=a b"), "malformed: s= or d= is no name that DNS can have"},
      {changed(good(), "From:Date", "Date"), "from-unsigned: h= does not name From"},
      {changed(good(), "From:Date", ""), "malformed: h= has something that is no name of a field"},
      {changed(good(), "From:Date", "From::Date"), "malformed: h= has something that is no name of a field"},
      {changed(good(), "From:Date", "From:a b"), "malformed: h= has something that is no name of a field"},
      {with("c=relaxed/nowsp"), "malformed: c=relaxed/nowsp is not known"},
      {with("c=relaxed/"), "malformed: c=relaxed/ is not known"},
      {with("c="), "malformed: c= is not known"},
      {with("i=ann"), "malformed: i= has no domain"},
      {with("i=@notexample.org"), "malformed: i= is not within d="},
      {with("i=@org"), "malformed: i= is not within d="},
      {with("i=@"), "malformed: i= has no domain"},
      {with("q=dns/other"), "malformed: q= does not have dns/txt"},
      {with("t=1000000000000"), "malformed: t= is no time"},
      {with("t=-1"), "malformed: t= is no time"},
      {with("x="), "malformed: x= is no time"},
      {with("l=1x"), "malformed: l= is no number"},
      {with("l=" + std::string(77, '1')), "malformed: l= is no number"},
  };
  for (const auto& row : rows) EXPECT_EQ(outcome_of(row.field), row.want) << row.field;
}

TEST(Signature, HasCaps) {
  const std::string padded = with("n=");
  const auto of_size = [&](std::size_t size) { return padded + std::string(size - padded.size(), 'x'); };
  EXPECT_EQ(outcome_of(of_size(8192)), "good");
  EXPECT_EQ(outcome_of(of_size(8192) + "\r\n"), "good") << "the line end does not count";
  EXPECT_EQ(outcome_of(of_size(8193)), "malformed: the field has more than 8192 bytes");

  std::string names = "From";
  for (int i = 1; i < 64; ++i) names += ":a";
  EXPECT_EQ(outcome_of(changed(good(), "From:Date", names)), "good");
  EXPECT_EQ(outcome_of(changed(good(), "From:Date", names + ":a")), "malformed: h= has more than 64 names");

  const std::string digits(1364, 'A');  // 1023 bytes
  EXPECT_EQ(outcome_of(changed(good(), "b=QUJD", "b=" + digits + "AA==")), "good");
  EXPECT_EQ(outcome_of(changed(good(), "b=QUJD", "b=" + digits + "AAA=")),
            "malformed: b= has more than 1024 bytes");
}

}  // namespace
}  // namespace backstop::dkim
