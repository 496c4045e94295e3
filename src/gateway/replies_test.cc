#include "gateway/replies.h"

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

namespace backstop::gateway {
namespace {

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
