// The rows of [limits].
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "config/row.h"
#include "gateway/replies.h"
#include "intake/header_scan.h"

namespace backstop::config {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

template <typename Owner, typename T>
Setting limit(std::string_view key, T Owner::* member, const Kind<T>& kind, std::string_view help) {
  return Rows(Section::Limits)(key, kind, member, {.help = std::string(help)});
}

/// The same with the reply to a client past the limit, from replies.h.
template <typename Owner, typename T>
Setting limit(std::string_view key, T Owner::* member, const Kind<T>& kind, std::string_view help,
              gateway::Exceeded exceeded) {
  const auto reply = gateway::reply_for(exceeded);
  return limit(key, member, kind,
               fmt::format("{} Reply: `{} {} {}`.", help, reply.code, reply.status, reply.lines.front()));
}

std::vector<Setting> size_limits() {
  using gateway::Exceeded;
  using gateway::Limits;
  return {
      limit("command_line", &Limits::command_line, size_kind({.least = 512, .most = 64 * kKiB}),
            "The longest command, with its line end. RFC 5321 asks for 512, extensions for more. What "
            "answers a challenge of AUTH may have 12288 whatever is set here (RFC 4954). Past it the session "
            "ends.",
            Exceeded::CommandLine),
      limit(
          "header", &Limits::header, size_kind({.least = 4 * kKiB, .most = 16 * kMiB}),
          fmt::format("The header of a message. If the message may be a response, its header has at most {} "
                      "fields, too.",
                      intake::kMostFieldsOfResponse),
          Exceeded::Header),
      limit(
          "message", &Limits::message, size_kind({.least = 64 * kKiB, .most = 4 * kGiB, .zero = "no limit"}),
          "A message; announced as SIZE, or less where the next hop takes less. Told to MAIL where that "
          "says the size, else at the end. A message that was refused is read on for twice as much, and for "
          "64 MiB at least; then the session ends.",
          Exceeded::Message),
      limit("held", &Limits::held, size_kind({.least = 64 * kKiB, .most = 256 * kMiB}),
            "What is held in memory of a message that may be a response, and at most an eighth of "
            "`held_total`. It is judged on that; the rest streams. It may not be less than `header`."),
      limit("held_total", &Limits::held_total, size_kind({.least = kMiB, .most = 64 * kGiB}),
            "What is held in memory of all messages together that may be responses. One client network (an "
            "IPv4 /24, an IPv6 /48) has an eighth of it. A message that finds no room is put off at every "
            "stage, and never passed unjudged. Headers that are not whole have room of their own, so that "
            "ordinary mail goes on: 16 KiB each, and for what is longer an eighth as much again (eight of "
            "`header` at least), of which one network has an eighth.",
            Exceeded::Held),
  };
}

std::vector<Setting> count_limits() {
  using gateway::Exceeded;
  using gateway::Limits;
  const auto up_to = [](std::size_t most) { return count_kind({.least = 1, .most = most}); };
  return {
      limit("recipients", &Limits::recipients, up_to(100'000),
            "Recipients of one transaction; those that are refused don't count. The client sends the message "
            "to the others on its own.",
            Exceeded::Recipients),
      limit("commands_without_mail", &Limits::commands_without_mail, up_to(10'000),
            "Commands since the session's last delivered message that bring none forward: EHLO, NOOP, RSET, "
            "VRFY and the like.",
            Exceeded::CommandsWithoutMail),
      limit("errors", &Limits::errors, up_to(10'000),
            "Replies with 5xx since the session's last delivered message; outbound without those to "
            "recipients that the next hop refuses. Of recipients that are not taken for another reason (one "
            "too "
            "many, put off, refused by the next hop outbound) each counts beyond the first 1000.",
            Exceeded::Errors),
      limit("received_fields", &Limits::received_fields, count_kind({.least = 10, .most = 1000}),
            "Received fields of a message. One that has so many is in a loop.", Exceeded::ReceivedFields),
      limit("sessions", &Limits::sessions, up_to(1'000'000),
            "Sessions at the same time. One more is told so in place of a greeting; with implicit TLS it is "
            "closed without a word.",
            Exceeded::Sessions),
      limit(
          "sessions_per_client", &Limits::sessions_per_client, up_to(1'000'000),
          "Of them, sessions of one client address (of one /64 with IPv6). The client of an XCLIENT that is "
          "one too many is told so in answer to it.",
          Exceeded::SessionsPerClient),
      limit(
          "bad_tags", &Limits::bad_tags, up_to(1000),
          "Different tags that were not made with our key, with the null sender, of one client address (of "
          "one /64 with IPv6) within an hour. From then on, for an hour, its recipients with such a tag are "
          "put off: 450 4.7.1. Nothing else of the client is."),
      limit(
          "next_hop_sessions", &Limits::next_hop_sessions,
          count_kind({.least = 1, .most = 1'000'000, .zero = "no limit"}),
          "Connections to one next hop at the same time, idle ones included. It should be less than the next "
          "hop takes, and more than `pool` for each worker. A client that logs in keeps one of its own, from "
          "AUTH until it leaves. One client address (one /64 with IPv6) may use an eighth of them at the "
          "same "
          "time, or one if that is less; `trusted` networks and hosts that use XFORWARD may use all. While "
          "fewer are free than that, or one was missed in the last 10 seconds, a client that keeps one ends "
          "when it is silent for 30 seconds: 421 4.4.2. Past the limit or the share recipients are put off: "
          "451 4.4.5."),
  };
}

std::vector<Setting> time_limits() {
  using gateway::Exceeded;
  using gateway::Limits;
  const auto up_to = [](seconds most) { return duration_kind<seconds>({.least = seconds{1}, .most = most}); };
  constexpr Range<seconds> kFinal{
      .least = seconds{1},
      .most = seconds{599},
      .why = "clients give up after 10 minutes, and must get our answer before that"};
  return {
      limit("greeting", &Limits::greeting, up_to(hours{1}),
            "For the PROXY header and the TLS handshake of a new connection. Past it the connection is "
            "closed without a word."),
      limit("command", &Limits::command, up_to(hours{1}),
            "To wait for a command, until it is whole (RFC 5321 4.5.3.2.7).", Exceeded::CommandTime),
      limit("data_block", &Limits::data_block, up_to(hours{1}),
            "To wait for the next bytes of a message (RFC 5321 4.5.3.2.5).", Exceeded::DataTime),
      limit("data_total", &Limits::data_total, up_to(days{1}), "For all of a message.", Exceeded::DataTime),
      limit(
          "next_hop_connect", &Limits::next_hop_connect, up_to(hours{1}),
          "To connect to the next hop, for TLS with it and for its greeting, each. Past it recipients are "
          "put off: 451 4.4.3 without the address of its name, 4.4.1 without a connection, 4.4.2 with one."),
      limit("next_hop_reply", &Limits::next_hop_reply, up_to(hours{1}),
            "For the next hop's answer to a command. Past it the client is put off: 451 4.4.2."),
      limit("next_hop_final", &Limits::next_hop_final, duration_kind<seconds>(kFinal),
            "For the next hop's answer to the end of a message. Past it the client is put off: 451 4.4.2."),
  };
}

}  // namespace

std::vector<Setting> limit_settings() {
  std::vector<Setting> all;
  for (const auto part : {size_limits, count_limits, time_limits})
    std::ranges::move(part(), std::back_inserter(all));
  return all;
}

}  // namespace backstop::config
