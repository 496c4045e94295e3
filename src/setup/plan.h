// What setup would do to this machine: found out without a change, shown to a person, and then done by Apply.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "setup/config_text.h"
#include "setup/dkim_keys.h"
#include "setup/journal.h"
#include "setup/machine.h"
#include "setup/milter_lists.h"
#include "setup/postfix.h"

namespace backstop::setup {

struct SetupSettings {
  PostfixPlace postfix;
  SignerPlaces signers;
  std::string config_file = "/etc/backstop/backstop.toml";
  std::string data_folder = "/var/lib/backstop";
  std::string state_folder = "/var/lib/backstop/setup";
  std::string unit_folder = "/etc/systemd/system/backstop.service.d";
  std::string user = "backstop";
  std::vector<std::string> domains;  ///< that a person gave
  std::string start;                 ///< the command that starts the service; empty: systemd
  std::string stop;
  std::string program = "backstop";  ///< this one
  std::string test_to;               ///< an address for the test mails; empty: a postmaster

  std::string config_folder() const;
  std::string key_file() const { return config_folder() + "/keys"; }
  std::string dkim_folder() const { return config_folder() + "/dkim"; }
};

struct Plan {
  Postfix postfix;
  Domains domains;
  ListEdit edit;
  ConfigFacts facts;
  FoundKeys keys;
  bool has_config = false;  ///< it is there, and stays as it is
  bool has_key_file = false;
  bool has_systemd = false;
  std::string mail_log;            ///< the log of what left before; empty: in systemd's journal, if anywhere
  std::vector<std::string> notes;  ///< what a person should know
  std::vector<std::string> obstacles;  ///< why it can't be done yet, and what to do

  bool changes_main_cf() const { return !edit.changes.empty(); }
};

/// Returns an error if there is no Postfix that setup can read.
base::Result<Plan> make_plan(Machine& machine, const SetupSettings& settings);

/// Returns the drop-in of the unit, which lets the service write to the folder of the sockets.
std::string unit_text(const Plan& plan);

}  // namespace backstop::setup
