// The subcommands completion (bash) and man, both written from the tree of commands.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "app/commands.h"
#include "app/help.h"
#include "app/manual.h"
#include "base/text.h"

namespace backstop::app {

namespace {

constexpr std::string_view kCompletion = R"(# bash completion for backstop
_backstop() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} command="" commands="" options="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command ${{COMP_WORDS[i]}}" in
{steps}    esac
  done
  case "$command" in
{choices}  esac
  COMPREPLY=()
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  elif [[ -n $commands ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
  fi
}}
complete -o default -F _backstop backstop
)";

struct Script {
  std::string steps;
  std::string choices;
};

std::string options_of(const CLI::App& app) {
  std::string out;
  for (const CLI::Option* option : visible_options(app)) {
    for (const std::string& one : spellings(*option)) out += (out.empty() ? "" : " ") + one;
  }
  return out;
}

void add_choices(const CLI::App& app, const std::string& path, Script& script) {
  std::string commands;
  for (const CLI::App* one : visible_commands(app)) {
    commands += (commands.empty() ? "" : " ") + one->get_name();
    const std::string inner = path + ' ' + one->get_name();
    script.steps += fmt::format("      \"{0}\") command=\"{0}\" ;;\n", inner);
  }
  script.choices +=
      fmt::format("    \"{}\") commands=\"{}\" options=\"{}\" ;;\n", path, commands, options_of(app));
}

/// Subcommands, options, and file names elsewhere.
std::string bash_completion(const CLI::App& root) {
  Script script;
  add_choices(root, "", script);
  // The tree is two deep: commands such as `tag`, and those in it such as `tag sign`.
  for (const CLI::App* command : visible_commands(root)) {
    const std::string path = ' ' + command->get_name();
    add_choices(*command, path, script);
    for (const CLI::App* inner : visible_commands(*command))
      add_choices(*inner, path + ' ' + inner->get_name(), script);
  }
  return fmt::format(kCompletion, fmt::arg("steps", script.steps), fmt::arg("choices", script.choices));
}

bool write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return file.good();
}

void write_all_pages(const CLI::App& root, const std::filesystem::path& folder, CommandContext& context) {
  bool good = write_file(folder / "backstop.1", program_page(root));
  for (const CLI::App* one : visible_commands(root)) {
    good =
        write_file(folder / fmt::format("backstop-{}.1", one->get_name()), command_page(root, *one)) && good;
  }
  if (!good)
    report_error(context, kExitInput, base::printable(folder.string()) + ": can't write the pages there");
}

void print_page(const CLI::App& root, const std::string& name, CommandContext& context) {
  if (name.empty()) {
    context.out << program_page(root);
    return;
  }
  for (const CLI::App* one : visible_commands(root)) {
    if (one->get_name() != name) continue;
    context.out << command_page(root, *one);
    return;
  }
  report_error(context, kExitUsage, fmt::format("man {}: no such command", base::printable(name)));
}

struct ManOptions {
  std::string name;
  std::string folder;
};

}  // namespace

void add_documents_commands(CLI::App& root, CommandContext& context) {
  CLI::App* completion = root.add_subcommand("completion", "Print the completion script for bash");
  completion->footer("Example:\n  source <(backstop completion)\n");
  completion->callback([&root, &context] { context.out << bash_completion(root); });

  CLI::App* man = root.add_subcommand("man", "Print a manual page");
  man->footer("Example:\n  backstop man scan | man -l -\n");
  const auto options = std::make_shared<ManOptions>();
  man->add_option("COMMAND", options->name, "The command; without it, the page of the whole program")
      ->type_name("");
  man->add_option("--into", options->folder, "Write all pages into this folder instead")->type_name("FOLDER");
  man->callback([&root, &context, options] {
    if (options->folder.empty()) return print_page(root, options->name, context);
    write_all_pages(root, options->folder, context);
  });
}

}  // namespace backstop::app
