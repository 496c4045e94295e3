// A mail's parts as two parsers see them, in one form, so that they can be compared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mail/message.h"

namespace backstop::tests {

struct TreePart {
  std::uint32_t depth = 0;
  std::string type;                                         ///< "text/plain", in lower case
  std::vector<std::pair<std::size_t, std::string>> fields;  ///< offset and name, in the order of the mail
  std::vector<std::pair<std::string, std::string>> parameters;
  bool is_leaf = false;  ///< only a leaf has what follows: GMime doesn't keep where a multipart's body stands
  std::size_t body_begin = 0;
  std::size_t body_end = 0;
  std::size_t decoded_size = 0;
};

using Tree = std::vector<TreePart>;

/// The parameters are left out: mail::parameter() is asked for each that GMime has.
Tree tree_of(const mail::Message& message);

/// Empty when GMime refuses the mail.
Tree gmime_tree(std::string_view mail);

}  // namespace backstop::tests
