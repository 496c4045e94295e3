// What the commands that read the history have in common: where it is, and since when.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/command.h"
#include "report/local_time.h"
#include "store/history.h"

namespace backstop::app {

/// One of the two, or neither.
struct HistoryPlace {
  std::string config;    ///< the configuration, which says where it is
  std::string database;  ///< its path, or "sqlite:PATH"
};

CLI::Validator not_empty();
/// Takes what the events can have as an address: an address, or a bare postmaster.
CLI::Validator an_address();

/// Adds -c and --db.
void add_history_place(CLI::App& command, HistoryPlace& place);

/// Returns the URL of the history, or nullopt after it said why there is none. `command` is the one that
/// asks.
std::optional<std::string> history_url(const HistoryPlace& place, std::string_view command,
                                       CommandContext& context);

/// Opens it; returns null after it said why it can't be read.
std::unique_ptr<store::HistoryReader> open_history_at(const std::string& url, CommandContext& context);

/// Adds --since with its default, "7d".
void add_since(CLI::App& command, std::string& since);

/// Returns the moment that --since names, or nullopt after it said what is wrong with it.
std::optional<report::Moment> moment_since(const std::string& since, report::Moment now,
                                           CommandContext& context);

}  // namespace backstop::app
