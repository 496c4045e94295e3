#include "next_hop/maildir_delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/folder_fixture.h"
#include "net/loop_fixture.h"
#include "smtp/pieces_test.h"

namespace backstop::next_hop {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::StartsWith;

class MaildirDeliveryTest : public net::LoopTest {
 protected:
  MaildirDeliveryTest() { hop_ = *parse_next_hop("maildir:" + root_.string() + "/%d/%n"); }
  ~MaildirDeliveryTest() override { blocking_.join(); }

  template <typename T>
  T wait(net::Task<T> task) {
    std::optional<T> value;
    run(keep(std::move(task), value));
    return std::move(*value);
  }

  void open(std::string reverse_path = "a@b.test") {
    delivery_ =
        std::make_unique<MaildirDelivery>(blocking_, alarm_, hop_, std::move(reverse_path), "mx.test");
  }
  std::vector<int> offer(const std::vector<mail::Address>& recipients) {
    std::vector<smtp::RcptCommand> batch;
    for (const auto& one : recipients) batch.push_back({.recipient = one, .notify = {}, .orcpt = {}});
    std::vector<int> codes;
    for (const auto& reply : wait(delivery_->recipients(batch))) codes.push_back(reply.code);
    return codes;
  }
  std::string send(const smtp::Pieces& pieces, MessageForm form) {
    open();
    EXPECT_THAT(offer({{"bob", "example.org"}}), ElementsAre(250));
    EXPECT_EQ(wait(delivery_->begin(form)).code, 354);
    for (std::size_t i = 0; i + 1 < pieces.size(); ++i) EXPECT_TRUE(wait(delivery_->write(pieces[i], {})));
    return wait(delivery_->finish({}, pieces.back())).text();
  }
  /// Bob's mails, and the files left in tmp.
  std::vector<std::string> mails() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(root_ / "example.org/bob/new")) {
      std::ifstream file(entry.path(), std::ios::binary);
      found.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    EXPECT_TRUE(fs::is_empty(root_ / "example.org/bob/tmp"));
    return found;
  }

  base::TemporaryFolder folder_;
  const fs::path root_ = folder_.path();
  NextHop hop_;
  std::vector<std::string> lines_;
  Alarm alarm_{[this](os::LogLevel, std::string_view line) { lines_.emplace_back(line); }};
  boost::asio::thread_pool blocking_{1};
  std::unique_ptr<MaildirDelivery> delivery_;

 private:
  template <typename T>
  static net::Task<void> keep(net::Task<T> task, std::optional<T>& value) {
    value.emplace(co_await std::move(task));
  }
};

TEST_F(MaildirDeliveryTest, AMailInAnyPieces) {
  smtp::in_pieces("Subject: a\r\n\r\n..\r\nb\r\n.\r\n",
                  [&](const smtp::Pieces& pieces, const std::string& how) {
                    EXPECT_EQ(send(pieces, MessageForm::Stuffed), "250 2.0.0 Delivered") << how;
                    EXPECT_THAT(mails(), ElementsAre("Return-Path: <a@b.test>\nSubject: a\n\n.\nb\n")) << how;
                    fs::remove_all(root_ / "example.org");
                  });
}

TEST_F(MaildirDeliveryTest, AMailInChunks) {
  smtp::in_pieces("Subject: a\r\n\r\n.\r\nb", [&](const smtp::Pieces& pieces, const std::string& how) {
    EXPECT_EQ(send(pieces, MessageForm::Plain), "250 2.0.0 Delivered") << how;
    EXPECT_THAT(mails(), ElementsAre("Return-Path: <a@b.test>\nSubject: a\n\n.\nb")) << how;
    fs::remove_all(root_ / "example.org");
  });
}

TEST_F(MaildirDeliveryTest, ALargeMailIsWrittenAsItComes) {
  const std::string piece(100'000, 'x');
  EXPECT_EQ(send(smtp::Pieces(20, piece), MessageForm::Plain), "250 2.0.0 Delivered");
  EXPECT_EQ(mails().front().size(), std::string_view("Return-Path: <a@b.test>\n").size() + 20 * piece.size());
}

TEST_F(MaildirDeliveryTest, TheNullSenderIsWrittenToo) {
  open("");
  offer({{"bob", "example.org"}});
  wait(delivery_->begin(MessageForm::Plain));
  EXPECT_EQ(wait(delivery_->finish("a\r\n", {})).code, 250);
  EXPECT_THAT(mails(), ElementsAre("Return-Path: <>\na\n"));
}

TEST_F(MaildirDeliveryTest, OneRecipientATime) {
  open();
  EXPECT_THAT(offer({{"..", "example.org"}, {"bob", "example.org"}, {"carl", "example.org"}}),
              ElementsAre(550, 250, 452));
  EXPECT_THAT(offer({{"dora", "example.org"}}), ElementsAre(452));
}

TEST_F(MaildirDeliveryTest, AnAbandonedMessageLeavesNothing) {
  open();
  offer({{"bob", "example.org"}});
  wait(delivery_->begin(MessageForm::Stuffed));
  wait(delivery_->write(std::string(300'000, 'x'), {}));
  run(delivery_->abandon());
  EXPECT_THAT(mails(), testing::IsEmpty());
}

TEST_F(MaildirDeliveryTest, AFolderThatCantBeMade) {
  std::ofstream(root_ / "example.org") << "a file in its place";
  open();
  EXPECT_THAT(offer({{"bob", "example.org"}}), ElementsAre(250));
  EXPECT_THAT(wait(delivery_->begin(MessageForm::Stuffed)).text(), StartsWith("451 4.3.0"));
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_THAT(lines_.front(), testing::HasSubstr("Not a directory"));
}

TEST_F(MaildirDeliveryTest, AFolderThatGoesAway) {
  open();
  offer({{"bob", "example.org"}});
  wait(delivery_->begin(MessageForm::Plain));
  fs::remove(root_ / "example.org/bob/new");
  EXPECT_THAT(wait(delivery_->finish("a\r\n", {})).text(), StartsWith("451 4.3.0"));
  EXPECT_TRUE(fs::is_empty(root_ / "example.org/bob/tmp"));
}

}  // namespace
}  // namespace backstop::next_hop
