#include "gateway/trace_field.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace backstop::gateway {

std::string protocol_name(const TraceFacts& facts) {
  std::string name = facts.is_smtputf8 ? "UTF8SMTP" : facts.is_extended ? "ESMTP" : "SMTP";
  if (facts.is_tls) name += 'S';
  if (facts.is_authenticated) name += 'A';
  return name;
}

void append_received(const TraceFacts& facts, std::chrono::system_clock::time_point time, std::string& out) {
  auto into = std::back_inserter(out);
  fmt::format_to(into, "Received: from {} ({}{}{})\r\n", facts.helo, facts.client_name,
                 facts.client_name.empty() ? "" : " ", net::address_literal(facts.client));
  if (!facts.tls.empty()) fmt::format_to(into, "\t(using {})\r\n", facts.tls);
  fmt::format_to(into, "\tby {} (Backstop) with {} id {}", facts.hostname, protocol_name(facts), facts.id);
  if (!facts.recipient.empty()) fmt::format_to(into, "\r\n\tfor <{}>", facts.recipient);
  std::tm utc{};
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  ::gmtime_r(&seconds, &utc);
  fmt::format_to(into, ";\r\n\t{:%a, %d %b %Y %H:%M:%S} +0000\r\n", utc);
}

}  // namespace backstop::gateway
