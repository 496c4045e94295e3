// Reads every fixture of fixtures/ and compares it with the values beside it.
#include "response/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <set>
#include <string>

#include "response/fixture_files_test.h"

namespace backstop::response {
namespace {

namespace json = boost::json;
using std::filesystem::path;

json::object object_of(const Recipient& recipient) {
  return {{"address", recipient.address},
          {"original_address", recipient.original_address},
          {"action", name(recipient.action)},
          {"status", recipient.status},
          {"status_from", name(recipient.status_from)},
          {"reply_code", recipient.reply_code},
          {"command", name(recipient.command)},
          {"bounce_type", name(recipient.bounce_type)},
          {"reason", name(recipient.reason)},
          {"remote_mta", recipient.remote_mta},
          {"diagnostic", recipient.diagnostic}};
}

json::object object_of(const Response& response) {
  json::object object{{"kind", name(response.kind)},
                      {"certainty", name(certainty(response))},
                      {"form", response.format},
                      {"reporting_mta", response.reporting_mta},
                      {"date", response.date},
                      {"list_id", response.list_id},
                      {"feedback_type", response.feedback_type}};
  json::array recipients;
  for (const auto& recipient : response.recipients) recipients.emplace_back(object_of(recipient));
  object["recipients"] = std::move(recipients);
  object["original"] = nullptr;
  if (const auto& original = response.original) {
    object["original"] = json::object{{"message_id", original->message_id},
                                      {"from", original->from},
                                      {"to", original->to},
                                      {"subject", original->subject},
                                      {"date", original->date},
                                      {"found_in", name(original->found_in)}};
  }
  return object;
}

// Returns what `want` has and `got` lacks or has otherwise. Keys that `want` lacks may have any value.
std::string difference(const json::value& want, const json::value& got, const std::string& at) {
  if (want.is_object() && got.is_object()) {
    std::string all;
    for (const auto& [key, value] : want.as_object()) {
      const auto* inner = got.as_object().if_contains(key);
      all += inner ? difference(value, *inner, at + "." + std::string(key))
                   : at + "." + std::string(key) + " is no key\n";
    }
    return all;
  }
  if (want.is_array() && got.is_array()) {
    if (want.as_array().size() != got.as_array().size()) {
      return at + ": want " + json::serialize(want) + "\n  got " + json::serialize(got) + "\n";
    }
    std::string all;
    for (std::size_t i = 0; i < want.as_array().size(); ++i) {
      all += difference(want.as_array()[i], got.as_array()[i], at + "[" + std::to_string(i) + "]");
    }
    return all;
  }
  if (want == got) return {};
  return at + ": want " + json::serialize(want) + "\n  got " + json::serialize(got) + "\n";
}

// One test for each folder: with one for each mail, hundreds of processes would have to start.
class FixtureFolder : public testing::TestWithParam<path> {};

TEST_P(FixtureFolder, IsReadAsWritten) {
  Reader reader;
  for (const auto& file : fixture_mails()) {
    if (file.parent_path() != GetParam()) continue;
    SCOPED_TRACE(file.filename());
    const auto want = json::parse(read_file(path(file).replace_extension(".json")));
    const std::string mail = read_file(file);
    const Response response = reader.read(mail);
    EXPECT_EQ(difference(want, object_of(response), ""), "");
    EXPECT_TRUE(response.kind == Kind::None || reader.can_be_response(mail));
  }
}

std::set<path> folders() {
  std::set<path> all;
  for (const auto& file : fixture_mails()) all.insert(file.parent_path());
  return all;
}

INSTANTIATE_TEST_SUITE_P(Reader, FixtureFolder, testing::ValuesIn(folders()), [](const auto& info) {
  std::string name = info.param.filename().string();
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace backstop::response
