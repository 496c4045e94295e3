#include "app/completion.h"

#include <fmt/format.h>

#include <string_view>

#include "app/help.h"

namespace backstop::app {

namespace {

constexpr std::string_view kFrame = R"(# bash completion for backstop
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

}  // namespace

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
  return fmt::format(kFrame, fmt::arg("steps", script.steps), fmt::arg("choices", script.choices));
}

}  // namespace backstop::app
