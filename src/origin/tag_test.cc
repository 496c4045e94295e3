#include "origin/tag.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/text.h"
#include "origin/tag_fixture.h"

namespace backstop::origin {
namespace {

constexpr int kToday = 20780;    // 2026-11-23
constexpr int kWrapDay = 21000;  // 2027-07-01, when the three digits go from 999 to 000

// Exim's lifetime: its vectors are made with it.
constexpr TagSettings kSevenDays{.lifetime = std::chrono::days(7)};

mail::Path path_of(std::string_view text) {
  return {address_of(text)};
}

std::string signed_text(std::string_view address, const KeyRing& keys, int today,
                        const TagSettings& settings = kSevenDays) {
  const auto result = sign(path_of(address), keys, day(today), settings);
  return result ? text_of(*result) : "not signed: " + std::string(name(result.error()));
}

struct SignRow {
  const char* name;
  std::string_view address;
  int key;
  int today;
  std::string_view want;
};

// What Exim 4.96 prints for these addresses with the secret "secret" on these days.
TEST(TagSign, MakesEximsTags) {
  const SignRow rows[] = {
      {"exim's own vector", "userx@test.ex", 0, kToday, "prvs=0787c97471=userx@test.ex"},
      {"key 1, expiry on the day of the wrap", "userx@test.ex", 1, 20993, "prvs=100092054d=userx@test.ex"},
      {"made on the day before the wrap", "userx@test.ex", 0, 20999, "prvs=000699bac2=userx@test.ex"},
      {"made on the day of the wrap", "userx@test.ex", 0, kWrapDay, "prvs=0007c8b3f0=userx@test.ex"},
      {"lower case", "andrew.smith@example.com", 0, kToday, "prvs=0787e48817=andrew.smith@example.com"},
      {"case kept, hash over the lower case", "Andrew.Smith@Example.COM", 0, kToday,
       "prvs=0787e48817=Andrew.Smith@Example.COM"},
      {"hash over the a-label", "Userx@BÜCHER.example", 0, kToday, "prvs=0787479e8f=Userx@BÜCHER.example"},
      {"an a-label", "userx@xn--bcher-kva.example", 0, kToday, "prvs=0787479e8f=userx@xn--bcher-kva.example"},
      {"one letter", "x@test.ex", 0, kToday, "prvs=07875c6f65=x@test.ex"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(signed_text(row.address, ring_of(key_of(row.key, "secret")), row.today), row.want) << row.name;
  }
}

TEST(TagSign, WritesTheSubAddressForm) {
  const auto keys = ring_of(key_of(0, "secret"));
  EXPECT_EQ(signed_text("userx@test.ex", keys, kToday,
                        {.lifetime = std::chrono::days(7), .form = TagForm::SubAddress}),
            "userx+prvs=0787c97471@test.ex");
  EXPECT_EQ(signed_text("userx@test.ex", keys, kToday,
                        {.lifetime = std::chrono::days(7), .form = TagForm::SubAddress, .delimiter = '-'}),
            "userx-prvs=0787c97471@test.ex");
}

struct RefusalRow {
  const char* name;
  std::string address;
  NotSigned want;
};

TEST(TagSign, LeavesWhatMustNotBeTagged) {
  const auto keys = ring_of(key_of(0, "secret"));
  const RefusalRow rows[] = {
      {"no domain", "postmaster", NotSigned::NoDomain},
      {"tagged", "prvs=0787c97471=userx@test.ex", NotSigned::AlreadyTagged},
      {"tagged in capitals", "PRVS=0787C97471=USERX@TEST.EX", NotSigned::AlreadyTagged},
      {"tagged, unreadable", "prvs=what=userx@test.ex", NotSigned::AlreadyTagged},
      {"tagged as a sub-address", "userx+prvs=0787c97471@test.ex", NotSigned::AlreadyTagged},
      {"tagged by Barracuda", "btv1==760cdc7c545==userx@test.ex", NotSigned::AlreadyTagged},
      {"tagged by SparkPost", "msprvs1=20676xgz=userx@test.ex", NotSigned::AlreadyTagged},
      {"tagged by Cisco", "prvs=262caef14=userx@test.ex", NotSigned::AlreadyTagged},
      {"SRS0", "SRS0=aa=bb=example.org=u@test.ex", NotSigned::Srs},
      {"SRS1, small, plus", "srs1+aa=bb=cc=u@test.ex", NotSigned::Srs},
      {"space", "a b@test.ex", NotSigned::Quoted},
      {"at sign", "a@b@test.ex", NotSigned::Quoted},
      {"two dots", "a..b@test.ex", NotSigned::Quoted},
      {"dot at the end", "a.@test.ex", NotSigned::Quoted},
      {"empty local part", "@test.ex", NotSigned::Quoted},
      {"local part of 49", std::string(49, 'a') + "@test.ex", NotSigned::LocalPartTooLong},
      {"address of 239", "a@" + std::string(237, 'b'), NotSigned::PathTooLong},
  };
  for (const auto& row : rows) {
    const auto result = sign(path_of(row.address), keys, day(kToday));
    ASSERT_FALSE(result) << row.name;
    EXPECT_EQ(name(result.error()), name(row.want)) << row.name;
  }
  EXPECT_EQ(sign(mail::Path{}, keys, day(kToday)).error(), NotSigned::NullPath);
  EXPECT_EQ(sign(path_of("u@test.ex"), ring_of(key_of(0, "secret", KeyUse::Verify)), day(kToday)).error(),
            NotSigned::NoSigningKey);
}

TEST(TagSign, SignsUpToTheLimits) {
  const auto keys = ring_of(key_of(0, "secret"));
  const auto longest_local = sign(path_of(std::string(48, 'a') + "@test.ex"), keys, day(kToday));
  ASSERT_TRUE(longest_local);
  EXPECT_EQ(longest_local->local.size(), 64u);
  const auto longest_path = sign(path_of("a@" + std::string(236, 'b')), keys, day(kToday));
  ASSERT_TRUE(longest_path);
  EXPECT_EQ(text_of(*longest_path).size(), 254u);
  EXPECT_TRUE(sign(path_of("j\xC3\xBCrgen@test.ex"), keys, day(kToday)));
  EXPECT_TRUE(sign(path_of("user@[192.0.2.1]"), keys, day(kToday)));
  EXPECT_TRUE(sign(path_of("srs0@test.ex"), keys, day(kToday)));
}

TEST(TagSign, EveryRefusalHasItsOwnWords) {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < kNotSignedNames.size(); ++i) words.insert(explain(static_cast<NotSigned>(i)));
  EXPECT_EQ(words.size(), kNotSignedNames.size());
  EXPECT_FALSE(words.contains(""));
}

struct VerifyRow {
  const char* name;
  std::string_view address;
  int today;
  TagOutcome want;
};

TEST(TagVerify, TellsTheOutcomesApart) {
  const auto keys = ring_of(key_of(0, "secret"));
  const VerifyRow rows[] = {
      {"first day", "prvs=0787c97471=userx@test.ex", kToday, TagOutcome::Good},
      {"last day", "prvs=0787c97471=userx@test.ex", kToday + 7, TagOutcome::Good},
      {"day after", "prvs=0787c97471=userx@test.ex", kToday + 8, TagOutcome::Stale},
      {"45 days old", "prvs=0787c97471=userx@test.ex", kToday + 45, TagOutcome::Stale},
      {"46 days old", "prvs=0787c97471=userx@test.ex", kToday + 46, TagOutcome::Expired},
      {"day before it was made", "prvs=0787c97471=userx@test.ex", kToday - 1, TagOutcome::Stale},
      {"45 days before it was made", "prvs=0787c97471=userx@test.ex", kToday - 45, TagOutcome::Stale},
      {"46 days before it was made", "prvs=0787c97471=userx@test.ex", kToday - 46, TagOutcome::Expired},
      {"hash in capitals", "prvs=0787C97471=userx@test.ex", kToday, TagOutcome::Good},
      {"all in capitals", "PRVS=0787C97471=USERX@TEST.EX", kToday, TagOutcome::Good},
      {"sub-address", "userx+prvs=0787c97471@test.ex", kToday, TagOutcome::Good},
      {"exim's, case as given", "prvs=0787eda7de=Andrew.Smith@Example.COM", kToday, TagOutcome::Good},
      {"exim's, case changed on the way", "prvs=0787eda7de=andrew.smith@example.com", kToday,
       TagOutcome::BadMac},
      {"of an a-label, as it is", "prvs=0787479e8f=userx@xn--bcher-kva.example", kToday, TagOutcome::Good},
      {"of an a-label, in capitals", "prvs=0787479e8f=userx@XN--BCHER-KVA.EXAMPLE", kToday, TagOutcome::Good},
      {"of an a-label, back as u-label", "prvs=0787479e8f=Userx@Bücher.example", kToday, TagOutcome::Good},
      {"of an a-label, back in capitals", "prvs=0787479e8f=userx@BÜCHER.EXAMPLE", kToday, TagOutcome::Good},
      {"of an a-label, back decomposed", "prvs=0787479e8f=userx@bu\u0308cher.example", kToday,
       TagOutcome::Good},
      {"of an a-label, other u-label", "prvs=0787479e8f=userx@bücker.example", kToday, TagOutcome::BadMac},
      {"of a u-label, in lower case", "prvs=078791aa45=userx@Bücher.example", kToday, TagOutcome::Good},
      {"of a u-label, as given", "prvs=07875f0e33=Userx@bücher.example", kToday, TagOutcome::Good},
      {"hash off by one bit", "prvs=0787c97470=userx@test.ex", kToday, TagOutcome::BadMac},
      {"other day", "prvs=0788c97471=userx@test.ex", kToday, TagOutcome::BadMac},
      {"other user", "prvs=0787c97471=usery@test.ex", kToday, TagOutcome::BadMac},
      {"other domain", "prvs=0787c97471=userx@test.example", kToday, TagOutcome::BadMac},
      {"a number that the ring never had", "prvs=100092054d=userx@test.ex", kToday, TagOutcome::BadMac},
      {"the same on the last day of a young ring", "prvs=100092054d=userx@test.ex", 20044,
       TagOutcome::UnknownKey},
      {"and on the next", "prvs=100092054d=userx@test.ex", 20045, TagOutcome::BadMac},
      {"no tag", "userx@test.ex", kToday, TagOutcome::NoTag},
      {"broken tag", "prvs=0787c974=x=userx@test.ex", kToday, TagOutcome::NoTag},
      {"cisco", "prvs=userx=0787c97471@test.ex", kToday, TagOutcome::Foreign},
      {"old exim", "prvs=userx/0787c97471@test.ex", kToday, TagOutcome::Foreign},
      {"barracuda", "btv1==760cdc7c545==userx@test.ex", kToday, TagOutcome::Foreign},
      {"sparkpost", "msprvs1=20676xgz=userx@test.ex", kToday, TagOutcome::Foreign},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(name(verify(address_of(row.address), keys, day(row.today), kSevenDays).outcome), name(row.want))
        << row.name;
  }
}

TEST(TagVerify, SaysWhichSpellingTheHashWasMadeOver) {
  const auto keys = ring_of(key_of(0, "secret"));
  const auto over = [&](std::string_view address) {
    const auto check = verify(address_of(address), keys, day(kToday));
    return check.outcome == TagOutcome::Good ? name(check.mac_over) : name(check.outcome);
  };
  EXPECT_EQ(over("prvs=0787e48817=Andrew.Smith@Example.COM"), "folded");
  EXPECT_EQ(over("prvs=0787eda7de=Andrew.Smith@Example.COM"), "as-given");
  // Exim's tag for Andrew.Smith@example.com, whose domain came back in capitals.
  EXPECT_EQ(over("prvs=07875992fd=Andrew.Smith@EXAMPLE.COM"), "folded-domain");
}

// A tag made on any day around the wrap is good on that day and fourteen more, then stale until it is 45 days
// old, and neither on any other day of the cycle.
TEST(TagVerify, WindowHoldsAcrossTheWrap) {
  const auto keys = ring_of(key_of(3, "secret"));
  for (int made = kWrapDay - 20; made <= kWrapDay + 20; ++made) {
    const auto address = address_of(signed_text("userx@test.ex", keys, made, {}));
    int good_days = 0;
    for (int today = made - 500; today < made + 500; ++today) {
      const auto check = verify(address, keys, day(today));
      const bool want_good = today >= made && today <= made + 14;
      const bool want_stale = !want_good && today >= made - 45 && today <= made + 45;
      ASSERT_EQ(name(check.outcome), want_good    ? "good"
                                     : want_stale ? "stale"
                                                  : "expired")
          << "made " << made << " read " << today;
      if (want_stale) EXPECT_EQ(check.is_ahead, today < made);
      if (want_good || want_stale) EXPECT_EQ(check.last_good_day, day(made + 14));
      if (!want_good) continue;
      ++good_days;
    }
    EXPECT_EQ(good_days, 15) << made;
  }
}

TEST(TagVerify, TakesIndimailsTagsOnlyWhereConfigured) {
  const auto address = address_of("prvs=0891a9abd5=test@example.com");
  const auto indimail = key_of(0, "1632203830", KeyUse::Verify, TagFamily::Indimail);
  constexpr int kMade = 18891;  // 2021-09-21
  EXPECT_EQ(verify(address, ring_of(indimail), day(kMade), kSevenDays).outcome, TagOutcome::Good);
  EXPECT_EQ(verify(address, ring_of(indimail), day(kMade)).family, TagFamily::Indimail);
  EXPECT_EQ(verify(address, ring_of(indimail), day(kMade + 7), kSevenDays).outcome, TagOutcome::Good);
  EXPECT_EQ(verify(address, ring_of(indimail), day(kMade + 8), kSevenDays).outcome, TagOutcome::Stale);
  EXPECT_EQ(verify(address, ring_of(indimail), day(kMade - 1), kSevenDays).outcome, TagOutcome::Stale);
  EXPECT_EQ(verify(address, ring_of(indimail), day(kMade - 46), kSevenDays).outcome, TagOutcome::Expired);
  EXPECT_EQ(verify(address, ring_of(key_of(0, "1632203830")), day(kMade)).outcome, TagOutcome::BadMac);

  KeyRing both = ring_of(key_of(0, "secret"));
  ASSERT_TRUE(both.add(indimail));
  EXPECT_EQ(verify(address, both, day(kMade)).outcome, TagOutcome::Good);
  EXPECT_EQ(verify(address_of("prvs=0787c97471=userx@test.ex"), both, day(kToday)).outcome, TagOutcome::Good);
}

TEST(TagVerify, TakesARetiredKeyForAsLongAsItsTagsAreStale) {
  Key retired = key_of(0, "secret", KeyUse::Retired);
  retired.retired = day(kToday);
  const auto address = address_of("prvs=0787c97471=userx@test.ex");
  const auto outcome_on = [&](int today) {
    return verify(address, ring_of(retired), day(today), kSevenDays).outcome;
  };
  EXPECT_EQ(outcome_on(kToday + 7), TagOutcome::Good);
  EXPECT_EQ(outcome_on(kToday + 8), TagOutcome::Stale);
  EXPECT_EQ(outcome_on(kToday + 45), TagOutcome::Stale);
  EXPECT_EQ(outcome_on(kToday + 46), TagOutcome::BadMac);
}

TEST(TagVerify, ALongLifetimeLeavesNothingStale) {
  const auto keys = ring_of(key_of(0, "secret"));
  const TagSettings settings{.lifetime = std::chrono::days(60)};
  const auto address = address_of(signed_text("userx@test.ex", keys, kToday, settings));
  EXPECT_EQ(verify(address, keys, day(kToday + 60), settings).outcome, TagOutcome::Good);
  EXPECT_EQ(verify(address, keys, day(kToday + 61), settings).outcome, TagOutcome::Expired);
}

struct SettingsRow {
  const char* name;
  TagSettings settings;
  bool want;
};

TEST(TagSettings, AreChecked) {
  const SettingsRow rows[] = {
      {"default", {}, true},
      {"one day", {.lifetime = std::chrono::days(1)}, true},
      {"no day", {.lifetime = std::chrono::days(0)}, false},
      {"negative", {.lifetime = std::chrono::days(-7)}, false},
      {"500", {.lifetime = std::chrono::days(500)}, true},
      {"501", {.lifetime = std::chrono::days(501)}, false},
      {"minus", {.delimiter = '-'}, true},
      {"equals sign", {.delimiter = '='}, false},
      {"letter", {.delimiter = 'p'}, false},
      {"at sign", {.delimiter = '@'}, false},
      {"nothing", {.delimiter = '\0'}, false},
  };
  for (const auto& row : rows) EXPECT_EQ(check(row.settings).has_value(), row.want) << row.name;
}

}  // namespace
}  // namespace backstop::origin
