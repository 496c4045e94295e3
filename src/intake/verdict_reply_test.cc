#include "intake/verdict_reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::intake {
namespace {

using policy::Action;
using policy::Cause;

std::string codes(const smtp::Reply& reply) {
  return std::to_string(reply.code) + " " + reply.status;
}

// What holds for every reply of ours.
void expect_sound(const smtp::Reply& reply, std::string_view name) {
  ASSERT_FALSE(reply.lines.empty()) << name;
  EXPECT_TRUE(reply.is_transient() || reply.is_permanent()) << name;
  EXPECT_EQ(reply.status.front(), std::to_string(reply.code).front()) << name;
  EXPECT_TRUE(std::regex_match(reply.status, std::regex("[45]\\.[0-9]{1,3}\\.[0-9]{1,3}"))) << name;
  for (const auto& line : reply.lines) {
    EXPECT_FALSE(line.empty()) << name;
    EXPECT_FALSE(line.ends_with('.')) << name;
    EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return c >= 0x20 && c < 0x7F; })) << name;
    EXPECT_LE(std::string_view("550 5.7.1 \r\n").size() + line.size(), 512u) << name;
  }
}

constexpr std::string_view kUrl = "https://help.example.org/bounces";

struct VerdictRow {
  Cause cause;
  std::string_view want;
};

// Each cause for which some stage refuses or defers.
constexpr VerdictRow kVerdicts[] = {
    {Cause::NeverSends, "550 5.7.1"},
    {Cause::BadTag, "550 5.7.1"},
    {Cause::Padded, "550 5.7.1"},
    {Cause::Missing, "550 5.7.1"},
    {Cause::Bare, "550 5.7.1"},
    {Cause::UnknownRecipient, "550 5.1.1"},
    {Cause::DirectoryFailed, "451 4.4.3"},
    {Cause::Guessing, "450 4.7.1"},
    {Cause::SpfFail, "550 5.7.23"},
    {Cause::NullMx, "550 5.7.27"},
    {Cause::NoDomain, "550 5.1.8"},
    {Cause::NoDomainYet, "451 4.1.8"},
    {Cause::Listed, "550 5.7.1"},
    {Cause::SenderUnanswered, "451 4.4.3"},
    {Cause::DmarcFail, "550 5.7.26"},
    {Cause::DmarcUnanswered, "451 4.4.3"},
    {Cause::RelayDenied, "550 5.7.1"},
    {Cause::NotAuthorized, "550 5.7.1"},
    {Cause::DifferentPolicy, "452 4.5.3"},
    {Cause::NotCheckedYet, "451 4.3.2"},
    {Cause::NotHeld, "451 4.3.2"},
};

policy::Verdict verdict_of(Cause cause) {
  policy::Verdict verdict = policy::verdict_at(policy::Stage::Reject, cause);
  verdict.explanation = "This was found";
  return verdict;
}

TEST(VerdictReply, OfEachVerdictThatIsNoAcceptance) {
  std::vector<Cause> want;
  for (const auto& rule : policy::causes()) {
    const auto refuses = [](Action action) { return action == Action::Refuse || action == Action::Defer; };
    if (std::ranges::any_of(rule.ladder, refuses)) want.push_back(rule.cause);
  }
  std::vector<Cause> found;
  for (const auto& row : kVerdicts) {
    found.push_back(row.cause);
    const auto reply = reply_for(verdict_of(row.cause), kUrl);
    EXPECT_EQ(codes(reply), row.want) << policy::name(row.cause);
    EXPECT_THAT(reply.lines, testing::ElementsAre("This was found; see https://help.example.org/bounces"));
    expect_sound(reply, policy::name(row.cause));
    EXPECT_THAT(reply_for(verdict_of(row.cause), "").lines, testing::ElementsAre("This was found"));
  }
  EXPECT_THAT(found, testing::UnorderedElementsAreArray(want));
}

TEST(VerdictReply, WhatIsKeptIsTakenForTheClient) {
  EXPECT_EQ(
      reply_for(policy::Verdict{.action = Action::Quarantine, .cause = Cause::NotOwed, .explanation = "This"},
                kUrl)
          .text(),
      "250 2.0.0 Taken, and held: This");
  EXPECT_EQ(
      reply_for(policy::Verdict{.action = Action::Quarantine, .cause = Cause::Bare, .explanation = "This"},
                kUrl)
          .text(),
      "250 2.0.0 Taken, and kept back in quarantine: This");
}

TEST(VerdictReply, ADeferralIsTransientAndARefusalPermanent) {
  for (const auto& row : kVerdicts) {
    const auto verdict = verdict_of(row.cause);
    const auto reply = reply_for(verdict, "");
    EXPECT_EQ(reply.is_transient(), verdict.action == Action::Defer) << policy::name(row.cause);
    EXPECT_EQ(reply.is_permanent(), verdict.action == Action::Refuse) << policy::name(row.cause);
  }
}

TEST(VerdictReply, AskForALoginIfOneIsOffered) {
  EXPECT_EQ(codes(reply_for(verdict_of(Cause::NotAuthorized), "", true)), "530 5.7.0");
  EXPECT_EQ(codes(reply_for(verdict_of(Cause::NotAuthorized), "", false)), "550 5.7.1");
  EXPECT_EQ(codes(reply_for(verdict_of(Cause::RelayDenied), "", true)), "550 5.7.1");
}

TEST(VerdictReply, TheHelpThatDoesNotFitHasALineOfItsOwn) {
  auto verdict = verdict_of(Cause::Bare);
  verdict.explanation = std::string(300, 'x');
  const std::size_t room = 512 - std::string_view("550 5.7.1 ; see \r\n").size() - 300;
  const std::string fits(room, 'u');
  EXPECT_THAT(reply_for(verdict, fits).lines, testing::ElementsAre(verdict.explanation + "; see " + fits));
  expect_sound(reply_for(verdict, fits), "fits");
  const std::string longer = fits + "u";
  EXPECT_THAT(reply_for(verdict, longer).lines, testing::ElementsAre(verdict.explanation, "See " + longer));
  expect_sound(reply_for(verdict, longer), "longer");
}

}  // namespace
}  // namespace backstop::intake
