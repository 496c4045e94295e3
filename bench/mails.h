// The mails that the benchmarks run on: the files of the folder that BACKSTOP_CORPUS names, or else the
// project's own fixtures.
#pragma once

#include <string>
#include <vector>

namespace backstop::bench {

/// Read once; ends the program with a message when there are none.
const std::vector<std::string>& mails();

std::size_t total_bytes(const std::vector<std::string>& mails);

}  // namespace backstop::bench
