// Does what a plan says, step by step. Each step is in the journal before it is taken, and can be taken
// twice: after a crash the same command goes on, and Undo takes back what was done.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "setup/journal.h"
#include "setup/machine.h"
#include "setup/plan.h"

namespace backstop::setup {

class Apply {
 public:
  using Tell = std::function<void(std::string_view line)>;

  /// All must outlive it.
  Apply(Machine& machine, const SetupSettings& settings, const Plan& plan, Tell tell)
      : machine_(machine),
        settings_(settings),
        plan_(plan),
        tell_(std::move(tell)),
        file_(machine, settings.state_folder) {}

  /// The plan must have no obstacles. After an error main.cf is what it was, and Postfix has read it again;
  /// what else was made stays for the next try.
  base::Result<void> run();

 private:
  base::Result<void> begin();
  base::Result<void> step(std::string_view name);
  base::Result<void> make_folder(const std::string& path, const FileOwner& owner);
  base::Result<void> make_file(const std::string& path, std::string_view text, const FileOwner& owner);
  base::Result<void> make_proofs();
  base::Result<void> make_files();
  base::Result<void> make_key();
  base::Result<void> check_config();
  base::Result<void> start_service();
  base::Result<void> start();
  base::Result<void> greet(const std::string& socket);
  base::Result<void> copy_main_cf();
  base::Result<void> write_main_cf();
  base::Result<void> try_postfix();
  base::Result<void> check_postfix(std::string_view action);
  base::Result<void> send_by_smtp(std::string& recipient);
  base::Result<void> look_for(const std::string& id);
  base::Result<void> send_by_program(const std::string& recipient);
  base::Result<void> put_back(const base::Error& why);

  Machine& machine_;
  const SetupSettings& settings_;
  const Plan& plan_;
  const Tell tell_;
  const JournalFile file_;
  Journal journal_;
};

}  // namespace backstop::setup
