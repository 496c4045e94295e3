#include "service/hop_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <map>
#include <utility>

#include "base/text.h"
#include "net/endpoint.h"
#include "net/look_ups.h"
#include "next_hop/next_hop.h"

namespace backstop::service {

namespace {

using Names = std::map<std::string, std::string, std::less<>>;  ///< host -> who names it, for people

void add(const next_hop::NextHop& hop, const std::string& whose, Names& names) {
  if (hop.protocol == next_hop::Protocol::Maildir || !hop.target.path.empty()) return;
  if (net::parse_address(hop.target.host)) return;
  names.try_emplace(hop.target.host, fmt::format("{}: the next hop {}", whose, base::printable(hop.url)));
}

Names names_of(const gateway::Settings& settings) {
  Names names;
  for (const auto& gateway : settings.gateways) add(gateway.next_hop, "gateway " + gateway.name, names);
  for (const auto& domain : settings.domains) {
    if (domain.next_hop != nullptr) add(*domain.next_hop, "domain " + base::printable(domain.name), names);
  }
  return names;
}

std::string words_for(const boost::system::error_code& error, const std::string& host,
                      std::chrono::milliseconds patience) {
  namespace asio_error = net::asio::error;
  const auto name = base::printable(host);
  if (error == asio_error::timed_out)
    return fmt::format("looking up {} takes longer than {} s", name,
                       std::chrono::duration_cast<std::chrono::seconds>(patience).count());
  if (error == asio_error::host_not_found || error == asio_error::no_data)
    return fmt::format("there is no host {}", name);
  return fmt::format("{} can't be looked up: {}", name, error.message());
}

struct Asked {
  net::LookUps::Clock::time_point end;  ///< of all look-ups together
  std::chrono::milliseconds patience;   ///< the time until then, for people
  std::size_t left_out = 0;             ///< names for which there was no time or room
};

std::string words_for_left_out(const Asked& asked, std::size_t names) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(asked.patience).count();
  return fmt::format("{} of {} names of next hops {} not looked up: at most {} names are, within {} s",
                     asked.left_out, names, asked.left_out == 1 ? "was" : "were", kMostLookedUp, seconds);
}

/// Asks for one name, and adds a line if it has no address. The references outlive the loop.
net::Task<void> ask(net::LookUps& look_ups, std::string host, std::string whose, const Asked& asked,
                    std::vector<std::string>& lines) {
  const auto found = co_await look_ups.look_up(host, asked.end);
  if (!found) {
    lines.push_back(fmt::format("{}: {}, so mail for it is deferred", whose,
                                words_for(found.error(), host, asked.patience)));
  } else if (found->empty()) {
    lines.push_back(
        fmt::format("{}: {} has no address, so mail for it is deferred", whose, base::printable(host)));
  }
}

}  // namespace

std::vector<std::string> unknown_hops(const gateway::Settings& settings, std::chrono::milliseconds patience) {
  std::vector<std::string> lines;
  net::asio::io_context loop;
  net::LookUps look_ups;
  Asked asked{.end = net::LookUps::Clock::now() + patience, .patience = patience};
  std::size_t count = 0;
  const auto names = names_of(settings);
  for (const auto& [host, whose] : names) {
    if (count == kMostLookedUp || (count > 0 && net::LookUps::Clock::now() >= asked.end)) {
      asked.left_out = names.size() - count;
      break;
    }
    net::asio::co_spawn(loop, ask(look_ups, host, whose, asked, lines), net::asio::detached);
    // No more threads are to be had at the same time.
    if (++count % net::LookUps::kMost != 0) continue;
    loop.run();
    loop.restart();
  }
  loop.run();
  std::ranges::sort(lines);
  if (asked.left_out > 0) lines.push_back(words_for_left_out(asked, names.size()));
  return lines;
}

}  // namespace backstop::service
