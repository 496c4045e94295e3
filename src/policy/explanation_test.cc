#include "policy/explanation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace backstop::policy {
namespace {

using origin::Finding;
using origin::Result;
using response::Kind;

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

Cause cause(std::size_t i) {
  return static_cast<Cause>(i);
}

TEST(Explain, EachCauseHasASentenceOfItsOwn) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < kCauseNames.size(); ++i) {
    const std::string text = explain(cause(i));
    EXPECT_TRUE(seen.insert(text).second) << text;
    EXPECT_GT(text.size(), 20u) << text;
    EXPECT_EQ(text.find_first_of("{}"), std::string::npos) << text;
    EXPECT_FALSE(text.ends_with('.')) << text;
  }
}

MessageFacts message(Kind kind, Result result, std::vector<origin::Evidence> evidence) {
  return {.kind = kind, .origin = {result, std::move(evidence)}};
}

struct MessageRow {
  const char* name;
  Cause cause;
  MessageFacts facts;
  std::string_view domain;
  std::string_view want;
};

TEST(Explain, OfAMessage) {
  const origin::Evidence silent{"tag", Finding::Silent, "The address userx@test.ex carries no tag."};
  const origin::Evidence refutes{"never-sends", Finding::Refutes, "The mailbox noc@test.ex sends no mail."};
  const origin::Evidence proves{"tag", Finding::Proves, "The address x@test.ex carries our tag."};
  const origin::Evidence dkim{"dkim", Finding::Proves, "DKIM signatures of ours are in it."};
  const MessageRow rows[] = {
      {"ordinary", Cause::Ordinary, message(Kind::None, Result::Unproven, {silent}), "test.ex",
       "Nothing was found against it"},
      {"unproven", Cause::Unproven, message(Kind::DsnFailed, Result::Unproven, {silent}), "test.ex",
       "Nothing proves that test.ex sent the mail that this bounce answers: the address userx@test.ex "
       "carries "
       "no tag"},
      {"no evidence", Cause::Unproven, message(Kind::Challenge, Result::Unproven, {}), "test.ex",
       "Nothing proves that test.ex sent the mail that this challenge answers"},
      {"no name", Cause::Unproven, message(Kind::AutoReply, Result::Unproven, {}), "",
       "Nothing proves that this domain sent the mail that this automatic reply answers"},
      {"in grace", Cause::UnprovenInGrace, message(Kind::DsnDelayed, Result::Unproven, {silent}), "test.ex",
       "Nothing proves that test.ex sent the mail that this delay notice answers, but mail from before "
       "its first key may still be under way: the address userx@test.ex carries no tag"},
      {"no keys", Cause::NoKeys, message(Kind::DsnFailed, Result::Unproven, {silent}), "test.ex",
       "Whether test.ex sent the mail that this bounce answers can't be known, since it has no key to sign "
       "with"},
      {"exempt", Cause::Exempt, message(Kind::FeedbackReport, Result::Unproven, {silent}), "test.ex",
       "Nothing proves that test.ex sent the mail that this feedback report answers, but this mailbox takes "
       "them all: the address userx@test.ex carries no tag"},
      {"forged: the refutation is told", Cause::Forged,
       message(Kind::DsnFailed, Result::Forged, {silent, refutes}), "test.ex",
       "This bounce answers a mail that test.ex did not send: the mailbox noc@test.ex sends no mail"},
      {"genuine: the proof is told", Cause::Genuine,
       message(Kind::DsnFailed, Result::Genuine, {silent, proves}), "test.ex",
       "This bounce answers a mail that test.ex sent: the address x@test.ex carries our tag"},
      {"a name in capitals stays", Cause::Genuine, message(Kind::Mdn, Result::Genuine, {dkim}), "test.ex",
       "This read receipt answers a mail that test.ex sent: DKIM signatures of ours are in it"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(explain(row.cause, row.facts, {.name = std::string(row.domain)}), row.want) << row.name;
  }
}

struct RecipientRow {
  const char* name;
  Cause cause;
  std::string_view tag_detail;
  std::size_t most;
  std::string_view want;
};

TEST(Explain, OfARecipient) {
  const RecipientRow rows[] = {
      {"bad tag", Cause::BadTag, "", 1,
       "The tag in this address was not made by test.ex: it is forged, or was damaged"},
      {"bad tag with detail", Cause::BadTag, "The tag in the address x@test.ex was not made with our key 0.",
       1, "The tag in the address x@test.ex was not made with our key 0"},
      {"expired tag with detail", Cause::ExpiredTag, "It was good only until 2026-11-30.", 1,
       "It was good only until 2026-11-30"},
      {"a detail of something else", Cause::NeverSends, "It was good only until 2026-11-30.", 1,
       "This mailbox of test.ex sends no mail, so that nothing can be a bounce to it"},
      {"one", Cause::ManyRecipients, "", 1,
       "A mail with the null sender may have no more than 1 recipient here, since a bounce goes to one "
       "sender"},
      {"several", Cause::ManyRecipients, "", 5,
       "A mail with the null sender may have no more than 5 recipients here, since a bounce goes to one "
       "sender"},
      {"none counts as one", Cause::ManyRecipients, "", 0,
       "A mail with the null sender may have no more than 1 recipient here, since a bounce goes to one "
       "sender"},
      {"relay denied", Cause::RelayDenied, "", 1,
       "This server takes no mail for the domain of this recipient"},
  };
  for (const auto& row : rows) {
    RecipientFacts facts;
    facts.most_null_recipients = row.most;
    facts.tag_detail = row.tag_detail;
    EXPECT_EQ(explain(row.cause, facts, {.name = "test.ex"}), row.want) << row.name;
  }
}

TEST(Explain, OfARoutedRecipient) {
  EXPECT_EQ(
      explain(Cause::RelayDenied, RecipientFacts{.is_ours = true, .is_routed = true}, {}),
      "The part of this address before its domain may name a way to another server, since it holds %, ! "
      "or @, and this server goes none");
}

TEST(Explain, IsPrintableAscii) {
  const MessageFacts facts = message(Kind::DsnFailed, Result::Forged,
                                     {{"tag", Finding::Refutes, "J\xC3\xBCrgen \x1B[2J\r\nRSET \xFF"}});
  const std::string text = explain(Cause::Forged, facts,
                                   {.name = "b\xC3\xBC"
                                            "cher.test\r\n"});
  EXPECT_TRUE(is_printable_ascii(text)) << text;
  EXPECT_EQ(text, "This bounce answers a mail that b?cher.test?? did not send: j?rgen ?[2J??RSET ?");
  RecipientFacts recipient;
  recipient.tag_detail = "J\xC3\xBCrgen\r\n.";
  EXPECT_EQ(explain(Cause::BadTag, recipient, {}), "J?rgen??");
}

// The whole detail or nothing of it: half an address says the wrong thing.
TEST(Explain, ADetailThatDoesNotFitIsLeftOut) {
  const std::string_view sentence = "This bounce answers a mail that this domain did not send";
  const std::size_t room = kMostExplanation - sentence.size() - 2;
  const auto text = [&](std::size_t size) {
    return explain(
        Cause::Forged,
        message(Kind::DsnFailed, Result::Forged, {{"tag", Finding::Refutes, std::string(size, 'x')}}), {});
  };
  EXPECT_EQ(text(room).size(), kMostExplanation);
  EXPECT_EQ(text(room + 1), sentence);
  RecipientFacts facts;
  facts.tag_detail = std::string(kMostExplanation, 'x');
  EXPECT_EQ(explain(Cause::BadTag, facts, {}), facts.tag_detail);
  facts.tag_detail += 'x';
  EXPECT_EQ(explain(Cause::BadTag, facts, {}), explain(Cause::BadTag));
}

// Whatever the facts, at the longest name that is shown and one past it.
TEST(Explain, IsNeverTooLong) {
  for (const std::size_t size : {100UZ, 101UZ, 255UZ}) {
    const DomainPolicy domain{.name = std::string(size, 'd')};
    for (std::size_t i = 0; i < kCauseNames.size(); ++i) {
      for (std::size_t kind = 0; kind < response::kKindNames.size(); ++kind) {
        const auto facts = message(static_cast<Kind>(kind), Result::Unproven,
                                   {{"tag", Finding::Silent, std::string(60, 'x') + "."}});
        EXPECT_LE(explain(cause(i), facts, domain).size(), kMostExplanation) << kCauseNames[i];
      }
      EXPECT_LE(explain(cause(i), RecipientFacts{.earlier_recipients = SIZE_MAX}, domain).size(),
                kMostExplanation);
    }
    const std::string forged = explain(Cause::Forged, message(Kind::DsnFailed, Result::Forged, {}), domain);
    EXPECT_EQ(forged.find("this domain") == std::string::npos, size == 100) << size;
  }
}

}  // namespace
}  // namespace backstop::policy
