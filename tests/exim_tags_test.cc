// Our tags against Exim's own operators, in both directions. Takes what scripts/fetch-peers gets; is skipped
// without it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "base/day.h"
#include "origin/tag.h"
#include "origin/tag_fixture.h"

namespace backstop::origin {
namespace {

constexpr const char* kExpand = BACKSTOP_SOURCE_DIR "/var/exim/expand";

std::chrono::sys_days today() {
  return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
}

std::string read_output(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string text;
  std::array<char, 4096> block{};
  while (const auto size = std::fread(block.data(), 1, block.size(), pipe.get()))
    text.append(block.data(), size);
  return text;
}

/// What Exim makes of each expression, as on `day`, or on the real day of today.
std::vector<std::string> expand(const std::vector<std::string>& expressions, std::string_view day = "") {
  std::string command = "EXIM_DAY='" + std::string(day) + "' '" + kExpand + "'";
  for (const auto& expression : expressions) command += " '" + expression + "'";
  std::istringstream output(read_output(command + " 2>&1"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(output, line);) lines.push_back(line);
  EXPECT_EQ(lines.size(), expressions.size()) << command << '\n' << output.str();
  lines.resize(expressions.size());
  return lines;
}

std::string prvs(std::string_view address, std::string_view secret, int key) {
  return "${prvs{" + std::string(address) + "}{" + std::string(secret) + "}{" + std::to_string(key) + "}}";
}

std::string prvscheck(const mail::Address& address, std::string_view secret) {
  return "${prvscheck{" + text_of(address) + "}{" + std::string(secret) +
         "}{$prvscheck_result,$prvscheck_keynum,$prvscheck_address}}";
}

// Exim knows no other.
constexpr TagSettings kEximsLifetime{.lifetime = std::chrono::days(7)};

mail::Address signed_on(std::chrono::sys_days day, std::string_view address, int key,
                        std::string_view secret) {
  const auto result = sign({address_of(address)}, ring_of(key_of(key, secret)), day, kEximsLifetime);
  EXPECT_TRUE(result) << address;
  return result.value_or(mail::Address{});
}

class Exim : public testing::Test {
 protected:
  void SetUp() override {
    if (::access(kExpand, X_OK) != 0) GTEST_SKIP() << "no Exim here: scripts/fetch-peers gets it";
  }
};

struct AddressRow {
  const char* name;
  std::string_view address;
  std::string_view secret;
  int key;
  MacOver want_over;
};

constexpr std::array kAddresses = std::to_array<AddressRow>({
    {"lower case", "userx@test.ex", "secret", 0, MacOver::Folded},
    {"key 9", "userx@test.ex", "another", 9, MacOver::Folded},
    {"secret of two words", "userx@test.ex", "two words", 3, MacOver::Folded},
    {"sub-address", "user+list@example.org", "secret", 1, MacOver::Folded},
    {"verp", "list-user=example.net@example.org", "secret", 1, MacOver::Folded},
    {"signs", "a!#$%&*+-/=?^_`|~b@example.org", "secret", 2, MacOver::Folded},
    {"longest", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuv@example.org", "secret", 2, MacOver::Folded},
    {"mixed case", "Andrew.Smith@Example.COM", "secret", 4, MacOver::AsGiven},
    {"mixed case, domain in lower", "Andrew.Smith@example.com", "secret", 4, MacOver::FoldedDomain},
    {"upper case", "ANDREW.SMITH@EXAMPLE.COM", "secret", 5, MacOver::AsGiven},
});

// In a quoted word of the shell, and in a string that Exim expands, these would be read as something else.
std::string escaped(std::string_view address) {
  std::string text;
  for (const char c : address) {
    if (c == '$' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

TEST_F(Exim, ItsTagsVerifyWithUs) {
  std::vector<std::string> expressions;
  for (const auto& row : kAddresses) expressions.push_back(prvs(escaped(row.address), row.secret, row.key));
  const auto before = today();
  const auto tagged = expand(expressions);
  for (std::size_t i = 0; i < kAddresses.size(); ++i) {
    const auto& row = kAddresses[i];
    const auto check =
        verify(address_of(tagged[i]), ring_of(key_of(row.key, row.secret)), before, kEximsLifetime);
    // Over midnight Exim's day of expiry is one later than ours.
    const auto after =
        verify(address_of(tagged[i]), ring_of(key_of(row.key, row.secret)), today(), kEximsLifetime);
    EXPECT_EQ(name(after.outcome), "good") << row.name << ": " << tagged[i];
    EXPECT_EQ(name(after.mac_over), name(row.want_over)) << row.name;
    EXPECT_EQ(after.key_number, row.key) << row.name;
    if (check.outcome == TagOutcome::Good && row.want_over == MacOver::Folded) {
      EXPECT_EQ(text_of(signed_on(before, row.address, row.key, row.secret)), tagged[i]) << row.name;
    }
    const auto other =
        verify(address_of(tagged[i]), ring_of(key_of(row.key, "wrong")), today(), kEximsLifetime);
    EXPECT_EQ(name(other.outcome), "bad-mac") << row.name;
  }
}

TEST_F(Exim, TakesOurTagsOfAddressesInLowerCase) {
  std::vector<std::string> expressions;
  std::vector<std::string> want;
  for (const auto& row : kAddresses) {
    auto tagged = signed_on(today(), row.address, row.key, row.secret);
    tagged.local = escaped(tagged.local);
    // Exim makes its hash over the case as given, ours is over the lower case: where they differ it can't
    // agree.
    const bool is_lower = row.want_over == MacOver::Folded;
    expressions.push_back(prvscheck(tagged, row.secret));
    want.push_back((is_lower ? "1," : ",") + std::to_string(row.key) + "," + std::string(row.address));
    expressions.push_back(prvscheck(tagged, "wrong"));
    want.push_back("," + std::to_string(row.key) + "," + std::string(row.address));
  }
  EXPECT_EQ(expand(expressions), want);
}

TEST_F(Exim, AgreesOnEachDayAroundTheWrap) {
  const auto keys = ring_of(key_of(7, "secret"));
  for (int number = 20992; number <= 21008; ++number) {
    const auto ours = signed_on(day(number), "userx@test.ex", 7, "secret");
    const auto lines = expand({prvs("userx@test.ex", "secret", 7), prvscheck(ours, "secret")},
                              base::format_day(day(number)));
    EXPECT_EQ(lines[0], text_of(ours)) << number;
    EXPECT_EQ(lines[1], "1,7,userx@test.ex") << number;
    EXPECT_EQ(verify(address_of(lines[0]), keys, day(number + 7), kEximsLifetime).outcome, TagOutcome::Good)
        << number;
    EXPECT_EQ(verify(address_of(lines[0]), keys, day(number + 8), kEximsLifetime).outcome, TagOutcome::Stale)
        << number;
  }
}

// Why our window has two ends (docs/tags.md): Exim takes a tag of day 999 on every day.
TEST_F(Exim, NeverLetsATagOfDay999Expire) {
  const auto tagged = signed_on(day(20992), "userx@test.ex", 0, "secret");
  ASSERT_TRUE(tagged.local.starts_with("prvs=0999")) << tagged.local;
  for (const int number : {20500, 20780, 21100}) {
    EXPECT_EQ(expand({prvscheck(tagged, "secret")}, base::format_day(day(number)))[0], "1,0,userx@test.ex")
        << number;
    EXPECT_EQ(verify(tagged, ring_of(key_of(0, "secret")), day(number), kEximsLifetime).outcome,
              TagOutcome::Expired)
        << number;
  }
}

}  // namespace
}  // namespace backstop::origin
