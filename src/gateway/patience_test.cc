#include "gateway/patience.h"

#include <gtest/gtest.h>

#include <string_view>

namespace backstop::gateway {
namespace {

using smtp::Verb;

constexpr Limits kLimits{.commands_without_mail = 3, .errors = 2};

TEST(Patience, CountsTheCommandsThatBringNoMailForward) {
  const struct {
    std::string_view name;
    Verb verb;
    bool want_counted;
  } rows[] = {
      {"MAIL", Verb::Mail, false},        {"RCPT", Verb::Rcpt, false},
      {"DATA", Verb::Data, false},        {"BDAT", Verb::Bdat, false},
      {"QUIT", Verb::Quit, false},        {"NOOP", Verb::Noop, true},
      {"RSET", Verb::Rset, true},         {"EHLO", Verb::Ehlo, true},
      {"HELO", Verb::Helo, true},         {"VRFY", Verb::Vrfy, true},
      {"HELP", Verb::Help, true},         {"AUTH", Verb::Auth, true},
      {"XCLIENT", Verb::Xclient, true},   {"XFORWARD", Verb::Xforward, true},
      {"STARTTLS", Verb::StartTls, true}, {"no command", Verb::Unknown, true},
  };
  for (const auto& row : rows) {
    Patience patience;
    for (std::size_t i = 0; i < kLimits.commands_without_mail; ++i) patience.command(row.verb);
    EXPECT_FALSE(patience.has_too_many_commands(kLimits)) << row.name;
    patience.command(row.verb);
    EXPECT_EQ(patience.has_too_many_commands(kLimits), row.want_counted) << row.name;
    EXPECT_FALSE(patience.has_too_many_errors(kLimits)) << row.name;
  }
}

// How many of the same are no error yet: up to the limit, or for ever.
TEST(Patience, CountsReplies) {
  for (const int code : {250, 354, 421, 450, 499, 500, 550}) {
    Patience patience;
    for (std::size_t i = 0; i < kLimits.errors; ++i) patience.reply(code);
    EXPECT_FALSE(patience.has_too_many_errors(kLimits)) << code;
    patience.reply(code);
    EXPECT_EQ(patience.has_too_many_errors(kLimits), code >= 500) << code;
    EXPECT_FALSE(patience.has_too_many_commands(kLimits)) << code;
  }
}

constexpr std::size_t kForEver = 3 * Patience::kMostUntaken;

TEST(Patience, CountsTheRepliesToRecipients) {
  const std::size_t many = Patience::kMostUntaken;
  const struct {
    std::string_view name;
    int code;
    bool is_excused;
    std::size_t want_borne;  ///< of this many there are not too many errors yet; of one more there are
  } rows[] = {
      {"taken", 250, false, kForEver},
      {"taken, excused", 250, true, kForEver},
      {"refused", 550, false, 2},
      {"refused by the first code of that", 500, false, 2},
      {"refused, excused", 550, true, many + 2},
      {"put off", 450, false, many + 2},
      {"put off by the last code of that", 499, false, many + 2},
      {"put off by the first code of that", 400, false, many + 2},
      {"put off, excused", 450, true, many + 2},
  };
  for (const auto& row : rows) {
    Patience patience;
    std::size_t borne = 0;
    for (; borne < kForEver; ++borne) {
      patience.recipient(row.code, row.is_excused);
      if (patience.has_too_many_errors(kLimits)) break;
    }
    EXPECT_EQ(borne, row.want_borne) << row.name;
  }
}

TEST(Patience, TheThousandAndFirstThatIsPutOffIsAnError) {
  const Limits none{.errors = 0};
  Patience patience;
  for (int i = 0; i < 1000; ++i) patience.recipient(450, false);
  EXPECT_FALSE(patience.has_too_many_errors(none));
  patience.recipient(450, false);
  EXPECT_TRUE(patience.has_too_many_errors(none));
}

TEST(Patience, ARefusedRecipientIsNotCountedTwice) {
  const Limits few{.errors = 5};
  Patience patience;
  for (int i = 0; i < 5; ++i) patience.recipient(550, false);
  for (int i = 0; i < 1000; ++i) patience.recipient(450, false);
  EXPECT_FALSE(patience.has_too_many_errors(few)) << "a refusal takes no place among the untaken";
  patience.recipient(450, false);
  EXPECT_TRUE(patience.has_too_many_errors(few));
}

}  // namespace
}  // namespace backstop::gateway
