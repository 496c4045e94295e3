// What to add to mail servers that setup doesn't change itself. Pure.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace backstop::setup {

struct OtherServer {
  std::string_view name;     ///< as a person gives it: "exim"
  std::string_view program;  ///< by which it is known to be there
  std::string_view lines;    ///< what to add, for people
};

inline constexpr std::size_t kOtherServerCount = 3;
const std::array<OtherServer, kOtherServerCount>& other_servers();

/// Returns null if there is none of that name.
const OtherServer* find_other_server(std::string_view name);

}  // namespace backstop::setup
