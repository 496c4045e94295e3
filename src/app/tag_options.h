// The options of `backstop tag` and `backstop keys`, and the keys, the day and the address that they name.
#pragma once

#include <CLI/App.hpp>
#include <chrono>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "mail/address.h"
#include "origin/key_ring.h"
#include "origin/tag.h"

namespace backstop::app {

struct TagOptions {
  std::string address;
  std::string key_file;
  std::string config;                ///< keys rotate, list: names the quarantine; empty: unknown
  std::vector<std::string> secrets;  ///< NUMBER:SECRET; the first one signs
  std::string indimail_secret;
  std::string at;  ///< a date; empty: today
  int lifetime_days = static_cast<int>(origin::TagSettings{}.lifetime.count());
  bool is_sub_address = false;
  std::string delimiter = "+";
  bool is_json = false;
};

/// The options that say how tags are made, and so how to read them.
void add_lifetime_option(CLI::App& command, int& days);
void add_delimiter_option(CLI::App& command, std::string& delimiter);

void add_day_options(CLI::App& command, TagOptions& options);
void add_key_options(CLI::App& command, TagOptions& options);
void add_indimail_option(CLI::App& command, TagOptions& options);

base::Result<std::chrono::sys_days> day_of(const TagOptions& options);
base::Result<origin::TagSettings> tag_settings(int lifetime_days, std::string_view delimiter);
base::Result<origin::TagSettings> settings_of(const TagOptions& options);
bool has_keys(const TagOptions& options);

/// Returns the keys of --keys or --secret, and of --indimail; or the error, with its exit status.
struct KeyFailure {
  int exit_status;
  std::string message;
};
std::expected<origin::KeyRing, KeyFailure> ring_of(const TagOptions& options, std::chrono::sys_days today);

}  // namespace backstop::app
