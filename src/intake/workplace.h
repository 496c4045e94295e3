// A worker as the sessions of every front door see it: the loop that they run on, and what it lends them.
// Belongs to one thread; not thread-safe.
#pragma once

#include <boost/intrusive/list.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "intake/arrival_checks.h"
#include "intake/key_look_ups.h"
#include "intake/shared.h"
#include "net/endpoint.h"
#include "net/loop.h"
#include "net/task.h"
#include "response/reader.h"

namespace backstop::intake {

/// A session as its worker knows it, whatever protocol it speaks. It is in the worker's list from its making
/// to its end.
class LiveSession : public boost::intrusive::list_base_hook<> {
 public:
  virtual ~LiveSession() = default;

  /// Runs the whole session; the object must live until it returns.
  virtual net::Task<void> run() = 0;
  /// Called when the worker drains, hurries or stops. Ends a session that waits for a command, unless its
  /// transaction may finish. Interrupts a message only on stop.
  virtual void drain() = 0;
  /// The settings have changed. Ends a session like drain() if what it came in at is gone.
  virtual void look_again() {}
  /// These next hops have hardly a session left: ends this session soon if it keeps one of theirs and idles.
  virtual void give_way(std::span<const std::string> next_hops) { (void)next_hops; }
  /// Returns the name of the gateway that it came in at, or of another front door.
  virtual const std::string& gateway_name() const = 0;
};

class Workplace {
 public:
  virtual ~Workplace() = default;

  virtual net::Loop& loop() = 0;
  /// For use between two waits.
  virtual response::Reader& reader() = 0;
  virtual Shared& shared() = 0;
  /// Returns what checks of a mail ask, with no limit of its client's own.
  virtual CheckSources check_sources() = 0;
  /// Returns null if no DKIM key is looked up.
  virtual KeyLookUps* key_look_ups() = 0;
  /// Returns the id of a new transaction, unique among all workers of this host.
  virtual std::string next_id() = 0;
  virtual void add(LiveSession& session) = 0;
  virtual void remove(LiveSession& session) = 0;

  virtual bool is_draining() const = 0;  ///< sessions between two transactions end
  virtual bool is_hurrying() const = 0;  ///< and so do those that wait within one
  virtual bool is_stopped() const = 0;   ///< every stream is closed, or about to be
};

/// Makes the session of a connection that another front door than the gateway has accepted; null closes it.
using MakeSession = std::function<std::unique_ptr<LiveSession>(Workplace& workplace, net::Socket socket,
                                                               const net::Endpoint& peer)>;

}  // namespace backstop::intake
