#include "demo/mail_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/folder_fixture.h"

namespace backstop::demo {
namespace {

const Values kValues = {{"date", "today"}, {"braces", "{date} {other}"}, {"none", ""}};

struct FillRow {
  const char* name;
  std::string_view text;
  std::string_view want;
};

TEST(DemoFill, ReplacesEachPlaceholder) {
  const FillRow rows[] = {
      {"empty", "", ""},
      {"no placeholder", "a\nb\n", "a\nb\n"},
      {"alone", "{date}", "today"},
      {"within", "a{date}b\n", "atodayb\n"},
      {"twice", "{date}{date}", "todaytoday"},
      {"with an empty value", "<{none}>", "<>"},
      {"with braces in its value", "{braces}!", "{date} {other}!"},
      {"a closing brace alone", "a } b", "a } b"},
  };
  for (const auto& row : rows) {
    const auto filled = fill(row.text, kValues);
    ASSERT_TRUE(filled) << row.name << ": " << filled.error().message;
    EXPECT_EQ(*filled, row.want) << row.name;
  }
}

TEST(DemoFill, RefusesWhatHasNoValue) {
  const FillRow rows[] = {
      {"unknown", "{date} {when}\n", "{when}"},
      {"empty name", "{}", "{}"},
      {"space", "{ date}", "{ date}"},
      {"upper case", "{Date}", "{Date}"},
      {"nested", "{{date}}", "{{date}"},
      {"not closed", "{date", "{date}"},
      {"not closed in its line", "a { b\nc {date}\n", "{ b c {date}"},
      {"at the end", "a {", "{}"},
      {"control characters", "{\x1b[2J}", "{\uFFFD[2J}"},
  };
  for (const auto& row : rows) {
    const auto filled = fill(row.text, kValues);
    ASSERT_FALSE(filled) << row.name;
    EXPECT_EQ(filled.error().message,
              std::string(row.want) + " is no placeholder here; these are: {braces} {date} {none}")
        << row.name;
  }
}

class DemoTemplatesTest : public testing::Test {
 protected:
  void write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_.path(name), std::ios::binary) << text;
  }
  auto read() const { return read_templates(folder_.path().string(), kValues); }

  base::TemporaryFolder folder_;
};

TEST_F(DemoTemplatesTest, AreReadInTheOrderOfTheirNames) {
  write("b.eml", "Return-Path: <>\nDelivered-To: {none}\nSubject: second\n\n{date}\n");
  write("a.eml", "Return-Path: <x@y.test>\nDelivered-To: z@y.test\nAnswered-With: form\nSubject: first\n\n");
  const auto found = read();
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 2u);
  const MailTemplate& first = found->front();
  EXPECT_EQ(first.path, folder_.path("a.eml"));
  EXPECT_EQ(first.name, "a");
  EXPECT_EQ(first.reverse_path, "x@y.test");
  EXPECT_EQ(first.recipient, "z@y.test");
  EXPECT_EQ(first.answer, "form");
  EXPECT_EQ(first.text, "Subject: first\n\n");
  const MailTemplate& second = found->back();
  EXPECT_EQ(second.name, "b");
  EXPECT_EQ(second.reverse_path, "");
  EXPECT_EQ(second.recipient, "{none}");
  EXPECT_EQ(second.answer, "");
  EXPECT_EQ(second.text, "Subject: second\n\n{date}\n");
}

struct BrokenRow {
  const char* name;  ///< of the file
  std::string_view text;
  std::string want;
};

TEST_F(DemoTemplatesTest, BrokenOnesAreNamed) {
  const std::string first = "the first line must be \"Return-Path: <ADDRESS>\" or \"Return-Path: <>\"";
  const std::string second = "the second line must be \"Delivered-To: ADDRESS\"";
  const std::string ends = "each line must end in LF, without CR";
  const BrokenRow rows[] = {
      {"no-path.eml", "Delivered-To: a@b.test\nSubject: x\n\n", first},
      {"bare-path.eml", "Return-Path: a@b.test\nDelivered-To: a@b.test\nSubject: x\n\n", first},
      {"half-path.eml", "Return-Path: <\nDelivered-To: a@b.test\nSubject: x\n\n", first},
      {"no-to.eml", "Return-Path: <>\nSubject: x\n\n", second},
      {"empty-to.eml", "Return-Path: <>\nDelivered-To: \nSubject: x\n\n", second},
      {"crlf.eml", "Return-Path: <>\r\nDelivered-To: a@b.test\r\nSubject: x\r\n\r\n", ends},
      {"half-line.eml", "Return-Path: <>\nDelivered-To: a@b.test\nSubject: x\n\nx", ends},
      {"placeholder.eml", "Return-Path: <>\nDelivered-To: {who}\nSubject: x\n\n",
       "{who} is no placeholder here; these are: {braces} {date} {none}"},
      {"name.txt", "Return-Path: <>\nDelivered-To: a@b.test\nSubject: x\n\n", "the name must end in .eml"},
      {"empty.eml", "", "empty"},
      {"open.eml",
       "Return-Path: <>\nDelivered-To: a@b.test\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\n",
       "cut short: its last part has no end"},
  };
  for (const auto& row : rows) {
    write(row.name, row.text);
    const auto found = read();
    std::filesystem::remove(folder_.path(row.name));
    ASSERT_FALSE(found) << row.name;
    EXPECT_EQ(found.error().message, folder_.path(row.name) + ": " + row.want);
  }
}

TEST_F(DemoTemplatesTest, AFolderWithoutAnyIsAnError) {
  const auto empty = read();
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().message, folder_.path().string() + ": holds no mail");
  const auto gone = read_templates(folder_.path("gone"), kValues);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().message, folder_.path("gone") + ": no such file");
}

}  // namespace
}  // namespace backstop::demo
