#include "app/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <vector>

#include "app/help.h"
#include "app/value_types.h"

namespace backstop::app {

namespace {

// `-o default` completes file names if nothing else was found, so it is switched off for values that are no
// files. compopt complains if the function is called outside of a completion.
constexpr std::string_view kScript = R"(# bash completion for backstop
_backstop() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous="" command="" commands="" options="" type="" i
  ((COMP_CWORD > 0)) && previous=${{COMP_WORDS[COMP_CWORD - 1]}}
  # bash takes --kind=dsn for three words.
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $previous == "=" ]] && ((COMP_CWORD > 1)); then
    previous=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command ${{COMP_WORDS[i]}}" in
{steps}    esac
  done
  case "$command" in
{choices}  esac
  case "$command $previous" in
{values}  esac
  COMPREPLY=()
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    return
  fi
  [[ -z $type && -n $commands ]] && type=INNER
  case "$type" in
    INNER)
      mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
      compopt +o default 2>/dev/null
      ;;
{types}    *) compopt +o default 2>/dev/null ;;
  esac
}}
complete -o default -F _backstop backstop ./run
)";

/// A value whose type is in no table of words or files.
constexpr std::string_view kOther = "OTHER";

std::string type_of(const CLI::Option& option) {
  const std::string name = value_name(option);
  return find_value_type(name) == nullptr ? std::string(kOther) : name;
}

struct Script {
  std::string steps;
  std::string choices;
  std::string values;
};

void add_choices(const CLI::App& app, const std::string& path, Script& script) {
  std::vector<std::string> commands;
  for (const CLI::App* one : visible_commands(app)) {
    commands.push_back(one->get_name());
    script.steps += fmt::format("      \"{0}\") command=\"{0}\" ;;\n", path + ' ' + one->get_name());
  }
  std::vector<std::string> options;
  std::string argument;
  for (const CLI::Option* option : visible_options(app)) {
    // If there are several arguments, the first one decides.
    if (option->get_positional()) {
      if (argument.empty()) argument = type_of(*option);
      continue;
    }
    std::string calls;
    for (const std::string& one : spellings(*option)) {
      options.push_back(one);
      calls += fmt::format("{}\"{} {}\"", calls.empty() ? "" : " | ", path, one);
    }
    if (option->get_type_size() != 0)
      script.values += fmt::format("    {}) type={} ;;\n", calls, type_of(*option));
  }
  script.choices += fmt::format("    \"{}\") commands=\"{}\" options=\"{}\" type={} ;;\n", path,
                                fmt::join(commands, " "), fmt::join(options, " "), argument);
}

/// Completes "help keys new": the commands of a command, and nothing after one that has none.
void add_help_choices(const CLI::App& root, Script& script) {
  for (const CLI::App* const command : visible_commands(root)) {
    std::vector<std::string> inner;
    const std::string path = " help " + command->get_name();
    script.steps += fmt::format("      \"{0}\") command=\"{0}\" ;;\n", path);
    for (const CLI::App* const one : visible_commands(*command)) {
      inner.push_back(one->get_name());
      script.steps += fmt::format("      \"{0} {1}\") command=\"{0} {1}\" ;;\n", path, one->get_name());
    }
    script.choices += fmt::format("    \"{}\") commands=\"{}\" ;;\n", path, fmt::join(inner, " "));
  }
}

std::string type_cases(const CLI::App& root) {
  std::vector<std::string> commands;
  for (const CLI::App* one : visible_commands(root)) commands.push_back(one->get_name());
  std::string files;
  std::string folders;
  std::string cases;
  for (const ValueType& type : value_types()) {
    const auto words = [&](const auto& list) {
      cases += fmt::format("    {}) mapfile -t COMPREPLY < <(compgen -W \"{}\" -- \"$current\")", type.name,
                           fmt::join(list, " "));
      // What is no word of the list is no file either.
      cases += "; compopt +o default 2>/dev/null ;;\n";
    };
    switch (type.completes) {
      case Completes::Words:
        words(type.words);
        break;
      case Completes::Commands: {
        auto all = commands;
        all.insert(all.end(), type.words.begin(), type.words.end());
        words(all);
        break;
      }
      case Completes::Files:
        files += fmt::format("{}{}", files.empty() ? "" : " | ", type.name);
        break;
      case Completes::Folders:
        folders += fmt::format("{}{}", folders.empty() ? "" : " | ", type.name);
        break;
    }
  }
  return cases +
         fmt::format("    {}) ;;\n    {}) compopt +o default -o dirnames 2>/dev/null ;;\n", files, folders);
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
  add_help_choices(root, script);
  return fmt::format(kScript, fmt::arg("steps", script.steps), fmt::arg("choices", script.choices),
                     fmt::arg("values", script.values), fmt::arg("types", type_cases(root)));
}

}  // namespace backstop::app
