#include "http/logins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/folder_fixture.h"
#include "http/read_limit.h"

namespace backstop::http {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;

constexpr LoginTime kNow{std::chrono::hours(1000)};

TEST(Logins, EndAfterAnHourOfIdlenessOrTwelveHours) {
  Logins logins;
  const auto login = logins.begin({.name = "ann", .password_hash = "secret"}, kNow);
  ASSERT_TRUE(login);
  EXPECT_EQ(login->token.size(), 64u);
  EXPECT_NE(login->token, login->csrf);
  EXPECT_EQ(login->user.password_hash, "");
  EXPECT_TRUE(logins.find(login->token, kNow + minutes(60)));
  EXPECT_FALSE(logins.find(login->csrf, kNow));
  EXPECT_FALSE(logins.find(login->token, kNow + minutes(121)));
  const auto busy = logins.begin({.name = "ann"}, kNow);
  for (int i = 1; i <= 24; ++i) EXPECT_TRUE(logins.find(busy->token, kNow + minutes(30) * i)) << i;
  EXPECT_FALSE(logins.find(busy->token, kNow + minutes(30) * 24 + minutes(1)));
}

TEST(Logins, OfOneUserAreLimited) {
  Logins logins;
  const auto first = logins.begin({.name = "ann"}, kNow);
  const auto other = logins.begin({.name = "bob"}, kNow);
  for (std::size_t i = 1; i < Logins::kMostOfUser; ++i)
    EXPECT_TRUE(logins.begin({.name = "ann"}, kNow + minutes(1)));
  EXPECT_TRUE(logins.find(first->token, kNow + minutes(2)));
  const auto last = logins.begin({.name = "ann"}, kNow + minutes(3));
  const auto one_more = logins.begin({.name = "ann"}, kNow + minutes(3));
  EXPECT_TRUE(logins.find(one_more->token, kNow + minutes(3)));
  EXPECT_TRUE(logins.find(first->token, kNow + minutes(3)));
  EXPECT_TRUE(logins.find(other->token, kNow + minutes(3)));
  logins.end_all_of("ann", last->token);
  EXPECT_TRUE(logins.find(last->token, kNow + minutes(3)));
  EXPECT_FALSE(logins.find(first->token, kNow + minutes(3)));
  logins.end(last->token);
  EXPECT_FALSE(logins.find(last->token, kNow + minutes(3)));
}

TEST(Logins, ByALinkWorkOnceAndForTenMinutes) {
  Logins logins;
  const auto link = logins.make_once({.name = "ann"}, kNow);
  ASSERT_TRUE(link);
  EXPECT_FALSE(logins.take_once("x", kNow));
  EXPECT_EQ(logins.take_once(*link, kNow + minutes(10)).value().name, "ann");
  EXPECT_FALSE(logins.take_once(*link, kNow + minutes(10)));
  const auto late = logins.make_once({.name = "ann"}, kNow);
  EXPECT_FALSE(logins.take_once(*late, kNow + minutes(11)));
}

TEST(FailedLogins, OfANameOrANetworkMustWait) {
  FailedLogins failed;
  for (std::size_t i = 0; i < FailedLogins::kMost; ++i) {
    EXPECT_EQ(failed.wait("ann", "192.0.2.0", kNow), std::chrono::seconds(0));
    failed.failed("ann", "192.0.2.0", kNow + minutes(i));
  }
  const auto now = kNow + minutes(4);
  EXPECT_EQ(failed.wait("ann", "198.51.100.0", now), minutes(15));
  EXPECT_EQ(failed.wait("bob", "192.0.2.0", now), minutes(15));
  EXPECT_EQ(failed.wait("bob", "198.51.100.0", now), std::chrono::seconds(0));
  failed.worked("ann");
  EXPECT_EQ(failed.wait("ann", "198.51.100.0", now), std::chrono::seconds(0));
  EXPECT_EQ(failed.wait("bob", "192.0.2.0", kNow + minutes(15)), std::chrono::seconds(0));
  EXPECT_EQ(failed.wait("bob", "192.0.2.0", kNow + minutes(60)), std::chrono::seconds(0));
}

TEST(ReadLimit, IsTenMailsAMinute) {
  ReadLimit reads;
  for (std::size_t i = 0; i < ReadLimit::kMost; ++i)
    EXPECT_EQ(reads.wait("ann", kNow + std::chrono::seconds(i)).count(), 0);
  EXPECT_EQ(reads.wait("ann", kNow + std::chrono::seconds(20)).count(), 40);
  EXPECT_EQ(reads.wait("bob", kNow + std::chrono::seconds(20)).count(), 0);
  EXPECT_EQ(reads.wait("ann", kNow + std::chrono::seconds(60)).count(), 0);
  EXPECT_EQ(reads.wait("ann", kNow + std::chrono::seconds(60)).count(), 1);
}

TEST(Users, AreWrittenAndRead) {
  const auto users =
      Users::parse("# by hand\nann:admin:$argon2id$x:\nbob:owner:$argon2id$y:b@example.org,c@example.org\n");
  ASSERT_TRUE(users);
  ASSERT_EQ(users->all().size(), 2u);
  EXPECT_EQ(users->all()[0].role, Role::Admin);
  EXPECT_THAT(users->all()[1].addresses, testing::ElementsAre("b@example.org", "c@example.org"));
  EXPECT_EQ(Users::parse(users->serialize())->all(), users->all());
  EXPECT_THAT(users->serialize(), HasSubstr("# by hand\n"));
}

TEST(Users, ThatAreWrongAreNamed) {
  EXPECT_EQ(Users::parse("ann\n").error().message,
            "line 1: \"\" is no role; the roles are owner, operator, admin");
  EXPECT_EQ(Users::parse("\nann:king:$argon2id$:\n").error().message,
            "line 2: \"king\" is no role; the roles are owner, operator, admin");
  EXPECT_THAT(Users::parse("ann:owner:plain:\n").error().message, HasSubstr("no hash of argon2id"));
  EXPECT_THAT(Users::parse("a b:owner:$argon2id$:\n").error().message, HasSubstr("\"a b\" is no name"));
  EXPECT_THAT(Users::parse("a:owner:$argon2id$:\na:owner:$argon2id$:\n").error().message,
              HasSubstr("line 2: the user a is there twice"));
}

TEST(Users, HavePasswordsThatNobodyCanRead) {
  const auto hash = hash_password("correct horse");
  ASSERT_TRUE(hash);
  EXPECT_THAT(*hash, HasSubstr("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_TRUE(is_password("correct horse", *hash));
  EXPECT_FALSE(is_password("correct horsf", *hash));
  EXPECT_FALSE(is_password("", ""));
  EXPECT_FALSE(is_password("nobody has this one", ""));
  EXPECT_FALSE(is_password(std::string(Users::kMostPassword + 1, 'x'), *hash));
}

TEST(Users, AreChangedInTheirFile) {
  const base::TemporaryFolder folder;
  const auto path = folder.path("users");
  EXPECT_TRUE(read_users(path)->all().empty());
  ASSERT_TRUE(change_users(path, [](Users& users) -> base::Result<void> {
    users.put({.name = "ann", .role = Role::Admin, .password_hash = "$argon2id$a"});
    return {};
  }));
  ASSERT_TRUE(put_password(path, "ann", "$argon2id$b"));
  EXPECT_EQ(read_users(path)->find("ann")->password_hash, "$argon2id$b");
  EXPECT_EQ(read_users(path)->find("ann")->role, Role::Admin);
  EXPECT_THAT(put_password(path, "bob", "$argon2id$b").error().message, HasSubstr("there is no user bob"));
}

}  // namespace
}  // namespace backstop::http
