// A transaction whose next hop is a Maildir. It is the final delivery, so Return-Path is written (RFC
// 5321 4.4).
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <optional>
#include <string>

#include "next_hop/alarm.h"
#include "next_hop/delivery.h"
#include "next_hop/maildir.h"
#include "smtp/stuffing.h"

namespace backstop::next_hop {

class MaildirDelivery : public Delivery {
 public:
  /// `hop` must outlive it. `reverse_path`: as Return-Path shows it, without brackets.
  MaildirDelivery(boost::asio::thread_pool& blocking, Alarm& alarm, const NextHop& hop,
                  std::string reverse_path, std::string hostname);

  /// Takes one recipient; the session defers any other.
  net::Task<std::vector<smtp::Reply>> recipients(std::span<const smtp::RcptCommand> batch) override;
  net::Task<smtp::Reply> begin(MessageForm form) override;
  net::Task<bool> write(std::string_view first, std::string_view second) override;
  net::Task<smtp::Reply> finish(std::string_view first, std::string_view second) override;
  net::Task<void> abandon() override;

 private:
  smtp::Reply take(const smtp::RcptCommand& recipient);
  void gather(std::string_view bytes);
  net::Task<bool> flush();
  void fail(Failed trouble);

  boost::asio::thread_pool& blocking_;
  Alarm& alarm_;
  const NextHop& hop_;
  std::string reverse_path_;
  std::string hostname_;
  std::string folder_;
  MessageForm message_form_ = MessageForm::Plain;
  smtp::Unstuffer unstuffer_;
  std::string gathered_;  ///< not yet written
  std::optional<MaildirFile> file_;
  std::optional<Failed> trouble_;
};

}  // namespace backstop::next_hop
