#include "app/usage_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iterator>
#include <ranges>
#include <vector>

#include "app/help.h"
#include "base/text.h"
#include "config/nearest_name.h"

namespace backstop::app {

namespace {

bool has_part(std::string_view name, std::string_view text) {
  return std::ranges::any_of(std::views::split(name, '-'),
                             [&](const auto& part) { return std::string_view(part) == text; });
}

std::vector<std::string_view> names_of(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string_view> names;
  names.reserve(commands.size());
  for (const CLI::App* const one : commands) names.push_back(one->get_name());
  return names;
}

/// Returns "json" of "--json=yes".
std::string_view bare_option(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of('-'), text.size()));
  return text.substr(0, text.find('='));
}

/// Returns "; did you mean --json?" of the long options of the command, or else of the program.
std::string meant_option(const CLI::App& root, const CLI::App& command, std::string_view text) {
  const auto bare = bare_option(text);
  // What other programs have for --version.
  if (&root == &command && base::iequals(text, "-v"))
    return did_you_mean(std::array<std::string_view, 1>{"--version"});
  // Every option of one letter is near to every other.
  if (bare.size() < 2) return {};
  for (const CLI::App* const app : {&command, &root}) {
    std::vector<std::string> names;
    for (const CLI::Option* const option : visible_options(*app)) {
      for (const std::string& name : option->get_lnames()) names.push_back(name);
    }
    const std::vector<std::string_view> views(names.begin(), names.end());
    std::vector<std::string> meant;
    for (const auto name : suggestions(bare, views)) meant.push_back(fmt::format("--{}", name));
    if (!meant.empty()) return did_you_mean(std::vector<std::string_view>(meant.begin(), meant.end()));
  }
  return {};
}

/// Returns what is wrong with the name of a command; empty if something else is wrong.
std::string name_words(const CLI::App& command) {
  const auto commands = visible_commands(command);
  if (commands.empty()) return {};
  const bool is_root = command.get_parent() == nullptr;
  const auto rest = command.remaining();
  if (!rest.empty() && !rest.front().starts_with('-')) return no_command(command, rest.front());
  // An option that is unknown is told as such.
  if (is_root || !rest.empty()) return {};
  return fmt::format("{} takes one of: {}", command.get_name(), fmt::join(names_of(commands), ", "));
}

/// Returns what is wrong if an option of the command stands before its name; empty if none does.
std::string place_words(const CLI::App& root, const CLI::App& command) {
  if (&root == &command) return {};
  for (const std::string& one : root.remaining(true)) {
    const std::string name = one.substr(0, one.find('='));
    if (!one.starts_with('-') || command.get_option_no_throw(name) == nullptr) continue;
    return fmt::format("{} belongs behind the command: {} {} ...", name, full_name(command), name);
  }
  return {};
}

std::string lower_first(std::string text) {
  // "DNS" stays as it is.
  const bool is_word = text.size() < 2 || base::ascii_lower(text[1]) == text[1];
  if (is_word && !text.empty()) text.front() = base::ascii_lower(text.front());
  return text;
}

/// Returns how a file is given that was meant as the configuration.
std::string config_hint(const CLI::App& command, std::string_view text) {
  const CLI::Option* const config = command.get_option_no_throw("-c");
  if (config == nullptr || config->count() > 0 || !text.ends_with(".toml")) return {};
  return fmt::format("; a configuration is given as -c {}", text);
}

/// Returns what is wrong if there is an argument that nothing takes; empty if there is none, or if it is no
/// option and something else is wrong: a file without its -c is not one too many.
std::string extra_words(const CLI::App& root, const CLI::App& command, bool is_only_mistake) {
  const auto rest = root.remaining(true);
  if (rest.empty()) return {};
  const auto is_option = [](const std::string& text) { return text.size() > 1 && text.starts_with('-'); };
  const auto option = std::ranges::find_if(rest, is_option);
  if (option == rest.end())
    return !is_only_mistake ? ""
                            : fmt::format("the argument \"{}\" is one too many{}", rest.front(),
                                          config_hint(command, rest.front()));
  return fmt::format("there is no option {}{}", option->substr(0, option->find('=')),
                     meant_option(root, command, *option));
}

/// Returns what is wrong if something that the command needs is missing; empty if something else is wrong.
std::string missing_words(const CLI::App& command, const CLI::ParseError& error) {
  if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::RequiredError)) return {};
  for (const CLI::Option* const option : visible_options(command)) {
    if (!option->get_required() || option->count() > 0) continue;
    if (option->get_positional())
      return fmt::format("{} is required: {}", option->get_name(true),
                         lower_first(option->get_description()));
    if (option->get_name() != "--config")
      return fmt::format("{} {} is required", option->get_name(), option->get_type_name());
    const auto rest = command.remaining();
    return fmt::format("say which configuration: -c {}",
                       rest.empty() || rest.front().starts_with('-') ? "FILE" : rest.front());
  }
  return {};
}

}  // namespace

std::vector<std::string_view> suggestions(std::string_view text, std::span<const std::string_view> names) {
  constexpr std::size_t kLeastLetters = 3;
  constexpr std::size_t kMost = 4;
  auto near = config::nearest_names(text, names);
  if (near.empty() && text.size() >= kLeastLetters) {
    std::ranges::copy_if(names, std::back_inserter(near), [&](std::string_view name) {
      return name.starts_with(text) || has_part(name, text);
    });
  }
  if (near.size() > kMost) near.clear();
  return near;
}

std::string did_you_mean(std::span<const std::string_view> names) {
  if (names.empty()) return {};
  const auto others = names.first(names.size() - 1);
  return fmt::format("; did you mean {}{}{}?", fmt::join(others, ", "), others.empty() ? "" : " or ",
                     names.back());
}

const CLI::App& typed_command(const CLI::App& root) {
  const CLI::App* command = &root;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

std::string full_name(const CLI::App& command) {
  std::string name = command.get_name();
  for (const CLI::App* above = command.get_parent(); above != nullptr; above = above->get_parent())
    name.insert(0, above->get_name() + ' ');
  return name;
}

const CLI::App* find_command(const CLI::App& parent, std::string_view name) {
  const auto commands = visible_commands(parent);
  const auto found = std::ranges::find(commands, name, [](const CLI::App* one) { return one->get_name(); });
  return found == commands.end() ? nullptr : *found;
}

std::string no_command(const CLI::App& parent, std::string_view name) {
  const auto commands = visible_commands(parent);
  const auto names = names_of(commands);
  const std::string near = base::iequals(name, "version")
                               ? did_you_mean(std::array<std::string_view, 1>{"--version"})
                               : did_you_mean(suggestions(name, names));
  if (parent.get_parent() == nullptr) return fmt::format("there is no command \"{}\"{}", name, near);
  if (names.empty()) return fmt::format("{} has no commands of its own", parent.get_name());
  return fmt::format("{} has no command \"{}\", it takes one of: {}{}", parent.get_name(), name,
                     fmt::join(names, ", "), near);
}

std::string usage_words(const CLI::App& root, const CLI::ParseError& error) {
  const CLI::App& command = typed_command(root);
  if (std::string words = name_words(command); !words.empty()) return words;
  if (std::string words = place_words(root, command); !words.empty()) return words;
  const bool is_extra = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  if (std::string words = extra_words(root, command, is_extra); !words.empty()) return words;
  if (std::string words = missing_words(command, error); !words.empty()) return words;
  std::string words = error.what();
  const auto twice = words.find(": At Most 1 required");
  return twice == std::string::npos ? words : words.substr(0, twice) + " is given more than once";
}

}  // namespace backstop::app
