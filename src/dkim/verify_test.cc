#include "dkim/verify.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/text.h"
#include "dkim/mail_fixture.h"

namespace backstop::dkim {
namespace {

/// Verifies the topmost signature with the key that it names.
Outcome verified(const std::string& mail, const std::optional<Digest>& body_hash = std::nullopt) {
  static const std::map<std::string, PublicKey> keys = {
      {"rsa", fixture_key("rsa")}, {"ed", fixture_key("ed")}, {"old", fixture_key("old")}};
  const HeaderBlock block(mail);
  const auto signature = top_signature(block);
  if (!signature) return signature.error().outcome;
  const auto key = keys.find(signature->key.selector);
  return verify(block, *signature, key == keys.end() ? nullptr : &key->second, body_hash);
}

std::string header_of(const std::string& mail) {
  return mail.substr(0, mail.find("\r\n\r\n") + 2);
}

std::string refolded(const std::string& mail) {
  return replaced(replaced(header_of(mail), "\r\n\t", "\r\n  \t "), "Carl Carlsson ", "Carl\r\n Carlsson \t");
}

struct MailRow {
  std::string name;
  bool is_relaxed;
};

const std::vector<MailRow>& mails() {
  static const std::vector<MailRow> rows = {
      {"dkimpy-rsa-relaxed.eml", true},
      {"dkimpy-rsa-simple.eml", false},
      {"dkimpy-ed25519-relaxed.eml", true},
      {"dkimpy-ed25519-simple.eml", false},
      {"opendkim-rsa-relaxed.eml", true},
      {"opendkim-rsa-simple.eml", false},
      {"opendkim-ed25519-relaxed.eml", true},
      {"pkcs1.eml", true},
      {"over-signed.eml", true},
      {"lowest-two.eml", true},
      {"both.eml", true},
      {"subdomain.eml", true},
      {"unbound.eml", true},
  };
  return rows;
}

TEST(Verify, WhatOthersSigned) {
  for (const auto& [name, is_relaxed] : mails()) {
    const std::string mail = fixture(name);
    EXPECT_EQ(verified(mail), Outcome::Good) << name << " with its body";
    EXPECT_EQ(verified(header_of(mail)), Outcome::Good) << name << " alone";
    EXPECT_EQ(verified(replaced(mail, "\r\n", "\n")), Outcome::Good) << name << " with LF";
    EXPECT_EQ(verified(replaced(header_of(mail), "\r\n\t", "\n\t")), Outcome::Good) << name << " with both";
    EXPECT_EQ(verified("From ann Mon Nov 23 09:15:00 2026\n" + mail), Outcome::Good) << name << " of an mbox";
    EXPECT_EQ(verified("Delivered-To: carl@example.net\r\nX-Seen:\r\n\tnow\r\n" + mail), Outcome::Good)
        << name << " with fields of another hop";
    EXPECT_EQ(verified(refolded(mail)), is_relaxed ? Outcome::Good : Outcome::BadSignature)
        << name << " refolded";
    EXPECT_EQ(verified(replaced(mail, "\r\nTo: ", "\r\nTO:  ")),
              is_relaxed ? Outcome::Good : Outcome::BadSignature)
        << name << " with another case";
  }
}

TEST(Verify, AChangeIsFound) {
  const std::string mail = header_of(fixture("dkimpy-rsa-relaxed.eml"));
  struct Row {
    const char* name;
    std::string mail;
    Outcome want;
  };
  const Row rows[] = {
      {"another From", changed(mail, "<ann@", "<eve@"), Outcome::BadSignature},
      {"another From on top", "From: eve@example.org\r\n" + mail, Outcome::Good},
      {"another From at the end", mail + "From: eve@example.org\r\n", Outcome::BadSignature},
      {"no From", changed(mail, "\r\nFrom: ", "\r\nX-From: "), Outcome::BadSignature},
      {"a blank gone", changed(mail, "many\t \tblanks", "manyblanks"), Outcome::BadSignature},
      {"an unsigned field", changed(mail, "en-GB", "de-DE"), Outcome::Good},
      {"an unsigned field gone", changed(mail, "Content-Language: en-GB\r\n", ""), Outcome::Good},
      {"fields in another order", changed(mail, "X-Empty: \r\n", "") + "X-Empty: \r\n", Outcome::Good},
      {"the signature at the end",
       mail.substr(mail.find("\r\nReceived:") + 2) + mail.substr(0, mail.find("\r\nReceived:") + 2),
       Outcome::Good},
      {"another selector", changed(mail, "s=rsa", "s=other"), Outcome::NoKey},
      {"the key of another", changed(mail, "s=rsa", "s=old"), Outcome::BadSignature},
      {"a key of another algorithm", changed(mail, "s=rsa", "s=ed"), Outcome::WrongAlgorithm},
      {"another algorithm", changed(mail, "a=rsa-sha256", "a=ed25519-sha256"), Outcome::WrongAlgorithm},
      {"rsa-sha1", changed(mail, "a=rsa-sha256", "a=rsa-sha1"), Outcome::WrongAlgorithm},
      {"another name in h=", changed(mail, "h=from : to", "h=from : tx"), Outcome::BadSignature},
      {"another form", changed(mail, "c=relaxed/relaxed", "c=simple/relaxed"), Outcome::BadSignature},
      {"another time", changed(mail, "; t=1", "; t=2"), Outcome::BadSignature},
      {"another tag", changed(mail, "; t=1", "; l=0; t=1"), Outcome::BadSignature},
  };
  for (const auto& row : rows) EXPECT_EQ(verified(row.mail), row.want) << row.name;
}

// Each byte of what is signed counts, wherever it is.
TEST(Verify, EachSignedByteCounts) {
  for (const auto* const name : {"dkimpy-rsa-relaxed.eml", "opendkim-rsa-simple.eml"}) {
    const std::string mail = header_of(fixture(name));
    const HeaderBlock block(mail);
    const auto signature = top_signature(block);
    auto fields = select_signed(block, signature->names, signature->field);
    for (const auto& field : block.fields()) {
      if (field.id == mail::FieldName::DKIMSignature) fields.push_back(&field);
    }
    int count = 0;
    for (const auto* const field : fields) {
      const auto begin = static_cast<std::size_t>(field->value.data() - mail.data());
      for (std::size_t i = begin; i < begin + field->value.size(); ++i) {
        if (base::is_space(mail[i])) continue;
        std::string other = mail;
        other[i] = other[i] == 'x' ? 'y' : 'x';
        // Four bits of a last digit, behind which there is padding, are not part of the value.
        if (mail.substr(i + 1, 2) == "==") continue;
        EXPECT_NE(verified(other), Outcome::Good) << name << " at " << i << ": " << other.substr(i, 20);
        ++count;
      }
    }
    EXPECT_GT(count, 900) << name;
  }
}

TEST(Verify, NamesAreTakenFromTheBottom) {
  const std::string low = header_of(fixture("lowest-two.eml"));
  EXPECT_EQ(verified(changed(low, "X-Case: top", "X-Case: other")), Outcome::Good)
      << "the third is not signed";
  EXPECT_EQ(verified("X-Case: more\r\n" + low), Outcome::Good);
  EXPECT_EQ(verified(low + "X-Case: more\r\n"), Outcome::BadSignature);
  EXPECT_EQ(verified(changed(low, "X-Case: low", "X-Case: other")), Outcome::BadSignature);
  EXPECT_EQ(verified(changed(low, "x-CASE:no", "x-CASE:yes")), Outcome::BadSignature);

  const std::string over = header_of(fixture("over-signed.eml"));
  EXPECT_EQ(verified("Subject: another\r\n" + over), Outcome::BadSignature)
      << "two are named, and there was one";
  EXPECT_EQ(verified("Reply-To: eve@example.com\r\n" + over), Outcome::BadSignature)
      << "named, and was not there";
  EXPECT_EQ(verified("List-Unsubscribe: <x>\r\n" + over), Outcome::Good) << "not named";
  EXPECT_EQ(verified("Received: from a by b\r\n" + over), Outcome::BadSignature) << "three are named";
}

TEST(Verify, NoNameStandsForTheSignatureItself) {
  const std::string mail = header_of(fixture("both.eml"));
  const HeaderBlock block(mail);
  const auto signature = top_signature(block);
  ASSERT_TRUE(signature && signature->covers("DKIM-Signature"));
  EXPECT_EQ(verified(changed(mail, "s=ed", "s=ex")), Outcome::BadSignature) << "it covers the one below";
  EXPECT_EQ(verified("DKIM-Signature: v=1; a=x\r\n" + mail), Outcome::WrongAlgorithm);
  // The lower one by itself.
  const auto end = mail.find("DKIM-Signature:", 1);
  EXPECT_EQ(verified(mail.substr(end)), Outcome::Good);
  // With the upper one at the bottom, its name stands for the other one, which is above it then.
  const std::string moved = mail.substr(end) + mail.substr(0, end);
  const HeaderBlock other(moved);
  const auto own = parse_signature(text_of(other.fields().back()));
  ASSERT_TRUE(own && own->key.selector == "rsa");
  const auto key = fixture_key("rsa");
  EXPECT_EQ(verify(other, *own, &key), Outcome::Good);
}

TEST(Verify, TheBodysHashIsAnInput) {
  const std::string mail = fixture("dkimpy-rsa-relaxed.eml");
  const HeaderBlock block(mail);
  EXPECT_EQ(verified(mail, top_signature(block)->body_hash), Outcome::Good);
  EXPECT_EQ(verified(mail, sha256("another body")), Outcome::BodyChanged);
}

TEST(Verify, AKeyMayForbidSubdomains) {
  const std::string record = parse_key_file(fixture("rsa._domainkey.example.org"))->record;
  const auto strict = PublicKey::parse(record + "; t=s");
  ASSERT_TRUE(strict);
  for (const auto& [name, want] : {std::pair{"subdomain.eml", Outcome::KeyForbids},
                                   {"pkcs1.eml", Outcome::BadSignature},
                                   {"dkimpy-rsa-relaxed.eml", Outcome::Good}}) {
    const std::string mail = fixture(name);
    const HeaderBlock block(mail);
    EXPECT_EQ(verify(block, *top_signature(block), &*strict), want) << name;
  }
}

// Workers share the keys.
TEST(Verify, ThreadsMayShareAKey) {
  for (const auto* const name : {"dkimpy-rsa-relaxed.eml", "dkimpy-ed25519-simple.eml"}) {
    const std::string mail = fixture(name);
    std::atomic<int> good = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 50; ++n) good += verified(mail) == Outcome::Good ? 1 : 0;
      });
    }
    for (auto& one : threads) one.join();
    EXPECT_EQ(good, 200) << name;
  }
}

TEST(Verify, HasCapsOfTheBlock) {
  // The last field is a signed one, so that it is missed if it is not read.
  const std::string mail =
      changed(header_of(fixture("dkimpy-rsa-relaxed.eml")), "X-Empty: \r\n", "") + "X-Empty: \r\n";
  const auto of_size = [&](std::size_t size) {
    return "X-Long: " + std::string(size - mail.size() - 10, 'x') + "\r\n" + mail;
  };
  EXPECT_EQ(verified(of_size(HeaderBlock::kMostBytes)), Outcome::Good);
  EXPECT_EQ(verified(of_size(HeaderBlock::kMostBytes + 1)), Outcome::BadSignature);
  const std::size_t fields = HeaderBlock(mail).fields().size();
  const auto of_fields = [&](std::size_t count) {
    std::string block;
    for (std::size_t i = fields; i < count; ++i) block += "a:\r\n";
    return block + mail;
  };
  EXPECT_EQ(verified(of_fields(HeaderBlock::kMostFields)), Outcome::Good);
  EXPECT_EQ(verified(of_fields(HeaderBlock::kMostFields + 1)), Outcome::BadSignature);
}

}  // namespace
}  // namespace backstop::dkim
