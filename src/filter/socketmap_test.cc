// The requests and answers of socketmap_table(5), and which tags are taken off.
#include "filter/socketmap.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "origin/tag_fixture.h"

namespace backstop::filter {
namespace {

constexpr int kToday = 20780;  // 2026-11-23

std::string netstring(std::string_view text) {
  return std::to_string(text.size()) + ":" + std::string(text) + ",";
}

TEST(MapRequest, IsReadWhole) {
  struct Row {
    std::string_view name;
    std::string text;
    std::string_view want_map;
    std::string_view want_key;
  };
  const Row rows[] = {
      {"an address", "backstop ann@example.org", "backstop", "ann@example.org"},
      {"a key with spaces", "backstop \"a b\"@example.org", "backstop", "\"a b\"@example.org"},
      {"an empty key", "backstop ", "backstop", ""},
      {"an empty map", " ann", "", "ann"},
      {"a comma and a colon", "b 1:a,", "b", "1:a,"},
      {"the longest", "b " + std::string(kMostMapRequest - 2, 'x'), "b", std::string_view{}},
  };
  for (const auto& row : rows) {
    const std::string bytes = netstring(row.text);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      const auto part = parse_map_request(std::string_view(bytes).substr(0, cut));
      ASSERT_TRUE(part) << row.name << " cut at " << cut;
      ASSERT_FALSE(part->request) << row.name << " cut at " << cut;
      ASSERT_EQ(part->size, 0u) << row.name << " cut at " << cut;
    }
    const std::string more = bytes + "7:b next,";
    const auto whole = parse_map_request(more);
    ASSERT_TRUE(whole && whole->request) << row.name;
    EXPECT_EQ(whole->size, bytes.size()) << row.name;
    EXPECT_TRUE(whole->has_key) << row.name;
    EXPECT_EQ(whole->request->map, row.want_map) << row.name;
    const auto key = row.want_key.data() == nullptr ? std::string_view(row.text).substr(2) : row.want_key;
    EXPECT_EQ(whole->request->key, key) << row.name;
  }
}

TEST(MapRequest, WithoutASpaceHasNoKey) {
  for (const std::string_view text : {"", "backstop"}) {
    const auto parse = parse_map_request(netstring(text));
    ASSERT_TRUE(parse) << text;
    EXPECT_FALSE(parse->request) << text;
    EXPECT_FALSE(parse->has_key) << text;
    EXPECT_EQ(parse->size, netstring(text).size()) << text;
  }
}

TEST(MapRequest, MustBeANetstring) {
  struct Row {
    std::string_view name;
    std::string bytes;
    std::string_view want;
  };
  const Row rows[] = {
      {"another protocol", "GET / HTTP/1.1\r\n", "what came is no netstring"},
      {"no digit", ":b x,", "what came is no netstring"},
      {"a sign", "+3:b x,", "what came is no netstring"},
      {"a space behind the length", "3 :b x,", "what came is no netstring"},
      {"a zero in front", "03:b x,", "the length of a netstring begins with a zero"},
      {"no comma", "3:b x;", "a netstring doesn't end with a comma"},
      {"a length that is too small", "2:b x,", "a netstring doesn't end with a comma"},
      {"one too many", std::to_string(kMostMapRequest + 1), "a request is too long; the most is 4096 octets"},
      {"a length beyond all numbers", std::string(100, '9'),
       "a request is too long; the most is 4096 octets"},
  };
  for (const auto& row : rows) {
    const auto parse = parse_map_request(row.bytes);
    ASSERT_FALSE(parse) << row.name;
    EXPECT_EQ(parse.error().message, row.want) << row.name;
  }
}

TEST(MapAnswer, IsANetstring) {
  const auto text_of = [](const MapAnswer& answer) {
    std::string out = "x";
    append_map_answer(answer, out);
    return out;
  };
  EXPECT_EQ(text_of({MapStatus::Found, "ann@example.org"}), "x18:OK ann@example.org,");
  EXPECT_EQ(text_of({}), "x9:NOTFOUND ,");
  EXPECT_EQ(text_of({MapStatus::Later, "no keys"}), "x12:TEMP no keys,");
  EXPECT_EQ(text_of({MapStatus::Never, "no key"}), "x11:PERM no key,");
}

intake::Site site() {
  intake::Site site;
  site.domains = {{.name = "example.org"}, {.name = "bücher.example"}};
  site.keys = origin::ring_of(origin::key_of(0, "secret"));
  return site;
}

std::string tagged(std::string_view address, int today = kToday, origin::TagSettings settings = {}) {
  const auto made = origin::sign({origin::address_of(address)}, site().keys, origin::day(today), settings);
  return made ? made->text() : "not tagged";
}

TEST(LookUpTagged, TakesOffGoodTagsOfOurs) {
  struct Row {
    std::string_view name;
    std::string key;
    std::string_view want;  ///< empty: not found
  };
  const std::string good = tagged("ann@example.org");
  std::string damaged = good;
  damaged[12] = damaged[12] == 'a' ? 'b' : 'a';
  std::string other_user = good;
  other_user.replace(other_user.find("=ann"), 4, "=eve");
  std::string of_key_1 = good;
  of_key_1[5] = '1';
  const Row rows[] = {
      {"good", good, "ann@example.org"},
      {"the case as given", tagged("Ann.B@Example.ORG"), "Ann.B@Example.ORG"},
      {"with a sub-address", tagged("ann+shop@example.org"), "ann+shop@example.org"},
      {"in the sub-address", tagged("ann@example.org", kToday, {.form = origin::TagForm::SubAddress}),
       "ann@example.org"},
      {"of a domain that is no ASCII", tagged("ann@bücher.example"), "ann@bücher.example"},
      {"on its last day", tagged("ann@example.org", kToday - 14), "ann@example.org"},
      {"stale", tagged("ann@example.org", kToday - 15), "ann@example.org"},
      {"expired", tagged("ann@example.org", kToday - 14 - 46), ""},
      {"damaged", damaged, ""},
      {"the tag of another user", other_user, ""},
      {"of a key that there isn't", of_key_1, ""},
      {"of a domain that isn't ours", tagged("ann@else.test"), ""},
      {"no tag", "ann@example.org", ""},
      {"Barracuda's", "btv1==1d2e3f==ann@example.org", ""},
      {"without its domain", good.substr(0, good.find('@')), ""},
      {"a domain alone", "@example.org", ""},
      {"nothing", "", ""},
      {"no text", std::string("\xff\0\x80", 3), ""},
  };
  for (const auto& row : rows) {
    const auto answer = look_up_tagged(row.key, site(), origin::day(kToday));
    const MapAnswer want =
        row.want.empty() ? MapAnswer{} : MapAnswer{MapStatus::Found, std::string(row.want)};
    EXPECT_EQ(answer.status, want.status) << row.name << ": " << row.key;
    EXPECT_EQ(answer.text, want.text) << row.name << ": " << row.key;
  }
}

TEST(LookUpTagged, FindsNothingWithoutKeys) {
  auto bare = site();
  const auto key = tagged("ann@example.org");
  bare.keys = {};
  EXPECT_EQ(look_up_tagged(key, bare, origin::day(kToday)), MapAnswer{});
}

}  // namespace
}  // namespace backstop::filter
