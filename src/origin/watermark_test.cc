#include "origin/watermark.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "origin/tag_fixture.h"

namespace backstop::origin {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 10h;
constexpr WatermarkStamp kStamp{.now = kNow, .id = {0, 1, 2, 3, 4, 5, 6, 7}};
constexpr std::string_view kAnn = "ann@example.org";
constexpr std::string_view kNews = "news@example.org";
// Made by a program of its own, with HKDF and HMAC by their RFCs.
constexpr std::string_view kHead = "1;0;01c899d8;AAECAwQFBgc;";
constexpr std::string_view kMacOfAnn = "gEYe68UfzTq8Zg";
constexpr std::string_view kMacOfNews = "KIc1B38_YpIf2g";

WatermarkKeys keys_of(const Key& key) {
  return WatermarkKeys(ring_of(key));
}

std::string value_of(std::string_view sender, std::string_view from = "") {
  return make_watermark(keys_of(key_of(0, "secret")), kStamp, sender, from).value_or("none");
}

WatermarkCheck check(std::string_view value, const std::vector<std::string>& addresses,
                     const WatermarkKeys& keys = keys_of(key_of(0, "secret")),
                     std::chrono::sys_seconds now = kNow) {
  const auto watermark = parse_watermark(value);
  EXPECT_TRUE(watermark) << value;
  return watermark ? check_watermark(*watermark, keys, addresses, now) : WatermarkCheck{};
}

std::string outcome(std::string_view value, const std::vector<std::string>& addresses,
                    const WatermarkKeys& keys = keys_of(key_of(0, "secret")),
                    std::chrono::sys_seconds now = kNow) {
  return std::string(name(check(value, addresses, keys, now).outcome));
}

TEST(Watermark, IsMadeAsTheFormatSays) {
  const struct {
    const char* name;
    std::string_view sender;
    std::string_view from;
    std::string want;
  } rows[] = {
      {"no From", kAnn, "", fmt::format("{}{}", kHead, kMacOfAnn)},
      {"From is the sender's owner", kAnn, kAnn, fmt::format("{}{}", kHead, kMacOfAnn)},
      {"another From", kNews, kAnn, fmt::format("{}{};{}", kHead, kMacOfNews, kMacOfAnn)},
      {"a null path", "", kAnn, fmt::format("{};{}", kHead, kMacOfAnn)},
      {"nobody", "", "", "none"},
  };
  for (const auto& row : rows) EXPECT_EQ(value_of(row.sender, row.from), row.want) << row.name;
  EXPECT_EQ(value_of(kAnn).size(), 39U);
  EXPECT_EQ(value_of(kNews, kAnn).size(), 54U);
}

TEST(Watermark, IsMadeByTheKeyThatSigns) {
  KeyRing ring = ring_of(key_of(3, "old"));
  ASSERT_TRUE(ring.rotate("secret", day(20780), std::chrono::days(14)));
  EXPECT_EQ(make_watermark(WatermarkKeys(ring), kStamp, kAnn, "").value_or("").substr(0, 4), "1;4;");
  EXPECT_FALSE(make_watermark({}, kStamp, kAnn, ""));
  EXPECT_FALSE(make_watermark(keys_of(key_of(0, "secret", KeyUse::Verify)), kStamp, kAnn, ""));
}

TEST(Watermark, MatchesTheAddressThatItWasMadeFor) {
  const struct {
    const char* name;
    std::string value;
    std::vector<std::string> addresses;
    std::string_view want;
    std::string_view want_address;
    bool want_from = false;
  } rows[] = {
      {"the sender", value_of(kAnn), {"bob@example.org", std::string(kAnn)}, "good", kAnn},
      {"the sender of two", value_of(kNews, kAnn), {std::string(kNews)}, "good", kNews},
      {"From of two", value_of(kNews, kAnn), {std::string(kAnn)}, "good", kAnn, true},
      {"From alone", value_of("", kAnn), {std::string(kAnn)}, "good", kAnn, true},
      {"the first that matches",
       value_of(kNews, kAnn),
       {"x@y.ex", std::string(kAnn), std::string(kNews)},
       "good",
       kAnn,
       true},
      {"another", value_of(kAnn), {"bob@example.org"}, "no-match", ""},
      {"another case", value_of(kAnn), {"Ann@example.org"}, "no-match", ""},
      {"nobody", value_of(kAnn), {}, "no-match", ""},
  };
  for (const auto& row : rows) {
    const auto found = check(row.value, row.addresses);
    EXPECT_EQ(name(found.outcome), row.want) << row.name;
    EXPECT_EQ(found.address, row.want_address) << row.name;
    EXPECT_EQ(found.is_from, row.want_from) << row.name;
  }
}

TEST(Watermark, TriesSoManyAddressesAndNoMore) {
  std::vector<std::string> addresses(kMostWatermarkTries - 1, "x@example.org");
  addresses.emplace_back(kAnn);
  EXPECT_EQ(outcome(value_of(kAnn), addresses), "good");
  addresses.insert(addresses.begin(), "x@example.org");
  EXPECT_EQ(outcome(value_of(kAnn), addresses), "no-match");
}

TEST(Watermark, LivesThirtyDaysAndMayBeADayAhead) {
  const struct {
    std::chrono::seconds age;
    std::string_view want;
  } rows[] = {
      {0s, "good"},           {30 * 24h, "good"}, {30 * 24h + 59s, "good"}, {30 * 24h + 1min, "expired"},
      {400 * 24h, "expired"}, {-24h, "good"},     {-24h - 1s, "ahead"},     {-24h - 1min, "ahead"},
      {-400 * 24h, "ahead"},
  };
  for (const auto& row : rows) {
    const auto found =
        check(value_of(kAnn), {std::string(kAnn)}, keys_of(key_of(0, "secret")), kNow + row.age);
    EXPECT_EQ(name(found.outcome), row.want) << row.age.count();
    EXPECT_EQ(found.address, kAnn) << row.age.count();
  }
  EXPECT_EQ(outcome(value_of(kAnn), {"bob@example.org"}, keys_of(key_of(0, "secret")), kNow + 400 * 24h),
            "no-match");
}

TEST(Watermark, NeedsAKeyOfTheRing) {
  Key retired = key_of(0, "secret", KeyUse::Retired);
  const auto today = std::chrono::floor<std::chrono::days>(kNow);
  const auto with = [&](std::chrono::sys_days day) {
    retired.retired = day;
    return keys_of(retired);
  };
  KeyRing indimail = ring_of(key_of(0, "secret", KeyUse::Verify, TagFamily::Indimail));
  const struct {
    const char* name;
    WatermarkKeys keys;
    std::string_view want;
  } rows[] = {
      {"verifies", keys_of(key_of(0, "secret", KeyUse::Verify)), "good"},
      {"retired 45 days ago", with(today - std::chrono::days(45)), "good"},
      {"retired 46 days ago", with(today - std::chrono::days(46)), "retired-key"},
      {"another number", keys_of(key_of(1, "secret")), "unknown-key"},
      {"another secret", keys_of(key_of(0, "secret2")), "no-match"},
      {"indimail's", WatermarkKeys(indimail), "unknown-key"},
      {"no ring", {}, "unknown-key"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(outcome(value_of(kAnn), {std::string(kAnn)}, row.keys), row.want) << row.name;
}

TEST(Watermark, IsReadAsItComesBack) {
  const std::string ann = std::string(kHead) + std::string(kMacOfAnn);
  const std::string both = value_of(kNews, kAnn);
  const struct {
    const char* name;
    std::string text;
  } rows[] = {
      {"plain", ann},
      {"white space before", "  \t" + ann},
      {"folded before it", "\r\n\t" + ann},
      {"another word behind it", ann + "Received"},
      {"a field behind it", ann + "\r\nReceived: x"},
      {"a dot", ann + "."},
      {"cut in the id", ann.substr(0, 18) + "\r\n" + ann.substr(18)},
      {"cut and quoted", ann.substr(0, 30) + "\n> > " + ann.substr(30)},
      {"cut at the semicolon", "1\n;0;" + ann.substr(4)},
      {"both", both},
      {"both, cut before the second", both.substr(0, 39) + "\n|" + both.substr(39)},
      {"From alone", std::string(kHead) + ";" + std::string(kMacOfAnn)},
  };
  for (const auto& row : rows) {
    const auto found = parse_watermark(row.text);
    ASSERT_TRUE(found) << row.name;
    EXPECT_EQ(found->key_number, 0) << row.name;
    EXPECT_EQ(found->time(), kNow) << row.name;
    EXPECT_EQ(found->id, kStamp.id) << row.name;
    EXPECT_EQ(outcome(row.text, {std::string(kAnn)}), "good") << row.name;
  }
}

TEST(Watermark, RefusesWhatItWouldNotWrite) {
  const std::string ann = std::string(kHead) + std::string(kMacOfAnn);
  const struct {
    const char* name;
    std::string text;
  } rows[] = {
      {"empty", ""},
      {"another version", "2" + ann.substr(1)},
      {"no key number", "1;;" + ann.substr(4)},
      {"a key number of two digits", "1;10;" + ann.substr(4)},
      {"a key letter", "1;a;" + ann.substr(4)},
      {"seven hex digits", "1;0;1c899d8;" + ann.substr(13)},
      {"nine", "1;0;001c899d8;" + ann.substr(13)},
      {"no hex", "1;0;01c899g8;" + ann.substr(13)},
      {"hex in capitals", "1;0;01C899D8;" + ann.substr(13)},
      {"a short id", "1;0;01c899d8;AAECAwQFBg;" + std::string(kMacOfAnn)},
      {"a long one", "1;0;01c899d8;AAECAwQFBgcA;" + std::string(kMacOfAnn)},
      {"another spelling of the id", "1;0;01c899d8;AAECAwQFBgd;" + std::string(kMacOfAnn)},
      {"another spelling of the MAC", ann.substr(0, ann.size() - 1) + "h"},
      {"base64 of mail", "1;0;01c899d8;AAECAwQFBg+;" + std::string(kMacOfAnn)},
      {"a short MAC", ann.substr(0, ann.size() - 1)},
      {"no MAC", std::string(kHead)},
      {"two empty ones", std::string(kHead) + ";"},
      {"cut at every place", ann.substr(0, 20)},
      {"words", "is a field of our gateway"},
  };
  for (const auto& row : rows) EXPECT_FALSE(parse_watermark(row.text)) << row.name;
  for (std::size_t size = 0; size < ann.size(); ++size)
    EXPECT_FALSE(parse_watermark(ann.substr(0, size))) << size;
}

// A part of F that came back is no F, and the rest still stands.
TEST(Watermark, KeepsTheSenderIfFromIsDamaged) {
  const auto found = parse_watermark(value_of(kNews, kAnn).substr(0, 50));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->sender);
  EXPECT_FALSE(found->from);
}

TEST(Watermark, EveryChangedCharacterBreaksIt) {
  const std::string value = value_of(kAnn);
  for (std::size_t i = 0; i < value.size(); ++i) {
    std::string changed = value;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto found = parse_watermark(changed);
    if (found) EXPECT_NE(outcome(changed, {std::string(kAnn)}), "good") << changed;
    changed[i] = value[i] == '1' ? '2' : '1';
    const auto again = parse_watermark(changed);
    if (again) EXPECT_NE(outcome(changed, {std::string(kAnn)}), "good") << changed;
  }
}

}  // namespace
}  // namespace backstop::origin
