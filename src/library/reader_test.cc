#include <backstop/reader.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace backstop {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The mails of the fixtures of one kind, or of all.
std::vector<fs::path> fixtures(const std::string& kind = "") {
  std::vector<fs::path> paths;
  const fs::path folder = fs::path(BACKSTOP_SOURCE_DIR) / "src/response/fixtures" / kind;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".eml") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

std::string text(const boost::json::value& value) {
  return boost::json::value_to<std::string>(value);
}

constexpr std::string_view kBounce =
    "Return-Path: <>\r\n"
    "From: MAILER-DAEMON@mx.example.net\r\n"
    "To: ann@example.org\r\n"
    "Subject: Undelivered Mail Returned to Sender\r\n"
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"
    "\r\n"
    "--b\r\n\r\nIt was not delivered.\r\n"
    "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
    "Reporting-MTA: dns; mx.example.net\r\n\r\n"
    "Final-Recipient: rfc822; bob@example.net\r\n"
    "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\r\n"
    "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
    "Backstop-Watermark: 1;0;01c899d8;AAECAwQFBgc;gEYe68UfzTq8Zg\r\n"
    "From: ann@example.org\r\nMessage-ID: <1@example.org>\r\nSubject: Hello\r\n"
    "--b--\r\n";

TEST(Reader, ReadsABounceAsJson) {
  const auto read_json = boost::json::parse(read(kBounce)).as_object();
  EXPECT_EQ(read_json.at("kind"), "dsn-failed");
  EXPECT_EQ(read_json.at("file"), "-");
  EXPECT_EQ(read_json.at("recipients").as_array().at(0).at("reason"), "user-unknown");
  EXPECT_EQ(read_json.at("origin").at("result"), "unproven");
  ReadOptions options;
  options.name = "queue/17";
  EXPECT_EQ(boost::json::parse(read(kBounce, options)).at("file"), "queue/17");
  EXPECT_FALSE(read(kBounce).ends_with('\n'));
}

TEST(Reader, ReadsABounceAsAValue) {
  const Reading reading = read_value(kBounce);
  EXPECT_TRUE(reading.is_response());
  EXPECT_EQ(reading.kind, "dsn-failed");
  EXPECT_EQ(reading.certainty, "structural");
  ASSERT_EQ(reading.recipients.size(), 1u);
  EXPECT_EQ(reading.recipients[0].address, "bob@example.net");
  EXPECT_EQ(reading.recipients[0].status, "5.1.1");
  EXPECT_EQ(reading.recipients[0].bounce_type, "hard");
  ASSERT_TRUE(reading.original);
  EXPECT_EQ(reading.original->message_id, "1@example.org");
  EXPECT_EQ(reading.watermarks, std::vector<std::string>{"1;0;01c899d8;AAECAwQFBgc;gEYe68UfzTq8Zg"});
  EXPECT_FALSE(reading.truncated);
}

// The value has what the JSON has, for every fixture.
TEST(Reader, TheValueIsThatOfTheJson) {
  const auto paths = fixtures();
  ASSERT_GT(paths.size(), 100u);
  for (const auto& path : paths) {
    SCOPED_TRACE(path);
    const std::string mail = bytes_of(path);
    const auto json = boost::json::parse(read(mail)).as_object();
    const Reading reading = read_value(mail);
    EXPECT_EQ(text(json.at("kind")), reading.kind);
    EXPECT_EQ(json.at("certainty").is_null(), !reading.is_response());
    EXPECT_EQ(text(json.at("form")), reading.form);
    EXPECT_EQ(json.at("truncated").as_bool(), reading.truncated);
    const auto& recipients = json.at("recipients").as_array();
    ASSERT_EQ(recipients.size(), reading.recipients.size());
    for (std::size_t i = 0; i < recipients.size(); ++i) {
      EXPECT_EQ(text(recipients[i].at("action")), reading.recipients[i].action);
      EXPECT_EQ(text(recipients[i].at("status")), reading.recipients[i].status);
      EXPECT_EQ(text(recipients[i].at("reason")), reading.recipients[i].reason);
    }
    ASSERT_EQ(json.at("original").is_object(), reading.original.has_value());
    if (reading.original) EXPECT_EQ(text(json.at("original").at("found_in")), reading.original->found_in);
  }
}

TEST(Reader, PassesOverWhatFilesHaveInFrontOfAMail) {
  const std::string mail(kBounce);
  const std::string plain = read(mail);
  EXPECT_EQ(read("\xEF\xBB\xBF" + mail), plain);
  EXPECT_EQ(read("From MAILER-DAEMON Mon Nov 23 10:00:00 2026\n" + mail), plain);
  EXPECT_EQ(read("\nFrom MAILER-DAEMON Mon Nov 23 10:00:00 2026\r\n" + mail), plain);
}

TEST(Reader, TakesTheEnvelope) {
  const std::string mail =
      "From: ann@example.net\r\nTo: bob@example.org\r\nSubject: Re: Hello\r\n\r\nThank you.\r\n";
  ReadOptions from_a_person;
  from_a_person.mail_from = "ann@example.net";
  EXPECT_FALSE(can_be_response(mail, from_a_person));
  ReadOptions null_sender;
  null_sender.mail_from = "";
  EXPECT_TRUE(can_be_response(mail, null_sender));
  EXPECT_TRUE(can_be_response(kBounce));
}

TEST(Reader, RefusesWhatIsNoMail) {
  for (const std::string_view bytes :
       {std::string_view(), std::string_view("PK\x03\x04\0\0", 6), std::string_view("From "),
        std::string_view("no header\n"), std::string_view("From a Thu Jan  1 00:00:00 2026\n")}) {
    SCOPED_TRACE(bytes);
    EXPECT_THROW(read(bytes), NotAMail);
    EXPECT_THROW(read_value(bytes), NotAMail);
  }
}

TEST(Reader, SaysThatAMailIsCutShort) {
  EXPECT_TRUE(read_value(kBounce.substr(0, kBounce.size() - 6)).truncated);
  EXPECT_FALSE(read_value(kBounce).truncated);
}

TEST(Reader, ManyThreadsRead) {
  const auto paths = fixtures("bounce");
  std::vector<std::string> mails, want;
  for (const auto& path : paths) {
    mails.push_back(bytes_of(path));
    want.push_back(read(mails.back()));
  }
  std::vector<std::size_t> wrong(4);
  std::vector<std::thread> threads;
  for (auto& mine : wrong) {
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < mails.size(); ++i) mine += read(mails[i]) != want[i];
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<std::size_t>(4));
}

}  // namespace
}  // namespace backstop
