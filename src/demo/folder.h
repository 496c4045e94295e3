// The folder of a demo: a configuration that `backstop serve` takes too, a key file of its own, and the
// places that the gateway fills.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/error.h"

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

/// Makes the folder `wanted`, which may be there as long as it is empty; without one, a new folder among the
/// temporary files. Writes the configuration, a key of that day and the forged mail into it.
base::Result<DemoFolder> make_demo_folder(const std::string& wanted, std::chrono::sys_days today,
                                          std::string_view forged);

}  // namespace backstop::demo
