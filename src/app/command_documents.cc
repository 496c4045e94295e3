#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "app/commands.h"
#include "app/completion.h"
#include "app/help.h"
#include "app/manual.h"
#include "base/text.h"

namespace backstop::app {

namespace {

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
