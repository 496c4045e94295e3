#include "app/help.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "report/fact_table.h"

namespace backstop::app {

namespace {

constexpr std::size_t kNameColumn = 30;

/// Lets no more than one line be empty at a time, and the text end with its last line.
std::string squeezed(std::string_view text) {
  std::string out;
  std::size_t ends = 0;
  for (const char c : text) {
    ends = c == '\n' ? ends + 1 : 0;
    if (ends <= 2) out += c;
  }
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

class Wrapped : public CLI::Formatter {
 public:
  // CLI11 leaves lines empty around groups that are hidden.
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
    return squeezed(CLI::Formatter::make_help(app, std::move(name), mode));
  }

  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    return row(make_option_name(option, is_positional) + make_option_opts(option),
               option->get_description() + exclusions(*option));
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    std::string text;
    if (option->get_type_size() != 0) {
      if (!option->get_type_name().empty()) text += ' ' + option->get_type_name();
      if (!option->get_default_str().empty()) text += '=' + option->get_default_str();
      if (option->get_expected_max() > 1) text += " ...";
    }
    return option->get_required() ? text + " REQUIRED" : text;
  }

  std::string make_subcommand(const CLI::App* command) const override {
    return row(command->get_name(), command->get_description());
  }

  std::string make_description(const CLI::App* app) const override {
    return report::wrap(app->get_description());
  }

  // Sentences are wrapped, however the lines of the source are cut; indented lines, such as examples, stay as
  // they are, and so do headings.
  std::string make_footer(const CLI::App* app) const override {
    const std::string footer = app->get_footer();
    std::string out;
    std::string sentences;
    const auto end_sentences = [&] {
      if (!sentences.empty()) out += report::wrap(sentences);
      sentences.clear();
    };
    std::string_view rest = footer;
    std::string_view line;
    while (base::next_line(rest, line)) {
      if (line.empty() || line.starts_with(' ') || line.ends_with(':')) {
        end_sentences();
        out.append(line) += '\n';
      } else {
        sentences.append(sentences.empty() ? "" : " ").append(line);
      }
    }
    end_sentences();
    return out.empty() ? out : '\n' + out;
  }

 private:
  /// Returns " (not with --db)".
  static std::string exclusions(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const CLI::Option* const other : option.get_excludes()) {
      if (!other->get_group().empty()) names.push_back(other->get_name());
    }
    // CLI11 sorts them by their places in memory.
    std::ranges::sort(names);
    return names.empty() ? std::string() : fmt::format(" (not with {})", fmt::join(names, ", "));
  }

  static std::string row(const std::string& name, const std::string& text) {
    std::string begin = "  " + name;
    std::string block = report::wrap(text, kNameColumn);
    if (begin.size() + 2 > kNameColumn || block.empty()) return begin + '\n' + block;
    begin.resize(kNameColumn, ' ');
    return block.replace(0, kNameColumn, begin);
  }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> help_formatter() {
  return std::make_shared<Wrapped>();
}

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
