#include "app/help.h"

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "base/text.h"
#include "report/fact_table.h"

namespace backstop::app {

namespace {

constexpr std::size_t kNameColumn = 30;

class Wrapped : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    return row(make_option_name(option, is_positional) + make_option_opts(option), make_option_desc(option));
  }

  std::string make_subcommand(const CLI::App* command) const override {
    return row(command->get_name(), command->get_description());
  }

  std::string make_description(const CLI::App* app) const override {
    return report::wrap(app->get_description());
  }

  // Sentences are wrapped; indented lines, such as examples, stay as they are.
  std::string make_footer(const CLI::App* app) const override {
    const std::string footer = app->get_footer();
    std::string out;
    std::string_view rest = footer;
    std::string_view line;
    while (base::next_line(rest, line))
      out += line.starts_with(' ') ? std::string(line) + '\n' : paragraph(line);
    return out.empty() ? out : '\n' + out;
  }

 private:
  static std::string paragraph(std::string_view line) { return line.empty() ? "\n" : report::wrap(line); }

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
