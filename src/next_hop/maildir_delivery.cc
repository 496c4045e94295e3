#include "next_hop/maildir_delivery.h"

#include <utility>

#include "net/blocking.h"

namespace backstop::next_hop {

namespace {

// Written in pieces of about this size, so that a large message takes no more memory than a small one.
constexpr std::size_t kPiece = 256UZ * 1024;

}  // namespace

MaildirDelivery::MaildirDelivery(boost::asio::thread_pool& blocking, Alarm& alarm, const NextHop& hop,
                                 std::string reverse_path, std::string hostname)
    : blocking_(blocking),
      alarm_(alarm),
      hop_(hop),
      reverse_path_(std::move(reverse_path)),
      hostname_(std::move(hostname)) {}

smtp::Reply MaildirDelivery::take(const smtp::RcptCommand& recipient) {
  auto folder = maildir_path(hop_.maildir, recipient.recipient);
  if (!folder) return {550, "5.1.1", "There is no such mailbox here: " + folder.error().message};
  folder_ = std::move(*folder);
  return {250, "2.1.5", "Good recipient"};
}

net::Task<std::vector<smtp::Reply>> MaildirDelivery::recipients(std::span<const smtp::RcptCommand> batch) {
  std::vector<smtp::Reply> replies;
  for (const auto& recipient : batch) {
    if (folder_.empty()) {
      replies.push_back(take(recipient));
    } else {
      replies.emplace_back(452, "4.5.3", "One recipient at a time; send to this one again");
    }
  }
  co_return replies;
}

net::Task<smtp::Reply> MaildirDelivery::begin(MessageForm form) {
  message_form_ = form;
  auto created =
      co_await net::run_blocking(blocking_, [this] { return MaildirFile::create(folder_, hostname_); });
  if (!created) {
    fail(std::move(created.error()));
    co_return reply_for(*trouble_);
  }
  file_.emplace(std::move(*created));
  gathered_ = "Return-Path: <" + reverse_path_ + ">\r\n";
  co_return smtp::Reply(354, {}, "Go on");
}

void MaildirDelivery::fail(Failed trouble) {
  alarm_.failed(hop_, Alarm::Step::Transaction, trouble);
  trouble_ = std::move(trouble);
}

void MaildirDelivery::gather(std::string_view bytes) {
  if (message_form_ == MessageForm::Stuffed) {
    unstuffer_.append(bytes, gathered_);
  } else {
    gathered_ += bytes;
  }
}

net::Task<bool> MaildirDelivery::flush() {
  auto written = co_await net::run_blocking(blocking_, [this] { return file_->write(gathered_); });
  gathered_.clear();
  if (!written) fail(std::move(written.error()));
  co_return !trouble_;
}

net::Task<bool> MaildirDelivery::write(std::string_view first, std::string_view second) {
  if (trouble_) co_return false;
  gather(first);
  gather(second);
  if (gathered_.size() < kPiece) co_return true;
  co_return co_await flush();
}

net::Task<smtp::Reply> MaildirDelivery::finish(std::string_view first, std::string_view second) {
  if (!trouble_) {
    gather(first);
    gather(second);
    if (co_await flush()) {
      auto delivered = co_await net::run_blocking(blocking_, [this] { return file_->deliver(); });
      if (!delivered) fail(std::move(delivered.error()));
    }
  }
  co_await abandon();
  if (trouble_) co_return reply_for(*trouble_);
  alarm_.worked(hop_, Alarm::Step::Transaction);
  co_return smtp::Reply(250, "2.0.0", "Delivered");
}

net::Task<void> MaildirDelivery::abandon() {
  if (!file_) co_return;
  co_await net::run_blocking(blocking_, [this] {
    file_.reset();
    return true;
  });
}

}  // namespace backstop::next_hop
