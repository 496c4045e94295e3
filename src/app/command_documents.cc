// The subcommands completion (bash) and man, both written from the tree of commands.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands.h"
#include "app/completion.h"
#include "app/manual.h"
#include "app/manual_viewer.h"
#include "app/roff.h"
#include "app/usage_words.h"
#include "base/text.h"

namespace backstop::app {

namespace {

bool write_file(const std::filesystem::path& path, std::string_view text) {
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path(), failed);
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return file.good();
}

void write_all_pages(const CLI::App& root, const std::filesystem::path& folder, CommandContext& context) {
  bool good = true;
  for (const ManualPage& page : manual_pages(root))
    good = write_file(folder / page.file(), page.text) && good;
  if (!good)
    report_error(context, kExitInput, base::printable(folder.string()) + ": can't write the pages there");
}

/// Returns what was probably meant by the name of a page that isn't there.
std::string nearest_page(const std::vector<ManualPage>& pages, std::string_view name) {
  constexpr std::string_view kPrefix = "backstop-";
  std::vector<std::string_view> names;
  for (const ManualPage& page : pages) {
    const std::string_view one = page.name;
    names.push_back(one.starts_with(kPrefix) ? one.substr(kPrefix.size()) : one);
  }
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  return did_you_mean(suggestions(name, names));
}

void print_page(const CLI::App& root, const std::string& name, CommandContext& context) {
  const auto pages = manual_pages(root);
  const ManualPage* const page = find_page(pages, name);
  if (page == nullptr) {
    return report_error(
        context, kExitUsage,
        fmt::format("there is no manual page \"{}\"{}", base::printable(name), nearest_page(pages, name)));
  }
  const bool is_terminal = &context.out == &std::cout && ::isatty(STDOUT_FILENO) != 0;
  if (!is_terminal) {
    context.out << page->text;
  } else if (!show_page(page->text)) {
    context.out << roff::plain(page->text);
  }
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

  CLI::App* man = root.add_subcommand("man", "Show a manual page");
  man->footer(
      "On a terminal the page is shown as man(1) does it, or as plain text if nothing here can format it. "
      "Otherwise it is written as roff.\n\n"
      "Examples:\n  backstop man scan\n  backstop man backstop.toml\n  backstop man --into "
      "/usr/local/share/man\n");
  const auto options = std::make_shared<ManOptions>();
  auto* const name = man->add_option("PAGE", options->name,
                                     "A command, or backstop.toml; without it, the page of the whole program")
                         ->type_name("");
  man->add_option("--into", options->folder, "Write all pages into man1 and man5 of this folder instead")
      ->type_name("FOLDER")
      ->excludes(name);
  man->callback([&root, &context, options] {
    if (options->folder.empty()) return print_page(root, options->name, context);
    write_all_pages(root, options->folder, context);
  });
}

}  // namespace backstop::app
