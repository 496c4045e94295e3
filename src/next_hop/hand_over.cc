#include "next_hop/hand_over.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/thread_pool.hpp>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace backstop::next_hop {

namespace {

/// The client of such a message is this host.
ClientIdentity ourselves() {
  const net::Endpoint here{.address = net::asio::ip::address_v4::loopback()};
  ClientIdentity client{.count = {}, .attributes = {}, .source = here, .destination = here};
  client.attributes.name = "localhost";
  client.attributes.address = here.address.to_string();
  client.attributes.source = "LOCAL";
  return client;
}

/// Returns the answer to the first recipient that is not taken, or to all.
net::Task<smtp::Reply> offer(Delivery& delivery, std::span<const mail::Address> recipients) {
  std::vector<smtp::RcptCommand> commands;
  for (const auto& one : recipients) commands.emplace_back().recipient = one;
  auto answers = co_await delivery.recipients(commands);
  const auto refused = std::ranges::find_if_not(answers, &smtp::Reply::is_positive);
  co_return std::move(refused == answers.end() ? answers.back() : *refused);
}

net::Task<smtp::Reply> ask_recipients(const NextHop& hop, smtp::MailCommand mail,
                                      std::span<const mail::Address> recipients, const Context& context,
                                      HopAccess access) {
  const auto delivery = make_delivery(hop, std::move(mail), context, access, ourselves(), nullptr);
  auto answer = co_await offer(*delivery, recipients);
  co_await delivery->abandon();
  co_return answer;
}

/// The worker of one message.
class Courier {
 public:
  /// Returns what the task answers.
  smtp::Reply run(net::Task<smtp::Reply> task) {
    smtp::Reply reply;
    net::asio::co_spawn(loop_.context(), loop_.deadlines().run(), net::asio::detached);
    net::asio::co_spawn(loop_.context(), std::move(task),
                        [&](const std::exception_ptr& failed, smtp::Reply answer) {
                          loop_.context().stop();
                          if (failed) std::rethrow_exception(failed);
                          reply = std::move(answer);
                        });
    loop_.context().run();
    return reply;
  }
  HopAccess access() { return {.blocking = blocking_, .pool = pool_}; }
  /// What the next hop did wrong, as the log would say it; empty if it answered.
  const std::string& trouble() const { return trouble_; }

 private:
  std::string trouble_;
  net::Loop loop_{1};
  boost::asio::thread_pool blocking_{1};
  Directory directory_;
  Alarm alarm_{[this](os::LogLevel, std::string_view line) { trouble_ = line; }};
  Pool pool_{loop_, directory_, alarm_};
};

}  // namespace

net::Task<smtp::Reply> hand_over(HandOver what, const Context& context, HopAccess access) {
  const auto delivery = make_delivery(what.hop, what.mail, context, access, ourselves(), nullptr);
  auto answer = co_await offer(*delivery, what.recipients);
  if (answer.is_positive()) answer = co_await delivery->begin(MessageForm::Plain);
  if (answer.code == 354) co_return co_await delivery->finish(what.message, {});
  co_await delivery->abandon();
  co_return answer;
}

base::Result<smtp::Reply> hand_over_and_wait(const HandOver& what, const Context& context) {
  Courier courier;
  smtp::Reply reply = courier.run(hand_over(what, context, courier.access()));
  if (reply.is_positive()) return reply;
  return std::unexpected(base::Error{courier.trouble().empty()
                                         ? "the next hop answered: " + base::printable(reply.text())
                                         : courier.trouble()});
}

base::Result<smtp::Reply> ask_recipients_and_wait(const NextHop& hop, const smtp::MailCommand& mail,
                                                  std::span<const mail::Address> recipients,
                                                  const Context& context) {
  Courier courier;
  smtp::Reply reply = courier.run(ask_recipients(hop, mail, recipients, context, courier.access()));
  if (courier.trouble().empty()) return reply;
  return std::unexpected(base::Error{courier.trouble()});
}

}  // namespace backstop::next_hop
