// Who may log in to the HTTP side: a small file of names, roles and hashes of passwords (argon2id), which
// `backstop user` changes and the server reads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace backstop::http {

/// Each may do what those before it may.
enum class Role : std::uint8_t {
  Owner,     ///< sees the mail of his own addresses
  Operator,  ///< sees all, releases and deletes
  Admin,     ///< changes stages, takes evidence out
};
inline constexpr std::array<std::string_view, 3> kRoleNames = {"owner", "operator", "admin"};
constexpr std::string_view name(Role role) {
  return kRoleNames[static_cast<std::size_t>(role)];
}
std::optional<Role> role_of(std::string_view name);

struct User {
  std::string name;
  Role role = Role::Owner;
  std::string password_hash = {};           ///< as crypto_pwhash_str() writes it
  std::vector<std::string> addresses = {};  ///< of an owner, as origin::owner_of() has them

  bool operator==(const User&) const = default;
};

/// A line for each user: "NAME:ROLE:HASH:ADDRESS,ADDRESS". Lines that begin with "#" are left as they are.
class Users {
 public:
  static constexpr std::size_t kMostText = 4UZ * 1024 * 1024;
  static constexpr std::size_t kMostName = 64;
  static constexpr std::size_t kMostPassword = 1024;
  static constexpr std::size_t kLeastPassword = 10;

  /// Errors name the line, what was found, and what would be right.
  static base::Result<Users> parse(std::string_view text);
  std::string serialize() const;

  const std::vector<User>& all() const { return users_; }
  /// Returns null if there is none.
  const User* find(std::string_view name) const;
  /// Adds a user, or replaces the one of that name.
  void put(User user);
  /// Returns false if there was none.
  bool remove(std::string_view name);

 private:
  std::vector<std::string> comments_;
  std::vector<User> users_;
};

/// Returns why nobody can have that name: letters, digits and "._@-" are fine. Empty if it can be one.
std::string why_no_name(std::string_view name);

/// Hashes with argon2id: 2 passes over 19 MiB, about 30 ms. The error is that of memory that can't be had.
base::Result<std::string> hash_password(std::string_view password);
/// Returns whether the password is that of the hash; it takes as long as hash_password(). An empty hash is
/// that of nobody, and takes as long, too, so that nobody learns which names exist.
bool is_password(std::string_view password, const std::string& hash);

base::Result<Users> read_users(const std::string& path);
/// Changes the file, which is made if it is missing, with mode 0640 at most. `change` may refuse.
base::Result<void> change_users(const std::string& path,
                                const std::function<base::Result<void>(Users&)>& change);
/// Sets the password of a user that is there.
base::Result<void> put_password(const std::string& path, std::string_view name, const std::string& hash);

}  // namespace backstop::http
