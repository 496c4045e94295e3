// What `backstop tag` and `backstop keys` are told on the command line, and the keys, the day and the address
// that it comes to.
#pragma once

#include <CLI/App.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "base/error.h"
#include "mail/address.h"
#include "origin/key_ring.h"
#include "origin/tag.h"

namespace backstop::app {

struct TagOptions {
  std::string address;
  std::string key_file;
  std::vector<std::string> secrets;  ///< NUMBER:SECRET; the first one signs
  std::string indimail_secret;
  std::string at;  ///< a date; empty: today
  int lifetime_days = 7;
  bool is_sub_address = false;
  std::string delimiter = "+";
  bool is_json = false;
};

void add_day_options(CLI::App& command, TagOptions& options);
void add_form_options(CLI::App& command, TagOptions& options);
/// Exactly one of --keys and --secret has to be given.
void add_key_options(CLI::App& command, TagOptions& options);

base::Result<std::chrono::sys_days> day_of(const TagOptions& options);
base::Result<origin::TagSettings> settings_of(const TagOptions& options);
/// Of --secret and --indimail; --keys is read with read_key_file().
base::Result<origin::KeyRing> ring_of_secrets(const TagOptions& options, std::chrono::sys_days today);

}  // namespace backstop::app
