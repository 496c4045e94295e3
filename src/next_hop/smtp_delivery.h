// A transaction at a next hop that speaks SMTP or LMTP.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "next_hop/delivery.h"
#include "next_hop/pool.h"
#include "smtp/stuffing.h"

namespace backstop::next_hop {

/// The envelope of a transaction at the next hop.
struct Envelope {
  const NextHop& hop;
  Context context;  ///< what it names must outlive the delivery
  ClientIdentity client;
  smtp::MailCommand mail;  ///< with the reverse path that the next hop sees
};

class SmtpDelivery : public Delivery {
 public:
  /// `personal`: where the session is that this client has authenticated. It is used instead of the pool's,
  /// and put back there. May be null.
  SmtpDelivery(Pool& pool, Envelope envelope, std::unique_ptr<Session>* personal);

  net::Task<std::vector<smtp::Reply>> recipients(std::span<const smtp::RcptCommand> batch) override;
  net::Task<smtp::Reply> begin(MessageForm form) override;
  net::Task<bool> write(std::string_view first, std::string_view second) override;
  net::Task<smtp::Reply> finish(std::string_view first, std::string_view second) override;
  net::Task<void> abandon() override;

 private:
  using Batch = std::span<const smtp::RcptCommand>;
  using Replies = std::vector<smtp::Reply>;

  net::Task<Result<Replies>> open(Batch batch);
  net::Task<Result<Replies>> offer(Batch batch, bool with_mail);
  net::Task<Result<Replies>> offer_one_by_one(Batch batch, bool with_mail);
  net::Task<Result<smtp::Reply>> send_chunk(std::string_view first, std::string_view second, bool is_last);
  net::Task<Result<smtp::Reply>> send_last(std::string_view first, std::string_view second);
  net::Task<void> let_go();
  std::string mail_commands() const;
  smtp::Reply refusal(const Failed& failed);
  /// Returns the client's reply for a reply to MAIL or RCPT.
  smtp::Reply answer_to_recipient(smtp::Reply reply);
  bool is_about_us(const smtp::Reply& reply) const;

  Pool& pool_;
  Envelope envelope_;
  std::unique_ptr<Session>* personal_;
  std::unique_ptr<Session> session_;
  smtp::Reply mail_reply_;                    ///< of MAIL; a refusal of it is the answer to every recipient
  std::optional<smtp::Reply> early_verdict_;  ///< a chunk was refused, and the message with it
  Failed trouble_;                            ///< of the session that was lost
  bool is_lost_ = false;
  bool is_in_data_ = false;
  bool is_chunked_ = false;   ///< BDAT on this side too
  bool is_stuffing_ = false;  ///< plain bytes become DATA
  smtp::Stuffer stuffer_;
  std::string stuffed_;
};

/// Returns a next hop's reply as our client gets it: with an enhanced status if it has none (RFC 2034), and
/// without 421, since our connection is not closing.
smtp::Reply passed_on(smtp::Reply reply);

}  // namespace backstop::next_hop
