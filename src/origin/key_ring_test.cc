#include "origin/key_ring.h"

#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <string>

#include "origin/tag_fixture.h"

namespace backstop::origin {
namespace {

constexpr std::chrono::days kLifetime{7};

constexpr std::string_view kFile =
    "# a comment\n"
    "\n"
    "0 exim retired:2026-11-23 2026-06-01 first secret\r\n"
    "\t1  exim\tsign 2026-11-23   second  secret  \n"
    "0 indimail verify 2021-09-21 1632203830";

TEST(KeyRing, ReadsAFile) {
  const auto ring = KeyRing::parse(kFile);
  ASSERT_TRUE(ring) << ring.error().message;
  ASSERT_EQ(ring->keys().size(), 3u);
  const auto& first = ring->keys()[0];
  EXPECT_EQ(first.use, KeyUse::Retired);
  EXPECT_EQ(first.retired, day(20780));
  EXPECT_EQ(first.secret, "first secret");
  ASSERT_NE(ring->signing_key(), nullptr);
  EXPECT_EQ(ring->signing_key()->number, 1);
  EXPECT_EQ(ring->signing_key()->secret, "second  secret");
  EXPECT_EQ(ring->keys()[2].family, TagFamily::Indimail);
}

TEST(KeyRing, WritesWhatItReads) {
  const auto ring = KeyRing::parse(kFile);
  ASSERT_TRUE(ring);
  const auto text = ring->serialize();
  const auto again = KeyRing::parse(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->serialize(), text);
  EXPECT_EQ(again->keys().size(), 3u);
  EXPECT_TRUE(text.starts_with("# "));
}

struct BadRow {
  const char* name;
  std::string text;
  std::string_view want;  // in the message
};

TEST(KeyRing, RefusesWhatIsNoKeyFile) {
  const BadRow rows[] = {
      {"empty", "", "holds no key"},
      {"comments alone", "# nothing\n", "holds no key"},
      {"number past nine", "10 exim sign 2026-01-01 s3cret", "line 1: the key number"},
      {"no number", "x exim sign 2026-01-01 s3cret", "line 1: the key number"},
      {"family", "# head\n0 sha256 sign 2026-01-01 s3cret", "line 2: the family"},
      {"use", "0 exim signs 2026-01-01 s3cret", "line 1: the use"},
      {"retired when", "0 exim retired 2026-01-01 s3cret", "line 1: the use"},
      {"retired on no day", "0 exim retired:2026-02-30 2026-01-01 s3cret", "line 1: the use"},
      {"made on no day", "0 exim sign yesterday s3cret", "line 1: the day"},
      {"no secret", "0 exim sign 2026-01-01", "line 1: the secret is missing"},
      {"long secret", "0 exim sign 2026-01-01 " + std::string(257, 's'), "line 1: the secret is longer"},
      {"control character",
       "0 exim sign 2026-01-01 s3\x01"
       "cret",
       "line 1: the secret has control"},
      {"twice", "0 exim sign 2026-01-01 s3cret\n0 exim verify 2026-01-01 s3cret2",
       "line 2: key 0 is there twice"},
      {"two sign", "0 exim sign 2026-01-01 s3cret\n1 exim sign 2026-01-01 s3cret2",
       "line 2: key 0 signs already"},
      {"indimail signs", "0 indimail sign 2026-01-01 s3cret", "line 1: an indimail key"},
      {"indimail with a number", "1 indimail verify 2026-01-01 s3cret", "line 1: an indimail key"},
      {"huge", std::string(KeyRing::kMostText + 1, '\n'), "longer than"},
  };
  for (const auto& row : rows) {
    const auto ring = KeyRing::parse(row.text);
    ASSERT_FALSE(ring) << row.name;
    EXPECT_NE(ring.error().message.find(row.want), std::string::npos)
        << row.name << ": " << ring.error().message;
    EXPECT_EQ(ring.error().message.find("s3cret"), std::string::npos) << row.name;
  }
}

TEST(KeyRing, TakesTheLongestSecretAndFile) {
  EXPECT_TRUE(KeyRing::parse("0 exim sign 2026-01-01 " + std::string(256, 's')));
  const std::string line = "0 exim sign 2026-01-01 s\n";
  EXPECT_TRUE(KeyRing::parse(std::string(KeyRing::kMostText - line.size(), '\n') + line));
}

TEST(KeyRing, RotatesAndKeepsTheOldKeyFor45Days) {
  KeyRing ring = ring_of(key_of(0, "old"));
  const auto number = ring.rotate("new", day(20780), kLifetime);
  ASSERT_TRUE(number);
  EXPECT_EQ(*number, 1);
  EXPECT_EQ(ring.signing_key()->secret, "new");
  EXPECT_EQ(ring.signing_key()->created, day(20780));
  ASSERT_EQ(ring.keys().size(), 2u);
  const Key& old = ring.keys()[0];
  EXPECT_EQ(old.use, KeyUse::Retired);
  EXPECT_EQ(old.retired, day(20780));
  EXPECT_EQ(last_day(old, kLifetime), day(20825));
  EXPECT_TRUE(is_accepted(old, day(20825), kLifetime));
  EXPECT_FALSE(is_accepted(old, day(20826), kLifetime));
  EXPECT_EQ(last_day(old, std::chrono::days(60)), day(20840)) << "a longer lifetime counts";
}

TEST(KeyRing, BeginsAtTheNumberThatItIsGiven) {
  KeyRing ring;
  EXPECT_EQ(ring.rotate("first", day(20780), kLifetime, 9), 9);
  EXPECT_EQ(ring.rotate("second", day(20780), kLifetime, 5), 0) << "the one that signed counts";
}

TEST(KeyRing, IsYoungFor45DaysFromItsOldestKeyOn) {
  KeyRing ring;
  EXPECT_TRUE(ring.is_young(day(20780)));
  EXPECT_FALSE(ring.first_created());
  ASSERT_TRUE(ring.add(key_of(3, "old")));
  ASSERT_TRUE(ring.rotate("new", day(20780), kLifetime));
  EXPECT_EQ(ring.first_created(), day(20000));
  EXPECT_TRUE(ring.is_young(day(20044)));
  EXPECT_FALSE(ring.is_young(day(20045)));
}

TEST(KeyRing, FingerprintsTellKeysApartWhateverTheirUse) {
  const auto one = fingerprint(key_of(0, "secret"));
  EXPECT_EQ(one.size(), 8u);
  EXPECT_EQ(one, fingerprint(key_of(5, "secret", KeyUse::Verify))) << "the same secret on another machine";
  EXPECT_NE(one, fingerprint(key_of(0, "secret2")));
  EXPECT_NE(one, fingerprint(key_of(0, "secret", KeyUse::Verify, TagFamily::Indimail)));
}

TEST(KeyRing, GoesRoundAndReusesNumbersOnlyWhenTheyAreFree) {
  KeyRing ring = ring_of(key_of(0, "key 0"));
  for (int i = 1; i < KeyRing::kNumbers; ++i) {
    const auto number = ring.rotate("key " + std::to_string(i), day(20780), kLifetime);
    ASSERT_TRUE(number);
    EXPECT_EQ(*number, i);
  }
  const auto before = ring.serialize();
  EXPECT_FALSE(ring.rotate("one too many", day(20825), kLifetime));
  EXPECT_EQ(ring.serialize(), before);

  const auto number = ring.rotate("key 0 again", day(20826), kLifetime);
  ASSERT_TRUE(number);
  EXPECT_EQ(*number, 0);
  EXPECT_EQ(ring.keys().size(), 2u) << "the nine that were retired 45 days ago are gone";
}

KeyNumbers numbers(std::initializer_list<int> all) {
  KeyNumbers set;
  for (const int number : all) set.set(static_cast<std::size_t>(number));
  return set;
}

TEST(KeyRing, KeepsAKeyWithWhichSomethingIsEncrypted) {
  KeyRing ring = ring_of(key_of(0, "old"));
  ASSERT_EQ(ring.rotate("next", day(20780), kLifetime), 1);
  ASSERT_EQ(ring.rotate("later", day(20900), kLifetime, 0, numbers({0})), 2);
  ASSERT_EQ(ring.keys().size(), 3u);
  EXPECT_EQ(ring.keys()[0].secret, "old") << "retired 120 days ago";
  ASSERT_EQ(ring.rotate("last", day(21000), kLifetime), 3);
  EXPECT_EQ(ring.keys().size(), 2u) << "nothing needs it any more";
}

TEST(KeyRing, GivesNoNumberAgainThatIsInUse) {
  KeyRing ring = ring_of(key_of(0, "old"));
  EXPECT_EQ(ring.rotate("next", day(20780), kLifetime, 0, numbers({1, 2})), 3) << "their keys are lost";
  const auto refused = ring.add(key_of(5, "key", KeyUse::Verify), numbers({5}));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("encrypted with an earlier key 5"), std::string::npos);
  EXPECT_TRUE(ring.add(key_of(6, "key", KeyUse::Verify), numbers({5})));
  EXPECT_TRUE(ring.add(key_of(0, "1", KeyUse::Verify, TagFamily::Indimail), numbers({0})))
      << "another family encrypts nothing";
}

TEST(KeyRing, DoesNotRotateIfEveryNumberIsInUse) {
  KeyRing ring = ring_of(key_of(0, "old"));
  const auto before = ring.serialize();
  const auto number = ring.rotate("new", day(20780), kLifetime, 0, KeyNumbers().set());
  ASSERT_FALSE(number);
  EXPECT_NE(number.error().message.find("unless something is still encrypted with it"), std::string::npos);
  EXPECT_EQ(ring.serialize(), before);
  KeyNumbers all_but_one = KeyNumbers().set().reset(7);
  EXPECT_EQ(ring.rotate("new", day(20780), kLifetime, 0, all_but_one), 7);
}

TEST(KeyRing, RotatesPastKeysThatOnlyVerify) {
  KeyRing ring = ring_of(key_of(0, "signs"));
  ASSERT_TRUE(ring.add(key_of(1, "another server's", KeyUse::Verify)));
  EXPECT_EQ(ring.rotate("new", day(20780), kLifetime), 2);
  EXPECT_EQ(ring.keys().size(), 3u);
}

TEST(KeyRing, RotatesARingThatDidNotSign) {
  KeyRing ring = ring_of(key_of(0, "1632203830", KeyUse::Verify, TagFamily::Indimail));
  EXPECT_EQ(ring.rotate("new", day(20780), kLifetime), 0);
}

TEST(KeyRing, RotationRefusesABadSecretAndChangesNothing) {
  KeyRing ring = ring_of(key_of(0, "old"));
  const auto before = ring.serialize();
  EXPECT_FALSE(ring.rotate("", day(20780), kLifetime));
  EXPECT_FALSE(ring.rotate("two\nlines", day(20780), kLifetime));
  EXPECT_EQ(ring.serialize(), before);
}

}  // namespace
}  // namespace backstop::origin
