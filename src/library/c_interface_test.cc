#include <backstop/backstop.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <memory>
#include <string>

#include "base/folder_fixture.h"

namespace backstop {
namespace {

constexpr std::int64_t kNow = 20780LL * 86400;
constexpr std::string_view kBounce =
    "Return-Path: <>\nFrom: MAILER-DAEMON@example.net\nTo: ann@example.org\nSubject: failure notice\n\n"
    "Hi. This is the qmail-send program at example.net.\n"
    "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
    "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
    "<bob@example.net>:\nSorry, no mailbox here by that name. (#5.1.1)\n";

// Takes what a function returned.
std::string taken(char* text) {
  const std::unique_ptr<char, void (*)(char*)> owned(text, backstop_free);
  return owned == nullptr ? "(none)" : std::string(owned.get());
}

class CInterface : public testing::Test {
 protected:
  CInterface() {
    std::ofstream(path_) << "0 exim sign 2026-01-01 secret\n";
    ::chmod(path_.c_str(), 0600);
    keys_.reset(backstop_keys_open(path_.c_str(), nullptr));
  }

  base::TemporaryFolder folder_;
  std::string path_ = folder_.path("keys");
  std::unique_ptr<backstop_keys, void (*)(backstop_keys*)> keys_{nullptr, backstop_keys_free};
  char* error_ = nullptr;
};

TEST_F(CInterface, Reads) {
  const std::string json =
      taken(backstop_read(kBounce.data(), kBounce.size(), "", "ann@example.org", &error_));
  EXPECT_EQ(error_, nullptr);
  EXPECT_NE(json.find(R"("kind":"dsn-failed")"), std::string::npos) << json;
  EXPECT_EQ(backstop_can_be_response(kBounce.data(), kBounce.size(), nullptr, nullptr), 1);
}

TEST_F(CInterface, SaysWhyItFails) {
  EXPECT_EQ(backstop_read("", 0, nullptr, nullptr, &error_), nullptr);
  EXPECT_EQ(taken(error_), "empty");
  EXPECT_EQ(backstop_read("", 0, nullptr, nullptr, nullptr), nullptr);
  EXPECT_EQ(backstop_keys_open("/nowhere", &error_), nullptr);
  EXPECT_NE(taken(error_).find("no such file"), std::string::npos);
  ASSERT_NE(keys_, nullptr);
  EXPECT_EQ(backstop_tag(keys_.get(), "", kNow, 14, &error_), nullptr);
  EXPECT_NE(taken(error_).find("null"), std::string::npos);
  EXPECT_EQ(backstop_watermark(keys_.get(), "", "", kNow, &error_), nullptr);
  EXPECT_NE(taken(error_), "(none)");
}

TEST_F(CInterface, MakesAndChecksProofs) {
  ASSERT_NE(keys_, nullptr);
  const std::string tagged = taken(backstop_tag(keys_.get(), "ann@example.org", kNow, 14, &error_));
  EXPECT_TRUE(tagged.starts_with("prvs=0")) << tagged;
  EXPECT_EQ(taken(backstop_check_tag(keys_.get(), tagged.c_str(), kNow, 14, &error_)), "good");
  const std::string value =
      taken(backstop_watermark(keys_.get(), "ann@example.org", "ann@example.org", kNow, &error_));
  EXPECT_EQ(taken(backstop_check_watermark(keys_.get(), value.c_str(), "ann@example.org", kNow, &error_)),
            "good");
  EXPECT_EQ(taken(backstop_check_watermark(keys_.get(), value.c_str(), "bob@example.org", kNow, &error_)),
            "no-match");
}

}  // namespace
}  // namespace backstop
