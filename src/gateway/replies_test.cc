#include "gateway/replies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/limits.h"
#include "policy/verdict.h"

namespace backstop::gateway {
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

TEST(Replies, OfEachVerdictThatIsNoAcceptance) {
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

TEST(Replies, WhatIsKeptIsTakenForTheClient) {
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

TEST(Replies, ADeferralIsTransientAndARefusalPermanent) {
  for (const auto& row : kVerdicts) {
    const auto verdict = verdict_of(row.cause);
    const auto reply = reply_for(verdict, "");
    EXPECT_EQ(reply.is_transient(), verdict.action == Action::Defer) << policy::name(row.cause);
    EXPECT_EQ(reply.is_permanent(), verdict.action == Action::Refuse) << policy::name(row.cause);
  }
}

TEST(Replies, AskForALoginIfOneIsOffered) {
  EXPECT_EQ(codes(reply_for(verdict_of(Cause::NotAuthorized), "", true)), "530 5.7.0");
  EXPECT_EQ(codes(reply_for(verdict_of(Cause::NotAuthorized), "", false)), "550 5.7.1");
  EXPECT_EQ(codes(reply_for(verdict_of(Cause::RelayDenied), "", true)), "550 5.7.1");
}

TEST(Replies, TheHelpThatDoesNotFitHasALineOfItsOwn) {
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

struct ExceededRow {
  Exceeded limit;
  std::string_view want;
};

constexpr ExceededRow kExceeded[] = {
    {Exceeded::CommandLine, "500 5.5.2"}, {Exceeded::Header, "552 5.3.4"},
    {Exceeded::Message, "552 5.3.4"},     {Exceeded::Held, "452 4.3.1"},
    {Exceeded::Recipients, "452 4.5.3"},  {Exceeded::CommandsWithoutMail, "421 4.7.0"},
    {Exceeded::Errors, "421 4.7.0"},      {Exceeded::ReceivedFields, "554 5.4.6"},
    {Exceeded::Sessions, "421 4.3.2"},    {Exceeded::SessionsPerClient, "421 4.7.0"},
    {Exceeded::CommandTime, "421 4.4.2"}, {Exceeded::DataTime, "421 4.4.2"},
};

TEST(Replies, OfEachLimit) {
  ASSERT_EQ(std::size(kExceeded), kExceededCount);
  std::set<std::string> texts;
  for (const auto& row : kExceeded) {
    const auto reply = reply_for(row.limit);
    EXPECT_EQ(codes(reply), row.want);
    expect_sound(reply, row.want);
    EXPECT_TRUE(texts.insert(reply.lines.front()).second) << reply.lines.front();
  }
}

// What a client hears past each member of Limits; nothing where it hears nothing, or not because of the
// limit.
struct LimitRow {
  std::string name;
  std::optional<Exceeded> limit;
};

// The limits of next hops come first; they are in a header of their own.
const LimitRow kLimits[] = {
    {"next_hop_sessions", {}},  // a Trouble
    {"next_hop_connect", {}},   // a Trouble
    {"next_hop_reply", {}},     // a Trouble
    {"next_hop_final", {}},     // a Trouble
    {"data_block", Exceeded::DataTime},
    {"header", Exceeded::Header},
    {"held", {}},  // the rest streams
    {"held_total", Exceeded::Held},
    {"command_line", Exceeded::CommandLine},
    {"message", Exceeded::Message},
    {"recipients", Exceeded::Recipients},
    {"commands_without_mail", Exceeded::CommandsWithoutMail},
    {"errors", Exceeded::Errors},
    {"received_fields", Exceeded::ReceivedFields},
    {"sessions", Exceeded::Sessions},
    {"sessions_per_client", Exceeded::SessionsPerClient},
    {"bad_tags", {}},  // policy's: Cause::Guessing
    {"greeting", {}},  // who has not greeted speaks no SMTP yet
    {"command", Exceeded::CommandTime},
    {"data_total", Exceeded::DataTime},
};

// The members of Limits, in the order of its headers.
std::vector<std::string> members_of_limits() {
  const std::regex member(R"(^  std::[a-z0-9_:]+ ([a-z_]+)( = |\{).*)");
  std::vector<std::string> names;
  for (const char* const header : {"next_hop/limits.h", "intake/message_limits.h", "gateway/limits.h"}) {
    std::ifstream file(std::string(BACKSTOP_SOURCE_DIR) + "/src/" + header);
    EXPECT_TRUE(file);
    std::smatch match;
    for (std::string line; std::getline(file, line);) {
      if (std::regex_match(line, match, member)) names.push_back(match[1]);
    }
  }
  return names;
}

TEST(Replies, EachMemberOfLimitsHasAReplyOrNeedsNone) {
  std::vector<std::string> names;
  std::set<Exceeded> used;
  for (const auto& row : kLimits) {
    names.push_back(row.name);
    if (row.limit) used.insert(*row.limit);
  }
  EXPECT_EQ(names, members_of_limits());
  EXPECT_EQ(used.size(), kExceededCount);
}

TEST(Replies, OfEachEnding) {
  EXPECT_EQ(codes(reply_for(Ending::Stopping)), "421 4.3.2");
  EXPECT_EQ(codes(reply_for(Ending::GatewayGone)), "421 4.3.2");
  EXPECT_NE(reply_for(Ending::Stopping), reply_for(Ending::GatewayGone));
  for (const auto ending : {Ending::Stopping, Ending::GatewayGone}) expect_sound(reply_for(ending), "ending");
}

TEST(Replies, OfEachParting) {
  std::set<std::string> texts;
  for (const auto parting : {Parting::HttpRequest, Parting::AfterFault, Parting::NoEnd}) {
    const auto reply = reply_for(parting);
    const bool is_goodbye = parting == Parting::HttpRequest;
    EXPECT_EQ(codes(reply), is_goodbye ? "221 2.7.0" : "421 4.7.0");
    if (!is_goodbye) expect_sound(reply, "parting");
    EXPECT_TRUE(texts.insert(reply.lines.front()).second);
  }
  EXPECT_EQ(texts.size(), kPartingCount);
}

TEST(Replies, OfEachDataFault) {
  std::set<std::string> texts;
  for (const auto fault : {smtp::DataFault::BareCr, smtp::DataFault::BareLf, smtp::DataFault::Nul}) {
    const auto reply = reply_for(fault);
    EXPECT_EQ(codes(reply), "550 5.5.2");
    expect_sound(reply, "fault");
    EXPECT_TRUE(texts.insert(reply.lines.front()).second);
  }
}

}  // namespace
}  // namespace backstop::gateway
