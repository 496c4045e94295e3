#include "next_hop/make_delivery.h"

#include <string>
#include <utility>

#include "next_hop/maildir_delivery.h"
#include "next_hop/smtp_delivery.h"

namespace backstop::next_hop {

std::unique_ptr<Delivery> make_delivery(const NextHop& hop, smtp::MailCommand mail, const Context& context,
                                        const HopAccess& access, ClientIdentity client,
                                        std::unique_ptr<Session>* personal) {
  if (hop.protocol == Protocol::Maildir) {
    return std::make_unique<MaildirDelivery>(
        access.blocking, access.pool.alarm(), hop,
        mail.reverse_path.is_null() ? std::string() : mail.reverse_path.address->text(), context.hostname);
  }
  return std::make_unique<SmtpDelivery>(
      access.pool,
      Envelope{.hop = hop, .context = context, .client = std::move(client), .mail = std::move(mail)},
      personal);
}

}  // namespace backstop::next_hop
