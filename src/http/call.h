// One request on its way through the routes: what it asks, who asks, and what the server lends to answer it.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "http/access.h"
#include "http/alarms.h"
#include "http/event_counts.h"
#include "http/live_counts.h"
#include "http/logins.h"
#include "http/read_limit.h"
#include "http/reply.h"
#include "http/request.h"
#include "http/settings.h"
#include "intake/journal.h"
#include "intake/site.h"
#include "report/status.h"
#include "store/history.h"
#include "store/ledger.h"
#include "store/quarantine.h"

namespace backstop::http {

/// What the service lends. Set before the first request; all of it is thread-safe and may block.
struct Sources {
  std::function<report::Status()> status;
  std::function<std::shared_ptr<const intake::Site>()> site;
  std::string history = {};                   ///< its url; empty: there is none
  store::QuarantineSettings quarantine = {};  ///< an empty url: there is none
  store::QuarantineSettings held = {};        ///< the same
  /// Hands a kept response over to where it was to go.
  std::function<base::Result<void>(const store::KeptResponse&)> release;
  std::shared_ptr<store::LedgerReader> ledger = {};  ///< null: there is none
  intake::Journal* journal = nullptr;
  std::string version;
};

/// What the requests of one server share.
struct Desk {
  Sources sources;
  std::atomic<std::shared_ptr<const Settings>> settings;
  Logins logins;
  FailedLogins failed_logins;
  ReadLimit reads;
  LiveCounts live;
  EventCounts events;
  Alarms alarms;
  std::chrono::sys_time<std::chrono::milliseconds> started{};
};

struct Call {
  Desk& desk;
  Request request;
  Asker asker;
  std::optional<Login> login;
  std::string parameter = {};  ///< what stands for {id} in the path

  bool is(Role least) const { return login && login->user.role >= least; }
};

}  // namespace backstop::http
