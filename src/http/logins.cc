#include "http/logins.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "os/random.h"

namespace backstop::http {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kMostOnce = 100;

base::Result<std::string> random_token() {
  std::array<unsigned char, kTokenBytes> bytes{};
  if (!os::fill_random(bytes)) return std::unexpected(base::Error{"the system has no random bytes"});
  return base::hex(bytes);
}

std::string digest(std::string_view text) {
  std::array<unsigned char, 32> bytes{};
  unsigned size = 0;
  ::EVP_Digest(text.data(), text.size(), bytes.data(), &size, ::EVP_sha256(), nullptr);
  return base::hex(bytes);
}

}  // namespace

base::Result<Login> Logins::begin(User user, LoginTime now) {
  auto token = random_token();
  auto csrf = random_token();
  if (!token) return std::unexpected(token.error());
  if (!csrf) return std::unexpected(csrf.error());
  user.password_hash.clear();
  Login login{.token = std::move(*token), .csrf = std::move(*csrf), .user = std::move(user)};
  const std::scoped_lock lock(mutex_);
  make_room(login.user.name, now);
  entries_.emplace(digest(login.token), Entry{.login = login, .begun = now, .used = now});
  return login;
}

void Logins::make_room(std::string_view user, LoginTime now) {
  std::erase_if(entries_, [&](const auto& one) { return is_over(one.second, now); });
  const auto drop_oldest = [&](auto is_meant, std::size_t most) {
    auto count = static_cast<std::size_t>(std::ranges::count_if(entries_, is_meant));
    for (; count >= most; --count) {
      auto oldest = entries_.end();
      for (auto i = entries_.begin(); i != entries_.end(); ++i) {
        if (is_meant(*i) && (oldest == entries_.end() || i->second.used < oldest->second.used)) oldest = i;
      }
      entries_.erase(oldest);
    }
  };
  drop_oldest([&](const auto& one) { return one.second.login.user.name == user; }, kMostOfUser);
  drop_oldest([](const auto&) { return true; }, kMost);
}

std::optional<Login> Logins::find(std::string_view token, LoginTime now) {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(digest(token));
  if (found == entries_.end()) return std::nullopt;
  if (is_over(found->second, now)) {
    entries_.erase(found);
    return std::nullopt;
  }
  found->second.used = now;
  return found->second.login;
}

void Logins::end(std::string_view token) {
  const std::scoped_lock lock(mutex_);
  entries_.erase(digest(token));
}

void Logins::end_all_of(std::string_view user, std::string_view but) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(entries_, [&](const auto& one) {
    return one.second.login.user.name == user && one.second.login.token != but;
  });
}

base::Result<std::string> Logins::make_once(User user, LoginTime now) {
  auto token = random_token();
  if (!token) return token;
  const std::scoped_lock lock(mutex_);
  std::erase_if(once_, [&](const auto& one) { return now - one.second.made > kOneTimeLife; });
  if (once_.size() >= kMostOnce) return std::unexpected(base::Error{"there are too many one-time links"});
  once_.emplace(digest(*token), Once{.user = std::move(user), .made = now});
  return token;
}

std::optional<User> Logins::take_once(std::string_view token, LoginTime now) {
  const std::scoped_lock lock(mutex_);
  const auto found = once_.find(digest(token));
  if (found == once_.end()) return std::nullopt;
  Once once = std::move(found->second);
  once_.erase(found);
  if (now - once.made > kOneTimeLife) return std::nullopt;
  return std::move(once.user);
}

std::chrono::seconds FailedLogins::wait_of(Table& table, const std::string& key, LoginTime now) {
  const auto found = table.find(key);
  if (found == table.end()) return {};
  auto& times = found->second;
  while (!times.empty() && now - times.front() >= kSpan) times.pop_front();
  if (times.empty())
    table.erase(found);
  else if (times.size() >= kMost)
    return std::chrono::ceil<std::chrono::seconds>(times.back() + kSpan - now);
  return {};
}

void FailedLogins::note(Table& table, const std::string& key, LoginTime now) {
  if (table.size() >= kMostNames && !table.contains(key)) {
    std::erase_if(table, [&](const auto& one) { return now - one.second.back() >= kSpan; });
    // Somebody tries names by the thousand; what was noted of the first one of them is given up.
    if (table.size() >= kMostNames) table.erase(table.begin());
  }
  auto& times = table[key];
  times.push_back(now);
  if (times.size() > kMost) times.pop_front();
}

std::chrono::seconds FailedLogins::wait(const std::string& name, const std::string& network, LoginTime now) {
  const std::scoped_lock lock(mutex_);
  return std::max(wait_of(names_, name, now), wait_of(networks_, network, now));
}

void FailedLogins::failed(const std::string& name, const std::string& network, LoginTime now) {
  const std::scoped_lock lock(mutex_);
  note(names_, name, now);
  note(networks_, network, now);
}

void FailedLogins::worked(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  names_.erase(name);
}

}  // namespace backstop::http
