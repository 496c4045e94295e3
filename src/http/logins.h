// Who is logged in, and who has tried too often. In memory: a restart logs everybody out. The time is passed
// in. Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/users.h"

namespace backstop::http {

using LoginTime = std::chrono::steady_clock::time_point;

struct Login {
  std::string token;  ///< of the cookie
  std::string csrf;   ///< that the page must send with whatever changes something
  User user;
};

class Logins {
 public:
  static constexpr std::chrono::hours kLongest{12};
  static constexpr std::chrono::hours kIdle{1};
  static constexpr std::size_t kMost = 10'000;    ///< logins; past it the one that was idle longest ends
  static constexpr std::size_t kMostOfUser = 20;  ///< logins of one user; the same
  static constexpr std::chrono::minutes kOneTimeLife{10};

  /// Errors if the system has no random bytes.
  base::Result<Login> begin(User user, LoginTime now);
  /// Returns the login of a cookie's token, and notes that it was used; nullopt if it is over.
  std::optional<Login> find(std::string_view token, LoginTime now);
  void end(std::string_view token);
  /// Ends all logins of that user but the one with the token `but`.
  void end_all_of(std::string_view user, std::string_view but = {});

  /// Returns a token that take_once() takes once, within kOneTimeLife, for a login as `user`.
  base::Result<std::string> make_once(User user, LoginTime now);
  std::optional<User> take_once(std::string_view token, LoginTime now);

 private:
  struct Entry {
    Login login;
    LoginTime begun;
    LoginTime used;
  };
  struct Once {
    User user;
    LoginTime made;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  static bool is_over(const Entry& entry, LoginTime now) {
    return now - entry.begun > kLongest || now - entry.used > kIdle;
  }
  void make_room(std::string_view user, LoginTime now);

  std::mutex mutex_;
  Entries entries_;  ///< by the hash of their token, so that no look-up tells by its time how much was right
  std::map<std::string, Once, std::less<>> once_;  ///< the same
};

/// Counts failed logins: five of a name or of a network within 15 minutes have to wait.
class FailedLogins {
 public:
  static constexpr std::chrono::minutes kSpan{15};
  static constexpr std::size_t kMost = 5;
  static constexpr std::size_t kMostNames = 20'000;

  /// Returns how long a login of that name from that network has to wait; zero: not at all.
  std::chrono::seconds wait(const std::string& name, const std::string& network, LoginTime now);
  void failed(const std::string& name, const std::string& network, LoginTime now);
  /// A login that worked clears the name, but not the network.
  void worked(const std::string& name);

 private:
  using Times = std::deque<LoginTime>;
  using Table = std::map<std::string, Times, std::less<>>;

  static std::chrono::seconds wait_of(Table& table, const std::string& key, LoginTime now);
  static void note(Table& table, const std::string& key, LoginTime now);

  std::mutex mutex_;
  Table names_;
  Table networks_;
};

}  // namespace backstop::http
