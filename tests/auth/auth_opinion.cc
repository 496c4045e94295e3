// Says what our code makes of what the scripts of this folder made, so that they can compare it with the
// opinion of others.
//
//   auth_opinion dkim NOW KEYS MAIL...   a line for each mail: a word for each signature, from the top down.
//                                        KEYS has lines "NAME RECORD". NOW is in seconds since 1970
//   auth_opinion authres FILE            a line for each line of FILE, which is the value of a field: its id
//   and
//                                        results, or "error"
//   auth_opinion helo FILE               a line for each line of FILE, which is a name of EHLO: our field,
//                                        unfolded
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "auth/authres.h"
#include "auth/authres_field.h"
#include "auth/dkim_check.h"

namespace backstop {
namespace {

using namespace auth;

std::string content_of(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

using Keys = std::map<std::string, std::string>;

Keys read_keys(const char* path) {
  Keys keys;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto space = line.find(' ');
    keys[line.substr(0, space)] = line.substr(space + 1);
  }
  return keys;
}

std::string opinion_of(const std::string& mail, std::chrono::sys_seconds now, const Keys& keys) {
  const auto end = std::min(mail.find("\r\n\r\n"), mail.size() - 4) + 4;
  DkimCheck check(mail.substr(0, end), now);
  for (std::size_t i = 0; i < check.key_names().size(); ++i) {
    const auto found = keys.find(check.key_names()[i]);
    net::DnsAnswer answer{.kind = net::DnsAnswer::Kind::NoName};
    if (found != keys.end()) answer = {.kind = net::DnsAnswer::Kind::Found, .texts = {found->second}};
    check.take_key(i, answer);
  }
  for (std::size_t at = end; at < mail.size(); at += 1000)
    check.take_body(std::string_view(mail).substr(at, 1000));
  check.end_body();
  std::string words;
  for (const auto& one : check.results())
    words += std::string(words.empty() ? "" : " ") + std::string(name(one.result));
  return words;
}

void say_dkim(std::span<char*> words) {
  std::int64_t now = 0;
  const std::string_view digits = words[0];
  std::from_chars(digits.data(), digits.data() + digits.size(), now);
  const Keys keys = read_keys(words[1]);
  for (const char* const path : words.subspan(2)) {
    fmt::print("{}\n",
               opinion_of(content_of(path), std::chrono::sys_seconds(std::chrono::seconds(now)), keys));
  }
}

void say_authres(const char* path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto read = parse_authres(line);
    std::string said = read ? read->id : "error";
    for (const auto& one : read ? read->results : std::vector<AuthresResult>()) {
      said += fmt::format(";{}={};{}", one.method, name(one.result), one.reason);
      for (const auto& property : one.properties)
        said += fmt::format(";{}.{}={}", property.type, property.name, property.value);
    }
    fmt::print("{}\n", said);
  }
}

void say_helo(const char* path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::string field = authres_field("mx.example.org", {.spf = SpfFinding{.domain = line, .is_helo = true}});
    std::erase_if(field, [](char c) { return c == '\r' || c == '\n'; });
    fmt::print("{}\n", field);
  }
}

}  // namespace
}  // namespace backstop

int main(int count, char** given) {
  const std::span words(given, static_cast<std::size_t>(count));
  if (words.size() >= 4 && std::string_view(words[1]) == "dkim") {
    backstop::say_dkim(words.subspan(2));
  } else if (words.size() == 3 && std::string_view(words[1]) == "authres") {
    backstop::say_authres(words[2]);
  } else if (words.size() == 3 && std::string_view(words[1]) == "helo") {
    backstop::say_helo(words[2]);
  } else {
    std::fputs(
        "usage: auth_opinion dkim NOW KEYS MAIL... | auth_opinion authres FILE | auth_opinion helo FILE\n",
        stderr);
    return 2;
  }
  return 0;
}
