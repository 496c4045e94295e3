// Holds the file that phrase_compiler wrote.
#include "response/phrase_databases.h"

// A compiler's #embed would do the same, but ccache doesn't know that it reads a file.
asm(R"(
  .section .rodata.backstop_phrase_databases,"a",%progbits
  .balign 64
  .globl backstop_phrase_databases
  .hidden backstop_phrase_databases
backstop_phrase_databases:
  .incbin ")" BACKSTOP_PHRASE_DATABASES R"("
  .globl backstop_phrase_databases_end
  .hidden backstop_phrase_databases_end
backstop_phrase_databases_end:
  .text
)");

extern "C" {
[[gnu::visibility("hidden")]] extern const char backstop_phrase_databases[];
[[gnu::visibility("hidden")]] extern const char backstop_phrase_databases_end[];
}

namespace backstop::response {

std::string_view built_databases() {
  return {backstop_phrase_databases,
          static_cast<std::size_t>(backstop_phrase_databases_end - backstop_phrase_databases)};
}

}  // namespace backstop::response
