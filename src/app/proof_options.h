// What `classify` and `scan` look for proofs with: each thing by an option of its own, or all that a
// configuration names.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/command.h"
#include "origin/tag.h"
#include "report/examiner.h"

namespace backstop::app {

/// As given; what is empty was not given.
struct ProofOptions {
  std::string config;
  std::optional<std::string> key_file;
  int lifetime_days = static_cast<int>(origin::TagSettings{}.lifetime.count());
  std::string delimiter = "+";
  std::string dkim_folder;
  std::string ledger;
  std::vector<std::string> own_domains;
  std::vector<std::string> own_hosts;
  std::string at;
  std::vector<const CLI::Option*> not_with_config;  ///< a configuration says the same
};

void add_proof_options(CLI::App& command, ProofOptions& options);

/// Opens and reads all that the options name. Reports what can't be used, with what would be right, and
/// returns nullopt.
std::optional<report::ExaminerSettings> proof_settings(const ProofOptions& options, CommandContext& context);

/// Refuses what is no domain, nor "*." with a domain behind it.
CLI::Validator domain_name();

}  // namespace backstop::app
