#include "app/manual.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "app/exit_notes.h"
#include "app/help.h"
#include "app/manual_notes.h"
#include "app/roff.h"
#include "app/value_types.h"
#include "base/text.h"
#include "config/documents.h"

namespace backstop::app {

namespace {

constexpr std::string_view kProgram = "backstop";
constexpr std::string_view kFile = "backstop.toml";

/// In the order of a page; a section that isn't here comes before SEE ALSO.
constexpr auto kOrder = std::to_array<std::string_view>(
    {"DESCRIPTION", "COMMANDS", "OPTIONS", "EXIT STATUS", "SIGNALS", "ENVIRONMENT", "FILES"});

/// The sections of a page between its synopsis and SEE ALSO, which are gathered in any order.
class Sections {
 public:
  /// Adds a paragraph or entries to a section; a second paragraph begins after an empty line.
  void add_paragraph(std::string_view heading, const std::string& text) {
    std::string& body = body_of(heading);
    body += (body.empty() ? "" : ".PP\n") + text;
  }
  void add(std::string_view heading, const std::string& text) { body_of(heading) += text; }

  std::string text() const {
    std::string out;
    for (const std::string_view heading : kOrder) {
      for (const Section& one : all_) {
        if (one.heading == heading) out += text_of(one);
      }
    }
    for (const Section& one : all_) {
      if (std::ranges::find(kOrder, one.heading) == kOrder.end()) out += text_of(one);
    }
    return out;
  }

 private:
  struct Section {
    std::string heading;
    std::string body;
  };

  static std::string text_of(const Section& section) {
    return fmt::format(".SH {}\n{}", section.heading, section.body);
  }

  std::string& body_of(std::string_view heading) {
    const auto found = std::ranges::find(all_, heading, &Section::heading);
    if (found != all_.end()) return found->body;
    return all_.emplace_back(Section{std::string(heading), {}}).body;
  }

  std::vector<Section> all_;
};

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

std::string option_entry(const CLI::Option& option) {
  std::string names;
  for (const std::string& one : spellings(option)) {
    if (!names.empty()) names += ", ";
    names += roff::bold(one);
  }
  const std::string value = value_name(option);
  if (!value.empty()) names += (names.empty() ? "" : " ") + roff::italic(value);
  if (option.get_positional() && option.get_expected_max() > 1) names += " ...";
  std::string text = roff::sentences(option.get_description());
  if (!option.get_default_str().empty())
    text += fmt::format("\n.br\nThe default is {}.", roff::bold(option.get_default_str()));
  return roff::entry(names, text);
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
    const std::string name =
        roff::italic(value_name(*option)) + (option->get_expected_max() > 1 ? " ..." : "");
    out += option->get_required() ? " " + name : " [" + name + "]";
  }
  return out;
}

/// Takes a footer of the help apart: "Heading:" alone on a line begins a section, which an empty line ends.
/// Indented lines stay as they are; sentences without a heading describe the command.
class FooterReader {
 public:
  explicit FooterReader(Sections& sections) : sections_(sections) {}

  void read(std::string_view footer) {
    std::string_view line;
    while (base::next_line(footer, line)) take(line);
    end_block();
    heading_.clear();
  }

 private:
  void take(std::string_view line) {
    if (line.empty()) {
      end_block();
      heading_.clear();
    } else if (!line.starts_with(' ') && line.ends_with(':')) {
      end_block();
      heading_ = upper(line.substr(0, line.size() - 1));
    } else {
      if (is_verbatim_ != line.starts_with(' ')) end_block();
      is_verbatim_ = line.starts_with(' ');
      block_ += (is_verbatim_ ? roff::escaped(line) : roff::sentences(line)) + '\n';
    }
  }

  void end_block() {
    if (!block_.empty()) {
      sections_.add_paragraph(heading_.empty() ? "DESCRIPTION" : heading_,
                              is_verbatim_ ? ".nf\n" + block_ + ".fi\n" : block_);
    }
    block_.clear();
    is_verbatim_ = false;
  }

  Sections& sections_;
  std::string heading_;
  std::string block_;
  bool is_verbatim_ = false;
};

bool takes_configuration(const CLI::App& command) {
  if (command.get_option_no_throw("-c") != nullptr) return true;
  const auto inner = visible_commands(command);
  return std::ranges::any_of(inner, [](const CLI::App* one) { return takes_configuration(*one); });
}

void add_note(const ManualNote& note, Sections& sections) {
  sections.add(note.heading, roff::entry(roff::bold(note.term), roff::sentences(note.text)));
}

void add_notes(std::string_view command, Sections& sections) {
  for (const ManualNote& note : manual_notes()) {
    if (note.command == command) add_note(note, sections);
  }
}

std::string see_also(const CLI::App& root, std::string_view but) {
  std::vector<std::string> pages;
  if (but != kProgram) pages.push_back(roff::bold(kProgram) + "(1)");
  for (const CLI::App* one : visible_commands(root)) {
    const std::string name = fmt::format("{}-{}", kProgram, one->get_name());
    if (name != but) pages.push_back(roff::bold(name) + "(1)");
  }
  if (but != kFile) pages.push_back(roff::bold(kFile) + "(5)");
  return fmt::format(".SH SEE ALSO\n{}\n", fmt::join(pages, ",\n"));
}

ManualPage program_page(const CLI::App& root) {
  Sections sections;
  for (const CLI::App* one : visible_commands(root)) {
    sections.add("COMMANDS",
                 roff::entry(roff::bold(one->get_name()), roff::sentences(one->get_description())));
  }
  sections.add("OPTIONS", option_entries(root));
  FooterReader(sections).read(root.get_footer());
  add_notes("", sections);
  return {
      .name = std::string(kProgram),
      .section = "1",
      .text = roff::head(kProgram, "1", root.get_description()) +
              fmt::format(".SH SYNOPSIS\n{} [\\fIOPTIONS\\fR] [\\fICOMMAND\\fR]\n", roff::bold(kProgram)) +
              sections.text() + see_also(root, kProgram)};
}

std::string synopsis(const CLI::App& command, const std::string& call) {
  const auto inner = visible_commands(command);
  if (inner.empty()) return roff::bold(call) + arguments_of(command) + '\n';
  std::string out;
  for (const CLI::App* one : inner) {
    if (!out.empty()) out += ".br\n";
    out += roff::bold(call + ' ' + one->get_name()) + arguments_of(*one) + '\n';
  }
  return out;
}

/// Adds the exit statuses of the command, unless its help has them.
void add_exit_status(std::string_view command, Sections& sections) {
  for (const ExitNote& note : exit_notes()) {
    if (note.command == command)
      sections.add("EXIT STATUS", roff::entry(roff::bold(note.status), roff::sentences(note.text)));
  }
}

ManualPage command_page(const CLI::App& root, const CLI::App& command) {
  const std::string title = fmt::format("{}-{}", kProgram, command.get_name());
  const std::string call = fmt::format("{} {}", kProgram, command.get_name());
  const auto inner = visible_commands(command);
  Sections sections;
  sections.add("OPTIONS", option_entries(command));
  for (const CLI::App* one : inner) {
    sections.add("OPTIONS", fmt::format(".SS {}\n{}\n{}", roff::escaped(call + ' ' + one->get_name()),
                                        roff::sentences(one->get_description()), option_entries(*one)));
  }
  FooterReader footer(sections);
  footer.read(command.get_footer());
  for (const CLI::App* one : inner) {
    if (one->get_footer() != command.get_footer()) footer.read(one->get_footer());
  }
  add_exit_status(command.get_name(), sections);
  add_notes(command.get_name(), sections);
  if (takes_configuration(command)) add_note(configuration_note(), sections);
  return {.name = title,
          .section = "1",
          .text = roff::head(title, "1", command.get_description()) + ".SH SYNOPSIS\n" +
                  synopsis(command, call) + sections.text() + see_also(root, title)};
}

std::string setting_entry(const config::SettingText& setting) {
  std::string text = roff::sentences(setting.help) + "\n.br\nTakes " + roff::sentences(setting.takes) + '.';
  if (!setting.default_value.empty()) text += " The default is " + roff::bold(setting.default_value) + '.';
  if (!setting.example.empty()) text += " An example: " + roff::bold(setting.example);
  if (!setting.only.empty()) text += fmt::format("\n.br\n{}", roff::sentences(setting.only));
  return roff::entry(roff::bold(setting.key), text);
}

ManualPage file_page(const CLI::App& root) {
  std::string text = roff::head(kFile, "5", "configuration of the mail gateway backstop");
  text += ".SH DESCRIPTION\n";
  bool is_first = true;
  for (const auto& paragraph : config::configuration_notes()) {
    if (!is_first) text += ".PP\n";
    is_first = false;
    text += roff::sentences(paragraph) + '\n';
  }
  for (const config::SectionText& section : config::configuration_sections()) {
    text += fmt::format(".SH \"{}\"\n{}\n", section.label, roff::sentences(section.help));
    for (const config::SettingText& setting : section.settings) text += setting_entry(setting);
  }
  text += ".SH EXAMPLES\n.nf\n";
  const std::string example = config::small_example();
  std::string_view rest = example;
  std::string_view line;
  while (base::next_line(rest, line)) text += roff::escaped(line) + '\n';
  text += ".fi\n.SH FILES\n" +
          roff::entry(roff::bold(configuration_note().term), "Where the service looks for it.");
  return {.name = std::string(kFile), .section = "5", .text = text + see_also(root, kFile)};
}

}  // namespace

std::vector<ManualPage> manual_pages(const CLI::App& root) {
  std::vector<ManualPage> pages = {program_page(root)};
  for (const CLI::App* one : visible_commands(root)) pages.push_back(command_page(root, *one));
  pages.push_back(file_page(root));
  return pages;
}

const ManualPage* find_page(const std::vector<ManualPage>& pages, std::string_view name) {
  for (const ManualPage& page : pages) {
    if (page.name == (name.empty() ? kProgram : name)) return &page;
    if (page.name == fmt::format("{}-{}", kProgram, name)) return &page;
  }
  return nullptr;
}

}  // namespace backstop::app
