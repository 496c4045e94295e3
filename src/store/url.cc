#include "store/url.h"

#include <filesystem>
#include <system_error>

namespace backstop::store {

std::string path_of(std::string_view url) {
  return std::string(url.substr(url.find(':') + 1));
}

std::string sqlite_url(std::string_view path_or_url) {
  return path_or_url.starts_with(kSqliteScheme) ? std::string(path_or_url)
                                                : std::string(kSqliteScheme).append(path_or_url);
}

bool is_missing(std::string_view url) {
  std::error_code failed;
  return std::filesystem::status(path_of(url), failed).type() == std::filesystem::file_type::not_found;
}

}  // namespace backstop::store
