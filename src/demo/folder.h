// The folder of a demo: a configuration that `backstop serve` takes too, a key file of its own, and the
// Maildirs that the gateway fills.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "demo/arrived.h"
#include "demo/tally.h"

namespace backstop::demo {

struct DemoFolder {
  std::string path;  ///< absolute

  std::string config() const { return path + "/backstop.toml"; }
  std::string keys() const { return path + "/keys"; }
  std::string history() const { return path + "/history.db"; }
  std::string forged() const { return path + "/forged.eml"; }  ///< a mail to try the gateway with
  std::string users() const { return path + "/mail"; }         ///< Maildirs, DOMAIN/USER
  std::string outside() const { return path + "/outside"; }    ///< the same for the rest of the world
  std::string ann() const { return users() + "/example.org/ann"; }
};

/// Makes the folder `wanted`, which may exist if it is empty; if `wanted` is empty, a new temporary folder.
/// Writes the configuration, a key of that day and the forged mail into it.
base::Result<DemoFolder> make_demo_folder(const std::string& wanted, std::chrono::sys_days today,
                                          std::string_view forged);

/// What arrived in the world, by recipient.
std::vector<Arrived> read_outside(const DemoFolder& folder);

Held count_held(const DemoFolder& folder);

}  // namespace backstop::demo
