#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string_view>

#include "app/program.h"
#include "os/process.h"

namespace {

bool is_color_welcome() {
  return isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  // Before anything that takes time: a signal that comes meanwhile must not end a program that is about to
  // serve.
  if (argc > 1 && std::string_view(argv[1]) == "serve") backstop::os::block_signals();
  backstop::os::hold_standard_streams();
  std::ios::sync_with_stdio(false);
  std::cin.tie(nullptr);
  backstop::app::CommandContext context{std::cout, std::cerr, std::cin, is_color_welcome()};
  // As it was typed: "./run", "build/release/backstop"; a bare name is found in PATH and is ours.
  if (argc > 0 && std::string_view(argv[0]).contains('/')) context.program = argv[0];
  backstop::app::run_program(argc, argv, context);
  if (!std::cout.flush()) {
    backstop::app::report_error(context, backstop::app::kExitInput, "standard output can't be written");
  }
  return context.exit_status;
}
