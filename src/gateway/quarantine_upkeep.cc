#include "gateway/quarantine_upkeep.h"

#include <fmt/format.h>

#include <new>
#include <utility>

#include "base/text.h"
#include "gateway/release.h"
#include "gateway/shared.h"
#include "intake/kept_response.h"
#include "net/blocking.h"
#include "next_hop/hand_over.h"

namespace backstop::gateway {

namespace {

void warn(Shared& shared, const base::Error& error) {
  shared.events.notice(base::LogLevel::Warning, error.message);
}

/// An error says why the owner could not be told.
net::Task<base::Result<void>> send(const DigestMail& mail, const Settings& settings,
                                   next_hop::HopAccess access) {
  const auto* const hop = next_hop_of(*mail.newest, settings);
  if (hop == nullptr) co_return std::unexpected(base::Error{"the configuration has no next hop for it"});
  smtp::MailCommand command;  // with the null path
  command.smtputf8 = !base::is_ascii(mail.to.text());
  const auto answer = co_await next_hop::hand_over({*hop, command, {&mail.to, 1}, mail.text},
                                                   settings.next_hop_context(), access);
  if (answer.is_positive()) co_return base::Result<void>();
  co_return std::unexpected(
      base::Error{fmt::format("{} answered {}", base::printable(hop->url), base::printable(answer.text()))});
}

/// Returns those of the mail's responses of which every owner has been told now.
std::vector<std::string> told_by(const DigestMail& mail, Digest& digest) {
  std::vector<std::string> ids;
  for (const auto& id : mail.ids) {
    if (--digest.untold[id] == 0) ids.push_back(id);
  }
  return ids;
}

/// `why` is that of the last mail that was not taken.
void tell_result(Shared& shared, std::size_t told, std::size_t owners, const std::string& why) {
  if (owners == 0) return;
  std::string line =
      fmt::format("quarantine: owners told what is kept back for them: {} of {}", told, owners);
  if (told < owners) line += "; the others are told tomorrow";
  if (!why.empty()) line += ". The last one who could not be told: " + why;
  shared.events.notice(why.empty() ? base::LogLevel::Info : base::LogLevel::Warning, line);
}

}  // namespace

QuarantineUpkeep::QuarantineUpkeep(std::unique_ptr<store::Quarantine> quarantine,
                                   store::QuarantineSettings settings, std::size_t most_mails)
    : quarantine_(std::move(quarantine)), settings_(std::move(settings)), most_mails_(most_mails) {}

net::Task<void> QuarantineUpkeep::look(Shared& shared, next_hop::Pool& pool, const bool& is_draining) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(shared.clock());
  const auto expired =
      co_await net::run_blocking(shared.blocking, [this, now] { return quarantine_->expire(now); });
  if (!expired) co_return warn(shared, expired.error());
  if (!settings_.digest) co_return;
  const auto today = std::chrono::floor<std::chrono::days>(now);
  const auto is_due =
      co_await net::run_blocking(shared.blocking, [this, today] { return quarantine_->begin_digest(today); });
  if (!is_due) co_return warn(shared, is_due.error());
  if (*is_due) co_await tell_owners(shared, pool, is_draining);
}

// On the thread of a pool, where nobody would catch an exception.
base::Result<QuarantineUpkeep::Due> QuarantineUpkeep::find_due(const Settings& settings,
                                                               std::chrono::system_clock::time_point now) {
  try {
    auto list = quarantine_->list(intake::seal_keys(settings.keys),
                                  std::chrono::floor<std::chrono::milliseconds>(now), kMostKept);
    if (!list) return std::unexpected(list.error());
    Due due{.list = std::move(*list), .digest = {}};
    due.digest =
        digest_of(due.list.kept, settings, {.keep = settings_.keep, .now = now, .most = most_mails_});
    return due;
  } catch (const std::bad_alloc&) {
    return std::unexpected(base::Error{"no memory left"});
  }
}

// Each mail is marked on the disk before the next one goes, so that no end of the program tells many twice.
net::Task<void> QuarantineUpkeep::tell_owners(Shared& shared, next_hop::Pool& pool, const bool& is_draining) {
  const auto settings = shared.settings.load();
  const auto now = shared.clock();
  auto due =
      co_await net::run_blocking(shared.blocking, [this, settings, now] { return find_due(*settings, now); });
  if (!due) co_return warn(shared, due.error());
  std::size_t told = 0;
  std::string why;
  for (const auto& mail : due->digest.mails) {
    if (is_draining) break;
    const auto sent = co_await send(mail, *settings, {.blocking = shared.blocking, .pool = pool});
    if (!sent) {
      why = sent.error().message;
      continue;
    }
    ++told;
    const auto ids = told_by(mail, due->digest);
    const auto marked =
        co_await net::run_blocking(shared.blocking, [this, &ids] { return quarantine_->set_told(ids); });
    if (marked) continue;
    warn(shared, marked.error());
    break;
  }
  tell_result(shared, told, due->digest.owners, why);
}

}  // namespace backstop::gateway
