#include "app/manual.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include "app/help.h"
#include "base/text.h"

namespace backstop::app {

namespace {

// Returns one line of text that roff doesn't take for a request or an escape.
std::string escaped(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

std::string bold(std::string_view text) {
  return "\\fB" + escaped(text) + "\\fR";
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

std::string value_name(const CLI::Option& option) {
  if (option.get_type_size() == 0 || option.get_type_name().empty()) return {};
  return " \\fI" + escaped(option.get_type_name()) + "\\fR";
}

std::string option_entry(const CLI::Option& option) {
  std::string names;
  for (const std::string& one : spellings(option)) {
    if (!names.empty()) names += ", ";
    names += bold(one);
  }
  if (names.empty()) {
    names = "\\fI" + escaped(option.get_name(true)) + "\\fR";
    if (option.get_expected_max() > 1) names += " ...";
  }
  return fmt::format(".TP\n{}{}\n{}\n", names, value_name(option), escaped(option.get_description()));
}

std::string option_entries(const CLI::App& app) {
  std::string out;
  for (const CLI::Option* option : visible_options(app)) out += option_entry(*option);
  return out;
}

std::string arguments_of(const CLI::App& app) {
  std::string out = " [\\fIOPTIONS\\fR]";
  for (const CLI::Option* option : visible_options(app)) {
    if (!option->get_positional()) continue;
    const std::string_view more = option->get_expected_max() > 1 ? " ..." : "";
    const std::string name = "\\fI" + escaped(option->get_name(true)) + "\\fR" + std::string(more);
    out += option->get_required() ? " " + name : " [" + name + "]";
  }
  return out;
}

// A footer of the help: "Heading:" alone on a line begins a section, indented lines stay as they are.
std::string footer_sections(std::string_view footer) {
  std::string out;
  std::string_view line;
  bool is_verbatim = false;
  bool needs_heading = true;
  while (base::next_line(footer, line)) {
    const bool is_indented = line.starts_with(' ');
    if (is_verbatim && !is_indented) out += ".fi\n";
    if (!is_verbatim && is_indented) out += ".nf\n";
    is_verbatim = is_indented;
    if (line.empty()) continue;
    if (!is_indented && line.ends_with(':')) {
      out += fmt::format(".SH {}\n", upper(line.substr(0, line.size() - 1)));
      needs_heading = false;
      continue;
    }
    if (needs_heading) out += ".SH NOTES\n";
    needs_heading = false;
    out += escaped(line) + '\n';
  }
  if (is_verbatim) out += ".fi\n";
  return out;
}

std::string head(std::string_view title, std::string_view description) {
  return fmt::format(".TH {} 1 {} \"backstop {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n",
                     upper(title), BACKSTOP_MANUAL_DATE, BACKSTOP_VERSION, escaped(title),
                     escaped(description));
}

std::string see_also(const CLI::App& root, const CLI::App* but) {
  std::vector<std::string> pages;
  if (but != nullptr) pages.emplace_back("\\fBbackstop\\fR(1)");
  for (const CLI::App* one : visible_commands(root)) {
    if (one != but) pages.push_back(bold("backstop-" + one->get_name()) + "(1)");
  }
  return fmt::format(".SH SEE ALSO\n{}\n", fmt::join(pages, ",\n"));
}

}  // namespace

std::string program_page(const CLI::App& root) {
  std::string out = head("backstop", root.get_description());
  out += fmt::format("{} [\\fIOPTIONS\\fR] [\\fICOMMAND\\fR]\n.SH COMMANDS\n", bold("backstop"));
  for (const CLI::App* one : visible_commands(root)) {
    out += fmt::format(".TP\n{}\n{}\n", bold(one->get_name()), escaped(one->get_description()));
  }
  return out + ".SH OPTIONS\n" + option_entries(root) + footer_sections(root.get_footer()) +
         see_also(root, nullptr);
}

std::string command_page(const CLI::App& root, const CLI::App& command) {
  const std::string title = "backstop-" + command.get_name();
  const std::string call = "backstop " + command.get_name();
  std::string out = head(title, command.get_description());
  const auto inner = visible_commands(command);
  if (inner.empty()) out += bold(call) + arguments_of(command) + '\n';
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (i > 0) out += ".br\n";
    out += bold(call + ' ' + inner[i]->get_name()) + arguments_of(*inner[i]) + '\n';
  }
  out += ".SH OPTIONS\n" + option_entries(command);
  for (const CLI::App* one : inner) {
    out += fmt::format(".SS {}\n{}\n{}", escaped(call + ' ' + one->get_name()),
                       escaped(one->get_description()), option_entries(*one));
  }
  out += footer_sections(command.get_footer());
  for (const CLI::App* one : inner) out += footer_sections(one->get_footer());
  return out + see_also(root, &command);
}

}  // namespace backstop::app
