#include "gateway/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include "base/day.h"
#include "base/text.h"
#include "intake/verdict_reply.h"
#include "mail/address_syntax.h"
#include "mail/date.h"
#include "origin/owner.h"

namespace backstop::gateway {

namespace {

constexpr std::size_t kMostHosts = 10;
constexpr std::size_t kMostHostName = 60;

using Kept = const store::KeptEnvelope*;

/// What is kept for one owner, newest first.
struct Owned {
  mail::Address to;
  std::vector<Kept> all;
  std::vector<Kept> untold;
};

/// "mx.shop.test, at [192.0.2.1]". The response chose the name, so anything but a name is left out: nobody
/// shall be able to write into our mail.
std::string host_of(const store::KeptEnvelope& kept) {
  const auto& name = kept.reporting_mta;
  const bool is_shown = name.size() <= kMostHostName && mail::is_domain(name) && base::is_ascii(name);
  return is_shown ? fmt::format("{}, at {}", name, kept.client) : kept.client;
}

std::string responses(std::size_t count) {
  return count == 1 ? "1 response" : fmt::format("{} responses", count);
}

/// Says how many are new; nothing if all are, as in the first digest.
std::string new_ones(const Owned& owned) {
  if (owned.untold.size() == owned.all.size()) return {};
  return fmt::format(", {} of them since you were last told", owned.untold.size());
}

std::string host_lines(const std::vector<Kept>& all) {
  std::map<std::string, std::size_t> counts;
  for (const auto* const one : all) ++counts[host_of(*one)];
  std::vector<std::pair<std::string, std::size_t>> hosts(counts.begin(), counts.end());
  std::ranges::sort(hosts, [](const auto& one, const auto& other) {
    return one.second != other.second ? one.second > other.second : one.first < other.first;
  });
  std::string lines;
  for (std::size_t i = 0; i < std::min(hosts.size(), kMostHosts); ++i)
    fmt::format_to(std::back_inserter(lines), "  {} from {}\r\n", hosts[i].second, hosts[i].first);
  if (hosts.size() > kMostHosts)
    fmt::format_to(std::back_inserter(lines), "  and more from {} other host{}\r\n",
                   hosts.size() - kMostHosts, hosts.size() == kMostHosts + 1 ? "" : "s");
  return lines;
}

std::string end_day(const store::KeptEnvelope& kept, std::chrono::hours keep) {
  return base::format_day(std::chrono::floor<std::chrono::days>(kept.time + keep));
}

/// `place` is that of the mail among those of its day, so that no two have the same Message-ID.
std::string text_of(const Owned& owned, std::size_t place, const Settings& settings,
                    const DigestFacts& facts) {
  const std::string to = owned.to.text();
  const std::string domain = owned.to.domain.empty() ? settings.hostname : owned.to.domain;
  const std::string postmaster = "postmaster@" + domain;
  const auto count = owned.all.size();
  std::string text = fmt::format(
      "From: Backstop <{}>\r\nTo: <{}>\r\nSubject: {} kept back\r\nDate: {}\r\n"
      "Message-ID: <digest.{}.{}.{}@{}>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n\r\n",
      postmaster, to, count == 1 ? "1 response is" : fmt::format("{} responses are", count),
      mail::date_text(facts.now), base::format_day(std::chrono::floor<std::chrono::days>(facts.now)), place,
      owned.all.front()->id, settings.hostname);
  fmt::format_to(std::back_inserter(text),
                 "{} to {}\r\n{} kept back{}.\r\n\r\n"
                 "A response is a bounce, an automatic answer or the like. These say that they\r\n"
                 "answer mail that you sent, and nothing proves that you did. Most of them\r\n"
                 "answer spam that somebody else sent in your name.\r\n\r\n"
                 "They came from these hosts:\r\n{}\r\n"
                 "The first one is deleted on {}, the last one on {} (UTC).\r\n\r\n"
                 "If you miss an answer to a mail of yours, ask {}\r\n"
                 "before it is deleted. The postmaster can look at the responses and send them\r\n"
                 "on to you.\r\n",
                 responses(count), to, count == 1 ? "is" : "are", new_ones(owned), host_lines(owned.all),
                 end_day(*owned.all.back(), facts.keep), end_day(*owned.all.front(), facts.keep), postmaster);
  if (!settings.help_url.empty())
    fmt::format_to(std::back_inserter(text), "\r\nMore: {}\r\n", intake::help_page(settings.help_url));
  return text;
}

void add(const store::KeptEnvelope& kept, const mail::Address& recipient, const mail::Address& owner,
         Owned& owned) {
  // The next hop took the recipient as it is; it need not know the address without its sub-address.
  const bool is_plain = recipient.folded() == owner.folded();
  if (owned.all.empty() || is_plain) owned.to = recipient;
  if (!owned.all.empty() && owned.all.back() == &kept) return;
  owned.all.push_back(&kept);
  if (!kept.is_told) owned.untold.push_back(&kept);
}

/// By owner.
std::map<std::string, Owned> gather(std::span<const store::KeptEnvelope> kept, const Settings& settings) {
  std::map<std::string, Owned> owners;
  for (const auto& one : kept) {
    for (const auto& text : one.recipients) {
      const auto recipient = mail::parse_address(text);
      if (!recipient) continue;
      auto whole = *recipient;
      // Each domain has a postmaster of its own.
      if (whole.domain.empty()) whole.domain = one.domain;
      const auto owner = origin::owner_of(whole, settings.tags.delimiter);
      add(one, *recipient, owner, owners[owner.text()]);
    }
  }
  return owners;
}

DigestMail mail_to(Owned owned, std::size_t place, const Settings& settings, const DigestFacts& facts) {
  DigestMail mail{
      .to = owned.to, .newest = owned.all.front(), .text = text_of(owned, place, settings, facts)};
  for (const auto* const one : owned.untold) mail.ids.push_back(one->id);
  return mail;
}

}  // namespace

Digest digest_of(std::span<const store::KeptEnvelope> kept, const Settings& settings,
                 const DigestFacts& facts) {
  std::vector<Owned> waiting;
  Digest digest;
  for (auto& [name, owned] : gather(kept, settings)) {
    if (owned.untold.empty()) continue;
    for (const auto* const one : owned.untold) ++digest.untold[one->id];
    waiting.push_back(std::move(owned));
  }
  digest.owners = waiting.size();
  std::ranges::sort(waiting, {}, [](const Owned& owned) { return owned.untold.back()->time; });
  waiting.resize(std::min(waiting.size(), facts.most));
  for (auto& owned : waiting)
    digest.mails.push_back(mail_to(std::move(owned), digest.mails.size() + 1, settings, facts));
  return digest;
}

}  // namespace backstop::gateway
