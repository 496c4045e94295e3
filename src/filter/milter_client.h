// The client of a mail server, and which way its mail goes, as a milter session tells it. Belongs to one
// session; not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "filter/settings.h"
#include "intake/transaction.h"
#include "milter/event.h"
#include "milter/macros.h"
#include "net/endpoint.h"

namespace backstop::filter {

/// Where the mail server reaches us: it has a socket of its own for mail that didn't come by SMTP.
enum class Door : std::uint8_t { Smtp, Internal };

class MilterClient {
 public:
  void connect(const milter::Connect& connect);
  void greet(std::string_view name) { helo_ = name; }

  /// Returns the address of the client; unspecified if it has none.
  const net::asio::ip::address& address() const { return address_; }
  /// Returns it as the log shows it; "local" if it has none.
  const std::string& text() const { return text_; }
  const std::string& helo() const { return helo_; }

  /// Returns its rights. Mail of who has some leaves, all other mail comes in. `macros` are those that were
  /// told with MAIL. What the server sends of itself has the rights of a trusted network.
  intake::ClientFacts facts(Door door, const MilterSettings& settings, const milter::Macros& macros) const;
  bool is_relay(const MilterSettings& settings) const;

 private:
  bool is_trusted(Door door, const MilterSettings& settings, const milter::Macros& macros) const;

  net::asio::ip::address address_;
  std::string text_ = "local";
  std::string helo_;
};

}  // namespace backstop::filter
