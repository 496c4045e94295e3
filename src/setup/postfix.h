// What setup finds out about a Postfix: it asks postconf and postmap, and reads texts that main.cf names. It
// changes nothing.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "setup/machine.h"
#include "setup/mail_way.h"

namespace backstop::setup {

/// How the commands of a Postfix are called.
struct PostfixPlace {
  std::string config_folder;  ///< -c; empty: the one that the commands have built in

  Command command(std::string_view program, Command arguments) const;
};

/// One Postfix as it is.
struct Postfix {
  PostfixPlace place;
  std::string main_cf;  ///< its path
  std::string main_cf_text;
  std::string queue_folder;
  std::string mail_owner;  ///< the user that its daemons run as
  std::string mail_group;  ///< its group
  std::string hostname;
  std::string version;
  std::string interfaces;
  std::string delimiter;    ///< recipient_delimiter
  std::string log_file;     ///< maillog_file
  std::string own_milters;  ///< non_smtpd_milters, as they are now
  bool is_running = false;
  bool has_subdomains = false;  ///< mail for the subdomains of relay_domains is taken, too
  std::vector<Service> services;
  MainSettings main;
  std::map<std::string, std::string, std::less<>>
      lists;  ///< expanded, by name: mydestination, mynetworks ...

  std::string milter_folder() const { return queue_folder + "/backstop"; }
  std::string milter_socket() const { return milter_folder() + "/milter.sock"; }
  std::string internal_socket() const { return milter_folder() + "/internal.sock"; }
};

/// Returns an error if there is no Postfix, or one that setup can't change: older than 3.0.
base::Result<Postfix> read_postfix(Machine& machine, const PostfixPlace& place);

/// The domains that Postfix takes mail for.
struct Domains {
  std::vector<std::string> names;        ///< in order, each once
  std::vector<std::string> passed_over;  ///< "localhost", for people
  std::vector<std::string> unlisted;     ///< "virtual_mailbox_domains: mysql:/etc/..." for people
  std::vector<std::string> unknown;      ///< of those that a person gave: no table knows them
  std::vector<std::string> trouble;      ///< what could not be read, and why
};

/// `given` are names that a person says are ours, and `guesses` names that may be: both are asked of the
/// tables that can't be listed, by postmap -q.
Domains read_domains(Machine& machine, const Postfix& postfix, const std::vector<std::string>& given,
                     const std::vector<std::string>& guesses);

/// Returns the path of the one text that virtual_alias_maps is made of, or an empty text. `notes` gets a line
/// if there are others.
std::string find_aliases(Machine& machine, const Postfix& postfix, std::vector<std::string>& notes);

}  // namespace backstop::setup
