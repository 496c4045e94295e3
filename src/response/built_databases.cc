// Holds the file that phrase_compiler wrote.
#include "response/phrase_databases.h"

// A compiler's #embed would do the same, but ccache doesn't know that it reads a file.
asm(R"(
  .section .rodata.phrase_databases,"a",%progbits
  .balign 64
  .globl kPhraseDatabases
  .hidden kPhraseDatabases
kPhraseDatabases:
  .incbin ")" BACKSTOP_PHRASE_DATABASES R"("
  .globl kPhraseDatabasesEnd
  .hidden kPhraseDatabasesEnd
kPhraseDatabasesEnd:
  .text
)");

extern "C" {
[[gnu::visibility("hidden")]] extern const char kPhraseDatabases[];
[[gnu::visibility("hidden")]] extern const char kPhraseDatabasesEnd[];
}

namespace backstop::response {

std::string_view built_databases() {
  return {kPhraseDatabases, static_cast<std::size_t>(kPhraseDatabasesEnd - kPhraseDatabases)};
}

}  // namespace backstop::response
