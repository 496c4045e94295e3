// The macros of a milter session: what a mail server tells beside its packets, as the login and the queue id.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace backstop::milter {

class Macros {
 public:
  /// The most macros that are kept for one step, and the most octets of their names and values.
  static constexpr std::size_t kMost = 100;
  static constexpr std::size_t kMostOctets = 16384;

  /// Takes the data of a packet 'D'. They replace what was told before for the same step, and end what was
  /// told for later ones, as in libmilter. What is told for a step that we don't know is dropped.
  base::Result<void> take(std::string_view data);
  /// Returns the value, from the latest step that has it; empty if none does. `name` has no braces:
  /// "auth_authen", "i".
  std::string_view find(std::string_view name) const;
  /// Forgets what was told for a message, or for the whole connection.
  void end_message();
  void end_connection() { *this = Macros(); }

 private:
  using Values = std::vector<std::pair<std::string, std::string>>;
  static constexpr std::string_view kSteps = "CHMRTLNBE";
  static constexpr std::size_t kFirstOfMessage = 2;  ///< MAIL

  std::array<Values, kSteps.size()> steps_;
};

}  // namespace backstop::milter
