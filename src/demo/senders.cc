#include "demo/senders.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace backstop::demo {

namespace {

// Fewer than the errors after which a gateway ends a session.
constexpr std::size_t kForgedOfOne = 4;

constexpr auto kNames = std::to_array<std::string_view>(
    {"mail.harbour.test", "relay.alder.test", "mx.meadow.test", "out.willow.test", "smtp.quarry.test",
     "bounce.birch.test", "mta.orchard.test", "gw.colline.test", "post.wiese.test", "mx.mill.test"});

// From the networks for examples (RFC 5737): 250 addresses of each.
std::string address_of(std::size_t number) {
  constexpr std::array<std::string_view, 3> kNetworks = {"198.51.100", "203.0.113", "192.0.2"};
  return fmt::format("{}.{}", kNetworks[number / 250 % kNetworks.size()], number % 250 + 1);
}

DemoSender sender(std::size_t number, std::vector<DemoMail> mails) {
  return {.helo = fmt::format("{}.{}", fmt::format("n{}", number + 1), kNames[number % kNames.size()]),
          .address = address_of(number),
          .mails = std::move(mails)};
}

std::vector<std::vector<DemoMail>> in_groups(std::vector<DemoMail> mails) {
  std::vector<std::vector<DemoMail>> groups;
  for (auto& mail : mails) {
    if (groups.empty() || groups.back().size() == kForgedOfOne) groups.emplace_back();
    groups.back().push_back(std::move(mail));
  }
  return groups;
}

}  // namespace

DemoSender desk_of_ann(std::vector<DemoMail> mails) {
  return {.helo = "desk.example.org", .address = {}, .mails = std::move(mails)};
}

std::vector<DemoSender> world(std::vector<DemoMail> forged, std::vector<DemoMail> others) {
  auto groups = in_groups(std::move(forged));
  std::vector<DemoSender> senders;
  std::size_t placed = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    senders.push_back(sender(senders.size(), std::move(groups[i])));
    // So many of the others as is their due by now.
    const std::size_t due = others.size() * (i + 1) / groups.size();
    for (; placed < due; ++placed) senders.push_back(sender(senders.size(), {std::move(others[placed])}));
  }
  return senders;
}

}  // namespace backstop::demo
