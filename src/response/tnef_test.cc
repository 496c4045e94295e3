#include "response/tnef.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace backstop::response {
namespace {

using namespace std::string_view_literals;

constexpr auto kStart = "\x78\x9F\x3E\x22\x01\x00"sv;
constexpr auto kVersion = "\x01\x06\x90\x08\x00\x04\x00\x00\x00\x00\x00\x01\x00\x01\x00"sv;
constexpr auto kClass = "\x01\x08\x80\x07\x00\x09\x00\x00\x00IPM.Note\x00\x0B\x03"sv;

std::string stream(std::string_view a, std::string_view b = {}, std::string_view c = {}) {
  return std::string(kStart).append(a).append(b).append(c);
}

TEST(Tnef, ReadsTheMessageClass) {
  struct Row {
    const char* name;
    std::string stream;
    std::string_view want;
  };
  const std::string huge = std::string("\x01\x06\x90\x08\x00\xFF\xFF\xFF\xFF"sv);
  std::string many;
  for (int i = 0; i < 63; ++i) many.append(kVersion);
  const Row rows[] = {
      {"alone", stream(kClass), "IPM.Note"},
      {"behind another attribute", stream(kVersion, kClass), "IPM.Note"},
      {"without a NUL at its end", stream("\x01\x08\x80\x07\x00\x03\x00\x00\x00IPMxx"sv), "IPM"},
      {"as the last of 64 attributes", stream(many, kClass), "IPM.Note"},
      {"as the 65th attribute", stream(many, kVersion, kClass), ""},
      {"behind one that is longer than the stream", stream(huge, kClass), ""},
      {"longer than the stream", stream("\x01\x08\x80\x07\x00\xFF\xFF\xFF\xFFIPM.Note\x00\x0B\x03"sv), ""},
      {"empty", stream("\x01\x08\x80\x07\x00\x00\x00\x00\x00\x00\x00"sv), ""},
      {"missing", stream(kVersion), ""},
      {"another signature", "x" + stream(kClass), ""},
      {"nothing", "", ""},
  };
  for (const Row& row : rows) EXPECT_EQ(tnef_message_class(row.stream), row.want) << row.name;
}

TEST(Tnef, FindsNothingInAStreamThatIsCut) {
  const std::string whole = stream(kVersion, kClass);
  const std::size_t least = whole.size() - 2;  // the checksum is not read
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    EXPECT_EQ(tnef_message_class(std::string_view(whole).substr(0, size)), size < least ? "" : "IPM.Note")
        << size;
  }
}

}  // namespace
}  // namespace backstop::response
