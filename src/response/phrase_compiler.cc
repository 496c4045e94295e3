// A program of the build: compiles the phrase tables and writes their databases to standard output, for
// built_databases.cc.
#include <cstdio>
#include <string>

#include "response/phrase_databases.h"
#include "response/phrase_tables.h"
#include "response/phrases.h"

namespace backstop::response {

// It makes them, so it has none.
std::string_view built_databases() {
  return {};
}

}  // namespace backstop::response

int main() {
  std::string databases;
  for (const auto& phrases : backstop::response::phrase_tables()) {
    backstop::response::PhraseSet::append_compiled(phrases, databases);
  }
  const bool is_written = std::fwrite(databases.data(), 1, databases.size(), stdout) == databases.size();
  return is_written && std::fflush(stdout) == 0 ? 0 : 1;
}
