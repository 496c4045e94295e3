// What is wrong with an address as the carrier of a tag, told without any key: for people who look for the
// reason why their tags fail, and for those who move from another product.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/address.h"
#include "origin/tag.h"

namespace backstop::origin {

struct LintFinding {
  std::string_view name;  ///< "expired"; a static string, docs/tags.md lists them
  std::string detail;     ///< one plain sentence, printable
};

struct TagLint {
  std::optional<Tag> tag;
  std::vector<LintFinding> findings;  ///< empty: nothing is wrong with it
};

/// An address with a tag: whose it is and what would make it fail. One without: why it couldn't be tagged.
TagLint lint(const mail::Path& path, std::chrono::sys_days today, const TagSettings& settings = {});

}  // namespace backstop::origin
