#include "app/command_tree.h"

namespace backstop::app {

std::vector<const CLI::App*> visible_commands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); });
}

std::vector<const CLI::Option*> visible_options(const CLI::App& app) {
  return app.get_options([](const CLI::Option* one) { return !one->get_group().empty(); });
}

std::vector<std::string> spellings(const CLI::Option& option) {
  std::vector<std::string> found;
  for (const std::string& name : option.get_snames()) found.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) found.push_back("--" + name);
  return found;
}

}  // namespace backstop::app
