// docs/openapi.json against the table of routes: each has what the other has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "http/routes.h"

namespace backstop::http {
namespace {

namespace json = boost::json;

json::object document() {
  std::ifstream file(BACKSTOP_SOURCE_DIR "/docs/openapi.json");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return json::parse(text).as_object();
}

std::string_view name(Need need) {
  constexpr std::string_view kNames[] = {"nobody", "sums", "owner", "operator", "admin"};
  return kNames[static_cast<std::size_t>(need)];
}

TEST(OpenApi, HasEachRouteAndNoOther) {
  std::set<std::string> wanted;
  for (const auto& route : routes()) {
    // Pages are no part of the API.
    if (!route.path.starts_with("/api/")) continue;
    wanted.insert(std::string(route.method == Method::Get ? "get " : "post ") + std::string(route.path) +
                  " " + std::string(name(route.need)));
  }
  std::set<std::string> found;
  const auto api = document();
  for (const auto& [path, methods] : api.at("paths").as_object()) {
    for (const auto& [method, operation] : methods.as_object())
      found.insert(std::string(method) + " " + std::string(path) + " " +
                   std::string(operation.at("x-need").as_string()));
  }
  EXPECT_EQ(found, wanted);
}

TEST(OpenApi, HasTheNamesOfTheSums) {
  const auto api = document();
  std::set<std::string> found;
  for (const auto& one : api.at("components").at("schemas").at("Sums").at("required").as_array())
    found.insert(std::string(one.as_string()));
  std::set<std::string> wanted = {"time"};
  for (const auto& sum : kSums) wanted.insert(std::string(sum.name));
  EXPECT_EQ(found, wanted);
}

}  // namespace
}  // namespace backstop::http
