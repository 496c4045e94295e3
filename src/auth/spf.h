// SPF (RFC 7208): may this client send for this domain? Asks for records through an Ask, and knows no socket.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "auth/ask.h"
#include "auth/spf_record.h"
#include "mail/address.h"
#include "net/deadlines.h"
#include "net/task.h"

namespace backstop::auth {

/// RFC 7208 4.6.4 and 11.1.
struct SpfLimits {
  std::size_t look_ups = 10;      ///< terms of all records that cause questions
  std::size_t void_look_ups = 2;  ///< questions that find nothing
  std::size_t exchanges = 10;     ///< names of one "mx": more are an error
  std::size_t names = 10;         ///< of the client: more are passed over
  std::size_t failed_names = 2;   ///< of them; then the others are passed over
  std::size_t explanation = 400;  ///< bytes, so that it fits into a line of a reply; a longer one is none
};

struct SpfQuery {
  boost::asio::ip::address client;
  std::string helo = {};    ///< as the client said it
  std::string local = {};   ///< of the sender; empty: postmaster
  std::string domain = {};  ///< of the sender; empty: that of `helo`, as for the null path (RFC 7208 2.4)
  std::string receiver = "unknown";  ///< our host, for an explanation
  std::chrono::sys_seconds time{};   ///< for an explanation
  /// No question is asked past it, by net::Deadlines::now(); one that was asked then is waited for.
  net::Deadlines::Clock::time_point deadline = net::Deadlines::Clock::time_point::max();
};

/// Makes the query for a sender, and for the null path that of the HELO name.
SpfQuery spf_query(const boost::asio::ip::address& client, std::string helo, const mail::Path& reverse_path);

struct SpfOutcome {
  SpfResult result = SpfResult::None;
  std::string domain = {};  ///< the one that was checked, as it was given
  /// The term that decided, as it is written in the record of `domain` or in that to which it redirects,
  /// printable: "-all", "include:spf.example.net". "default" if no term matched; empty without a record that
  /// could be evaluated.
  std::string mechanism = {};
  /// Pass: it would have passed for everybody, by "+all", a network of a large part of all addresses, or an
  /// "exists" that doesn't ask for the client's address. It says nothing about who sent the mail.
  bool is_open = false;
  /// Pass: the domains that "include" and "redirect=" led through, and the one that the last term names, if
  /// it names one: their macros expanded, as they are asked for. At most as many as SpfLimits::look_ups.
  std::vector<std::string> through = {};
  std::string explanation =
      {};                ///< Fail: what the domain says of it (RFC 7208 6.2), printable ASCII; or empty
  std::string why = {};  ///< TempError and PermError: one clause, printable
};

/// check_host() of RFC 7208 4. None for a domain that DNS can't have, or of one label.
net::Task<SpfOutcome> check_host(SpfQuery query, Ask ask, SpfLimits limits = {});

}  // namespace backstop::auth
