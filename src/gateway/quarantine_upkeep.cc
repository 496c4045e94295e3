#include "gateway/quarantine_upkeep.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "gateway/hand_over.h"
#include "gateway/shared.h"
#include "intake/kept_response.h"
#include "net/blocking.h"

namespace backstop::gateway {

namespace {

void warn(Shared& shared, const base::Error& error) {
  shared.events.notice(os::LogLevel::Warning, error.message);
}

/// Returns the ids of which every owner has been told.
std::vector<std::string> told_ids(const std::vector<DigestMail>& mails, const std::vector<bool>& is_sent) {
  std::set<std::string> told;
  std::set<std::string> untold;
  for (std::size_t i = 0; i < mails.size(); ++i)
    (is_sent[i] ? told : untold).insert(mails[i].ids.begin(), mails[i].ids.end());
  std::vector<std::string> ids;
  std::ranges::set_difference(told, untold, std::back_inserter(ids));
  return ids;
}

}  // namespace

QuarantineUpkeep::QuarantineUpkeep(std::unique_ptr<store::Quarantine> quarantine,
                                   store::QuarantineSettings settings)
    : quarantine_(std::move(quarantine)), settings_(std::move(settings)) {}

net::Task<void> QuarantineUpkeep::look(Shared& shared, next_hop::Pool& pool) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(shared.clock());
  const auto expired =
      co_await net::run_blocking(shared.blocking, [this, now] { return quarantine_->expire(now); });
  if (!expired) co_return warn(shared, expired.error());
  if (!settings_.digest) co_return;
  const auto today = std::chrono::floor<std::chrono::days>(now);
  const auto is_due =
      co_await net::run_blocking(shared.blocking, [this, today] { return quarantine_->begin_digest(today); });
  if (!is_due) co_return warn(shared, is_due.error());
  if (*is_due) co_await tell_owners(shared, pool);
}

net::Task<bool> QuarantineUpkeep::send(const DigestMail& mail, const Settings& settings, Shared& shared,
                                       next_hop::Pool& pool) {
  const auto* const hop = next_hop_of(*mail.newest, settings);
  if (hop == nullptr) co_return false;
  smtp::MailCommand command;  // with the null path
  command.smtputf8 = !base::is_ascii(mail.to.text());
  const std::vector<mail::Address> to = {mail.to};
  const auto answer = co_await hand_over({*hop, command, to, mail.text}, settings,
                                         {.blocking = shared.blocking, .pool = pool});
  if (answer.is_positive()) co_return true;
  shared.events.notice(
      os::LogLevel::Warning,
      fmt::format("quarantine: an owner could not be told and is told tomorrow: {} answered {}",
                  base::printable(hop->url), base::printable(answer.text())));
  co_return false;
}

net::Task<void> QuarantineUpkeep::tell_owners(Shared& shared, next_hop::Pool& pool) {
  const auto settings = shared.settings.load();
  const auto now = shared.clock();
  const auto list = co_await net::run_blocking(shared.blocking, [this, settings, now] {
    return quarantine_->list(intake::seal_keys(settings->keys),
                             std::chrono::floor<std::chrono::milliseconds>(now), kMostKept);
  });
  if (!list) co_return warn(shared, list.error());
  auto mails = digest_mails(list->kept, *settings, {.keep = settings_.keep, .now = now});
  std::vector<bool> is_sent(mails.size());
  for (std::size_t i = 0; i < std::min(mails.size(), kMostMails); ++i)
    is_sent[i] = co_await send(mails[i], *settings, shared, pool);
  const auto ids = told_ids(mails, is_sent);
  const auto marked =
      co_await net::run_blocking(shared.blocking, [this, &ids] { return quarantine_->set_told(ids); });
  if (!marked) warn(shared, marked.error());
  const auto count = std::ranges::count(is_sent, true);
  if (!mails.empty()) {
    shared.events.notice(
        os::LogLevel::Info,
        fmt::format("quarantine: owners told what is kept back for them: {} of {}", count, mails.size()));
  }
}

}  // namespace backstop::gateway
