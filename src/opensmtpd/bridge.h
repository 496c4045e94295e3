// The filter's process: reads OpenSMTPD's lines, keeps a session for each of its sessions, and a milter
// connection for each session that has a mail. One thread, one loop.
//
// It never ends by itself while OpenSMTPD runs, since that would end OpenSMTPD.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/connect.h"
#include "net/loop.h"
#include "opensmtpd/session.h"

namespace backstop::opensmtpd {

/// Where the milter listens.
struct Places {
  std::optional<net::Target> smtp;      ///< for mail that came by SMTP
  std::optional<net::Target> internal;  ///< for mail of OpenSMTPD itself, and of sendmail(1)
};

struct BridgeSettings {
  Settings session = {};
  /// Called when a place is needed and none is known, and again some time after a connection failed.
  std::function<base::Result<Places>()> find_places = {};
  /// Gets lines for people.
  std::function<void(std::string_view)> tell = {};
  std::chrono::seconds connect_time{10};
  std::chrono::seconds answer_time{240};  ///< less than OpenSMTPD gives its client
};

class Bridge {
 public:
  /// Reads from `in` and writes to `out`, which may be the same socket; it closes neither.
  Bridge(net::Loop& loop, int in, int out, BridgeSettings settings);
  ~Bridge();
  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

  /// Ends when OpenSMTPD has closed its side, or with an error if a line of its has no end.
  net::Task<base::Result<void>> run();

 private:
  class Link;
  struct Wire;

  void take(std::string_view text);
  void take_config(const Line& line);
  Link& link_of(const Line& line);
  std::optional<net::Target> place_of(bool is_local);
  void forget_places();
  void say(std::string_view lines);
  void flush();
  void tell(std::string_view text);
  static net::Task<void> talk(Bridge& bridge, std::shared_ptr<Wire> wire, std::optional<net::Target> target);
  static net::Task<void> write(std::shared_ptr<Wire> wire);

  net::Loop& loop_;
  int in_;
  int out_;
  BridgeSettings settings_;
  std::map<std::string, std::unique_ptr<Link>, std::less<>> links_;
  bool has_subsystems_ = false;  ///< OpenSMTPD has named some
  bool has_smtp_in_ = false;
  std::optional<Places> places_;
  std::chrono::steady_clock::time_point places_asked_{};
  std::string output_;
  std::string last_told_;
  std::chrono::steady_clock::time_point told_at_{};
};

}  // namespace backstop::opensmtpd
