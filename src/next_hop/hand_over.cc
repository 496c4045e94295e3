#include "next_hop/hand_over.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>
#include <utility>

#include "base/text.h"
#include "next_hop/maildir_delivery.h"
#include "next_hop/smtp_delivery.h"

namespace backstop::next_hop {

namespace {

/// The client of such a mail is this host.
ClientIdentity ourselves() {
  const net::Endpoint here{.address = net::asio::ip::address_v4::loopback()};
  ClientIdentity client{.count = {}, .attributes = {}, .source = here, .destination = here};
  client.attributes.name = "localhost";
  client.attributes.address = here.address.to_string();
  client.attributes.source = "LOCAL";
  return client;
}

/// The worker of one mail.
class Courier {
 public:
  Courier(const NextHop& hop, const Context& context) : hop_(hop), context_(context) {}

  smtp::Reply run(const mail::Address& recipient, std::string_view message) {
    const auto delivery = open(recipient);
    net::asio::co_spawn(loop_.context(), loop_.deadlines().run(), net::asio::detached);
    net::asio::co_spawn(loop_.context(), deliver(*delivery, recipient, message), net::asio::detached);
    loop_.context().run();
    return std::move(reply_);
  }
  /// What the next hop did wrong, as the log would say it; empty if it answered.
  const std::string& trouble() const { return trouble_; }

 private:
  std::unique_ptr<Delivery> open(const mail::Address& recipient) {
    if (hop_.protocol == Protocol::Maildir)
      return std::make_unique<MaildirDelivery>(blocking_, alarm_, hop_, std::string(), context_.hostname);
    smtp::MailCommand mail;
    mail.body = smtp::Body::EightBitMime;
    mail.smtputf8 = !base::is_ascii(recipient.text());
    return std::make_unique<SmtpDelivery>(
        pool_, Envelope{.hop = hop_, .context = context_, .client = ourselves(), .mail = std::move(mail)},
        nullptr);
  }

  net::Task<void> deliver(Delivery& delivery, mail::Address recipient, std::string_view message) {
    reply_ =
        co_await answer(delivery, {.recipient = std::move(recipient), .notify = {}, .orcpt = {}}, message);
    loop_.context().stop();
  }

  static net::Task<smtp::Reply> answer(Delivery& delivery, smtp::RcptCommand recipient,
                                       std::string_view message) {
    smtp::Reply reply = (co_await delivery.recipients({&recipient, 1})).front();
    if (reply.is_positive()) {
      reply = co_await delivery.begin(MessageForm::Plain);
      if (reply.is_intermediate()) co_return co_await delivery.finish(message, {});
    }
    co_await delivery.abandon();
    co_return reply;
  }

  const NextHop& hop_;
  const Context& context_;
  smtp::Reply reply_;
  std::string trouble_;
  net::Loop loop_{1};
  boost::asio::thread_pool blocking_{1};
  Directory directory_;
  Alarm alarm_{[this](os::LogLevel, std::string_view line) { trouble_ = line; }};
  Pool pool_{loop_, directory_, alarm_};
};

}  // namespace

base::Result<smtp::Reply> hand_over(const NextHop& hop, const Context& context,
                                    const mail::Address& recipient, std::string_view message) {
  Courier courier(hop, context);
  smtp::Reply reply = courier.run(recipient, message);
  if (reply.is_positive()) return reply;
  return std::unexpected(base::Error{courier.trouble().empty()
                                         ? "the next hop answered: " + base::printable(reply.text())
                                         : courier.trouble()});
}

}  // namespace backstop::next_hop
