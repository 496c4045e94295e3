#include "gateway/trace_field.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace backstop::gateway {

namespace {

/// "Wed, 25 Nov 2026 04:01:23 +0000". A second has many mails, and its text is made once.
const std::string& date_text(std::chrono::system_clock::time_point time) {
  thread_local std::time_t last = -1;
  thread_local std::string text;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  if (seconds != last) {
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    text = fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000", utc);
    last = seconds;
  }
  return text;
}

// A name that the client chose may not look like the comment that we write behind it.
std::string plain(std::string_view name) {
  std::string text(name);
  std::ranges::replace_if(text, [](char c) { return std::string_view("()<>\\\";@,").contains(c); }, '?');
  return text;
}

}  // namespace

std::string protocol_name(const TraceFacts& facts) {
  std::string name = facts.is_smtputf8 ? "UTF8SMTP" : facts.is_extended ? "ESMTP" : "SMTP";
  if (facts.is_tls) name += 'S';
  if (facts.is_authenticated) name += 'A';
  return name;
}

void append_received(const TraceFacts& facts, std::chrono::system_clock::time_point time, std::string& out) {
  auto into = std::back_inserter(out);
  // Empty where a trusted host doesn't know it.
  const std::string_view helo = facts.helo.empty() ? "unknown" : facts.helo;
  fmt::format_to(into, "Received: from {} ({}{}{})\r\n", plain(helo), plain(facts.client_name),
                 facts.client_name.empty() ? "" : " ", facts.client);
  if (!facts.tls.empty()) fmt::format_to(into, "\t(using {})\r\n", facts.tls);
  fmt::format_to(into, "\tby {} (Backstop) with {} id {}", facts.hostname, protocol_name(facts), facts.id);
  if (!facts.recipient.empty()) fmt::format_to(into, "\r\n\tfor <{}>", facts.recipient);
  fmt::format_to(into, ";\r\n\t{}\r\n", date_text(time));
}

}  // namespace backstop::gateway
