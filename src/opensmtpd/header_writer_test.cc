#include "opensmtpd/header_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "milter/answer.h"
#include "milter/packet.h"

namespace backstop::opensmtpd {
namespace {

using testing::ElementsAre;

const std::vector<std::string> kMail = {"Received: from a", "\tby b",       "Subject: one", "X-A: first",
                                        " of two lines",    "x-a : second", "To: ann",      "",
                                        "X-A: in the text", "end"};

class OpensmtpdHeaderWriter : public testing::Test {
 protected:
  void insert(std::string_view name, std::string_view value) {
    std::string bytes;
    milter::append_insert_header(0, name, value, bytes);
    take(bytes);
  }
  void change(std::uint32_t index, std::string_view name, std::string_view value) {
    std::string bytes;
    milter::append_change_header(index, name, value, bytes);
    take(bytes);
  }
  std::vector<std::string> written(const std::vector<std::string>& lines = kMail) {
    std::string out;
    for (const auto& line : lines) writer_.write("1", "2", line, out);
    std::vector<std::string> got;
    constexpr std::string_view kBegin = "filter-dataline|1|2|";
    while (!out.empty()) {
      EXPECT_TRUE(out.starts_with(kBegin)) << out;
      got.push_back(out.substr(kBegin.size(), out.find('\n') - kBegin.size()));
      out.erase(0, out.find('\n') + 1);
    }
    return got;
  }

  LineLimits limits_;
  HeaderWriter writer_{limits_};

 private:
  void take(std::string_view bytes) {
    const auto parsed = milter::parse_packet(bytes);
    ASSERT_TRUE(parsed && parsed->packet);
    ASSERT_TRUE(writer_.change(parsed->packet->letter, parsed->packet->data, true));
  }
};

TEST_F(OpensmtpdHeaderWriter, WithoutChangesNothingChanges) {
  EXPECT_EQ(written(), kMail);
}

TEST_F(OpensmtpdHeaderWriter, EachFieldGoesAboveThoseBefore) {
  insert("B", " 2\n folded");
  insert("A", " 1");
  auto want = kMail;
  want.insert(want.begin(), {"A: 1", "B: 2", " folded"});
  EXPECT_EQ(written(), want);
}

TEST_F(OpensmtpdHeaderWriter, FieldsAreDeletedWithTheirLines) {
  change(1, "X-A", "");
  EXPECT_THAT(written(), ElementsAre("Received: from a", "\tby b", "Subject: one", "x-a : second", "To: ann",
                                     "", "X-A: in the text", "end"));
}

TEST_F(OpensmtpdHeaderWriter, FieldsAreCountedAsTheyCame) {
  change(2, "x-a", "");
  change(1, "x-a", "");
  change(3, "x-a", "");
  EXPECT_THAT(written(), ElementsAre("Received: from a", "\tby b", "Subject: one", "To: ann", "",
                                     "X-A: in the text", "end"));
}

TEST_F(OpensmtpdHeaderWriter, AFieldGetsAnotherValue) {
  change(2, "X-A", " new\n lines");
  auto want = kMail;
  want[5] = "X-A: new";
  want.insert(want.begin() + 6, " lines");
  EXPECT_EQ(written(), want);
}

TEST_F(OpensmtpdHeaderWriter, AHeaderMayEndWithoutAnEmptyLine) {
  change(1, "X-A", "");
  EXPECT_THAT(written({"Subject: one", "a text", "X-A: in the text"}),
              ElementsAre("Subject: one", "a text", "X-A: in the text"));
}

TEST_F(OpensmtpdHeaderWriter, IsUsedAgain) {
  insert("A", " 1");
  change(1, "X-A", "");
  written();
  writer_.clear();
  EXPECT_EQ(written(), kMail);
}

TEST_F(OpensmtpdHeaderWriter, WhatIsNoChangeIsAnError) {
  EXPECT_FALSE(writer_.change('i', "nothing", true));
  EXPECT_FALSE(writer_.change('m', "", true));
}

}  // namespace
}  // namespace backstop::opensmtpd
