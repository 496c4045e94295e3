#include "policy/explanation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace backstop::policy {
namespace {

using response::Kind;

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

Cause cause(std::size_t i) {
  return static_cast<Cause>(i);
}

// Where the reason for the origin follows, it tells two causes apart.
TEST(Explain, EachCauseHasASentence) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < kCauseCount; ++i) {
    const std::string text = explain(cause(i));
    EXPECT_TRUE(seen.insert(text).second || row_of(cause(i)).detail == Detail::Origin) << text;
    EXPECT_GT(text.size(), 20u) << text;
    EXPECT_EQ(text.find_first_of("{}"), std::string::npos) << text;
    EXPECT_FALSE(text.ends_with('.')) << text;
  }
}

MessageFacts message(Kind kind, std::string why) {
  return {.kind = kind, .origin = {.why = std::move(why)}};
}

struct MessageRow {
  const char* name;
  Cause cause;
  MessageFacts facts;
  std::string_view domain;
  std::string_view want;
};

TEST(Explain, AMessage) {
  const std::string none = "The address userx@test.ex carries no tag.";
  MessageFacts guessed = message(Kind::DsnFailed, none);
  guessed.shown = "It only looks like a report.";
  const MessageRow rows[] = {
      {"ordinary", Cause::Ordinary, message(Kind::None, none), "test.ex", "Nothing was found against it"},
      {"bare", Cause::Bare, message(Kind::DsnFailed, none), "test.ex",
       "Nothing proves that test.ex sent the mail that this bounce answers: the address userx@test.ex "
       "carries no "
       "tag"},
      {"nothing more is known", Cause::Bare, message(Kind::Challenge, ""), "test.ex",
       "Nothing proves that test.ex sent the mail that this challenge answers"},
      {"no name", Cause::Bare, message(Kind::AutoReply, ""), "",
       "Nothing proves that this domain sent the mail that this automatic reply answers"},
      {"uncertain: what it shows is told", Cause::Uncertain, guessed, "test.ex",
       "Nothing proves that test.ex sent the mail that this bounce answers, but it may be no bounce at all: "
       "it "
       "only looks like a report"},
      {"not ready", Cause::NotReady, message(Kind::DsnDelayed, none), "test.ex",
       "Nothing proves that test.ex sent the mail that this delay notice answers, but it is not known "
       "that all mail of this domain carries proofs: the address userx@test.ex carries no tag"},
      {"no tags", Cause::NoTags, message(Kind::DsnFailed, none), "test.ex",
       "Nothing proves that test.ex sent the mail that this bounce answers, but it is not known that all "
       "mail of this domain carries tags: the address userx@test.ex carries no tag"},
      {"a proof", Cause::Tag, message(Kind::DsnFailed, "The address x@test.ex carries our tag."), "test.ex",
       "This bounce answers a mail that test.ex sent: the address x@test.ex carries our tag"},
      {"a refutation", Cause::NeverSends, message(Kind::DsnFailed, "This mailbox sends no mail."), "test.ex",
       "This bounce answers a mail that test.ex did not send: this mailbox sends no mail"},
      {"a name in capitals stays", Cause::Tag, message(Kind::Mdn, "DKIM signatures of ours are in it."),
       "test.ex", "This read receipt answers a mail that test.ex sent: DKIM signatures of ours are in it"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(explain(row.cause, row.facts, {.name = std::string(row.domain)}), row.want) << row.name;
  }
}

struct DetailRow {
  Cause cause;
  std::string_view want;
};

constexpr std::string_view kNone;
constexpr std::string_view kOrigin = ": why";
constexpr std::string_view kCertainty = ": shown";

constexpr DetailRow kDetails[] = {
    {Cause::Ordinary, kNone},
    {Cause::Local, kOrigin},
    {Cause::Watermark, kOrigin},
    {Cause::Dkim, kOrigin},
    {Cause::Ledger, kOrigin},
    {Cause::Tag, kOrigin},
    {Cause::Pair, kOrigin},
    {Cause::NeverSends, kOrigin},
    {Cause::BadTag, kOrigin},
    {Cause::Padded, kOrigin},
    {Cause::Missing, kOrigin},
    {Cause::Bare, kOrigin},
    {Cause::TagOnly, kOrigin},
    {Cause::Worn, kOrigin},
    {Cause::Stale, kOrigin},
    {Cause::Hinted, kOrigin},
    {Cause::Untaggable, kOrigin},
    {Cause::Incomplete, kOrigin},
    {Cause::Exempt, kOrigin},
    {Cause::Relay, kOrigin},
    {Cause::NotReady, kOrigin},
    {Cause::NoTags, kOrigin},
    {Cause::Uncertain, kCertainty},
    {Cause::Ceiling, kOrigin},
    {Cause::UnknownRecipient, kNone},
    {Cause::DirectoryFailed, kNone},
    {Cause::Guessing, kNone},
    {Cause::SpfFail, kNone},
    {Cause::NullMx, kNone},
    {Cause::NoDomain, kNone},
    {Cause::NoDomainYet, kNone},
    {Cause::Listed, kNone},
    {Cause::SenderUnanswered, kNone},
    {Cause::DmarcFail, kNone},
    {Cause::DmarcUnanswered, kNone},
    {Cause::RelayDenied, kNone},
    {Cause::NotAuthorized, kNone},
    {Cause::DifferentPolicy, kNone},
    // What follows these is of WayOutFacts.
    {Cause::Owed, kNone},
    {Cause::NotOwed, kNone},
    {Cause::Unclear, kNone},
    {Cause::Rated, kNone},
    {Cause::VacationUnwanted, kNone},
    {Cause::VacationAgain, kNone},
    {Cause::NotCheckedYet, kNone},
    {Cause::NotHeld, kNone},
};

TEST(Explain, EachCauseHasItsDetail) {
  ASSERT_EQ(std::size(kDetails), kCauseCount);
  MessageFacts facts = message(Kind::DsnFailed, "Why.");
  facts.shown = "Shown.";
  MessageFacts nothing = message(Kind::DsnFailed, "");
  for (std::size_t i = 0; i < kCauseCount; ++i) {
    EXPECT_EQ(kDetails[i].cause, cause(i)) << i;
    const std::string sentence = explain(cause(i), nothing, {});
    EXPECT_EQ(explain(cause(i), facts, {}), sentence + std::string(kDetails[i].want)) << name(cause(i));
  }
}

TEST(Explain, ARecipient) {
  EXPECT_EQ(explain(Cause::RelayDenied, RecipientFacts{}),
            "This server takes no mail for the domain of this recipient");
  EXPECT_EQ(
      explain(Cause::RelayDenied, RecipientFacts{.is_ours = true, .is_routed = true}),
      "This address has %, ! or @ before its domain, which can route mail to another server; such addresses "
      "are not accepted here");
  EXPECT_EQ(explain(Cause::Guessing, RecipientFacts{.is_ours = true, .is_guessed = true}),
            "Too many addresses with a wrong tag came from your server: try again later");
}

// What a stranger's record says keeps its letters, and loses what is not printable ASCII.
TEST(Explain, ASender) {
  const auto with = [](std::string detail) {
    return explain(Cause::SpfFail, RecipientFacts{.is_ours = true, .sender_detail = std::move(detail)});
  };
  const std::string sentence = "The domain of this sender does not let your server send its mail";
  EXPECT_EQ(with(""), sentence);
  EXPECT_EQ(with("Example.test says: no\r\nRSET \xC3\xBC"), sentence + ": Example.test says: no??RSET ?");
  const std::size_t room = kMostExplanation - sentence.size() - 2;
  EXPECT_EQ(with(std::string(room, 'x')).size(), kMostExplanation);
  EXPECT_EQ(with(std::string(room + 1, 'x')), sentence);
  EXPECT_EQ(explain(Cause::DmarcFail, AuthorFacts{.domain = "example.test"}),
            "The domain in From wants mail refused that neither its signature nor its SPF record stands for: "
            "example.test");
  EXPECT_EQ(explain(Cause::SenderUnanswered, RecipientFacts{.sender_detail = "x"}),
            explain(Cause::SenderUnanswered));
}

TEST(Explain, IsPrintableAscii) {
  const std::string text =
      explain(Cause::NeverSends, message(Kind::DsnFailed, "J\xC3\xBCrgen \x1B[2J\r\nRSET \xFF"),
              {.name = "b\xC3\xBC"
                       "cher.test\r\n"});
  EXPECT_TRUE(is_printable_ascii(text)) << text;
  EXPECT_EQ(text, "This bounce answers a mail that b?cher.test?? did not send: j?rgen ?[2J??RSET ?");
}

// A detail is shown whole or not at all, since half an address would be wrong.
TEST(Explain, ADetailThatDoesNotFitIsLeftOut) {
  const std::string_view sentence = "This bounce answers a mail that this domain did not send";
  const std::size_t room = kMostExplanation - sentence.size() - 2;
  const auto text = [&](std::size_t size) {
    return explain(Cause::NeverSends, message(Kind::DsnFailed, std::string(size, 'x')), {});
  };
  EXPECT_EQ(text(room).size(), kMostExplanation);
  EXPECT_EQ(text(room + 1), sentence);
}

// With any facts, for the longest name that is shown and one past it.
TEST(Explain, IsNeverTooLong) {
  for (const std::size_t size : {100UZ, 101UZ, 255UZ}) {
    const DomainPolicy domain{.name = std::string(size, 'd')};
    for (std::size_t i = 0; i < kCauseCount; ++i) {
      for (std::size_t kind = 0; kind < response::kKindNames.size(); ++kind) {
        const auto facts = message(static_cast<Kind>(kind), std::string(60, 'x') + ".");
        EXPECT_LE(explain(cause(i), facts, domain).size(), kMostExplanation) << name(cause(i));
      }
      EXPECT_LE(explain(cause(i), RecipientFacts{}).size(), kMostExplanation);
    }
    const std::string forged = explain(Cause::NeverSends, message(Kind::DsnFailed, ""), domain);
    EXPECT_EQ(forged.find("this domain") == std::string::npos, size == 100) << size;
  }
}

}  // namespace
}  // namespace backstop::policy
