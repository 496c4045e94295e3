// Sample events and sums, for tests and benchmarks.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "store/day_sums.h"
#include "store/event.h"

namespace backstop::store {

/// A forged bounce that was refused, of midnight on 2026-11-23 (UTC).
inline Event refused_bounce() {
  Event event;
  event.time = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23);
  event.id = "0065f1c2a9b3d40";
  event.gateway = "in";
  event.direction = Direction::Inbound;
  event.client = "203.0.113.7";
  event.helo = "mx.example.net";
  event.recipients = {"prvs=0787c97471=ann@example.org"};
  event.addresses = {"ann@example.org"};
  event.size = 4321;
  event.kind = "dsn-failed";
  event.reporting_mta = "mta.example.net";
  event.original_message_id = "1@example.org";
  event.evidence = {{"tag", "refutes", "The tag was not made with our key."}};
  event.origin = "forged";
  event.verdict = Verdict::Refuse;
  event.cause = "bad-tag";
  event.explanation = "You did not write the mail that this bounce answers.";
  event.stage = "label";
  event.done = Done::Refused;
  event.next_stage = Verdict::Refuse;
  event.reply = "550 5.7.1 You did not write it";
  event.took = std::chrono::milliseconds(12);
  return event;
}

/// Ordinary mail that was delivered, on 2026-11-25 at 10:00:00.007 (UTC).
inline Event delivered_mail() {
  Event event;
  event.time = std::chrono::sys_days(std::chrono::year(2026) / 11 / 25) + std::chrono::hours(10) +
               std::chrono::milliseconds(7);
  event.id = "00641";
  event.gateway = "in";
  event.direction = Direction::Inbound;
  event.client = "192.0.2.1";
  event.helo = "mx.example.net";
  event.reverse_path = "bob@example.net";
  event.recipients = {"ann@example.org"};
  event.addresses = {"bob@example.net", "ann@example.org"};
  event.size = 1234;
  event.message_id = "1.2@example.net";
  event.kind = "none";
  event.verdict = Verdict::Accept;
  event.cause = "ordinary";
  event.stage = "reject";
  event.done = Done::Delivered;
  event.reply = "250 2.0.0 Taken";
  event.took = std::chrono::milliseconds(12);
  return event;
}

inline constexpr std::chrono::sys_time<std::chrono::milliseconds> kThen{
    std::chrono::milliseconds(1'795'400'000'123)};

/// Every field is set, to a value of its own that `number` is part of; the time is kThen and `number`
/// seconds. Only `addresses` is empty, as in an event that a query returns.
inline Event make_event(int number) {
  const std::string n = std::to_string(number);
  Event event;
  event.time = kThen + std::chrono::seconds(number);
  event.id = "id" + n;
  event.gateway = "in" + n;
  event.direction = Direction::Inbound;
  event.client = "192.0.2." + std::to_string(number % 250);
  event.helo = "mx" + n + ".example.net";
  event.reverse_path = "bob" + n + "@example.net";
  event.recipients = {"ann" + n + "@example.org", "ben" + n + "@example.org"};
  event.size = 1000U + static_cast<unsigned>(number);
  event.message_id = "m" + n + "@example.net";
  event.kind = "dsn-failed";
  event.certainty = "marked";
  event.reporting_mta = "mta" + n + ".example.net";
  event.original_message_id = "o" + n + "@example.org";
  event.evidence = {{"tag", "proves", "good tag " + n, "C"},
                    {"never-sends", "refutes", "it never sends " + n}};
  event.origin = "forged";
  event.origin_cause = "never-sends";
  event.facts = {Fact::ReadyTags, number % 2 == 1 ? Fact::Relay : Fact::SoughtTag};
  event.verdict = Verdict::Refuse;
  event.cause = "forged";
  event.explanation = "You did not write mail " + n + ".";
  event.tag = "key-" + n;
  event.stage = "label";
  event.done = Done::Labelled;
  event.next_stage = Verdict::Refuse;
  event.reply = "250 2.0.0 ok " + n;
  event.took = std::chrono::milliseconds(number);
  event.client_gone = number % 2 == 1;
  event.contradiction = number % 3 == 1;
  return event;
}

/// What one mail that left with a watermark adds to its domain. Old sums are deleted whatever the settings,
/// so the day is the one on which the test began, and `later` days.
inline DaySums one_left(std::string domain = "example.org", int later = 0) {
  static const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return {.domain = std::move(domain),
          .day = today + std::chrono::days(later),
          .counts = {.left = 1, .watermark = 1, .message = 1}};
}

/// The sums of that many such mails.
inline DaySums many_left(std::uint64_t mails, std::string domain = "example.org", int later = 0) {
  DaySums sums = one_left(std::move(domain), later);
  sums.counts = {.left = mails, .watermark = mails, .message = mails};
  return sums;
}

}  // namespace backstop::store
