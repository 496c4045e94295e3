// Makes a delivery, whatever the next hop is.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <memory>

#include "next_hop/delivery.h"
#include "next_hop/pool.h"

namespace backstop::next_hop {

/// What a delivery to any next hop takes. A view.
struct HopAccess {
  boost::asio::thread_pool& blocking;
  Pool& pool;
};

/// `hop`, and what `context` and `access` name, must outlive the delivery. `personal`: see SmtpDelivery.
std::unique_ptr<Delivery> make_delivery(const NextHop& hop, smtp::MailCommand mail, const Context& context,
                                        const HopAccess& access, ClientIdentity client,
                                        std::unique_ptr<Session>* personal);

}  // namespace backstop::next_hop
