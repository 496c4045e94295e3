// The sets of phrases that the reader looks for, each as its PhraseSet takes it.
#pragma once

#include <string_view>
#include <vector>

namespace backstop::response {

/// All of them. The build compiles what is listed here; a set that is not costs each start of the program the
/// time to compile it.
std::vector<std::vector<std::string_view>> phrase_tables();

}  // namespace backstop::response
