#include "http/users.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sodium.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "os/changed_file.h"

namespace backstop::http {
namespace {

constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemory = 19UZ * 1024 * 1024;
constexpr mode_t kMode = 0640;

/// Of a password that nobody has.
const std::string& nobodys_hash() {
  static const std::string hash = hash_password("nobody has this one").value_or(std::string());
  return hash;
}

std::unexpected<base::Error> named(const std::string& path, const base::Error& error) {
  return std::unexpected(base::Error{fmt::format("{}: {}", base::printable(path), error.message)});
}

base::Result<User> parse_user(std::string_view line) {
  const auto field = [&line] {
    const auto end = std::min(line.find(':'), line.size());
    const auto text = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return text;
  };
  User user{.name = std::string(field())};
  if (auto why = why_no_name(user.name); !why.empty()) return std::unexpected(base::Error{std::move(why)});
  const auto role_name = field();
  const auto role = role_of(role_name);
  if (!role) {
    return std::unexpected(base::Error{fmt::format(
        "\"{}\" is no role; the roles are {}", base::printable(role_name, 40), fmt::join(kRoleNames, ", "))});
  }
  user.role = *role;
  user.password_hash = field();
  if (!user.password_hash.starts_with("$argon2id$")) {
    return std::unexpected(
        base::Error{"the third field is no hash of argon2id; \"backstop user add\" makes such lines"});
  }
  while (!line.empty()) {
    const auto end = std::min(line.find(','), line.size());
    if (end > 0) user.addresses.emplace_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return user;
}

}  // namespace

std::optional<Role> role_of(std::string_view name) {
  const auto* const found = std::ranges::find(kRoleNames, name);
  if (found == kRoleNames.end()) return std::nullopt;
  return static_cast<Role>(found - kRoleNames.begin());
}

std::string why_no_name(std::string_view name) {
  if (name.empty()) return "the name is empty";
  if (name.size() > Users::kMostName)
    return fmt::format("the name has {} bytes, and may have {}", name.size(), Users::kMostName);
  const bool is_fine = std::ranges::all_of(name, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || std::string_view("._@-").contains(c);
  });
  if (is_fine) return {};
  return fmt::format("\"{}\" is no name: it may have letters, digits and . _ @ -", base::printable(name, 80));
}

base::Result<Users> Users::parse(std::string_view text) {
  Users users;
  std::string_view line;
  for (std::size_t number = 1; base::next_line(text, line); ++number) {
    if (line.empty() || line.starts_with('#')) {
      users.comments_.emplace_back(line);
      continue;
    }
    auto user = parse_user(line);
    if (!user) return std::unexpected(base::Error{fmt::format("line {}: {}", number, user.error().message)});
    if (users.find(user->name) != nullptr)
      return std::unexpected(
          base::Error{fmt::format("line {}: the user {} is there twice", number, user->name)});
    users.users_.push_back(std::move(*user));
  }
  return users;
}

std::string Users::serialize() const {
  std::string text;
  for (const auto& line : comments_) text += line + '\n';
  for (const auto& user : users_) {
    text += fmt::format("{}:{}:{}:{}\n", user.name, http::name(user.role), user.password_hash,
                        fmt::join(user.addresses, ","));
  }
  return text;
}

const User* Users::find(std::string_view name) const {
  const auto found = std::ranges::find(users_, name, &User::name);
  return found == users_.end() ? nullptr : &*found;
}

void Users::put(User user) {
  const auto found = std::ranges::find(users_, user.name, &User::name);
  if (found == users_.end()) {
    users_.push_back(std::move(user));
  } else {
    *found = std::move(user);
  }
}

bool Users::remove(std::string_view name) {
  return std::erase_if(users_, [&](const User& user) { return user.name == name; }) > 0;
}

base::Result<std::string> hash_password(std::string_view password) {
  char hash[crypto_pwhash_STRBYTES];
  if (::sodium_init() < 0 ||
      ::crypto_pwhash_str(hash, password.data(), password.size(), kPasses, kMemory) != 0)
    return std::unexpected(base::Error{"there is not enough memory to hash a password"});
  return std::string(hash);
}

bool is_password(std::string_view password, const std::string& hash) {
  const auto& wanted = hash.empty() ? nobodys_hash() : hash;
  if (::sodium_init() < 0 || password.size() > Users::kMostPassword) return false;
  const bool fits = ::crypto_pwhash_str_verify(wanted.c_str(), password.data(), password.size()) == 0;
  return fits && !hash.empty();
}

base::Result<Users> read_users(const std::string& path) {
  const auto text = os::read_small_file(path, Users::kMostText, kMode);
  if (!text) return named(path, text.error());
  auto users = Users::parse(*text);
  if (!users) return named(path, users.error());
  return users;
}

base::Result<void> change_users(const std::string& path,
                                const std::function<base::Result<void>(Users&)>& change) {
  const auto done =
      os::change_file(path, Users::kMostText, kMode, [&](std::string_view text) -> base::Result<std::string> {
        auto users = Users::parse(text);
        if (!users) return std::unexpected(users.error());
        if (auto changed = change(*users); !changed) return std::unexpected(changed.error());
        return users->serialize();
      });
  if (!done) return named(path, done.error());
  return {};
}

base::Result<void> put_password(const std::string& path, std::string_view name, const std::string& hash) {
  return change_users(path, [&](Users& users) -> base::Result<void> {
    const User* const found = users.find(name);
    if (found == nullptr) return std::unexpected(base::Error{fmt::format("there is no user {}", name)});
    User user = *found;
    user.password_hash = hash;
    users.put(std::move(user));
    return {};
  });
}

}  // namespace backstop::http
