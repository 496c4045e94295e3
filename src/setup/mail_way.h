// Which ways mail takes through a Postfix, as master.cf has them, and where our milter would see it twice or
// not at all. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::setup {

/// A line of master.cf.
struct Service {
  std::string name;                                              ///< "smtp", "127.0.0.1:10025"
  std::string type;                                              ///< "inet", "pass", "unix"
  std::string command;                                           ///< "smtpd"
  std::map<std::string, std::string, std::less<>> options = {};  ///< -o, expanded

  /// Returns "smtp/inet".
  std::string label() const { return name + "/" + type; }
  /// Returns the option, or `otherwise`, which is what main.cf has.
  std::string_view option(std::string_view key, std::string_view otherwise) const;
};

/// Reads what `postconf -M` and `postconf -Px` print.
std::vector<Service> parse_services(std::string_view services, std::string_view options);

/// What main.cf has, expanded.
struct MainSettings {
  std::string content_filter = {};
  std::string smtpd_proxy_filter = {};
  std::string receive_override_options = {};
  std::string smtpd_milter_maps = {};
};

/// Returns one line for each thing that a person should know, without a full stop.
std::vector<std::string> way_notes(const std::vector<Service>& services, const MainSettings& main);

/// Returns true if mail that comes to this service by SMTP is shown to the milters of main.cf.
bool sees_mail(const Service& service, const MainSettings& main);

/// Returns true if mail of a content filter is seen when the filter brings it back, and not before. Then the
/// client is the filter, and not who brought the mail.
bool is_seen_behind_filter(const std::vector<Service>& services, const MainSettings& main);

/// Where a test mail can be brought: a host and a port or its name.
struct SmtpPlace {
  std::string host;
  std::string port;

  bool operator==(const SmtpPlace&) const = default;
};

/// Returns the first service that takes mail by plain SMTP and shows it to our milter; an empty host if there
/// is none. `interfaces` is inet_interfaces.
SmtpPlace test_place(const std::vector<Service>& services, const MainSettings& main,
                     std::string_view interfaces);

}  // namespace backstop::setup
